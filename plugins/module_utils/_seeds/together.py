# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what several threads ask for at about the same time with one call.

This module is private to hardening.aws.
"""

from __future__ import annotations

import contextlib
import threading
import typing as t

T = t.TypeVar("T")


class _Request(t.Generic[T]):
    """What one thread waits for: its value, or its turn to read for others as well."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.value: T | None = None
        self.is_done = False
        self.woken = threading.Event()


class Together(t.Generic[T]):
    """One call at a time. While it is under way names queue up, and the next call reads all of them.

    :param read: Reads names. What its answer lacks could not be read that way.
    :param most: How many names a call may have.
    :param away: Is entered by a thread that waits for another's call, so that somebody else may work meanwhile.
    """

    def __init__(
        self,
        read: t.Callable[[list[str]], t.Mapping[str, T]],
        most: int,
        away: t.Callable[[], contextlib.AbstractContextManager[t.Any]] = contextlib.nullcontext,
    ) -> None:
        self._read = read
        self._most = most
        self._away = away
        self._lock = threading.Lock()
        self._queue: list[_Request[T]] = []
        self._is_reading = False

    def read(self, name: str) -> T | None:
        """Return what is kept under a name, or None if it could not be read together with others."""
        request: _Request[T] = _Request(name)
        with self._lock:
            self._queue.append(request)
            has_turn = not self._is_reading
            self._is_reading = True
        if not has_turn:
            with self._away():
                request.woken.wait()
        if not request.is_done:
            self._read_queue()
        return request.value

    def _read_queue(self) -> None:
        """Read what is queued, and give the turn to the first of those who came in the meantime."""
        with self._lock:
            batch, self._queue = self._queue[: self._most], self._queue[self._most :]
        found: t.Mapping[str, T] = {}
        try:
            found = self._read(list(dict.fromkeys(request.name for request in batch)))
        finally:
            for request in batch:
                request.value = found.get(request.name)
                request.is_done = True
                request.woken.set()
            with self._lock:
                self._is_reading = bool(self._queue)
                following = self._queue[:1]
            for request in following:
                request.woken.set()
