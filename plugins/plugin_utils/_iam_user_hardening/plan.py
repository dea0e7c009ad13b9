# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role has to do for whom.

This module is private to hardening.aws. One pass over the users, whatever the number of them.
"""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.exclusions import Exclusions
from ansible_collections.hardening.aws.plugins.module_utils._enforcement.refusals import caller_refusals
from ansible_collections.hardening.aws.plugins.module_utils._enforcement.words import PREFIX, listed, some
from ansible_collections.hardening.aws.plugins.module_utils._patterns import TooSlow, search, slow_problem
from ansible_collections.hardening.aws.plugins.module_utils._seeds.registry import store_name

from . import tidy
from .batches import labels, of_nobody
from .common import Data, count, moment
from .inputs import device_problems, without_effect
from .selection import Selector, empty_problems

# The region to name for IAM, which has none, to clients that require one.
_HOME_REGIONS = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-eusc": "eusc-de-east-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-us-gov": "us-gov-west-1",
}
_SERIAL = re.compile(r"[\w+=/:,.@-]{9,256}", re.ASCII)
_ROOT_DEVICE = ":mfa/root-account-mfa-device"


def plan(info: Data, settings: Data) -> dict[str, t.Any]:
    """Return what the role has to do.

    Its C(refusals) say why nothing may be touched; then there may be nothing else in it.

    :param info: What M(hardening.aws.iam_mfa_device_info) returned of the whole account.
    :param settings: The role's typed inputs without their prefix.
    """
    names = [str(user["user_name"]) for user in info["users"]]
    try:
        exclusions = Exclusions(settings["exclude"], settings["exclude_patterns"], names)
    except TooSlow as slow:
        problem = slow_problem(settings["exclude_patterns"][slow.number])
        return {"refusals": [f"{PREFIX}_exclude_patterns[{slow.number}]: {problem}"]}
    orphans = Orphans([str(item["serial_number"]) for item in info["orphaned_devices"]], settings)
    users = _Users(info, settings, exclusions)
    account = info["account"]
    return {
        "refusals": _missing_facts(info, settings) or _refusals(info, settings, exclusions, users, orphans),
        "settings": dict(settings),
        "partition": str(account["partition"]),
        "retrieved": info["retrieved"],
        "iam_region": _HOME_REGIONS.get(str(account["partition"]), ""),
        "caller": (account.get("caller") or {}).get("user_name"),
        "selected": users.selected,
        "excluded": users.excluded,
        "has_mfa": users.has_mfa,
        "failed": users.failed,
        "policy_arn": users.policy_arn,
        "passwords": users.passwords,
        "keys": users.keys,
        "credential_report": info["credential_report"]["generated_time"],
        "warnings": [*_warnings(settings, users), *orphans.warnings],
        **_for_the_modules(users, orphans, settings, _unused_name({name.lower() for name in names})),
    }


def _for_the_modules(users: _Users, orphans: Orphans, settings: Data, nobody: str) -> dict[str, t.Any]:
    """Return what the role's tasks give to modules as it is, and what the controller knows of new devices besides.

    :param nobody: The name of a user who does not exist.
    """
    serials = [own["serial_number"] for own in users.own]
    ours = set(serials)
    unassigned = set(orphans.serials)
    here = not settings["seed_store"]  # else no seed passes through the controller
    return {
        "nobody": nobody,
        "devices": users.devices,
        "kept_here": (
            [{**own, "is_unassigned": own["serial_number"] in unassigned} for own in users.own] if here else []
        ),
        "batches": labels(len(users.devices), settings["batch_size"]) if here else [],
        "users_without_password": tidy.without_password(users.passwords),
        "users_without_unused_keys": tidy.without_unused_keys(users.keys, settings["deactivate_keys_unused_days"]),
        "orphans": [serial for serial in orphans.serials if serial not in ours],
        "removable_orphans": of_nobody((serial for serial in orphans.removable if serial not in ours), nobody),
    }


def _refusals(info: Data, settings: Data, exclusions: Exclusions, users: _Users, orphans: Orphans) -> list[str]:
    """Return why nothing may be touched, as far as the account shows it."""
    caller = (info["account"].get("caller") or {}).get("user_name")
    return [
        *empty_problems(settings, info["users"], users.selected, users.excluded),
        *exclusions.problems(settings["allow_empty"]),
        *_shielded(users.shielded, settings),
        *caller_refusals(info, settings, users.selected),
        *orphans.problems,
        *tidy.caller_refusals(caller, users.passwords, users.keys),
    ]


class _Users:
    """What is to be done for the users of the account: one pass over them."""

    def __init__(self, info: Data, settings: Data, exclusions: Exclusions) -> None:
        account = info["account"]
        self._settings = settings
        self._account_id = str(account["account_id"])
        self._prefix = f"arn:{account['partition']}:iam::{account['account_id']}"
        self._group = settings["enforce_group"] if settings["enforce_policy"] == "group" else None
        now = moment(info["retrieved"])
        if now is None:
            raise ValueError("the information has no date")
        self._now = now
        self._store_names: dict[str, str] = {}
        self.policy_arn = f"{self._prefix}:policy/{settings['enforce_policy_name']}"
        self.selected: list[str] = []
        self.excluded: list[dict[str, str]] = []
        self.has_mfa: list[str] = []
        self.failed: list[dict[str, str]] = []
        self.devices: list[dict[str, t.Any]] = []
        """Those to be made, as the module takes them."""
        self.own: list[dict[str, t.Any]] = []
        """What else is known of each of these."""
        self.passwords: list[dict[str, t.Any]] = []
        self.keys: list[dict[str, t.Any]] = []
        self.shielded: list[str] = []
        self.unjudged: list[str] = []
        self._read(info["users"], exclusions)

    def _read(self, users: t.Iterable[Data], exclusions: Exclusions) -> None:
        selector = Selector(self._settings["select"])
        wanted = frozenset(self._settings["users"])
        for user in users:
            name = str(user["user_name"])
            reason = exclusions.reason(name)
            if reason and self._group is not None and self._group in (user["groups"] or ()):
                self.shielded.append(name)
            if name not in wanted and not selector.matches(user):
                if not reason and selector.unjudged(user):
                    self.unjudged.append(name)
            elif reason:
                self.excluded.append({"user_name": name, "reason": reason})
            else:
                self.selected.append(name)
                self._select(name, user)

    def _select(self, name: str, user: Data) -> None:
        """Note what is to be done for a user who is selected."""
        device = self._device(name)
        serial = f"{self._prefix}:mfa{device['device_path']}{device['device_name']}"
        attached = [str(item["serial_number"]) for item in user["mfa_devices"]]
        if serial in attached or (attached and self._settings["satisfied_by"] == "any"):
            self.has_mfa.append(name)
        elif self._settings["enrol"]:
            self._enrol(name, device, {"serial_number": serial, "user_since": user["create_date"]})
        self.passwords += _old_password(user, attached, self._now, self._settings)
        self.keys += _unused_keys(user, self._now, self._settings)

    def _device(self, name: str) -> dict[str, t.Any]:
        settings = self._settings
        device_name = settings["device_name"].format(user_name=name, account_id=self._account_id)
        device: dict[str, t.Any] = {"user_name": name, "device_name": device_name}
        device["device_path"] = settings["device_path"]
        if settings["tags"]:
            device["tags"] = dict(settings["tags"])
        return device

    def _enrol(self, name: str, device: dict[str, t.Any], own: dict[str, t.Any]) -> None:
        """Note a device to be made. One whose name cannot be is its user's failure alone."""
        problems = device_problems(device, self._settings)
        store = self._settings["seed_store"]
        if store and not problems:
            place = store_name(store, name, device["device_name"], self._account_id)
            first = self._store_names.setdefault(place, name)
            if first != name:
                problems = [f"seed_store.name: the seed would be kept as {place}, which is the place of {first}'s."]
        if problems:
            self.failed.append({"user_name": name, "msg": " ".join(problems)})
        else:
            self.devices.append(device)
            self.own.append(own)


