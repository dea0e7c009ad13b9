# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pace under a service that throttles, simulated."""

from __future__ import annotations

import collections
import heapq
import itertools
import random
import typing as t

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


class Run:
    """Sixteen workers who enrol users, each with two calls of IAM and two of the seed store, in simulated time.

    :param shared: Whether both services draw on one bucket. AWS meters each apart.
    """

    CHAIN = ("iam", "store", "store", "iam")
    WORKERS, ROUND_TRIP = 16, 0.05

    def __init__(self, rate: float, burst: float, shared: bool, users: int, seed: int) -> None:
        self.now = 0.0
        self.sent = self.throttled = 0
        self._chance = random.Random(seed)
        self._events: list[tuple[float, int, t.Callable[[], None]]] = []
        self._order = itertools.count()
        self._users = users
        iam = Bucket(rate, burst)
        self._buckets = {"iam": iam, "store": iam if shared else Bucket(rate, burst)}
        self._pacers = {service: Pacer(lambda: self.now) for service in self._buckets}
        self._waiting: dict[str, collections.deque[int]] = {service: collections.deque() for service in self._buckets}
        for _worker in range(self.WORKERS):
            self._next_user()
        while self._events:
            self.now, _number, event = heapq.heappop(self._events)
            event()

    def _at(self, moment: float, event: t.Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), event))

    def _next_user(self) -> None:
        if self._users:
            self._users -= 1
            self._call(0)

    def _call(self, step: int) -> None:
        """Let a worker wait for its turn, as Pacer.wait does with threads."""
        if step == len(self.CHAIN):
            self._next_user()
            return
        service = self.CHAIN[step]
        if self._pacers[service]._rate is None:
            self._send(step)
            return
        self._waiting[service].append(step)
        if len(self._waiting[service]) == 1:
            self._turn(service)

    def _turn(self, service: str) -> None:
        pacer, waiting = self._pacers[service], self._waiting[service]
        if waiting and self.now >= pacer._next_slot - 1e-9:
            pacer._next_slot = self.now + 1 / pacer._raised_pace()
            self._send(waiting.popleft())
        if waiting:
            self._at(max(pacer._next_slot, self.now), lambda: self._turn(service))

    def _send(self, step: int) -> None:
        sent_at = self.now
        self._at(self.now + self._chance.uniform(0.001, 0.003), lambda: self._arrive(step, sent_at))

    def _arrive(self, step: int, sent_at: float) -> None:
        bucket = self._buckets[self.CHAIN[step]]
        bucket.now = self.now
        admitted = bucket.admits()
        self.sent += 1
        self.throttled += not admitted
        takes = (self.ROUND_TRIP if admitted else 0.002) + self._chance.uniform(0, 0.004)
        self._at(self.now + takes, lambda: self._answer(step, sent_at, admitted))

    def _answer(self, step: int, sent_at: float, admitted: bool) -> None:
        pacer = self._pacers[self.CHAIN[step]]
        if admitted:
            pacer.admitted()
        else:
            pacer.throttled(sent_at)
        self._call(step + admitted)


@pytest.mark.parametrize("shared", [False, True], ids=["apart", "shared"])
@pytest.mark.parametrize(("rate", "burst"), [(20, 40), (10, 100), (100, 200)])
def test_two_services_at_once(rate: float, burst: float, shared: bool) -> None:
    for seed in range(8):
        run = Run(rate, burst, shared, users=500, seed=seed)
        assert run.throttled < 0.05 * run.sent
        assert run.now <= 1.1 * (2000 if shared else 1000) / rate
