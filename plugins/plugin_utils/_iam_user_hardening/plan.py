# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role has to do for whom.

This module is private to hardening.aws.
"""

from __future__ import annotations

import datetime
import re
import typing as t

from .batches import batches
from .common import PREFIX, Data, moment, same_moment
from .selection import Exclusions, Selector


def plan(info: Data, settings: Data) -> dict[str, t.Any]:
    """Return what the role has to do.

    :param info: What M(hardening.aws.iam_mfa_device_info) returned of the whole account.
    :param settings: The role's inputs without their prefix.
    """
    account = info["account"]
    selector = Selector(settings["select"] or {})
    exclusions = Exclusions(settings["exclude"], settings["exclude_patterns"])
    wanted = dict.fromkeys(str(name) for name in settings["users"])
    now = moment(info["retrieved"])
    if now is None:
        raise ValueError("the information has no date")
    prefix = f"arn:{account['partition']}:iam::{account['account_id']}"
    policy_arn = f"{prefix}:policy/{settings['enforce_policy_name']}"
    group = settings["enforce_group"] if settings["enforce_policy"] == "group" else None

    names: set[str] = set()
    selected: list[str] = []
    excluded: list[dict[str, str]] = []
    has_mfa: list[str] = []
    devices: list[dict[str, t.Any]] = []
    uncovered: list[str] = []
    passwords: list[dict[str, t.Any]] = []
    keys: list[dict[str, t.Any]] = []
    shielded: list[str] = []
    for user in info["users"]:
        name = str(user["user_name"])
        names.add(name)
        reason = exclusions.reason(name)
        if reason and group is not None and group in (user["groups"] or ()):
            shielded.append(name)
        if name not in wanted and not selector.matches(user):
            continue
        if reason:
            excluded.append({"user_name": name, "reason": reason})
            continue
        selected.append(name)
        device = _device(name, settings, account["account_id"])
        serial = f"{prefix}:mfa{device['device_path']}{device['device_name']}"
        attached = [str(item["serial_number"]) for item in user["mfa_devices"]]
        if serial in attached or (attached and settings["satisfied_by"] == "any"):
            has_mfa.append(name)
        elif settings["enrol"]:
            devices.append({**device, "serial_number": serial})
        if group is not None and group not in (user["groups"] or ()):
            uncovered.append(name)
        elif settings["enforce_policy"] == "users" and policy_arn not in (user["attached_policies"] or ()):
            uncovered.append(name)
        passwords += _old_password(user, attached, now, settings)
        keys += _unused_keys(user, now, settings)

    lowered = {name.lower() for name in names}
    orphans = [str(item["serial_number"]) for item in info["orphaned_devices"]]
    ours = {device["serial_number"] for device in devices}
    return {
        "selected": selected,
        "excluded": excluded,
        "unknown_exclusions": [name for lower, name in exclusions.names.items() if lower not in lowered],
        "not_found": [name for name in wanted if name not in names and not exclusions.reason(name)],
        "has_mfa": has_mfa,
        "batches": batches(devices, set(orphans), settings["batch_size"]),
        "partition": str(account["partition"]),
        "policy_arn": policy_arn,
        "uncovered": uncovered,
        "passwords": passwords,
        "keys": keys,
        "orphans": [serial for serial in orphans if serial not in ours],
        "removable_orphans": [
            serial for serial in orphans if serial not in ours and _removable(serial, settings)
        ],  # fmt: skip
        "nobody": _unused_name(lowered),
        "credential_report": info["credential_report"]["generated_time"],
        "refusals": [*_missing_facts(info, settings), *_shielded(shielded, settings)],
    }


def _device(user_name: str, settings: Data, account_id: str) -> dict[str, t.Any]:
    device: dict[str, t.Any] = {
        "user_name": user_name,
        "device_name": str(settings["device_name"]).format(user_name=user_name, account_id=account_id),
        "device_path": str(settings["device_path"]),
    }
    if settings["tags"]:
        device["tags"] = dict(settings["tags"])
    return device


def _old_password(
    user: Data, attached: t.Sequence[str], now: datetime.datetime, settings: Data
) -> list[dict[str, t.Any]]:
    """Return the user's password if it is to be deleted: no MFA, and older than the time that was given."""
    days = settings["delete_passwords_after_days"]
    # Whom the role itself enrols has MFA afterwards, or has no fault in it that the role could not do it.
    if not days or settings["enrol"] or attached or user["mfa_active"] or not user["console_password"]:
        return []
    set_at = moment(user["password_last_changed"]) or moment(user["create_date"])
    age = (now - set_at).days if set_at else 0
    return [{"user_name": str(user["user_name"]), "days": age}] if age >= days else []


def _unused_keys(user: Data, now: datetime.datetime, settings: Data) -> list[dict[str, t.Any]]:
    days = settings["deactivate_keys_unused_days"]
    if not days:
        return []
    found = []
    for key in user["access_keys"] or ():
        if not key["active"]:
            continue
        last = moment(key["last_used"]) or moment(key["last_rotated"])
        age = (now - last).days if last else 0
        if age >= days:
            entry = {"user_name": str(user["user_name"]), "created": str(key["last_rotated"]), "days": age}
            found.append({**entry, "never_used": key["last_used"] is None})
    return found


def _removable(serial: str, settings: Data) -> bool:
    if not settings["remove_orphans"]:
        return False
    return re.search(settings["orphan_pattern"], serial.split(":mfa", 1)[1]) is not None


def _unused_name(taken: t.Container[str]) -> str:
    """Return a name that no user has, for calls that must not touch a device that somebody has attached meanwhile."""
    name, number = "unassigned-device", 1
    while name in taken:
        number += 1
        name = f"unassigned-device-{number}"
    return name


def _shielded(names: t.Sequence[str], settings: Data) -> list[str]:
    """Return why the policy may not be attached to the group: it would hit users who are excluded."""
    if not names:
        return []
    return [
        f"{PREFIX}_enforce_group: the group {settings['enforce_group']} has members who are excluded, and whom the "
        f"policy would lock out without MFA: {', '.join(names)}. Take them out of the group."
    ]


def _missing_facts(info: Data, settings: Data) -> list[str]:
    """Return why the account's lists do not suffice for what was asked."""
    select = settings["select"] or {}
    needs = {
        "console_password": select.get("console_password") is not None
        or settings["delete_passwords_after_days"]
        or settings["deactivate_keys_unused_days"],
        "user_details": needs_details(settings),
        "orphaned_devices": True,
        "users_since_report": True,
    }
    return [
        f"{item['what']} could not be read, and the inputs need it: {item['why']}"
        for item in info["unknown"]
        if needs.get(item["what"])
    ]


def needs_details(settings: Data) -> bool:
    """Whether groups, tags or attached policies of the users decide anything."""
    select = settings["select"] or {}
    return bool(select.get("groups") or select.get("tags") or settings["enforce_policy"] != "none")


def access_key_ids(keys: t.Iterable[Data], created: str) -> list[str]:
    """Return the IDs of active access keys that were made at this moment."""
    return [
        str(key["access_key_id"])
        for key in keys
        if key["status"] == "Active" and same_moment(key["create_date"], created)
    ]
