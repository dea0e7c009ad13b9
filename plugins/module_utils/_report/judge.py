# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules: facts and exemptions -> verdicts.

This module is private to hardening.aws. It is pure: it calls nothing, reads no clock, and the same input gives the same
output. No verdict's reason holds a date that moves by itself, so that two reports of an unchanged account are the same.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .account_info import (
    feature_states,
    features_unknown,
    has_mfa,
    is_complete,
    lacks_kinds,
    sorted_orphans,
    sorted_users,
)
from .checks import (
    BENCHMARKS,
    CHECK_IDS,
    CHECKS,
    EXEMPT,
    FAIL,
    NOT_APPLICABLE,
    PASS,
    ROOT_NAME,
    UNKNOWN,
    VERDICTS,
    Check,
)
from .options import Exemption, Options, checks_not_made, parse_date
from .words import plural

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

# checks.VERDICTS is the order for a user; a check is exempt only if nobody passes by merit.
_CHECK_VERDICTS = (FAIL, UNKNOWN, PASS, EXEMPT, NOT_APPLICABLE)
_NOT_SUMMED_UP = "it was not asked for when the account was read"
_VIRTUAL_ONLY = "a virtual device; whether there are others besides was not asked for (all_kinds=true)"


@dataclass
class Compliance:
    """The verdicts: of each check, and by check of root, of each user and of each orphaned device, in name order."""

    checks: list[Json]
    root: Json
    users: list[Json]
    orphaned_devices: list[Json]
    exemptions: list[Json] = field(default_factory=list)


def evaluate(info: Json, options: Options) -> Compliance:
    """Return the verdicts.

    :param info: A result of hardening.aws.iam_mfa_device_info that M(account_info.check_info) accepted.
    """
    judge = _Judge(info, options)
    active = [check for check in CHECKS if check.id in active_checks(info, options)]
    by_subject = {
        subject: [check for check in active if check.subject == subject] for subject in ("root", "user", "device")
    }
    root = judge.verdicts(by_subject["root"], ROOT_NAME, info["root"])
    users = [judge.verdicts(by_subject["user"], user["user_name"], user) for user in sorted_users(info)]
    devices = [judge.verdicts(by_subject["device"], device["serial_number"], device) for device in sorted_orphans(info)]
    subjects = {"root": [root], "user": users, "device": devices}
    return Compliance(
        checks=[_result(check, subjects[check.subject], judge) for check in active],
        root=root,
        users=users,
        orphaned_devices=devices,
        exemptions=[_shown(exemption, judge) for exemption in options.exemptions],
    )


def _result(check: Check, subjects: t.Sequence[Json], judge: _Judge) -> Json:
    """Return a check with its verdict over all its subjects."""
    counts = dict.fromkeys((PASS, FAIL, EXEMPT, NOT_APPLICABLE, UNKNOWN), 0)
    for subject in subjects:
        counts[subject["checks"][check.id]["verdict"]] += 1
    verdict, reason = worst_check(verdict for verdict, count in counts.items() if count), ""
    if check.subject == "device" and not subjects:
        reason = judge.orphans_unknown()
        verdict = UNKNOWN if reason else PASS
    elif check.subject == "user" and judge.users_unknown() and verdict != FAIL:
        reason = judge.users_unknown()
        verdict = UNKNOWN
    elif verdict == UNKNOWN:
        reasons = (subject["checks"][check.id] for subject in subjects)
        reason = next(item["reason"] for item in reasons if item["verdict"] == UNKNOWN)
    return {**check.described(judge.options.benchmark), "verdict": verdict, "reason": reason, "counts": counts}


def _shown(exemption: Exemption, judge: _Judge) -> Json:
    """Return an exemption, with how often it applied."""
    return {
        "user_name": exemption.user_name,
        "serial_number": exemption.serial_number,
        "checks": list(exemption.checks),
        "reason": exemption.reason,
        "until": exemption.until,
        "expired": exemption.expired(judge.today),
        "applied": judge.applied[exemption.index],
    }


def worst(verdicts: t.Iterable[str], order: t.Sequence[str] = VERDICTS) -> str:
    """Return the verdict of a whole: unknown is hidden by fail only, and never by pass."""
    return min(verdicts, key=order.index, default=NOT_APPLICABLE)


def worst_check(verdicts: t.Iterable[str]) -> str:
    """Return the verdict of a check, or of all checks: exempt only if nobody passes by merit."""
    return worst(verdicts, _CHECK_VERDICTS)


