# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an organization from AWS with few calls: its accounts page by page, and the names of units that matter.

This module is private to hardening.aws. Where botocore knows the paths of accounts, 1,000 accounts take 50 calls, and
one for each unit that has units with accounts below it. An older botocore is told unit by unit what is in it. In no
case is an account asked for its parent: AWS throttles that.
"""

from __future__ import annotations

import collections
import dataclasses
import re
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._aws import organizations
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._threads import for_each

from .organization import ROOT_NAME, UNIT_ID, Account, Organization, Unit

if t.TYPE_CHECKING:
    from ansible_collections.hardening.aws.plugins.module_utils._aws.client import Client

Row = dict[str, t.Any]

CONCURRENCY = 4
_STATE_SINCE = (1, 40, 27)
_PATHS_SINCE = (1, 42, 80)
_FOR_MEMBERS = (
    "The account that the credentials belong to is neither the management account of its organization nor a delegated "
    "administrator, and AWS tells other members nothing. Use credentials of one of these, give assume_role_arn a role "
    "in one of them, or list the accounts in the option accounts."
)


class Reader:
    """Reads an organization.

    :param client: Of Organizations.
    :param botocore_version: Decides what AWS's answers can tell.
    :param tell: Is told how far it is.
    """

    def __init__(self, client: Client, botocore_version: str, tell: t.Callable[[str], None]) -> None:
        self._client = client
        self._version = botocore_version
        self._tell = tell
        self._listed: collections.Counter[str] = collections.Counter()

    def read(self) -> Organization:
        """Return the organization without tags.

        :raises MfaError: It cannot be read; the message says what to do.
        """
        if self._knows(_PATHS_SINCE):
            rows = list(self._pages("ListAccounts", "Accounts"))
            if all(row.get("Paths") for row in rows):
                return self._by_paths(rows)
        return self._by_walk()

    def with_all_units(self, found: Organization) -> Organization:
        """Return the same organization with the units that have no accounts."""
        units = dict(found.units)
        open_ids = [unit.id for unit in units.values() if unit.parent_id is None] or [self._root().id]
        while open_ids:
            children = self._units_below(open_ids.pop())
            units.update((unit.id, unit) for unit in children)
            open_ids += [unit.id for unit in children]
        return dataclasses.replace(found, units=units, has_all_units=True)

    def with_tags(self, found: Organization, account_ids: t.Collection[str]) -> Organization:
        """Return the same organization with the tags of these accounts, which takes a call for each."""
        tags: dict[str, dict[str, str]] = {}

        def read_one(account_id: str) -> None:
            rows = self._pages("ListTagsForResource", "Tags", size=None, ResourceId=account_id)
            tags[account_id] = {row["Key"]: row["Value"] for row in rows}
            self._tell(f"read the tags of {len(tags)} of {len(account_ids)} accounts")

        for_each(read_one, sorted(account_ids), CONCURRENCY)
        accounts = (dataclasses.replace(one, tags=tags.get(one.id, one.tags)) for one in found.accounts)
        return dataclasses.replace(found, accounts=tuple(accounts))

    # The two ways -----------------------------------------------------------------------------------------------------

    def _by_paths(self, rows: t.Sequence[Row]) -> Organization:
        ways = {row["Id"]: _way(row) for row in rows}
        parents: dict[str, str | None] = {}
        for way in ways.values():
            parents.update(zip(way, (None, *way), strict=False))
        names: dict[str, str] = {}
        for parent_id in sorted({parent for parent in parents.values() if parent is not None}):
            names.update((unit.id, unit.name) for unit in self._units_below(parent_id))
        units = {
            unit_id: Unit(unit_id, ROOT_NAME if parent is None else names.get(unit_id, unit_id), parent)
            for unit_id, parent in parents.items()
        }
        return Organization(self._accounts((row, ways[row["Id"]][-1]) for row in rows), units)

    def _by_walk(self) -> Organization:
        root = self._root()
        units, placed, open_ids = {root.id: root}, [], [root.id]
        while open_ids:
            unit_id = open_ids.pop()
            placed += [(row, unit_id) for row in self._pages("ListAccountsForParent", "Accounts", ParentId=unit_id)]
            children = self._units_below(unit_id)
            units.update((unit.id, unit) for unit in children)
            open_ids += [unit.id for unit in children]
        return Organization(self._accounts(placed), units, has_all_units=True)

    def _root(self) -> Unit:
        for row in self._pages("ListRoots", "Roots"):
            return Unit(row["Id"], row.get("Name") or ROOT_NAME)
        raise MfaError("AWS lists no root of the organization: run again later.", operation="organizations:ListRoots")

    def _units_below(self, parent_id: str) -> list[Unit]:
        rows = self._pages("ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent_id)
        return [Unit(row["Id"], row.get("Name") or row["Id"], parent_id) for row in rows]

    def _accounts(self, placed: t.Iterable[tuple[Row, str]]) -> tuple[Account, ...]:
        """Return the accounts by their ids. One that is moved while it is read may be listed twice."""
        found = {row["Id"]: self._account(row, unit_id) for row, unit_id in placed}
        return tuple(found[account_id] for account_id in sorted(found))

    def _account(self, row: Row, unit_id: str) -> Account:
        place = organizations.place_of(row)
        if place is None:
            raise MfaError(
                f"AWS's list has no usable ARN of account {row['Id']}, and so does not tell the management account. "
                "Check endpoint_url, and any proxy between this host and AWS."
            )
        return Account(
            id=row["Id"],
            name=row.get("Name") or "",
            state=row.get("State") or self._refuse_missing_state(row["Id"]),
            unit_id=unit_id,
            email=row.get("Email"),
            partition=place[0],
            is_management=place[1],
        )

    # Calls ------------------------------------------------------------------------------------------------------------

    def _pages(
        self, operation: str, member: str, size: int | None = organizations.PAGE, **params: str
    ) -> t.Iterator[Row]:
        """Return what is in all pages of a list."""
        for page in organizations.pages(self._client, operation, member, _FOR_MEMBERS, size, **params):
            yield from page
            self._listed[member] += len(page)
            if member != "Tags":
                self._tell(f"read {self._listed['Accounts']} accounts and {self._listed['OrganizationalUnits']} units")

    def _knows(self, since: tuple[int, ...]) -> bool:
        return tuple(int(number) for number in re.findall(r"\d+", self._version)[:3]) >= since

    def _refuse_missing_state(self, account_id: str) -> t.NoReturn:
        if self._knows(_STATE_SINCE):
            why = f"although botocore {self._version} knows it. Check endpoint_url: this may not be AWS"
        else:
            wanted = ".".join(str(number) for number in _STATE_SINCE)
            why = f"as botocore {self._version} is too old to know it. Install botocore {wanted} or later on this host"
        raise MfaError(
            f"The state of account {account_id} is missing from AWS's list, {why}. Without it, closed accounts could "
            "not be told from active ones."
        )


def _way(row: Row) -> tuple[str, ...]:
    """Return the ids from the root down to the unit that an account is in, of a path such as C(o-…/r-…/ou-…/)."""
    way = tuple(part for part in row["Paths"][0].split("/") if UNIT_ID.fullmatch(part))
    if not way or not way[0].startswith("r-"):
        raise MfaError(f"The path of account {row['Id']} in AWS's list has no root: {row['Paths'][0]!r}.")
    return way
