# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a document: facts, verdicts, coverage, and what changed since an earlier one.

This module is private to hardening.aws. It is pure, but for reading and writing the files that it is told to. Nothing
in the document moves with the time but I(generated), I(retrieved) and I(credential_report.generated_time), so that two
reports of an unchanged account differ in those only.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import secrets
import tempfile
import typing as t

from .. import _shape as shape
from .._errors import BadInput
from . import checks as rules
from .words import visible

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

SCHEMA_VERSION = "1.0"
GENERATOR = "hardening.aws.iam_mfa_report"
BENCHMARK_NAME = "CIS Amazon Web Services Foundations Benchmark"
KINDS = ("virtual", "hardware", "fido", "sms")
_SHOWN_NAMES = 10
_MARK = re.compile(r"date[0-9a-f]{32}")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)|\d{4}-\d\d-\d\d \d\d:\d\d UTC")


# The document


def assemble(info: Json, options: rules.Options, generated: str) -> Json:
    """Return the report, with I(changes) still null.

    :param info: A result of hardening.aws.iam_mfa_device_info that M(checks.check_info) accepted.
    :param generated: The time that the report bears, ISO 8601.
    """
    compliance = rules.evaluate(info, options)
    users = [_user(user, result) for user, result in zip(rules.sorted_users(info), compliance.users, strict=False)]
    orphans = [
        {
            "serial_number": device["serial_number"],
            "device_name": device.get("device_name"),
            "device_path": device.get("device_path"),
            **result,
        }
        for device, result in zip(rules.sorted_orphans(info), compliance.orphaned_devices, strict=False)
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "generator": GENERATOR,
        "generated": generated,
        "retrieved": _zulu(info["retrieved"]),
        "credential_report": _credential_report(info["credential_report"]),
        "account": _picked(info["account"], ("account_id", "partition", "alias")),
        "benchmark": {"name": BENCHMARK_NAME, "version": options.benchmark},
        "max_device_age_days": options.max_device_age_days,
        "verdict": rules.worst_check(check["verdict"] for check in compliance.checks),
        "coverage": coverage(users, orphans if not _orphans_unknown(info) else None),
        "checks": compliance.checks,
        "unknown": _unknown(info, options),
        "exemptions": compliance.exemptions,
        "changes": None,
        "root": None if info["root"] is None else {**_root(info["root"]), **compliance.root},
        "orphaned_devices": orphans,
        "users": users,
    }


def _credential_report(report: Json) -> Json:
    return {
        "available": bool(report.get("available")),
        "generated_time": _zulu(report.get("generated_time")),
        "msg": report.get("msg") or "",
    }


def _unknown(info: Json, options: rules.Options) -> list[Json]:
    """Return what is not known of the account, and what is not checked for that reason."""
    unknown = [{"what": item["what"], "why": item["why"]} for item in info["unknown"]]
    if options.checks is None and rules.lacks_kinds(info):
        why = (
            "not checked, as only the virtual devices of some users are known: set all_kinds=true, a call for each user"
        )
        unknown.append({"what": "single_device", "why": why})
    return unknown


def _zulu(date: t.Any) -> t.Any:
    """Return a time in UTC with the Z that SARIF wants."""
    return date.replace("+00:00", "Z") if isinstance(date, str) else None


def _picked(facts: Json | None, names: t.Sequence[str]) -> Json | None:
    return None if facts is None else {name: facts.get(name) for name in names}


def _root(root: Json) -> Json:
    return {name: root.get(name) for name in ("mfa_active", "mfa_type", "access_keys_active", "password_last_used")}


def _orphans_unknown(info: Json) -> bool:
    return (
        info["account"] is None
        or info["orphaned_devices"] is None
        or any(item["what"] == "orphaned_devices" for item in info["unknown"])
    )


def _user(user: Json, result: Json) -> Json:
    """Return a user's facts and verdicts. The last use of a key is left out: reading the account is such a use."""
    keys = user.get("access_keys")
    return {
        "user_name": user["user_name"],
        "exists": user.get("exists") is not False,
        "arn": user.get("arn"),
        "path": user.get("path"),
        "create_date": user.get("create_date"),
        "mfa_active": rules.has_mfa(user),
        "mfa_devices": [
            {
                "serial_number": device["serial_number"],
                "type": device["type"],
                "enable_date": device.get("enable_date"),
                "tags": device.get("tags"),
            }
            for device in sorted(user["mfa_devices"], key=lambda device: device["serial_number"])
        ],
        "mfa_devices_complete": user.get("mfa_devices_complete") is not False,
        "console_password": user.get("console_password"),
        "password_last_used": user.get("password_last_used"),
        "password_last_changed": user.get("password_last_changed"),
        "access_keys": (
            None
            if keys is None
            else [{"active": bool(key.get("active")), "last_rotated": key.get("last_rotated")} for key in keys]
        ),
        "groups": user.get("groups"),
        "tags": user.get("tags"),
        "attached_policies": user.get("attached_policies"),
        **result,
    }


