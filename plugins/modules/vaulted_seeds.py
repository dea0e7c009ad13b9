# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: vaulted_seeds
version_added: 0.1.0
short_description: Keep seeds of MFA devices in an ansible-vault file on the controller
description:
  - Adds seeds to a YAML file on the controller that is encrypted with the vault password of the run, and returns what
    the file holds. C(ansible-vault view) shows it with the same password.
  - Seeds are never on disk in clear text. The new file is encrypted in memory, written beside the old one, and takes
    its place in one step, so a run that is killed leaves either the old file or the new one.
  - No seed is lost. If another seed is added for a serial number that is already in the file, the older record moves to
    the list C(superseded) of the new one.
  - Two runs may write the same file. A lock beside it (C(.lock)) makes one wait for the other.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  path:
    description:
      - The file on the controller. A relative path is relative to the directory that C(ansible-playbook) is started in;
        up to version 0.1.0 it was relative to the playbook. If there is a file of that name beside the playbook, the
        task fails and names both, so that nobody loses sight of seeds.
      - It may not be inside an installed collection, as an upgrade of the collection would delete it.
      - The file is created when the first seed is added, and only its owner may read it. Its folder has to exist.
    type: path
    required: true
  state:
    description:
      - V(present) - the seeds in O(records) are in the file.
      - V(absent) - the file has no seed of the devices in O(serial_numbers), which is required then. With a record go
        the older ones that it superseded. A record that was made for somebody else than O(owners) says stays. Delete
        the devices first.
    type: str
    choices: [present, absent]
    default: present
    version_added: 0.2.0
  vault_id:
    description:
      - The vault ID whose password encrypts the file. If not given, the first one of the run. Any of the run's
        passwords may decrypt it.
    type: str
  records:
    description:
      - The seeds to add. The task must have C(no_log) set to V(true).
      - Each is a dictionary with C(serial_number) and C(seed), and, if they are known, C(user_name), C(otpauth_uri) and
        C(created). Other keys are left out, so results of M(hardening.aws.iam_mfa_devices) can be given as they are.
    type: list
    elements: dict
    default: []
  return_seeds:
    description:
      - Whether to return the seeds. The task must have C(no_log) set to V(true).
    type: bool
    default: false
  serial_numbers:
    description:
      - Look for these serial numbers only. All that the file holds if not given. With O(state=absent), those to remove.
    type: list
    elements: str
  owners:
    description:
      - Whose the devices are. A dictionary by serial number of dictionaries with C(user_name) and C(create_date), the
        moment at which the user was created, as M(hardening.aws.iam_mfa_device_info) returns both.
      - A record that was made for another user, or for an earlier one of the same name, counts as not there. Devices
        that are not listed here count in any case.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Returns what would be added or removed, and writes nothing.
    support: full
  diff_mode:
    description: Shows the serial numbers that are added or removed. Never shows a seed.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: full
  action:
    description: The task runs on the controller.
    support: full
notes:
  - The file has the one key C(mfa_seeds), a dictionary by serial number. C(vars_files) can load it.
  - Needs a controller with POSIX file locks.
seealso:
  - module: hardening.aws.iam_mfa_devices
"""

EXAMPLES = r"""
- name: Make devices
  hardening.aws.iam_mfa_devices:
    devices:
      - user_name: alice
      - user_name: bob
    state: present
  register: made
  no_log: true

- name: Keep their seeds
  hardening.aws.vaulted_seeds:
    path: vault/mfa-seeds.yml
    records: "{{ made.results | selectattr('seed', 'defined') }}"
  no_log: true

- name: Forget the seed of a device that was deleted
  hardening.aws.vaulted_seeds:
    path: vault/mfa-seeds.yml
    state: absent
    serial_numbers:
      - arn:aws:iam::123456789012:mfa/alice

- name: Tell whose seeds there are
  hardening.aws.vaulted_seeds:
    path: vault/mfa-seeds.yml
  register: kept
"""

RETURN = r"""
path:
  description: The file, with symbolic links resolved.
  returned: success
  type: str
  sample: /srv/ansible/vault/mfa-seeds.yml
serial_numbers:
  description: The serial numbers whose seeds the file holds, of those that were asked for.
  returned: success
  type: list
  elements: str
  sample: ["arn:aws:iam::123456789012:mfa/alice"]
added:
  description: The serial numbers whose seeds were added, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: ["arn:aws:iam::123456789012:mfa/alice"]
removed:
  description: The serial numbers whose seeds were removed, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: []
  version_added: 0.2.0
seeds:
  description: The seeds by serial number.
  returned: if O(return_seeds=true)
  type: dict
  sample: {}
"""
