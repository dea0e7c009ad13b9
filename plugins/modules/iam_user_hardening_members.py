#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The members of the group that the role iam_user_hardening enforces MFA on."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_user_hardening_members
version_added: 0.2.0
short_description: Put users into the group of the role iam_user_hardening
description:
  - Private to this collection, the inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what
    this module takes and returns may change with any release.
  - Puts many users into a group. Takes nobody out of it. One user who fails stops no other.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  group:
    description:
      - The name of the group, which exists.
    type: str
    required: true
  users:
    description:
      - The names of users who are not members yet.
    type: list
    elements: str
    required: true
  concurrency:
    description:
      - How many users are put into the group at once, from 1 to 256.
    type: int
    default: 16
attributes:
  check_mode:
    description: Predicts who would be put into the group. Makes no call.
    support: full
  diff_mode:
    description: Shows who is put into the group.
    support: full
  idempotent:
    description: The role names those who are not members yet. Who is one already stays one.
    support: partial
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - The required permission is C(iam:AddUserToGroup).
seealso:
  - module: amazon.aws.iam_group
  - module: hardening.aws.iam_policy_attachment
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Put two users into a group
  hardening.aws.iam_user_hardening_members:
    group: staff
    users: [alice, bob]
"""

RETURN = r"""
results:
  description: What became of each user, in the order of O(users).
  returned: always, unless the input was refused
  type: list
  elements: dict
  sample:
    - user_name: alice
      changed: true
      actions: [add]
      failed: false
      msg: ""
summary:
  description: How many users there are in all, and how many of them were changed, unchanged and failed.
  returned: as RV(results)
  type: dict
  sample:
    total: 2
    changed: 2
    unchanged: 0
    failed: 0
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _problems
from ansible_collections.hardening.aws.plugins.module_utils._access import bulk, group_members
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    _problems.refuse(group_members.problems(params))
    api = group_members.GroupApi(Connection(module, params["concurrency"]), params["group"])
    bulk.finish(module, group_members.put_into_group(api, params, module.check_mode), "users")


def main() -> None:
    run_bulk_module(group_members.member_options(), run)


if __name__ == "__main__":
    main()
