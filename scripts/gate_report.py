# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What gates left out, as their tools say it, and how it is told. Standard library only."""

from __future__ import annotations

import collections
import re

LIMIT = 20 * 60.0  # seconds that make test may take on two processors
LONGEST_REASON = 120

Skips = collections.Counter[str]

_PYTEST = re.compile(r"^SKIPPED \[(\d+)\] .+?\.py(?::\d+)?:(.*)$", re.MULTILINE)
_PROGRAM = re.compile(r'^WARNING: Required program "(\S+)" not found\.$', re.MULTILINE)
_SANITY_TEST = re.compile(r'^Running sanity test "([^"]+)"', re.MULTILINE)


def skipped_tests(text: str) -> Skips:
    """How many tests pytest skipped, by reason: from its summary, which -rs and -ra print."""
    found: Skips = collections.Counter()
    for count, reason in _PYTEST.findall(text):
        reason = reason.strip().removeprefix("Skipped: ").rstrip(".")
        if len(reason) > LONGEST_REASON:
            reason = reason[: LONGEST_REASON - 1] + "…"
        found[reason or "no reason is given"] += int(count)
    return found


def skipped_sanity_tests(text: str) -> Skips:
    """Sanity tests that ansible-test skips for want of a program, and ends with success nevertheless."""
    found: Skips = collections.Counter()
    text = text.partition("WARNING: Reviewing previous")[0]  # where ansible-test repeats its warnings
    for match in _PROGRAM.finditer(text):
        running = _SANITY_TEST.findall(text[: match.start()])
        if running:
            found[f"sanity test {running[-1]}: the program {match[1]} is not installed"] = 1
    return found


def unreachable_source(text: str) -> str | None:
    """Where an archive is that pip was to install and could not reach, which is no package of an index; or None."""
    found = re.search(r"Could not install packages due to .*host='([^']+)'.* with url: /\S+/archive/\S+\.zip ", text)
    return found[1] if found else None


def in_short(skips: Skips) -> str:
    """How many were skipped, for the gate's row of the table."""
    return f"{skips.total()} skipped" if skips else ""


def in_full(name: str, skips: Skips) -> list[str]:
    """A line for each reason, those with the most tests first."""
    return [f"{name:<18} {count} skipped: {reason}" for reason, count in skips.most_common()]


def clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def total(seconds: float, limit: float | None) -> str:
    """How long all of it took, and whether that is within the limit, if there is one."""
    if limit is None:
        return clock(seconds)
    if seconds > limit:
        return f"{clock(seconds)} OVER THE LIMIT of {clock(limit)}"
    return f"{clock(seconds)} (limit {clock(limit)})"
