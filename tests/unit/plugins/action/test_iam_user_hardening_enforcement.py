# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action that has MFA enforced: what it tells the module, and when it does not run it."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.action import iam_user_hardening_enforcement as action
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import inputs
from ansible_collections.hardening.aws.tests.unit.plugins.action.making import make

ARN = "arn:aws:iam::123456789012:policy/deny-unless-mfa"
SETTINGS: dict[str, t.Any] = {name: option["default"] for name, option in inputs.spec().items()}
GROUP = {"enforce_policy": "group", "enforce_group": "staff"}


def planned(settings: dict[str, t.Any] | None = None, **more: t.Any) -> dict[str, t.Any]:
    return {
        "settings": {**SETTINGS, "enforce_policy": "users", **(settings or {})},
        "settled": None,
        "selected": ["alice", "bob"],
        "failed": [],
        "devices": [{"user_name": "bob"}],
        "caller": None,
        "partition": "aws",
        "policy_arn": ARN,
        **more,
    }


def enforce(
    plan: dict[str, t.Any] | None,
    enrolled: dict[str, t.Any],
    answer: dict[str, t.Any] | None = None,
    check_mode: bool = False,
) -> tuple[dict[str, t.Any], list[dict[str, t.Any]]]:
    """Return the action's result, and the options of the modules that it ran."""
    plugin = make(action, {"region": "us-east-1"}, check_mode)
    calls: list[dict[str, t.Any]] = []

    def execute(name: str, module_args: dict[str, t.Any], task_vars: t.Any) -> dict[str, t.Any]:
        assert name == "hardening.aws.iam_user_hardening_account"
        calls.append(module_args)
        return {"changed": True, "enforcement": {}, "attached": [], "members": [], **(answer or {})}

    plugin._execute_module = execute
    variables = {
        "__iam_user_hardening_planned": {"plan": plan} if plan else {},
        "__iam_user_hardening_enrolled": enrolled,
    }
    return plugin.run(task_vars=variables), calls


def test_what_the_module_is_told() -> None:
    found, (call,) = enforce(planned(), {"failed": True, "msg": "no credentials"}, {"invocation": {}})
    assert call["region"] == "us-east-1" and call["user_details"] and call["policy_name"] == "deny-unless-mfa"
    assert "arn:PARTITION:iam::*:user" in str(call["document"]) and "group" not in call
    wanted = call["enforce"]
    assert wanted["selected"] == ["alice", "bob"] and wanted["policy_arn"] == ARN
    assert wanted["told"] == ["bob"] and wanted["enabled"] == []  # the report says already why bob was not enrolled
    assert found["changed"] and "invocation" not in found
    _found, (call,) = enforce(planned(GROUP), {})
    assert call["group"] == "staff"


def test_check_mode_counts_who_would_be_enrolled() -> None:
    results = [{"user_name": "bob", "failed": False, "actions": ["create", "store", "enable"], "msg": ""}]
    _found, (call,) = enforce(planned(), {"results": results}, check_mode=True)
    assert call["enforce"]["enabled"] == ["bob"]
    # For real, the account says it.
    _found, (call,) = enforce(planned(), {"results": results})
    assert call["enforce"]["enabled"] == []


def test_what_the_plan_settled_is_not_looked_at_again() -> None:
    found, calls = enforce(planned(settled={"users": []}), {})
    assert found == {"changed": False, "enforcement": {"users": []}, "attached": [], "members": []} and calls == []


def test_what_fails_for_some_is_told_by_the_report() -> None:
    results = [{"kind": "user", "name": "bob", "failed": True}]
    found, _calls = enforce(planned(), {}, {"failed": True, "msg": "1 of 2 failed", "attached": results})
    assert not found["failed"] and found["attached"] == results
    # Without results, nothing could be done.
    plugin_answer = {"failed": True, "msg": "no credentials"}
    plugin = make(action, {}, False)
    plugin._execute_module = lambda *_args, **_how: dict(plugin_answer)
    found = plugin.run(task_vars={"__iam_user_hardening_planned": {"plan": planned()}})
    assert found == plugin_answer


def test_there_is_no_plan() -> None:
    with pytest.raises(AnsibleActionFail, match="private to the role"):
        enforce(None, {})
