# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How actions run modules."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils import _modules as modules


class Task(types.SimpleNamespace):
    def copy(self) -> Task:
        return Task(**vars(self))


class Action:
    """As much of an action plugin as is needed."""

    def __init__(self, pipelining: bool = True) -> None:
        self._task = Task(check_mode=False, no_log=False)
        self._connection = types.SimpleNamespace(transport="paper", set_option=self._set_option)
        self._play_context = types.SimpleNamespace(pipelining=False)
        self._possible = pipelining
        self.seen: tuple[bool, bool] | None = None

    def _set_option(self, name: str, value: t.Any) -> None:
        raise KeyError(name)

    def _is_pipelining_enabled(self, module_style: str) -> bool:
        return bool(self._possible and self._play_context.pipelining)

    def _execute_module(
        self, name: str, module_args: dict[str, t.Any], task_vars: dict[str, t.Any]
    ) -> dict[str, t.Any]:
        self.seen = (self._task.check_mode, self._task.no_log)
        if name == "broken":
            raise ValueError
        return module_args


def test_the_task_is_as_it_was() -> None:
    action = Action()
    task = action._task
    assert modules.run_module(action, "m", {"a": 1}, {}) == {"a": 1} and action.seen == (False, False)
    modules.run_module(action, "m", {}, {}, check_mode=True, no_log=True)
    assert action.seen == (True, True)
    with pytest.raises(ValueError):
        modules.run_module(action, "broken", {}, {}, no_log=True)
    assert action._task is task and not task.no_log and not task.check_mode


def test_seeds_stay_out_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    assert modules.keep_seeds_out_of_files(Action(), "the_store") is None
    problem = modules.keep_seeds_out_of_files(Action(pipelining=False), "the_store")
    assert problem and "the connection paper cannot pipeline" in problem
    monkeypatch.setattr(modules.constants, "DEFAULT_KEEP_REMOTE_FILES", True)
    problem = modules.keep_seeds_out_of_files(Action(), "the_store")
    assert problem and "Unset ANSIBLE_KEEP_REMOTE_FILES" in problem and "keep seeds in AWS, with the_store." in problem


def test_warnings_are_passed_on() -> None:
    assert modules.told({"warnings": ["a"]}, {"warnings": ["b"], "deprecations": []}) == {"warnings": ["a", "b"]}
