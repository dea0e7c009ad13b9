# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells how far the reading of an organization is, where it takes long.

This module is private to hardening.aws.
"""

from __future__ import annotations

import threading
import time
import typing as t


class Telling:
    """Shows a text now and then. Safe to use from several threads.

    :param show: Shows a line.
    :param seconds: How many are between two lines. 0 is no lines at all.
    """

    def __init__(
        self, show: t.Callable[[str], None], seconds: float, monotonic: t.Callable[[], float] = time.monotonic
    ) -> None:
        self._show = show
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._next = monotonic() + seconds

    def __call__(self, text: str) -> None:
        """Show the text, unless another was shown a moment ago."""
        with self._lock:
            now = self._monotonic()
            if not self._seconds or now < self._next:
                return
            self._next = now + self._seconds
        self._show(text)
