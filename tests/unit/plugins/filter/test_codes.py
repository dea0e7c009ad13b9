# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters totp, totp_pair and otpauth_uri: codes as the RFC has them, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import typing as t

import jinja2
import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.hardening.aws.plugins.filter import otpauth_uri, totp, totp_pair
from ansible_collections.hardening.aws.plugins.plugin_utils import _codes
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._seeds.rfc_6238 import SEED as RFC_SEED
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._seeds.rfc_6238 import VECTORS

SEED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 2


def filter_of(module: t.Any, name: str) -> t.Callable[..., t.Any]:
    return t.cast("t.Callable[..., t.Any]", module.FilterModule().filters()[name])


TOTP = filter_of(totp, "totp")
PAIR = filter_of(totp_pair, "totp_pair")
URI = filter_of(otpauth_uri, "otpauth_uri")


def by_the_book(seed: str, second: float) -> str:
    """RFC 4226 and 6238, written down once more."""
    digest = hmac.digest(base64.b32decode(seed), int(second // 30).to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


@pytest.mark.parametrize("code", [TOTP, PAIR])
def test_a_variable_that_is_not_defined_is_named(code: t.Callable[..., t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether pyotp is there or not."""
    for there in (True, False):
        monkeypatch.setattr(_codes.totp, "HAS_PYOTP", there)
        with pytest.raises(jinja2.UndefinedError, match="'bobs_seed' is undefined"):
            code(jinja2.StrictUndefined(name="bobs_seed"))


def samples(count: int) -> list[tuple[str, int]]:
    chance = random.Random(20261126)
    return [
        (base64.b32encode(chance.randbytes(5 * chance.randrange(3, 13))).decode(), chance.randrange(60, 2**33))
        for _number in range(count)
    ]


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_vectors_of_rfc_6238(second: int, code: str) -> None:
    assert TOTP(RFC_SEED, at=second) == code == PAIR(RFC_SEED, at=second)[1] == PAIR(RFC_SEED, at=second + 30)[0]


def test_codes_are_those_of_the_rfc_for_ten_thousand_seeds_and_times() -> None:
    for seed, second in samples(10_000):
        assert TOTP(seed, at=second) == by_the_book(seed, second)
        assert PAIR(seed, second) == [by_the_book(seed, second - 30), by_the_book(seed, second)]


@pytest.mark.parametrize("at", [1111111109, 1111111109.9, "1111111109", "2005-03-18T01:58:29Z", "2005-03-18 01:58:29"])
@pytest.mark.parametrize("seed", [RFC_SEED, RFC_SEED.lower(), f"otpauth://totp/x?secret={RFC_SEED}"])
def test_seeds_and_moments_as_people_have_them(seed: str, at: t.Any) -> None:
    assert TOTP(seed, at) == "081804"


def test_the_next_code_that_was_not_used() -> None:
    first, second, third, fourth = (TOTP(SEED, at=10**9 + 30 * number) for number in range(4))
    assert TOTP(SEED, 10**9, used=[]) == first
    assert TOTP(SEED, 10**9, used=first) == TOTP(SEED, 10**9, used=[fourth, first]) == second
    assert TOTP(SEED, 10**9, used=[second, first]) == third
    with pytest.raises(AnsibleFilterError, match="all among those used"):
        TOTP(SEED, 10**9, used=[first, second, third])


def test_now_is_the_default() -> None:
    assert TOTP(SEED) in {PAIR(SEED)[1], PAIR(SEED)[0]}


def test_the_uri_is_that_of_the_qr_code() -> None:
    uri = f"otpauth://totp/Amazon%20Web%20Services:a+b@c@123456789012?secret={SEED}&issuer=Amazon%20Web%20Services"
    assert URI(SEED.lower(), "a+b@c", "123456789012").replace("%2B", "+") == uri
    assert "@000456789012?" in URI(SEED, "x", 456789012)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (lambda: TOTP("JBSWY3DP1"), "totp: the seed is not base32"),
        (lambda: TOTP(""), "totp: the seed is empty"),
        (lambda: TOTP(None), "totp: the seed must be text, and is of type NoneType"),
        (lambda: PAIR([SEED]), "totp_pair: the seed must be text, and is of type list"),
        (lambda: TOTP(SEED, at="soon"), "totp: at='soon' is no moment"),
        (lambda: TOTP(SEED, at="x" * 2**20), "more characters"),
        (lambda: TOTP(SEED, at=True), "totp: at=True is no moment"),
        (lambda: PAIR(SEED, at=-5), "totp_pair: at=-5 is no moment"),
        (lambda: TOTP(SEED, used=[12345]), "used must be codes of six digits"),
        (lambda: TOTP(SEED, used={"a": 1}), "used must be codes of six digits"),
        (lambda: URI(SEED, "x", "1234"), "account_id must be the 12 digits"),
        (lambda: URI(SEED, "x y", "123456789012"), "device_name must be a name"),
        (lambda: URI("short", "x", "123456789012"), "otpauth_uri: the seed is too short"),
    ],
)
def test_bad_input(made: t.Callable[[], str], text: str) -> None:
    with pytest.raises(AnsibleFilterError, match=text) as error:
        made()
    assert SEED not in str(error.value) and "JBSWY3DP1" not in str(error.value)
