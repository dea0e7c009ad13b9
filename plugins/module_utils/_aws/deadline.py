# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Until when something is tried again.

This module is private to hardening.aws.
"""

from __future__ import annotations

import time
import typing as t


class Deadline:
    """So many seconds from now, in which what has to be waited for anyway does not count.

    :param waited: The seconds spent so far on waiting for something else, such as new codes.
    :param attempts: How often it is tried again in any case, however long each attempt takes.
    """

    def __init__(
        self,
        seconds: float,
        waited: t.Callable[[], float] = lambda: 0.0,
        attempts: int = 0,
        monotonic: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._waited = waited
        self._attempts = attempts
        self._at = monotonic() - waited() + seconds

    def passed(self) -> bool:
        """Whether it is time to give up. Asked once an attempt."""
        self._attempts -= 1
        return self._attempts < 0 and self._monotonic() - self._waited() > self._at
