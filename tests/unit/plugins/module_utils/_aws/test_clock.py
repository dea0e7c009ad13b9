# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the clock of AWS."""

from __future__ import annotations

import email.utils

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.clock import AwsClock
from ansible_collections.hardening.aws.plugins.module_utils._errors import NoClock


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
