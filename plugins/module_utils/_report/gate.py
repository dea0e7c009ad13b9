# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pipeline is stopped by: which checks fail_on stands for, and what of a report they find.

This module is private to hardening.aws.
"""

from __future__ import annotations

import difflib
import typing as t

from .checks import CHECK_IDS, CHECKS, FAIL, SEVERITIES, UNKNOWN
from .findings import findings, label
from .words import visible

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

_SHOWN_NAMES = 10


def gated_checks(fail_on: t.Collection[str]) -> list[str]:
    """Return the checks that I(fail_on) stands for: those named, and those as severe as a severity named."""
    worst_named = max((SEVERITIES.index(name) for name in fail_on if name in SEVERITIES), default=-1)
    return [check.id for check in CHECKS if check.id in fail_on or SEVERITIES.index(check.severity) <= worst_named]


def gate_problems(fail_on: t.Sequence[str], not_made: t.Mapping[str, str]) -> list[str]:
    """Return what is wrong with I(fail_on): words that are none, and checks that could never fail, as none is made.

    :param not_made: A result of M(options.checks_not_made).
    """
    problems = []
    for word in dict.fromkeys(fail_on):
        if word in not_made:
            problems.append(f"fail_on: {word} is not checked, so it could not fail: {not_made[word]}.")
        elif word in SEVERITIES and all(check in not_made for check in gated_checks([word])):
            names = " and ".join(gated_checks([word]))
            problems.append(f"fail_on: no check of severity {word} or above is made, so none could fail: make {names}.")
        elif word not in SEVERITIES and word not in CHECK_IDS:
            near = difflib.get_close_matches(word.lower(), [*SEVERITIES, *CHECK_IDS], 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join([*SEVERITIES, *CHECK_IDS])}."
            problems.append(f"fail_on: {word!r} is neither a check nor a severity. {hint}")
    return problems


def gate_gaps(fail_on: t.Sequence[str], not_made: t.Mapping[str, str]) -> str:
    """Return a warning that names the checks that a severity in I(fail_on) stands for and that are not made, if any."""
    gaps = [f"{check} ({not_made[check]})" for check in gated_checks(fail_on) if check in not_made]
    return f"fail_on does not cover these checks, as they are not made: {', '.join(gaps)}." if gaps else ""


def gate(report: Json, fail_on: t.Sequence[str], unknown_too: bool) -> list[Json]:
    """Return the findings that stop a pipeline: of the checks named, and of those as severe as one named."""
    wanted = {FAIL, UNKNOWN} if unknown_too else {FAIL}
    checks = gated_checks(fail_on)
    return [item for item in findings(report, *wanted) if item["check"] in checks]


def gate_text(stopped: t.Sequence[Json], paths: t.Mapping[str, str]) -> str:
    """Return the message of a task that fails: the checks, the first names of each, and where all of them are."""
    by_check: dict[str, list[Json]] = {}
    for item in stopped:
        by_check.setdefault(item["check"], []).append(item)
    lines = [f"{len(by_check)} of the checks in fail_on {'fails' if len(by_check) == 1 else 'fail'}:"]
    for check, items in by_check.items():
        names = ", ".join(visible(label(item)) for item in items[:_SHOWN_NAMES])
        more = f" and {len(items) - _SHOWN_NAMES:,} more" if len(items) > _SHOWN_NAMES else ""
        unknown = next((item["reason"] for item in items if item["verdict"] == UNKNOWN), None)
        why = f" (unknown: {visible(unknown)})" if unknown else ""
        lines.append(f"- {check}: {names}{more}{why}")
    where = (
        f"All findings are in {' and '.join(paths.values())}." if paths else "Set dest to have a report of them all."
    )
    return "\n".join([*lines, where])
