# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a change took effect although no reply came: what AWS lists tells it, not the error.

This module is private to hardening.aws.
"""

from __future__ import annotations

import contextlib
import typing as t

from .._errors import AwsRefused, MfaError
from .api import UserGone


def made(call: t.Callable[[], bool], is_done: t.Callable[[], bool]) -> bool:
    """Make a change, and return whether it was one.

    :param call: Makes it, and returns whether there was anything to change.
    :param is_done: Returns whether AWS shows that it took effect. Asked only if the reply is lost.
    :raises MfaError: It was refused, or did not take effect.
    """
    try:
        return call()
    except MfaError as error:
        if isinstance(error, UserGone) or (isinstance(error, AwsRefused) and not error.unsure):
            raise
        if not shows(is_done):
            raise
        return True


def shows(is_done: t.Callable[[], bool]) -> bool:
    """Return whether AWS shows that a change took effect. If AWS cannot be asked, it did not."""
    with contextlib.suppress(MfaError):
        return is_done()
    return False
