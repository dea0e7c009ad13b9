# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: audited_accounts
version_added: 0.2.0
short_description: Say which accounts an audit of many hosts has read
description:
  - Private to the playbook C(hardening.aws.audit). What it takes and returns may change with any release.
  - Looks at what the hosts of the play have registered. Makes no call.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  inputs:
    description:
      - The name of the variable that holds the result of M(hardening.aws.playbook_inputs).
    type: str
    required: true
  account:
    description:
      - The name of the variable that holds the result of M(hardening.aws.playbook_account).
    type: str
    required: true
  report:
    description:
      - The name of the variable that holds the result of M(hardening.aws.iam_mfa_report).
    type: str
    required: true
attributes:
  check_mode:
    description: Does the same in check mode, as it changes nothing.
    support: full
  action:
    description: The task runs on the controller.
    support: full
seealso:
  - module: hardening.aws.iam_mfa_report_merge
"""

EXAMPLES = r"""
- name: See which accounts were read
  hardening.aws.audited_accounts:
    inputs: inputs
    account: account
    report: report
  register: accounts
"""

RETURN = r"""
sources:
  description: The JSON reports of the accounts that were read.
  returned: success
  type: list
  elements: str
  sample: [/home/ops/reports/iam-mfa-report-123456789012.json]
unread:
  description: The accounts that could not be read, with the reasons.
  returned: success
  type: list
  elements: dict
  sample:
    - account_id: "333333333333"
      account_name: legacy
      reason: The role cannot be assumed.
account_names:
  description: What the accounts are called in the inventory, by number.
  returned: success
  type: dict
  sample: {"123456789012": "shop"}
dest:
  description: The directory that all reports are in.
  returned: success
  type: str
  sample: /home/ops/reports
"""
