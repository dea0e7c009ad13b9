# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_user_hardening_plan
version_added: 0.1.0
short_description: Plan what the role iam_user_hardening does
description:
  - Private to this collection, the inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what
    this action takes and returns may change with any release.
  - Reads the role's inputs from the variables of the task and types them as its argument spec says. Refuses what cannot
    be right, reads the account, and returns what has to be done for whom.
    Changes nothing.
author:
  - hardening.aws contributors (@hardening-aws)
options: {}
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
attributes:
  action:
    description: The plan is made on the controller, from what the host reads.
    support: full
notes:
  - The required permissions are those of M(hardening.aws.iam_mfa_device_info) with C(account=true), and for enforcement
    those for looking at a policy and a group - C(iam:ListPolicies), C(iam:GetPolicy), C(iam:GetPolicyVersion),
    C(iam:ListEntitiesForPolicy) and C(iam:GetGroup).
seealso:
  - module: hardening.aws.iam_mfa_device_info
extends_documentation_fragment:
  - hardening.aws._attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Show whom the role would enrol
  ansible.builtin.include_role:
    name: hardening.aws.iam_user_hardening
    apply:
      check_mode: true
"""

RETURN = r"""
plan:
  description: What has to be done for whom.
  returned: success
  type: dict
  sample: {"selected": ["alice", "bob"], "has_mfa": ["bob"]}
"""
