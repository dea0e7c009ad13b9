# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is selected by the role's inputs, and what in these inputs matches nobody.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.exclusions import ALLOW
from ansible_collections.hardening.aws.plugins.module_utils._enforcement.words import PREFIX

from .common import Data


class Selector:
    """The criteria of select: they match a user who meets all that are given."""

    def __init__(self, select: Data) -> None:
        self._paths = tuple(select.get("paths") or ())
        self._groups = frozenset(select.get("groups") or ())
        self._tags = {key: _values(wanted) for key, wanted in (select.get("tags") or {}).items()}
        self._console = select.get("console_password")
        self.active = bool(self._paths or self._groups or self._tags or self._console is not None)

    def matches(self, user: Data) -> bool:
        """Whether the criteria match a user of the information module's RV(users)."""
        return self._fits(user) and (self._console is None or user["console_password"] is self._console)

    def unjudged(self, user: Data) -> bool:
        """Whether a user would match, if it was known that there is a password (or none)."""
        return self._console is not None and user["console_password"] is None and self._fits(user)

    def problems(self, users: t.Sequence[Data]) -> list[str]:
        """Return the criteria that no user meets, each taken by itself."""
        groups = {group for user in users for group in user["groups"] or ()}
        paths = [path for path in self._paths if not any((user["path"] or "").startswith(path) for user in users)]
        what = [("paths", f"no user of this account has a path that begins with {path}") for path in paths]
        what += [
            ("groups", f"no user of this account is in a group {group}") for group in sorted(self._groups - groups)
        ]
        what += [("tags", f"no user of this account has the tag {tag}") for tag in self._unknown_tags(users)]
        return [f"{PREFIX}_select.{criterion}: {text}: correct it, {ALLOW}" for criterion, text in what]

    def _unknown_tags(self, users: t.Sequence[Data]) -> list[str]:
        """Return keys, or keys with a value, that no user has."""
        tags = [user["tags"] or {} for user in users]
        found = []
        for key, wanted in self._tags.items():
            for one in [None] if wanted is None else [[value] for value in wanted]:
                if not any(_has_tag(have, key, one) for have in tags):
                    found.append(key if one is None else f"{key}={one[0]}")
        return found

    def _fits(self, user: Data) -> bool:
        """Whether a user meets all criteria except the one on the password."""
        if not self.active:
            return False
        if self._paths and not (user["path"] or "").startswith(self._paths):
            return False
        if self._groups and self._groups.isdisjoint(user["groups"] or ()):
            return False
        return all(_has_tag(user["tags"] or {}, key, wanted) for key, wanted in self._tags.items())


def _values(wanted: t.Any) -> list[str] | None:
    """Return the values of which a tag has to have one, None for any."""
    if wanted is None:
        return None
    return [str(item) for item in wanted] if isinstance(wanted, (list, tuple)) else [str(wanted)]


def _has_tag(have: Data, key: str, wanted: t.Sequence[str] | None) -> bool:
    return key in have and (wanted is None or have[key] in wanted)


def empty_problems(settings: Data, users: t.Sequence[Data], selected: t.Sized, excluded: t.Sized) -> list[str]:
    """Return what in the selection matches nobody.

    :param selected: Who is selected and not excluded.
    """
    existing = {str(user["user_name"]).lower(): str(user["user_name"]) for user in users}
    found = []
    for number, name in enumerate(settings["users"]):
        known = existing.get(name.lower())
        if known != name:
            remedy = f"write it {known}" if known else "correct the name, or remove it"
            found.append(f"{PREFIX}_users[{number}]: there is no IAM user {name} in this account: {remedy}.")
    if settings["allow_empty"]:
        return found
    found += Selector(settings["select"]).problems(users)
    if not found and not selected:
        why = "everybody who is meant is excluded" if excluded else "nobody meets all criteria"
        found.append(
            f"{PREFIX}_select: selects nobody, as {why}: correct {PREFIX}_users, {PREFIX}_select or {PREFIX}_exclude, "
            f"{ALLOW}"
        )
    return found
