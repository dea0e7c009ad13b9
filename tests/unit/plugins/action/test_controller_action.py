# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all actions on the controller do before and after their work."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.plugin_utils import _actions
from ansible_collections.hardening.aws.tests.unit.plugins.action.making import make


class ActionModule(_actions.ControllerAction):
    """One whose work is to fail or to tell what it was given."""

    failure: str | None = None

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        if self.failure is not None:
            raise AnsibleActionFail(self.failure)
        return {"changed": False, "given": variables}


class Plugin:
    """As a file of plugins/action is seen."""

    ActionModule = ActionModule


def action(failure: str | None = None) -> t.Any:
    made = make(Plugin, {}, check_mode=False)
    made.failure = failure
    return made


def test_work_gets_the_variables() -> None:
    assert action().run(task_vars={"a": 1}) == {"changed": False, "given": {"a": 1}}
    assert action().run() == {"changed": False, "given": {}}


def test_an_ansible_that_is_too_old_is_refused_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_actions, "core_problem", lambda: "hardening.aws needs ansible-core 2.18 or later")
    with pytest.raises(AnsibleActionFail, match="needs ansible-core 2.18"):
        action("the work was begun").run()


def test_a_refusal_that_quotes_a_whole_file_is_shortened() -> None:
    for text in ("plain words", "x" * 100_000):
        with pytest.raises(AnsibleActionFail) as caught:
            action(text).run()
        assert str(caught.value) == text or ("more characters" in str(caught.value) and len(str(caught.value)) < 10_000)
    assert str(caught.value) != text


def test_a_base_without_work_is_no_action() -> None:
    class Unfinished:
        ActionModule = _actions.ControllerAction

    with pytest.raises(NotImplementedError):
        make(Unfinished, {}, check_mode=False).run()
