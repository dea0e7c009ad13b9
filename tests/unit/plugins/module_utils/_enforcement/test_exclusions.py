# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is never touched, why, and which names and patterns mean nobody."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.exclusions import Exclusions

NAMES = ["alice", "Bob", "svc-mail"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("alice", "named in iam_user_hardening_exclude"),
        ("ALICE", "named in iam_user_hardening_exclude"),
        ("svc-mail", "matches svc-* of iam_user_hardening_exclude_patterns"),
        ("Bob", None),
    ],
)
def test_reasons(name: str, reason: str | None) -> None:
    assert Exclusions(["Alice"], ["x*", "svc-*"], NAMES).reason(name) == reason


def test_a_name_comes_before_a_pattern() -> None:
    assert Exclusions(["alice"], ["*"], NAMES).reason("alice") == "named in iam_user_hardening_exclude"


def test_what_means_nobody() -> None:
    found = Exclusions(["ALICE", "ghost"], ["svc-*", "break-*"], NAMES)
    name, pattern = found.problems(allow_empty=False)
    assert name.startswith("iam_user_hardening_exclude: there is no IAM user ghost in this account")
    assert pattern.startswith("iam_user_hardening_exclude_patterns: 'break-*' matches no user")
    assert "iam_user_hardening_allow_empty" in pattern
    # A name is never for another account.
    assert found.problems(allow_empty=True) == [name]
    assert Exclusions(["alice"], ["B*"], NAMES).problems(allow_empty=False) == []
