# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides which older MFA devices a rotation may remove, and reports what was done. Pure.

This module is private to hardening.aws. A user keeps every device until the new one was attached by an earlier run some
days ago, and its seed is stored for this very user. Only devices that are named are removed.
"""

from __future__ import annotations

import fnmatch
import typing as t

Data = t.Mapping[str, t.Any]

_SHOWN_NAMES = 10
_SHOWN_REASONS = 20


def refusals(inputs: Data, facts: t.Sequence[Data]) -> list[str]:
    """Return why the rotation must not begin."""
    unknown = [fact["user_name"] for fact in facts if not fact["exists"]]
    found = []
    if unknown:
        found.append(
            f"rotate_users: there is no IAM user {_names(unknown, 'or')} (upper and lower case count). Correct the "
            "names, or leave them out."
        )
    old = any(_named(inputs, fact) for fact in facts)
    if inputs["retire"] and old and not any(fact["serial_number"] for fact in facts):
        found.append(
            f"rotate_retire: none of these users has the new device, whose name ends in -{inputs['suffix']}. If "
            "rotate_suffix is right, run without rotate_retire first, and let the users set up their new seeds."
        )
    return found


def retirement(inputs: Data, facts: t.Sequence[Data], attached: t.Sequence[Data]) -> dict[str, t.Any]:
    """Return the devices to remove, and the users who keep all of theirs, with the reason.

    :param facts: What rotation_facts found before this run attached anything.
    :param attached: Results of attaching the new devices, in the same order.
    """
    devices: list[dict[str, str]] = []
    kept: list[dict[str, str]] = []
    for fact, result in zip(facts, attached, strict=True):
        old = _named(inputs, fact)
        if not inputs["retire"] or not old:
            continue
        reason = _reason_to_keep(fact, result, inputs["min_age_days"])
        if reason is None:
            devices += [{"user_name": fact["user_name"], "serial_number": serial} for serial in old]
        elif not result["failed"]:
            kept.append({"user_name": fact["user_name"], "reason": reason})
    return {"devices": devices, "kept": kept}


def _named(inputs: Data, fact: Data) -> list[str]:
    """Return the serial numbers of a user's other virtual devices that rotate_retire_devices names."""
    patterns = [pattern.replace("{user_name}", fact["user_name"]) for pattern in inputs["retire_devices"]]
    return [
        serial
        for serial in fact["others"]
        if any(fnmatch.fnmatchcase(serial.rsplit("/", 1)[-1], pattern) for pattern in patterns)
    ]


def _reason_to_keep(fact: Data, result: Data, min_age_days: int) -> str | None:
    if result["failed"]:
        return "the new device could not be attached"
    if fact["serial_number"] is None or result["changed"] or result["serial_number"] != fact["serial_number"]:
        return "the new device was attached by this run, and nobody has used it yet: run again later"
    if fact["age_days"] is None or fact["age_days"] < min_age_days:
        days = "an unknown time" if fact["age_days"] is None else f"{fact['age_days']} days"
        return f"the new device was attached {days} ago, and rotate_min_age_days is {min_age_days}: run again later"
    if fact["record_problem"]:
        return str(fact["record_problem"])
    return None


def outcome(
    attached: t.Sequence[Data], planned: Data, retired: t.Sequence[Data], check_mode: bool
) -> tuple[list[str], list[str]]:
    """Return the lines that say what was done, and a line for each reason why something failed."""
    made = sum(1 for result in attached if result["changed"] and not result["failed"])
    failed = [result for result in attached if result["failed"]]
    gone = [result for result in retired if result["changed"] and not result["failed"]]
    lines = ["Check mode: nothing was changed, this is what would be."] if check_mode else []
    lines.append(f"new devices: {made} attached, {len(attached) - made - len(failed)} were there, {len(failed)} failed")
    lines.append(f"older devices: {len(gone)} removed, of {len({result['user_name'] for result in gone})} users")
    reasons: dict[str, list[str]] = {}
    for result in failed:
        reasons.setdefault(f"the new device could not be attached: {result['msg']}", []).append(result["user_name"])
    for item in planned["kept"]:
        reasons.setdefault(f"keeps all devices: {item['reason']}", []).append(item["user_name"])
    for result in retired:
        if result["failed"]:
            reasons.setdefault(f"an older device is still there: {result['msg']}", []).append(result["user_name"])
    failures = [f"{_names(names, 'and')}: {reason}" for reason, names in list(reasons.items())[:_SHOWN_REASONS]]
    if len(reasons) > _SHOWN_REASONS:
        failures.append(f"and {len(reasons) - _SHOWN_REASONS} other reasons.")
    return lines, failures


def _names(names: t.Sequence[str], word: str) -> str:
    shown = list(dict.fromkeys(names))
    if len(shown) > _SHOWN_NAMES:
        return f"{', '.join(shown[:_SHOWN_NAMES])} {word} {len(shown) - _SHOWN_NAMES} more"
    return f" {word} ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)
