# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization from the option accounts, where AWS is not asked.

This module is private to hardening.aws. Pure. Units have no ids there: their paths stand in for them.
"""

from __future__ import annotations

import typing as t

from .organization import ROOT_NAME, Account, Organization, Unit


def organization_of(accounts: t.Sequence[t.Mapping[str, t.Any]], partition: str) -> Organization:
    """Return the accounts, and the units that their paths name.

    :param accounts: As settings.py returns them.
    """
    units = {"/": Unit("/", ROOT_NAME)}
    found = []
    for account in accounts:
        path = account.get("unit_path")
        if path:
            _add_units(units, path)
        found.append(
            Account(
                id=account["account_id"],
                name=account.get("name") or account["account_id"],
                state=account["state"],
                unit_id=path,
                email=account.get("email"),
                partition=partition,
                tags={str(key): str(value) for key, value in (account.get("tags") or {}).items()},
                role_arn=account.get("role_arn"),
                extra_vars=account["vars"],
            )
        )
    return Organization(tuple(sorted(found, key=lambda one: one.id)), units, has_all_units=True)


def _add_units(units: dict[str, Unit], path: str) -> None:
    parent = "/"
    for name in path.strip("/").split("/"):
        if name:
            below = f"{parent.rstrip('/')}/{name}"
            units.setdefault(below, Unit(below, name, parent))
            parent = below


def partition_of(region: str | None) -> str:
    """Return the partition that a region is in."""
    for prefix, partition in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc")):
        if region and region.startswith(prefix):
            return partition
    return "aws"
