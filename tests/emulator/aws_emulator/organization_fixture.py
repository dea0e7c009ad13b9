# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The section ``organization`` of a fixture, and the fixtures of its accounts."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

from .call import parse_time
from .conditions import ACCOUNT_STATES
from .fixture import FixtureError, Loader, items_of, only
from .organization import SCPS_ON_ROOT, Member, Organization, Unit
from .root_sessions import MANAGEMENT, SESSIONS
from .state import World

_TOP = {
    "accounts",
    "delegated_administrators",
    "features",
    "generate",
    "id",
    "management_account_id",
    "root_features",
    "root_id",
    "root_tags",
    "trusted_services",
    "units",
}
_UNIT = {"id", "name", "tags", "units"}
_SHARED = {"access_role", "fixture", "joined", "joined_method", "scp_on_root", "state", "tags", "unit"}
_ACCOUNT = {"email", "id", "name"} | _SHARED
_GENERATE = {"count", "first_id", "prefix", "start"} | _SHARED
_ACCESS_ROLE = "OrganizationAccountAccessRole"


def load(world: World, document: dict[str, Any]) -> dict[str, Any]:
    """A whole fixture. The answer says what was made in the account it is about, and in those of the organization."""
    rest = {key: value for key, value in document.items() if key != "organization"}
    if document.get("organization") is None:
        return Loader(world, rest).load()
    found = OrganizationLoader(world, document["organization"], str(rest.get("account_id") or ""))
    members = found.load()
    made = Loader(world, {**rest, "account_id": found.organization.management_account_id}).load()
    accounts = {ident: Loader(world, {**item, "account_id": ident}).load() for ident, item in members.items() if item}
    return {**made, "organization": found.description(), "accounts": accounts}


