#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hands MFA devices over: once a person has shown that they have the seed, it leaves the store."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_mfa_handover
version_added: 0.2.0
short_description: Delete the stored seeds of MFA devices once their users have shown that they have them
description:
  - For virtual MFA devices that an administrator enrolled and whose seeds are in O(seed_store). Tells whose hand-over
    is open, and ends those whose users tell codes of their device.
  - A code is compared with the stored seed, and nothing is sent to AWS. If it is right, the device is tagged with the
    moment, and then the seed is deleted from the store. From then on only the user can make codes.
  - With a wrong code the device fails, and its seed is kept. For each device, one code or one pair is tried in a run.
  - A run that is killed between tagging the device and deleting its seed is finished by the next one, without a code.
  - A seed that was made for another user, for an earlier user of the same name or for another device is never used and
    never deleted. One device that fails stops no other.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  devices:
    description:
      - The devices, each of one user. Give this or O(all_devices).
    type: list
    elements: dict
    suboptions:
      user_name:
        description:
          - The name of the IAM user. Upper and lower case count.
        type: str
        required: true
      serial_number:
        description:
          - The ARN of the virtual device.
        type: str
      device_name:
        description:
          - The name of the virtual device. The user's name if neither this nor O(devices[].serial_number) is given.
        type: str
      device_path:
        description:
          - The path of the virtual device O(devices[].device_name).
        type: str
        default: /
      authentication_code1:
        description:
          - A code that the user's app shows, six digits. Alone it has to be the current one, the one before or the next
            by AWS's clock. Quote it, as YAML takes an unquoted V(012345) for a number and drops its zero.
          - Without codes nothing is tried, and the result tells whether the hand-over is open.
        type: str
      authentication_code2:
        description:
          - The code that the app showed next. Two codes in a row may be as old as O(max_code_age), so that they can be
            collected from many people.
        type: str
  all_devices:
    description:
      - Look at every virtual device that is attached to a user of the account, to tell whose hand-over is open. What an
        interrupted run has left is finished.
    type: bool
    default: false
  seed_store:
    description:
      - Where the seeds are. Give this or O(seed_vault_file).
      - Its C(verify) has to be V(true), as seeds are read here. A seed that was handed over is deleted whatever
        C(on_absent) says, and a secret that is scheduled for deletion counts as gone.
  seed_vault_file:
    description:
      - The file of seeds on the controller that M(hardening.aws.vaulted_seeds) keeps. A seed that was handed over is
        removed from it.
      - The seeds pass through the module, so its connection has to be C(local) or another that can pipeline.
    type: dict
    suboptions:
      path:
        description:
          - The file.
        type: path
        required: true
      vault_id:
        description:
          - A vault ID of the run, with which the file is encrypted again. Any of the run's passwords may decrypt it.
        type: str
  seed_file_records:
    description:
      - Not for tasks. The action plugin of this name fills it with what O(seed_vault_file) holds.
    type: list
    elements: dict
    suboptions:
      serial_number:
        description:
          - The device's ARN.
        type: str
      user_name:
        description:
          - Whom the seed was made for.
        type: str
      created:
        description:
          - When it was made, in ISO 8601.
        type: str
      seed:
        description:
          - The seed.
        type: str
  max_code_age:
    description:
      - How many seconds ago a user may have been shown two codes in a row, from 0 to 86400.
    type: int
    default: 600
  concurrency:
    description:
      - How many devices are worked on at once, from 1 to 256.
    type: int
    default: 16
attributes:
  check_mode:
    description: Compares codes, and tells what would be done. Makes no call that writes.
    support: full
  diff_mode:
    description: Shows the devices whose hand-over ends. Never shows a seed or a code.
    support: full
  idempotent:
    description: A device that was handed over is left alone, and its codes are not looked at.
    support: full
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
  - pyotp >= 2.9.0, to compare codes with a seed
notes:
  - The moment is in the tag C(hardening.aws/handed-over) of the device, in ISO 8601. It counts only if it is later than
    the day on which the user got the device and than the seed, so a device that is attached to another user has to be
    handed over again.
  - Whoever may read the seed store can make codes too. A code shows that a person has the seed, and not who they are.
    Take codes only from people whom you know, over a channel that you trust.
  - A secret in AWS Secrets Manager that was deleted can be restored for O(seed_store.recovery_window_days) days, and
    blocks its name for as long. A parameter is gone at once, with its history.
  - Once a seed is deleted, the device cannot be resynchronized or attached again from the store. A user who loses the
    phone gets a new device.
  - The required permissions are C(iam:ListVirtualMFADevices), C(iam:ListUsers), C(iam:ListMFADeviceTags),
    C(iam:ListMFADevices), C(iam:TagMFADevice), C(iam:UntagMFADevice), and for the seed store
    C(secretsmanager:GetSecretValue) and C(secretsmanager:DeleteSecret), or C(ssm:GetParameter) and
    C(ssm:DeleteParameter).
  - Looking at a device takes two calls, one for its tags and one for its seed.
