# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast calls may be sent to services that throttle.

This module is private to hardening.aws. AWS meters IAM with token buckets whose size and rate it does not publish, and
all clients of an account draw on them.

Calls go unhindered until some are throttled. What helps then depends on why they are:

- The bucket is ours alone. It grants a rate that can be measured; calls at a pace just below it are never throttled,
  and all that is faster is wasted.
- Somebody else empties it, the service is out, or it throttles by chance. A slower pace helps nobody, and who slows
  down leaves the bucket to the others. Each call is tried again after a pause of its own, as botocore does.

Which of the two it is shows when calls are paced: a call that is throttled at a pace which is surely granted speaks for
the second. Three of them end the pace for a while, which is longer each time.
"""

from __future__ import annotations

import collections
import math
import random
import threading
import time
import typing as t

# Pauses of a call that was throttled where there is no pace: at most the first, and twice that each further time.
_PAUSE, _LONGEST_PAUSE = 0.5, 3.0
# What shows that a bucket has a rate: so many answers, so many of them refused and granted, over so many seconds.
_SEEN_CALLS, _SEEN_THROTTLED, _SEEN_SHARE, _SEEN_GRANTED, _SEEN_SECONDS = 12, 3, 0.06, 3, 0.25
_REMEMBERED_SECONDS, _REMEMBERED_CALLS = 10.0, 256
_MEASURE_SECONDS, _MEASURE_CALLS = 0.2, 8  # less than that measures nothing

_FALL = 0.6  # of the pace that was too high
_BELOW = 0.97  # of a rate that is known to be granted
_NEAR, _PAST = 0.9, 1.1  # of the pace that was too high: the range in which the pace rises slowly
_RISE_FAST, _RISE_SLOWLY, _RISE_BEYOND = 0.06, 0.0005, 0.005  # with each call
_SLOW_CALLS = 80  # after so many it rises twice as fast as at first, after twice as many five times
_MIN_RATE = 0.5  # calls a second

_PROOFS = 8  # so many calls after each fall go at a pace that is surely granted, if anything is
_SURPRISES = 3  # so many of them that were throttled end the pace
_NO_HELP = 0.65  # of the most that was granted: if that falls along with the pace, the pace is no help
_FIRST_REST, _LONGEST_REST = 2.0, 60.0  # seconds without a pace after one that was no help
_WORTH_TELLING = 30.0  # seconds of waiting in a run


class Ticket(t.NamedTuple):
    """A call that was let through: the how manieth it was, when, at which pace, and who judges what comes of it."""

    number: int
    sent_at: float
    pace: float
    bucket: Bucket


class Bucket:
    """What is known of one token bucket of AWS's, and the pace that follows from it."""

    def __init__(self) -> None:
        self.pace: float | None = None
        self.granted = 0.0
        self._most_granted = 0.0
        self._sure = 0.0
        self._too_high = math.inf
        self._next_slot = 0.0
        self._surprises = 0.0
        self._sent = 0
        self._since = 0  # the last call that was sent before the present pace
        self._measured_since = (0, 0.0)  # a call that found the bucket empty, and when it was sent
        self._measured_throttled = 0
        # Without a pace: when an answer came, whether the call was granted, its number.
        self._answers: collections.deque[tuple[float, bool, int]] = collections.deque(maxlen=_REMEMBERED_CALLS)
        self._rest = _FIRST_REST
        self._rests_until = -math.inf

    def seconds_to_slot(self, now: float) -> float:
        """Return how long it is until the next call may go."""
        return 0.0 if self.pace is None else self._next_slot - now

    def let_through(self, now: float) -> Ticket:
        """Let a call go."""
        self._sent += 1
        if self.pace is None:
            return Ticket(self._sent, now, math.inf, self)
        if self._sent <= self._since + _PROOFS:
            pace = min(self.pace, self._sure)
        else:
            if now - self._next_slot < 1 / self.pace:  # or else there are fewer calls than the pace allows
                self._raise_pace(self.pace)
            pace = self.pace
        self._next_slot = now + 1 / pace
        return Ticket(self._sent, now, pace, self)

    def admitted(self, ticket: Ticket, now: float) -> None:
        """A call was granted."""
        if self.pace is None:
            self._answers.append((now, True, ticket.number))

    def throttled(self, ticket: Ticket, now: float) -> bool:
        """A call found the bucket empty. Return whether that ends the pace."""
        if self.pace is None:
            self._answers.append((now, False, ticket.number))
            if now >= self._rests_until:
                self._look_for_a_rate(now)
        elif ticket.number > self._since:
            return self._judge(ticket, now, self.pace)
        elif ticket.number > self._measured_since[0]:
            self._measured_throttled += 1  # sent before the pace fell for the same empty bucket: tells nothing new
        return False

    def _look_for_a_rate(self, now: float) -> None:
        """Begin a pace if a part of the calls is granted, and the others are not."""
        answers = [answer for answer in self._answers if answer[0] > now - _REMEMBERED_SECONDS]
        # An outage says nothing about the rate after it.
        first = next((index for index, answer in enumerate(answers) if answer[1]), len(answers))
        answers = answers[max(first - 1, 0) :]
        # The bucket is empty from the first throttled call on: what was sent before that says nothing about its rate.
        start = next((answer for answer in answers if not answer[1]), None)
        if start is None:
            return
        answers = [answer for answer in answers if answer[2] >= start[2]]
        granted = sum(1 for answer in answers if answer[1])
        throttled = len(answers) - granted
        seconds = now - start[0]
        if throttled < max(_SEEN_THROTTLED, _SEEN_SHARE * len(answers)) or granted < _SEEN_GRANTED:
            return
        if len(answers) >= _SEEN_CALLS and seconds >= _SEEN_SECONDS:
            self.begin(granted / seconds, granted, now)

    def begin(self, rate: float, calls: int, now: float) -> None:
        """Begin a pace for I(rate), which was measured with so many calls."""
        self._answers.clear()
        self._too_high = math.inf
        self._surprises = 0.0
        self._most_granted = 0.0
        self._know(rate, calls)
        self._set_pace(_BELOW * rate, now)
        self._measured_since, self._measured_throttled = (self._sent, now), 0

    def end(self, now: float) -> None:
        """End the pace: it is no help."""
        self.pace = None
        self._answers.clear()
        self._rests_until = now + self._rest
        self._rest = min(2 * self._rest, _LONGEST_REST)

    def _judge(self, ticket: Ticket, now: float, pace: float) -> bool:
        """The pace was too high, or is no help. Return whether it is at an end."""
        sure = self._sure
        self._measured_throttled += 1
        number, moment = self._measured_since
        calls, seconds = ticket.number - number - self._measured_throttled, ticket.sent_at - moment
        # Between two moments at which the bucket was empty, it grants its rate exactly.
        fallen = 0.0
        if calls >= _MEASURE_CALLS and seconds >= _MEASURE_SECONDS:
            self._know(calls / seconds, calls)
            self._measured_since, self._measured_throttled = (ticket.number, ticket.sent_at), 0
            fallen = _BELOW * self.granted
        if ticket.pace <= sure:
            self._surprises += 1
        else:
            self._surprises = max(0.0, self._surprises - 0.5)
            self._too_high = ticket.pace
        if self._surprises >= _SURPRISES or self.granted < _NO_HELP * self._most_granted:
            self.end(now)
            return True
        self._set_pace(max(fallen, _FALL * pace, self._sure), now)
        return False

    def _know(self, granted: float, calls: int) -> None:
        self.granted = granted
        self._most_granted = max(_BELOW * self._most_granted, granted)
        # The fewer calls it was measured with, the further off it may be.
        self._sure = granted * (0.9 - 1.5 / calls)

    def _set_pace(self, pace: float, now: float) -> None:
        self.pace = max(pace, _MIN_RATE)
        self._since = self._sent
        self._next_slot = max(self._next_slot, now + 1 / self.pace)

    def _raise_pace(self, pace: float) -> None:
        if pace < _NEAR * self._too_high:
            rise = _RISE_FAST
        elif pace <= _PAST * self._too_high:
            rise = _RISE_SLOWLY * (1 + ((self._sent - self._since) / _SLOW_CALLS) ** 2)
        else:
            rise = _RISE_BEYOND
        self.pace = pace * (1 + rise)


