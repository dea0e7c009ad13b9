# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast calls may be sent to a service that throttles.

This module is private to hardening.aws. AWS meters IAM with token buckets whose size and rate it does not publish.
"""

from __future__ import annotations

import collections
import math
import threading
import time
import typing as t


class Pacer:
    """Lets calls through at the rate that the service turns out to grant; shared by all threads of a client.

    Calls go unhindered until the first one is throttled. A throttled call tells two things: the pace was too high, and
    the service's bucket was empty just then. So the calls that it admitted between two such moments, divided by the
    time between them, are a rate that it is known to grant. The pace falls to that, or a little below what it was,
    whichever is more; then it rises fast to near the pace that was too high, slowly past it, and faster again beyond.
    Not fast there: if two services draw on one bucket, the pace of one that waits for the other would run away.

    :param monotonic: Seconds that only go forward.
    :param sleep: Waits so many seconds.
    """

    _FALL = 0.6  # of the pace that was too high
    _BELOW = 0.97  # of a rate that is known to be granted
    _NEAR, _PAST = 0.9, 1.1  # of the pace that was too high: the range in which the pace rises slowly
    _RISE_FAST, _RISE_SLOWLY, _RISE_BEYOND = 0.08, 0.0005, 0.005  # with each call
    _MIN_RATE = 0.2  # calls a second
    _MEASURE_SECONDS, _MEASURE_CALLS = 0.5, 3  # less than that measures nothing

    def __init__(
        self, monotonic: t.Callable[[], float] = time.monotonic, sleep: t.Callable[[float], None] = time.sleep
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._turnstile = threading.Lock()
        self._recent: collections.deque[float] = collections.deque(maxlen=1000)
        self._rate: float | None = None
        self._too_high = 0.0
        self._next_slot = 0.0
        self._emptied_at = 0.0
        self._admitted = 0

    def wait(self) -> None:
        """Wait for this call's turn."""
        if self._rate is None:
            return
        # One caller at a time waits for the next slot, at the pace of that moment. If all who wait had their slots
        # already, a throttled call would change the pace for none of them.
        with self._turnstile:
            while True:
                with self._lock:
                    now = self._monotonic()
                    if now >= self._next_slot:
                        self._next_slot = now + 1 / self._raised_pace()
                        return
                    seconds = self._next_slot - now
                self._sleep(seconds)

    def admitted(self) -> None:
        """The service took a call, whatever it answered."""
        with self._lock:
            self._admitted += 1
            self._recent.append(self._monotonic())

    def throttled(self, sent_at: float) -> None:
        """The service refused a call that was sent at I(sent_at) because its bucket was empty."""
        with self._lock:
            now = self._monotonic()
            if self._rate is None:
                # The bucket was full at first: what it let through says little about its rate.
                granted = sum(1 for moment in self._recent if now - moment < 1.0) / 2
                self._too_high = math.inf
            elif sent_at < self._emptied_at:
                return  # sent before the pace fell for the same empty bucket: tells nothing new
            else:
                self._too_high = self._rate
                seconds = now - self._emptied_at
                measured = seconds >= self._MEASURE_SECONDS and self._admitted >= self._MEASURE_CALLS
                granted = self._BELOW * self._admitted / seconds if measured else 0.0
                granted = max(granted, self._FALL * self._rate)
            self._rate = max(granted, self._MIN_RATE)
            self._emptied_at = now
            self._admitted = 0
            self._next_slot = max(self._next_slot, now + 1 / self._rate)

    def _raised_pace(self) -> float:
        rate = self._rate or self._MIN_RATE
        if rate < self._NEAR * self._too_high:
            rise = self._RISE_FAST
        elif rate <= self._PAST * self._too_high:
            rise = self._RISE_SLOWLY
        else:
            rise = self._RISE_BEYOND
        self._rate = rate * (1 + rise)
        return self._rate
