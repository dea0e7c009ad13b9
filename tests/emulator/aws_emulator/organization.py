# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization: its root, units and accounts, who administers it, and which services it trusts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from .state import Account
from .sts_roles import new_role, trust_policy

ADMINISTRATOR = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


SCPS_ON_ROOT = ("denies", "spares_assumed_root")


@dataclass
class Unit:
    """An organizational unit."""

    id: str
    name: str
    parent_id: str
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class Member:
    """An account of the organization, the management account too."""

    id: str
    name: str
    email: str
    state: str
    parent_id: str
    joined: datetime
    joined_method: str = "CREATED"
    tags: dict[str, str] = field(default_factory=dict)
    access_role: str | None = "OrganizationAccountAccessRole"
    scp_on_root: str | None = None  # whether a service control policy denies root: SCPS_ON_ROOT


def shuffled(idents: Iterable[str]) -> list[str]:
    """In an order that is always the same and means nothing, as AWS promises none."""
    return sorted(idents, key=lambda ident: hashlib.sha256(ident.encode()).digest())


class Organization:
    """The one organization of the emulator."""

    def __init__(self, ident: str, root_id: str, management_account_id: str) -> None:
        self.id = ident
        self.root_id = root_id
        self.management_account_id = management_account_id
        self.feature_set = "ALL"
        self.root_tags: dict[str, str] = {}
        self.units: dict[str, Unit] = {}
        self.members: dict[str, Member] = {}
        self.delegated: dict[str, dict[str, datetime]] = {}  # account: service principal: since when
        self.trusted_services: dict[str, datetime] = {}  # service principal: since when
        self.root_features: set[str] = set()  # of centralized root access

    def arn(self, kind: str, *ident: str) -> str:
        """The ARN of an account, unit or root; of the organization itself without an id."""
        return f"arn:aws:organizations::{self.management_account_id}:{kind}/{'/'.join((self.id, *ident))}"

    def path(self, parent_id: str) -> str:
        """The way from the organization down to a root or unit, which ends in a slash."""
        steps = []
        while parent_id != self.root_id:
            steps.append(parent_id)
            parent_id = self.units[parent_id].parent_id
        return "/".join((self.id, self.root_id, *reversed(steps))) + "/"

    def has_parent(self, ident: str) -> bool:
        return ident == self.root_id or ident in self.units

    def accounts_of(self, parent_id: str) -> list[Member]:
        """The accounts that are directly in a root or unit."""
        return [self.members[i] for i in shuffled(self.members) if self.members[i].parent_id == parent_id]

    def units_of(self, parent_id: str) -> list[Unit]:
        return [self.units[i] for i in shuffled(self.units) if self.units[i].parent_id == parent_id]

    def tags_of(self, ident: str) -> dict[str, str] | None:
        if ident == self.root_id:
            return self.root_tags
        found = self.members.get(ident) or self.units.get(ident)
        return None if found is None else found.tags

    def administers(self, account_id: str) -> bool:
        """Whether an account may read the organization."""
        return account_id == self.management_account_id or bool(self.delegated.get(account_id))

    def furnish(self, account: Account) -> None:
        """Give a member the role through which the management account enters it."""
        member = self.members.get(account.account_id)
        if member is None or member.access_role is None or member.id == self.management_account_id:
            return
        if any(role.name == member.access_role for role in account.backend.roles.values()):
            return
        trust = trust_policy([self.management_account_id], ["sts:AssumeRole"])
        new_role(account, member.access_role, "/", trust).policies["AdministratorAccess"] = ADMINISTRATOR
