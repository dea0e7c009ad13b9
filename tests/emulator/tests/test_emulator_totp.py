# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's own TOTP against the vectors of RFC 6238 and RFC 4226."""

from __future__ import annotations

import base64

import pytest
from aws_emulator import totp

KEY = b"12345678901234567890"
SEED = base64.b32encode(KEY).decode()


@pytest.mark.parametrize(
    ("when", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_rfc6238(when: int, code: str) -> None:
    assert totp.code_at(SEED, when, digits=8) == code
    assert totp.code_at(SEED, when) == code[2:]


@pytest.mark.parametrize(("counter", "code"), list(enumerate("755224 287082 359152 969429 338314".split())))
def test_rfc4226(counter: int, code: str) -> None:
    assert totp.hotp(KEY, counter) == code


def test_pair_is_previous_and_current_step() -> None:
    assert totp.code_pair(SEED, 1111111111) == ("081804", "050471")


def test_seed_may_be_lower_case_spaced_and_unpadded() -> None:
    spaced = " ".join([SEED[:4].lower(), SEED[4:].lower()])
    assert totp.decode_seed(spaced) == KEY
    assert totp.decode_seed("MFRGG") == b"abc"
