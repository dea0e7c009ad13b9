#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One MFA device of one IAM user."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_mfa_device
version_added: 0.1.0
short_description: Manage an MFA device of an IAM user
description:
  - Enables, disables, creates, deletes and resynchronizes an MFA device of an AWS IAM user.
  - Works out what to do from what AWS lists, so a second run changes nothing.
  - For many users, M(hardening.aws.iam_mfa_devices) does the same in one task.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  user_name:
    description:
      - The name of the IAM user.
    type: str
    required: true
  serial_number:
    description:
      - The serial number of a hardware token, or the ARN of a virtual device.
      - Cannot be combined with O(device_name).
    type: str
  device_name:
    description:
      - The name of a virtual device of this account.
      - The user's name, if neither O(serial_number) nor O(device_name) is given, unless O(all_devices=true).
    type: str
  device_path:
    description:
      - The path of the virtual device O(device_name). It may contain only letters, digits and V(+=/:,.@_-), as a serial
        number may. AWS creates devices on other paths too, but then refuses every call that attaches or deletes them.
    type: str
    default: /
  authentication_code1:
    description:
      - A code of the device, six digits. Quote it, as YAML takes an unquoted V(012345) for a number and drops its zero.
    type: str
  authentication_code2:
    description:
      - The code that the device showed next.
    type: str
  seed:
    description:
      - The device's seed, from which its codes are computed, as base32 or as an C(otpauth://totp/) URI. Blanks,
        hyphens and lower case are accepted.
      - Cannot be combined with O(authentication_code1) and O(authentication_code2).
    type: str
  all_devices:
    description:
      - Every device of the user, of any kind. Requires O(state=disabled) or O(state=absent).
      - O(state=absent) also deletes virtual devices that an interrupted run has taken off the user and not deleted.
        AWS does not tell whose an unassigned device was, so only those with the user's name are found, on any path. If
        a deletion fails, the error names the devices that are left. A run that is killed between the two calls can name
        nothing, and leaves a device of another name unassigned. M(hardening.aws.iam_mfa_device_info) lists it as an
        orphan.
    type: bool
    default: false
  tags:
    description:
      - The tags of a virtual device, with O(state=enabled) and O(state=present). Not read and not changed if not given.
    type: dict
    aliases: [resource_tags]
seealso:
  - module: hardening.aws.iam_mfa_devices
  - module: amazon.aws.iam_mfa_device_info
  - name: EnableMFADevice
    description: The API reference of the call that attaches a device.
    link: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
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
- name: Bob has a virtual device of his own name, whose seed is in Secrets Manager
  hardening.aws.iam_mfa_device:
    user_name: Bob
    seed_store:
      type: secretsmanager

- name: Enable a device with two consecutive codes
  hardening.aws.iam_mfa_device:
    user_name: Bob
    serial_number: arn:aws:iam::123456789012:mfa/BobsMFADevice
    authentication_code1: "123456"
    authentication_code2: "789012"

- name: Enable a hardware token whose seed the vendor delivered
  hardening.aws.iam_mfa_device:
    user_name: Bob
    serial_number: GAHT12345678
    seed: "{{ vaulted_token_seeds['GAHT12345678'] }}"

- name: Bring a token that has drifted back into step
  hardening.aws.iam_mfa_device:
    user_name: Bob
    serial_number: GAHT12345678
    seed: "{{ vaulted_token_seeds['GAHT12345678'] }}"
    state: resynced

- name: Create a device and keep its seed yourself
  hardening.aws.iam_mfa_device:
    user_name: Bob
    device_name: Bob
    state: present
  register: new_device
  no_log: true

- name: Remove all devices of Bob, who leaves
  hardening.aws.iam_mfa_device:
    user_name: Bob
    all_devices: true
    state: absent
"""

RETURN = r"""
mfa_device:
  description:
    - The device as it is after the task, or in check mode would be.
    - Null with O(all_devices=true).
  returned: success
  type: dict
  contains:
    user_name:
      description: The name of the IAM user.
      type: str
      returned: success
      sample: Bob
    serial_number:
      description: The serial number, of a virtual device its ARN.
      type: str
      returned: success
      sample: arn:aws:iam::123456789012:mfa/BobsMFADevice
    type:
      description: V(virtual), V(hardware), V(fido) or V(sms).
      type: str
      returned: success
      sample: virtual
    enable_date:
      description: When the device was attached, ISO 8601. Null if it is not attached, or in check mode would be only.
      type: str
      returned: success
      sample: "2026-03-11T23:25:36+00:00"
    tags:
      description: The tags of a virtual device. Null if O(tags) is not given.
      type: dict
      returned: success
      sample: {"team": "platform"}
mfa_devices:
  description: All devices that are attached to the user after the task. Empty with O(state=present).
  returned: success
  type: list
  elements: dict
  sample:
    - user_name: Bob
      serial_number: arn:aws:iam::123456789012:mfa/BobsMFADevice
      type: virtual
      enable_date: "2026-03-11T23:25:36+00:00"
actions:
  description: What was done, or in check mode would be, in that order.
  returned: always, unless the input was refused
  type: list
  elements: str
  sample: [create, store, enable]
error:
  description: What AWS refused.
  returned: if AWS refused a call
  type: dict
  sample:
    code: InvalidAuthenticationCode
    operation: iam:EnableMFADevice
seed:
  description: The seed of a new device, base32. AWS shows it once, and so does this module.
  returned: if a device was created and O(seed_store) is not given
  type: str
  sample: the seed
otpauth_uri:
  description: The URI to enrol an authenticator app with.
  returned: if a device was created and O(seed_store) is not given
  type: str
  sample: otpauth://totp/...
created:
  description: When the device was created, on AWS's clock, ISO 8601. Keep it with the seed.
  returned: if a device was created and O(seed_store) is not given
  type: str
  sample: "2026-03-11T23:25:30Z"
qr_code_png:
  description: AWS's picture of a QR code with that URI, a PNG file in base64.
  returned: if a device was created and O(seed_store) is not given
  type: str
  sample: iVBORw0KGgo...
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _messages
from ansible_collections.hardening.aws.plugins.module_utils._devices import options as device_options
from ansible_collections.hardening.aws.plugins.module_utils._devices import results
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._explained_input import explaining_module


def run(module: AnsibleAWSModule, item: dict) -> None:
    desired = device_options.only_desired(item, module.params)
    outcome = results.open_run(module, [desired], concurrency=1).one(desired)
    if outcome.error:
        secrets = [item.get(option) for option in device_options.SECRET_OPTIONS]
        told = {"actions": outcome.actions, "changed": outcome.changed, **results.new_seed_result(outcome)}
        _messages.fail(module, outcome.error, secrets, **told)
    if outcome.warning:
        _messages.warn(outcome.warning)
    module.exit_json(**results.single_result(outcome))


def main() -> None:
    module = explaining_module(
        argument_spec={
            **device_options.target_options(),
            **device_options.run_options(),
            "all_devices": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    item = device_options.take_secrets(module, module.params)
    try:
        run(module, item)
    except MfaError as error:
        _messages.fail(module, error)


if __name__ == "__main__":
    main()
