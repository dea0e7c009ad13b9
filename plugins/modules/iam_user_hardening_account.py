#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the role iam_user_hardening has to know of an account, read at once."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_user_hardening_account
version_added: 0.2.0
short_description: Read an account for the role iam_user_hardening
description:
  - Private to this collection, the inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what
    this module takes and returns may change with any release.
  - Reads the users of the account and their devices, and beside that the policy that the role enforces. Changes
    nothing.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  user_details:
    description:
      - Whether to read groups, tags and attached policies of the users.
    type: bool
    default: false
  all_kinds:
    description:
      - Whether to ask for each user's devices of all kinds.
    type: bool
    default: false
  device_tags:
    description:
      - Whether to read the tags of devices.
    type: bool
    default: false
  concurrency:
    description:
      - How many users are asked for at once, from 1 to 256.
    type: int
    default: 16
  policy_name:
    description:
      - The name of the policy to look at, on any path. None is looked at if this is not given.
    type: str
  document:
    description:
      - What the policy should say, with C(PARTITION) for the partition in ARNs. Required, if O(policy_name) is given.
    type: json
  group:
    description:
      - The name of the group that the policy is for.
    type: str
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - The required permissions are those of M(hardening.aws.iam_mfa_device_info) with C(account=true), and for
    O(policy_name) C(iam:ListPolicies), C(iam:GetPolicy), C(iam:GetPolicyVersion) and C(iam:ListEntitiesForPolicy), and
    for O(group) C(iam:GetGroup).
seealso:
  - module: hardening.aws.iam_mfa_device_info
  - module: hardening.aws.iam_user_hardening_policy
extends_documentation_fragment:
  - hardening.aws._attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Read the account
  hardening.aws.iam_user_hardening_account:
    user_details: true
"""

RETURN = r"""
users:
  description: The users, with what the role needs of each.
  returned: success
  type: list
  elements: dict
  sample:
    - user_name: alice
      mfa_active: true
policy:
  description: The policy, and why it is not known (C(unknown)). Null if O(policy_name) is not given.
  returned: success
  type: dict
  sample:
    arn: arn:aws:iam::123456789012:policy/deny-unless-mfa
    is_ours: true
"""

import concurrent.futures
import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils._access.policy_look import look
from ansible_collections.hardening.aws.plugins.module_utils._account import options as account_options
from ansible_collections.hardening.aws.plugins.module_utils._account.gather import gather
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused

# What the role decides by. The rest is left out, as Ansible takes its time over a result of thousands of users.
_OF_ACCOUNT = ("account", "credential_report", "orphaned_devices", "retrieved", "unknown")
_OF_USERS = (
    "user_name",
    "path",
    "create_date",
    "mfa_active",
    "console_password",
    "password_last_changed",
    "access_keys",
    "groups",
    "tags",
    "attached_policies",
)


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    connection = Connection(module, params["concurrency"])
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        looking = executor.submit(_policy, module, connection) if params["policy_name"] else None
        info = gather(module, account=True, credential_report=True, connection=connection)
        policy = looking.result() if looking else None
    found = {name: info[name] for name in _OF_ACCOUNT}
    module.exit_json(changed=False, users=[_shortened(user) for user in info["users"]], policy=policy, **found)


def _shortened(user: dict[str, t.Any]) -> dict[str, t.Any]:
    devices = [{"serial_number": device["serial_number"]} for device in user["mfa_devices"]]
    return {**{name: user[name] for name in _OF_USERS}, "mfa_devices": devices}


def _policy(module: AnsibleAWSModule, connection: Connection) -> dict[str, t.Any]:
    """Return what there is of the policy; that AWS refused to show it is the role's to judge."""
    params = module.params
    try:
        found = look(connection, params["policy_name"], params["document"], params["group"])
    except AwsRefused as refusal:
        return {"unknown": refusal.message}
    return {**found, "unknown": ""}


def main() -> None:
    argument_spec = {
        **account_options.account_options(),
        "policy_name": {"type": "str"},
        "document": {"type": "json"},
        "group": {"type": "str"},
    }
    run_bulk_module(argument_spec, run, required_by={"policy_name": ["document"]})


if __name__ == "__main__":
    main()