seealso:
  - module: hardening.aws.iam_mfa_enrolment_sheets
  - module: hardening.aws.iam_mfa_devices
extends_documentation_fragment:
  - hardening.aws._mfa.seed_store
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Whose hand-over is open?
  hardening.aws.iam_mfa_handover:
    all_devices: true
    seed_store:
      type: secretsmanager
  register: handover

- name: Show them
  ansible.builtin.debug:
    var: handover.open_users

- name: Alice and Bob have told two codes each
  hardening.aws.iam_mfa_handover:
    devices:
      - user_name: alice
        authentication_code1: "123456"
        authentication_code2: "789012"
      - user_name: bob
        authentication_code1: "345678"
        authentication_code2: "901234"
    seed_store:
      type: secretsmanager
"""

RETURN = r"""
results:
  description: One result for each of O(devices), in the same order; with O(all_devices=true) by user name.
  returned: unless the input was refused
  type: list
  elements: dict
  contains:
    user_name:
      description: The name of the IAM user.
      type: str
      returned: always
      sample: alice
    serial_number:
      description: The device. Null if none is attached to the user.
      type: str
      returned: always
      sample: "arn:aws:iam::123456789012:mfa/alice"
    handover:
      description:
        - V(open) - the seed is in the store.
        - V(confirmed) - the user has shown that they have the seed, and it is not in the store.
        - V(none) - the seed is not in the store, and nothing was handed over, as with a device that its user enrolled.
        - Null if it could not be found out.
      type: str
      returned: always
      sample: confirmed
    since:
      description: When the seed of an open hand-over was made.
      type: str
      returned: always
      sample: null
    handed_over:
      description: When the user showed that they have the seed. In check mode null for those who would.
      type: str
      returned: always
      sample: "2026-11-26T08:15:00Z"
    changed:
      description: Whether anything was changed, or in check mode would be.
      type: bool
      returned: always
      sample: true
    actions:
      description: What was done, or in check mode would be - C(tag) and C(delete_seed).
      type: list
      elements: str
      returned: always
      sample: [tag, delete_seed]
    failed:
      description: Whether the device failed.
      type: bool
      returned: always
      sample: false
    msg:
      description: What went wrong and what to do about it. Empty if nothing did.
      type: str
      returned: always
      sample: ""
    error:
      description: AWS's error code, and the call that it refused.
      type: dict
      returned: if AWS refused a call
      sample:
        code: AccessDenied
        operation: secretsmanager:DeleteSecret
handovers:
  description: How many hand-overs are V(open), V(confirmed) and V(none) after the run.
  returned: unless the input was refused
  type: dict
  sample:
    open: 12
    confirmed: 488
    none: 3
open_users:
  description: The names of users who have a device whose hand-over is open after the run.
  returned: unless the input was refused
  type: list
  elements: str
  sample: [carol, dave]
summary:
  description: How many devices there are in all, and how many of them were changed, unchanged and failed.
  returned: unless the input was refused
  type: dict
  sample:
    total: 500
    changed: 12
    unchanged: 486
    failed: 2
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils._access import bulk
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._aws.iam import MfaApi
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._devices.holders import Records, open_store_to_read
from ansible_collections.hardening.aws.plugins.module_utils._devices.options import require_libraries, take_secrets
from ansible_collections.hardening.aws.plugins.module_utils._devices.secrecy import refuse_kept_seeds
from ansible_collections.hardening.aws.plugins.module_utils._handover import options
from ansible_collections.hardening.aws.plugins.module_utils._handover.handover import Handover, counts
from ansible_collections.hardening.aws.plugins.module_utils._handover.kept_records import KeptRecords


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    items = [take_secrets(module, item) for item in params["devices"] or ()]
    wanted = options.wanted_devices(items, params)
    kept = [take_secrets(module, record) for record in params["seed_file_records"] or ()]
    if kept:
        refuse_kept_seeds(module)
    if kept or any(item.codes for item in wanted):
        require_libraries()
    connection = Connection(module, params["concurrency"])
    api = MfaApi(connection)
    store: Records
    if params["seed_vault_file"] is not None:
        store = KeptRecords(kept)
    else:
        store = open_store_to_read(params["seed_store"], connection, api)
    work = Handover(api, store, module.check_mode, params["max_code_age"])
    outcomes = work.run(None if params["all_devices"] else wanted, params["concurrency"])
    bulk.finish(module, outcomes, "devices", **counts([outcome.result() for outcome in outcomes]))


def main() -> None:
    run_bulk_module(options.handover_options(), run)


if __name__ == "__main__":
    main()
