# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of hosts and groups, made of names that may hold anything: safe, and never one for two things.

This module is private to hardening.aws. Pure.
"""

from __future__ import annotations

import collections
import hashlib
import re
import typing as t
import unicodedata

from ansible_collections.hardening.aws.plugins.module_utils._problems import Problems, refuse

from .organization import ACCOUNT_ID, Account

Thing = t.TypeVar("Thing", bound=t.Hashable)

# Ansible's own, and those that the playbooks of this collection take for the controller itself.
_RESERVED = ("all", "ungrouped", "localhost", "127.0.0.1")
_SHOWN = 5


def safe_group(text: str) -> str:
    """Return a text as a part of a group's name: letters of any script, digits and _."""
    return re.sub(r"\W", "_", unicodedata.normalize("NFC", text))


def safe_host(text: str) -> str:
    """Return a text as the name of a host: letters of any script, digits, and ._- between them."""
    return re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", text)).strip("-.")


def distinct(labels: t.Mapping[Thing, str], suffixes: t.Mapping[Thing, str]) -> dict[Thing, str]:
    """Return a name for each thing. Where several have the same label, all of them get their suffix.

    :param labels: What each would be called.
    :param suffixes: Different for each.
    """
    names = dict(labels)
    with_suffix: set[Thing] = set()
    while True:
        counts = collections.Counter(names.values())
        twins = {thing for thing, name in names.items() if counts[name] > 1} - with_suffix
        if not twins:
            return names
        with_suffix |= twins
        names.update((thing, f"{labels[thing]}_{suffixes[thing]}") for thing in twins)


def digest(*texts: str) -> str:
    """Return eight characters that differ with the texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:8]


def host_names(kind: str, accounts: t.Sequence[Account], groups: t.Collection[str]) -> dict[str, str]:
    """Return the name of each account's host by the account's id.

    :param kind: The option hostname: C(account_id), C(name) or C(name_and_id).
    :param groups: Names of groups, which no host may have: Ansible takes one for the other.
    :raises BadInput: A name stands for two accounts, or for something else.
    """
    if kind == "account_id":
        return {account.id: account.id for account in accounts}
    names = {account.id: safe_host(account.name) for account in accounts}
    if kind == "name_and_id":
        return {one: f"{name}-{one}" if name else one for one, name in names.items()}
    problems = Problems("hostname: ")
    by_name: dict[str, list[str]] = {}
    for account_id, name in names.items():
        by_name.setdefault(name, []).append(account_id)
    for name, ids in by_name.items():
        if len(ids) > 1:
            problems.add(_some(ids), f"these accounts would all be the host {name!r}.")
        elif not name:
            problems.add(ids[0], "its name has no character that the name of a host may have.")
        elif name in _RESERVED or name in groups:
            problems.add(ids[0], f"its name {name!r} means something else to Ansible.")
        elif ACCOUNT_ID.fullmatch(name) and name != ids[0]:
            problems.add(ids[0], f"its name {name!r} looks like the ID of another account.")
    if problems.found:
        problems.found.append("Set hostname to name_and_id or account_id, or exclude these accounts.")
    refuse(problems.found)
    return names


def _some(ids: t.Sequence[str]) -> str:
    more = len(ids) - _SHOWN
    return ", ".join(ids[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
