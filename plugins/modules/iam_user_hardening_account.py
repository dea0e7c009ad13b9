#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the role iam_user_hardening has to know of an account, read at once; and MFA enforced by what was read."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_user_hardening_account
version_added: 0.2.0
short_description: Read an account for the role iam_user_hardening, or enforce MFA in it
description:
  - Private to this collection, the inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what
    this module takes and returns may change with any release.
  - Reads the users of the account and their devices, and beside that the policy that the role enforces.
  - Without O(enforce) it changes nothing, and returns what it read.
  - With O(enforce) it decides by what it read who gets the policy, and who is put into the group, so that nobody is
    locked out. Then it creates the policy or corrects it, attaches it, and puts users into the group. One user who
    fails stops no other.
  - One module does both, as Ansible takes half a second to get a module ready that a run has not used yet.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  user_details:
    description:
      - Whether to read groups, tags and attached policies of the users. They are always read with O(enforce).
    type: bool
    default: false
  concurrency:
    description:
      - How many users are asked for, or worked on, at once, from 1 to 256.
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
      - The name of the group that the policy is for. Without it, the policy is for users.
    type: str
  enforce:
    description:
      - What the role's plan wants. Requires O(policy_name).
    type: dict
    suboptions:
      selected:
        description: The names of users whom the role works on.
        type: list
        elements: str
        required: true
      policy_arn:
        description: The ARN that the policy would have.
        type: str
        required: true
      caller:
        description: The name of the user whose credentials the run has, if they are a user's.
        type: str
      enforce_group_members:
        description: Whether selected users who have MFA are put into O(group).
        type: str
        choices: [report, add]
        default: report
      enforce_self_enrolment:
        description: Whether users enrol themselves, so that the policy locks out nobody who has no device yet.
        type: bool
        default: false
      enrol:
        description: Whether the role enrolled users.
        type: bool
        default: true
      exclude:
        description: The names of users who are never touched.
        type: list
        elements: str
        default: []
      exclude_patterns:
        description: Patterns of such names.
        type: list
        elements: str
        default: []
      told:
        description: Users of whom it is said already why they were not enrolled.
        type: list
        elements: str
        default: []
      enabled:
        description: Users who would have a device by then, in check mode.
        type: list
        elements: str
        default: []
attributes:
  check_mode:
    description: Predicts what would be changed. Makes no call that writes.
    support: full
  diff_mode:
    description: Shows what the policy says before and after, who gets it, and who is put into the group.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: full
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - The required permissions are those of M(hardening.aws.iam_mfa_device_info) with C(account=true), and for
    O(policy_name) C(iam:ListPolicies), C(iam:GetPolicy), C(iam:GetPolicyVersion) and C(iam:ListEntitiesForPolicy), and
    for O(group) C(iam:GetGroup).
  - For what O(enforce) has to change they are C(iam:CreatePolicy), C(iam:ListPolicyVersions),
    C(iam:CreatePolicyVersion), C(iam:DeletePolicyVersion), C(iam:AttachUserPolicy), C(iam:AttachGroupPolicy) and
    C(iam:AddUserToGroup).
seealso:
  - module: hardening.aws.iam_mfa_device_info
  - module: hardening.aws.iam_policy_attachment
extends_documentation_fragment:
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
  returned: success, without O(enforce)
  type: list
  elements: dict
  sample:
    - user_name: alice
      mfa_active: true
policy:
  description:
    - The policy, and why it is not known (C(unknown)). Null if O(policy_name) is not given, and with O(enforce) if
      there is none, as in check mode.
  returned: success
  type: dict
  sample:
    arn: arn:aws:iam::123456789012:policy/deny-unless-mfa
    is_ours: true
enforcement:
  description: Who gets the policy, who does not, and why.
  returned: with O(enforce), as soon as it is decided
  type: dict
  sample: {"users": ["alice", "bob"], "withheld": ["carol"]}
policy_changed:
  description: Whether the policy was made or changed, or in check mode would be.
  returned: as RV(enforcement)
  type: bool
  sample: true
attached:
  description: What became of each user or group that lacked the policy.
  returned: with O(enforce), unless the task failed before that
  type: list
  elements: dict
  sample: [{"kind": "user", "name": "alice", "changed": true, "actions": ["attach"], "failed": false, "msg": ""}]
