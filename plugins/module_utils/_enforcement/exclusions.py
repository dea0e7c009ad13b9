# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is never touched by the role, and what in these inputs matches nobody.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .._patterns import match_names
from .words import PREFIX

ALLOW = f"or set {PREFIX}_allow_empty to true, if it need not mean anybody in each account."


class Exclusions:
    """Who is never touched. Like IAM, this ignores case.

    :param user_names: Those of the account.
    :raises TooSlow: A pattern takes too long.
    """

    def __init__(self, names: t.Iterable[str], patterns: t.Sequence[str], user_names: t.Sequence[str]) -> None:
        self._names = {name.lower(): name for name in names}
        self._matches = list(zip(patterns, match_names(patterns, user_names), strict=True))
        existing = {name.lower() for name in user_names}
        self._unknown = [name for lower, name in self._names.items() if lower not in existing]

    def reason(self, user_name: str) -> str | None:
        """Return why a user is excluded, or None."""
        if user_name.lower() in self._names:
            return f"named in {PREFIX}_exclude"
        for pattern, names in self._matches:
            if user_name in names:
                return f"matches {pattern} of {PREFIX}_exclude_patterns"
        return None

    def problems(self, allow_empty: bool) -> list[str]:
        """Return the names and patterns that exclude nobody, and so may be mistyped."""
        found = [
            f"{PREFIX}_exclude: there is no IAM user {name} in this account: correct the name, or remove it."
            for name in self._unknown
        ]
        if not allow_empty:
            found += [
                f"{PREFIX}_exclude_patterns: {pattern!r} matches no user of this account: correct it, {ALLOW}"
                for pattern, names in self._matches
                if not names
            ]
        return found
