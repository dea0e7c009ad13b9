#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""MFA devices of many IAM users, in one task."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_mfa_devices
version_added: 0.1.0
short_description: Manage MFA devices of many IAM users at once
description:
  - Brings the MFA devices of any number of AWS IAM users to the same state, several at once.
  - Works out what to do from lists of the whole account, so a run that changes nothing takes a handful of calls.
  - One device that fails stops no other, unless O(stop_after_failures) is given. If any failed, the task fails after
    all have been tried, with every result.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  devices:
    description:
      - The devices, one of one user each.
    type: list
    elements: dict
    required: true
    suboptions:
      user_name:
        description:
          - The name of the IAM user.
        type: str
        required: true
      serial_number:
        description:
          - The serial number of a hardware token, or the ARN of a virtual device.
        type: str
      device_name:
        description:
          - The name of a virtual device of this account.
          - The user's name, if neither O(devices[].serial_number) nor O(devices[].device_name) is given.
        type: str
      device_path:
        description:
          - The path of the virtual device O(devices[].device_name). It may contain only letters, digits and
            V(+=/:,.@_-), as a serial number may.
        type: str
        default: /
      authentication_code1:
        description:
          - A code of the device, six digits. Quote it, as YAML takes an unquoted V(012345) for a number and drops its
            zero.
        type: str
      authentication_code2:
        description:
          - The code that the device showed next.
        type: str
      seed:
        description:
          - The device's seed, from which its codes are computed, as base32 or as an C(otpauth://totp/) URI. Blanks,
            hyphens and lower case are accepted.
        type: str
      tags:
        description:
          - The tags of a virtual device. Not read and not changed if not given.
        type: dict
        aliases: [resource_tags]
  satisfied_by:
    description:
      - V(this) - O(state=enabled) is about the device that is named.
      - V(any) - a user who has any MFA device, even a hardware token or a passkey, is left alone.
    type: str
    choices: [this, any]
    default: this
  concurrency:
    description:
      - How many users to work on at once, from 1 to 256.
    type: int
    default: 16
  stop_after_failures:
    description:
      - After how many users in a row who failed for the same reason the rest is not tried. V(0) is never.
      - Only failures count that every other user would meet as well, such as a missing permission, expired credentials,
        an encryption key that cannot be used, or an account's quota that is used up. A user for whom there is nothing
        to do does not count, and one for whom something was done begins the count anew.
      - A user who was not tried has a failed result, whose RV(results[].msg) says so and names the reason. Users who
        are being worked on at that moment are finished.
    type: int
    default: 0
    version_added: 0.2.0
seealso:
  - module: hardening.aws.iam_mfa_device
extends_documentation_fragment:
  - hardening.aws._mfa
  - hardening.aws._mfa.seed_store
  - hardening.aws._attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Give each user a virtual device, with its seed in Secrets Manager
  hardening.aws.iam_mfa_devices:
    devices:
      - user_name: alice
      - user_name: bob
      - user_name: carol
        device_name: carol-phone
    satisfied_by: any
    seed_store:
      type: secretsmanager
      name: mfa/{user_name}/{device_name}

- name: Hand out hardware tokens
  hardening.aws.iam_mfa_devices:
    devices:
      - user_name: alice
        serial_number: GAHT12345678
        seed: "{{ vaulted_token_seeds['GAHT12345678'] }}"
      - user_name: bob
        serial_number: GAHT12345679
        seed: "{{ vaulted_token_seeds['GAHT12345679'] }}"
"""

RETURN = r"""
results:
  description: One result for each element of O(devices), in the same order.
  returned: always, unless the input was refused
  type: list
  elements: dict
  contains:
    user_name:
      description: The name of the IAM user.
      type: str
      returned: always
      sample: alice
    serial_number:
      description: The serial number, of a virtual device its ARN. Null if it is not known.
      type: str
      returned: always
      sample: arn:aws:iam::123456789012:mfa/alice
    changed:
      description: Whether anything was changed, or in check mode would be.
      type: bool
      returned: always
      sample: true
    actions:
      description: What was done, or in check mode would be, in that order.
      type: list
      elements: str
      returned: always
      sample: [create, store, enable]
    failed:
      description: Whether the device is not in the state that was asked for.
      type: bool
      returned: always
      sample: false
    msg:
      description: What went wrong, and what to do about it. Empty if nothing went wrong.
      type: str
      returned: always
      sample: ""
    error:
      description: What AWS refused.
      type: dict
      returned: if AWS refused a call
      sample:
        code: AccessDenied
        operation: iam:EnableMFADevice
    seed:
      description: The seed of a new device, base32.
      type: str
      returned: if a device was created and O(seed_store) is not given
      sample: the seed
    otpauth_uri:
      description: The URI to enrol an authenticator app with.
      type: str
      returned: if a device was created and O(seed_store) is not given
      sample: otpauth://totp/...
    created:
      description: When the device was created, on AWS's clock, ISO 8601. Keep it with the seed.
      type: str
      returned: if a device was created and O(seed_store) is not given
      sample: "2026-03-11T23:25:30Z"
    qr_code_png:
      description: AWS's picture of a QR code with that URI, a PNG file in base64.
      type: str
      returned: if a device was created and O(seed_store) is not given
      sample: iVBORw0KGgo...
summary:
  description: How many devices there are in all, and how many of them were changed, unchanged and failed.
  returned: always, unless the input was refused
  type: dict
  sample:
    total: 500
    changed: 12
    unchanged: 486
    failed: 2
"""

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _messages
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._devices import options as device_options
from ansible_collections.hardening.aws.plugins.module_utils._devices import results as device_results
from ansible_collections.hardening.aws.plugins.module_utils._summary import summary


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    items = [device_options.take_secrets(module, item) for item in params["devices"]]
    # Ansible returns the parameters with the result: what was not given is not worth sending for each of thousands.
    params["devices"] = [
        {option: value for option, value in item.items() if value is not None} for item in params["devices"]
    ]
    labelled = ((f"devices[{index}] ({item['user_name']})", item) for index, item in enumerate(items))
    inputs = device_options.all_desired(labelled, params)
    outcomes = device_results.open_run(module, inputs, params["concurrency"]).many(inputs)
    results = []
    for item, outcome in zip(items, outcomes, strict=True):
        secrets = [item.get(option) for option in device_options.SECRET_OPTIONS]
        results.append(device_results.item_result(outcome, secrets))
    for warning in device_results.warnings_of(outcomes):
        _messages.warn(warning)
    answer: dict[str, t.Any] = {
        "changed": any(outcome.changed for outcome in outcomes),
        "results": results,
        "summary": summary(outcomes),
        "diff": device_results.lines_diff(outcomes),
    }
    if answer["summary"]["failed"]:
        module.fail_json(msg=device_results.failures_text(outcomes, results), **answer)
    module.exit_json(**answer)


def main() -> None:
    argument_spec = {
        **device_options.run_options(),
        "devices": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": device_options.target_options(),
        },
        "satisfied_by": {"type": "str", "choices": ["this", "any"], "default": "this"},
        "concurrency": {"type": "int", "default": 16},
        "stop_after_failures": {"type": "int", "default": 0},
    }
    run_bulk_module(argument_spec, run)


if __name__ == "__main__":
    main()
