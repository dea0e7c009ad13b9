# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code of a seed."""

from __future__ import annotations

DOCUMENTATION = r"""
name: totp
short_description: The code that a virtual MFA device shows
version_added: 0.2.0
author:
  - hardening.aws contributors (@hardening-aws)
description:
  - Computes the six digits that an authenticator app with this seed shows (RFC 6238 with SHA-1 and 30 seconds).
  - AWS takes no code twice. Name those that were used, and the next one is returned, which AWS takes once the clock has
    reached its 30 seconds.

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
  used:
    description:
      - Codes that were used before, in quotes. The first code from the moment on that is not among them is returned.
    type: list
    elements: str
    default: []
requirements:
  - pyotp >= 2.9.0 on the controller
notes:
  - A seed and its codes are secret. Set C(no_log) on the task.
  - The codes of a controller whose clock is wrong are refused. P(hardening.aws.mfa_code#lookup) and
    M(hardening.aws.iam_mfa_session) go by AWS's clock instead, and never give out a code twice.
seealso:
  - plugin: hardening.aws.totp_pair
    plugin_type: filter
  - plugin: hardening.aws.mfa_code
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show a person the code of a device, once, on the terminal of whoever runs this
  ansible.builtin.pause:
    prompt: "The code is {{ seed | hardening.aws.totp }}. Press Enter when you have used it"
  vars:
    seed: "{{ lookup('ansible.builtin.env', 'BREAK_GLASS_SEED') }}"
  no_log: true
"""

RETURN = r"""
_value:
  description: The code, six digits.
  type: str
"""

import typing as t

from ansible_collections.hardening.aws.plugins.plugin_utils import _codes


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"totp": _codes.code}
