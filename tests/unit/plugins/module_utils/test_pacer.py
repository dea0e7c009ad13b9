# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pace under a service that throttles, simulated."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._pacer import Pacer


class Bucket:
    """A service's token bucket, and a clock that only moves when somebody waits."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst, self.tokens = rate, burst, burst
        self.now = self.filled = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def admits(self) -> bool:
        self.tokens = min(self.burst, self.tokens + (self.now - self.filled) * self.rate)
        self.filled = self.now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def run(bucket: Bucket, calls: int, call_takes: float = 0.003) -> tuple[int, float]:
    """Make calls one after the other until so many were admitted; return the throttled ones and the seconds."""
    pacer = Pacer(lambda: bucket.now, bucket.sleep)
    done = throttled = 0
    while done < calls:
        pacer.wait()
        sent_at = bucket.now
        admitted = bucket.admits()
        bucket.now += call_takes
        if admitted:
            pacer.admitted()
            done += 1
        else:
            pacer.throttled(sent_at)
            throttled += 1
    return throttled, bucket.now


@pytest.mark.parametrize(("rate", "burst"), [(20, 40), (5, 10), (2, 100), (50, 50), (100, 10)])
def test_keeps_close_below_the_rate(rate: float, burst: float) -> None:
    calls = 2000
    throttled, seconds = run(Bucket(rate, burst), calls)
    assert seconds <= 1.1 * calls / rate
    assert throttled < 0.05 * calls


def test_does_not_slow_down_where_nothing_is_throttled() -> None:
    throttled, seconds = run(Bucket(1e9, 1e9), 1000)
    assert throttled == 0
    assert seconds == pytest.approx(1000 * 0.003)


def test_finds_out_when_more_is_granted() -> None:
    bucket = Bucket(10, 10)
    pacer = Pacer(lambda: bucket.now, bucket.sleep)

    def admitted_in(seconds: float) -> int:
        count, until = 0, bucket.now + seconds
        while bucket.now < until:
            pacer.wait()
            sent_at = bucket.now
            if bucket.admits():
                pacer.admitted()
                count += 1
            else:
                pacer.throttled(sent_at)
            bucket.now += 0.003
        return count

    admitted_in(60)
    bucket.rate = 20.0
    assert admitted_in(120) > 120 * 10 * 1.2


def test_throttles_of_one_burst_count_once() -> None:
    now = [0.0]
    pacer = Pacer(lambda: now[0], lambda seconds: now.__setitem__(0, now[0] + seconds))
    for _call in range(100):
        pacer.admitted()
    for _call in range(16):  # all under way when the bucket ran empty
        pacer.throttled(sent_at=-0.05)
    start = now[0]
    for _call in range(10):
        pacer.wait()
    # Half of the hundred calls of the last second, not a half of a half sixteen times.
    assert now[0] - start < 0.5
