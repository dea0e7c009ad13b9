# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account's MFA devices are worth to an auditor: facts and exemptions -> verdicts.

This module is private to hardening.aws. It is pure: it calls nothing, reads no clock, and the same input gives the same
output. No verdict's reason holds a date that moves by itself, so that two reports of an unchanged account are the same.
"""

from __future__ import annotations

import datetime
import difflib
import fnmatch
import re
import typing as t
from dataclasses import dataclass, field

from .. import _shape as shape
from .._errors import BadInput

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

PASS, FAIL, EXEMPT, NOT_APPLICABLE, UNKNOWN = "pass", "fail", "exempt", "not_applicable", "unknown"
# From what hides all others to what hides none: of a user, whose exemption must be seen, and of a check.
VERDICTS = (FAIL, UNKNOWN, EXEMPT, PASS, NOT_APPLICABLE)
_CHECK_VERDICTS = (FAIL, UNKNOWN, PASS, EXEMPT, NOT_APPLICABLE)
SEVERITIES = ("critical", "high", "medium", "low")
BENCHMARKS = ("1.4", "1.5", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0")
# The credential report's own name for root. No IAM user can have it.
ROOT_NAME = "<root_account>"


@dataclass(frozen=True)
class Check:
    """A check: what it asks, of whom, and what it is called elsewhere.

    I(cis) holds the numbers in CIS AWS Foundations for the benchmarks up to 4.0, then of 5.0, 6.0 and 7.0. I(nearest)
    says that the AWS Config rule asks for something near to this, and not for the same.
    """

    id: str
    title: str
    severity: str
    subject: str
    description: str
    remedy: str
    config_rule: str | None = None
    nearest: bool = False
    cis: tuple[str, str, str, str] | None = None

    def cis_number(self, benchmark: str) -> str | None:
        if self.cis is None:
            return None
        return self.cis[max(0, BENCHMARKS.index(benchmark) - BENCHMARKS.index("4.0"))]


CHECKS = (
    Check(
        id="root_mfa",
        title="Root has MFA",
        severity="critical",
        subject="root",
        description="The root user has an MFA device.",
        remedy="Sign in as root and assign an MFA device under Security credentials.",
        config_rule="root-account-mfa-enabled",
        cis=("1.5", "1.4", "2.4", "2.5"),
    ),
    Check(
        id="root_hardware_mfa",
        title="Root has hardware MFA",
        severity="high",
        subject="root",
        description="The root user's MFA device is a hardware token or a security key, not a virtual device.",
        remedy="Sign in as root, assign a security key or a hardware token, and remove the virtual device.",
        config_rule="root-account-hardware-mfa-enabled",
        cis=("1.6", "1.5", "2.5", "2.6"),
    ),
    Check(
        id="console_mfa",
        title="Console users have MFA",
        severity="high",
        subject="user",
        description="Each IAM user with a console password has an MFA device. Users without a password do not count.",
        remedy="Enable a device with hardening.aws.iam_mfa_devices, or remove the console password.",
        config_rule="mfa-enabled-for-iam-console-access",
        cis=("1.10", "1.9", "2.9", "2.10"),
    ),
    Check(
        id="access_key_mfa",
        title="Users with access keys have MFA",
        severity="medium",
        subject="user",
        description="Each IAM user with an active access key has an MFA device, so that policies can ask for MFA.",
        remedy="Enable a device with hardening.aws.iam_mfa_devices, or deactivate the access keys.",
        config_rule="iam-user-mfa-enabled",
        nearest=True,
    ),
    Check(
        id="device_age",
        title="Devices are not too old",
        severity="low",
        subject="user",
        description="No MFA device of a user was enabled longer ago than the operator allows.",
        remedy="Rotate the device: attach a new one, then remove the old one.",
    ),
    Check(
        id="single_device",
        title="Users have a second device",
        severity="low",
        subject="user",
        description="Each IAM user with MFA has more than one device, so that a lost one locks nobody out.",
        remedy="Attach a second device. AWS allows eight for each user.",
    ),
    Check(
        id="orphaned_devices",
        title="No orphaned devices",
        severity="low",
        subject="device",
        description="Each virtual device of the account is assigned. An orphan is of no use and blocks its name.",
        remedy="Delete it with hardening.aws.iam_mfa_device and state=absent.",
    ),
)
CHECK_IDS = tuple(check.id for check in CHECKS)


@dataclass(frozen=True)
class Exemption:
    """The operator's word that a finding is accepted."""

    index: int
    checks: tuple[str, ...]
    reason: str
    user_name: str | None = None
    serial_number: str | None = None
    until: str | None = None

    def expired(self, today: datetime.date | None) -> bool:
        """Whether I(until), the last day on which it holds, is over."""
        last = parse_date(self.until)
        return bool(last and today and last < today)

    def covers(self, check: Check, name: str) -> bool:
        if check.id not in self.checks:
            return False
        if check.subject == "device":
            return self.serial_number is not None and fnmatch.fnmatchcase(name, self.serial_number)
        if self.user_name is None:
            return False
        # A pattern is for users; root is exempt only by its own name.
        if check.subject == "root":
            return self.user_name == name
        return fnmatch.fnmatchcase(name, self.user_name)


