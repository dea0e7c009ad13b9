# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time-based one-time passwords (RFC 6238), written from the RFC with nothing but the standard library.

This is on purpose not the code, nor the library, that the collection uses: an error in the one must not be
mirrored in the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct

STEP_SECONDS = 30
DIGITS = 6


def decode_seed(seed: str) -> bytes:
    """The secret bytes of a base32 seed; lower case, spaces and missing padding are accepted."""
    text = "".join(seed.split()).upper().rstrip("=")
    return base64.b32decode(text + "=" * (-len(text) % 8))


def hotp(key: bytes, counter: int, digits: int = DIGITS) -> str:
    """The code for one counter value (RFC 4226)."""
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_at(when: float) -> int:
    """The number of the 30-second step that holds the moment ``when`` (Unix time)."""
    return int(when // STEP_SECONDS)


def code_at(seed: str, when: float, digits: int = DIGITS) -> str:
    """The code that a device with this seed shows at the moment ``when``."""
    return hotp(decode_seed(seed), step_at(when), digits)


def code_pair(seed: str, when: float) -> tuple[str, str]:
    """The codes of the previous and of the current step, the pair that needs no waiting."""
    key, step = decode_seed(seed), step_at(when)
    return hotp(key, step - 1), hotp(key, step)
