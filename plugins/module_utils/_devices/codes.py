# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the pairs of codes come from that prove a device's possession: a person, or the device's seed.

This module is private to hardening.aws.
"""

from __future__ import annotations

import abc
import time
import typing as t

from .._aws.iam import MfaApi
from .._errors import MfaError
from .._seeds.totp import codes_at_step

# Codes that a person supplied are not sent when they are older than this: a pair that is too old can be accepted and
# leave the device out of step.
SUPPLIED_CODES_SECONDS = 25.0
# A pair of codes of which none was sent before is at most two steps away.
NEW_CODES_SECONDS = 65.0


class Codes(abc.ABC):
    """Where pairs of codes come from."""

    @abc.abstractmethod
    def __call__(self) -> tuple[str, str]:
        """Return two codes to send now."""

    @abc.abstractmethod
    def renew(self, patience: float) -> bool:
        """Wait at most I(patience) seconds for codes worth trying after AWS refused these; return whether there are."""


class SuppliedCodes(Codes):
    """Two codes that the caller gave.

    :param given_at: When they were given, on the monotonic clock: that of the run's start, not of this user's turn.
    """

    def __init__(self, codes: tuple[str, str], given_at: float) -> None:
        self._codes = codes
        self._too_old_at = given_at + SUPPLIED_CODES_SECONDS

    def __call__(self) -> tuple[str, str]:
        if time.monotonic() > self._too_old_at:
            raise MfaError(
                f"The given codes were not sent: their turn came after more than {SUPPLIED_CODES_SECONDS:g} s, and "
                "codes that old can leave the device out of step. Run again with two fresh codes. For many devices, "
                "give fewer at a time, or their seeds."
            )
        return self._codes

    def renew(self, patience: float) -> bool:
        """There are no others."""
        return False


class SeedCodes(Codes):
    """Codes of a seed, computed on AWS's clock each time they are asked for.

    :param refresh: Makes a call, so that AWS's clock is known afresh.
    :param waited: Is told how many seconds went into a wait for codes.
    """

    def __init__(
        self, seed: str, api: MfaApi, refresh: t.Callable[[], t.Any], waited: t.Callable[[float], None]
    ) -> None:
        self._seed = seed
        self._clock = api.clock
        self._refresh = refresh
        self._waited = waited
        self._sent_step: int | None = None
        self._renewals = 0

    def __call__(self) -> tuple[str, str]:
        if not self._clock.fresh:
            self._refresh()
        self._sent_step = self._clock.step(self._refresh)
        return codes_at_step(self._seed, self._sent_step)

    def renew(self, patience: float) -> bool:
        """Wait until codes are worth trying again.

        The refusal may mean that a step's edge was crossed on the way: then there are new codes at once. Or the codes
        were used before, as when a device is taken off and attached again within a minute: then both have to be new.
        """
        if self._sent_step is None or self._renewals >= 2:
            return False
        if not self._clock.fresh:
            self._refresh()
        self._renewals += 1
        if self._clock.step(self._refresh) > self._sent_step and self._renewals == 1:
            return True
        seconds = self._clock.seconds_until_step(self._sent_step + 2)
        if seconds > patience:
            return False
        time.sleep(seconds)
        self._waited(seconds)
        self._renewals = 2
        return True
