#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The policy that the role iam_user_hardening keeps, and whom it attaches it to."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_user_hardening_policy
version_added: 0.2.0
short_description: Keep the policy of the role iam_user_hardening, and attach it
description:
  - Private to this collection, the inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what
    this module takes and returns may change with any release.
  - Creates a managed policy or changes what it says, and attaches it to users and groups. A policy that the role
    did not create is left as it is.
  - Nothing is attached if the policy cannot be written. One user or group that fails stops no other.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  name:
    description:
      - The name of the policy, which is found on any path.
    type: str
    required: true
  document:
    description:
      - What the policy says. If this is not given, the policy is looked at and not touched.
    type: json
  policy_arn:
    description:
      - The ARN of the policy, which is there and says what it should. It is only attached.
    type: str
  users:
    description:
      - The names of users that the policy is attached to.
    type: list
    elements: str
  groups:
    description:
      - The names of groups that the policy is attached to.
    type: list
    elements: str
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
    description: Shows what the policy says before and after.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: full
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - The required permissions are C(iam:ListPolicies), C(iam:GetPolicy) and C(iam:GetPolicyVersion), and to make or
    change the policy C(iam:CreatePolicy), C(iam:ListPolicyVersions), C(iam:CreatePolicyVersion) and
    C(iam:DeletePolicyVersion).
  - To attach it, C(iam:ListEntitiesForPolicy), C(iam:AttachUserPolicy) and C(iam:AttachGroupPolicy).
seealso:
  - module: amazon.aws.iam_managed_policy
  - module: hardening.aws.iam_policy_attachment
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Look at the policy
  hardening.aws.iam_user_hardening_policy:
    name: deny-unless-mfa
"""

RETURN = r"""
policy:
  description: The policy's ARN, and whether the role made it. Null if there is none.
  returned: success
  type: dict
  sample:
    arn: arn:aws:iam::123456789012:policy/deny-unless-mfa
    is_ours: true
results:
  description: What became of each user and group, as M(hardening.aws.iam_policy_attachment) has it.
  returned: always, unless the input was refused or the policy could not be written
  type: list
  elements: dict
  sample: []
summary:
  description: How many users and groups there are in all, and how many of them were changed, unchanged and failed.
  returned: if there are users or groups to attach it to
  type: dict
  sample:
    total: 2
    changed: 2
    unchanged: 0
    failed: 0
"""

import json
import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _messages, _problems
from ansible_collections.hardening.aws.plugins.module_utils._access import attachment_plan as plans
from ansible_collections.hardening.aws.plugins.module_utils._access import bulk
from ansible_collections.hardening.aws.plugins.module_utils._access.attachment_apply import Attacher, PolicyApi
from ansible_collections.hardening.aws.plugins.module_utils._access.managed_policy import Policy, PolicyKeeper
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    wanted: dict[str, t.Any] = {"users": params["users"] or None, "groups": params["groups"] or None}
    connection = Connection(module, params["concurrency"])
    if params["policy_arn"]:
        done: dict[str, t.Any] = {"changed": False, "policy": {"arn": params["policy_arn"], "is_ours": True}}
    else:
        done = _keep(module, PolicyKeeper(connection, params["name"]))
    # In check mode there may be no policy yet that could be looked at.
    if done["policy"] is None or not (wanted["users"] or wanted["groups"]):
        module.exit_json(**done, results=[])
    wanted |= {"policy_arn": done["policy"]["arn"], "state": "present", "purge": False}
    _attach(module, connection, {**wanted, "concurrency": params["concurrency"]}, done)


def _keep(module: AnsibleAWSModule, keeper: PolicyKeeper) -> dict[str, t.Any]:
    """Write the policy if it does not say what it should, and return what was done."""
    document = None if module.params["document"] is None else json.loads(module.params["document"])
    found = keeper.find()
    changed = document is not None and (found is None or not found.says(document))
    diff = {"before": _shown(found.document if found else None), "after": _shown(document)}
    if changed and document is not None and not module.check_mode:
        found, changed = keeper.keep(document, found)
    return {"changed": changed, "policy": _result(found), **({"diff": diff} if changed else {})}


def _attach(module: AnsibleAWSModule, connection: Connection, wanted: dict[str, t.Any], done: dict[str, t.Any]) -> None:
    """Attach the policy, and end the module.

    :param done: What was done to the policy itself.
    """
    try:
        _problems.refuse(plans.problems(wanted))
        outcomes = Attacher(PolicyApi(connection, wanted["policy_arn"]), wanted, module.check_mode).run()
    except MfaError as error:
        _messages.fail(module, error, **done)
        return
    done["changed"] = done["changed"] or any(outcome.changed for outcome in outcomes)
    bulk.finish(module, outcomes, "users and groups", **done)


def _result(policy: Policy | None) -> dict[str, t.Any] | None:
    return None if policy is None else {"arn": policy.arn, "is_ours": policy.is_ours}


def _shown(document: t.Any) -> str:
    return "" if document is None else json.dumps(document, indent=2, sort_keys=True) + "\n"


def main() -> None:
    argument_spec = {
        "name": {"type": "str", "required": True},
        "document": {"type": "json"},
        "policy_arn": {"type": "str"},
        "users": {"type": "list", "elements": "str"},
        "groups": {"type": "list", "elements": "str"},
        "concurrency": {"type": "int", "default": 16},
    }
    run_bulk_module(argument_spec, run, mutually_exclusive=[["document", "policy_arn"]])


if __name__ == "__main__":
    main()
