# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a device was handed over: its tag, unless it is older than the device."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices.device_tags import handed_over_at
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import TOLERANCE_SECONDS

NOON = "2026-11-24T12:00:00Z"


@pytest.mark.parametrize(
    ("tag", "since", "told"),
    [
        (NOON, (), NOON),
        (NOON, (None, None), NOON),
        (NOON, ("2026-11-24T11:00:00Z", "2026-11-24T11:30:00+00:00"), NOON),
        # An offset counts.
        (NOON, ("2026-11-24T14:00:00+03:00",), NOON),
        (NOON, ("2026-11-24T14:00:00+01:00",), None),
        # One of them is enough.
        (NOON, ("2026-11-24T11:00:00Z", "2026-11-24T13:00:00Z"), None),
        (None, (), None),
        ("", (), None),
        ("yesterday", (), None),
        # What is no moment says nothing against it.
        (NOON, ("yesterday",), NOON),
    ],
)
def test_since_when(tag: str | None, since: tuple[str | None, ...], told: str | None) -> None:
    assert handed_over_at(tag, *since) == told


def test_clocks_may_differ_a_little() -> None:
    seconds = int(TOLERANCE_SECONDS)
    assert handed_over_at(NOON, f"2026-11-24T12:00:{seconds:02}Z") == NOON
    assert handed_over_at(NOON, f"2026-11-24T12:00:{seconds + 1:02}Z") is None
