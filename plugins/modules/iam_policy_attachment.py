#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Attaches a managed policy to many IAM users and groups in one task."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_policy_attachment
version_added: 0.2.0
short_description: Attach a managed policy to many IAM users and groups at once
description:
  - Attaches a managed policy to any number of AWS IAM users and groups, or detaches it, several at once.
  - Reads who has the policy in pages of up to 1,000, so a run that changes nothing takes a handful of calls.
  - Creates no user or group. One that does not exist, or is deleted while the task runs, is a failure.
  - If one user or group fails, the others are still done. The task then fails at its end, with every result.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  policy_arn:
    description:
      - The ARN of the policy, which may be an AWS managed policy.
    type: str
    required: true
  users:
    description:
      - Names of users. Upper and lower case do not matter.
      - Either this or O(groups) is required. Both may be empty lists; the task then only returns who has the policy.
    type: list
    elements: str
  groups:
    description:
      - Names of groups.
    type: list
    elements: str
  state:
    description:
      - V(present) - the policy is attached to the users and groups that are named.
      - V(absent) - it is not. A name that does not exist is a warning.
    type: str
    choices: [present, absent]
    default: present
  purge:
    description:
      - Whether the policy is detached from all others. From users only if O(users) is given, from groups only if
        O(groups) is given, from roles never.
      - Refused with an empty list, as that would detach the policy from everybody.
    type: bool
    default: false
  concurrency:
    description:
      - How many users and groups are worked on at once, from 1 to 256.
    type: int
    default: 16
attributes:
  check_mode:
    description: Predicts what would be changed. Makes no call that writes.
    support: full
  diff_mode:
    description: Shows a line for each user and group that changes.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: full
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - The required permissions are C(iam:ListEntitiesForPolicy), and C(iam:AttachUserPolicy), C(iam:AttachGroupPolicy),
    C(iam:DetachUserPolicy) and C(iam:DetachGroupPolicy) for what has to be changed. Check mode and O(state=absent)
    also check that names exist, with C(iam:GetUser) and C(iam:GetGroup), or for more than ten with C(iam:ListUsers)
    and C(iam:ListGroups); without these permissions they warn.
  - If AWS throttles calls, they are paced. The C(retries) of O(aws_config) say how often a call is attempted, V(10)
    times by default.
  - A policy that is attached as a permissions boundary does not count as attached.
seealso:
  - module: amazon.aws.iam_managed_policy
  - module: hardening.aws.iam_mfa_devices
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Deny these users everything without MFA
  hardening.aws.iam_policy_attachment:
    policy_arn: arn:aws:iam::123456789012:policy/deny-unless-mfa
    users: [alice, bob, carol]

- name: Let only the group of auditors read everything
  hardening.aws.iam_policy_attachment:
    policy_arn: arn:aws:iam::aws:policy/ReadOnlyAccess
    groups: [auditors]
    purge: true

- name: Find out who has the policy
  hardening.aws.iam_policy_attachment:
    policy_arn: arn:aws:iam::123456789012:policy/deny-unless-mfa
    users: []
    groups: []
  register: policy

- name: Detach it from the users, now that a group has it
  hardening.aws.iam_policy_attachment:
    policy_arn: arn:aws:iam::123456789012:policy/deny-unless-mfa
    users: "{{ policy.attached.users }}"
    state: absent
"""

RETURN = r"""
results:
  description:
    - One result for each element of O(users) and then of O(groups), in the same order, followed by one for each user
      and group that O(purge) detaches the policy from.
  returned: always, unless the input was refused or it could not be read who has the policy
  type: list
  elements: dict
  contains:
    kind:
      description: V(user) or V(group).
      type: str
      returned: always
      sample: user
    name:
      description: The name of the user or group.
      type: str
      returned: always
      sample: alice
    changed:
      description: Whether anything was changed, or in check mode would be.
      type: bool
      returned: always
      sample: true
    actions:
      description: What was done, or in check mode would be - V(attach) or V(detach).
      type: list
      elements: str
      returned: always
      sample: [attach]
    failed:
      description: Whether the policy could not be attached or detached.
      type: bool
      returned: always
      sample: false
    msg:
      description: What went wrong and what to do about it. Empty if nothing did.
      type: str
      returned: always
      sample: ""
    error:
      description: The call that AWS refused.
      type: dict
      returned: if AWS refused a call
      sample:
        code: LimitExceeded
        operation: iam:AttachUserPolicy
summary:
  description: How many users and groups there are in all, and how many of them were changed, unchanged and failed.
  returned: as RV(results)
  type: dict
  sample:
    total: 500
    changed: 12
    unchanged: 486
    failed: 2
attached:
  description:
    - Who has the policy afterwards, or in check mode would have it. C(users) is returned if O(users) is given, and
      C(groups) if O(groups) is.
  returned: as RV(results)
  type: dict
  sample:
    users: [alice, bob, carol]
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _problems
from ansible_collections.hardening.aws.plugins.module_utils._access import attachment_plan as plans
from ansible_collections.hardening.aws.plugins.module_utils._access import bulk
from ansible_collections.hardening.aws.plugins.module_utils._access.attachment_apply import Attacher, PolicyApi
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    _problems.refuse(plans.problems(params))
    api = PolicyApi(Connection(module, params["concurrency"]), params["policy_arn"])
    attacher = Attacher(api, params, module.check_mode)
    outcomes = attacher.run()
    attached = {
        f"{kind}s": sorted(name for (of_kind, _key), name in attacher.attached.items() if of_kind == kind)
        for kind in plans.KINDS
        if params[f"{kind}s"] is not None
    }
    bulk.finish(module, outcomes, "users and groups", attached=attached)


def main() -> None:
    run_bulk_module(plans.attachment_options(), run)


if __name__ == "__main__":
    main()
