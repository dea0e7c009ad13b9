# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization in memory, as AWS lists it: in pages, some of which are empty."""

from __future__ import annotations

import functools
import typing as t

import yaml

from ansible_collections.hardening.aws.plugins.inventory.aws_accounts import DOCUMENTATION
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.reading import Reader
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.settings import Settings, read_settings

MANAGER = "999999999999"
ROOT = "r-exam"
WORKLOADS, PRODUCTION, EMPTY, DEEP = (f"ou-exam-{name}" for name in ("workload", "producti", "emptyyyy", "deepdeep"))
# The parent of each unit and its name; the last two have no account below them.
UNITS = {
    WORKLOADS: (ROOT, "Workloads"),
    PRODUCTION: (WORKLOADS, "Production"),
    EMPTY: (ROOT, "Empty"),
    DEEP: (EMPTY, "Deep"),
}
NEW = "1.44.0"
OTHERS = ("keyed_groups", "compose", "cache", "cache_plugin", "cache_connection", "cache_timeout")


@functools.cache
def definitions() -> dict[str, t.Any]:
    """The documented options, with some of the fragments'."""
    more = {"profile": {"aliases": ["aws_profile"]}, **{name: {} for name in OTHERS}}
    return {**yaml.safe_load(DOCUMENTATION)["options"], **more}


def settings(**options: t.Any) -> Settings:
    """The options of an inventory file without templates."""
    return read_settings({"plugin": "hardening.aws.aws_accounts", **options}, definitions(), lambda value: value)


class Aws:
    """Answers the calls of Organizations, and counts them."""

    def __init__(self, accounts: t.Mapping[str, str], **rows: dict[str, t.Any]) -> None:
        """Accounts by their ids, with the unit of each; rows, by _ and an id, change what is listed."""
        self.accounts = dict(accounts)
        self.rows = {name[1:]: row for name, row in rows.items()}
        self.calls: list[str] = []
        self.told: list[str] = []
        self.refusals: dict[str, AwsRefused] = {}
        self.has_paths = True

    def reader(self, version: str = NEW) -> Reader:
        client: t.Any = self
        return Reader(client, version, self.told.append)

    def call(self, operation: str, params: dict[str, t.Any], requires: t.Sequence[str]) -> dict[str, t.Any]:
        self.calls.append(operation)
        if operation in self.refusals:
            raise self.refusals[operation]
        items = getattr(self, operation)(params)
        start = int(params.get("NextToken", "0").rstrip("e"))
        # The first page is empty.
        if "NextToken" not in params and items:
            return {requires[0]: [], "NextToken": "0e"}
        end = start + int(params.get("MaxResults", 20))
        more = {"NextToken": str(end)} if end < len(items) else {}
        return {requires[0]: items[start:end], **more}

    def ListRoots(self, _params: t.Any) -> list[dict[str, t.Any]]:
        return [{"Id": ROOT, "Name": "Root"}]

    def ListOrganizationalUnitsForParent(self, params: t.Any) -> list[dict[str, t.Any]]:
        return [{"Id": one, "Name": name} for one, (parent, name) in UNITS.items() if parent == params["ParentId"]]

    def ListAccounts(self, _params: t.Any) -> list[dict[str, t.Any]]:
        return [self._row(account_id) for account_id in self.accounts]

    def ListAccountsForParent(self, params: t.Any) -> list[dict[str, t.Any]]:
        return [self._row(one) for one, unit_id in self.accounts.items() if unit_id == params["ParentId"]]

    def ListTagsForResource(self, params: t.Any) -> list[dict[str, t.Any]]:
        assert "MaxResults" not in params
        return [{"Key": "env", "Value": "prod"}, {"Key": "id", "Value": params["ResourceId"]}]

    def _row(self, account_id: str) -> dict[str, t.Any]:
        way, unit_id = "", self.accounts[account_id]
        while unit_id != ROOT:
            way, unit_id = f"{unit_id}/{way}", UNITS[unit_id][0]
        row = {
            "Id": account_id,
            "Arn": f"arn:aws:organizations::{MANAGER}:account/o-exampleorgid/{account_id}",
            "Name": f"account {account_id[-1]}",
            "Email": f"{account_id}@example.com",
            "State": "ACTIVE",
        }
        if self.has_paths:
            row["Paths"] = [f"o-exampleorgid/{ROOT}/{way}"]
        return {**row, **self.rows.get(account_id, {})}
