# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds and the codes they give, and the clock of AWS that the codes are computed for.

This module is private to hardening.aws. Codes follow RFC 6238 as AWS uses it: SHA-1, steps of 30 seconds, 6 digits.
"""

from __future__ import annotations

import base64
import binascii
import email.utils
import math
import re
import threading
import time
import typing as t
import urllib.parse

from ._errors import NoClock

try:
    import pyotp

    HAS_PYOTP = True
except ImportError:
    HAS_PYOTP = False

STEP_SECONDS = 30
MIN_SEED_CHARACTERS = 16  # 80 bits: the shortest that authenticator apps and token vendors hand out
ISSUER = "Amazon Web Services"

# How far the edge of a step must be away for a code to arrive within it.
_EDGE_SECONDS = 0.5


class SeedError(ValueError):
    """A seed that cannot be used. The text never holds the seed."""


def normalize_seed(text: str) -> str:
    """Return the base32 seed in I(text) in its canonical form: upper case, no blanks, no padding.

    :param text: A base32 seed, or an C(otpauth://totp/) URI that has one. Blanks, hyphens and lower case are accepted.
    :raises SeedError: It is neither, or its parameters are not the ones that AWS uses.
    """
    if text.strip().lower().startswith("otpauth:"):
        text = _seed_of_uri(text.strip())
    seed = re.sub(r"[\s-]", "", text).rstrip("=").upper()
    if not seed:
        raise SeedError("is empty")
    if not re.fullmatch(r"[A-Z2-7]+", seed):
        raise SeedError("is not base32: only the letters A-Z and the digits 2-7 may occur")
    if len(seed) < MIN_SEED_CHARACTERS:
        raise SeedError(f"is too short: {len(seed)} base32 characters, at least {MIN_SEED_CHARACTERS} are needed")
    try:
        base64.b32decode(seed + "=" * (-len(seed) % 8))
    except binascii.Error:
        raise SeedError(
            f"is not base32: {len(seed)} characters cannot be a whole number of bytes, was it cut?"
        ) from None
    return seed


def _seed_of_uri(uri: str) -> str:
    try:
        parts = urllib.parse.urlsplit(uri)
    except ValueError:
        raise SeedError("is not a valid otpauth URI") from None
    if parts.netloc.lower() != "totp":
        raise SeedError("is an otpauth URI of another kind than totp, which is the only one that AWS uses")
    query = {name.lower(): values for name, values in urllib.parse.parse_qs(parts.query).items()}
    secrets = query.get("secret", [])
    if len(secrets) != 1:
        raise SeedError("is an otpauth URI without exactly one secret parameter")
    for name, wanted in (("algorithm", "SHA1"), ("digits", "6"), ("period", "30")):
        for value in query.get(name, []):
            if value.upper() != wanted:
                raise SeedError(f"is an otpauth URI with {name}={value}, AWS uses {name}={wanted}")
    return secrets[0]


def codes_at_step(seed: str, step: int) -> tuple[str, str]:
    """Return the codes of the step before I(step) and of I(step) itself, six digits each.

    AWS accepts this pair at once; nobody has to wait for a second code.
    """
    totp = pyotp.TOTP(seed)
    return totp.generate_otp(step - 1), totp.generate_otp(step)


def otpauth_uri(seed: str, device_name: str, account_id: str) -> str:
    """Return the URI that AWS puts into a virtual device's QR code, to enrol an authenticator app."""
    issuer = urllib.parse.quote(ISSUER)
    label = urllib.parse.quote(f"{device_name}@{account_id}", safe="@")
    return f"otpauth://totp/{issuer}:{label}?secret={seed}&issuer={issuer}"


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
