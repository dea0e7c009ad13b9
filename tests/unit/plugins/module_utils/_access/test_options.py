# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What iam_user_access refuses before its first call, as a table."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._access import options
from ansible_collections.hardening.aws.plugins.module_utils._access.options import Wanted
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput

KEY = "AKIAIOSFODNN7EXAMPLE"
UNSET: dict[str, t.Any] = {
    "console_password": None,
    "access_keys": None,
    "access_key_ids": None,
    "other_credentials": None,
    "sessions": None,
    "mfa_devices": None,
    "only_without_mfa": False,
    "only_unused_days": None,
}


def params(*users: dict[str, t.Any], concurrency: int = 16) -> dict[str, t.Any]:
    return {"users": [{**UNSET, **user} for user in users], "concurrency": concurrency}


def user(name: str = "bob", **asked_for: t.Any) -> dict[str, t.Any]:
    return {"user_name": name, **(asked_for or {"console_password": "absent"})}


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        (user(""), "user_name: is empty"),
        (user("arn:aws:iam::123456789012:user/bob"), "user_name: is an ARN"),
        (user("b" * 65), "user_name: is 65 characters long"),
        (user("bob smith"), "user_name: 'bob smith' may contain only"),
        ({"user_name": "bob"}, "user_name: has nothing to take away: give one or more of console_password,"),
        (user(only_without_mfa=True), "user_name: has nothing to take away"),
        (user(access_key_ids=[KEY], sessions="revoked"), "access_key_ids: has no effect without access_keys"),
        (user(access_keys="absent", access_key_ids=[]), "access_key_ids: is empty"),
        (user(access_keys="absent", access_key_ids=[KEY, KEY]), "access_key_ids: names the same key twice"),
        (user(access_keys="absent", access_key_ids=["AKIA 1"]), "access_key_ids: 'AKIA 1' is not the ID"),
        (user(sessions="revoked", only_unused_days=9), "only_unused_days: has no effect without access_keys"),
        (user(access_keys="inactive", only_unused_days=0), "only_unused_days: is 0: give a number of days from 1"),
        (user(access_keys="inactive", only_unused_days=36501), "only_unused_days: is 36501"),
        (user(sessions="revoked", only_without_mfa=True), "only_without_mfa: has no effect without console_password"),
        (
            user(console_password="absent", mfa_devices="absent", only_without_mfa=True),
            "mfa_devices: cannot be combined with only_without_mfa",
        ),
        (
            user(access_keys="absent", mfa_devices="absent", only_unused_days=9),
            "mfa_devices: cannot be combined with only_unused_days",
        ),
    ],
)
def test_what_is_refused(item: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(BadInput) as refused:
        options.wanted_users(params(user("alice"), item))
    assert [text for text in refused.value.problems if f"users[1] ({item['user_name']}): {problem}" in text]


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(BadInput) as refused:
        options.wanted_users(params(user("bob"), user("BOB"), user("x y"), concurrency=0))
    assert [text.split(":")[0] for text in refused.value.problems] == [
        "concurrency",
        "users[2] (x y)",
        "users[0] (bob) and users[1] (BOB) name the same user",
    ]


def test_what_is_asked_for() -> None:
    (wanted,) = options.wanted_users(
        params(user(access_keys="inactive", access_key_ids=[KEY], sessions="revoked", only_unused_days=90))
    )
    assert wanted == Wanted(
        "bob", "users[0] (bob)", access_keys="inactive", access_key_ids=(KEY,), sessions=True, only_unused_days=90
    )


@pytest.mark.parametrize(("caller", "refused"), [(None, False), ("carol", False), ("bob", True), ("Bob", True)])
def test_the_caller(caller: str | None, refused: bool) -> None:
    wanted = [Wanted("alice", "users[0] (alice)"), Wanted("bob", "users[1] (bob)")]
    if not refused:
        options.refuse_caller(wanted, caller)
        return
    with pytest.raises(BadInput, match=r"users\[1\] \(bob\): is the caller") as error:
        options.refuse_caller(wanted, caller)
    assert len(error.value.problems) == 1
