# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns of names, and a bound on how long they may take.

This module is private to hardening.aws. A regular expression such as C((a+)+$) takes years on a name of 64 letters, and
one cannot see that by looking at it. So another process does the search, and is killed when it takes too long.
"""

from __future__ import annotations

import fnmatch
import json
import re
import subprocess
import sys
import typing as t

PATIENCE_SECONDS = 5.0
_LONGEST = 500
_SEARCH = """
import json, re, sys
job = json.load(sys.stdin)
for pattern in job["patterns"]:
    search = re.compile(pattern, re.IGNORECASE if job["ignore_case"] else 0).search
    print(json.dumps([number for number, text in enumerate(job["texts"]) if search(text)]), flush=True)
"""


class TooSlow(Exception):
    """A regular expression takes too long. I(number) is its place among those that were given."""

    def __init__(self, number: int) -> None:
        super().__init__(f"regular expression {number} takes too long")
        self.number = number


def search(patterns: t.Sequence[str], texts: t.Sequence[str], ignore_case: bool = False) -> list[set[str]]:
    """Return for each regular expression the texts in which it is found.

    :raises TooSlow: One of them takes longer than C(PATIENCE_SECONDS).
    """
    if not patterns or not texts:
        return [set() for _pattern in patterns]
    job = json.dumps({"patterns": list(patterns), "texts": list(texts), "ignore_case": ignore_case})
    command = [sys.executable, "-I", "-S", "-c", _SEARCH]
    try:
        # Not run_command of a module, as the controller does this, too.
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            command, input=job.encode(), capture_output=True, check=True, timeout=PATIENCE_SECONDS * len(patterns)
        )
    except subprocess.TimeoutExpired as late:
        raise TooSlow(len((late.stdout or b"").splitlines())) from None
    return [{texts[number] for number in json.loads(line)} for line in done.stdout.splitlines()]


def match_names(patterns: t.Sequence[str], names: t.Sequence[str]) -> list[set[str]]:
    """Return for each pattern, or after a C(~) regular expression, the names that it means, whatever their case.

    A pattern means whole names; a regular expression is found anywhere in a name.

    :raises TooSlow: A regular expression takes too long; its number is that of the pattern.
    """
    return search([_regex(pattern) for pattern in patterns], names, ignore_case=True)


def _regex(pattern: str) -> str:
    # What fnmatch makes of a pattern ends where a name ends, and begins anywhere.
    return pattern[1:] if pattern.startswith("~") else rf"\A{fnmatch.translate(pattern)}"


def pattern_problem(pattern: str) -> str | None:
    """Return what is wrong with a pattern of names, or None."""
    if not pattern.strip("~ "):
        return f"{pattern!r} is empty: give a pattern such as break-glass-*, or a regular expression after a ~."
    if not pattern.startswith("~"):
        return None
    if re.search(r"\{\d*$", pattern):
        return (
            f"{pattern!r} ends in an open brace, as if it was split at a comma: give a list, such as ['~^x{{1,2}}$']."
        )
    return regex_problem(pattern[1:])


def regex_problem(pattern: str) -> str | None:
    """Return what is wrong with a regular expression, or None."""
    if len(pattern) > _LONGEST:
        return f"is {len(pattern)} characters long, the limit is {_LONGEST}: make it shorter."
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"{pattern!r} is not a valid regular expression ({error}): correct it."
    return None


def slow_problem(pattern: str) -> str:
    """Return what to say of a regular expression that takes too long."""
    return (
        f"{pattern!r} takes over {PATIENCE_SECONDS:g} s to search through the names of this account, as a repetition "
        "inside of a repetition does, such as (a+)+. Write it with one, such as a+."
    )
