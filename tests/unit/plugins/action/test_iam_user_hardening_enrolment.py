# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action that enrols with seeds on the controller, with Ansible's own objects and an account in memory."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.errors import AnsibleActionFail
from ansible.utils.display import Display

from ansible_collections.hardening.aws.plugins.action import iam_user_hardening_enrolment as action
from ansible_collections.hardening.aws.plugins.plugin_utils import _modules as modules
from ansible_collections.hardening.aws.tests.unit.plugins.action.making import loader_with, make
from ansible_collections.hardening.aws.tests.unit.plugins.plugin_utils._iam_user_hardening.in_memory import (
    PREFIX,
    Account,
    planned,
)


class Enrolling:
    """Runs the action as tasks of the role do, and keeps what they register."""

    def __init__(self, account: Account, path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.account = account
        self.shown: list[str] = []
        self.variables: dict[str, t.Any] = {}
        self.quiet: list[bool] = []
        self._path = path
        monkeypatch.setattr(Display, "display", lambda _self, text, *_more, **_others: self.shown.append(text))
        monkeypatch.setattr(modules.constants, "DEFAULT_KEEP_REMOTE_FILES", False)

    def plan(self, *names: str, **more: t.Any) -> None:
        plan = planned(*names, **more)
        plan["settings"]["seed_vault_file"] = {"path": str(self._path)}
        self.variables = {"__iam_user_hardening_planned": {"plan": plan}}

    def __call__(self, step: str, check_mode: bool = False, **arguments: t.Any) -> dict[str, t.Any]:
        loader = loader_with(default="password")
        plugin = make(action, {"step": step, "region": "us-east-1", **arguments}, check_mode, loader)

        def execute(name: str, module_args: dict[str, t.Any], task_vars: t.Any) -> dict[str, t.Any]:
            assert name == "hardening.aws.iam_mfa_devices" and module_args.pop("region") == "us-east-1"
            assert plugin._connection.get_option("pipelining") is True
            self.quiet.append(bool(plugin._task.no_log))
            return {**self.account(module_args, 1), "warnings": ["look out"]}

        plugin._execute_module = execute
        found: dict[str, t.Any] = plugin.run(task_vars=self.variables)
        return found


@pytest.fixture
def enrolling(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Enrolling:
    return Enrolling(Account(), tmp_path / "seeds.yml", monkeypatch)


def test_with_a_file(enrolling: Enrolling, tmp_path: pathlib.Path) -> None:
    enrolling.plan("alice", "bob", "carol")
    predicted = enrolling("all", check_mode=True)
    assert predicted["changed"] and len(predicted["results"]) == 3 and enrolling.account.calls == []
    found = enrolling("all")
    assert found["changed"] and enrolling.account.attached() == ["alice", "bob", "carol"]
    assert enrolling.shown == ["enrolled 2 of 3, 0 failed", "enrolled 3 of 3, 0 failed"]
    assert all(enrolling.quiet) and found["warnings"] == ["look out"] * 4
    assert "SEED" not in str(found) and "SEED" not in (tmp_path / "seeds.yml").read_text(encoding="utf-8")
    assert (tmp_path / "seeds.yml").read_bytes().startswith(b"$ANSIBLE_VAULT")


def test_check_mode_knows_the_seeds_that_are_kept(enrolling: Enrolling) -> None:
    enrolling.plan("alice")
    enrolling("all")
    enrolling.plan("alice", unassigned=("alice",))
    assert enrolling("all", check_mode=True)["results"][0]["actions"] == ["enable"]


def test_around_the_users_own_tasks(enrolling: Enrolling) -> None:
    """Three batches: the second one's tasks fail. What is registered at the end says all, and holds no seed."""
    enrolling.plan("alice", "bob", "carol", size=1)
    variables = enrolling.variables
    for number in range(3):
        variables["__iam_user_hardening_created"] = enrolling("create", batch=number)
        assert "SEED" in str(variables["__iam_user_hardening_created"]["new_seeds"])
        if number == 1:
            answer = enrolling("give_up", batch=number, reason="the task failed")
            assert not answer["changed"]
        else:
            answer = enrolling("enable", batch=number)
            assert answer["changed"]
        variables["__iam_user_hardening_enrolled"] = answer
    assert [item["failed"] for item in answer["results"]] == [False, True, False]
    assert answer["results"][1]["msg"] == "the task failed" and "SEED" not in str(answer)
    assert enrolling.account.attached() == ["alice", "carol"] and enrolling.shown[-1] == "enrolled 2 of 3, 1 failed"


def test_what_fails_for_a_batch_is_said_of_its_users(enrolling: Enrolling) -> None:
    enrolling.plan("alice", "bob", size=1, limit=1)
    enrolling.account.refuse["present"] = "AccessDenied"
    variables = enrolling.variables
    created = enrolling("create", batch=0)
    assert created["new_seeds"] == [] and created["problem"] == ""
    variables["__iam_user_hardening_created"] = created
    variables["__iam_user_hardening_enrolled"] = enrolling("enable", batch=0)
    created = enrolling("create", batch=1)
    assert "was not tried" in created["problem"] and len(enrolling.account.calls) == 1
    variables["__iam_user_hardening_created"] = created
    results = enrolling("enable", batch=1)["results"]
    assert "AccessDenied" in results[0]["msg"] and "was not tried" in results[1]["msg"]
    enrolling.plan("alice")
    enrolling.account.break_at = "present"
    assert enrolling("create", batch=0)["problem"] == "the host is gone"


def test_refusals(enrolling: Enrolling, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AnsibleActionFail, match="private to the role"):
        enrolling("all")
    enrolling.plan("alice")
    with pytest.raises(AnsibleActionFail, match="private to the role"):
        enrolling("create")
    monkeypatch.setattr(modules.constants, "DEFAULT_KEEP_REMOTE_FILES", True)
    with pytest.raises(AnsibleActionFail, match="Unset ANSIBLE_KEEP_REMOTE_FILES"):
        enrolling("all")
    assert enrolling.account.calls == [] and PREFIX not in str(enrolling.shown)
