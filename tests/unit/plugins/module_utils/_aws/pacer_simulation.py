# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that throttles, and clients of it, in simulated time: the collection's own, and botocore's retry modes.

Everything is decided by the seed of a run, so that a run can be repeated.
"""

from __future__ import annotations

import collections
import dataclasses
import heapq
import itertools
import random
import typing as t

from botocore.exceptions import CapacityNotAvailableError
from botocore.retries.adaptive import RateClocker
from botocore.retries.bucket import TokenBucket
from botocore.retries.quota import RetryQuota
from botocore.retries.throttling import CubicCalculator

from ansible_collections.hardening.aws.plugins.module_utils._aws.pacer import Pacers, Ticket

Event = t.Callable[[], None]


class World:
    """Simulated time. It moves from event to event."""

    def __init__(self, seed: int) -> None:
        self.now = 0.0
        self.chance = random.Random(seed)
        self.pacers = Pacers(lambda: self.now, chance=self.chance.random)
        self.clients: list[Ours] = []
        self._events: list[tuple[float, int, Event]] = []
        self._order = itertools.count()

    def at(self, moment: float, event: Event) -> None:
        heapq.heappush(self._events, (moment, next(self._order), event))

    def run(self, until: t.Callable[[], bool]) -> None:
        while not until():
            self.now, _number, event = heapq.heappop(self._events)
            event()

    # As botocore's clock
    def current_time(self) -> float:
        return self.now


@dataclasses.dataclass(frozen=True)
class Service:
    """What a service does to those who call it.

    :ivar neighbour: How many calls a second somebody else sends, who minds no throttle.
    :ivar neighbour_until: When the neighbour ends.
    """

    rate: float = 1e9
    burst: float = 1e9
    neighbour: float = 0.0
    neighbour_until: float = 1e9
    first_throttled: int = 0
    outage: tuple[float, float] = (0.0, 0.0)
    share_throttled: float = 0.0


class Bucket:
    """A service's token bucket, under its conditions."""

    def __init__(self, world: World, service: Service) -> None:
        self._world, self._service = world, service
        self._tokens, self._filled = service.burst, 0.0
        self._first = service.first_throttled
        if service.neighbour:
            self._neighbour()

    def _neighbour(self) -> None:
        if self._world.now < self._service.neighbour_until:
            self._take()
            pause = self._world.chance.expovariate(self._service.neighbour)
            self._world.at(self._world.now + pause, self._neighbour)

    def _take(self) -> bool:
        service, now = self._service, self._world.now
        self._tokens = min(service.burst, self._tokens + (now - self._filled) * service.rate)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def admits(self) -> bool:
        """Whether a call is admitted now."""
        service = self._service
        if self._first:
            self._first -= 1
            return False
        if service.outage[0] <= self._world.now < service.outage[1]:
            return False
        if service.share_throttled and self._world.chance.random() < service.share_throttled:
            return False
        return self._take()


class Client(t.Protocol):
    """How a client sends its calls to one service."""

    def send(self, tries: int, go: t.Callable[[t.Any], None]) -> None:
        """Send a call, at once or later, that was throttled so many times before."""

    def admitted(self, ticket: t.Any, tries: int) -> None:
        """A call was taken."""

    def throttled(self, ticket: t.Any, tries: int) -> float | None:
        """A call was refused: return the pause before the next attempt, or None to give it up."""


class Ours:
    """The collection's own way."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.pacer = world.pacers.of(f"service {len(world.clients)}")
        world.clients.append(self)
        self._waiting: collections.deque[t.Callable[[Ticket], None]] = collections.deque()

    def send(self, tries: int, go: t.Callable[[Ticket], None]) -> None:
        self._world.at(self._world.now + self.pacer.pause(tries), lambda: self._queue(go))

    def _queue(self, go: t.Callable[[Ticket], None]) -> None:
        if self.pacer.paced:
            self._waiting.append(go)
            if len(self._waiting) == 1:
                self._turn()
        else:
            go(self.pacer.let_through())

    def _turn(self) -> None:
        """As Pacer.wait does with threads."""
        while self._waiting:
            turn = self.pacer.turn()
            if not isinstance(turn, Ticket):
                self._world.at(self._world.now + max(turn, 1e-6), self._turn)
                return
            self._waiting.popleft()(turn)

    def admitted(self, ticket: Ticket, _tries: int) -> None:
        self.pacer.admitted(ticket)

    def throttled(self, ticket: Ticket, _tries: int) -> float | None:
        self.pacer.throttled(ticket)
        return 0.0


class Standard:
    """botocore's standard retry mode: pauses that double, and a quota of retries."""

    def __init__(self, world: World, attempts: int) -> None:
        self._world, self._attempts = world, attempts
        self._quota = RetryQuota()

    def send(self, _tries: int, go: t.Callable[[t.Any], None]) -> None:
        go(None)

    def admitted(self, _ticket: t.Any, tries: int) -> None:
        self._quota.release(5 if tries else 1)

    def throttled(self, _ticket: t.Any, tries: int) -> float | None:
        if tries + 1 >= self._attempts or not self._quota.acquire(5):
            return None
        return self._world.chance.random() * min(2.0**tries, 20.0)


