#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether users of whom the playbook rotate has an access key can sign in with their new device."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rotation_sign_ins
version_added: 0.2.0
short_description: Sign users in with their new MFA devices
description:
  - Private to the playbook C(hardening.aws.rotate). What it takes and returns may change with any release.
  - Asks for a session with MFA for each user whose profile is known, with a code of the stored seed. Throws the session
    away, and returns neither credentials nor seeds. Changes nothing.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  inputs:
    description:
      - The inputs of the playbook, as M(hardening.aws.playbook_inputs) returned them.
    type: dict
    required: true
  facts:
    description:
      - What M(hardening.aws.rotation_facts) returned. Without it, nobody is signed in, and only the profiles are looked
        at.
    type: list
    elements: dict
  concurrency:
    description:
      - How many users are worked on at once, from 1 to 256.
    type: int
    default: 64
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
  - pyotp >= 2.9.0
notes:
  - The users need C(sts:GetCallerIdentity) and C(sts:GetSessionToken), which nobody has to grant.
extends_documentation_fragment:
  - hardening.aws._attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Sign in
  hardening.aws.rotation_sign_ins:
    inputs: "{{ rotate.inputs }}"
    facts: "{{ found.facts }}"
"""

RETURN = r"""
problems:
  description: Why profiles cannot be used.
  returned: success, without O(facts)
  type: list
  elements: str
  sample: []
failures:
  description: By user name, why there was no session.
  returned: success, with O(facts)
  type: dict
  sample: {}
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils._account.sign_ins import SignIns
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._aws.iam import MfaApi
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._devices.holders import open_store_to_read
from ansible_collections.hardening.aws.plugins.module_utils._devices.options import require_libraries


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    inputs, facts, concurrency = params["inputs"], params["facts"], params["concurrency"]
    require_libraries()
    sign_ins = SignIns(params, inputs["profiles"])
    if facts is None:
        module.exit_json(changed=False, problems=sign_ins.problems(concurrency))
    connection = Connection(module, concurrency)
    api = MfaApi(connection)
    store = open_store_to_read(inputs["seed_store"], connection, api)
    module.exit_json(changed=False, failures=sign_ins.failures(facts, api, store, concurrency))


def main() -> None:
    argument_spec = {
        "inputs": {"type": "dict", "required": True},
        "facts": {"type": "list", "elements": "dict"},
        "concurrency": {"type": "int", "default": 64},
    }
    run_bulk_module(argument_spec, run)


if __name__ == "__main__":
    main()