def coverage(users: t.Sequence[Json], orphans: t.Sequence[Json] | None) -> Json:
    """Return how many users have MFA: of all, and of those who need it for the console."""
    there = [user for user in users if user["exists"]]
    console = [user for user in there if user["console_password"]]
    kinds = dict.fromkeys(KINDS, 0)
    for user in there:
        for device in user["mfa_devices"]:
            kinds[device["type"]] = kinds.get(device["type"], 0) + 1
    return {
        "all_users": _part(there, 0),
        "console_users": _part(console, sum(1 for user in there if user["console_password"] is None)),
        "devices_by_type": kinds,
        "orphaned_devices": None if orphans is None else len(orphans),
    }


def _part(users: t.Sequence[Json], undecided: int) -> Json:
    """Return the part of the users who have MFA. Rounded down, so that 100 means all; null if someone is unknown.

    :param undecided: How many may belong to these users, or not.
    """
    with_mfa = sum(1 for user in users if user["mfa_active"])
    without = sum(1 for user in users if user["mfa_active"] is False)
    exempt = sum(
        1
        for user in users
        if user["mfa_active"] is False and user["checks"].get("console_mfa", {}).get("verdict") == rules.EXEMPT
    )
    unknown = len(users) - with_mfa - without + undecided
    return {
        "users": len(users),
        "with_mfa": with_mfa,
        "without_mfa": without - exempt,
        "exempt": exempt,
        "unknown": unknown,
        "percent": None if unknown or not users else with_mfa * 1000 // len(users) / 10,
    }


def subjects(report: Json) -> t.Iterator[tuple[str, str, Json]]:
    """Yield the kind, the name and the facts of everything that has verdicts: root, users, orphaned devices."""
    if report["root"] is not None:
        yield "root", rules.ROOT_NAME, report["root"]
    for user in report["users"]:
        yield "user", user["user_name"], user
    for device in report["orphaned_devices"]:
        yield "device", device["serial_number"], device


def findings(report: Json, *verdicts: str) -> list[Json]:
    """Return what fails, is unknown or is exempt: by check in the report's order, then by name."""
    wanted = verdicts or (rules.FAIL, rules.UNKNOWN, rules.EXEMPT)
    found: dict[str, list[Json]] = {check["id"]: [] for check in report["checks"]}
    severity = {check["id"]: check["severity"] for check in report["checks"]}
    for kind, name, facts in subjects(report):
        for check, item in facts["checks"].items():
            if item["verdict"] in wanted:
                subject = {"check": check, "severity": severity[check], "subject_type": kind, "subject": name}
                found[check].append({**subject, "verdict": item["verdict"], "reason": item["reason"]})
    for check in report["checks"]:
        # A check can be unknown as a whole, with nobody to say it of: who is not listed may fail it.
        nobody = all(item["verdict"] != rules.UNKNOWN for item in found[check["id"]])
        if check["verdict"] == rules.UNKNOWN and rules.UNKNOWN in wanted and nobody:
            subject = {"check": check["id"], "severity": check["severity"], "subject_type": "account"}
            item = {"subject": account_name(report), "verdict": check["verdict"], "reason": check["reason"]}
            found[check["id"]].append({**subject, **item})
    return [item for items in found.values() for item in items]


def account_name(report: Json) -> str:
    return (report["account"] or {}).get("account_id") or "account"


def gate(report: Json, fail_on: t.Sequence[str], unknown_too: bool) -> list[Json]:
    """Return the findings that stop a pipeline: of the checks named, and of those as severe as one named."""
    wanted = {rules.FAIL, rules.UNKNOWN} if unknown_too else {rules.FAIL}
    checks = rules.gated_checks(fail_on)
    return [item for item in findings(report, *wanted) if item["check"] in checks]


def gate_text(stopped: t.Sequence[Json], paths: t.Mapping[str, str]) -> str:
    """Return the message of a task that fails: the checks, the first names of each, and where all of them are."""
    by_check: dict[str, list[Json]] = {}
    for item in stopped:
        by_check.setdefault(item["check"], []).append(item)
    lines = [f"{len(by_check)} of the checks in fail_on {'fails' if len(by_check) == 1 else 'fail'}:"]
    for check, items in by_check.items():
        names = ", ".join(visible(item["subject"]) for item in items[:_SHOWN_NAMES])
        more = f" and {len(items) - _SHOWN_NAMES:,} more" if len(items) > _SHOWN_NAMES else ""
        unknown = next((item["reason"] for item in items if item["verdict"] == rules.UNKNOWN), None)
        why = f" (unknown: {visible(unknown)})" if unknown else ""
        lines.append(f"- {check}: {names}{more}{why}")
    where = (
        f"All findings are in {' and '.join(paths.values())}." if paths else "Set dest to have a report of them all."
    )
    return "\n".join([*lines, where])


