# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose turn it is to use a code: each of a device's codes goes to one asker only, whoever asks on this machine.

This module is private to hardening.aws. AWS takes a code once. So askers queue: each takes a step of 30 seconds that
nobody has taken, the present one or one to come. What is kept is the last step that was taken, in a small file for each
device. It holds neither a seed nor a code, and its name is a hash. A process that dies wastes its step, nothing else.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pathlib
import typing as t

from .._errors import MfaError

VARIABLE = "HARDENING_AWS_STATE_DIR"

# A file that is further ahead than this is no queue: the clock was set back, or the file is damaged.
_LONGEST_QUEUE_STEPS = 120
# Askers see AWS's clock a little differently, so nobody queues up to the very end.
_LAST_PLACE = _LONGEST_QUEUE_STEPS - 2


class TurnTooFar(MfaError):
    """The next code that nobody has taken comes too late. I(step) is when."""

    def __init__(self, step: int) -> None:
        super().__init__("All codes until then are taken.")
        self.step = step


def state_folder() -> pathlib.Path:
    """Return the folder of the files: E(HARDENING_AWS_STATE_DIR), or one below E(XDG_STATE_HOME) or the home."""
    given = os.environ.get(VARIABLE)
    if given:
        return pathlib.Path(given).expanduser().absolute()
    base = os.environ.get("XDG_STATE_HOME")
    return (pathlib.Path(base) if base else pathlib.Path.home() / ".local/state") / "hardening.aws"


class Turns:
    """The codes of one device that are taken.

    :param serial_number: The device's.
    :param folder: Where the file is kept.
    """

    def __init__(self, serial_number: str, folder: pathlib.Path) -> None:
        self._path = folder / hashlib.sha256(serial_number.encode()).hexdigest()[:32]

    def take(self, now: int, latest: int) -> int:
        """Take the first step from I(now) on that nobody has taken, and return it.

        :raises TurnTooFar: It is after I(latest), or an hour away. None was taken.
        :raises MfaError: The file cannot be written.
        """
        try:
            with self._locked() as file:
                step = max(now, _last_taken(file, now) + 1)
                if step > min(latest, now + _LAST_PLACE):
                    raise TurnTooFar(step)
                os.ftruncate(file, 0)
                os.pwrite(file, str(step).encode(), 0)
                os.fsync(file)
                return step
        except OSError as error:
            raise MfaError(
                f"Which codes were used is kept in {self._path.parent}, and that failed: {error.strerror}. Set "
                f"{VARIABLE} to a folder that can be written to."
            ) from None

    @contextlib.contextmanager
    def _locked(self) -> t.Iterator[int]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)


def _last_taken(file: int, now: int) -> int:
    """Return the last step that was taken, or one that is long over if the file does not tell."""
    text = os.pread(file, 40, 0)
    if not text.isdigit():
        return 0
    last = int(text)
    return last if last <= now + _LONGEST_QUEUE_STEPS else 0