class Adaptive(Standard):
    """botocore's adaptive retry mode: the same, and a rate of its own, which it finds as CUBIC does."""

    def __init__(self, world: World, attempts: int) -> None:
        super().__init__(world, attempts)
        self._cubic = CubicCalculator(starting_max_rate=0, start_time=0.0)
        self._bucket = TokenBucket(max_rate=1, clock=world)
        self._clocker = RateClocker(world)
        self._enabled = False

    def send(self, tries: int, go: t.Callable[[t.Any], None]) -> None:
        if self._enabled:
            try:
                self._bucket.acquire(block=False)
            except CapacityNotAvailableError:
                seconds = (1 - self._bucket.available_capacity) / self._bucket.max_rate
                self._world.at(self._world.now + max(seconds, 1e-6), lambda: self.send(tries, go))
                return
        go(None)

    def admitted(self, ticket: t.Any, tries: int) -> None:
        super().admitted(ticket, tries)
        measured = self._clocker.record()
        self._bucket.max_rate = min(self._cubic.success_received(self._world.now), 2 * measured)

    def throttled(self, ticket: t.Any, tries: int) -> float | None:
        measured = self._clocker.record()
        rate = min(measured, self._bucket.max_rate) if self._enabled else measured
        self._enabled = True
        self._bucket.max_rate = min(self._cubic.error_received(rate, self._world.now), 2 * measured)
        return super().throttled(ticket, tries)


@dataclasses.dataclass
class Outcome:
    """What came of a run."""

    seconds: float = 0.0
    sent: int = 0
    throttled: int = 0
    failed: int = 0


class Run:
    """Workers who enrol users, each with two calls of IAM and two of the seed store.

    :param make: Makes the client of one service.
    :param shared: Whether both services draw on one bucket. AWS meters each apart.
    """

    CHAIN = ("iam", "store", "store", "iam")
    ROUND_TRIP = 0.05

    def __init__(
        self,
        make: t.Callable[[World], Client],
        service: Service,
        shared: bool = False,
        users: int = 500,
        workers: int = 16,
        seed: int = 0,
    ) -> None:
        self._world = World(seed)
        iam = Bucket(self._world, service)
        self._buckets = {"iam": iam, "store": iam if shared else Bucket(self._world, service)}
        self.clients = {name: make(self._world) for name in self._buckets}
        self._users, self._busy = users, workers
        self.outcome = Outcome()
        for _worker in range(workers):
            self._world.at(0.0, self._next_user)
        self._world.run(lambda: not self._busy)
        self.outcome.seconds = self._world.now

    def _next_user(self) -> None:
        if self._users:
            self._users -= 1
            self._call(0, 0)
        else:
            self._busy -= 1

    def _call(self, step: int, tries: int) -> None:
        if step == len(self.CHAIN):
            self._next_user()
            return
        self.clients[self.CHAIN[step]].send(tries, lambda ticket: self._sent(step, tries, ticket))

    def _sent(self, step: int, tries: int, ticket: t.Any) -> None:
        moment = self._world.now + self._world.chance.uniform(0.001, 0.003)
        self._world.at(moment, lambda: self._arrived(step, tries, ticket))

    def _arrived(self, step: int, tries: int, ticket: t.Any) -> None:
        admitted = self._buckets[self.CHAIN[step]].admits()
        self.outcome.sent += 1
        self.outcome.throttled += not admitted
        takes = (self.ROUND_TRIP if admitted else 0.002) + self._world.chance.uniform(0, 0.004)
        self._world.at(self._world.now + takes, lambda: self._answered(step, tries, ticket, admitted))

    def _answered(self, step: int, tries: int, ticket: t.Any, admitted: bool) -> None:
        client = self.clients[self.CHAIN[step]]
        if admitted:
            client.admitted(ticket, tries)
            self._call(step + 1, 0)
            return
        pause = client.throttled(ticket, tries)
        if pause is None:
            self.outcome.failed += 1
            self._next_user()
        else:
            self._world.at(self._world.now + pause, lambda: self._call(step, tries + 1))


BOTOCORE: dict[str, t.Callable[[World], Client]] = {
    "standard, 3 attempts": lambda world: Standard(world, 3),
    "standard, 10 attempts": lambda world: Standard(world, 10),
    "adaptive, 3 attempts": lambda world: Adaptive(world, 3),
    "adaptive, 10 attempts": lambda world: Adaptive(world, 10),
}


def mean_seconds(make: t.Callable[[World], Client], seeds: int, users: int, **run: t.Any) -> float | None:
    """Return how long runs take on average, or None if more than one user in a hundred is not enrolled."""
    outcomes = [Run(make, users=users, seed=seed, **run).outcome for seed in range(seeds)]
    if sum(outcome.failed for outcome in outcomes) > 0.01 * users * seeds:
        return None
    return sum(outcome.seconds for outcome in outcomes) / seeds


def best_of_botocore(seeds: int, **run: t.Any) -> float | None:
    """Return how long the fastest of botocore's ways takes that gets through at all."""
    found = [mean_seconds(make, seeds, **run) for make in BOTOCORE.values()]
    return min((seconds for seconds in found if seconds is not None), default=None)
