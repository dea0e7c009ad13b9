#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The work of the playbook rotate."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rotation
version_added: 0.2.0
short_description: Rotate the MFA devices of IAM users
description:
  - Private to the playbook C(hardening.aws.rotate). What it takes and returns may change with any release.
  - Reads which virtual devices the users have, and refuses a rotation that must not begin. Attaches the new devices,
    signs in with those of users whose profile is known, and removes the older devices of users whose new one is proven.
  - One user who fails stops no other, and does not fail the module.
  - One module does it all, as Ansible takes half a second to get a module ready that a run has not used yet.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  inputs:
    description:
      - The inputs of the playbook, as M(hardening.aws.playbook_inputs) returned them.
    type: dict
    required: true
  concurrency:
    description:
      - How many users are worked on at once, from 1 to 256.
    type: int
    default: 16
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
  - pyotp >= 2.9.0
attributes:
  action:
    description: An action plugin shows how far the module is.
    support: full
  check_mode:
    description: Predicts what would be changed. Makes no call that writes, and signs in nobody.
    support: full
  diff_mode:
    description: Shows a line for each device that is attached or removed.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: full
notes:
  - The required permissions are those of M(hardening.aws.iam_mfa_devices) with a seed store, and
    C(iam:ListMFADeviceTags) if older devices are to be retired and the store is not the holder.
  - Users in C(rotate_profiles) need C(sts:GetCallerIdentity) and C(sts:GetSessionToken), which nobody has to grant.
seealso:
  - module: hardening.aws.iam_mfa_devices
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Rotate the devices
  hardening.aws.rotation:
    inputs: "{{ rotate.inputs }}"
  register: rotated
"""

RETURN = r"""
report:
  description: What was done, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: ["new devices: 0 attached, 2 were there, 0 failed", "older devices: 1 removed, of 1 user"]
failures:
  description: Who was left out, and why.
  returned: success
  type: list
  elements: str
  sample: ["bob: keeps all devices: AWS does not list the new device yet: run again later"]
attached:
  description: What became of each new device, as RV(hardening.aws.iam_mfa_devices#module:results).
  returned: success
  type: list
  elements: dict
  sample: [{"user_name": "alice", "changed": true, "actions": ["create", "store", "enable"], "failed": false}]
retired:
  description: What became of each older device that may go, as RV(hardening.aws.iam_mfa_devices#module:results).
  returned: success
  type: list
  elements: dict
  sample: [{"user_name": "alice", "changed": true, "actions": ["disable", "delete"], "failed": false, "msg": ""}]
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _messages, _problems
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._devices.options import require_libraries
from ansible_collections.hardening.aws.plugins.module_utils._devices.results import lines_diff, warnings_of
from ansible_collections.hardening.aws.plugins.module_utils._rotation.rotate import Rotator


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    found = _problems.Problems("")
    _problems.check_concurrency(found, params["concurrency"])
    _problems.refuse(found.found)
    require_libraries()
    connection = Connection(module, params["concurrency"])
    rotator = Rotator(connection, params["inputs"], params, params["concurrency"], module.check_mode)
    done = rotator.run()
    outcomes = [*done.attached, *done.retired]
    for warning in warnings_of(outcomes):
        _messages.warn(warning)
    report, failures = done.report(module.check_mode)
    module.exit_json(
        changed=any(outcome.changed for outcome in outcomes),
        report=report,
        failures=failures,
        attached=done.attached_results,
        retired=done.retired_results,
        diff=lines_diff(outcomes),
    )


def main() -> None:
    argument_spec = {"inputs": {"type": "dict", "required": True}, "concurrency": {"type": "int", "default": 16}}
    run_bulk_module(argument_spec, run)


if __name__ == "__main__":
    main()
