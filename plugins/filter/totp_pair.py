# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two codes of a seed."""

from __future__ import annotations

DOCUMENTATION = r"""
name: totp_pair
short_description: Two consecutive codes of a virtual MFA device
version_added: 0.2.0
author:
  - hardening.aws contributors (@hardening-aws)
description:
  - Computes the code of the 30 seconds before a moment and that of the moment, the pair that C(EnableMFADevice) and
    C(ResyncMFADevice) take without anybody having to wait for a second code.
  - M(hardening.aws.iam_mfa_device) computes them itself from O(hardening.aws.iam_mfa_device#module:seed). This is for
    other tools.

positional: at
options:
  _input:
    description: The seed, base32 or an C(otpauth://totp/) URI. Blanks, hyphens and lower case are accepted.
    type: str
    required: true
  at:
    description:
      - The moment, as seconds since 1970 or in ISO 8601 (UTC if it says no other zone). The controller's clock says
        what it is if this is not given.
    type: raw
requirements:
  - pyotp >= 2.9.0 on the controller
notes:
  - A seed and its codes are secret. Set C(no_log) on the task.
  - The codes of a controller whose clock is wrong are refused. M(hardening.aws.iam_mfa_device)
    goes by AWS's clock instead.
seealso:
  - plugin: hardening.aws.totp
    plugin_type: filter
  - module: hardening.aws.iam_mfa_device
"""

EXAMPLES = r"""
- name: Enable a device with the AWS CLI
  ansible.builtin.command:
    argv:
      - aws
      - iam
      - enable-mfa-device
      - --user-name=alice
      - --serial-number=arn:aws:iam::123456789012:mfa/alice
      - "--authentication-code1={{ codes[0] }}"
      - "--authentication-code2={{ codes[1] }}"
  vars:
    codes: "{{ seed | hardening.aws.totp_pair }}"
  no_log: true
"""

RETURN = r"""
_value:
  description: The two codes, the earlier one first.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.hardening.aws.plugins.plugin_utils import _codes


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"totp_pair": _codes.pair}
