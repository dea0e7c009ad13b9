#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Attached devices whose seeds are stored."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: stored_devices
version_added: 0.2.0
short_description: Find attached MFA devices whose seeds are stored
description:
  - Private to the playbook C(hardening.aws.resync). What it takes and returns may change with any release.
  - Reads which virtual devices users have, and whether their seeds are stored for them. Changes nothing, and returns no
    seed.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  users:
    description:
      - The names of the users. Everybody's devices are found if not given.
    type: list
    elements: str
  seed_store:
    description:
      - Where the seeds are, as O(hardening.aws.iam_mfa_devices#module:seed_store).
    type: dict
    required: true
  concurrency:
    description:
      - How many devices are worked on at once, from 1 to 256.
    type: int
    default: 16
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - The required permissions are C(iam:ListUsers), C(iam:ListVirtualMFADevices) and C(iam:ListMFADeviceTags), and those
    to read the seed store.
extends_documentation_fragment:
  - hardening.aws._attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Find the devices
  hardening.aws.stored_devices:
    seed_store:
      type: secretsmanager
  register: found
"""

RETURN = r"""
devices:
  description: The devices whose seeds are stored for their users.
  returned: success
  type: list
  elements: dict
  sample: [{"user_name": "alice", "serial_number": "arn:aws:iam::123456789012:mfa/alice"}]
left_alone:
  description: The other devices, each with the reason.
  returned: success
  type: list
  elements: dict
  sample:
    - user_name: bob
      serial_number: arn:aws:iam::123456789012:mfa/bob
      reason: was handed over to its user
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _problems
from ansible_collections.hardening.aws.plugins.module_utils._account.stored_devices import stored_devices
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._aws.iam import MfaApi
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._devices.holders import open_store_to_read
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    found = _problems.Problems("")
    _problems.check_concurrency(found, params["concurrency"])
    _problems.refuse(found.found)
    connection = Connection(module, params["concurrency"])
    api = MfaApi(connection)
    store = open_store_to_read(params["seed_store"], connection, api)
    devices, left_alone, unknown = stored_devices(api, store, params["users"], params["concurrency"])
    if unknown:
        names = ", ".join(unknown[:10])
        raise BadInput([f"users: there is no IAM user {names} (upper and lower case count). Nothing was touched."])
    module.exit_json(changed=False, devices=devices, left_alone=left_alone)


def main() -> None:
    argument_spec = {
        "users": {"type": "list", "elements": "str"},
        "seed_store": {"type": "dict", "required": True},
        "concurrency": {"type": "int", "default": 16},
    }
    run_bulk_module(argument_spec, run)


if __name__ == "__main__":
    main()
