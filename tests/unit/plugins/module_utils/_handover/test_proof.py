# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which codes that a person tells show that they have the seed. The codes come from pyotp, not from the collection."""

from __future__ import annotations

import pyotp
import pytest

from ansible_collections.hardening.aws.plugins.module_utils._handover.proof import problem_with

SEED, OTHER = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
STEP = 60_000_000
OLD, WRONG = "is too old", "of this device, so nothing shows"


def code(ago: int, seed: str = SEED) -> str:
    return pyotp.TOTP(seed).at((STEP - ago) * 30)


@pytest.mark.parametrize(
    ("ago", "words"),
    [(-1, None), (0, None), (1, None), (2, OLD), (30, OLD), (31, "code is not one"), (-2, "code is not one")],
)
def test_one_code(ago: int, words: str | None) -> None:
    """It counts for one step around AWS's clock, and is recognized for a quarter of an hour."""
    found = problem_with([code(ago)], SEED, STEP, 86400)
    assert found is None if words is None else found is not None and words in found


@pytest.mark.parametrize(
    ("ago", "max_age", "words"),
    [
        (0, 0, None),
        (-1, 0, None),
        (1, 0, OLD),
        (1, 29, OLD),
        (1, 30, None),
        (10, 300, None),
        (11, 300, OLD),
        (30, 300, OLD),
        (31, 300, "codes are not two in a row"),
        (120, 3600, None),
        (121, 3600, WRONG),
        (-2, 3600, WRONG),
    ],
)
def test_two_codes(ago: int, max_age: int, words: str | None) -> None:
    found = problem_with([code(ago + 1), code(ago)], SEED, STEP, max_age)
    assert found is None if words is None else found is not None and words in found


@pytest.mark.parametrize(
    "codes",
    [
        [code(0), code(1)],  # the wrong way round
        [code(2), code(0)],  # not in a row
        [code(0), code(0)],
        [code(1, OTHER), code(0, OTHER)],
        [code(0, OTHER)],
        [code(0)[:5]],
        ["000000"],
    ],
)
def test_what_shows_nothing(codes: list[str]) -> None:
    found = problem_with(codes, SEED, STEP, 900)
    assert found is not None and WRONG in found
    assert not any(one in found for one in codes)


def test_the_age_is_told_in_minutes() -> None:
    for ago, minutes in ((20, 10), (27, 14)):
        found = problem_with([code(ago)], SEED, STEP, 900)
        assert found is not None and f"would have been right {minutes} minutes ago" in found
