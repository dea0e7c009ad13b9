# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is meant by the role's inputs, and who is never touched.

This module is private to hardening.aws.
"""

from __future__ import annotations

import fnmatch
import re
import typing as t

from .common import PREFIX, Data


class Exclusions:
    """Who is never touched. IAM does not tell names apart by case, and neither does this."""

    def __init__(self, names: t.Iterable[str], patterns: t.Iterable[str]) -> None:
        self.names = {str(name).lower(): str(name) for name in names}
        self._patterns = [(pattern, _compiled(pattern)) for pattern in patterns]

    def reason(self, user_name: str) -> str | None:
        """Return why a user is excluded, or None."""
        if user_name.lower() in self.names:
            return f"named in {PREFIX}_exclude"
        for pattern, compiled in self._patterns:
            if compiled.search(user_name):
                return f"matches {pattern} of {PREFIX}_exclude_patterns"
        return None


def _compiled(pattern: str) -> re.Pattern[str]:
    if pattern.startswith("~"):
        return re.compile(pattern[1:], re.IGNORECASE)
    return re.compile(fnmatch.translate(pattern), re.IGNORECASE)


class Selector:
    """The criteria of select: a user is meant who meets each of those that are given."""

    def __init__(self, select: Data) -> None:
        self._paths = tuple(select.get("paths") or ())
        self._groups = frozenset(select.get("groups") or ())
        self._tags = dict(select.get("tags") or {})
        self._console = select.get("console_password")
        self.active = bool(self._paths or self._groups or self._tags or self._console is not None)

    def matches(self, user: Data) -> bool:
        """Whether a user of the information module's RV(users) is meant."""
        if not self.active:
            return False
        if self._paths and not (user["path"] or "").startswith(self._paths):
            return False
        if self._groups and self._groups.isdisjoint(user["groups"] or ()):
            return False
        if self._tags:
            tags = user["tags"] or {}
            if not all(key in tags and _tag_matches(wanted, tags[key]) for key, wanted in self._tags.items()):
                return False
        return self._console is None or user["console_password"] is self._console


def _tag_matches(wanted: t.Any, value: str) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, (list, tuple)):
        return value in [str(item) for item in wanted]
    return value == str(wanted)
