# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides which devices a rotation attaches and which it removes, and reports what was done. Pure.

This module is private to hardening.aws. A user keeps every device until the new one is attached and proven: its seed is
stored for this very user, and, unless everybody takes codes from the store, the person is known to have it.
"""

from __future__ import annotations

import typing as t

Data = t.Mapping[str, t.Any]

_SHOWN_NAMES = 10
_SHOWN_REASONS = 20


def refusals(inputs: Data, facts: t.Sequence[Data], unmatched: t.Sequence[str], unusable: t.Sequence[str]) -> list[str]:
    """Return why the rotation must not begin.

    :param unmatched: Patterns of users to leave out that match nobody.
    :param unusable: What is wrong with profiles.
    """
    strangers = [name for name in inputs["profiles"] if name not in {fact["user_name"] for fact in facts}]
    unknown = [fact["user_name"] for fact in facts if not fact["exists"]]
    found = [f"rotate_exclude: {pattern!r} matches no IAM user. Correct it, or leave it out." for pattern in unmatched]
    found += unusable
    found += [f"rotate_profiles: {name} is none of the users who are rotated. Correct the name." for name in strangers]
    if unknown:
        found.append(
            f"rotate_users: there is no IAM user {_names(unknown, 'or')} (upper and lower case count). Correct the "
            "names, or leave them out."
        )
    if not facts:
        found.append(
            "rotate_all: no user has a virtual device that is named like the user, or that rotate_retire_devices "
            "names. Give rotate_users."
        )
    if inputs["suffix"] is not None and inputs["retire"] and inputs["holder"] == "person" and _none_is_new(facts):
        found.append(
            f"rotate_retire: none of these users has the new device, whose name ends in -{inputs['suffix']}. If "
            "rotate_suffix is right, run without rotate_retire first, and let the users set up their new seeds."
        )
    return found


def _none_is_new(facts: t.Sequence[Data]) -> bool:
    return any(fact["older"] for fact in facts) and not any(fact["serial_number"] for fact in facts)


def devices(facts: t.Sequence[Data]) -> list[dict[str, str]]:
    """Return the new devices to attach, for those users whose turn it is."""
    due = [fact for fact in facts if fact["due"] and not fact["blocked"]]
    return [{name: str(fact[name]) for name in ("user_name", "device_name", "device_path")} for fact in due]


def retirement(
    inputs: Data,
    facts: t.Sequence[Data],
    attached: t.Sequence[Data],
    listed: t.Sequence[Data] | None,
    not_signed_in: t.Mapping[str, str],
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the devices to remove, and the users who keep all of theirs, with the reason.

    What a killed run left behind goes together with older devices. Alone it is nobody's access, and needs no reason.

    :param facts: What was there before this run attached anything.
    :param attached: Results of attaching the new devices, of users whose turn it was.
    :param listed: What was there after that; None in check mode.
    :param not_signed_in: By user name, why there was no session with the new device.
    """
    results = {result["user_name"]: result for result in attached}
    shown = None if listed is None else {fact["serial_number"] for fact in listed}
    gone: list[dict[str, str]] = []
    kept: list[dict[str, str]] = []
    for fact in facts:
        older = [*fact["older"], *fact["left_behind"]]
        if not older or fact["blocked"]:
            continue
        name = fact["user_name"]
        if name in not_signed_in:
            kept.append({"user_name": name, "reason": f"no sign-in with the new device: {not_signed_in[name]}"})
            continue
        if not inputs["retire"]:
            continue
        result = results.get(name)
        reason = _reason_to_keep(inputs, fact, result, shown)
        if reason is None:
            gone += [{"user_name": name, "serial_number": serial} for serial in older]
        elif fact["older"] and (result is None or not result["failed"]):
            kept.append({"user_name": name, "reason": reason})
    return gone, kept


def _reason_to_keep(inputs: Data, fact: Data, result: Data | None, shown: t.Container[str] | None) -> str | None:
    if result is not None and result["failed"]:
        return "the new device could not be attached"
    by_this_run = result is not None and "enable" in result["actions"]
    if inputs["holder"] == "store" and by_this_run and result is not None:
        # Its codes came from the seed that the store returned.
        if shown is None or result["serial_number"] in shown:
            return None
        return "AWS does not list the new device yet: run again later"
    serial = result["serial_number"] if result else fact["serial_number"]
    if by_this_run or fact["serial_number"] is None or serial != fact["serial_number"]:
        return "the new device was attached by this run, and nobody has used it yet: run again later"
    return f"{fact['problem']}: run again later" if fact["problem"] else None


def outcome(
    facts: t.Sequence[Data],
    attached: t.Sequence[Data],
    kept: t.Sequence[Data],
    retired: t.Sequence[Data],
    stopped: str | None,
    check_mode: bool,
) -> tuple[list[str], list[str]]:
    """Return the lines that say what was done, and a line for each reason why something failed.

    :param attached: Results of attaching the new devices.
    :param kept: Who keeps all devices, and why.
    :param retired: Results of removing older ones.
    :param stopped: Why none was removed, if something that has to be known could not be read.
    """
    made = sum(1 for result in attached if result["changed"] and not result["failed"])
    failed = [result for result in attached if result["failed"]]
    blocked = [fact for fact in facts if fact["due"] and fact["blocked"]]
    there = len(facts) - len(blocked) - made - len(failed)
    gone = [result for result in retired if result["changed"] and not result["failed"]]
    lines = ["Check mode: nothing was changed, this is what would be."] if check_mode else []
    lines.append(f"new devices: {made} attached, {there} were there, {len(failed) + len(blocked)} failed")
    whose = _counted(len({result["user_name"] for result in gone}), "user")
    lines.append(f"older devices: {len(gone)} removed, of {whose}")
    reasons: dict[str, list[str]] = {}
    for result in failed:
        reasons.setdefault(f"the new device could not be attached: {result['msg']}", []).append(result["user_name"])
    for fact in blocked:
        reasons.setdefault(fact["blocked"], []).append(fact["user_name"])
    for item in kept:
        reasons.setdefault(f"keeps all devices: {item['reason']}", []).append(item["user_name"])
    for result in retired:
        if result["failed"]:
            reasons.setdefault(f"an older device is still there: {result['msg']}", []).append(result["user_name"])
    failures = [f"{_names(names, 'and')}: {reason}" for reason, names in list(reasons.items())[:_SHOWN_REASONS]]
    if len(reasons) > _SHOWN_REASONS:
        failures.append(f"and {_counted(len(reasons) - _SHOWN_REASONS, 'other reason')}.")
    if stopped:
        failures.insert(0, f"No older device was removed: {stopped}")
    return lines, failures


def _names(names: t.Sequence[str], word: str) -> str:
    shown = list(dict.fromkeys(names))
    if len(shown) > _SHOWN_NAMES:
        return f"{', '.join(shown[:_SHOWN_NAMES])} {word} {len(shown) - _SHOWN_NAMES} more"
    return f" {word} ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
