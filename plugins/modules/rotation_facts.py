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
  - Reads which virtual devices the users have, works out the names of new ones, and whether older ones may go. Changes
    nothing, and returns no seed.
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
notes:
  - The required permissions are C(iam:ListUsers) and C(iam:ListVirtualMFADevices). If older devices are to be retired,
    also those to read the seed store, and C(iam:ListMFADeviceTags) unless the store is the holder.
extends_documentation_fragment:
  - hardening.aws._attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Look at the users' devices
  hardening.aws.rotation_facts:
    inputs: "{{ rotate.inputs }}"
  register: found
"""

RETURN = r"""
facts:
  description: What there is of each user, in the order of C(users), or of all users who can be rotated.
  returned: success
  type: list
  elements: dict
  sample:
    - user_name: alice
      exists: true
      device_name: alice-2
      device_path: /
      due: false
      serial_number: arn:aws:iam::123456789012:mfa/alice-2
      attached_at: "2026-11-17T12:00:00+00:00"
      age_days: 9
      older: ["arn:aws:iam::123456789012:mfa/alice"]
      problem: null
      blocked: null
unmatched:
  description: Patterns of users to leave out that match nobody.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils._account.rotation_facts import Rotation
from ansible_collections.hardening.aws.plugins.module_utils._account.rotation_proof import Proof
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._aws.iam import MfaApi
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._seeds.registry import open_store


def run(module: AnsibleAWSModule) -> None:
    inputs, concurrency = module.params["inputs"], module.params["concurrency"]
    connection = Connection(module, concurrency)
    api = MfaApi(connection)
    proof = None
    if inputs["retire"]:
        store = open_store(inputs["seed_store"], connection, api.account_id)
        proof = Proof(api, store, inputs["holder"], inputs["min_age_days"])
    rotation = Rotation(api, inputs, proof)
    module.exit_json(changed=False, unmatched=rotation.unmatched(), facts=rotation.facts(concurrency))


def main() -> None:
    argument_spec = {"inputs": {"type": "dict", "required": True}, "concurrency": {"type": "int", "default": 16}}
    run_bulk_module(argument_spec, run)


if __name__ == "__main__":
    main()
