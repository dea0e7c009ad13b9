# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on an organization: what the reports of its accounts come to.

This module is private to hardening.aws. It is pure. Accounts are in an order of their own, so that it does not matter
in which order, or in which slices, they were read.
"""

from __future__ import annotations

import typing as t

from .._collection_version import VERSION
from .checks import CHECKS, EXEMPT, FAIL, NOT_APPLICABLE, PASS, SEVERITIES, UNKNOWN, VERDICTS, Check
from .document import BENCHMARK_NAME, KINDS
from .findings import is_organization
from .judge import worst_check
from .options import Options, checks_not_made
from .reading import FACTS, MERGED_BY

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

SCHEMA_VERSION = "1.0"
# Of an organization nobody could read anything of.
_NOT_MADE_BY_DEFAULT = checks_not_made(Options(), all_kinds=False, features="no account could be read")
_SUMMED = ("users", "with_mfa", "without_mfa", "exempt", "unknown")


def parts_of(report: Json) -> list[Json]:
    """Return what an organization's report has of the accounts of a report: of one account, or of several already."""
    if not is_organization(report):
        account = report["account"]
        return [_read_part(account, account.get("alias"), report)]
    return [
        (
            _read_part(part, part.get("account_name"), part)
            if part["read"]
            else unread_part(part["account_id"], part.get("account_name"), part["reason"])
        )
        for part in report["accounts"]
    ]


def _read_part(account: Json, name: str | None, facts: Json) -> Json:
    """Return what an organization's report has of an account that was read.

    :param account: Has I(account_id), and perhaps I(partition) and I(caller).
    :param facts: Has those of M(reading.FACTS).
    """
    whys = {item["check"]: item["why"] for item in facts.get("not_made") or []}
    made = {check["id"] for check in facts["checks"]}
    not_made = [
        {"check": check.id, "why": whys.get(check.id) or "the version that wrote the report did not know it"}
        for check in CHECKS
        if check.id not in made
    ]
    checks = [{item: check[item] for item in ("id", "verdict", "reason", "counts")} for check in facts["checks"]]
    return {
        **_identity(account["account_id"], name),
        **{item: account.get(item) for item in ("partition", "caller")},
        "read": True,
        "reason": "",
        **{item: facts.get(item) for item in FACTS},
        "checks": checks,
        "not_made": not_made,
    }


def unread_part(account_id: str, account_name: str | None, reason: str) -> Json:
    """Return what an organization's report has of an account that could not be read: nothing is known of it."""
    nobody = {**dict.fromkeys(_SUMMED, 0), "percent": None}
    return {
        **_identity(account_id, account_name),
        "partition": None,
        "caller": None,
        "read": False,
        "reason": reason,
        **dict.fromkeys(FACTS),
        "verdict": UNKNOWN,
        "coverage": {
            "all_users": nobody,
            "console_users": nobody,
            "devices_by_type": dict.fromkeys(KINDS, 0),
            "orphaned_devices": None,
        },
        **{name: [] for name in ("checks", "not_made", "unknown", "exemptions", "orphaned_devices", "users")},
    }


def _identity(account_id: str, name: str | None) -> Json:
    return {"account_id": account_id, "account_name": name or None}


def merge(accounts: t.Sequence[Json], benchmark: str, generated: str) -> Json:
    """Return the report on an organization, with I(changes) still null.

    :param accounts: Results of M(parts_of) and M(unread_part), in any order.
    """
    read = [part for part in accounts if part["read"]]
    made = {check["id"] for part in read for check in part["checks"]}
    if not read:
        made = {check.id for check in CHECKS} - _NOT_MADE_BY_DEFAULT.keys()
    checks = [check for check in CHECKS if check.id in made]
    # What the organization is asked as a whole needs no answer from each account.
    asked = [check for check in checks if not check.once or not read]
    parts = [part if part["read"] else _unknown(part, asked) for part in accounts]
    merged = [_check(check, parts, benchmark) for check in checks]
    severities = {check["id"]: check["severity"] for check in merged}
    return {
        "schema_version": SCHEMA_VERSION,
        "generator": MERGED_BY,
        "collection_version": VERSION,
        "generated": generated,
        "retrieved": min((part["retrieved"] for part in read), default=generated),
        "benchmark": {"name": BENCHMARK_NAME, "version": benchmark},
        "verdict": worst_check(check["verdict"] for check in merged),
        "accounts_read": len(read),
        "accounts_unread": len(parts) - len(read),
        "coverage": _coverage(parts),
        "checks": merged,
        "not_made": [{"check": check, "why": why} for check, why in not_made(parts).items()],
        "changes": None,
        "accounts": sorted(parts, key=lambda part: _badness(part, severities)),
    }


