# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pace under a service that throttles, simulated: on a bucket of one's own, and against botocore's retry modes."""

from __future__ import annotations

import itertools
import threading
import time

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.pacer import Pacers
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._aws.pacer_simulation import (
    Ours,
    Run,
    Service,
    best_of_botocore,
    mean_seconds,
)


class Bucket:
    """A service's token bucket, and a clock that only moves when somebody waits."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst, self.tokens = rate, burst, burst
        self.now = self.filled = 0.0
        self.pacers = Pacers(lambda: self.now, self.sleep, lambda: 0.5)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def admits(self) -> bool:
        self.tokens = min(self.burst, self.tokens + (self.now - self.filled) * self.rate)
        self.filled = self.now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def serve(self, calls: float = float("inf"), seconds: float = float("inf")) -> tuple[int, int]:
        """Make calls one after the other; return how many were admitted and throttled."""
        pacer = self.pacers.of("iam")
        done = throttled = in_a_row = 0
        until = self.now + seconds
        while done < calls and self.now < until:
            ticket = pacer.wait(in_a_row)
            admitted = self.admits()
            self.now += 0.003
            if admitted:
                pacer.admitted(ticket)
                done, in_a_row = done + 1, 0
            else:
                pacer.throttled(ticket)
                throttled, in_a_row = throttled + 1, in_a_row + 1
        return done, throttled


@pytest.mark.parametrize(("rate", "burst"), [(20, 40), (5, 10), (2, 100), (50, 50), (100, 10)])
def test_keeps_close_below_the_rate(rate: float, burst: float) -> None:
    calls = 2000
    bucket = Bucket(rate, burst)
    _done, throttled = bucket.serve(calls)
    assert bucket.now <= 1.1 * calls / rate
    assert throttled < 0.05 * calls
    assert bucket.pacers.refused == throttled
    assert bucket.pacers.waited == pytest.approx(bucket.now - 0.003 * (calls + throttled))


def test_does_not_slow_down_where_nothing_is_throttled() -> None:
    bucket = Bucket(1e9, 1e9)
    assert bucket.serve(1000) == (1000, 0)
    assert bucket.now == pytest.approx(1000 * 0.003)
    assert bucket.pacers.waited == 0


def test_tells_once_that_most_of_a_run_was_waiting() -> None:
    bucket = Bucket(5, 5)
    bucket.serve(100)
    assert bucket.pacers.news() is None, "twenty seconds are not worth a word"
    bucket.serve(400)
    told = bucket.pacers.news() or ""
    assert f"{bucket.pacers.waited:.0f} seconds" in told and f"{bucket.pacers.refused} calls were refused" in told
    assert bucket.pacers.news() is None


def test_finds_out_when_more_is_granted() -> None:
    bucket = Bucket(10, 10)
    bucket.serve(seconds=60)
    bucket.rate = 20.0
    assert bucket.serve(seconds=120)[0] > 120 * 10 * 1.2


def test_finds_out_when_less_is_granted() -> None:
    bucket = Bucket(50, 50)
    bucket.serve(seconds=30)
    bucket.rate = 10.0
    done, throttled = bucket.serve(seconds=120)
    assert done > 0.9 * 120 * 10
    assert throttled < 0.1 * done


@pytest.mark.parametrize("shared", [False, True], ids=["apart", "shared"])
@pytest.mark.parametrize(("rate", "burst"), [(20, 40), (10, 100), (50, 50), (100, 200), (100, 10)])
def test_a_bucket_of_ones_own(rate: float, burst: float, shared: bool) -> None:
    """At most 1.1 x calls / rate, with under 5 % of the calls throttled; two services, each with a bucket or on one."""
    service = Service(rate, burst)
    for seed in range(6):
        outcome = Run(Ours, service, shared, users=500, seed=seed).outcome
        assert outcome.seconds <= 1.1 * (2000 if shared else 1000) / rate, seed
        assert outcome.throttled < 0.05 * outcome.sent, seed
        assert not outcome.failed


TROUBLES = {
    "neighbour 5 of 20": Service(20, 40, neighbour=5),
    "neighbour 10 of 20": Service(20, 40, neighbour=10),
    "neighbour 19 of 20": Service(20, 40, neighbour=19),
    "neighbour 30 of 20": Service(20, 40, neighbour=30),
    "neighbour 150 of 100": Service(100, 100, neighbour=150),
    "neighbour that leaves": Service(20, 40, neighbour=30, neighbour_until=15),
    "first call throttled": Service(first_throttled=1),
    "first two calls throttled": Service(first_throttled=2),
    "first sixteen calls throttled": Service(first_throttled=16),
    "first call throttled, 20/s": Service(20, 40, first_throttled=1),
    "outage at the start": Service(outage=(0, 20)),
    "outage at the start, 20/s": Service(20, 40, outage=(0, 20)),
    "outage in the middle": Service(50, 50, outage=(3, 23)),
    "2 % at random": Service(share_throttled=0.02),
    "5 % at random": Service(share_throttled=0.05),
    "10 % at random": Service(share_throttled=0.1),
    "30 % at random": Service(share_throttled=0.3),
    "2 % at random, 20/s": Service(20, 40, share_throttled=0.02),
    "5 % at random, 20/s": Service(20, 40, share_throttled=0.05),
    "10 % at random, 20/s": Service(20, 40, share_throttled=0.1),
    "30 % at random, 20/s": Service(20, 40, share_throttled=0.3),
}


@pytest.mark.parametrize("shared", [False, True], ids=["apart", "shared"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_against_botocore(trouble: str, shared: bool) -> None:
    """At most 1.5 x what the best of botocore's standard and adaptive retries takes, and nothing fails."""
    how = {"service": TROUBLES[trouble], "shared": shared, "users": 100}
    ours, theirs = mean_seconds(Ours, 6, **how), best_of_botocore(3, **how)
    assert ours is not None
    if theirs is not None:  # or else botocore's ways give users up
        assert ours <= 1.5 * theirs


@pytest.mark.parametrize("trouble", ["10 % at random", "5 % at random, 20/s", "neighbour 30 of 20"])
def test_a_longer_run_is_not_slower(trouble: str) -> None:
    """The pace must not go down further and further: a user costs as much in a run of a thousand."""
    few = mean_seconds(Ours, 3, users=100, service=TROUBLES[trouble])
    many = mean_seconds(Ours, 3, users=1000, service=TROUBLES[trouble])
    assert few is not None and many is not None
    assert many / 1000 <= 1.5 * few / 100


def test_threads_take_turns() -> None:
    """With real threads and a real clock, as the clients use it."""
    pacers = Pacers()
    pacer = pacers.of("iam")
    pacer.bucket.begin(200.0, 20, time.monotonic())
    went: list[float] = []

    def work() -> None:
        for _call in range(5):
            went.append(pacer.wait().sent_at)

    threads = [threading.Thread(target=work) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(went) == 40
    # Eight calls go at a rate that is surely granted, 0.825 x 200 a second; no two go at once.
    ordered = sorted(went)[:8]
    assert min(later - earlier for earlier, later in itertools.pairwise(ordered)) >= 0.9 / 165
    assert pacers.waited > 0
