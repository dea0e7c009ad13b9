# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, as the collection's own exceptions.

This module is private to hardening.aws. Utils raise these; only a module's entry point turns them into a failure.
"""

from __future__ import annotations

import pathlib
import traceback
import typing as t


class MfaError(Exception):
    """A failure with a message that says what to do next.

    :param message: One or more sentences for the person who runs the playbook. Never holds a seed or a code.
    :param code: AWS's own error code, where AWS refused.
    :param operation: The call that AWS refused, as C(service:Operation).
    """

    def __init__(self, message: str, code: str | None = None, operation: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.operation = operation


class BadInput(MfaError):
    """Input that is refused before the first call. I(problems) has one line for each problem found."""

    def __init__(self, problems: t.Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class AwsRefused(MfaError):
    """AWS answered with an error that another attempt would not cure. I(aws_message) is its own text."""

    def __init__(self, message: str, code: str, operation: str, aws_message: str, unsure: bool = False) -> None:
        super().__init__(message, code=code, operation=operation)
        self.aws_message = aws_message
        # An earlier attempt of the same call may have taken effect: its reply was lost.
        self.unsure = unsure


class ReplyLost(MfaError):
    """The call was sent and no answer came: whether it took effect has to be read from what AWS lists."""


class NoAnswer(ReplyLost):
    """The same after the time limit that the caller set: what follows must not take long."""


class NoClock(MfaError):
    """AWS's time is not known, or not closely enough to compute a code."""


class StaleView(MfaError):
    """What was read before is no longer so (another run, or IAM's eventual consistency): read again and plan anew."""


class SeedRefused(MfaError):
    """AWS refused codes of this seed although its own clock was used: the seed is not the device's."""


class NoSuchToken(MfaError):
    """AWS knows no hardware token of this serial number."""


class StoreConflict(MfaError):
    """The seed store holds another record than the one this run expected there."""


def unforeseen(error: Exception, user_name: str) -> MfaError:
    """Return an exception that nobody thought of as an error of ours: where it came from, and not what it says.

    Its own text may hold anything, an answer of AWS with a seed in it too.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {pathlib.PurePath(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return MfaError(
        f"The work on {user_name} stopped at an error that this collection did not foresee ({type(error).__name__}"
        f"{place}). Run again: the run continues from what was done. If the problem persists, report it with this "
        "message."
    )
