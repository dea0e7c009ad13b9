# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who and what a report is about, and what of it does not pass.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .checks import EXEMPT, FAIL, ROOT_NAME, UNKNOWN

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]


def subjects(report: Json) -> t.Iterator[tuple[str, str, Json]]:
    """Yield the kind, the name and the facts of everything that has verdicts: root, users, orphaned devices."""
    if report["root"] is not None:
        yield "root", ROOT_NAME, report["root"]
    for user in report["users"]:
        yield "user", user["user_name"], user
    for device in report["orphaned_devices"]:
        yield "device", device["serial_number"], device


def findings(report: Json, *verdicts: str) -> list[Json]:
    """Return what fails, is unknown or is exempt: by check in the report's order, then by name."""
    wanted = verdicts or (FAIL, UNKNOWN, EXEMPT)
    found: dict[str, list[Json]] = {check["id"]: [] for check in report["checks"]}
    severity = {check["id"]: check["severity"] for check in report["checks"]}
    for kind, name, facts in subjects(report):
        for check, item in facts["checks"].items():
            if item["verdict"] in wanted:
                subject = {"check": check, "severity": severity[check], "subject_type": kind, "subject": name}
                found[check].append({**subject, "verdict": item["verdict"], "reason": item["reason"]})
    for check in report["checks"]:
        # A check can be unknown as a whole, with nobody to say it of: who is not listed may fail it.
        nobody = all(item["verdict"] != UNKNOWN for item in found[check["id"]])
        if check["verdict"] == UNKNOWN and UNKNOWN in wanted and nobody:
            subject = {"check": check["id"], "severity": check["severity"], "subject_type": "account"}
            item = {"subject": account_name(report), "verdict": check["verdict"], "reason": check["reason"]}
            found[check["id"]].append({**subject, **item})
    return [item for items in found.values() for item in items]


def account_name(report: Json) -> str:
    return (report["account"] or {}).get("account_id") or "account"
