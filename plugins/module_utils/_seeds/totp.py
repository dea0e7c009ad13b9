# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds, and the codes they give.

This module is private to hardening.aws. Codes follow RFC 6238 as AWS uses it: SHA-1, steps of 30 seconds, 6 digits.
"""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse

try:
    import pyotp

    HAS_PYOTP = True
except ImportError:
    HAS_PYOTP = False

# 112 bits, the least that NIST SP 800-63B allows and pyotp takes. AWS's own seeds have 64 characters.
MIN_SEED_CHARACTERS = 23
# What a hash of a seed uses is far less; more is a file given by mistake.
MAX_SEED_CHARACTERS = 1024
ISSUER = "Amazon Web Services"


class SeedError(ValueError):
    """A seed that cannot be used. The text never holds the seed."""


def normalize_seed(text: str) -> str:
    """Return the base32 seed in I(text) in its canonical form: upper case, no blanks, no padding.

    :param text: A base32 seed, or an C(otpauth://totp/) URI that has one. Blanks, hyphens and lower case are accepted.
    :raises SeedError: It is neither, or its parameters are not the ones that AWS uses.
    """
    if text.strip().lower().startswith("otpauth:"):
        text = _seed_of_uri(text.strip())
    seed = re.sub(r"[\s-]", "", text).rstrip("=").upper()
    if not seed:
        raise SeedError("is empty")
    if not re.fullmatch(r"[A-Z2-7]+", seed):
        raise SeedError("is not base32: it may contain only the letters A-Z and the digits 2-7")
    if len(seed) < MIN_SEED_CHARACTERS:
        raise SeedError(f"is too short: {len(seed)} base32 characters; the minimum is {MIN_SEED_CHARACTERS}")
    if len(seed) > MAX_SEED_CHARACTERS:
        raise SeedError(f"is too long: {len(seed)} base32 characters; the maximum is {MAX_SEED_CHARACTERS}")
    try:
        base64.b32decode(seed + "=" * (-len(seed) % 8))
    except binascii.Error:
        raise SeedError(
            f"is not base32: {len(seed)} characters cannot be a whole number of bytes; it may have been cut off"
        ) from None
    return seed


def _seed_of_uri(uri: str) -> str:
    try:
        parts = urllib.parse.urlsplit(uri)
    except ValueError:
        raise SeedError("is not a valid otpauth URI") from None
    if parts.netloc.lower() != "totp":
        raise SeedError("is an otpauth URI of another kind than totp, the only one that AWS uses")
    query = {name.lower(): values for name, values in urllib.parse.parse_qs(parts.query).items()}
    secrets = query.get("secret", [])
    if len(secrets) != 1:
        raise SeedError("is an otpauth URI without exactly one secret parameter")
    for name, wanted in (("algorithm", "SHA1"), ("digits", "6"), ("period", "30")):
        for value in query.get(name, []):
            if value.upper() != wanted:
                raise SeedError(f"is an otpauth URI with {name}={value}, but AWS uses {name}={wanted}")
    return secrets[0]


def codes_at_step(seed: str, step: int) -> tuple[str, str]:
    """Return the codes of the step before I(step) and of I(step) itself, six digits each.

    AWS accepts this pair at once; nobody has to wait for a second code.
    """
    totp = pyotp.TOTP(seed)
    return totp.generate_otp(step - 1), totp.generate_otp(step)


def otpauth_uri(seed: str, device_name: str, account_id: str) -> str:
    """Return the URI that AWS puts into a virtual device's QR code, to enrol an authenticator app."""
    issuer = urllib.parse.quote(ISSUER)
    label = urllib.parse.quote(f"{device_name}@{account_id}", safe="@")
    return f"otpauth://totp/{issuer}:{label}?secret={seed}&issuer={issuer}"
