# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds, codes and AWS's clock."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._seeds import totp
from ansible_collections.hardening.aws.plugins.module_utils._seeds.totp import SeedError, normalize_seed
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._seeds.rfc_6238 import SEED as RFC_SEED
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._seeds.rfc_6238 import VECTORS

AWS_SEED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 2


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_codes_are_those_of_rfc_6238(second: int, code: str) -> None:
    step = second // 30
    assert totp.codes_at_step(RFC_SEED, step)[1] == code
    assert totp.codes_at_step(RFC_SEED, step + 1)[0] == code


@pytest.mark.parametrize(
    "text",
    [
        AWS_SEED,
        AWS_SEED.lower(),
        " ".join(AWS_SEED[i : i + 4] for i in range(0, 64, 4)),
        "-".join(AWS_SEED[i : i + 4] for i in range(0, 64, 4)) + "\n",
        f"otpauth://totp/Amazon%20Web%20Services:alice@123456789012?secret={AWS_SEED}&issuer=Amazon%20Web%20Services",
        f"OTPAUTH://TOTP/x?SECRET={AWS_SEED.lower()}&algorithm=sha1&digits=6&period=30",
    ],
)
def test_seed_is_accepted_as_people_have_it(text: str) -> None:
    assert normalize_seed(text) == AWS_SEED


def test_the_longest_seed() -> None:
    assert normalize_seed("A" * 1024) == "A" * 1024


def test_padding_is_dropped() -> None:
    assert normalize_seed("GEZDGNBVGY3TQOJQGEZDGNBV======") == "GEZDGNBVGY3TQOJQGEZDGNBV"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("ABCDEFGH01234567", "is not base32: it may contain only the letters A-Z and the digits 2-7"),
        ("ÄBCDEFGHIJKLMNOP", "is not base32: it may contain only the letters A-Z and the digits 2-7"),
        ("ABCDEFGHIJKLMNO", "is too short: 15 base32 characters; the minimum is 23"),
        ("A" * 1032, "is too long: 1032 base32 characters; the maximum is 1024"),
        ("ABCDEFGHIJKLMNOPQRSTUV", "is too short: 22 base32 characters; the minimum is 23"),
        (
            "ABCDEFGHIJKLMNOPQRSTUVWXY",
            "is not base32: 25 characters cannot be a whole number of bytes; it may have been cut off",
        ),
        (AWS_SEED + "_", "is not base32: it may contain only the letters A-Z and the digits 2-7"),
        (f"otpauth://[totp/x?secret={AWS_SEED}", "is not a valid otpauth URI"),
        (f"otpauth://hotp/x?secret={AWS_SEED}", "is an otpauth URI of another kind than totp"),
        ("otpauth://totp/x?issuer=y", "is an otpauth URI without exactly one secret parameter"),
        (f"otpauth://totp/x?secret={AWS_SEED}&secret={AWS_SEED}", "is an otpauth URI without exactly one secret"),
        (f"otpauth://totp/x?secret={AWS_SEED}&algorithm=SHA256", "algorithm=SHA256, but AWS uses algorithm=SHA1"),
        (f"otpauth://totp/x?secret={AWS_SEED}&digits=8", "digits=8, but AWS uses digits=6"),
        (f"otpauth://totp/x?secret={AWS_SEED}&period=60", "period=60, but AWS uses period=30"),
    ],
)
def test_seed_is_refused_without_being_shown(text: str, problem: str) -> None:
    with pytest.raises(SeedError) as refusal:
        normalize_seed(text)
    assert problem in str(refusal.value)
    assert AWS_SEED not in str(refusal.value)


def test_otpauth_uri_is_that_of_aws() -> None:
    assert totp.otpauth_uri(AWS_SEED, "al+ice", "123456789012") == (
        "otpauth://totp/Amazon%20Web%20Services:al%2Bice@123456789012"
        f"?secret={AWS_SEED}&issuer=Amazon%20Web%20Services"
    )


def test_the_shortest_seed_gives_codes() -> None:
    seed = normalize_seed("ABCDEFGHIJKLMNOPQRSTUVQ")
    assert len(seed) == totp.MIN_SEED_CHARACTERS and len(totp.codes_at_step(seed, 10**6)[1]) == 6


def test_whether_codes_can_be_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert totp.HAS_PYOTP is True
    monkeypatch.setitem(sys.modules, "pyotp", None)  # as if it were not installed
    spec = importlib.util.find_spec(totp.__name__)
    assert spec and spec.loader
    without = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(without)
    assert without.HAS_PYOTP is False