class Pacers:
    """The pacers of one run: one for each service, as AWS meters each apart.

    If they turn out to be in each other's way, they are taken to draw on one bucket; unless that is no help either.

    :param monotonic: Seconds that only go forward.
    :param sleep: Waits so many seconds.
    :param chance: A number from 0 to 1, by chance.
    """

    def __init__(
        self,
        monotonic: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
        chance: t.Callable[[], float] = random.random,
    ) -> None:
        self.monotonic = monotonic
        self.sleep = sleep
        self.chance = chance
        self.lock = threading.Lock()
        self.common: Bucket | None = None
        # For how many seconds calls were held back in all, and how many were refused.
        self.waited = 0.0
        self.refused = 0
        self._waited_until = -math.inf
        self._began = monotonic()
        self._told = False
        self._of: dict[str, Pacer] = {}

    def of(self, service: str) -> Pacer:
        """Return the pacer of a service."""
        return self._of.setdefault(service, Pacer(self))

    def note_wait(self, began: float, seconds: float) -> None:
        """A thread has waited. Several that wait at once are one wait."""
        self.waited += max(0.0, began + seconds - max(began, self._waited_until))
        self._waited_until = max(self._waited_until, began + seconds)

    def news(self) -> str | None:
        """Return, once, that most of the run went into waiting, if it did."""
        with self.lock:
            if self._told or self.waited < max(_WORTH_TELLING, (self.monotonic() - self._began) / 2):
                return None
            self._told = True
            return (
                f"AWS throttles this account: {self.waited:.0f} seconds, most of this run so far, went into waiting "
                f"until it takes calls again, and {self.refused} calls were refused. Something else may be using up "
                "the account's calls, such as a scan, Terraform or another run. This one goes on as fast as AWS lets "
                "it."
            )

    def ended(self, bucket: Bucket, now: float) -> None:
        """A pace was no help."""
        if bucket is self.common:
            self.common = None
            return
        others = [pacer.bucket for pacer in self._of.values() if pacer.bucket.pace and pacer.bucket is not bucket]
        if others:
            for other in others:
                other.end(now)
            self.common = Bucket()
            self.common.begin(bucket.granted + sum(other.granted for other in others), _SEEN_CALLS, now)


