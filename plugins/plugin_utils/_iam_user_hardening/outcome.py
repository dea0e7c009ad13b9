# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role did, and the words for it.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .common import PREFIX, SHOWN, Data, count, listed, more, some

# Refusals that the next user gets as well, and that no further attempt cures.
_HOPELESS = {"AccessDenied", "UnauthorizedOperation", "AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId"}
_HOPELESS |= {"ExpiredToken", "UnrecognizedClient", "IncompleteSignature", "SignatureDoesNotMatch", "InvalidSignature"}
_HOPELESS |= {"MissingAuthenticationToken", "LimitExceeded", "OptInRequired", "SubscriptionRequired"}
_NAMED = 3


def empty_tally() -> dict[str, t.Any]:
    """Return the tally of no batch."""
    return {"enabled": [], "had_mfa": [], "failed": [], "stopped": "", "streak": {"cause": "", "length": 0}}


def counted(tally: Data, batch: Data, results: t.Iterable[Data], msg: str = "", limit: int = 0) -> dict[str, t.Any]:
    """Return a tally with the users of one more batch in it. It is kept small, as Ansible copies it from task to task.

    :param tally: That of the batches before: the names I(enabled), those who I(had_mfa), and who I(failed) and why;
        the I(streak) of equal failures at its end, and if that was too long, why enrolling is I(stopped).
    :param results: Those of the batch's users, and maybe others.
    :param msg: What to say of a user of the batch who has no result.
    :param limit: After how many equal failures in a row of a kind that cannot heal no other batch is tried. 0 is never.
    """
    by_name = {result["user_name"]: result for result in results}
    added: dict[str, list[t.Any]] = {"enabled": [], "had_mfa": [], "failed": []}
    streak = tally["streak"]
    for name in batch["serial_numbers"]:
        result = by_name.get(name)
        if result is not None and not result["failed"]:
            added["enabled" if "enable" in result["actions"] else "had_mfa"].append(str(name))
            streak = {"cause": "", "length": 0}
            continue
        text = result["msg"] if result is not None else msg or "nothing was said of this user: run again."
        failed = {"user_name": str(name), "msg": str(text)}
        added["failed"].append(failed)
        streak = _longer(streak, _cause(failed) if _is_hopeless(result) else "")
    stopped = tally["stopped"] or (_why_stopped(streak["length"]) if limit and streak["length"] >= limit else "")
    return {**{key: [*tally[key], *added[key]] for key in added}, "stopped": stopped, "streak": streak}


def _longer(streak: Data, cause: str) -> dict[str, t.Any]:
    """Return a streak of equal failures after one more. A cause that may pass, which is empty, ends it."""
    return {"cause": cause, "length": streak["length"] + 1 if cause and cause == streak["cause"] else int(bool(cause))}


def _why_stopped(length: int) -> str:
    return (
        f"was not tried, as {length:,} users in a row had failed for the same reason. {PREFIX}_stop_after_failures "
        "says after how many."
    )


def _is_hopeless(result: Data | None) -> bool:
    """Whether a failed user's result, or the lack of one, is of a kind that the next users would get as well."""
    if result is None:
        return True
    code = str((result.get("error") or {}).get("code") or "")
    return code.removesuffix("Exception") in _HOPELESS


def failed_lines(tally: Data, batch: Data) -> list[str]:
    """Return whom a batch could not enrol, and why."""
    return causes([item for item in tally["failed"] if item["user_name"] in batch["serial_numbers"]])


def causes(failed: t.Iterable[Data]) -> list[str]:
    """Return a line for each cause of failures, the most frequent first: who, and what the first of them was told."""
    groups: dict[str, list[Data]] = {}
    for item in failed:
        groups.setdefault(_cause(item), []).append(item)
    ordered = sorted(groups.values(), key=len, reverse=True)
    lines = [f"{_who(group)}: {group[0]['msg']}" for group in ordered[:SHOWN]]
    if len(ordered) > SHOWN:
        lines.append(f"and {len(ordered) - SHOWN:,} more causes, see {PREFIX}_result.failed")
    return lines


def _cause(failed: Data) -> str:
    """Return what failures of the same cause have in common: the message without names, numbers and ARNs."""
    name = str(failed["user_name"])
    words = str(failed["msg"]).split()
    return " ".join(word for word in words if name not in word and "/" not in word and not any(map(str.isdigit, word)))


def _who(group: t.Sequence[Data]) -> str:
    names = [str(item["user_name"]) for item in group]
    if len(names) == 1:
        return names[0]
    rest = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{len(names):,} users, first {', '.join(names[:_NAMED])}{rest}"


def outcome(planned: Data, done: Data) -> dict[str, t.Any]:
    """Return what the role did.

    :param done: I(tally) of enrolments, I(failures) of other steps, I(orphans_removed), I(passwords_deleted),
        I(keys_deactivated), I(left_alone), I(policy), I(password_policy), I(check_mode).
    """
    failed = [*planned["failed"], *done["tally"]["failed"], *done["failures"]]
    return {
        "check_mode": bool(done["check_mode"]),
        "selected": list(planned["selected"]),
        "excluded": list(planned["excluded"]),
        "had_mfa": sorted([*planned["has_mfa"], *done["tally"]["had_mfa"]]),
        "enabled": list(done["tally"]["enabled"]),
        "failed": [{"user_name": str(item["user_name"]), "msg": str(item["msg"])} for item in failed],
        "orphans": [serial for serial in planned["orphans"] if serial not in set(done["orphans_removed"])],
        "orphans_removed": list(done["orphans_removed"]),
        "passwords_deleted": list(done["passwords_deleted"]),
        "keys_deactivated": list(done["keys_deactivated"]),
        "policy": done["policy"],
        "password_policy": done["password_policy"],
        "credential_report": planned["credential_report"],
        "warnings": [*_warnings(planned, done), *map(str, done["left_alone"])],
    }


def failure(result: Data) -> str:
    """Return the message of a run in which something failed."""
    names = {item["user_name"] for item in result["failed"]}
    lines = [f"{len(names):,} failed, everything else is done. Fix the problems below and run again:"]
    return "\n- ".join([*lines, *causes(result["failed"])])


def _warnings(planned: Data, done: Data) -> list[str]:
    found = [str(text) for text in (*planned["warnings"], *done.get("warnings", ()))]
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
        *(f"  {line}" for line in causes(result["failed"])),
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
        target = f"the group {policy['group']}" if policy.get("group") else count(range(policy["attached"]), "user")
        state = f"{would}changed" if policy["changed"] else "in place" if policy["attached"] else "not attached"
        lines.append(f"MFA enforced by {policy['arn']} on {target}: {state}")
        if policy["withheld"]:
            lines.append(f"without an MFA device, so not enforced: {listed(policy['withheld'])}")
    if result["password_policy"]:
        lines.append(f"password policy of the account: {result['password_policy']}")
    if result["credential_report"]:
        lines.append(f"credential report of: {result['credential_report']}")
    lines += [f"warning: {text}" for text in result["warnings"]]
    return lines


def orphan_failures(results: t.Iterable[Data]) -> list[dict[str, str]]:
    """Return what could not be removed, named by its serial number."""
    return [{"user_name": str(result["serial_number"]), "msg": str(result["msg"])} for result in results]