def summary_diff(before: Json | None, after: Json) -> dict[str, str]:
    """Return the reports' summaries as Ansible's diff: a line for each check, none for each user."""
    return {"before": "" if before is None else _summary(before), "after": _summary(after)}


def _summary(report: Json) -> str:
    lines = [f"verdict: {report['verdict']}"]
    for check in report["checks"]:
        counts = ", ".join(f"{count} {verdict}" for verdict, count in check["counts"].items() if count)
        lines.append(f"{check['id']}: {check['verdict']}{f' ({counts})' if counts else ''}")
    lines.append(f"users: {report['coverage']['all_users']['users']}")
    return "\n".join(lines) + "\n"


# What changed


def without_dates(report: Json) -> Json:
    """Return what of a report is the account's: no dates, and not what changed since another report."""
    credential_report = {**report["credential_report"], "generated_time": None}
    rest = {key: value for key, value in report.items() if key not in ("generated", "retrieved", "changes")}
    return {**rest, "credential_report": credential_report}


def changes_since(previous: Json, report: Json) -> Json:
    """Return what changed between two reports of one account."""
    before = {(kind, name): facts for kind, name, facts in subjects(previous)}
    after = {(kind, name): facts for kind, name, facts in subjects(report)}
    checks = {check["id"] for check in previous["checks"]} & {check["id"] for check in report["checks"]}
    verdicts = []
    for key, facts in after.items():
        if key not in before:
            continue
        for check, item in facts["checks"].items():
            old = before[key]["checks"].get(check)
            if check in checks and old is not None and old["verdict"] != item["verdict"]:
                subject = {"check": check, "subject_type": key[0], "subject": key[1]}
                verdicts.append({**subject, "before": old["verdict"], "after": item["verdict"]})
    old_devices, new_devices = _attached(previous), _attached(report)
    return {
        "since": previous["retrieved"],
        "benchmark_before": previous["benchmark"]["version"],
        "coverage_before": previous["coverage"],
        "verdict_before": previous["verdict"],
        "verdicts": verdicts,
        "users_added": _names(after, before, "user"),
        "users_removed": _names(before, after, "user"),
        "devices_added": [new_devices[key] for key in sorted(new_devices.keys() - old_devices.keys())],
        "devices_removed": [old_devices[key] for key in sorted(old_devices.keys() - new_devices.keys())],
        "orphans_added": _names(after, before, "device"),
        "orphans_removed": _names(before, after, "device"),
    }


def has_changes(changes: Json) -> bool:
    lists = ("verdicts", "users_added", "users_removed", "devices_added", "devices_removed")
    return any(changes[name] for name in (*lists, "orphans_added", "orphans_removed"))


def _names(these: t.Mapping[tuple[str, str], t.Any], not_those: t.Container[t.Any], kind: str) -> list[str]:
    return sorted(key[1] for key in these if key[0] == kind and key not in not_those)


def _attached(report: Json) -> dict[tuple[str, str], Json]:
    return {
        (user["user_name"], device["serial_number"]): {
            "user_name": user["user_name"],
            "serial_number": device["serial_number"],
            "type": device["type"],
        }
        for user in report["users"]
        for device in user["mfa_devices"]
    }


