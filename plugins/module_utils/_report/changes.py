# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since an earlier report: reading that one, comparing, and Ansible's diff.

This module is private to hardening.aws.
"""

from __future__ import annotations

import json
import typing as t

from .. import _shape as shape
from .._errors import BadInput
from .checks import VERDICTS
from .document import GENERATOR, SCHEMA_VERSION
from .findings import account_name, subjects

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]


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


def without_dates(report: Json) -> Json:
    """Return what of a report is the account's: no dates, and not what changed since another report."""
    credential_report = {**report["credential_report"], "generated_time": None}
    rest = {key: value for key, value in report.items() if key not in ("generated", "retrieved", "changes")}
    return {**rest, "credential_report": credential_report}


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


# What of an earlier report is used: to compare it with a new one, and in the new one's text.
_VERDICT = shape.one_of(VERDICTS)
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
