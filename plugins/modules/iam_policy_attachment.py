#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A managed policy on many IAM users and groups, in one task."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_policy_attachment
version_added: 0.2.0
short_description: Attach a managed policy to many IAM users and groups at once
description:
  - Attaches a managed policy to any number of AWS IAM users and groups, or takes it off, several at once.
  - Reads who has the policy in pages of up to 1,000, so a run that changes nothing costs a handful of calls.
  - Creates nobody. A user or group that is not there, or is deleted while the task runs, fails.
  - One that fails stops no other. If any failed, the task fails after all have been tried, with every result.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  policy_arn:
    description:
      - The ARN of the policy, which may be one of AWS's own.
    type: str
    required: true
  users:
    description:
      - Names of users. IAM does not tell upper from lower case.
      - With neither this nor O(groups) the task is refused. Empty lists are fine, and then the task tells who has the
        policy.
    type: list
    elements: str
  groups:
    description:
      - Names of groups.
    type: list
    elements: str
  state:
    description:
      - V(present) - the policy is attached to those who are named.
      - V(absent) - it is not. A name that nobody has is a warning.
    type: str
    choices: [present, absent]
    default: present
  purge:
    description:
      - Whether others lose the policy. Users only if O(users) is given, groups only if O(groups) is given, roles never.
      - Refused with an empty list, as that would take the policy off everybody.
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
    look whether names are right, with C(iam:GetUser) and C(iam:GetGroup), or C(iam:ListUsers) and C(iam:ListGroups)
    for more than ten; without these permissions they warn.
  - Throttling is met by pacing the calls. The C(retries) of O(aws_config) set how often a call that failed is
    attempted, V(10) times if not given.
  - A policy that is attached as a permissions boundary does not count as attached.
seealso:
  - module: amazon.aws.iam_managed_policy
  - module: hardening.aws.iam_mfa_devices
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: These users are denied everything without MFA
  hardening.aws.iam_policy_attachment:
    policy_arn: arn:aws:iam::123456789012:policy/deny-unless-mfa
    users: [alice, bob, carol]

- name: Nobody but the group of auditors can read everything
  hardening.aws.iam_policy_attachment:
    policy_arn: arn:aws:iam::aws:policy/ReadOnlyAccess
    groups: [auditors]
    purge: true

- name: Who has the policy?
  hardening.aws.iam_policy_attachment:
    policy_arn: arn:aws:iam::123456789012:policy/deny-unless-mfa
    users: []
    groups: []
  register: policy

- name: Take it off the users, now that a group has it
  hardening.aws.iam_policy_attachment:
    policy_arn: arn:aws:iam::123456789012:policy/deny-unless-mfa
    users: "{{ policy.attached.users }}"
    state: absent
"""

RETURN = r"""
results:
  description:
    - One result for each element of O(users) and then of O(groups), in the same order. After these, one for each that
      O(purge) takes the policy off.
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
      description: Whether the policy could not be attached or taken off.
      type: bool
      returned: always
      sample: false
    msg:
      description: What went wrong and what to do about it. Empty if nothing did.
      type: str
      returned: always
      sample: ""
    error:
      description: What AWS refused.
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
    - Who has the policy afterwards, or in check mode would have it. C(users) and C(groups), each if its option is
      given.
  returned: as RV(results)
  type: dict
  sample:
    users: [alice, bob, carol]
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _messages, _problems
from ansible_collections.hardening.aws.plugins.module_utils._access import attachment_plan as plans
from ansible_collections.hardening.aws.plugins.module_utils._access import bulk
from ansible_collections.hardening.aws.plugins.module_utils._access.attachment_apply import Attacher, PolicyApi
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError


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
    module = bulk_module(argument_spec=plans.attachment_options(), supports_check_mode=True)
    try:
        run(module)
    except MfaError as error:
        _messages.fail(module, error)


if __name__ == "__main__":
    main()
