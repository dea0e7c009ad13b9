# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts may be named, and what goes together."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._root import options

ONE, TWO = "222222222222", "033333333333"


def problem(needs_choice: bool = True, **given: t.Any) -> str:
    """Return what is wrong with the given options beside the defaults, or an empty text."""
    defaults = {name: option.get("default") for name, option in options.root_options().items()}
    try:
        options.check_options({**defaults, **given}, needs_choice)
    except BadInput as refused:
        return refused.message
    return ""


def test_what_is_right() -> None:
    assert problem(accounts=[ONE, TWO]) == problem(all_members=True, exclude_accounts=[ONE]) == ""
    assert problem(accounts=[ONE], state=options.RECOVERY) == ""
    assert problem(needs_choice=False) == "", "all members are looked at"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "accounts: is missing: list account numbers, or set all_members to true"),
        ({"accounts": [ONE], "all_members": True}, "all_members: cannot be combined with accounts"),
        ({"all_members": True, "state": options.RECOVERY}, "all_members: cannot be combined with state="),
        ({"accounts": ["33333333333"]}, "accounts[0]: '33333333333' is not the number of an account"),
        ({"accounts": [ONE, "x"]}, "accounts[1]: 'x' is not the number"),
        ({"accounts": [ONE + "\n"]}, "accounts[0]: "),
        ({"accounts": ["٢" * 12]}, "accounts[0]: "),
        ({"accounts": [ONE, TWO, ONE]}, f"accounts[2]: {ONE} is the same account as accounts[0]: list it once."),
        ({"all_members": True, "exclude_accounts": [ONE, ONE]}, "exclude_accounts[1]: "),
        ({"accounts": [ONE], "concurrency": 0}, "concurrency: is 0"),
    ],
)
def test_what_is_refused(given: dict[str, t.Any], words: str) -> None:
    assert words in problem(**given)


def test_an_empty_list_is_a_choice() -> None:
    """Of nobody: a list that was made by a filter may be empty."""
    assert problem(accounts=[]) == ""
