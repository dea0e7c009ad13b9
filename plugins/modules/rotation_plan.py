# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rotation_plan
version_added: 0.2.0
short_description: Decide what a rotation of MFA devices does
description:
  - Private to the playbook C(hardening.aws.rotate). What it takes and returns may change with any release.
  - Makes no call.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  step:
    description:
      - V(begin) refuses a rotation that must not begin, and names the new devices. V(retire) says which older devices
        may go. V(outcome) says what was done, and fails if somebody was left out.
    type: str
    required: true
    choices: [begin, retire, outcome]
  inputs:
    description:
      - What M(hardening.aws.playbook_inputs) returned.
    type: dict
    required: true
  facts:
    description:
      - What M(hardening.aws.rotation_facts) returned.
    type: list
    elements: dict
    default: []
  unmatched:
    description:
      - What M(hardening.aws.rotation_facts) returned beside that.
    type: list
    elements: str
    default: []
  unusable:
    description:
      - What is wrong with profiles, as M(hardening.aws.rotation_sign_ins) returned it.
    type: list
    elements: str
    default: []
  attached:
    description:
      - Results of attaching the new devices.
    type: list
    elements: dict
    default: []
  listed:
    description:
      - What M(hardening.aws.rotation_facts) returned after that. Left out in check mode.
    type: list
    elements: dict
  not_signed_in:
    description:
      - By user name, why there was no session with the new device, as M(hardening.aws.rotation_sign_ins) returned it.
    type: dict
    default: {}
  retirement:
    description:
      - What O(step=retire) returned.
    type: dict
    default: {}
  retired:
    description:
      - Results of removing the older devices.
    type: list
    elements: dict
    default: []
attributes:
  check_mode:
    description: Does the same in check mode, as it changes nothing.
    support: full
  action:
    description: The task runs on the controller.
    support: full
"""

EXAMPLES = r"""
- name: Refuse a rotation that must not begin
  hardening.aws.rotation_plan:
    step: begin
    inputs: "{{ rotation.inputs }}"
    facts: "{{ found.facts }}"
"""

RETURN = r"""
devices:
  description: The new devices to attach, or the older devices that may go.
  returned: if O(step=begin) or O(step=retire)
  type: list
  elements: dict
  sample: [{"user_name": "alice", "serial_number": "arn:aws:iam::123456789012:mfa/alice"}]
kept:
  description: Who keeps all devices, and why.
  returned: if O(step=retire)
  type: list
  elements: dict
  sample: [{"user_name": "bob", "reason": "the new device was attached by this run"}]
msg:
  description: What was done.
  returned: if O(step=outcome)
  type: list
  elements: str
  sample: ["new devices: 0 attached, 2 were there, 0 failed", "older devices: 1 removed, of 1 users"]
"""
