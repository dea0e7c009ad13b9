# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization as plain values: its accounts, and the units that they are in.

This module is private to hardening.aws. Pure: it makes no call.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

ROOT_NAME = "Root"
STATES = ("PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED")

ACCOUNT_ID = re.compile(r"[0-9]{12}")
UNIT_ID = re.compile(r"(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})")


@dataclasses.dataclass(frozen=True)
class Unit:
    """A root or an organizational unit. The root has no parent."""

    id: str
    name: str
    parent_id: str | None = None


@dataclasses.dataclass(frozen=True)
class Account:
    """An account.

    :param tags: None if they were not read.
    :param extra_vars: Further variables of its host.
    """

    id: str
    name: str
    state: str
    unit_id: str | None = None
    email: str | None = None
    partition: str = "aws"
    is_management: bool = False
    tags: t.Mapping[str, str] | None = None
    role_arn: str | None = None
    extra_vars: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Organization:
    """What is known of an organization.

    :param units: By their ids, those above an account at least.
    :param has_all_units: Whether units without accounts are among them, too.
    """

    accounts: tuple[Account, ...]
    units: t.Mapping[str, Unit]
    has_all_units: bool = False

    def way_to(self, unit_id: str | None) -> tuple[Unit, ...]:
        """Return the units from the root, which is not among them, down to a unit."""
        way: list[Unit] = []
        while unit_id is not None:
            unit = self.units[unit_id]
            if unit.parent_id is not None:
                way.append(unit)
            unit_id = unit.parent_id
        return tuple(reversed(way))

    def path_of(self, unit_id: str) -> str:
        """Return the names from the root down to a unit, such as C(/Workloads/Production); of the root, C(/)."""
        return "/" + "/".join(unit.name for unit in self.way_to(unit_id))

    def is_inside(self, unit_id: str | None, above: str) -> bool:
        """Whether a unit is another one, or below it."""
        while unit_id is not None:
            if unit_id == above:
                return True
            unit_id = self.units[unit_id].parent_id
        return False