def _unknown(part: Json, checks: t.Sequence[Check]) -> Json:
    """Return an account that could not be read, with each check unknown for that reason."""
    counts = dict.fromkeys((PASS, FAIL, EXEMPT, NOT_APPLICABLE, UNKNOWN), 0)
    item = {"verdict": UNKNOWN, "reason": f"the account could not be read: {part['reason']}", "counts": counts}
    return {**part, "checks": [{"id": check.id, **item} for check in checks]}


def _check(check: Check, parts: t.Sequence[Json], benchmark: str) -> Json:
    """Return a check over all accounts. Where it was not made, nothing is known; that never counts as pass."""
    counts = dict.fromkeys((PASS, FAIL, EXEMPT, NOT_APPLICABLE, UNKNOWN), 0)
    verdicts = []
    reasons = {}
    for part in parts:
        item = next((item for item in part["checks"] if item["id"] == check.id), None)
        if item or not check.once:
            verdicts.append(item["verdict"] if item else UNKNOWN)
        if item and item["verdict"] == UNKNOWN:
            reasons[part["account_id"]] = item["reason"]
        for name in counts:
            counts[name] += item["counts"].get(name, 0) if item else 0
    if check.subject == "root" and not check.once:
        counts[UNKNOWN] += sum(1 for part in parts if not part["read"])
    verdict = worst_check(verdicts)
    reason = ""
    if verdict == UNKNOWN:
        first = min(reasons, default="")
        number = verdicts.count(UNKNOWN)
        why = f"; {first}: {reasons[first]}" if first else ": the check was not made there"
        reason = f"unknown in {number:,} of {len(parts):,} accounts{why}"
    return {**check.described(benchmark), "verdict": verdict, "reason": reason, "counts": counts}


def _coverage(parts: t.Sequence[Json]) -> Json:
    """Return how many users have MFA in all accounts. No percentage if an account is not known."""
    orphans = [part["coverage"]["orphaned_devices"] for part in parts]
    kinds = dict.fromkeys(KINDS, 0)
    for part in parts:
        for kind, count in part["coverage"]["devices_by_type"].items():
            kinds[kind] = kinds.get(kind, 0) + count
    is_whole = all(part["read"] for part in parts)
    return {
        "all_users": _summed([part["coverage"]["all_users"] for part in parts], is_whole),
        "console_users": _summed([part["coverage"]["console_users"] for part in parts], is_whole),
        "devices_by_type": dict(sorted(kinds.items(), key=lambda item: (item[0] not in KINDS, item[0]))),
        "orphaned_devices": None if None in orphans else sum(orphans),
    }


def _summed(numbers: t.Sequence[Json], is_whole: bool) -> Json:
    total = {name: sum(item[name] for item in numbers) for name in _SUMMED}
    is_known = is_whole and total["users"] and not total["unknown"]
    return {**total, "percent": total["with_mfa"] * 1000 // total["users"] / 10 if is_known else None}


def not_made(parts: t.Sequence[Json]) -> dict[str, str]:
    """Return the checks that were not made in all the accounts that were read, each with the reason."""
    read = sorted((part for part in parts if part["read"]), key=lambda part: str(part["account_id"]))
    if not read:
        return _NOT_MADE_BY_DEFAULT
    found = {}
    for check in CHECKS:
        whys = {
            part["account_id"]: item["why"] for part in read for item in part["not_made"] if item["check"] == check.id
        }
        if whys and not (check.once and len(whys) < len(read)):
            number, why = next(iter(whys.items()))
            is_everywhere = len(whys) == len(read) and len(set(whys.values())) == 1
            found[check.id] = why if is_everywhere else f"in {len(whys):,} of {len(read):,} accounts; {number}: {why}"
    return found


def _badness(part: Json, severities: t.Mapping[str, str]) -> tuple[t.Any, ...]:
    """Return by what accounts are sorted: the worst first, then those that could not be read."""
    counts = [
        sum(item["counts"].get(verdict, 0) for item in part["checks"] if severities[item["id"]] == severity)
        for verdict in (FAIL, UNKNOWN, EXEMPT)
        for severity in SEVERITIES
    ]
    return (VERDICTS.index(part["verdict"]), part["read"], *(-count for count in counts), part["account_id"])


def unread(report: Json) -> list[Json]:
    """Return the accounts that could not be read, by number."""
    found = [part for part in report["accounts"] if not part["read"]]
    shown = ("account_id", "account_name", "reason")
    return sorted(({name: part[name] for name in shown} for part in found), key=lambda item: str(item["account_id"]))
