# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of AWS Organizations: read to their end, and refusals in words that help."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.organizations import pages, place_of
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError

ONLY = "Ask from the management account."


class Client:
    """Gives prepared answers, or raises them."""

    def __init__(self, *answers: t.Any) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, t.Any]] = []

    def call(self, operation: str, request: dict[str, t.Any], requires: tuple[str, ...]) -> t.Any:
        assert (operation, requires) == ("ListAccounts", ("Accounts",))
        self.requests.append(dict(request))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def listed(client: Client, size: int | None = 20, **params: str) -> list[t.Any]:
    return list(pages(t.cast("t.Any", client), "ListAccounts", "Accounts", ONLY, size, **params))


def refused(code: str, text: str) -> AwsRefused:
    return AwsRefused(f"organizations:ListAccounts: {text}", code, "organizations:ListAccounts", text)


def test_an_empty_page_is_not_the_end() -> None:
    client = Client(
        {"Accounts": [1], "NextToken": "a"}, {"Accounts": [], "NextToken": "b"}, {"Accounts": [2, 3], "NextToken": None}
    )
    assert listed(client, ParentId="r-1") == [[1], [], [2, 3]]
    assert client.requests == [
        {"ParentId": "r-1", "MaxResults": 20},
        {"ParentId": "r-1", "MaxResults": 20, "NextToken": "a"},
        {"ParentId": "r-1", "MaxResults": 20, "NextToken": "b"},
    ]


def test_a_list_that_has_no_size_is_asked_without() -> None:
    client = Client({"Accounts": []})
    assert listed(client, None) == [[]] and client.requests == [{}]


def test_a_list_that_goes_round_in_circles_ends() -> None:
    page = {"Accounts": [1], "NextToken": "a"}
    with pytest.raises(MfaError, match="leads to the same page again"):
        listed(Client(page, page, page))


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        ("AWSOrganizationsNotInUseException", "none", "is in no organization. Use those of another account. AWS: "),
        ("AccessDeniedException", "You don't have permissions to access this resource.", f"{ONLY} AWS: "),
        # AWS says which permission is missing: nothing can be added.
        ("AccessDeniedException", "User: x is not authorized to perform: organizations:ListAccounts", None),
        ("TooManyRequestsException", "slow down", None),
    ],
)
def test_refusals(code: str, text: str, told: str | None) -> None:
    refusal = refused(code, text)
    with pytest.raises(AwsRefused) as found:
        listed(Client({"Accounts": [1], "NextToken": "a"}, refusal))
    if told is None:
        assert found.value is refusal
    else:
        assert f"{told}{code}: {text}" in found.value.message
        assert (found.value.code, found.value.operation) == (code, refusal.operation)


@pytest.mark.parametrize(
    ("arn", "place"),
    [
        ("arn:aws:organizations::123456789012:account/o-1/123456789012", ("aws", True)),
        ("arn:aws-us-gov:organizations::999999999999:account/o-1/123456789012", ("aws-us-gov", False)),
        ("arn:aws:iam::123456789012:root", None),
        ("", None),
        (None, None),
    ],
)
def test_partition_and_management_account(arn: str | None, place: tuple[str, bool] | None) -> None:
    assert place_of({"Id": "123456789012", "Arn": arn}) == place
