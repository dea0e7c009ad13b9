# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who was enrolled and who was not: counted, told cause by cause, and when it makes no sense to go on. Pure.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.words import PREFIX, SHOWN
from ansible_collections.hardening.aws.plugins.module_utils._failure_streak import FailureStreak, cause_of

from .common import Data

_NAMED = 3


def tally(planned: Data, enrolled: Data) -> dict[str, list[t.Any]]:
    """Return the names that were I(enabled), those who I(had_mfa), and who I(failed) and why, in the plan's order.

    :param planned: The plan; its C(devices) say who was to be enrolled.
    :param enrolled: What came of it: C(results), and C(msg) for users who have no result. Empty, if it was not tried.
    """
    found: dict[str, list[t.Any]] = {"enabled": [], "had_mfa": [], "failed": []}
    if not enrolled:
        return found
    results = {result["user_name"]: result for result in enrolled.get("results", ())}
    missing = str(enrolled.get("msg") or "the module did not say what became of this user: run again.")
    for device in planned["devices"]:
        name = str(device["user_name"])
        result = results.get(name)
        if result is not None and not result["failed"]:
            found["enabled" if "enable" in result["actions"] else "had_mfa"].append(name)
        else:
            found["failed"].append({"user_name": name, "msg": str(result["msg"]) if result is not None else missing})
    return found


def reason_to_stop(results: t.Iterable[Data], limit: int) -> str:
    """Return why no other batch is tried, or nothing if one may be.

    :param results: Those of all users so far.
    :param limit: After how many equal failures in a row, of a kind that does not pass. 0 is never.
    """
    streak = FailureStreak(limit)
    for result in results:
        error = result.get("error") or {}
        message = str(result["msg"]) if result["failed"] else ""
        streak.note(str(result["user_name"]), message, error.get("code"), error.get("operation"))
    if not streak.reached:
        return ""
    return (
        f"was not tried, as {limit:,} users in a row had failed for the same reason. "
        f"{PREFIX}_stop_after_failures sets how many."
    )


def causes(failed: t.Iterable[Data]) -> list[str]:
    """Return a line for each cause of failures, the most frequent first: who, and what the first of them was told."""
    groups: dict[str, list[Data]] = {}
    for item in failed:
        groups.setdefault(cause_of(str(item["user_name"]), str(item["msg"])), []).append(item)
    ordered = sorted(groups.values(), key=len, reverse=True)
    lines = [f"{_who(group)}: {group[0]['msg']}" for group in ordered[:SHOWN]]
    if len(ordered) > SHOWN:
        lines.append(f"and {len(ordered) - SHOWN:,} more causes, see {PREFIX}_result.failed")
    return lines


def _who(group: t.Sequence[Data]) -> str:
    names = [str(item["user_name"]) for item in group]
    if len(names) == 1:
        return names[0]
    rest = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{len(names):,} users, first {', '.join(names[:_NAMED])}{rest}"
