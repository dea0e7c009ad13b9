# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether codes that a person told show that they have a seed. Pure. Private to hardening.aws."""

from __future__ import annotations

import hmac
import typing as t

from .._aws.clock import STEP_SECONDS
from .._seeds.totp import codes_at_step

# One code alone counts for the step of AWS's clock, the one before and the next: more would be easier to guess.
_NEAR = 1
# Up to so many seconds ago a single code is recognized as one that was right, to say so. It is no proof.
_RECOGNIZED_SECONDS = 900


def problem_with(codes: t.Sequence[str], seed: str, step: int, max_age: int) -> str | None:
    """Return why codes do not show that whoever told them has the seed, or None if they do.

    :param codes: One code, or two that were shown one after the other.
    :param step: The step of AWS's clock.
    :param max_age: How many seconds ago the later one of two codes may have been shown.
    """
    allowed = max_age // STEP_SECONDS if len(codes) > 1 else _NEAR
    ago = _steps_ago(codes, seed, step, max(allowed, _RECOGNIZED_SECONDS // STEP_SECONDS))
    if ago is None:
        what = "code is not one" if len(codes) == 1 else "codes are not two in a row"
        return (
            f"The given {what} of this device, so nothing shows that the person can sign in. Ask for fresh codes; the "
            "phone's clock must be set to automatic. If they are refused again, the person has scanned another sheet"
        )
    if ago > allowed:
        return (
            f"What was given would have been right {ago * STEP_SECONDS / 60:.0f} minutes ago, and is too old. Ask for "
            "fresh codes. Two codes in a row may be as old as max_code_age"
        )
    return None


def _steps_ago(codes: t.Sequence[str], seed: str, step: int, most: int) -> int | None:
    """Return how many steps ago a device with this seed showed the last of these codes, at most I(most)."""
    found = None
    # All are compared, and each in the same time, whatever is found.
    for ago in range(most, -_NEAR - 1, -1):
        shown = "".join(codes_at_step(seed, step - ago)[-len(codes) :])
        if hmac.compare_digest(shown, "".join(codes)):
            found = ago
    return found
