# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts become hosts: by unit, id, name, state and tag, and what among these criteria means nothing.

This module is private to hardening.aws. Pure. Patterns are held against all accounts of the organization, whatever
their state and unit, so that an exclusion stays right when an account is suspended or moved.
"""

from __future__ import annotations

import difflib
import fnmatch
import re
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._problems import Problems, refuse

from .organization import ACCOUNT_ID, UNIT_ID, Account, Organization, Unit
from .settings import Settings


def needs_all_units(settings: Settings, found: Organization) -> bool:
    """Return whether units without accounts matter: one may be missing, or have the same name as another."""
    if found.has_all_units:
        return False
    return any(
        not text.startswith("/") and not UNIT_ID.fullmatch(text) or not _meant(text, found) for text in settings.units
    )


def select(settings: Settings, found: Organization) -> list[Account]:
    """Return the accounts that become hosts, except that tags are not looked at.

    :raises BadInput: A criterion means nothing, or more than one thing.
    """
    problems = Problems("")
    above = [unit.id for unit in _units(problems, settings, found)]
    included = _matched(problems, "include_accounts", settings.include_accounts, found)
    excluded = _matched(problems, "exclude_accounts", settings.exclude_accounts, found)
    if not settings.management_account:
        _check_management(problems, settings, found)
    refuse(problems.found)
    return [
        account
        for account in found.accounts
        if account.state in settings.states
        and account.id not in excluded
        and (not settings.include_accounts or account.id in included)
        and (settings.management_account or not account.is_management)
        and (not settings.units or any(found.is_inside(account.unit_id, one) for one in above))
    ]


def select_by_tags(settings: Settings, accounts: t.Sequence[Account]) -> list[Account]:
    """Return those of the selected accounts that have the tags of the filter.

    :raises BadInput: None of them has one of the tags.
    """
    problems = Problems("")
    for key, wanted in settings.tag_filters.items():
        for one in wanted if wanted is not None else [None]:
            if not any(_has_tag(account, key, None if one is None else [one]) for account in accounts):
                tag = key if one is None else f"{key}={one}"
                problems.add(
                    f"tag_filters.{key}",
                    f"none of the {len(accounts)} accounts that are selected otherwise has the tag {tag}: correct it, "
                    "or remove it.",
                )
    refuse(problems.found)
    filters = settings.tag_filters.items()
    return [one for one in accounts if all(_has_tag(one, key, wanted) for key, wanted in filters)]


def _has_tag(account: Account, key: str, wanted: t.Sequence[str] | None) -> bool:
    tags = account.tags or {}
    return key in tags and (wanted is None or tags[key] in wanted)


# Units ----------------------------------------------------------------------------------------------------------------


def _units(problems: Problems, settings: Settings, found: Organization) -> list[Unit]:
    units = []
    for index, text in enumerate(settings.units):
        meant = _meant(text, found)
        if not meant:
            problems.add(
                f"units[{index}]",
                f"there is no unit {text!r} in this organization{_nearest(text, found)}: correct it, or remove it.",
            )
        elif len(meant) > 1:
            which = ", ".join(f"{unit.id} ({found.path_of(unit.id)})" for unit in meant)
            problems.add(
                f"units[{index}]", f"{text!r} means {len(meant)} units: give the ID of one, or its path: {which}."
            )
        units += meant
    return units


def _meant(text: str, found: Organization) -> list[Unit]:
    """Return the units that an id, a path or a name means, by their ids."""
    if text in found.units:
        return [found.units[text]]
    if UNIT_ID.fullmatch(text):
        return []
    units = [found.units[unit_id] for unit_id in sorted(found.units)]
    if text.startswith("/"):
        path = text.rstrip("/") or "/"
        return [unit for unit in units if found.path_of(unit.id) == path]
    return [unit for unit in units if unit.name == text]


def _nearest(text: str, found: Organization) -> str:
    known = [name for unit in found.units.values() for name in (unit.name, found.path_of(unit.id))]
    near = difflib.get_close_matches(text, known, 1, 0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


# Accounts -------------------------------------------------------------------------------------------------------------


def _matched(problems: Problems, option: str, patterns: t.Sequence[str], found: Organization) -> set[str]:
    """Return the ids of the accounts that the patterns match. Each has to match one."""
    matched: set[str] = set()
    for index, pattern in enumerate(patterns):
        ids = _ids(pattern, found)
        if not ids:
            problems.add(
                f"{option}[{index}]", f"{pattern!r} matches no account of this organization: correct it, or remove it."
            )
        matched |= ids
    return matched


def _ids(pattern: str, found: Organization) -> set[str]:
    """Return the ids that a pattern matches. An id is never taken for a name, as members choose their names freely."""
    if ACCOUNT_ID.fullmatch(pattern):
        return {account.id for account in found.accounts if account.id == pattern}
    matches = re.compile(fnmatch.translate(pattern.replace("[", "[[]")), re.IGNORECASE).match
    return {account.id for account in found.accounts if matches(account.id) or matches(account.name)}


def _check_management(problems: Problems, settings: Settings, found: Organization) -> None:
    manager = next((account.id for account in found.accounts if account.is_management), None)
    for index, pattern in enumerate(settings.include_accounts):
        if manager is not None and _ids(pattern, found) == {manager}:
            problems.add(
                f"include_accounts[{index}]",
                f"{pattern!r} is the management account, which is left out unless management_account is true.",
            )
