# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of the organization, and which of them a run is about. Nobody touches the management account.

This module is private to hardening.aws.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._aws.connection import Connection
from .._aws.refusals import short_code
from .._errors import AwsRefused, MfaError
from .._problems import Problems, refuse

ACTIVE = "ACTIVE"
_PAGE = 20  # the most that AWS puts into one
_ARN = re.compile(r"arn:(aws[a-z-]*):organizations::(\d{12}):account/", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Member:
    """An account of the organization. I(partition) is that of its ARNs."""

    id: str
    name: str
    state: str
    partition: str
    is_management: bool

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"{self.id} ({self.name})" if self.name else self.id


def read_members(connection: Connection) -> dict[str, Member]:
    """Return all accounts of the organization by their numbers, in this order.

    :raises MfaError: They cannot be listed; the message says what to do.
    """
    client = connection.client("organizations")
    request: dict[str, t.Any] = {"MaxResults": _PAGE}
    found: dict[str, Member] = {}
    while True:
        try:
            answer = client.call("ListAccounts", request, requires=("Accounts",))
        except AwsRefused as refusal:
            raise _in_plain_words(refusal) from None
        found.update((row["Id"], _member(row)) for row in answer["Accounts"])
        # A page may be empty and not the last.
        token = answer.get("NextToken")
        if not token:
            return {account_id: found[account_id] for account_id in sorted(found)}
        if token == request.get("NextToken"):
            raise MfaError("AWS's answer to organizations:ListAccounts leads to the same page again: run again later.")
        request["NextToken"] = token


def _member(row: dict[str, t.Any]) -> Member:
    arn = _ARN.match(row.get("Arn") or "")
    if arn is None or not row.get("State"):
        raise MfaError(
            f"AWS's list of accounts has no {'state' if arn else 'usable ARN'} of {row['Id']}: check endpoint_url, and "
            "any proxy between this host and AWS."
        )
    return Member(row["Id"], row.get("Name") or "", row["State"], arn.group(1), arn.group(2) == row["Id"])


def _in_plain_words(refusal: AwsRefused) -> MfaError:
    kind, said = short_code(refusal.code or ""), f"AWS: {refusal.code}: {refusal.aws_message}"
    if kind == "AWSOrganizationsNotInUse":
        text = "The account that the credentials belong to is in no organization. Use those of another account. " + said
    elif kind == "AccessDenied" and "not authorized to perform" not in refusal.aws_message:
        text = (
            "The credentials may not list the accounts of the organization (organizations:ListAccounts): they belong "
            "to a member. Use those of the management account, or of the account that is the delegated administrator "
            f"for IAM. {said}"
        )
    else:
        return refusal
    return AwsRefused(text, refusal.code or "", refusal.operation or "", refusal.aws_message)


@dataclasses.dataclass(frozen=True)
class Selection:
    """The accounts that a run is about, in the order of the input, and those that it leaves out as not active."""

    chosen: tuple[Member, ...]
    left_out: tuple[Member, ...] = ()


def select(members: t.Mapping[str, Member], accounts: t.Sequence[str] | None, excluded: t.Sequence[str]) -> Selection:
    """Return which accounts are meant.

    :param accounts: Numbers; None for all members.
    :raises BadInput: One is the management account, or not in the organization.
    """
    problems = Problems("")
    for option, ids in (("accounts", accounts or ()), ("exclude_accounts", excluded)):
        for index, account_id in enumerate(ids):
            member = members.get(account_id)
            if member is None:
                problems.add(
                    f"{option}[{index}]", f"{account_id} is no account of this organization: correct or remove it."
                )
            elif member.is_management and option == "accounts":
                problems.add(
                    f"{option}[{index}]",
                    f"{member.label} is the management account of the organization, whose root user AWS lets nobody "
                    "manage from outside. Remove it, and see to its root user in the console.",
                )
    refuse(problems.found)
    if accounts is not None:
        return Selection(tuple(members[account_id] for account_id in accounts if account_id not in excluded))
    rest = [one for one in members.values() if not one.is_management and one.id not in excluded]
    return Selection(
        tuple(one for one in rest if one.state == ACTIVE), tuple(one for one in rest if one.state != ACTIVE)
    )
