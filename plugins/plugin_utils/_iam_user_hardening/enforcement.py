# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role wants to be enforced, and what came of it. Pure.

This module is private to hardening.aws. Who gets the policy is decided on the host: see module_utils/_enforcement.
"""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.decision import Wanted
from ansible_collections.hardening.aws.plugins.module_utils._enforcement.words import some

from .common import Data


def wanted(planned: Data, tally: Data, predicted: bool = False) -> Wanted:
    """Return what the decision depends on, besides the account.

    :param planned: The plan.
    :param tally: Who was enrolled, and who failed.
    :param predicted: Whether users count as enrolled whom check mode says to be.
    """
    return Wanted(
        settings=planned["settings"],
        selected=planned["selected"],
        caller=planned["caller"],
        policy_arn=planned["policy_arn"],
        told=frozenset(str(item["user_name"]) for item in (*planned["failed"], *tally["failed"])),
        enabled=tally["enabled"] if predicted else (),
    )


# Those of the role's inputs that decide, as the module takes them.
_SETTINGS = ("enforce_group_members", "enforce_self_enrolment", "enrol", "exclude", "exclude_patterns")


def options(planned: Data, tally: Data, predicted: bool) -> dict[str, t.Any]:
    """Return the same as O(enforce) of M(hardening.aws.iam_user_hardening_account)."""
    found = wanted(planned, tally, predicted)
    return {
        **{name: planned["settings"][name] for name in _SETTINGS},
        "selected": found.selected,
        "caller": found.caller,
        "policy_arn": found.policy_arn,
        "told": sorted(found.told),
        "enabled": list(found.enabled),
    }


def enforced(planned: Data, done: Data) -> dict[str, t.Any]:
    """Return what was done: the role's result on the I(policy), I(added) members, I(failures) and I(warnings).

    :param planned: The plan.
    :param done: What M(hardening.aws.iam_user_hardening_enforcement) returned (I(enforced)), empty if it did not run;
        and whether it was in I(check_mode).
    """
    found = done["enforced"]
    decision = found.get("enforcement")
    if not decision:
        return {"policy": {}, "added": [], "failures": [], "warnings": []}
    group = planned["settings"]["enforce_group"]
    results = found.get("attached") or []
    if done["check_mode"] and not decision["exists"]:
        # A policy that does not exist yet cannot be looked at, and would be attached to all of them.
        results = [{"changed": True, "failed": False}] * len([*decision["users"], *decision["groups"]])
    members = found.get("members") or []
    failed = [
        *({"user_name": str(item["name"]), "msg": str(item["msg"])} for item in results if item["failed"]),
        *({"user_name": str(item["user_name"]), "msg": str(item["msg"])} for item in members if item["failed"]),
    ]
    added = [str(item["user_name"]) for item in members if not item["failed"]]
    return {
        "policy": {
            "arn": (found.get("policy") or {}).get("arn") or decision["arn"],
            "group": group,
            "changed": bool(found.get("policy_changed")) or any(item["changed"] for item in results),
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
