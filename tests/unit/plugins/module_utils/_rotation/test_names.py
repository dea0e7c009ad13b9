# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows alice, alice-2 and a device of any other name."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices.holders import Holder
from ansible_collections.hardening.aws.plugins.module_utils._rotation import names


def holder(resource: str) -> Holder:
    return Holder("alice", f"arn:aws:iam::123456789012:mfa{resource}", None, None)


@pytest.mark.parametrize(
    ("current", "taken", "successor"),
    [
        (None, (), ("/", "alice")),
        (None, ("alice",), ("/", "alice-2")),
        ("/alice", (), ("/", "alice-2")),
        ("/staff/alice-2", (), ("/staff/", "alice-3")),
        ("/ALICE-2", ("alice-3", "alice-4"), ("/", "alice-5")),
        ("/phone", (), ("/", "alice")),
    ],
)
def test_the_next_name(current: str | None, taken: tuple[str, ...], successor: tuple[str, str]) -> None:
    assert names.successor("alice", holder(current) if current else None, taken) == successor


def test_devices_that_are_attached_to_nobody_by_number() -> None:
    serials = [f"arn:aws:iam::123456789012:mfa/{name}" for name in ("alice", "alice-2", "alice-3")]
    unassigned = names.Unassigned(serials, {"alice"})
    assert [sorted(unassigned.numbered("Alice", below)) for below in (1, 2, 3)] == [[], serials[:1], serials[:2]]
    assert unassigned.numbered("bob", 9) == set()
