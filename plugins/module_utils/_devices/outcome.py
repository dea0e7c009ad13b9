# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of one input: what was found, what was done, what went wrong.

This module is private to hardening.aws.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import MfaError, unforeseen
from .journal import Journal
from .plan import Current, Desired


@dataclasses.dataclass
class Outcome:
    """What became of one input."""

    desired: Desired
    serial_number: str | None = None
    before: Current | None = None
    after: Current | None = None
    actions: list[str] = dataclasses.field(default_factory=list)
    error: MfaError | None = None
    warning: str | None = None
    journal: Journal = dataclasses.field(default_factory=Journal)

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or would be in check mode. Also true of a failure that came half way."""
        return bool(self.actions)


def attempt(work: t.Callable[[], t.Any], user_name: str) -> MfaError | None:
    """Do something for a user, and return what went wrong: it must not cost the results of the others."""
    try:
        work()
    except MfaError as error:
        return error
    except Exception as error:  # noqa: BLE001
        return unforeseen(error, user_name)
    return None
