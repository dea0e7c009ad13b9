# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When it is time to give up, on a clock of the test's own."""

from __future__ import annotations

from ansible_collections.hardening.aws.plugins.module_utils._aws.deadline import Deadline


def test_seconds() -> None:
    now = 100.0
    deadline = Deadline(5, monotonic=lambda: now)
    assert not deadline.passed()
    now = 105.0
    assert not deadline.passed()
    now = 105.1
    assert deadline.passed() and deadline.passed()


def test_waits_for_something_else_do_not_count() -> None:
    now, waited = 100.0, 7.0
    deadline = Deadline(5, waited=lambda: waited, monotonic=lambda: now)
    now, waited = 164.0, 67.0  # 60 of the 64 seconds went into a wait for codes
    assert not deadline.passed()
    now = 166.0
    assert deadline.passed()


def test_attempts_are_made_however_long_each_takes() -> None:
    now = 100.0
    deadline = Deadline(5, attempts=2, monotonic=lambda: now)
    now = 500.0
    assert [deadline.passed() for _attempt in range(3)] == [False, False, True]
