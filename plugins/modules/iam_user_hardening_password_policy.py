#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_user_hardening_password_policy
version_added: 0.2.0
short_description: Set the account's password policy for the role iam_user_hardening
description:
  - Private to this collection, the inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what
    this action takes and returns may change with any release.
  - Runs M(amazon.aws.iam_password_policy), which assumes no role, with the credentials of a session if O(assume_role)
    is given.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  policy:
    description:
      - Options of M(amazon.aws.iam_password_policy).
    type: dict
    required: true
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
attributes:
  check_mode:
    description: That of M(amazon.aws.iam_password_policy).
    support: partial
    details: The role leaves this out in check mode.
  diff_mode:
    description: Shows no diff.
    support: none
  idempotent:
    description: A policy that is there already is no change.
    support: full
  action:
    description: The host makes the calls.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Set the password policy
  ansible.builtin.include_role:
    name: hardening.aws.iam_user_hardening
  vars:
    iam_user_hardening_users: []
    iam_user_hardening_password_policy:
      min_pw_length: 14
"""

RETURN = r"""
task_status:
  description: That of M(amazon.aws.iam_password_policy).
  returned: success
  type: dict
  sample: {"IAM": "changed"}
"""
