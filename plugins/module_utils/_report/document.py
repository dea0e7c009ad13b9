# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a document: facts, verdicts and coverage.

This module is private to hardening.aws. It is pure. Nothing in the document moves with the time but I(generated),
I(retrieved) and I(credential_report.generated_time), so that two reports of an unchanged account differ in those only.
"""

from __future__ import annotations

import typing as t

from .._collection_version import VERSION
from . import account_info, judge
from .checks import EXEMPT
from .options import Options, checks_not_made

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

SCHEMA_VERSION = "1.1"
GENERATOR = "hardening.aws.iam_mfa_report"
BENCHMARK_NAME = "CIS Amazon Web Services Foundations Benchmark"
KINDS = ("virtual", "hardware", "fido", "sms")


def assemble(info: Json, options: Options, generated: str) -> Json:
    """Return the report, with I(changes) still null.

    :param info: A result of hardening.aws.iam_mfa_device_info that M(account_info.check_info) accepted.
    :param generated: The time that the report bears, ISO 8601.
    """
    compliance = judge.evaluate(info, options)
    not_made = checks_not_made(options, not account_info.lacks_kinds(info), account_info.features_unknown(info))
    users = [
        _user(user, result) for user, result in zip(account_info.sorted_users(info), compliance.users, strict=False)
    ]
    orphans = [
        {**{name: device.get(name) for name in ("serial_number", "device_name", "device_path")}, **result}
        for device, result in zip(account_info.sorted_orphans(info), compliance.orphaned_devices, strict=False)
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "generator": GENERATOR,
        "collection_version": VERSION,
        "generated": generated,
        "retrieved": _zulu(info["retrieved"]),
        "credential_report": _credential_report(info["credential_report"]),
        "account": _account(info["account"]),
        "benchmark": {"name": BENCHMARK_NAME, "version": options.benchmark},
        "max_device_age_days": options.max_device_age_days,
        "verdict": judge.worst_check(check["verdict"] for check in compliance.checks),
        "coverage": coverage(users, orphans if not _orphans_unknown(info) else None),
        "checks": compliance.checks,
        "not_made": [{"check": check, "why": why} for check, why in not_made.items()],
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


def _unknown(info: Json, options: Options) -> list[Json]:
    """Return what is not known of the account, and what is not checked for that reason."""
    unknown = [{"what": item["what"], "why": item["why"]} for item in info["unknown"]]
    if options.checks is None and account_info.lacks_kinds(info):
        why = (
            "not checked, as only the virtual devices of some users are known: set all_kinds=true, a call for each user"
        )
        unknown.append({"what": "single_device", "why": why})
    return unknown


def _zulu(date: t.Any) -> t.Any:
    """Return a time in UTC with the Z that SARIF wants."""
    return date.replace("+00:00", "Z") if isinstance(date, str) else None


def _account(account: Json | None) -> Json | None:
    if account is None:
        return None
    facts = {name: account.get(name) for name in ("account_id", "partition", "alias")}
    arn = (account.get("caller") or {}).get("arn")
    return {**facts, "caller": _without_session(arn) if arn else None}


def _without_session(arn: str) -> str:
    """Return the ARN of who called; of a role's session the role, as another run may call its session otherwise."""
    return "/".join(arn.split("/")[:2]) if ":assumed-role/" in arn else arn


def _root(root: Json) -> Json:
    facts = ("mfa_active", "mfa_type", "access_keys_active", "access_keys_present", "password_last_used")
    return {name: root.get(name) for name in facts}


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
        "mfa_active": account_info.has_mfa(user),
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
        if user["mfa_active"] is False and user["checks"].get("console_mfa", {}).get("verdict") == EXEMPT
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
