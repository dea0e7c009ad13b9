# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets the policy that denies without MFA, and why nobody is locked out by it. Pure.

This module is private to hardening.aws. Enforcement follows success: unless users enrol themselves, nobody gets the
policy, or has it changed, or is put into the group that has it, who has no MFA device at that moment. The caller never
gets it. A policy that the role did not create is left alone.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .exclusions import Exclusions
from .words import PREFIX, listed, some

Data = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What is asked for.

    :param settings: The role's typed inputs without their prefix.
    :param selected: Names of users, as IAM writes them.
    :param caller: Whose credentials the run has; None if they are not a user's.
    :param policy_arn: What the policy's ARN will be, if there is none yet.
    :param told: Users of whom it is said already why they were not enrolled.
    :param enabled: Users who would have a device by then, in check mode.
    """

    settings: Data
    selected: t.Sequence[str]
    caller: str | None
    policy_arn: str
    told: t.Collection[str] = ()
    enabled: t.Sequence[str] = ()


class Now:
    """Who has an MFA device and is in which group at this moment.

    :param enabled: Users who would have one by then, in check mode.
    """

    def __init__(self, info: Data, enabled: t.Iterable[str] = ()) -> None:
        self.info = info
        self.users = [str(user["user_name"]) for user in info["users"]]
        self._enrolled = {str(user["user_name"]) for user in info["users"] if user["mfa_devices"]} | set(enabled)

    def without_device(self, names: t.Iterable[str]) -> list[str]:
        """Return those of the names who have no device."""
        return sorted(name for name in names if name not in self._enrolled)

    def with_policy(self, arn: str | None) -> list[str]:
        """Return the users whom a managed policy is attached to."""
        return [str(user["user_name"]) for user in self.info["users"] if arn in (user["attached_policies"] or ())]


def decide(now: Now, wanted: Wanted, policy: Data, attached: Data) -> dict[str, t.Any]:
    """Return what is to be done: whether the policy is written, who gets it, and who is put into the group.

    :param policy: Its I(arn), None if it does not exist, and whether its document I(differs) from what it should be.
    :param attached: The I(users) and I(groups) that have the policy.
    """
    settings = wanted.settings
    decision: dict[str, t.Any] = {
        "arn": policy["arn"] or wanted.policy_arn,
        "exists": policy["arn"] is not None,
        "write": policy["differs"],
        "users": [],
        "groups": [],
        "members": [],
        "uncovered": [],
        "withheld": [],
        "failures": [],
        "warnings": [],
    }
    locked = _locked_by_change(now, settings, attached) if policy["arn"] and policy["differs"] else []
    if locked:
        decision["write"] = False
        decision["failures"].append(_failure(settings, _cannot_change(policy["arn"], locked)))
    elif settings["enforce_policy"] == "users":
        _decide_users(decision, now, wanted)
    else:
        _decide_group(decision, now, wanted, attached)
        _decide_members(decision, now, wanted)
    return decision


def due(info: Data, wanted: Wanted) -> dict[str, t.Any]:
    """Return a decision whose I(users) and I(groups) lack the policy. I(in_place) is how many have it.

    :param info: What M(hardening.aws.iam_user_hardening_account) says of the account.
    :raises TooSlow: A pattern of names that are excluded takes too long.
    """
    policy = info["policy"]
    now = Now(info, wanted.enabled)
    attached = {"users": now.with_policy(policy["arn"]), "groups": policy["groups"]}
    decision = decide(now, wanted, policy, attached)
    having = {name.lower() for name in attached["users"]}
    groups = {name.lower() for name in attached["groups"]}
    users = [name for name in decision["users"] if name.lower() not in having]
    lacking = [name for name in decision["groups"] if name.lower() not in groups]
    in_place = len(decision["users"]) - len(users) + len(decision["groups"]) - len(lacking)
    return {**decision, "users": users, "groups": lacking, "in_place": in_place}


def is_settled(decision: Data) -> bool:
    """Whether nothing of what M(due) returned is to be done."""
    return not (decision["write"] or decision["users"] or decision["groups"] or decision["members"])


def _locked_by_change(now: Now, settings: Data, attached: Data) -> list[str]:
    """Return users who have the policy and no device, and whom another document might keep from making one."""
    if settings["enforce_self_enrolment"]:
        return []
    holders = set(attached["users"]) | members_of(now.info, attached["groups"])
    return now.without_device(holders & set(now.users))


def _cannot_change(arn: str, locked: t.Sequence[str]) -> str:
    return (
        f"{arn} was left as it is and attached to nobody else. Its new document would keep users from enrolling who "
        f"have the policy and no MFA device: {listed(locked)}. Enrol them, take the policy off them with "
        f"hardening.aws.iam_policy_attachment, or set {PREFIX}_enforce_self_enrolment to true."
    )


def _decide_users(decision: dict[str, t.Any], now: Now, wanted: Wanted) -> None:
    settings = wanted.settings
    there = set(now.users)
    selected = [name for name in wanted.selected if name in there]
    lacking = [] if settings["enforce_self_enrolment"] else now.without_device(selected)
    decision["users"] = [name for name in selected if name not in set(lacking)]
    decision["withheld"] = lacking
    silent = [name for name in lacking if name not in wanted.told]
    if not settings["enrol"]:
        if silent:
            decision["warnings"].append(
                f"the policy was not attached to {listed(silent)}, as they have no MFA device. Enrol them, or set "
                f"{PREFIX}_enforce_self_enrolment to true if they are to do that themselves"
            )
        silent = []
    text = "has no MFA device at this moment, so the policy was not attached: run again."
    decision["failures"] += [{"user_name": name, "msg": text} for name in silent]
    gone = "was deleted while the role ran, so the policy was not attached."
    decision["failures"] += [{"user_name": name, "msg": gone} for name in wanted.selected if name not in there]


def _decide_group(decision: dict[str, t.Any], now: Now, wanted: Wanted, attached: Data) -> None:
    settings = wanted.settings
    group = settings["enforce_group"]
    members = members_of(now.info, [group])
    lacking = [] if settings["enforce_self_enrolment"] else now.without_device(members)
    exclusions = Exclusions(settings["exclude"], settings["exclude_patterns"], now.users)
    joined = sorted(name for name in members if exclusions.reason(name) or name == wanted.caller)
    has_it = group in attached["groups"]
    left = f"The group {group} {'keeps' if has_it else 'did not get'} {decision['arn']}"
    if lacking:
        decision["withheld"] = lacking
        text = f"{left}, and members of it have no MFA device: {listed(lacking)}. "
        if has_it:
            text += "They can do nothing until somebody enrols them. "
        text += f"Enrol them, take them out of the group, or set {PREFIX}_enforce_self_enrolment to true."
        decision["failures"].append(_failure(settings, text))
    if joined and not has_it:
        text = f"{left}: the caller, or users who are excluded, have joined it meanwhile: {some(joined)}."
        decision["failures"].append(_failure(settings, text))
    if not lacking and not joined:
        decision["groups"] = [group]


def _decide_members(decision: dict[str, t.Any], now: Now, wanted: Wanted) -> None:
    """Note which selected users are not in the group, and if asked to, put those who have MFA into it."""
    settings = wanted.settings
    missing = set(now.users) & set(wanted.selected) - members_of(now.info, [settings["enforce_group"]])
    decision["uncovered"] = [name for name in wanted.selected if name in missing]
    if settings["enforce_group_members"] == "add":
        missing -= {*now.without_device(missing), wanted.caller}
        decision["members"] = [name for name in decision["uncovered"] if name in missing]


def members_of(info: Data, groups: t.Iterable[str]) -> set[str]:
    """Return the users who are in one of the groups. Like IAM, this ignores case."""
    wanted = {group.lower() for group in groups}
    return {
        str(user["user_name"])
        for user in info["users"]
        if any(str(group).lower() in wanted for group in user["groups"] or ())
    }


def _failure(settings: Data, text: str) -> dict[str, str]:
    return {"user_name": f"policy {settings['enforce_policy_name']}", "msg": text}
