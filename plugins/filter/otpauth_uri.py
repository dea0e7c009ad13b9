# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The URI of a seed's QR code."""

from __future__ import annotations

DOCUMENTATION = r"""
name: otpauth_uri
short_description: The URI to enrol an authenticator app with
version_added: 0.2.0
author:
  - hardening.aws contributors (@hardening-aws)
description:
  - Makes the URI that AWS shows as a QR code for a new virtual device, from the seed and the device's name.

positional: device_name, account_id
options:
  _input:
    description: The seed, base32 or an C(otpauth://totp/) URI. Blanks, hyphens and lower case are accepted.
    type: str
    required: true
  device_name:
    description:
      - The name of the device, which the app shows.
    type: str
    required: true
  account_id:
    description:
      - The 12 digits of the account, in quotes.
    type: str
    required: true
requirements:
  - pyotp >= 2.9.0 on the controller
notes:
  - A seed is a secret. Set C(no_log) on the task.
seealso:
  - plugin: hardening.aws.totp
    plugin_type: filter
  - module: hardening.aws.iam_mfa_device
"""

EXAMPLES = r"""
- name: Print a QR code on the terminal, with the program qrencode
  ansible.builtin.command:
    argv: [qrencode, --type=UTF8]
    stdin: "{{ seed | hardening.aws.otpauth_uri('alice', '123456789012') }}"
  no_log: true
"""

RETURN = r"""
_value:
  description: The URI, C(otpauth://totp/…).
  type: str
"""

import typing as t

from ansible_collections.hardening.aws.plugins.plugin_utils import _codes


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"otpauth_uri": _codes.uri}
