#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""MFA devices whose seeds people or other tools kept so far."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_mfa_import
version_added: 0.2.0
short_description: Adopt MFA devices whose seeds were kept elsewhere
description:
  - Takes over devices that people, Terraform or scripts created, with the seeds that they kept. A seed is proven before
    it is believed. Where the device is attached, AWS has to accept two of its codes (C(ResyncMFADevice)); then it is
    stored. Where the device is attached to nobody, the seed is stored, and the device attached to the user with its
    codes; if AWS refuses them, the seed is taken out of the store again.
  - One device that fails stops no other. If any failed, the task fails after all have been tried, with every result.
  - A device whose seed is stored for this very user already is left alone, so a second run changes nothing.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  src:
    description:
      - A file on the host that runs the module. Either CSV, with the first line C(user,serial,seed), or a JSON list of
        dictionaries with C(user), C(serial) and C(seed).
      - A line that cannot be used fails, and the others are done.
      - The file holds seeds in clear text. Delete it when all of them are adopted.
    type: path
  devices:
    description:
      - The devices, in place of O(src).
    type: list
    elements: dict
    suboptions:
      user_name:
        description:
          - The name of the IAM user.
        type: str
        required: true
      serial_number:
        description:
          - The ARN of a virtual device, or the serial number of a hardware token.
        type: str
        required: true
      seed:
        description:
          - The device's seed, as base32 or as an C(otpauth://totp/) URI. Blanks, hyphens and lower case are accepted.
        type: str
        required: true
  seed_store:
    description:
      - Where the seeds are to be kept.
      - Its C(verify) has to be V(true), as what is stored already is read.
    required: true
  concurrency:
    description:
      - How many devices to work on at once, from 1 to 256.
    type: int
    default: 16
attributes:
  check_mode:
    description: Says what would be done, and makes no call that writes. Seeds are not proven, as that takes codes.
    support: full
  diff_mode:
    description: There is nothing to show but seeds.
    support: none
  idempotent:
    description: The second run changes nothing.
    support: full
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
  - pyotp >= 2.9.0, to compute codes
notes:
  - An adopted virtual device gets the tag C(hardening.aws/managed) with the value C(adopted). If that is not allowed,
    the device is adopted with a warning.
  - AWS takes no code twice. A seed whose codes are refused is tried once more with new codes, which takes a minute.
  - The required permissions are C(iam:ListUsers), C(iam:ListVirtualMFADevices), C(iam:ListMFADevices),
    C(iam:ResyncMFADevice), C(iam:EnableMFADevice) and C(iam:TagMFADevice), and for the seed store
    C(secretsmanager:GetSecretValue), C(secretsmanager:CreateSecret), C(secretsmanager:PutSecretValue) and
    C(secretsmanager:UpdateSecretVersionStage), or C(ssm:GetParameter) and C(ssm:PutParameter). Tags of the store need
    C(secretsmanager:TagResource) or C(ssm:AddTagsToResource), a secret that is scheduled for deletion
    C(secretsmanager:DescribeSecret) and C(secretsmanager:RestoreSecret). To take a wrong seed back, they are
    C(iam:UntagMFADevice), and C(secretsmanager:DeleteSecret) or C(ssm:DeleteParameter).
seealso:
  - module: hardening.aws.iam_mfa_devices
extends_documentation_fragment:
  - hardening.aws._mfa.seed_store
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Adopt what a spreadsheet has kept so far
  hardening.aws.iam_mfa_import:
    src: /secure/seeds.csv
    seed_store:
      type: secretsmanager
"""

RETURN = r"""
results:
  description: What became of each device, in the order of the input.
  returned: always, unless the input was refused
  type: list
  elements: dict
  contains:
    line:
      description: The line of a CSV file, or the place in a JSON list or in O(devices), from 1.
      type: int
      returned: always
      sample: 2
    user_name:
      description: The IAM user. Null if the line has none.
      type: str
      returned: always
      sample: alice
    serial_number:
      description: The device. Null if the line has none.
      type: str
      returned: always
      sample: arn:aws:iam::123456789012:mfa/alice
    changed:
      description: Whether anything was changed, or in check mode would be.
      type: bool
      returned: always
      sample: true
    actions:
      description: What was done, or in check mode would be - C(resync), C(tag), C(store) and C(enable), in this order.
      type: list
      elements: str
      returned: always
      sample: [resync, tag, store]
    failed:
      description: Whether the device is not adopted.
      type: bool
      returned: always
      sample: false
    msg:
      description: Why not. Empty if it is.
      type: str
      returned: always
      sample: ""
summary:
  description: How many devices there are in all, and how many of them were changed, unchanged and failed.
  returned: as RV(results)
  type: dict
  sample:
    total: 100
    changed: 95
    unchanged: 0
    failed: 5
"""

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _messages
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._devices import imports
from ansible_collections.hardening.aws.plugins.module_utils._devices.results import failures_text
from ansible_collections.hardening.aws.plugins.module_utils._summary import summary


def run(module: AnsibleAWSModule) -> None:
    outcomes, results, warnings = imports.run(module)
    for warning in warnings:
        _messages.warn(warning)
    changed = any(outcome.changed for outcome in outcomes)
    answer: dict[str, t.Any] = {"changed": changed, "results": results, "summary": summary(outcomes)}
    if answer["summary"]["failed"]:
        module.fail_json(msg=failures_text(outcomes, results), **answer)
    module.exit_json(**answer)


def main() -> None:
    rules = {"mutually_exclusive": [["src", "devices"]], "required_one_of": [["src", "devices"]]}
    run_bulk_module(imports.import_options(), run, **rules)


if __name__ == "__main__":
    main()
