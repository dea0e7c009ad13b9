# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When users in a row have failed for the same reason often enough to leave out the rest."""

from __future__ import annotations

from ansible_collections.hardening.aws.plugins.module_utils._failure_streak import FailureStreak, cause_of


def denied(streak: FailureStreak, *names: str, code: str = "AccessDenied", operation: str = "iam:X") -> bool:
    for name in names:
        streak.note(
            name, f"The caller lacks iam:X. Grant it on arn:aws:iam::123456789012:user/{name}.", code, operation
        )
    return streak.reached


def test_equal_failures_in_a_row() -> None:
    streak = FailureStreak(3)
    assert not denied(streak, "alice", "bob")
    assert denied(streak, "carol")
    message = streak.not_tried("dave").message
    assert message.startswith("dave was not tried, because 3 users in a row had failed for the same reason")
    assert "stop_after_failures" in message and message.endswith("user/alice.")


def test_once_reached_nothing_begins_the_count_anew() -> None:
    streak = FailureStreak(2)
    denied(streak, "alice", "bob")
    streak.note("carol", "")
    assert streak.reached


def test_what_begins_the_count_anew() -> None:
    streak = FailureStreak(2)
    denied(streak, "alice")
    streak.note("bob", "")  # enrolled
    assert not denied(streak, "carol")
    streak.note("dave", "A policy denies iam:Y.", "AccessDenied", "iam:Y")  # another reason
    assert not streak.reached
    assert not denied(streak, "erin") and denied(streak, "frank")


def test_failures_that_say_nothing_of_the_next_user() -> None:
    streak = FailureStreak(2)
    assert not denied(streak, *"abcdef", code="ServiceFailure")
    assert not denied(streak, *"abcdef", code="LimitExceeded", operation="iam:EnableMFADevice")
    for name in "abcdef":
        streak.note(name, "There is no IAM user of this name.")
    assert not streak.reached
    assert denied(streak, *"ab", code="LimitExceeded", operation="iam:CreateVirtualMFADevice")


def test_codes_of_the_seed_stores_have_a_suffix() -> None:
    assert denied(FailureStreak(2), *"ab", code="AccessDeniedException")
    assert denied(FailureStreak(2), *"ab", code="EncryptionFailure", operation="secretsmanager:CreateSecret")


def test_no_limit_is_never() -> None:
    assert not denied(FailureStreak(0), *"abcdef")


def test_causes_are_without_names_numbers_and_arns() -> None:
    assert cause_of("bob", "bob lacks iam:X on user/bob, quota 8.") == "lacks iam:X on quota"
    assert cause_of("a", "a: The caller lacks iam:X.") == "The caller lacks iam:X."
