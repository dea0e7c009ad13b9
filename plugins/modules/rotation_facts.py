#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the playbook rotate has to know before it changes anything."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rotation_facts
version_added: 0.2.0
short_description: Read what the rotation of MFA devices has to know
description:
  - Private to the playbook C(hardening.aws.rotate). What it takes and returns may change with any release.
  - Reads which virtual devices the users have, and whether the seeds of their new ones are stored for them. Changes
    nothing, and returns no seed.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  devices:
    description:
      - The new device of each user.
    type: list
    elements: dict
    required: true
    suboptions:
      user_name:
        description:
          - The name of the IAM user.
        type: str
        required: true
      device_name:
        description:
          - The name of the new device.
        type: str
        required: true
  seed_store:
    description:
      - Where the seeds of new devices are looked for, as O(hardening.aws.iam_mfa_devices#module:seed_store). They are
        not looked for if not given.
    type: dict
  concurrency:
    description:
      - How many seeds are looked for at once.
    type: int
    default: 16
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - The required permissions are C(iam:ListUsers) and C(iam:ListVirtualMFADevices), and those to read the seed store.
extends_documentation_fragment:
  - hardening.aws._attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Look at the users' devices
  hardening.aws.rotation_facts:
    devices:
      - user_name: alice
        device_name: alice-2026
  register: facts
"""

RETURN = r"""
facts:
  description: What there is, one for each of O(devices), in the same order.
  returned: success
  type: list
  elements: dict
  sample:
    - user_name: alice
      device_name: alice-2026
      exists: true
      serial_number: arn:aws:iam::123456789012:mfa/alice-2026
      age_days: 9
      record_problem: null
      others: ["arn:aws:iam::123456789012:mfa/alice"]
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils._account.rotation_facts import read_facts
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._aws.iam import MfaApi
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._seeds.registry import open_store


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    connection = Connection(module, params["concurrency"])
    api = MfaApi(connection)
    store = None
    if params["seed_store"] is not None:
        store = open_store(params["seed_store"], connection, lambda: api.account()[1])
    module.exit_json(changed=False, facts=read_facts(api, store, params["devices"], params["concurrency"]))


def main() -> None:
    device = {"user_name": {"type": "str", "required": True}, "device_name": {"type": "str", "required": True}}
    argument_spec = {
        "devices": {"type": "list", "elements": "dict", "required": True, "options": device},
        "seed_store": {"type": "dict"},
        "concurrency": {"type": "int", "default": 16},
    }
    run_bulk_module(argument_spec, run)


if __name__ == "__main__":
    main()
