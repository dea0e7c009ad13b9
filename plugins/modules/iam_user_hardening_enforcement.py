# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_user_hardening_enforcement
version_added: 0.2.0
short_description: Decide whom the role iam_user_hardening enforces MFA on
description:
  - Private to this collection, the inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what
    this action takes and returns may change with any release.
  - Finds out who has an MFA device at this moment, who has the policy, and whether it is as it should be. Decides who
    gets it, and who is put into the group, so that nobody is locked out. Changes nothing.
  - Reads the plan and the results of enrolment from the role's variables.
author:
  - hardening.aws contributors (@hardening-aws)
options: {}
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
attributes:
  action:
    description: The decision is made on the controller, from what the host reads.
    support: full
notes:
  - The required permissions are those of M(hardening.aws.iam_mfa_device_info) with C(account=true) and
    C(user_details=true), C(iam:ListEntitiesForPolicy), C(iam:ListPolicies), C(iam:GetPolicy),
    C(iam:GetPolicyVersion) and C(iam:GetGroup).
seealso:
  - module: hardening.aws.iam_mfa_device_info
  - module: hardening.aws.iam_policy_attachment
extends_documentation_fragment:
  - hardening.aws._attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Show on whom the role would enforce MFA
  ansible.builtin.include_role:
    name: hardening.aws.iam_user_hardening
    apply:
      check_mode: true
"""

RETURN = r"""
enforcement:
  description: Who gets the policy, who does not, and why.
  returned: success
  type: dict
  sample: {"users": ["alice", "bob"], "withheld": ["carol"]}
"""
