#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: offboard_seeds
version_added: 0.2.0
short_description: Remove the seeds of people who were offboarded from a vaulted file
description:
  - Private to the playbook C(hardening.aws.offboard). What it takes and returns may change with any release.
  - Makes no call. Returns no seed.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  seed_vault_file:
    description:
      - C(path) and C(vault_id) of the file.
    type: dict
    required: true
  results:
    description:
      - What M(hardening.aws.iam_user_access) returned of the users.
    type: list
    elements: dict
    required: true
  account:
    description:
      - What M(hardening.aws.playbook_account) returned.
    type: dict
    required: true
attributes:
  check_mode:
    description: Tells what would be removed.
    support: full
  diff_mode:
    description: Shows the devices whose seeds are removed. Never shows a seed.
    support: full
  action:
    description: The task runs on the controller.
    support: full
seealso:
  - module: hardening.aws.vaulted_seeds
"""

EXAMPLES = r"""
- name: Remove their seeds
  hardening.aws.offboard_seeds:
    seed_vault_file:
      path: vault/mfa-seeds.yml
    results: "{{ access.results }}"
    account: "{{ account }}"
"""

RETURN = r"""
removed:
  description: The devices whose seeds were removed, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: ["arn:aws:iam::123456789012:mfa/bob"]
"""
