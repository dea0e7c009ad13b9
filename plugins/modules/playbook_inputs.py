# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: playbook_inputs
version_added: 0.2.0
short_description: Read the inputs of a playbook of this collection
description:
  - Private to the playbooks of this collection. What it takes and returns may change with any release.
  - Reads all variables that begin with the playbook's name, refuses unknown ones, and types them as a module's options.
    Fails with all problems at once. Makes no call.
  - Looks at the variables that say which AWS account a host is. Fails if one of several hosts has none, or two hosts
    have the same.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  playbook:
    description:
      - The name of the playbook.
    type: str
    required: true
    choices: [adopt, audit, handover, harden, merge_reports, offboard, resync, rotate]
attributes:
  check_mode:
    description: Does the same in check mode, as it changes nothing.
    support: full
  action:
    description: The task runs on the controller.
    support: full
"""

EXAMPLES = r"""
- name: Check the inputs
  hardening.aws.playbook_inputs:
    playbook: rotate
  register: rotation
"""

RETURN = r"""
inputs:
  description: The inputs by their names without the prefix, typed, with defaults and absolute paths.
  returned: success
  type: dict
  sample: {"users": ["alice"], "suffix": "2026"}
"""
