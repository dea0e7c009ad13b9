# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role did, and the words for it.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .common import PREFIX, SHOWN, Data, count, listed, more, some


def counted(tally: Data, batch: Data, results: t.Iterable[Data], msg: str = "") -> dict[str, t.Any]:
    """Return a tally with the users of one more batch in it. It is kept small, as Ansible copies it from task to task.

    :param tally: That of the batches before: the names I(enabled), those who I(had_mfa), and who I(failed) and why.
    :param results: Those of the batch's users, and maybe others.
    :param msg: What to say of a user of the batch who has no result.
    """
    by_name = {result["user_name"]: result for result in results}
    added: dict[str, list[t.Any]] = {"enabled": [], "had_mfa": [], "failed": []}
    for name in batch["serial_numbers"]:
        result = by_name.get(name)
        if result is None or result["failed"]:
            text = result["msg"] if result is not None else msg or "nothing was said of this user: run again."
            added["failed"].append({"user_name": str(name), "msg": str(text)})
        else:
            added["enabled" if "enable" in result["actions"] else "had_mfa"].append(str(name))
    return {key: [*tally[key], *added[key]] for key in added}


def failed_lines(tally: Data, batch: Data) -> list[str]:
    """Return whom a batch could not enrol, and why."""
    return [
        f"{item['user_name']}: {item['msg']}"
        for item in tally["failed"]
        if item["user_name"] in batch["serial_numbers"]
    ]


def outcome(planned: Data, done: Data) -> dict[str, t.Any]:
    """Return what the role did.

    :param done: I(tally) of enrolments, I(failures) of other steps, I(orphans_removed), I(passwords_deleted),
        I(keys_deactivated), I(policy), I(password_policy), I(check_mode).
    """
    failed = [{"user_name": name, "msg": _no_user(name)} for name in planned["not_found"]]
    failed += [{"user_name": item["user_name"], "msg": str(item["msg"])} for item in done["tally"]["failed"]]
    failed += [{"user_name": item["user_name"], "msg": str(item["msg"])} for item in done["failures"]]
    return {
        "check_mode": bool(done["check_mode"]),
        "selected": list(planned["selected"]),
        "excluded": list(planned["excluded"]),
        "had_mfa": sorted([*planned["has_mfa"], *done["tally"]["had_mfa"]]),
        "enabled": list(done["tally"]["enabled"]),
        "failed": failed,
        "orphans": [serial for serial in planned["orphans"] if serial not in set(done["orphans_removed"])],
        "orphans_removed": list(done["orphans_removed"]),
        "passwords_deleted": list(done["passwords_deleted"]),
        "keys_deactivated": list(done["keys_deactivated"]),
        "policy": done["policy"],
        "password_policy": done["password_policy"],
        "credential_report": planned["credential_report"],
        "warnings": _warnings(planned, done),
    }


def failure(result: Data) -> str:
    """Return the message of a run in which something failed."""
    failed = result["failed"]
    names = {item["user_name"] for item in failed}
    lines = [f"{len(names):,} failed, everything else is done. Put right what is said here, and run again:"]
    lines += [f"- {item['user_name']}: {item['msg']}" for item in failed[: 10 * SHOWN]]
    if len(failed) > 10 * SHOWN:
        lines.append(f"- and {len(failed) - 10 * SHOWN:,} more, see iam_user_hardening_result.failed")
    return "\n".join(lines)


def _no_user(name: str) -> str:
    return f"There is no IAM user {name} in this account: correct {PREFIX}_users, or look at the account."


def _warnings(planned: Data, done: Data) -> list[str]:
    found = [
        f"{PREFIX}_exclude names {name}, and there is no such user: is it spelled right?"
        for name in planned["unknown_exclusions"]
    ]
    policy = done["policy"]
    if policy and policy.get("group") and planned["uncovered"]:
        found.append(
            f"{len(planned['uncovered'])} selected users are not in the group {policy['group']}, so the policy does "
            f"not reach them: {some(planned['uncovered'])}"
        )
    return found


def summary(result: Data) -> list[str]:
    """Return the lines that a run ends with.

    :param result: That of M(outcome).
    """
    would = "would be " if result["check_mode"] else ""
    lines = [
        f"selected: {count(result['selected'], 'user')}",
        f"excluded: {count(result['excluded'], 'user')}",
        *(f"  {item['user_name']} ({item['reason']})" for item in result["excluded"][:SHOWN]),
        *more(result["excluded"]),
        f"had MFA already: {len(result['had_mfa']):,}",
        f"{would}enabled now: {listed(result['enabled'])}",
        f"failed: {len(result['failed']):,}",
        *(f"  {item['user_name']}: {item['msg']}" for item in result["failed"]),
        f"unassigned virtual devices: {listed(result['orphans'])}",
    ]
    if result["orphans_removed"]:
        lines.append(f"{would}removed of these: {listed(result['orphans_removed'])}")
    if result["passwords_deleted"]:
        lines.append(f"console passwords {would}deleted: {listed(result['passwords_deleted'])}")
    if result["keys_deactivated"]:
        keys = [f"{item['user_name']} {item['access_key_id']}" for item in result["keys_deactivated"]]
        lines.append(f"access keys {would}deactivated: {listed(keys)}")
    policy = result["policy"]
    if policy:
        target = f"the group {policy['group']}" if policy.get("group") else "the users"
        state = f"{would}changed" if policy["changed"] else "in place"
        lines.append(f"MFA enforced by {policy['arn']} on {target}: {state}")
    if result["password_policy"]:
        lines.append(f"password policy of the account: {result['password_policy']}")
    if result["credential_report"]:
        lines.append(f"credential report of: {result['credential_report']}")
    lines += [f"warning: {text}" for text in result["warnings"]]
    return lines


def orphan_failures(results: t.Iterable[Data]) -> list[dict[str, str]]:
    """Return what could not be removed, named by its serial number."""
    return [{"user_name": str(result["serial_number"]), "msg": str(result["msg"])} for result in results]