def read_previous(path: str, report: Json) -> Json | None:
    """Return an earlier report of the same account, None if there is no such file.

    :raises BadInput: What is there is something else.
    """
    try:
        with open(path, encoding="utf-8") as file:
            previous = json.load(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput([f"previous: {path} cannot be read: {error.strerror}."]) from error
    except (ValueError, RecursionError) as error:
        raise BadInput([f"previous: {path} is not a JSON report of {GENERATOR}: {error}."]) from error
    version = previous.get("schema_version") if isinstance(previous, dict) else None
    if not isinstance(version, str) or version.split(".")[0] != SCHEMA_VERSION.split(".", maxsplit=1)[0]:
        raise BadInput([f"previous: {path} is not a JSON report of {GENERATOR} with schema version 1."])
    damages = shape.problems(previous, _PREVIOUS, "", most=3)
    if damages:
        raise BadInput([f"previous: {path} is a damaged report. {' '.join(damages)}"])
    if previous["account"] != report["account"] and account_name(previous) != account_name(report):
        raise BadInput([f"previous: {path} is about {account_name(previous)}, and not {account_name(report)}."])
    return previous


# What of an earlier report is used: to compare it with a new one, and in the new one's text.
_VERDICT = shape.one_of(rules.VERDICTS)
_JUDGED = {"checks": shape.map_of(shape.record({"verdict": _VERDICT}))}
_PART = shape.record(
    {
        **dict.fromkeys(("users", "with_mfa", "without_mfa", "exempt", "unknown"), shape.number),
        "percent": shape.optional(shape.number),
    }
)
_COVERAGE = shape.record({"all_users": _PART, "console_users": _PART})
_ATTACHED = shape.record({"serial_number": shape.text, "type": shape.text})
_CHANGED_VERDICT = shape.record(
    {"check": shape.text, "subject_type": shape.text, "subject": shape.text, "before": _VERDICT, "after": _VERDICT}
)
_CHANGED_DEVICE = shape.record({"user_name": shape.text, "serial_number": shape.text, "type": shape.text})
_NAMES = ("users_added", "users_removed", "orphans_added", "orphans_removed")
_CHANGES = shape.record(
    {
        "since": shape.text,
        "coverage_before": _COVERAGE,
        "verdicts": shape.list_of(_CHANGED_VERDICT),
        **dict.fromkeys(_NAMES, shape.list_of(shape.text)),
        **dict.fromkeys(("devices_added", "devices_removed"), shape.list_of(_CHANGED_DEVICE)),
    }
)
_PREVIOUS = shape.record(
    {
        "retrieved": shape.text,
        "credential_report": shape.record({}),
        "account": shape.optional(shape.record({"account_id": shape.optional(shape.text)})),
        "benchmark": shape.record({"version": shape.text}),
        "verdict": _VERDICT,
        "coverage": _COVERAGE,
        "checks": shape.list_of(
            shape.record({"id": shape.text, "verdict": _VERDICT, "counts": shape.map_of(shape.number)})
        ),
        "changes": shape.optional(_CHANGES),
        "root": shape.optional(shape.record(_JUDGED)),
        "users": shape.list_of(
            shape.record({"user_name": shape.text, "mfa_devices": shape.list_of(_ATTACHED), **_JUDGED})
        ),
        "orphaned_devices": shape.list_of(shape.record({"serial_number": shape.text, **_JUDGED})),
    }
)


# Files


def human_date(date: str | None) -> str:
    """Return a time as people like it, V(2026-03-11 23:25 UTC). A mark of M(Dates) becomes the mark of that."""
    if date is None:
        return "never"
    if _MARK.fullmatch(date):
        return f"{date}h"
    try:
        moment = datetime.datetime.fromisoformat(date.replace("Z", "+00:00"))
    except ValueError:
        return date
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.timezone.utc)
    return moment.strftime("%Y-%m-%d %H:%M UTC")


class Dates:
    """Stands in for a report's dates while it is rendered, so that a file on disk can be compared but for its dates."""

    def __init__(self, report: Json) -> None:
        self._real: dict[str, str] = {}
        self.report = {
            **report,
            "generated": self._mark(report["generated"]),
            "retrieved": self._mark(report["retrieved"]),
            "credential_report": {
                **report["credential_report"],
                "generated_time": self._mark(report["credential_report"]["generated_time"]),
            },
        }

    def _mark(self, date: str | None) -> str | None:
        if date is None:
            return None
        # Nobody can guess it, so no text of the account can be taken for it.
        mark = f"date{secrets.token_hex(16)}"
        self._real[f"{mark}h"] = human_date(date)
        self._real[mark] = date
        return mark

    def put(self, text: str) -> str:
        """Return the text with the real dates in it."""
        for mark, date in self._real.items():
            text = text.replace(mark, date)
        return text

    def same(self, text: str, written: str) -> bool:
        """Return whether a text that was written earlier is this one but for the dates."""
        if not self._real:
            return text == written
        position = 0
        parts = re.split("|".join(self._real), text)
        for index, part in enumerate(parts):
            if index:
                found = _DATE.match(written, position)
                if found is None:
                    return False
                position = found.end()
            if not written.startswith(part, position):
                return False
            position += len(part)
        return position == len(written)


def read_text(path: str) -> str | None:
    """Return what a file holds, None if there is none that is text."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def encode(text: str) -> bytes:
    """Return a file's content. What is no character, such as half a surrogate pair, becomes a question mark."""
    return text.encode("utf-8", "replace")


def write_atomically(path: str, content: bytes, finish: t.Callable[[str], t.Any]) -> None:
    """Write a file that is there as a whole or not at all.

    :param finish: Is given the temporary file's name, to set its mode before anyone sees it by its own name.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=".iam-mfa-report-", dir=os.path.dirname(path) or ".")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        finish(temporary)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
