#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A session with MFA for an IAM user whose seed is stored."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_mfa_session
version_added: 0.2.0
short_description: Get temporary credentials with MFA from a stored seed
description:
  - Signs in with MFA on behalf of an IAM user, such as a service account, with a code that is computed from the seed of
    the user's device. Returns temporary credentials, for the user or for a role that the user assumes.
  - A code is sent once. AWS takes none twice, so tasks that ask for the same device at the same time queue up on the
    host that runs the module, 30 seconds apart. Where a code was used on another host, the next one is taken.
  - Nothing in the account is changed, so the task is never changed.
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
      - The serial number of the user's hardware token, or the ARN of the virtual device.
    type: str
  device_name:
    description:
      - The name of the user's virtual device. The user's name, if neither this nor O(serial_number) is given.
    type: str
  device_path:
    description:
      - The path of the virtual device O(device_name).
    type: str
    default: /
  seed:
    description:
      - The device's seed, as base32 or as an C(otpauth://totp/) URI. One of O(seed) and O(seed_store) is
        required.
    type: str
  seed_store:
    description:
      - Where the device's seed is kept.
  user_access_key:
    description:
      - The ID of an access key of the user. If it is not given, the module's credentials have to be the user's own.
      - Where a policy denies everything without MFA, the user cannot read O(seed_store). The module's credentials are
        used for that, and the user's own for the session.
    type: str
  user_secret_key:
    description:
      - The secret access key that belongs to O(user_access_key).
    type: str
  role_arn:
    description:
      - The ARN of a role to assume. If it is not given, the session is the user's own.
    type: str
  role_session_name:
    description:
      - The name of the role's session. The user's name, if not given.
    type: str
  duration_seconds:
    description:
      - For how many seconds the credentials hold, from 900 to 129600. AWS's default is 43200, and 3600 for a role,
        which has a limit of its own.
    type: int
  wait_timeout:
    description:
      - How many seconds to wait for a code that nobody else has taken.
    type: int
    default: 60
attributes:
  check_mode:
    description: Checks the input and makes no call, as a session uses up a code. No credentials are returned.
    support: full
  diff_mode:
    description: There is nothing to show, as nothing is changed.
    support: none
  idempotent:
    description: The account stays as it is. Each run uses up a code, and returns other credentials.
    support: full
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
  - pyotp >= 2.9.0, to compute codes
notes:
  - The credentials that are returned are secret. The task must have C(no_log) set to V(true) and no C(async), whose job
    file would hold them.
  - Which codes were used is kept in C(~/.local/state/hardening.aws) on the host that runs the module, or in the folder
    that E(HARDENING_AWS_STATE_DIR) names. It holds numbers of half minutes, and neither seeds nor codes.
  - The user needs C(sts:GetCallerIdentity) and C(sts:GetSessionToken), which nobody has to grant, and for a role
    C(sts:AssumeRole) on it. The caller needs C(secretsmanager:GetSecretValue) or C(ssm:GetParameter).
  - With C(iam:GetUser), which the user's own credentials call, a record that was written for an earlier user of the
    same name is refused at once. Without it, AWS refuses the codes of such a record's seed.
seealso:
  - module: hardening.aws.iam_mfa_device
  - module: amazon.aws.sts_assume_role
  - plugin: hardening.aws.mfa_code
    plugin_type: lookup
extends_documentation_fragment:
  - hardening.aws._mfa.seed_store
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: A session with MFA for the service account deploy
  hardening.aws.iam_mfa_session:
    user_name: deploy
    seed_store:
      type: secretsmanager
    user_access_key: "{{ lookup('ansible.builtin.env', 'DEPLOY_ACCESS_KEY_ID') }}"
    user_secret_key: "{{ lookup('ansible.builtin.env', 'DEPLOY_SECRET_ACCESS_KEY') }}"
  register: mfa
  no_log: true

- name: What a policy denies without MFA
  amazon.aws.s3_bucket_info:
    access_key: "{{ mfa.sts_creds.access_key }}"
    secret_key: "{{ mfa.sts_creds.secret_key }}"
    session_token: "{{ mfa.sts_creds.session_token }}"
"""

RETURN = r"""
sts_creds:
  description: The temporary credentials.
  returned: success, not in check mode
  type: dict
  contains:
    access_key:
      description: The ID of the access key.
      returned: success
      type: str
      sample: the ID
    secret_key:
      description: The secret access key.
      returned: success
      type: str
      sample: the secret key
    session_token:
      description: The session token.
      returned: success
      type: str
      sample: the token
    expiration:
      description: Until when they hold, ISO 8601.
      returned: success
      type: str
      sample: "2026-11-26T23:25:36+00:00"
serial_number:
  description: The device whose code was used.
  returned: success, not in check mode
  type: str
  sample: arn:aws:iam::123456789012:mfa/deploy
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _messages
from ansible_collections.hardening.aws.plugins.module_utils._devices import options as device_options
from ansible_collections.hardening.aws.plugins.module_utils._devices import session
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._explained_input import explaining_module


def main() -> None:
    module: AnsibleAWSModule = explaining_module(
        argument_spec=session.session_options(),
        supports_check_mode=True,
    )
    item = device_options.take_secrets(module, module.params)
    try:
        module.exit_json(changed=False, **session.run(module, item))
    except MfaError as error:
        _messages.fail(module, error, [item["seed"]])


if __name__ == "__main__":
    main()
