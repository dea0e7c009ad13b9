# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role did, and the words for it.

This module is private to hardening.aws.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.words import SHOWN, listed

from . import enforcement, tidy
from .common import Data, count, more
from .tally import causes, tally


def outcome(planned: Data, done: Data) -> dict[str, t.Any]:
    """Return the role's result.

    :param planned: The plan.
    :param done: What the role's tasks registered, empty for one that did not run: see vars/main.yml of the role.
    """
    counted = tally(planned, done["enrolled"])
    enforced = enforcement.enforced(planned, done)
    tidied = [
        tidy.tidied(done["passwords"], "console password", planned["passwords"]),
        tidy.tidied(done["keys"], "unused access key", planned["keys"]),
    ]
    orphans = done["orphans"].get("results") or []
    removed = [str(item["serial_number"]) for item in orphans if not item["failed"]]
    failures = [failure for step in (counted["failed"], done["failures"], enforced["failures"]) for failure in step]
    failures += [failure for one in tidied for failure in one["failures"]]
    failures += [*_failed_sheets(done), *_failed_orphans(orphans)]
    return {
        "check_mode": bool(done["check_mode"]),
        "selected": list(planned["selected"]),
        "excluded": list(planned["excluded"]),
        "had_mfa": sorted([*planned["has_mfa"], *counted["had_mfa"]]),
        "enabled": counted["enabled"],
        "failed": [
            {"user_name": str(item["user_name"]), "msg": str(item["msg"])} for item in (*planned["failed"], *failures)
        ],
        "orphans": [serial for serial in planned["orphans"] if serial not in set(removed)],
        "orphans_removed": removed,
        "enrolment_sheets": [item["path"] for item in _sheets(done) if item["path"] and not item["failed"]],
        "passwords_deleted": tidied[0]["passwords_deleted"],
        "keys_deactivated": tidied[1]["keys_deactivated"],
        "policy": enforced["policy"],
        "group_members_added": enforced["added"],
        "password_policy": _password_policy(done),
        "credential_report": planned["credential_report"],
        "warnings": [
            *map(str, (*planned["warnings"], *enforced["warnings"])),
            *(text for one in tidied for text in one["left_alone"]),
        ],
    }


def _sheets(done: Data) -> list[dict[str, t.Any]]:
    return list(done["sheets"].get("results") or [])


def _failed_sheets(done: Data) -> list[dict[str, t.Any]]:
    return [{"user_name": item["user_name"], "msg": item["msg"]} for item in _sheets(done) if item["failed"]]


def _failed_orphans(orphans: t.Iterable[Data]) -> list[dict[str, t.Any]]:
    return [{"user_name": item["serial_number"], "msg": item["msg"]} for item in orphans if item["failed"]]


def _password_policy(done: Data) -> str:
    """Return what came of the account's password policy. Nothing, if it was left alone or could not be set."""
    result = done["password_policy"]
    if not result or result.get("failed"):
        return ""
    if result.get("skipped"):
        return "not compared in check mode"
    return "changed" if result.get("changed") else "in place"


def failure(result: Data) -> str:
    """Return the message of a run in which something failed."""
    names = {item["user_name"] for item in result["failed"]}
    lines = [f"{len(names):,} failed, everything else is done. Fix the problems below and run again:"]
    return "\n- ".join([*lines, *causes(result["failed"])])


def summary(result: Data) -> list[str]:
    """Return the lines that a run ends with.

    :param result: That of M(outcome).
    """
    return [*_lines_on_enrolment(result), *_lines_on_the_rest(result)]


def _lines_on_enrolment(result: Data) -> list[str]:
    would = "would be " if result["check_mode"] else ""
    return [
        f"selected: {count(result['selected'], 'user')}",
        f"excluded: {count(result['excluded'], 'user')}",
        *(f"  {item['user_name']} ({item['reason']})" for item in result["excluded"][:SHOWN]),
        *more(result["excluded"]),
        f"had MFA already: {len(result['had_mfa']):,}",
        f"{would}enabled now: {listed(result['enabled'])}",
        f"failed: {len(result['failed']):,}",
        *(f"  {line}" for line in causes(result["failed"])),
        f"unassigned virtual devices: {listed(result['orphans'])}",
    ]


def _lines_on_the_rest(result: Data) -> list[str]:
    would = "would be " if result["check_mode"] else ""
    lines = []
    if result["enrolment_sheets"]:
        folder = os.path.dirname(result["enrolment_sheets"][0])
        lines.append(f"enrolment sheets to hand over, in {folder}: {len(result['enrolment_sheets']):,}")
    if result["orphans_removed"]:
        lines.append(f"{would}removed of these: {listed(result['orphans_removed'])}")
    if result["passwords_deleted"]:
        lines.append(f"console passwords {would}deleted: {listed(result['passwords_deleted'])}")
    if result["keys_deactivated"]:
        keys = [f"{item['user_name']} {item['access_key_id']}" for item in result["keys_deactivated"]]
        lines.append(f"access keys {would}deactivated: {listed(keys)}")
    policy = result["policy"]
    if policy:
        target = f"the group {policy['group']}" if policy.get("group") else count(range(policy["attached"]), "user")
        state = f"{would}changed" if policy["changed"] else "in place" if policy["attached"] else "not attached"
        lines.append(f"MFA enforced by {policy['arn']} on {target}: {state}")
        if policy["withheld"]:
            lines.append(f"without an MFA device, so not enforced: {listed(policy['withheld'])}")
    if result["group_members_added"]:
        lines.append(f"{would}put into the group: {listed(result['group_members_added'])}")
    if result["password_policy"]:
        lines.append(f"password policy of the account: {result['password_policy']}")
    if result["credential_report"]:
        lines.append(f"credential report of: {result['credential_report']}")
    lines += [f"warning: {text}" for text in result["warnings"]]
    return lines