class OrganizationLoader:
    """Makes the organization; what is in its accounts is left to Loader."""

    def __init__(self, world: World, document: Any, management_account_id: str) -> None:
        self.document = only(document, _TOP, "organization")
        self.world = world
        manager = str(self.document.get("management_account_id") or management_account_id or world.default_account_id)
        if management_account_id not in ("", manager):
            raise FixtureError(f"account_id is {management_account_id}, the management account {manager}")
        root_id = str(self.document.get("root_id") or "r-exam")
        self.organization = Organization(str(self.document.get("id") or "o-exampleorgid"), root_id, manager)
        self.units: dict[str, str] = {"": root_id, root_id: root_id}  # id, name, or names with slashes: id
        self.fixtures: dict[str, dict[str, Any]] = {}
        self.joined = world.clock.utc() - timedelta(days=365)

    def load(self) -> dict[str, dict[str, Any]]:
        """The organization is in the world from now on; the answer is the fixture of each account."""
        for what, pattern in (("id", r"o-[a-z0-9]{10,32}"), ("root_id", r"r-[0-9a-z]{4,32}")):
            ident = getattr(self.organization, what)
            if not re.fullmatch(pattern, ident, re.ASCII):
                raise FixtureError(f"organization.{what} {ident!r} does not look like {pattern}")
        self.organization.feature_set = str(self.document.get("features") or "ALL")
        self.organization.root_tags = self._tags(self.document.get("root_tags"), "organization.root_tags")
        for number, unit in enumerate(items_of(self.document, "units", "organization.")):
            self._unit(unit, self.organization.root_id, "", f"organization.units[{number}]")
        for number, account in enumerate(items_of(self.document, "accounts", "organization.")):
            where = f"organization.accounts[{number}]"
            self._account(only(account, _ACCOUNT, where), where)
        blocks = self.document.get("generate") or []
        for block in blocks if isinstance(blocks, list) else [blocks]:
            self._generate(only(block, _GENERATE, "organization.generate"))
        if self.organization.management_account_id not in self.organization.members:
            self._account({"id": self.organization.management_account_id, "name": "management"}, "organization")
        self._delegate()
        for service in items_of(self.document, "trusted_services", "organization."):
            self.organization.trusted_services[str(service)] = self.joined
        self._root_features()
        self._move_in()
        return self.fixtures

    def _root_features(self) -> None:
        """Which features of centralized root access are on."""
        for feature in items_of(self.document, "root_features", "organization."):
            if feature not in (MANAGEMENT, SESSIONS):
                raise FixtureError(f"organization.root_features: {feature!r} is neither {MANAGEMENT} nor {SESSIONS}")
            self.organization.root_features.add(feature)

    def _move_in(self) -> None:
        world, organization = self.world, self.organization
        world.organization = organization
        world.default_account_id = organization.management_account_id
        world.strict_roles = True
        for account in world.accounts.values():
            organization.furnish(account)

    def description(self) -> dict[str, Any]:
        organization = self.organization
        return {
            "id": organization.id,
            "root_id": organization.root_id,
            "management_account_id": organization.management_account_id,
            "units": {name: ident for name, ident in self.units.items() if name and name != ident},
            "accounts": {member.id: member.name for member in organization.members.values()},
        }

    @staticmethod
    def _tags(value: Any, where: str) -> dict[str, str]:
        if value is not None and not isinstance(value, dict):
            raise FixtureError(f"{where} must be an object")
        return {str(key): str(item) for key, item in (value or {}).items()}

    def _unit(self, item: Any, parent_id: str, above: str, where: str) -> None:
        only(item, _UNIT, where)
        name = item.get("name")
        if not name:
            raise FixtureError(f"{where} needs name")
        path = f"{above}{name}"
        made_up = f"ou-{self.organization.root_id[2:]}-{hashlib.sha256(path.encode()).hexdigest()[:8]}"
        ident = str(item.get("id") or made_up)
        if not re.fullmatch(r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}", ident, re.ASCII):
            raise FixtureError(f"{where}.id {ident!r} does not look like a unit's")
        if ident in self.organization.units:
            raise FixtureError(f"{where}: unit {ident} is there already")
        tags = self._tags(item.get("tags"), f"{where}.tags")
        self.organization.units[ident] = Unit(ident, str(name), parent_id, tags)
        self.units[path] = self.units[ident] = ident
        self.units.setdefault(str(name), ident)
        for number, below in enumerate(items_of(item, "units", f"{where}.")):
            self._unit(below, ident, f"{path}/", f"{where}.units[{number}]")

    def _account(self, item: dict[str, Any], where: str) -> None:
        ident, state = str(item.get("id")), item.get("state") or "ACTIVE"
        name = str(item.get("name") or f"account-{ident}")
        unit = str(item.get("unit") or "")
        if not re.fullmatch(r"\d{12}", ident, re.ASCII):
            raise FixtureError(f"{where} needs an id of 12 digits, as a string, not {item.get('id')!r}")
        if ident in self.organization.members:
            raise FixtureError(f"{where}: account {ident} is there already")
        if state not in ACCOUNT_STATES:
            raise FixtureError(f"{where}.state must be one of {', '.join(ACCOUNT_STATES)}, not {state!r}")
        if item.get("scp_on_root") not in (None, *SCPS_ON_ROOT):
            raise FixtureError(f"{where}.scp_on_root must be one of {', '.join(SCPS_ON_ROOT)}")
        if unit not in self.units:
            raise FixtureError(f"{where}: there is no unit {unit!r}")
        self.organization.members[ident] = Member(
            ident,
            name,
            str(item.get("email") or f"aws+{ident}@example.com"),
            state,
            self.units[unit],
            self._joined(item, where),
            item.get("joined_method") or "CREATED",
            self._tags(item.get("tags"), f"{where}.tags"),
            item.get("access_role", _ACCESS_ROLE),
            item.get("scp_on_root"),
        )
        fixture = item.get("fixture") or {}
        if not isinstance(fixture, dict) or "account_id" in fixture:
            raise FixtureError(f"{where}.fixture must be an object, without account_id")
        if fixture and ident == self.organization.management_account_id:
            raise FixtureError(f"{where}: what is in the management account is not in organization, but beside it")
        self.fixtures[ident] = fixture

    def _joined(self, item: dict[str, Any], where: str) -> datetime:
        if item.get("joined") is None:
            return self.joined
        try:
            return parse_time(item["joined"], f"{where}.joined")
        except ValueError as error:
            raise FixtureError(str(error)) from None

    def _generate(self, block: dict[str, Any]) -> None:
        count, start = block.get("count"), block.get("start", 1)
        if not isinstance(count, int) or not isinstance(start, int) or count < 0:
            raise FixtureError("organization.generate: count and start must be integers")
        first, prefix = int(block.get("first_id") or 200000000001), block.get("prefix", "member-")
        shared = {key: value for key, value in block.items() if key in _SHARED}
        for number in range(count):
            ident, name = f"{first + number:012d}", f"{prefix}{start + number:04d}"
            self._account({**shared, "id": ident, "name": name}, "organization.generate")

    def _delegate(self) -> None:
        """``{"123456789012": ["iam.amazonaws.com"]}``: who administers which services."""
        delegated = self.document.get("delegated_administrators") or {}
        if not isinstance(delegated, dict):
            raise FixtureError("organization.delegated_administrators must be an object: account and list of services")
        for ident, services in delegated.items():
            where = f"organization.delegated_administrators[{ident}]"
            if ident not in self.organization.members or ident == self.organization.management_account_id:
                raise FixtureError(f"{where} is no member account")
            if not isinstance(services, list) or not services:
                raise FixtureError(f"{where} must be a list of services, such as iam.amazonaws.com")
            self.organization.delegated[ident] = {str(service): self.joined for service in services}