def active_checks(info: Json, options: Options) -> list[str]:
    """Return the checks that are made: those asked for, or else all that the information is enough for."""
    return sorted(set(CHECK_IDS) - set(checks_not_made(options, not lacks_kinds(info), features_unknown(info))))


class _Judge:
    """The rules. Each gives a verdict and its reason; pass and not_applicable need none."""

    def __init__(self, info: Json, options: Options) -> None:
        self.info = info
        self.options = options
        self.today = parse_date(info["retrieved"])
        self.applied = [0 for exemption in options.exemptions]
        self.exemptions = options.exemptions
        self.whys = {item["what"]: item["why"] for item in info["unknown"]}
        self.report = info["credential_report"]

    def verdicts(self, checks: t.Sequence[Check], name: str, facts: Json | None) -> Json:
        found = {}
        for check in checks:
            verdict, reason = _RULES[check.id](self, facts)
            item = {"verdict": verdict}
            if reason:
                item["reason"] = reason
            if verdict in (FAIL, UNKNOWN) and self.exemptions:
                item = self._exempted(check, name, item)
            found[check.id] = item
        return {"verdict": worst(item["verdict"] for item in found.values()), "checks": found}

    def _exempted(self, check: Check, name: str, item: Json) -> Json:
        expired = None
        for exemption in self.exemptions:
            if exemption.covers(check, name):
                if not exemption.expired(self.today):
                    self.applied[exemption.index] += 1
                    shown = {"verdict": EXEMPT, "reason": exemption.reason, "finding": item["reason"]}
                    return {**shown, "without_exemption": item["verdict"]}
                expired = exemption
        if expired is not None:
            reason = f"{item['reason']} (an exemption until {expired.until} has expired: {expired.reason})"
            return {**item, "reason": reason}
        return item

    # Why something is not known

    def _why(self, *whats: str) -> str:
        for what in whats:
            if self.whys.get(what):
                return self.whys[what]
        if self.report.get("available"):
            return "not in the credential report yet, which AWS remakes at most every four hours"
        message = self.report.get("msg")
        return message if message and message != "not asked for" else "the credential report was not asked for"

    def orphans_unknown(self) -> str:
        if self.info.get("account") is None or self.info.get("orphaned_devices") is None:
            return self.whys.get("orphaned_devices") or "the whole account was not asked for (account=true)"
        return self.whys.get("orphaned_devices") or ""

    def users_unknown(self) -> str:
        why = self.whys.get("users_since_report")
        return f"users who are newer than the credential report are not known: {why}" if why else ""

    # The rules

    def root_mfa(self, root: Json | None) -> tuple[str, str]:
        if root is None:
            return self._root_not_read()
        if self._has_no_credentials(root):
            # An organization can take a member account's root all credentials: then there is nothing to protect.
            return NOT_APPLICABLE, ""
        if root.get("mfa_active") is None:
            return UNKNOWN, f"whether root has MFA is not known: {self._why('root', 'root_mfa')}"
        return (PASS, "") if root["mfa_active"] else (FAIL, "root has no MFA device")

    def root_hardware_mfa(self, root: Json | None) -> tuple[str, str]:
        verdict, reason = self.root_mfa(root)
        if verdict != PASS or root is None:
            return verdict, reason
        kind = root.get("mfa_type")
        if kind == "hardware":
            return PASS, ""
        if kind == "virtual":
            return FAIL, "root's MFA device is a virtual one"
        return UNKNOWN, f"the kind of root's MFA device is not known: {self._why('root', 'root_mfa')}"

    def _root_not_read(self) -> tuple[str, str]:
        return UNKNOWN, self.whys.get("root") or "the whole account was not asked for (account=true)"

    def _has_no_credentials(self, root: Json) -> bool:
        """Whether root can sign in with nothing at all. Before version 5.0 the benchmark asks for MFA all the same."""
        is_later = BENCHMARKS.index(self.options.benchmark) >= BENCHMARKS.index("5.0")
        no_key = root.get("access_keys_active") is False and not root.get("access_keys_present")
        return is_later and root.get("console_password") is False and no_key

    def root_access_key(self, root: Json | None) -> tuple[str, str]:
        if root is None:
            return self._root_not_read()
        present, active = root.get("access_keys_present"), root.get("access_keys_active")
        if active:
            return FAIL, "root has an active access key"
        if present:
            return FAIL, "root has an access key" if active is None else "root has an access key that is not active"
        if present is False:
            return PASS, ""
        return UNKNOWN, f"whether root has an access key is not known: {self.whys.get('root') or _NOT_SUMMED_UP}"

    def root_centralized(self, _root: Json | None) -> tuple[str, str]:
        states = feature_states(self.info)
        if False in states:
            return FAIL, self.info["root_features"].get("reason") or "centralized root access is not fully switched on"
        if None in states:
            return UNKNOWN, features_unknown(self.info) or "whether centralized root access is on is not known"
        return PASS, ""

    def console_mfa(self, user: Json) -> tuple[str, str]:
        if user.get("exists") is False:
            return NOT_APPLICABLE, ""
        password, mfa = user.get("console_password"), has_mfa(user)
        if password is False:
            return NOT_APPLICABLE, ""
        if password is None:
            about = "" if mfa is None else "has MFA, but " if mfa else "has no MFA, and "
            why = self._why("console_password", "credential_report")
            return UNKNOWN, f"{about}whether there is a console password is not known: {why}"
        return self._mfa(mfa, "a console password")

    def access_key_mfa(self, user: Json) -> tuple[str, str]:
        if user.get("exists") is False:
            return NOT_APPLICABLE, ""
        keys = user.get("access_keys")
        if keys is None:
            why = self._why("access_keys", "credential_report", "console_password")
            return UNKNOWN, f"whether there are active access keys is not known: {why}"
        active = sum(1 for key in keys if key.get("active"))
        if not active:
            return NOT_APPLICABLE, ""
        return self._mfa(has_mfa(user), "an active access key" if active == 1 else f"{active} active access keys")

    def _mfa(self, mfa: bool | None, what: str) -> tuple[str, str]:
        if mfa is None:
            return UNKNOWN, f"has {what}; whether there is MFA is not known: {self._why('mfa_active', 'mfa_devices')}"
        return (PASS, "") if mfa else (FAIL, f"has {what} and no MFA device")

    def _devices(self, user: Json) -> tuple[list[Json], tuple[str, str] | None]:
        """Return a user's devices, or the verdict if there are none to judge."""
        if user["mfa_devices"]:
            return user["mfa_devices"], None
        mfa = user.get("mfa_active")
        if mfa is False or user.get("exists") is False:
            return [], (NOT_APPLICABLE, "")
        if mfa:
            return [], (UNKNOWN, "has MFA by the credential report, but AWS lists no device")
        return [], (UNKNOWN, f"the devices are not known: {self._why('mfa_devices', 'mfa_active')}")

    def single_device(self, user: Json) -> tuple[str, str]:
        devices, verdict = self._devices(user)
        if verdict:
            return verdict
        if len(devices) > 1:
            return PASS, ""
        return (FAIL, "has a single MFA device") if is_complete(user) else (UNKNOWN, f"has {_VIRTUAL_ONLY}")

    def device_age(self, user: Json) -> tuple[str, str]:
        limit = self.options.max_device_age_days or 0
        devices, verdict = self._devices(user)
        if verdict:
            return verdict
        dates = [parse_date(device.get("enable_date")) for device in devices]
        known = [date for date in dates if date is not None]
        if self.today is not None:
            old = [date for date in known if (self.today - date).days > limit]
            if old:
                which = f"a device was enabled on {min(old)}" if len(old) == 1 else f"{len(old)} devices were enabled"
                return FAIL, f"{which}, longer ago than {plural(limit, 'day')}"
        if len(known) < len(dates) or self.today is None:
            return UNKNOWN, "the date when a device was enabled is not known"
        return (PASS, "") if is_complete(user) else (UNKNOWN, f"has {_VIRTUAL_ONLY}")

    def orphaned_devices(self, _device: Json) -> tuple[str, str]:
        return FAIL, "is assigned to nobody"


# The rule of each check. Each takes the facts of root, of a user or of an orphaned device.
_RULES: dict[str, t.Callable[[_Judge, t.Any], tuple[str, str]]] = {
    "root_mfa": _Judge.root_mfa,
    "root_hardware_mfa": _Judge.root_hardware_mfa,
    "root_access_key": _Judge.root_access_key,
    "root_centralized": _Judge.root_centralized,
    "console_mfa": _Judge.console_mfa,
    "access_key_mfa": _Judge.access_key_mfa,
    "device_age": _Judge.device_age,
    "single_device": _Judge.single_device,
    "orphaned_devices": _Judge.orphaned_devices,
}
