# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_user_hardening_enforcement
version_added: 0.2.0
short_description: Enforce MFA for the role iam_user_hardening
description:
  - Private to this collection, the inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what
    this action takes and returns may change with any release.
  - Runs M(hardening.aws.iam_user_hardening_account) with what the role's plan wants. One user or group who fails does
    not fail the task.
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
    description: What is wanted is put together on the controller; the host decides and does it.
    support: full
  check_mode:
    description: Predicts what would be changed. Makes no call that writes.
    support: full
  diff_mode:
    description: Shows what the policy says before and after, who gets it, and who is put into the group.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: full
notes:
  - The required permissions are those of M(hardening.aws.iam_user_hardening_account).
seealso:
  - module: hardening.aws.iam_user_hardening_account
  - module: hardening.aws.iam_policy_attachment
extends_documentation_fragment:
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
  returned: as soon as it is decided
  type: dict
  sample: {"users": ["alice", "bob"], "withheld": ["carol"]}
attached:
  description: What became of each user or group that lacked the policy.
  returned: unless the task failed before that
  type: list
  elements: dict
  sample: [{"kind": "user", "name": "alice", "changed": true, "actions": ["attach"], "failed": false, "msg": ""}]
members:
  description: What became of each user who was to be put into the group.
  returned: unless the task failed before that
  type: list
  elements: dict
  sample: [{"user_name": "alice", "changed": true, "actions": ["add"], "failed": false, "msg": ""}]
"""
