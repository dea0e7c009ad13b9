# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since an earlier report: reading that one, comparing, and Ansible's diff.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .. import _shape as shape
from .._errors import BadInput
from .findings import account_name, is_organization, parts, subjects
from .reading import COVERAGE, ORGANIZATION, VERDICT, check_shape, read_report

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]


def read_previous(path: str, report: Json, prefix: str = "previous") -> Json | None:
    """Return an earlier report of the same account or organization, None if there is no such file.

    :param prefix: What a problem begins with.
    :raises BadInput: What is there is something else.
    """
    previous = read_report(path, prefix)
    return None if previous is None else comparable(previous, report, path, prefix)


def comparable(previous: Json, report: Json, path: str, prefix: str) -> Json:
    """Return an earlier report that was read, if it is one of the same account or organization.

    :param path: Where it was read.
    :param prefix: What a problem begins with.
    :raises BadInput: It is about something else.
    """
    of_many = is_organization(report)
    if is_organization(previous) != of_many:
        kinds = ("one account", "an organization")
        raise BadInput([f"{prefix}: {path} is about {kinds[not of_many]}, and not about {kinds[of_many]}."])
    check_shape(previous, _previous_of_many if of_many else _PREVIOUS, path, prefix)
    if of_many:
        if not {part["account_id"] for part in parts(previous)} & {part["account_id"] for part in parts(report)}:
            raise BadInput([f"{prefix}: {path} is about other accounts, and has none of these."])
    elif previous["account"] != report["account"] and account_name(previous) != account_name(report):
        raise BadInput([f"{prefix}: {path} is about {account_name(previous)}, and not {account_name(report)}."])
    return previous


def changes_since(previous: Json, report: Json) -> Json:
    """Return what changed between two reports of one account or organization.

    Of an organization, accounts are compared that were read both times; names stand behind their account's number.
    """
    before, after = _read_parts(previous), _read_parts(report)
    found = [_between(before[number], after[number], number) for number in after if number in before]
    changes: Json = {
        "since": previous["retrieved"],
        "benchmark_before": previous["benchmark"]["version"],
        "coverage_before": previous["coverage"],
        "verdict_before": previous["verdict"],
        **{name: [item for one in found for item in one[name]] for name in _LISTS},
    }
    if is_organization(report):
        old, new = ({part["account_id"] for part in parts(one)} for one in (previous, report))
        changes["accounts_added"] = sorted(new - old)
        changes["accounts_removed"] = sorted(old - new)
        changes["accounts_no_longer_read"] = sorted((before.keys() - after.keys()) & new)
        changes["accounts_read_again"] = sorted((after.keys() - before.keys()) & old)
    return changes


def _read_parts(report: Json) -> dict[str, Json]:
    """Return the accounts that were read, by number; the only account of a report by an empty text."""
    if not is_organization(report):
        return {"": report}
    return {part["account_id"]: part for part in sorted(parts(report), key=account_name) if part["read"]}


def _between(previous: Json, report: Json, number: str) -> Json:
    """Return what changed in one account.

    :param number: The account's, if there are others.
    """
    before = {(kind, name): facts for kind, name, facts in subjects(previous)}
    after = {(kind, name): facts for kind, name, facts in subjects(report)}
    checks = {check["id"] for check in previous["checks"]} & {check["id"] for check in report["checks"]}
    where = {"account_id": number} if number else {}
    verdicts = []
    for key, facts in after.items():
        if key not in before:
            continue
        for check, item in facts["checks"].items():
            old = before[key]["checks"].get(check)
            if check in checks and old is not None and old["verdict"] != item["verdict"]:
                subject = {**where, "check": check, "subject_type": key[0], "subject": key[1]}
                verdicts.append({**subject, "before": old["verdict"], "after": item["verdict"]})
    old_devices, new_devices = _attached(previous, where), _attached(report, where)
    return {
        "verdicts": verdicts,
        "users_added": _names(after, before, "user", number),
        "users_removed": _names(before, after, "user", number),
        "devices_added": [new_devices[key] for key in sorted(new_devices.keys() - old_devices.keys())],
        "devices_removed": [old_devices[key] for key in sorted(old_devices.keys() - new_devices.keys())],
        "orphans_added": _names(after, before, "device", number),
        "orphans_removed": _names(before, after, "device", number),
    }


_LISTS = (
    "verdicts",
    "users_added",
    "users_removed",
    "devices_added",
    "devices_removed",
    "orphans_added",
    "orphans_removed",
)
_ACCOUNT_LISTS = ("accounts_added", "accounts_removed", "accounts_no_longer_read", "accounts_read_again")


