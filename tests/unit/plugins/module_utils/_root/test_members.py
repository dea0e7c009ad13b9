# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts a run is about, and what is refused."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.refusals import Refusal, explain
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, BadInput, MfaError
from ansible_collections.hardening.aws.plugins.module_utils._root import members
from ansible_collections.hardening.aws.plugins.module_utils._root.members import Member

MANAGER = Member("111111111111", "management", "ACTIVE", "aws", True)
PROD = Member("222222222222", "prod", "ACTIVE", "aws", False)
TEST = Member("333333333333", "", "ACTIVE", "aws", False)
OLD = Member("444444444444", "old", "SUSPENDED", "aws", False)
ALL = {one.id: one for one in (MANAGER, PROD, TEST, OLD)}


class Organizations:
    """Answers ListAccounts with these pages, or a refusal."""

    def __init__(self, *answers: dict[str, t.Any] | AwsRefused) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, t.Any]] = []

    def client(self, service: str) -> Organizations:
        assert service == "organizations"
        return self

    def call(self, operation: str, params: dict[str, t.Any], requires: t.Sequence[str]) -> dict[str, t.Any]:
        assert (operation, requires) == ("ListAccounts", ("Accounts",))
        self.requests.append(dict(params))
        answer = self.answers.pop(0)
        if isinstance(answer, AwsRefused):
            raise answer
        return answer


def row(account_id: str, partition: str = "aws", **more: t.Any) -> dict[str, t.Any]:
    arn = f"arn:{partition}:organizations::111111111111:account/o-exampleorgid/{account_id}"
    return {"Id": account_id, "Arn": arn, "Name": "x", "State": "ACTIVE", **more}


def read(*answers: dict[str, t.Any] | AwsRefused) -> dict[str, Member]:
    connection: t.Any = Organizations(*answers)
    return members.read_members(connection)


def test_a_page_may_be_empty_and_not_the_last() -> None:
    found = read(
        {"Accounts": [row("333333333333")], "NextToken": "a"},
        {"Accounts": [], "NextToken": "b"},
        {"Accounts": [row("111111111111", "aws-us-gov")]},
    )
    assert list(found) == ["111111111111", "333333333333"]
    assert found["111111111111"].is_management and found["111111111111"].partition == "aws-us-gov"
    assert not found["333333333333"].is_management


def test_the_same_page_again_is_no_endless_loop() -> None:
    with pytest.raises(MfaError, match="leads to the same page again"):
        read({"Accounts": [], "NextToken": "a"}, {"Accounts": [], "NextToken": "a"})


@pytest.mark.parametrize(("damage", "word"), [({"State": None}, "state"), ({"Arn": "x"}, "usable ARN")])
def test_what_is_missing_is_not_guessed(damage: dict[str, t.Any], word: str) -> None:
    with pytest.raises(MfaError, match=f"has no {word} of 222222222222"):
        read({"Accounts": [row("222222222222", **damage)]})


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("AWSOrganizationsNotInUseException", "x", "is in no organization"),
        ("AccessDeniedException", "You don't have permissions to access this resource.", "organizations:ListAccounts"),
        (
            "AccessDeniedException",
            "User: u is not authorized to perform: organizations:ListAccounts",
            "lacks the IAM permission organizations:ListAccounts",
        ),
    ],
)
def test_refusals(code: str, text: str, words: str) -> None:
    message = explain("organizations:ListAccounts", Refusal(code, text, 400))
    with pytest.raises(AwsRefused) as caught:
        read(AwsRefused(message, code, "organizations:ListAccounts", text))
    assert words in caught.value.message and caught.value.code == code


def test_all_members() -> None:
    selection = members.select(ALL, None, ["333333333333", "111111111111"])
    assert (selection.chosen, selection.left_out) == ((PROD,), (OLD,))


def test_named_ones_keep_their_order() -> None:
    assert members.select(ALL, ["444444444444", "222222222222"], []).chosen == (OLD, PROD)
    assert members.select(ALL, ["333333333333", "222222222222"], ["222222222222"]).chosen == (TEST,)


def test_all_problems_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        members.select(ALL, ["222222222222", "111111111111", "999999999999"], ["888888888888"])
    first, second, third = caught.value.problems
    assert first.startswith("accounts[1]: 111111111111 (management) is the management account")
    assert second.startswith("accounts[2]: 999999999999 is no account of this organization")
    assert third.startswith("exclude_accounts[0]: 888888888888")
