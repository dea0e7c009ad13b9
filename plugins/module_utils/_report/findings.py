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


def is_organization(report: Json) -> bool:
    """Return whether a report is about the accounts of an organization, and not about one account."""
    return "accounts" in report


def parts(report: Json) -> list[Json]:
    """Return the accounts of an organization's report; a report of one account is its own only part."""
    return list(report["accounts"]) if is_organization(report) else [report]


def subjects(part: Json) -> t.Iterator[tuple[str, str, Json]]:
    """Yield the kind, the name and the facts of all in one account that has verdicts: root, users, orphaned devices."""
    if part["root"] is not None:
        yield "root", ROOT_NAME, part["root"]
    for user in part["users"]:
        yield "user", user["user_name"], user
    for device in part["orphaned_devices"]:
        yield "device", device["serial_number"], device


def findings(report: Json, *verdicts: str) -> list[Json]:
    """Return what fails, is unknown or is exempt: by check in the report's order, then by account and name."""
    wanted = verdicts or (FAIL, UNKNOWN, EXEMPT)
    found: dict[str, list[Json]] = {check["id"]: [] for check in report["checks"]}
    severity = {check["id"]: check["severity"] for check in report["checks"]}
    for part in parts(report):
        where = {"account_id": part["account_id"]} if is_organization(report) else {}
        for item in _of_part(part, severity, wanted):
            found[item["check"]].append({**where, **item})
    return [item for items in found.values() for item in items]


def _of_part(part: Json, severity: t.Mapping[str, str], wanted: t.Collection[str]) -> t.Iterator[Json]:
    unsaid = {check["id"]: check["reason"] for check in part["checks"] if check["verdict"] == UNKNOWN}
    for kind, name, facts in subjects(part):
        for check, item in facts["checks"].items():
            if item["verdict"] == UNKNOWN:
                unsaid.pop(check, None)
            if item["verdict"] in wanted:
                yield {
                    **{"check": check, "severity": severity[check], "subject_type": kind, "subject": name},
                    **{key: item[key] for key in ("verdict", "reason", "finding") if key in item},
                }
    if UNKNOWN in wanted:
        for check, reason in unsaid.items():
            # A check can be unknown as a whole, with nobody to say it of: who is not listed may fail it.
            subject = {"check": check, "severity": severity[check], "subject_type": "account"}
            yield {**subject, "subject": account_name(part), "verdict": UNKNOWN, "reason": reason}


def unknown_facts(report: Json) -> list[Json]:
    """Return what could not be read; in an organization's report with the number of the account before it."""
    if not is_organization(report):
        return list(report["unknown"])
    found = [
        {"what": f"{part['account_id']}: {item['what']}", "why": item["why"]}
        for part in report["accounts"]
        for item in part["unknown"]
    ]
    unread = [{"what": part["account_id"], "why": part["reason"]} for part in report["accounts"] if not part["read"]]
    return unread + found


def all_exemptions(report: Json) -> list[Json]:
    """Return the exemptions of all accounts. Those of an organization's report say which account each is of."""
    if not is_organization(report):
        return list(report["exemptions"])
    return [{"account_id": part["account_id"], **item} for part in report["accounts"] for item in part["exemptions"]]


def account_name(part: Json) -> str:
    """Return the number of a report's account, or of an account in an organization's report."""
    return part.get("account_id") or (part.get("account") or {}).get("account_id") or "account"


def label(item: Json) -> str:
    """Return what a finding is about; in an organization's report with the number of the account before it."""
    if "account_id" not in item or item["subject_type"] == "account":
        return str(item["subject"])
    return f"{item['account_id']}/{item['subject']}"
