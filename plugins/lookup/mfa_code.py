# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A code from a stored seed."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mfa_code
short_description: The next code of a user's MFA device, from its stored seed
version_added: 0.2.0
author:
  - hardening.aws contributors (@hardening-aws)
description:
  - Reads the seed of a user's virtual MFA device where this collection keeps it, and returns the code that AWS takes
    now.
  - No code is given out twice. Lookups, and M(hardening.aws.iam_mfa_session), that ask for the same device on this
    controller queue up, 30 seconds apart, so a lookup may wait for its turn.
  - Each time that Ansible evaluates the expression it takes another code. Use the lookup in the task that needs the
    code, and not in a variable that several tasks use.
options:
  _terms:
    description:
      - Names of IAM users.
    type: list
    elements: str
    required: true
  seed_store:
    description:
      - Where the seeds are kept, as O(hardening.aws.iam_mfa_device#module:seed_store).
    type: dict
    required: true
  device_name:
    description:
      - The name of the device. The user's name, if not given.
    type: str
  wait_timeout:
    description:
      - How many seconds to wait for a code that nobody else has taken.
    type: int
    default: 60
requirements:
  - boto3 >= 1.34.0, botocore >= 1.34.0 and pyotp >= 2.9.0 on the controller
notes:
  - A code is secret while it holds. Set C(no_log) on the task.
  - Which codes were given out is kept in C(~/.local/state/hardening.aws) on the controller, or in the folder that
    E(HARDENING_AWS_STATE_DIR) names. It holds numbers of half minutes, and neither seeds nor codes.
  - Enabling a device uses up the current code, so for two minutes after a seed was made, the lookup waits for the next.
    It does not know of a resynchronization. After one, ask for a code 30 seconds later at the earliest.
    M(hardening.aws.iam_mfa_session) needs no such pause, as it takes the next code if AWS refuses one.
  - With C(iam:GetUser), a record that was written for an earlier user of the same name is refused.
  - Codes are computed on AWS's own clock. The clock of the controller may be wrong.
  - The required permissions are C(secretsmanager:GetSecretValue) or C(ssm:GetParameter), and C(sts:GetCallerIdentity),
    which nobody has to grant.
seealso:
  - module: hardening.aws.iam_mfa_session
  - plugin: hardening.aws.totp
    plugin_type: filter
extends_documentation_fragment:
  - amazon.aws.common.plugins
  - amazon.aws.region.plugins
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Assume a role with the AWS CLI
  ansible.builtin.command:
    argv:
      - aws
      - sts
      - assume-role
      - --role-arn=arn:aws:iam::123456789012:role/deploy
      - --role-session-name=deploy
      - --serial-number=arn:aws:iam::123456789012:mfa/deploy
      - "--token-code={{ lookup('hardening.aws.mfa_code', 'deploy', seed_store={'type': 'secretsmanager'}) }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: A code of six digits for each user.
  type: list
  elements: str
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Options
from ansible_collections.hardening.aws.plugins.module_utils._devices.codes_in_turn import codes_of
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.plugin_utils._readable_errors import readable_errors


class LookupModule(LookupBase):
    """The lookup."""

    def run(self, terms: list[t.Any], variables: t.Any = None, **kwargs: t.Any) -> list[str]:
        """Return a code for each user."""
        with readable_errors():
            self.set_options(var_options=variables, direct=kwargs)
            try:
                return codes_of(Options(self.get_options()), terms)
            except MfaError as error:
                raise AnsibleLookupError(f"mfa_code: {error.message}") from None
