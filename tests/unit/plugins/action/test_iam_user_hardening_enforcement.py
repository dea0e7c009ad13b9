# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action that decides on enforcement: when it looks at the account again, and when it refuses to decide."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.action import iam_user_hardening_enforcement as action
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import inputs
from ansible_collections.hardening.aws.tests.unit.plugins.action.making import make

ARN = "arn:aws:iam::123456789012:policy/deny-unless-mfa"
SETTINGS: dict[str, t.Any] = {name: option["default"] for name, option in inputs.spec().items()}


def planned(**more: t.Any) -> dict[str, t.Any]:
    return {
        "settings": {**SETTINGS, "enforce_policy": "users"},
        "settled": None,
        "selected": ["alice", "bob"],
        "failed": [],
        "devices": [{"user_name": "bob"}],
        "caller": None,
        "partition": "aws",
        "policy_arn": ARN,
        **more,
    }


def account(policy: dict[str, t.Any] | None = None, **more: t.Any) -> dict[str, t.Any]:
    def user(name: str, *devices: str) -> dict[str, t.Any]:
        serials = [{"serial_number": serial} for serial in devices]
        return {"user_name": name, "mfa_devices": serials, "groups": [], "attached_policies": []}

    seen = {"arn": None, "is_ours": True, "differs": True, "groups": [], "groups_unknown": "", "group_exists": None}
    seen.update({"unknown": "", **(policy or {})})
    return {"users": [user("alice", "x"), user("bob")], "policy": seen, "unknown": [], "warnings": ["look out"], **more}


def decide(
    info: dict[str, t.Any], plan: dict[str, t.Any], enrolled: dict[str, t.Any], check_mode: bool = False
) -> tuple[dict[str, t.Any], list[dict[str, t.Any]]]:
    """Return the action's result, and the options of the modules that it ran."""
    plugin = make(action, {"region": "us-east-1"}, check_mode)
    calls: list[dict[str, t.Any]] = []

    def execute(name: str, module_args: dict[str, t.Any], task_vars: t.Any) -> dict[str, t.Any]:
        assert name == "hardening.aws.iam_user_hardening_account"
        calls.append(module_args)
        return info

    plugin._execute_module = execute
    variables = {
        "__iam_user_hardening_planned": {"plan": plan} if plan else {},
        "__iam_user_hardening_enrolled": enrolled,
    }
    return plugin.run(task_vars=variables), calls


def test_the_account_is_looked_at_once_more() -> None:
    found, (call,) = decide(account(), planned(), {"failed": True, "msg": "no credentials"})
    assert call["region"] == "us-east-1" and call["user_details"] and call["policy_name"] == "deny-unless-mfa"
    decision = found["enforcement"]
    assert decision["users"] == ["alice"] and decision["withheld"] == ["bob"] and decision["write"]
    assert decision["failures"] == []  # the report says already why bob was not enrolled
    assert "arn:aws:iam::*:user" in str(decision["document"]) and found["warnings"] == ["look out"]


def test_check_mode_counts_who_would_be_enrolled() -> None:
    results = [{"user_name": "bob", "failed": False, "actions": ["create", "store", "enable"], "msg": ""}]
    found, _calls = decide(account(), planned(), {"results": results}, check_mode=True)
    assert found["enforcement"]["users"] == ["alice", "bob"]
    # For real, the account says it.
    assert decide(account(), planned(), {"results": results})[0]["enforcement"]["users"] == ["alice"]


def test_what_the_plan_settled_is_not_looked_at_again() -> None:
    found, calls = decide(account(), planned(settled={"users": []}), {})
    assert found["enforcement"] == {"users": []} and calls == []


@pytest.mark.parametrize(
    ("info", "text"),
    [
        ({"failed": True, "msg": "no credentials"}, "no credentials"),
        (account({"unknown": "iam:ListPolicies is missing"}), "iam:ListPolicies is missing"),
        (account({"arn": ARN, "is_ours": False}), "this role did not create"),
        (account({"groups": None, "groups_unknown": "iam:ListEntitiesForPolicy"}), "iam:ListEntitiesForPolicy"),
        (account(unknown=[{"what": "orphaned_devices", "why": "denied"}]), "could not be read: denied"),
    ],
)
def test_without_the_facts_nothing_is_decided(info: dict[str, t.Any], text: str) -> None:
    with pytest.raises(AnsibleActionFail, match=text):
        decide(info, planned(), {})


def test_there_is_no_plan() -> None:
    with pytest.raises(AnsibleActionFail, match="private to the role"):
        decide(account(), t.cast(t.Any, None), {})