def has_changes(changes: Json) -> bool:
    return any(changes.get(name) for name in (*_LISTS, *_ACCOUNT_LISTS))


def _names(
    these: t.Mapping[tuple[str, str], t.Any], not_those: t.Container[t.Any], kind: str, number: str
) -> list[str]:
    before = f"{number}/" if number else ""
    return sorted(before + key[1] for key in these if key[0] == kind and key not in not_those)


def _attached(report: Json, where: Json) -> dict[tuple[str, str], Json]:
    return {
        (user["user_name"], device["serial_number"]): {
            **where,
            "user_name": user["user_name"],
            "serial_number": device["serial_number"],
            "type": device["type"],
        }
        for user in report["users"]
        for device in user["mfa_devices"]
    }


def without_dates(report: Json) -> Json:
    """Return what of a report is the accounts': no dates, and not what changed since another report."""
    rest = {key: value for key, value in report.items() if key not in ("generated", "retrieved", "changes")}
    if rest.get("credential_report"):
        rest["credential_report"] = {**rest["credential_report"], "generated_time": None}
    if is_organization(report):
        rest["accounts"] = [without_dates(part) for part in report["accounts"]]
    return rest


def summary_diff(before: Json | None, after: Json) -> dict[str, str]:
    """Return the reports' summaries as Ansible's diff: a line for each check, none for each user."""
    return {"before": "" if before is None else _summary(before), "after": _summary(after)}


def _summary(report: Json) -> str:
    lines = [f"verdict: {report['verdict']}"]
    for check in report["checks"]:
        counts = ", ".join(f"{count} {verdict}" for verdict, count in check["counts"].items() if count)
        lines.append(f"{check['id']}: {check['verdict']}{f' ({counts})' if counts else ''}")
    if is_organization(report):
        unread = sum(1 for part in report["accounts"] if not part["read"])
        lines.append(f"accounts: {len(report['accounts'])}, {unread} of them not read")
    lines.append(f"users: {report['coverage']['all_users']['users']}")
    return "\n".join(lines) + "\n"


# What of an earlier report is used: to compare it with a new one, and in the new one's text.
_JUDGED = {"checks": shape.map_of(shape.record({"verdict": VERDICT}))}
_ATTACHED = shape.record({"serial_number": shape.text, "type": shape.text})
_CHANGED_VERDICT = shape.record(
    {
        "account_id": shape.optional(shape.text),
        **dict.fromkeys(("check", "subject_type", "subject"), shape.text),
        **dict.fromkeys(("before", "after"), VERDICT),
    }
)
_CHANGED_DEVICE = shape.record(
    {
        "account_id": shape.optional(shape.text),
        **dict.fromkeys(("user_name", "serial_number", "type"), shape.text),
    }
)
_NAMES = ("users_added", "users_removed", "orphans_added", "orphans_removed")
_CHANGES = shape.record(
    {
        "since": shape.text,
        "coverage_before": COVERAGE,
        "verdicts": shape.list_of(_CHANGED_VERDICT),
        **dict.fromkeys(_NAMES, shape.list_of(shape.text)),
        **dict.fromkeys(("devices_added", "devices_removed"), shape.list_of(_CHANGED_DEVICE)),
        **dict.fromkeys(_ACCOUNT_LISTS, shape.optional(shape.list_of(shape.text))),
    }
)
_OVERALL = {
    "benchmark": shape.record({"version": shape.text}),
    "verdict": VERDICT,
    "coverage": COVERAGE,
    "checks": shape.list_of(shape.record({"id": shape.text, "verdict": VERDICT, "counts": shape.map_of(shape.number)})),
    "changes": shape.optional(_CHANGES),
}
_PREVIOUS = shape.record(
    {
        **_OVERALL,
        "retrieved": shape.text,
        "credential_report": shape.record({}),
        "account": shape.optional(shape.record({"account_id": shape.optional(shape.text)})),
        "root": shape.optional(shape.record(_JUDGED)),
        "users": shape.list_of(
            shape.record({"user_name": shape.text, "mfa_devices": shape.list_of(_ATTACHED), **_JUDGED})
        ),
        "orphaned_devices": shape.list_of(shape.record({"serial_number": shape.text, **_JUDGED})),
    }
)


def _previous_of_many(value: t.Any) -> shape.Misfits:
    """An earlier report of an organization."""
    yield from shape.record(_OVERALL)(value)
    yield from ORGANIZATION(value)
