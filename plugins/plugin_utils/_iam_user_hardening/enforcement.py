# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets the policy that denies without MFA, and why nobody is locked out by it. Pure.

This module is private to hardening.aws. Enforcement follows success: unless users enrol themselves, nobody gets the
policy, or has it changed, or is put into the group that has it, who has no MFA device at that moment. The caller never
gets it. A policy that the role did not create is left alone.
"""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._access.managed_policy import TAG

from .common import PREFIX, Data, listed, some
from .selection import Exclusions

# Before the first change ----------------------------------------------------------------------------------------------


def caller_refusals(info: Data, settings: Data, selected: t.Collection[str]) -> list[str]:
    """Return why the policy may not be attached: it would lock out the user whose credentials the run has.

    Refused whatever kind of credentials these are, as the run itself might be denied half-way.
    """
    name = (info["account"].get("caller") or {}).get("user_name")
    if name is None or settings["enforce_policy"] == "none":
        return []
    remedy = f"Put {name} into {PREFIX}_exclude, or run with the credentials of a role."
    if settings["enforce_policy"] == "users":
        if name not in selected:
            return []
        return [f"{PREFIX}_enforce_policy: this run has the credentials of the selected user {name}, whom the policy "
                f"would deny what the run has to do. {remedy}"]  # fmt: skip
    group = settings["enforce_group"]
    if name in _members(info, [group]):
        return [f"{PREFIX}_enforce_group: this run has the credentials of {name}, a member of the group {group}, and "
                f"the policy would deny what the run has to do. Take {name} out of the group, or run with the "
                "credentials of a role."]  # fmt: skip
    if settings["enforce_group_members"] == "add" and name in selected:
        return [
            f"{PREFIX}_enforce_group_members: this run has the credentials of the selected user {name}, who would be "
            f"put into the group {group}, where the policy would deny what the run has to do. {remedy}"
        ]
    return []


def policy_refusals(policy: Data, settings: Data) -> list[str]:
    """Return why the policy may not be touched or attached, as far as it can be told before the first change.

    :param policy: What M(hardening.aws.iam_user_hardening_account) says of it.
    """
    if policy["unknown"]:
        return [f"{PREFIX}_enforce_policy: the policy could not be looked at: {policy['unknown']}"]
    found = []
    if not policy["is_ours"]:
        found.append(
            f"{PREFIX}_enforce_policy_name: there is a policy {policy['arn']} that this role did not create, and "
            f"whoever has it would get another one. Set {PREFIX}_enforce_policy_name to a name of its own. To hand "
            f"that very policy over to the role, give it the tag {TAG} with any value."
        )
    if policy["group_exists"] is False:
        found.append(
            f"{PREFIX}_enforce_group: there is no group {settings['enforce_group']}. Correct the name, or create the "
            "group with amazon.aws.iam_group."
        )
    return found


# The decision ---------------------------------------------------------------------------------------------------------


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


def decide(now: Now, planned: Data, tally: Data, policy: Data, attached: Data) -> dict[str, t.Any]:
    """Return what is to be done: whether the policy is written, who gets it, and who is put into the group.

    :param planned: The plan, with the role's settings.
    :param tally: Who was enrolled, and who failed.
    :param policy: Its I(arn), None if it does not exist, and whether its document I(differs) from what it should be.
    :param attached: The I(users) and I(groups) that have the policy.
    """
    settings = planned["settings"]
    decision: dict[str, t.Any] = {
        "arn": policy["arn"] or planned["policy_arn"],
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
        _decide_users(decision, now, planned, tally)
    else:
        _decide_group(decision, now, planned, attached)
        _decide_members(decision, now, planned)
    return decision


def due(info: Data, planned: Data, tally: Data, predicted: bool = False) -> dict[str, t.Any]:
    """Return a decision whose I(users) and I(groups) lack the policy. I(in_place) is how many have it.

    So thousands of names are not carried from task to task, and no module starts for what is done already.

    :param info: What M(hardening.aws.iam_user_hardening_account) says of the account.
    :param predicted: Whether users count as enrolled whom check mode says to be.
    """
    policy = info["policy"]
    now = Now(info, tally["enabled"] if predicted else ())
    attached = {"users": now.with_policy(policy["arn"]), "groups": policy["groups"]}
    decision = decide(now, planned, tally, policy, attached)
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
    holders = set(attached["users"]) | _members(now.info, attached["groups"])
    return now.without_device(holders & set(now.users))


def _cannot_change(arn: str, locked: t.Sequence[str]) -> str:
    return (
        f"{arn} was left as it is and attached to nobody else. Its new document would keep users from enrolling who "
        f"have the policy and no MFA device: {listed(locked)}. Enrol them, take the policy off them with "
        f"hardening.aws.iam_policy_attachment, or set {PREFIX}_enforce_self_enrolment to true."
    )


def _decide_users(decision: dict[str, t.Any], now: Now, planned: Data, tally: Data) -> None:
    settings = planned["settings"]
    there = set(now.users)
    selected = [name for name in planned["selected"] if name in there]
    lacking = [] if settings["enforce_self_enrolment"] else now.without_device(selected)
    decision["users"] = [name for name in selected if name not in set(lacking)]
    decision["withheld"] = lacking
    told = {str(item["user_name"]) for item in (*planned["failed"], *tally["failed"])}
    silent = [name for name in lacking if name not in told]
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
    decision["failures"] += [{"user_name": name, "msg": gone} for name in planned["selected"] if name not in there]


def _decide_group(decision: dict[str, t.Any], now: Now, planned: Data, attached: Data) -> None:
    settings = planned["settings"]
    group = settings["enforce_group"]
    members = _members(now.info, [group])
    lacking = [] if settings["enforce_self_enrolment"] else now.without_device(members)
    exclusions = Exclusions(settings["exclude"], settings["exclude_patterns"], now.users)
    joined = sorted(name for name in members if exclusions.reason(name) or name == planned["caller"])
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


def _decide_members(decision: dict[str, t.Any], now: Now, planned: Data) -> None:
    """Note which selected users are not in the group, and if asked to, put those who have MFA into it."""
    settings = planned["settings"]
    missing = set(now.users) & set(planned["selected"]) - _members(now.info, [settings["enforce_group"]])
    decision["uncovered"] = [name for name in planned["selected"] if name in missing]
    if settings["enforce_group_members"] == "add":
        missing -= {*now.without_device(missing), planned["caller"]}
        decision["members"] = [name for name in decision["uncovered"] if name in missing]


def _members(info: Data, groups: t.Iterable[str]) -> set[str]:
    wanted = {group.lower() for group in groups}
    return {
        str(user["user_name"])
        for user in info["users"]
        if any(str(group).lower() in wanted for group in user["groups"] or ())
    }


def _failure(settings: Data, text: str) -> dict[str, str]:
    return {"user_name": f"policy {settings['enforce_policy_name']}", "msg": text}


# What came of it ------------------------------------------------------------------------------------------------------


def enforced(planned: Data, done: Data) -> dict[str, t.Any]:
    """Return what was done: the role's result on the I(policy), I(added) members, I(failures) and I(warnings).

    :param planned: The plan.
    :param done: What tasks registered, empty for one that did not run: the decision (I(decided)), and what came of
        writing and attaching the policy (I(attached)) and of the group's members (I(members)); and whether it
        was I(check_mode).
    """
    decision = done["decided"].get("enforcement")
    if not decision:
        return {"policy": {}, "added": [], "failures": [], "warnings": []}
    group = planned["settings"]["enforce_group"]
    results = done["attached"].get("results") or []
    if done["check_mode"] and not decision["exists"]:
        # A policy that does not exist yet cannot be looked at, and would be attached to all of them.
        results = [{"changed": True, "failed": False}] * len([*decision["users"], *decision["groups"]])
    members = done["members"].get("results") or []
    failed = [
        *({"user_name": str(item["name"]), "msg": str(item["msg"])} for item in results if item["failed"]),
        *({"user_name": str(item["user_name"]), "msg": str(item["msg"])} for item in members if item["failed"]),
    ]
    added = [str(item["user_name"]) for item in members if not item["failed"]]
    return {
        "policy": {
            "arn": (done["attached"].get("policy") or {}).get("arn") or decision["arn"],
            "group": group,
            "changed": bool(done["attached"].get("changed")) or any(item["changed"] for item in results),
            "attached": decision["in_place"] + sum(1 for item in results if not item["failed"]),
            "withheld": list(decision["withheld"]),
        },
        "added": added,
        "failures": [*decision["failures"], *failed],
        "warnings": [*decision["warnings"], *_not_members(decision, added, group)],
    }


def _not_members(decision: Data, added: t.Sequence[str], group: str) -> list[str]:
    left = [name for name in decision["uncovered"] if name not in set(added)]
    if not left:
        return []
    who = "1 selected user is" if len(left) == 1 else f"{len(left):,} selected users are"
    return [f"{who} not in the group {group}, so the policy does not reach them: {some(left)}"]
