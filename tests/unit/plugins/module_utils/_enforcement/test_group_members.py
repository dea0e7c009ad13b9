# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many users are put into a group: what AWS refuses for one stops no other, and is told with its remedy."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._enforcement import group_members
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused

Refusals = dict[str, str]


class Iam:
    """A client that refuses calls for some users, or for some groups."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals
        self.calls: list[tuple[str, dict[str, t.Any]]] = []

    def open(self) -> Iam:
        return self

    def client(self, service: str) -> Iam:
        assert service == "iam"
        return self

    def call(self, operation: str, params: dict[str, t.Any], **_how: t.Any) -> dict[str, t.Any]:
        self.calls.append((operation, params))
        code = self._refusals.get(params.get("UserName") or params["GroupName"])
        if code:
            raise AwsRefused("refused", code, f"iam:{operation}", "AWS's words")
        return {}


def added(refusals: Refusals, *names: str, check_mode: bool = False) -> tuple[Iam, list[dict[str, t.Any]]]:
    iam = Iam(refusals)
    api = group_members.GroupApi(t.cast(t.Any, iam), "staff")
    return iam, [outcome.result() for outcome in group_members.put_into_group(api, names, 4, check_mode)]


def test_each_is_one_call() -> None:
    iam, results = added({}, "alice", "bob")
    assert sorted(params["UserName"] for _operation, params in iam.calls) == ["alice", "bob"]
    assert [(item["user_name"], item["actions"], item["failed"]) for item in results] == [
        ("alice", ["add"], False),
        ("bob", ["add"], False),
    ]
    iam, predicted = added({}, "alice", "bob", check_mode=True)
    assert predicted == results and iam.calls == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("LimitExceeded", "in as many groups as the account's quota allows"),
        ("NoSuchEntity", "does not exist any more"),
        ("AccessDenied", "refused"),
    ],
)
def test_refusals(code: str, text: str) -> None:
    _iam, (alice, bob) = added({"alice": code}, "alice", "bob")
    assert alice["failed"] and text in alice["msg"] and alice["error"]["code"] == code
    assert not alice["changed"] and bob["changed"]


def test_whether_there_is_a_group() -> None:
    assert group_members.GroupApi(t.cast(t.Any, Iam({})), "staff").exists()
    assert not group_members.GroupApi(t.cast(t.Any, Iam({"staff": "NoSuchEntity"})), "staff").exists()
    with pytest.raises(AwsRefused):
        group_members.GroupApi(t.cast(t.Any, Iam({"staff": "AccessDenied"})), "staff").exists()
