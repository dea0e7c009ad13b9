# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization as the inventory cache keeps it: nothing that the options do not ask for, and whose it is.

This module is private to hardening.aws. Pure.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t

from .organization import Account, Organization, Unit
from .settings import Settings

_FORMAT = 1


def origin_of(connection: t.Mapping[str, t.Any]) -> str:
    """Return a digest of the options that decide which organization is read."""
    names = ("profile", "access_key", "endpoint_url", "assume_role_arn")
    return hashlib.sha256(json.dumps([connection.get(name) or None for name in names]).encode()).hexdigest()


def to_cache(settings: Settings, found: Organization, origin: str) -> dict[str, t.Any]:
    """Return what is kept."""
    accounts = []
    for account in found.accounts:
        row: dict[str, t.Any] = {
            "id": account.id,
            "name": account.name,
            "state": account.state,
            "unit_id": account.unit_id,
            "partition": account.partition,
            "is_management": account.is_management,
        }
        if settings.emails:
            row["email"] = account.email
        if settings.needs_tags and account.tags is not None:
            row["tags"] = dict(account.tags)
        accounts.append(row)
    return {
        "format": _FORMAT,
        "origin": origin,
        "emails": settings.emails,
        "has_all_units": found.has_all_units,
        "units": [dataclasses.asdict(unit) for unit in found.units.values()],
        "accounts": accounts,
    }


def from_cache(settings: Settings, kept: t.Any, origin: str) -> Organization | None:
    """Return what was kept, or None if it is not what the options ask for."""
    try:
        if kept["format"] != _FORMAT or kept["origin"] != origin or (settings.emails and not kept["emails"]):
            return None
        units = {row["id"]: Unit(**row) for row in kept["units"]}
        found = Organization(tuple(Account(**row) for row in kept["accounts"]), units, kept["has_all_units"])
        for account in found.accounts:
            found.way_to(account.unit_id)
    except (KeyError, TypeError, AttributeError):
        return None
    return found
