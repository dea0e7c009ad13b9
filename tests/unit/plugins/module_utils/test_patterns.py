# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns of names: what they mean, what is refused beforehand, and that none takes for ever."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils import _patterns

NAMES = ["alice", "Bob", "svc-backup", "SVC-mail", "a+b", "x" * 40 + "!"]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("svc-*", ["svc-backup", "SVC-mail"]),
        ("b?b", ["Bob"]),
        ("[ab]*", ["alice", "Bob", "a+b"]),
        ("a+b", ["a+b"]),  # a plus sign is itself in a pattern
        ("lice", []),  # a pattern means the whole name
        ("~lice", ["alice"]),  # a regular expression is found anywhere
        ("~^(alice|BOB)$", ["alice", "Bob"]),
        ("~a+b", []),
    ],
)
def test_what_a_pattern_means(pattern: str, names: list[str]) -> None:
    assert _patterns.match_names([pattern], NAMES) == [set(names)]


def test_several_at_once_and_none() -> None:
    assert _patterns.match_names(["alice", "zoe", "b*"], NAMES) == [{"alice"}, set(), {"Bob"}]
    assert _patterns.match_names([], NAMES) == [] and _patterns.match_names(["a*"], []) == [set()]


def test_case_matters_to_a_search_that_is_not_for_names() -> None:
    assert _patterns.search(["^Bob"], NAMES) == [{"Bob"}] and _patterns.search(["^bob"], NAMES) == [set()]


def test_the_one_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_patterns, "PATIENCE_SECONDS", 0.3)
    with pytest.raises(_patterns.TooSlow) as slow:
        _patterns.match_names(["a*", "~^(x+)+$", "b*"], NAMES)
    assert slow.value.number == 1 and str(slow.value) == "regular expression 1 takes too long"
    assert "takes over 0.3 s" in _patterns.slow_problem("(x+)+") and "'(x+)+'" in _patterns.slow_problem("(x+)+")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("svc-*", ""),
        ("~^svc-", ""),
        ("~x{1,2}", ""),
        ("", "is empty"),
        ("  ", "is empty"),
        ("~", "is empty"),
        ("~(", "is not a valid regular expression"),
        ("~x{1", "split at a comma"),
        ("~" + "x" * 501, "is 501 characters long, the limit is 500"),
        ("~" + "x" * 500, ""),
    ],
)
def test_what_is_refused(pattern: str, text: str) -> None:
    found = _patterns.pattern_problem(pattern)
    assert (text in found) if text and found else (found is None) == (text == "")
