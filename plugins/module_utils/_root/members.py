# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of the organization, and which of them a run is about. Nobody touches the management account.

This module is private to hardening.aws.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._aws import organizations
from .._aws.connection import Connection
from .._errors import MfaError
from .._problems import Problems, refuse

ACTIVE = "ACTIVE"
_FOR_MEMBERS = (
    "The credentials may not list the accounts of the organization (organizations:ListAccounts): they belong to a "
    "member. Use those of the management account, or of the account that is the delegated administrator for IAM."
)


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
    listed = organizations.pages(connection.client("organizations"), "ListAccounts", "Accounts", _FOR_MEMBERS)
    found = {row["Id"]: _member(row) for page in listed for row in page}
    return {account_id: found[account_id] for account_id in sorted(found)}


def _member(row: dict[str, t.Any]) -> Member:
    place = organizations.place_of(row)
    if place is None or not row.get("State"):
        raise MfaError(
            f"AWS's list of accounts has no {'state' if place else 'usable ARN'} of {row['Id']}: check endpoint_url, "
            "and any proxy between this host and AWS."
        )
    partition, is_management = place
    return Member(row["Id"], row.get("Name") or "", row["State"], partition, is_management)


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