members:
  description: What became of each user who was to be put into the group.
  returned: as RV(attached)
  type: list
  elements: dict
  sample: [{"user_name": "alice", "changed": true, "actions": ["add"], "failed": false, "msg": ""}]
"""

import json
import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _messages, _problems
from ansible_collections.hardening.aws.plugins.module_utils._access import bulk
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._enforcement.account import Enforced, read
from ansible_collections.hardening.aws.plugins.module_utils._enforcement.decision import Wanted
from ansible_collections.hardening.aws.plugins.module_utils._enforcement.enforce import Done, Enforcer, shown
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError

_NAMES = {"type": "list", "elements": "str"}


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    _problems.refuse(_input_problems(params))
    connection = Connection(module, params["concurrency"])
    enforced = None
    if params["policy_name"]:
        enforced = Enforced(params["policy_name"], params["document"], params["group"])
    if params["enforce"] and enforced:
        _enforce(module, Enforcer(connection, _wanted(params), enforced, params["concurrency"], module.check_mode))
    else:
        info, _policy = read(connection, params["concurrency"], params["user_details"], enforced)
        module.exit_json(changed=False, **info)


def _enforce(module: AnsibleAWSModule, enforcer: Enforcer) -> None:
    try:
        enforcer.run()
    except MfaError as error:
        _messages.fail(module, error, **_result(enforcer.done))
    else:
        _finish(module, enforcer.done)


def _wanted(params: dict[str, t.Any]) -> Wanted:
    given = params["enforce"]
    return Wanted(
        settings={
            **given,
            "enforce_policy": "group" if params["group"] else "users",
            "enforce_policy_name": params["policy_name"],
            "enforce_group": params["group"] or "",
        },
        selected=given["selected"],
        caller=given["caller"],
        policy_arn=given["policy_arn"],
        told=frozenset(given["told"]),
        enabled=given["enabled"],
    )


def _finish(module: AnsibleAWSModule, done: Done) -> None:
    bulk.pass_warnings_on(done.outcomes)
    answer = {
        **_result(done),
        "attached": [outcome.result() for outcome in done.attached],
        "members": [outcome.result() for outcome in done.members],
    }
    if any(outcome.failed for outcome in done.outcomes):
        module.fail_json(msg=bulk.failures_text(done.outcomes, "users and groups"), **answer)
    module.exit_json(**answer)


def _result(done: Done) -> dict[str, t.Any]:
    """Return what was done until now."""
    if done.decided is None:
        return {"changed": False}
    result: dict[str, t.Any] = {
        "changed": done.changed,
        "enforcement": done.decided,
        "policy": {"arn": done.policy.arn} if done.policy else None,
        "policy_changed": done.policy_changed,
    }
    diffs = [bulk.diff_of(outcomes) for outcomes in (done.attached, done.members) if outcomes]
    if done.policy_changed:
        diffs.insert(0, {"before": shown(done.before), "after": shown(done.document)})
    return {**result, "diff": diffs} if diffs else result


def _input_problems(params: dict[str, t.Any]) -> list[str]:
    found = _problems.Problems("")
    if params["document"] is not None:
        try:
            json.loads(params["document"])
        except ValueError as error:
            found.add("document", f"is not JSON ({error}): correct it.")
    _problems.check_concurrency(found, params["concurrency"])
    return found.found


def _enforce_options() -> dict[str, t.Any]:
    return {
        "selected": {**_NAMES, "required": True},
        "policy_arn": {"type": "str", "required": True},
        "caller": {"type": "str"},
        "enforce_group_members": {"type": "str", "choices": ["report", "add"], "default": "report"},
        "enforce_self_enrolment": {"type": "bool", "default": False},
        "enrol": {"type": "bool", "default": True},
        "exclude": {**_NAMES, "default": []},
        "exclude_patterns": {**_NAMES, "default": []},
        "told": {**_NAMES, "default": []},
        "enabled": {**_NAMES, "default": []},
    }


def main() -> None:
    argument_spec = {
        "user_details": {"type": "bool", "default": False},
        "concurrency": {"type": "int", "default": 16},
        "policy_name": {"type": "str"},
        "document": {"type": "json"},
        "group": {"type": "str"},
        "enforce": {"type": "dict", "options": _enforce_options()},
    }
    run_bulk_module(argument_spec, run, required_by={"policy_name": ["document"], "enforce": ["policy_name"]})


if __name__ == "__main__":
    main()
