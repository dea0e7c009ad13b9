# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the criteria mean: each by itself and together, who cannot be judged, and which criterion means nobody."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening.selection import (
    Selector,
    empty_problems,
)

PREFIX = "iam_user_hardening_"


def user(
    name: str,
    path: str = "/",
    groups: t.Sequence[str] | None = (),
    tags: dict[str, str] | None = None,
    console: bool | None = False,
) -> dict[str, t.Any]:
    return {"user_name": name, "path": path, "groups": groups, "tags": tags, "console_password": console}


PEOPLE = [
    user("alice", "/people/", ["staff"], {"team": "red", "mfa": ""}, True),
    user("bob", "/people/north/", ["staff", "ops"], {"team": "blue"}, False),
    user("carol", "/", None, None, None),
    user("dave", "/robots/", [], {"team": "green"}, True),
]


@pytest.mark.parametrize(
    ("select", "names"),
    [
        ({}, []),
        ({"paths": []}, []),
        ({"paths": ["/people/"]}, ["alice", "bob"]),
        ({"paths": ["/people/north/", "/robots/"]}, ["bob", "dave"]),
        ({"paths": ["/"]}, ["alice", "bob", "carol", "dave"]),
        ({"paths": ["/PEOPLE/"]}, []),
        ({"groups": ["ops"]}, ["bob"]),
        ({"groups": ["staff", "nobody"]}, ["alice", "bob"]),
        ({"tags": {"team": "red"}}, ["alice"]),
        ({"tags": {"team": ["red", "green"]}}, ["alice", "dave"]),
        ({"tags": {"team": None}}, ["alice", "bob", "dave"]),
        ({"tags": {"mfa": ""}}, ["alice"]),
        ({"tags": {"team": "red", "mfa": None}}, ["alice"]),
        ({"tags": {"team": "blue", "mfa": None}}, []),
        ({"console_password": True}, ["alice", "dave"]),
        ({"console_password": False}, ["bob"]),
        ({"console_password": True, "paths": ["/people/"]}, ["alice"]),
        ({"groups": ["staff"], "tags": {"team": "blue"}}, ["bob"]),
        ({"groups": ["staff"], "paths": ["/robots/"]}, []),
    ],
)
def test_who_is_meant(select: dict[str, t.Any], names: list[str]) -> None:
    selector = Selector(select)
    assert [one["user_name"] for one in PEOPLE if selector.matches(one)] == names
    assert selector.active is any(value or value is False for value in select.values())


def test_a_number_as_the_value_of_a_tag() -> None:
    assert Selector({"tags": {"cost": 42}}).matches(user("erin", tags={"cost": "42"}))


@pytest.mark.parametrize(
    ("select", "names"),
    [
        ({"console_password": True}, ["carol"]),
        ({"console_password": False, "paths": ["/"]}, ["carol"]),
        ({"console_password": True, "paths": ["/people/"]}, []),
        ({"paths": ["/"]}, []),
        ({}, []),
    ],
)
def test_who_cannot_be_judged(select: dict[str, t.Any], names: list[str]) -> None:
    selector = Selector(select)
    assert [one["user_name"] for one in PEOPLE if selector.unjudged(one)] == names


@pytest.mark.parametrize(
    ("select", "texts"),
    [
        (
            {"paths": ["/people/", "/peple/"]},
            ["select.paths: no user of this account has a path that begins with /pe"],
        ),
        ({"groups": ["ops", "opps"]}, ["select.groups: no user of this account is in a group opps"]),
        ({"tags": {"team": ["red", "rad"]}}, ["select.tags: no user of this account has the tag team=rad"]),
        ({"tags": {"taem": None}}, ["select.tags: no user of this account has the tag taem"]),
        ({"paths": ["/x/"], "groups": ["y"]}, ["select.paths: ", "select.groups: "]),
        ({"console_password": True}, []),
    ],
)
def test_criteria_that_mean_nobody(select: dict[str, t.Any], texts: list[str]) -> None:
    found = Selector(select).problems(PEOPLE)
    assert len(found) == len(texts)
    for problem, text in zip(found, texts, strict=True):
        assert problem.startswith(PREFIX + text) and f"or set {PREFIX}allow_empty to true" in problem


@pytest.mark.parametrize(
    ("settings", "selected", "excluded", "texts"),
    [
        ({"users": ["alice"]}, 1, 0, []),
        ({"users": ["Alice"]}, 0, 0, ["users[0]: there is no IAM user Alice in this account: write it alice."]),
        ({"users": ["alice", "zoe"]}, 1, 0, ["users[1]: there is no IAM user zoe in this account: correct the name"]),
        ({"select": {"groups": ["opps"]}}, 0, 0, ["select.groups: "]),
        ({"select": {"groups": ["opps"]}, "allow_empty": True}, 0, 0, []),
        ({"users": ["zoe"], "allow_empty": True}, 0, 0, ["users[0]: there is no IAM user zoe"]),
        ({"users": ["alice"]}, 0, 1, ["select: selects nobody, as everybody who is meant is excluded"]),
        ({"select": {"groups": ["staff"]}}, 0, 0, ["select: selects nobody, as nobody meets all criteria"]),
        ({"select": {"groups": ["staff"]}, "allow_empty": True}, 0, 0, []),
    ],
)
def test_a_selection_that_means_nobody(
    settings: dict[str, t.Any], selected: int, excluded: int, texts: list[str]
) -> None:
    given = {"users": [], "select": {}, "allow_empty": False, **settings}
    found = empty_problems(given, PEOPLE, range(selected), range(excluded))
    assert len(found) == len(texts)
    for problem, text in zip(found, texts, strict=True):
        assert problem.startswith(PREFIX + text)
