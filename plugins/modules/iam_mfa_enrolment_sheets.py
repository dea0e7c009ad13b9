#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sheets that tell people how to get the codes of the MFA devices that an administrator enrolled for them."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_mfa_enrolment_sheets
version_added: 0.2.0
short_description: Write enrolment sheets for people whose MFA device an administrator enrolled
description:
  - Writes an HTML page for each virtual MFA device whose seed is kept. It has the QR code for an authenticator app, the
    seed for those who cannot scan it, the account, the sign-in address, the user name, and what to do.
  - A page prints on one sheet of A4 paper, is readable on a phone, and loads nothing from elsewhere.
  - Whoever has a sheet can make the codes of its user. The sheets are written into a directory with mode 0700, each
    with mode 0600, or are encrypted by ansible-vault as well. Print or hand over each, then delete it.
  - The task runs on the controller, where the sheets are written. Seeds are neither options nor variables nor results.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  dest:
    description:
      - The directory on the controller. A relative path is relative to the directory that C(ansible-playbook) is
        started in. It may not be inside an installed collection.
      - It is created with mode 0700 if its parent exists. A directory that exists must have that mode, and belong to
        the user who runs the play.
      - Each file is named C(mfa-ACCOUNT-USER.html), for encrypted sheets C(mfa-ACCOUNT-USER.html.vault). The path and
        name of a device that is not named as its user follow the user's name, after a C(~). Other files are left alone.
    type: path
    required: true
  encrypt:
    description:
      - Whether ansible-vault encrypts each sheet, with a vault password of the run. C(ansible-vault decrypt --output
        alice.html mfa-123456789012-alice.html.vault) makes a page of one.
    type: bool
    default: false
  vault_id:
    description:
      - The vault ID whose password encrypts the sheets. The first one of the run if not given.
    type: str
  seed_store:
    description:
      - Where the seeds are. Give this or O(seed_vault_file).
      - Its C(verify) has to be V(true), as seeds are read here. A secret that is scheduled for deletion counts as gone.
  seed_vault_file:
    description:
      - The file of seeds on the controller that M(hardening.aws.vaulted_seeds) keeps.
    type: dict
    suboptions:
      path:
        description:
          - The file.
        type: path
        required: true
      vault_id:
        description:
          - A vault ID of the run. Any of the run's passwords may decrypt the file.
        type: str
  user_names:
    description:
      - Make sheets for these users. One who does not exist or has no virtual device is a failure, and so is a device
        whose seed is not kept, unless it was handed over, see M(hardening.aws.iam_mfa_handover).
      - If not given, for each device that is attached to a user and whose seed is kept.
    type: list
    elements: str
  contact:
    description:
      - Whom the person tells that it works, such as V(the IT service desk, extension 4711). At most 120 characters. A
        sheet says V(your administrator) if not given.
    type: str
    default: ""
  concurrency:
    description:
      - How many seeds are read at once, from 1 to 256.
    type: int
    default: 16
attributes:
  check_mode:
    description: Tells which sheets would be written, and writes nothing. Reads the seeds.
    support: full
  diff_mode:
    description: Shows the paths of the sheets that are written. Never shows a seed.
    support: full
  idempotent:
    description: A sheet is written only if it differs from the one that is there.
    support: full
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
  - segno >= 1.5.2, for the interpreter that runs ansible-playbook
notes:
  - The required permissions are C(iam:ListVirtualMFADevices), C(iam:ListUsers) and C(iam:ListAccountAliases), and for
    the seed store C(secretsmanager:GetSecretValue), or C(ssm:GetParameter), and C(kms:Decrypt) if it has a key of your
    own. C(iam:ListMFADeviceTags) is needed for users who are named and whose seed is gone.
  - Without C(iam:ListAccountAliases), sheets name the account by its number. Users can sign in with that as well.
  - Deleting a sheet does not end the access of somebody who has copied it. If a sheet may be in wrong hands, give the
    user a new device, see the playbook C(hardening.aws.rotate).
seealso:
  - module: hardening.aws.iam_mfa_handover
  - module: hardening.aws.iam_mfa_devices
  - module: hardening.aws.vaulted_seeds
extends_documentation_fragment:
  - hardening.aws._mfa.seed_store
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Sheets for everybody whose seed is kept
  hardening.aws.iam_mfa_enrolment_sheets:
    dest: sheets
    seed_store:
      type: secretsmanager

- name: Encrypted sheets for two people
  hardening.aws.iam_mfa_enrolment_sheets:
    dest: /srv/mfa/sheets
    encrypt: true
    vault_id: mfa
    contact: the IT service desk, extension 4711
    user_names: [alice, bob]
    seed_vault_file:
      path: vault/mfa-seeds.yml
"""

RETURN = r"""
dest:
  description: The directory.
  returned: unless the input was refused
  type: str
  sample: /srv/mfa/sheets
sign_in_url:
  description: Where the account's users sign in.
  returned: unless the input was refused
  type: str
  sample: https://acme.signin.aws.amazon.com/console
results:
  description: One result for each device.
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
      description: The device. Null if the user has none.
      type: str
      returned: always
      sample: "arn:aws:iam::123456789012:mfa/alice"
    path:
      description: The sheet. Null if there is none to write.
      type: str
      returned: always
      sample: /srv/mfa/sheets/mfa-123456789012-alice.html
    handed_over:
      description: When the device of a user who is named was handed over. There is no sheet to write then.
      type: str
      returned: always
      sample: null
    changed:
      description: Whether the sheet was written, or in check mode would be.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether the sheet could not be made.
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
        operation: secretsmanager:GetSecretValue
summary:
  description: How many devices there are, and how many of their sheets were written, left as they are, and failed.
  returned: unless the input was refused
  type: dict
  sample:
    total: 500
    changed: 500
    unchanged: 0
    failed: 0
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils._access import bulk
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._aws.iam import MfaApi
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._devices.holders import open_store_to_read
from ansible_collections.hardening.aws.plugins.module_utils._handover import seeds_for_sheets


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    seeds_for_sheets.check_options(params, bool(module.no_log))
    connection = Connection(module, params["concurrency"])
    api = MfaApi(connection)
    store = params["seed_store"] and open_store_to_read(params["seed_store"], connection, api)
    outcomes = seeds_for_sheets.read_seeds(api, store, params["user_names"], params["concurrency"])
    bulk.finish(module, outcomes, "devices", **seeds_for_sheets.read_account(api))


def main() -> None:
    run_bulk_module(seeds_for_sheets.sheet_options(), run)


if __name__ == "__main__":
    main()
