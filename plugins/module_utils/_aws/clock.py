# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of AWS, which signatures are dated by and codes are computed for.

This module is private to hardening.aws.
"""

from __future__ import annotations

import email.utils
import math
import threading
import time
import typing as t

from .._errors import NoClock

STEP_SECONDS = 30  # how long a code holds

# How far the edge of a step must be away for a code to arrive within it.
_EDGE_SECONDS = 0.5


class AwsClock:
    """AWS's time, learnt from the C(Date) header of its answers and carried on by the local monotonic clock.

    A header tells whole seconds, so an answer gives a range: AWS's time now is not before the header's second plus
    what has passed since the answer came, and before the next second plus what has passed since the call was sent.
    Ranges of several answers are intersected. The controller's own wall clock is never used for a code.

    :param monotonic: Seconds that only go forward.
    :param sleep: Waits so many seconds.
    """

    # An older reading is not trusted: a suspended machine stops some monotonic clocks.
    FRESH_SECONDS = 20.0
    # A range that is wider than this is worth another call.
    WIDE_SECONDS = 10.0
    _REFRESHES, _EDGES = 2, 10

    def __init__(
        self, monotonic: t.Callable[[], float] = time.monotonic, sleep: t.Callable[[float], None] = time.sleep
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        # Both are offsets from the monotonic clock, in seconds.
        self._low: float | None = None
        self._high: float | None = None
        self._read_at = -math.inf

    def tick(self) -> float:
        """Return the monotonic second to hand to M(observe) as I(sent_at)."""
        return self._monotonic()

    def observe(self, date_header: str | None, sent_at: float) -> None:
        """Learn from the C(Date) header of an answer to a call that was sent at the monotonic second I(sent_at)."""
        parsed = email.utils.parsedate_tz(date_header) if date_header else None
        if parsed is None:
            return
        try:
            second = email.utils.mktime_tz(parsed)
        except (ValueError, OverflowError):
            return  # no moment, whatever it says
        now = self._monotonic()
        low, high = second - now, second + 1 - sent_at
        with self._lock:
            fresh = now - self._read_at < self.FRESH_SECONDS
            if fresh and self._low is not None and self._high is not None:
                both = max(low, self._low), min(high, self._high)
                # Two answers that cannot both be right: AWS's clock was set, or another host answered. Newest wins.
                if both[0] < both[1]:
                    low, high = both
            self._low, self._high, self._read_at = low, high, now

    @property
    def known(self) -> bool:
        """Whether an answer was seen at all."""
        return self._low is not None

    @property
    def fresh(self) -> bool:
        """Whether the newest answer is recent enough to compute a code from it."""
        return self.known and self._monotonic() - self._read_at < self.FRESH_SECONDS

    def insist(self) -> None:
        """Insist that AWS's time is known, before anything is begun that will need it.

        :raises NoClock: No answer had a Date header that can be read.
        """
        if not self.known:
            raise NoClock(
                "No answer of AWS had a Date header, so its time is not known, and without it no code can be computed "
                "that AWS is sure to accept. Something between this host and AWS takes the header away: look at the "
                "proxy, and at endpoint_url."
            )

    def now(self) -> float:
        """Return AWS's time in seconds since 1970, the earliest that it can be."""
        self.insist()
        return t.cast(float, self._low) + self._monotonic()

    def best_guess(self) -> float:
        """Return AWS's time, or the controller's if no answer has told it. Never for a code."""
        return self.now() if self.known else time.time()

    def step(self, refresh: t.Callable[[], t.Any] | None = None) -> int:
        """Return the TOTP step that AWS is in, after a wait of about a second if its edge is too near to tell.

        :param refresh: Makes a call, to know AWS's time more closely: one slow answer leaves it open by as much as it
            took.
        :raises NoClock: AWS's time cannot be told closely enough.
        """
        self.insist()
        for _call in range(self._REFRESHES if refresh else 0):
            if self._width() > self.WIDE_SECONDS:
                t.cast("t.Callable[[], t.Any]", refresh)()
        # Past an edge the whole range is within a step, if it is narrower than one. Another thread may widen it.
        for _edge in range(self._EDGES):
            width = self._width() + _EDGE_SECONDS
            low = self.now()
            if int(low // STEP_SECONDS) == int((low + width) // STEP_SECONDS):
                return int(low // STEP_SECONDS)
            if width >= STEP_SECONDS - 1:
                break
            self._sleep(max((int(low // STEP_SECONDS) + 1) * STEP_SECONDS - low, 0.01))
        raise NoClock(
            f"AWS's answers take so long that its time is known to {self._width():.0f} seconds only, while a code "
            f"holds for {STEP_SECONDS}: no code was sent. Run again when the network is faster."
        )

    def _width(self) -> float:
        """For how many seconds AWS's time is open."""
        with self._lock:
            return math.inf if self._low is None or self._high is None else self._high - self._low

    def seconds_until_step(self, step: int) -> float:
        """Return how long it is, at most, until AWS is in I(step). Zero if it is there already."""
        return max(0.0, step * STEP_SECONDS - self.now())
