# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: playbook_account_check
version_added: 0.2.0
short_description: Show which AWS account a host of a playbook is, or refuse it
description:
  - Private to the playbooks of this collection. What it takes and returns may change with any release.
  - Fails if the account is another than the expected one, or the same as that of another host of the play.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  registered:
    description:
      - The name of the variable that holds the result of M(hardening.aws.playbook_account).
    type: str
    required: true
  expected_account_id:
    description:
      - The number that the account must have.
    type: str
attributes:
  check_mode:
    description: Does the same in check mode, as it changes nothing.
    support: full
  action:
    description: The task runs on the controller.
    support: full
seealso:
  - module: hardening.aws.playbook_account
"""

EXAMPLES = r"""
- name: Show the account
  hardening.aws.playbook_account_check:
    registered: account
"""

RETURN = r"""
msg:
  description: The line that says which account this is.
  returned: success
  type: str
  sample: AWS account 123456789012 (example), as arn:aws:sts::123456789012:assumed-role/hardening/session
"""
