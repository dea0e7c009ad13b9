# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of an organization, with which calls, and what is said where AWS or botocore does not tell."""

from __future__ import annotations

import collections
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.organization import Organization
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.telling import Telling
from ansible_collections.hardening.aws.tests.unit.plugins.plugin_utils._accounts_inventory.in_memory import (
    DEEP,
    MANAGER,
    PRODUCTION,
    ROOT,
    UNITS,
    WORKLOADS,
    Aws,
)

ACCOUNTS = {"111111111111": PRODUCTION, MANAGER: ROOT, "222222222222": WORKLOADS}
WITHOUT_PATHS = "1.42.79"


def described(found: Organization) -> list[tuple[str, str, bool]]:
    return [(one.id, found.path_of(one.unit_id or ""), one.is_management) for one in found.accounts]


EXPECTED = [
    ("111111111111", "/Workloads/Production", False),
    ("222222222222", "/Workloads", False),
    (MANAGER, "/", True),
]


def test_by_paths() -> None:
    aws = Aws(ACCOUNTS)
    found = aws.reader().read()
    assert described(found) == EXPECTED
    account = found.accounts[0]
    assert (account.name, account.email, account.state, account.partition) == (
        "account 1",
        "111111111111@example.com",
        "ACTIVE",
        "aws",
    )
    # One page with accounts, and the two units that have units with accounts below them; each list begins empty.
    assert collections.Counter(aws.calls) == {"ListAccounts": 2, "ListOrganizationalUnitsForParent": 4}


def test_by_walk() -> None:
    """An older botocore does not know paths: units are asked what is in them, accounts never where they are."""
    aws = Aws(ACCOUNTS)
    aws.has_paths = False
    found = aws.reader(WITHOUT_PATHS).read()
    assert described(found) == EXPECTED and set(found.units) == {ROOT, *UNITS} and found.has_all_units
    assert set(aws.calls) == {"ListRoots", "ListAccountsForParent", "ListOrganizationalUnitsForParent"}


def test_paths_that_aws_does_not_send() -> None:
    aws = Aws(ACCOUNTS)
    aws.has_paths = False
    assert described(aws.reader().read()) == EXPECTED


def test_many_accounts_take_few_calls() -> None:
    aws = Aws({f"{number:012d}": WORKLOADS for number in range(1000)})
    assert len(aws.reader().read().accounts) == 1000
    assert aws.calls.count("ListAccounts") == 51 and len(aws.calls) <= 60


def test_units_without_accounts() -> None:
    aws = Aws(ACCOUNTS)
    found = aws.reader().read()
    assert DEEP not in found.units and not found.has_all_units
    more = aws.reader().with_all_units(found)
    assert more.path_of(DEEP) == "/Empty/Deep" and more.has_all_units and more.accounts == found.accounts


def test_tags() -> None:
    aws = Aws(ACCOUNTS)
    found = aws.reader().read()
    more = aws.reader().with_tags(found, ["111111111111"])
    assert [one.tags for one in more.accounts] == [{"env": "prod", "id": "111111111111"}, None, None]
    assert aws.calls.count("ListTagsForResource") == 2
    assert aws.told[1] == "read 3 accounts and 0 units" and aws.told[-1] == "read the tags of 1 of 1 accounts"


@pytest.mark.parametrize(("seconds", "texts"), [(5.0, ["b", "d"]), (0.0, [])])
def test_how_far_it_is_is_told_now_and_then(seconds: float, texts: list[str]) -> None:
    shown: list[str] = []
    moments = iter([0.0, 4.9, 5.0, 9.0, 10.5])
    tell = Telling(shown.append, seconds, lambda: next(moments))
    for text in "abcd":
        tell(text)
    assert shown == texts


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        ("1.40.26", "botocore 1.40.26 is too old to know it. Install botocore 1.40.27 or later"),
        ("1.44.0", "although botocore 1.44.0 knows it"),
    ],
)
def test_a_missing_state_is_never_active(version: str, problem: str) -> None:
    row = {"State": None, "Status": "ACTIVE"}
    aws = Aws(ACCOUNTS, _111111111111=row)
    with pytest.raises(MfaError) as refused:
        aws.reader(version).read()
    assert "The state of account 111111111111 is missing" in refused.value.message and problem in refused.value.message


@pytest.mark.parametrize(
    ("row", "problem"),
    [({"Arn": "x"}, "no usable ARN of account"), ({"Paths": ["o-x/ou-exam-workload/"]}, "has no root")],
)
def test_answers_that_are_no_good(row: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(MfaError, match=problem):
        Aws(ACCOUNTS, _111111111111=row).reader().read()


def test_a_page_that_leads_to_itself() -> None:
    class Endless(Aws):
        def call(self, operation: str, params: dict[str, t.Any], requires: t.Sequence[str]) -> dict[str, t.Any]:
            return {requires[0]: [], "NextToken": "again"}

    with pytest.raises(MfaError, match="leads to the same page again"):
        Endless(ACCOUNTS).reader().read()


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [
        (
            "AccessDeniedException",
            "You don't have permissions to access this resource.",
            "neither the management account of its organization nor a delegated administrator",
        ),
        ("AccessDeniedException", "User: x is not authorized to perform: organizations:ListAccounts", "explained"),
        ("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", "no organization"),
        ("InvalidInputException", "x", "explained"),
    ],
)
def test_refusals_in_plain_words(code: str, said: str, words: str) -> None:
    aws = Aws(ACCOUNTS)
    aws.refusals["ListAccounts"] = AwsRefused(f"explained: {said}", code, "organizations:ListAccounts", said)
    with pytest.raises(AwsRefused) as refused:
        aws.reader().read()
    assert words in refused.value.message and said in refused.value.message and refused.value.code == code