@dataclass(frozen=True)
class Options:
    """What the operator asks for."""

    benchmark: str = BENCHMARKS[-1]
    checks: tuple[str, ...] | None = None
    max_device_age_days: int | None = None
    exemptions: tuple[Exemption, ...] = ()


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

    :param info: A result of hardening.aws.iam_mfa_device_info that M(check_info) accepted.
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
    return {
        "id": check.id,
        "title": check.title,
        "description": check.description,
        "remedy": check.remedy,
        "severity": check.severity,
        "subject": check.subject,
        "cis": check.cis_number(judge.options.benchmark),
        "config_rule": check.config_rule,
        "config_rule_is_nearest": check.nearest,
        "verdict": verdict,
        "reason": reason,
        "counts": counts,
    }


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
    return sorted(set(CHECK_IDS) - set(checks_not_made(options, all_kinds=not lacks_kinds(info))))


def checks_not_made(options: Options, all_kinds: bool) -> dict[str, str]:
    """Return the checks that are not made, each with what it takes to have it made.

    :param all_kinds: Whether the devices of all kinds are known of each user.
    """
    remedies: dict[str, list[str]] = {check: [] for check in CHECK_IDS}
    for check in CHECK_IDS:
        if options.checks is not None and check not in options.checks:
            remedies[check].append("add it to checks")
    if options.max_device_age_days is None:
        remedies["device_age"].append("set max_device_age_days")
    if options.checks is None and not all_kinds:
        remedies["single_device"].append("set all_kinds=true where the account is read")
    return {check: " and ".join(what) for check, what in remedies.items() if what}


# What a pipeline is stopped by


def gated_checks(fail_on: t.Collection[str]) -> list[str]:
    """Return the checks that I(fail_on) stands for: those named, and those as severe as a severity named."""
    worst_named = max((SEVERITIES.index(name) for name in fail_on if name in SEVERITIES), default=-1)
    return [check.id for check in CHECKS if check.id in fail_on or SEVERITIES.index(check.severity) <= worst_named]


