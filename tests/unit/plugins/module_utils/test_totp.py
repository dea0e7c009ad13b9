# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds, codes and AWS's clock."""

from __future__ import annotations

import base64
import email.utils

import pytest

from ansible_collections.hardening.aws.plugins.module_utils import _totp
from ansible_collections.hardening.aws.plugins.module_utils._errors import NoClock
from ansible_collections.hardening.aws.plugins.module_utils._totp import AwsClock, SeedError, normalize_seed

RFC_SEED = base64.b32encode(b"12345678901234567890").decode()
AWS_SEED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 2


@pytest.mark.parametrize(
    ("second", "code"),
    # RFC 6238, appendix B, the SHA-1 column: its eight digits end in the six that AWS uses.
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(second: int, code: str) -> None:
    step = second // 30
    assert _totp.codes_at_step(RFC_SEED, step)[1] == code
    assert _totp.codes_at_step(RFC_SEED, step + 1)[0] == code


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


def test_padding_is_dropped() -> None:
    assert normalize_seed("GEZDGNBVGY3TQOJQGEZDGNBV======") == "GEZDGNBVGY3TQOJQGEZDGNBV"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("ABCDEFGH01234567", "is not base32: only the letters A-Z and the digits 2-7 may occur"),
        ("ÄBCDEFGHIJKLMNOP", "is not base32: only the letters A-Z and the digits 2-7 may occur"),
        ("ABCDEFGHIJKLMNO", "is too short: 15 base32 characters, at least 16 are needed"),
        ("ABCDEFGHIJKLMNOPQ", "is not base32: 17 characters cannot be a whole number of bytes, was it cut?"),
        (f"otpauth://hotp/x?secret={AWS_SEED}", "is an otpauth URI of another kind than totp"),
        ("otpauth://totp/x?issuer=y", "is an otpauth URI without exactly one secret parameter"),
        (f"otpauth://totp/x?secret={AWS_SEED}&secret={AWS_SEED}", "is an otpauth URI without exactly one secret"),
        (f"otpauth://totp/x?secret={AWS_SEED}&algorithm=SHA256", "algorithm=SHA256, AWS uses algorithm=SHA1"),
        (f"otpauth://totp/x?secret={AWS_SEED}&digits=8", "digits=8, AWS uses digits=6"),
        (f"otpauth://totp/x?secret={AWS_SEED}&period=60", "period=60, AWS uses period=30"),
    ],
)
def test_seed_is_refused_without_being_shown(text: str, problem: str) -> None:
    with pytest.raises(SeedError) as refusal:
        normalize_seed(text)
    assert problem in str(refusal.value)
    assert AWS_SEED not in str(refusal.value)


def test_otpauth_uri_is_that_of_aws() -> None:
    assert _totp.otpauth_uri(AWS_SEED, "al+ice", "123456789012") == (
        "otpauth://totp/Amazon%20Web%20Services:al%2Bice@123456789012"
        f"?secret={AWS_SEED}&issuer=Amazon%20Web%20Services"
    )


class Time:
    """A monotonic clock that tests turn, and a sleep that turns it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> AwsClock:
        return AwsClock(lambda: self.now, self.sleep)


def date(second: int) -> str:
    return email.utils.formatdate(second, usegmt=True)


def test_clock_follows_aws_and_not_the_controller() -> None:
    time = Time()
    clock = time.clock()
    assert not clock.known
    clock.observe(date(30 * 1000 + 10), sent_at=time.now)
    time.now += 3
    assert (clock.known, clock.fresh) == (True, True)
    assert clock.now() == 30 * 1000 + 13
    assert clock.step() == 1000
    assert time.slept == []
    assert clock.seconds_until_step(1002) == 47


@pytest.mark.parametrize("header", [None, "", "soon", "1 Jan 9999999999 00:00:00"])
def test_clock_ignores_an_answer_without_a_date(header: str | None) -> None:
    clock = Time().clock()
    clock.observe(header, sent_at=0)
    assert not clock.known
    for needs_it in (clock.step, clock.now, clock.insist):
        with pytest.raises(NoClock, match="Date header"):
            needs_it()


def test_clock_grows_stale() -> None:
    time = Time()
    clock = time.clock()
    clock.observe(date(30000), sent_at=time.now)
    time.now += AwsClock.FRESH_SECONDS + 1
    assert not clock.fresh


@pytest.mark.parametrize(
    ("second_in_step", "call_took", "waits"),
    [(10, 0.05, False), (0, 0.05, False), (28, 0.05, False), (29, 0.05, True), (28, 1.5, True)],
)
def test_clock_waits_at_the_edge_of_a_step(second_in_step: int, call_took: float, waits: bool) -> None:
    """AWS may be in either step then, and codes of the wrong one would be refused."""
    time = Time()
    clock = time.clock()
    sent_at = time.now
    time.now += call_took
    clock.observe(date(30 * 1000 + second_in_step), sent_at)
    step = clock.step()
    assert bool(time.slept) == waits
    assert step == (1001 if waits else 1000)
    assert sum(time.slept) < 3


@pytest.mark.parametrize("call_took", [20.0, 29.0, 31.0, 59.0])
def test_clock_asks_again_after_a_slow_answer(call_took: float) -> None:
    time = Time()
    clock = time.clock()
    began = time.now
    time.now += call_took
    clock.observe(date(30 * 1000 + 10), began)  # the answer was long on its way: AWS's clock is further by now

    def refresh() -> None:
        sent_at = time.now
        time.now += 0.05
        clock.observe(date(30 * 1000 + 10 + int(call_took)), sent_at)

    step = clock.step(refresh)
    assert step == (30 * 1000 + 10 + int(call_took)) // 30
    assert sum(time.slept) < 3


@pytest.mark.parametrize("call_took", [28.5, 31.0, 59.0])
def test_clock_gives_up_if_every_answer_is_slow(call_took: float) -> None:
    time = Time()
    clock = time.clock()
    asked = []

    def refresh() -> None:
        asked.append(time.now)
        time.now += call_took
        clock.observe(date(30 * 1000 + int(time.now)), asked[-1])

    refresh()
    with pytest.raises(NoClock, match="take so long"):
        clock.step(refresh)
    assert len(asked) == 3


def test_clock_narrows_the_range_with_each_answer() -> None:
    time = Time()
    clock = time.clock()
    clock.observe(date(30029), sent_at=time.now)  # the true time is from 30029.0 to 30030.0
    time.now += 0.9
    clock.observe(date(30029), sent_at=time.now)  # still 30029: so it was before 30029.1 at first
    time.now += 0.7
    assert clock.step() == 1001
    assert sum(time.slept) < 0.5


def test_clock_starts_anew_when_aws_contradicts_itself() -> None:
    time = Time()
    clock = time.clock()
    clock.observe(date(30010), sent_at=time.now)
    clock.observe(date(60010), sent_at=time.now)
    assert clock.step() == 2000
