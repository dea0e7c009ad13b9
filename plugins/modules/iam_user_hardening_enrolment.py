# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_user_hardening_enrolment
version_added: 0.2.0
short_description: Enrol the users of the role iam_user_hardening with seeds on the controller
description:
  - Private to this collection, the inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what
    this action takes and returns may change with any release.
  - Creates the devices that M(hardening.aws.iam_user_hardening_plan) planned, has their seeds kept, and only then
    attaches them, batch by batch. After each batch it shows how far it is.
  - A user who fails does not fail the task. RV(results) say so, and hold no seed.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  step:
    description:
      - V(all) - enrols everybody, with seeds in an ansible-vault file. In check mode, predicts it.
      - V(create) - creates the devices of a batch, and returns their seeds for the user's own tasks to keep.
      - V(enable) - attaches the devices of a batch whose seeds were kept.
      - V(give_up) - says of each user of a batch why nothing was done.
    type: str
    required: true
    choices: [all, create, enable, give_up]
  batch:
    description:
      - The number of the batch, from 0. Required, unless O(step=all).
    type: int
  reason:
    description:
      - Why the batch failed. Required with O(step=give_up).
    type: str
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
attributes:
  check_mode:
    description: Predicts who would be enrolled. Makes no call.
    support: full
  diff_mode:
    description: Shows no diff.
    support: none
  idempotent:
    description: The plan names those who have no device.
    support: full
  action:
    description: Seeds are kept on the controller. The host makes the calls.
    support: full
notes:
  - The required permissions are those of M(hardening.aws.iam_mfa_devices) without a seed store.
seealso:
  - module: hardening.aws.iam_mfa_devices
  - module: hardening.aws.vaulted_seeds
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Enrol users with seeds on the controller
  ansible.builtin.include_role:
    name: hardening.aws.iam_user_hardening
  vars:
    iam_user_hardening_users: [alice, bob]
    iam_user_hardening_seed_vault_file:
      path: vault/mfa-seeds.yml
"""

RETURN = r"""
results:
  description: What became of each user, for O(step=enable) and O(step=give_up) those of earlier batches first.
  returned: unless O(step=create)
  type: list
  elements: dict
  sample:
    - user_name: alice
      serial_number: arn:aws:iam::123456789012:mfa/alice
      changed: true
      actions: [enable]
      failed: false
      msg: ""
made:
  description: What became of each device that was to be created, without its seed.
  returned: if O(step=create)
  type: list
  elements: dict
  sample: []
new_seeds:
  description: The new devices with their seeds, as the role gives them to the user's own tasks.
  returned: if O(step=create)
  type: list
  elements: dict
  sample: []
problem:
  description: Why no device was created. Empty if any was.
  returned: if O(step=create)
  type: str
  sample: ""
"""
