# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a module is: counts that it notes while it works, for its action plugin to show.

This module is private to hardening.aws. A module cannot show anything while it runs; the action plugin, on the same
machine, names a file in the environment and reads it. Without that file nothing is noted. It holds numbers only.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
import typing as t

FILE_VARIABLE = "HARDENING_AWS_PROGRESS_FILE"
_SECONDS = 0.5  # how often a note is worth it
_IDLE_SECONDS = 2.0  # how often one is made while no item is finished, as when all wait for AWS


class Progress:
    """Counts items as they are finished. Safe to use from several threads.

    :param verb: What is done to them, in the past tense, such as C(enrolled).
    :param total: How many there are.
    :param waited: Returns how many seconds went into waiting for AWS so far, because it throttles.
    """

    def __init__(self, verb: str, total: int, waited: t.Callable[[], float] | None = None) -> None:
        self._counts = {"total": total, "done": 0, "changed": 0, "failed": 0}
        self._verb = verb
        self._waited = waited
        self._path = os.environ.get(FILE_VARIABLE)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._note()
        if self._path and total:
            threading.Thread(target=self._note_while_idle, daemon=True).start()

    def done(self, changed: bool, failed: bool) -> None:
        """Count one item that is finished."""
        with self._lock:
            self._counts["done"] += 1
            self._counts["changed"] += changed
            self._counts["failed"] += failed
            if time.monotonic() - self._noted_at > _SECONDS or self._counts["done"] == self._counts["total"]:
                self._note()
            if self._counts["done"] == self._counts["total"]:
                self._ended.set()

    def _note_while_idle(self) -> None:
        while not self._ended.wait(_IDLE_SECONDS):
            with self._lock:
                self._note()

    def _note(self) -> None:
        self._noted_at = time.monotonic()
        if not self._path:
            return
        waited = round(self._waited(), 1) if self._waited else 0.0
        # What cannot be written is not shown: it must not stop the work.
        with contextlib.suppress(OSError), open(self._path, "a", encoding="ascii") as file:
            file.write(json.dumps({"verb": self._verb, **self._counts, "waited": waited}) + "\n")
