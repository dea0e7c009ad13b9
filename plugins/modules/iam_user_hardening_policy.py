#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The policy that the role iam_user_hardening keeps."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_user_hardening_policy
version_added: 0.2.0
short_description: Keep the policy of the role iam_user_hardening
description:
  - Private to this collection, the inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what
    this module takes and returns may change with any release.
  - Makes a managed policy or changes what it says. A policy that the role did not make is left as it is.
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
seealso:
  - module: amazon.aws.iam_managed_policy
  - module: hardening.aws.iam_policy_attachment
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
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
"""

import json
import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils._access.managed_policy import Policy, PolicyKeeper
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module


def run(module: AnsibleAWSModule) -> None:
    keeper = PolicyKeeper(Connection(module), module.params["name"])
    document = None if module.params["document"] is None else json.loads(module.params["document"])
    found = keeper.find()
    changed = document is not None and (found is None or not found.says(document))
    diff = {"before": _shown(found.document if found else None), "after": _shown(document)}
    if changed and document is not None and not module.check_mode:
        found, changed = keeper.keep(document, found)
    answer: dict[str, t.Any] = {"changed": changed, "policy": _result(found)}
    if changed:
        answer["diff"] = diff
    module.exit_json(**answer)


def _result(policy: Policy | None) -> dict[str, t.Any] | None:
    return None if policy is None else {"arn": policy.arn, "is_ours": policy.is_ours}


def _shown(document: t.Any) -> str:
    return "" if document is None else json.dumps(document, indent=2, sort_keys=True) + "\n"


def main() -> None:
    run_bulk_module({"name": {"type": "str", "required": True}, "document": {"type": "json"}}, run)


if __name__ == "__main__":
    main()