def gate_problems(fail_on: t.Sequence[str], not_made: t.Mapping[str, str]) -> list[str]:
    """Return what is wrong with I(fail_on): words that are none, and checks that could never fail, as none is made.

    :param not_made: A result of M(checks_not_made).
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


def lacks_kinds(info: Json) -> bool:
    """Return whether second devices may be missing, as only virtual devices were listed of users who have one."""
    return any(len(user["mfa_devices"]) == 1 and not _is_complete(user) for user in info["users"])


def _is_complete(user: Json) -> bool:
    return user.get("mfa_devices_complete") is not False


def sorted_users(info: Json) -> list[Json]:
    return sorted(info["users"], key=lambda user: user["user_name"])


def sorted_orphans(info: Json) -> list[Json]:
    return sorted(info.get("orphaned_devices") or [], key=lambda device: device["serial_number"])


def has_mfa(user: Json) -> bool | None:
    """Return whether the user has MFA: what the lists show counts more than the credential report, which is older."""
    return True if user.get("mfa_devices") else user.get("mfa_active")


_VIRTUAL_ONLY = "a virtual device; whether there are others besides was not asked for (all_kinds=true)"


class _Judge:
    """The rules. Each gives a verdict and its reason; pass and not_applicable need none."""

    def __init__(self, info: Json, options: Options) -> None:
        self.info = info
        self.options = options
        self.today = parse_date(info["retrieved"])
        self.applied = [0 for exemption in options.exemptions]
        self.exemptions = options.exemptions
        self.whys = {item["what"]: item["why"] for item in info.get("unknown") or []}
        self.report_msg = (info.get("credential_report") or {}).get("msg") or ""
        self.report_there = bool((info.get("credential_report") or {}).get("available"))

    def verdicts(self, checks: t.Sequence[Check], name: str, facts: Json | None) -> Json:
        found = {}
        for check in checks:
            verdict, reason = getattr(self, f"_{check.id}")(facts)
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
        if self.report_there:
            return "not in the credential report yet, which AWS remakes at most every four hours"
        if self.report_msg in ("", "not asked for"):
            return "the credential report was not asked for"
        return self.report_msg

    def orphans_unknown(self) -> str:
        if self.info.get("account") is None or self.info.get("orphaned_devices") is None:
            return self.whys.get("orphaned_devices") or "the whole account was not asked for (account=true)"
        return self.whys.get("orphaned_devices") or ""

    def users_unknown(self) -> str:
        why = self.whys.get("users_since_report")
        return f"users who are newer than the credential report are not known: {why}" if why else ""

    # The rules

    def _root_mfa(self, root: Json | None) -> tuple[str, str]:
        if root is None:
            return UNKNOWN, self.whys.get("root") or "the whole account was not asked for (account=true)"
        if root.get("console_password") is False and root.get("access_keys_active") is False:
            # An organization can take a member account's root all credentials: then there is nothing to protect.
            return NOT_APPLICABLE, ""
        if root.get("mfa_active") is None:
            return UNKNOWN, f"whether root has MFA is not known: {self._why('root', 'root_mfa')}"
        return (PASS, "") if root["mfa_active"] else (FAIL, "root has no MFA device")

    def _root_hardware_mfa(self, root: Json | None) -> tuple[str, str]:
        verdict, reason = self._root_mfa(root)
        if verdict != PASS or root is None:
            return verdict, reason
        kind = root.get("mfa_type")
        if kind == "hardware":
            return PASS, ""
        if kind == "virtual":
            return FAIL, "root's MFA device is a virtual one"
        return UNKNOWN, f"the kind of root's MFA device is not known: {self._why('root', 'root_mfa')}"

    def _console_mfa(self, user: Json) -> tuple[str, str]:
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

    def _access_key_mfa(self, user: Json) -> tuple[str, str]:
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
        devices = user.get("mfa_devices") or []
        if devices:
            return devices, None
        mfa = user.get("mfa_active")
        if mfa is False or user.get("exists") is False:
            return [], (NOT_APPLICABLE, "")
        if mfa:
            return [], (UNKNOWN, "has MFA by the credential report, but AWS lists no device")
        return [], (UNKNOWN, f"the devices are not known: {self._why('mfa_devices', 'mfa_active')}")

    def _single_device(self, user: Json) -> tuple[str, str]:
        devices, verdict = self._devices(user)
        if verdict:
            return verdict
        if len(devices) > 1:
            return PASS, ""
        return (FAIL, "has a single MFA device") if _is_complete(user) else (UNKNOWN, f"has {_VIRTUAL_ONLY}")

    def _device_age(self, user: Json) -> tuple[str, str]:
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
                return FAIL, f"{which}, longer ago than {limit} days"
        if len(known) < len(dates) or self.today is None:
            return UNKNOWN, "the date when a device was enabled is not known"
        return (PASS, "") if _is_complete(user) else (UNKNOWN, f"has {_VIRTUAL_ONLY}")

    def _orphaned_devices(self, _device: Json) -> tuple[str, str]:
        return FAIL, "is assigned to nobody"


# Reading what was given


def parse_date(text: t.Any) -> datetime.date | None:
    """Return the day of an ISO 8601 time, None if there is none."""
    found = re.match(r"\d{4}-\d\d-\d\d", text) if isinstance(text, str) else None
    try:
        return datetime.date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def read_options(params: Json) -> Options:
    """Return the operator's options, or refuse them with every problem that was found.

    :param params: I(benchmark), I(checks), I(max_device_age_days), I(exemptions), I(fail_on), I(all_kinds) and
        I(account_info) as the module takes them.
    """
    problems: list[str] = []
    limit = params.get("max_device_age_days")
    if limit is not None and limit < 1:
        problems.append(f"max_device_age_days: {limit} is less than 1. Leave it out to have no such check.")
    checks = params.get("checks")
    options = Options(
        benchmark=params["benchmark"],
        checks=None if checks is None else tuple(checks),
        max_device_age_days=limit,
        exemptions=tuple(
            _read_exemption(index, item, problems) for index, item in enumerate(params.get("exemptions") or [])
        ),
    )
    # What was read already tells itself which kinds of devices are known.
    all_kinds = params.get("account_info") is not None or bool(params.get("all_kinds"))
    problems += gate_problems(params.get("fail_on") or [], checks_not_made(options, all_kinds))
    if problems:
        raise BadInput(problems)
    return options


def _read_exemption(index: int, item: Json, problems: list[str]) -> Exemption:
    name = f"exemptions[{index}]"
    checks = tuple(item["checks"])
    subjects = {check.subject for check in CHECKS if check.id in checks}
    if not item["reason"].strip():
        problems.append(f"{name}.reason: is empty. An auditor wants to know why.")
    if not checks:
        problems.append(f"{name}.checks: is empty. Name the checks that it is about.")
    if item.get("serial_number") is not None and subjects - {"device"}:
        problems.append(f"{name}.serial_number: is for orphaned_devices only. Name a user_name for the other checks.")
    if item.get("user_name") is not None and "device" in subjects:
        problems.append(f"{name}.user_name: an orphaned device has no user. Name its serial_number, in one of its own.")
    until = item.get("until")
    if until is not None:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", until) or parse_date(until) is None:
            problems.append(f"{name}.until: {until!r} is not a day such as 2027-01-31.")
    return Exemption(
        index=index,
        checks=checks,
        reason=item["reason"].strip(),
        user_name=item.get("user_name"),
        serial_number=item.get("serial_number"),
        until=until,
    )


def check_info(info: t.Any) -> None:
    """Refuse what is no result of hardening.aws.iam_mfa_device_info, with the problems that were found."""
    problems = shape.problems(info, _INFO, "account_info")
    if problems:
        problems[
            0
        ] += " Register a task of hardening.aws.iam_mfa_device_info with account=true; hand in its whole result."
        raise BadInput(problems)


_TEXT, _FLAG = shape.optional(shape.text), shape.optional(shape.flag)
_TAGS = shape.optional(shape.map_of(shape.text))
_TEXTS = shape.optional(shape.list_of(shape.text))
_DEVICE = shape.record({"serial_number": shape.text, "type": shape.text, "enable_date": _TEXT, "tags": _TAGS})
_KEY = shape.record({"active": _FLAG, "last_rotated": _TEXT})
_USER = shape.record(
    {
        "user_name": shape.text,
        "exists": _FLAG,
        "arn": _TEXT,
        "path": _TEXT,
        "create_date": _TEXT,
        "mfa_devices": shape.list_of(_DEVICE),
        "mfa_devices_complete": _FLAG,
        "mfa_active": _FLAG,
        "console_password": _FLAG,
        "password_last_used": _TEXT,
        "password_last_changed": _TEXT,
        "access_keys": shape.optional(shape.list_of(_KEY)),
        "groups": _TEXTS,
        "tags": _TAGS,
        "attached_policies": _TEXTS,
    }
)
_ROOT = shape.record(
    {
        "mfa_active": _FLAG,
        "mfa_type": _TEXT,
        "console_password": _FLAG,
        "access_keys_active": _FLAG,
        "password_last_used": _TEXT,
    }
)
_ORPHAN = shape.record({"serial_number": shape.text, "device_name": _TEXT, "device_path": _TEXT})
# The number goes into file names.
_ACCOUNT_ID = shape.matching(r"\d{12}", "a number of 12 digits, as text")
_INFO = shape.record(
    {
        "users": shape.list_of(_USER),
        "orphaned_devices": shape.optional(shape.list_of(_ORPHAN)),
        "root": shape.optional(_ROOT),
        "account": shape.optional(shape.record({"account_id": _ACCOUNT_ID, "partition": _TEXT, "alias": _TEXT})),
        "credential_report": shape.record({"available": _FLAG, "generated_time": _TEXT, "msg": _TEXT}),
        "unknown": shape.list_of(shape.record({"what": shape.text, "why": shape.text})),
        "retrieved": shape.text,
    }
)
