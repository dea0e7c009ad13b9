# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role wants to be enforced, and what it tells of what came of it."""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import enforcement
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._enforcement.settings import SETTINGS

ARN = "arn:aws:iam::123456789012:policy/deny-unless-mfa"
DONE: dict[str, t.Any] = {"enforced": {}, "check_mode": False}
DECIDED: dict[str, t.Any] = {
    "arn": ARN,
    "exists": True,
    "users": ["carol"],
    "groups": [],
    "in_place": 1,
    "uncovered": [],
    "withheld": ["bob", "dave"],
    "failures": [],
    "warnings": [],
}


def done(decided: dict[str, t.Any], check_mode: bool = False, **more: t.Any) -> dict[str, t.Any]:
    """What the role's task registered."""
    return {"enforced": {"enforcement": {**DECIDED, **decided}, **more}, "check_mode": check_mode}


def test_what_came_of_it() -> None:
    planned = {"settings": SETTINGS}
    assert enforcement.enforced(planned, DONE)["policy"] == {}  # nothing was decided
    results = [{"name": "carol", "changed": False, "failed": True, "msg": "as many managed policies as"}]
    found = enforcement.enforced(planned, done({}, attached=results))
    assert found["policy"] == {"arn": ARN, "group": "", "changed": False, "attached": 1, "withheld": ["bob", "dave"]}
    assert found["failures"] == [{"user_name": "carol", "msg": "as many managed policies as"}]
    # The policy could not be written: nothing was attached.
    found = enforcement.enforced(planned, done({}, failed=True))
    assert found["policy"]["attached"] == 1 and not found["policy"]["changed"]
    # In check mode, where the policy does not exist yet
    nothing = {"exists": False, "users": ["alice", "carol"], "in_place": 0}
    found = enforcement.enforced(planned, done(nothing, True, policy_changed=True, attached=[], policy=None))
    assert found["policy"]["changed"] and found["policy"]["attached"] == 2 and found["failures"] == []
    # A policy on a path
    path = ARN.replace("deny", "mfa/deny")
    assert enforcement.enforced(planned, done({}, policy={"arn": path}))["policy"]["arn"] == path


def test_what_came_of_the_members() -> None:
    planned = {"settings": {**SETTINGS, "enforce_policy": "group", "enforce_group": "ops"}}
    decided = {"users": [], "uncovered": ["alice", "bob", "dave"]}
    results = [{"user_name": "alice", "failed": False, "msg": ""}]
    found = enforcement.enforced(planned, done(decided, members=results))
    assert found["added"] == ["alice"]
    assert found["warnings"] == [
        "2 selected users are not in the group ops, so the policy does not reach them: bob, dave"
    ]
    results = [{"user_name": "alice", "failed": True, "msg": "in as many groups as"}]
    found = enforcement.enforced(planned, done(decided, members=results))
    assert found["added"] == [] and found["failures"] == [{"user_name": "alice", "msg": "in as many groups as"}]


def test_what_is_wanted() -> None:
    planned = {
        "settings": {**SETTINGS, "enrol": False},
        "selected": ["alice", "bob"],
        "caller": "carol",
        "policy_arn": ARN,
        "failed": [{"user_name": "bob", "msg": "a name that is too long"}],
    }
    tally = {"enabled": ["alice"], "failed": [{"user_name": "alice", "msg": "denied"}]}
    assert enforcement.options(planned, tally, predicted=False) == {
        "selected": ["alice", "bob"],
        "caller": "carol",
        "policy_arn": ARN,
        "told": ["alice", "bob"],
        "enabled": [],
        "enrol": False,
        "exclude": [],
        "exclude_patterns": [],
        "enforce_group_members": "report",
        "enforce_self_enrolment": False,
    }
    # Only check mode counts who would be enrolled.
    assert enforcement.options(planned, tally, predicted=True)["enabled"] == ["alice"]