def _old_password(
    user: Data, attached: t.Sequence[str], now: datetime.datetime, settings: Data
) -> list[dict[str, t.Any]]:
    """Return the user's password if it is to be deleted: no MFA, and older than the time that was given."""
    days = settings["delete_passwords_after_days"]
    # Those whom the role enrols have MFA afterwards; and if it fails, that is not their fault.
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


class Orphans:
    """Virtual devices that belong to nobody, and which of them are to be removed."""

    def __init__(self, serials: list[str], settings: Data) -> None:
        self.serials = serials
        self.removable: list[str] = []
        self.problems: list[str] = []
        self.warnings: list[str] = []
        if settings["remove_orphans"]:
            self._choose(settings["orphan_pattern"])

    def _choose(self, pattern: str) -> None:
        by_name = {serial.split(":mfa", 1)[1]: serial for serial in self.serials}
        try:
            found = search([pattern], list(by_name))[0]
        except TooSlow:
            self.problems.append(f"{PREFIX}_orphan_pattern: {slow_problem(pattern)}")
            return
        matching = [serial for name, serial in by_name.items() if name in found]
        # Any user may create a device on a path that no call accepts. It must not stop the removal of the others.
        odd = [serial for serial in matching if not _SERIAL.fullmatch(serial) or serial.endswith(_ROOT_DEVICE)]
        self.removable = [serial for serial in matching if serial not in set(odd)]
        if odd:
            self.warnings.append(
                f"{count(odd, 'unassigned device')} cannot be removed here, as it is the root user's, or its name has "
                f"signs that IAM's calls do not take: {some([repr(serial) for serial in odd])}. Remove such devices in "
                "the console, as root if need be."
            )


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
        f"policy would lock out without MFA: {some(names)}. Take them out of the group."
    ]


def _warnings(settings: Data, users: _Users) -> list[str]:
    found = []
    idle = without_effect(settings)
    if idle:
        names = ", ".join(f"{PREFIX}_{name}" for name in idle)
        found.append(f"{PREFIX}_enrol is false, so these have no effect: {names}")
    if users.unjudged:
        found.append(
            f"whether these users have a console password is not known yet, so {PREFIX}_select leaves them out: "
            f"{listed(users.unjudged)}. The credential report can be 4 hours old: run again later, or name them in "
            f"{PREFIX}_users"
        )
    return found


def _missing_facts(info: Data, settings: Data) -> list[str]:
    """Return why the account's lists do not suffice for what was asked."""
    needs = {
        "console_password": settings["select"].get("console_password") is not None
        or settings["delete_passwords_after_days"]
        or settings["deactivate_keys_unused_days"],
        "user_details": needs_details(settings),
        "caller": settings["enforce_policy"] != "none",
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
    select = settings["select"]
    return bool(select.get("groups") or select.get("tags") or settings["enforce_policy"] != "none")