class Pacer:
    """Lets calls through at the rate that a service turns out to grant; shared by all threads of a client."""

    def __init__(self, pacers: Pacers) -> None:
        self._pacers = pacers
        self._turnstile = threading.Lock()
        self.bucket = Bucket()

    def wait(self, throttled: int = 0) -> Ticket:
        """Wait for the turn of a call that was throttled so many times in a row."""
        self._sleep(self.pause(throttled))
        if not self.paced:
            return self.let_through()
        # One caller at a time waits for the next slot, at the pace of that moment. If all who wait had their slots
        # already, a throttled call would change the pace for none of them.
        with self._turnstile:
            while True:
                turn = self.turn()
                if isinstance(turn, Ticket):
                    return turn
                self._sleep(turn)

    def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._pacers.sleep(seconds)
            with self._pacers.lock:
                self._pacers.note_wait(self._pacers.monotonic() - seconds, seconds)

    @property
    def _judged_by(self) -> Bucket:
        return self._pacers.common or self.bucket

    def news(self) -> str | None:
        """Return, once for all pacers, that most of the run went into waiting, if it did."""
        return self._pacers.news()

    @property
    def paced(self) -> bool:
        """Whether calls go one after the other, at a pace."""
        return self._judged_by.pace is not None

    def pause(self, throttled: int) -> float:
        """Return how long a call that was throttled so many times in a row waits before it queues up again."""
        if not throttled or self.paced:
            return 0.0
        return self._pacers.chance() * min(_PAUSE * 2.0 ** (throttled - 1), _LONGEST_PAUSE)

    def turn(self) -> Ticket | float:
        """Let a call go if it is its turn, or return for how many seconds it is not."""
        with self._pacers.lock:
            now = self._pacers.monotonic()
            seconds = self._judged_by.seconds_to_slot(now)
            return self._judged_by.let_through(now) if seconds <= 0 else seconds

    def let_through(self) -> Ticket:
        """Let a call go that does not wait for its turn."""
        with self._pacers.lock:
            return self._judged_by.let_through(self._pacers.monotonic())

    def admitted(self, ticket: Ticket) -> None:
        """The service took a call, whatever it answered."""
        with self._pacers.lock:
            if ticket.bucket is self._judged_by:
                ticket.bucket.admitted(ticket, self._pacers.monotonic())

    def throttled(self, ticket: Ticket) -> None:
        """The service refused a call because its bucket was empty."""
        with self._pacers.lock:
            now = self._pacers.monotonic()
            self._pacers.refused += 1
            if ticket.bucket is self._judged_by and ticket.bucket.throttled(ticket, now):
                self._pacers.ended(ticket.bucket, now)
