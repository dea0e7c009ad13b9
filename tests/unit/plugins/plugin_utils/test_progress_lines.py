# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines that show how far a module is, and where they come from."""

from __future__ import annotations

import json
import pathlib
import time
import typing as t

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.module_utils import _progress
from ansible_collections.hardening.aws.plugins.plugin_utils import _progress_lines
from ansible_collections.hardening.aws.plugins.plugin_utils._progress_lines import Lines


def counts(
    done: int, failed: int = 0, waited: float = 0.0, total: int = 1432, verb: str = "enrolled"
) -> dict[str, t.Any]:
    return {"verb": verb, "total": total, "done": done, "changed": done, "failed": failed, "waited": waited}


@pytest.mark.parametrize(
    "steps, line",
    [
        ([(None, 4)], "reading the account, 4 s so far"),
        ([(None, 130)], "reading the account, 2 min so far"),
        ([(counts(0), 4)], "enrolled 0 of 1,432, 0 failed"),
        ([(counts(152), 4)], "enrolled 152 of 1,432, 0 failed, 38/s, about 34 s left"),
        ([(counts(10), 4), (counts(314, 2), 12)], "enrolled 312 of 1,432, 2 failed, 38/s, about 29 s left"),
        # The pace is that of the last lines, not that of the beginning.
        (
            [(counts(1000), 4), *((counts(1000 + 4 * n), 4 + 4 * n) for n in range(1, 8))],
            "enrolled 1,028 of 1,432, 0 failed, 1/s, about 7 min left",
        ),
        ([(counts(10), 4), (counts(12), 12)], "enrolled 12 of 1,432, 0 failed, 0.25/s, about 95 min left"),
        ([(counts(10), 4), (counts(11), 44)], "enrolled 11 of 1,432, 0 failed, 0.025/s, about 15.8 h left"),
        ([(counts(10), 4), (counts(10), 8)], "enrolled 10 of 1,432, 0 failed"),
        ([(counts(1432, 32), 9)], "enrolled 1,400 of 1,432, 32 failed, 159/s"),
        ([(counts(0, total=0), 4)], "enrolled 0 of 0, 0 failed"),
        # The next step of a module counts from 0.
        (
            [(counts(1432), 12), (counts(40, total=200, verb="attached"), 16)],
            "attached 40 of 200, 0 failed, 10/s, about 16 s left",
        ),
        (
            [(counts(10, waited=1), 4), (counts(20, waited=3.5), 8)],
            "enrolled 20 of 1,432, 0 failed, 2.5/s, about 9 min left, waiting for AWS, which throttles this account",
        ),
        (
            [(counts(4, waited=3), 4)],
            "enrolled 4 of 1,432, 0 failed, 1/s, about 24 min left, waiting for AWS, which throttles this account",
        ),
    ],
)
def test_lines(steps: list[tuple[dict[str, t.Any] | None, float]], line: str) -> None:
    lines = Lines()
    assert [lines.line(*step) for step in steps][-1] == line


def test_the_last_line_and_a_prefix() -> None:
    lines = Lines("[staging] ")
    assert lines.line(None, 5).startswith("[staging] reading")
    assert Lines(predicted=True).last_line(counts(1432, 2), 5) == "checked 1,430 of 1,432, 2 failed, in 5 s"
    assert lines.last_line(counts(1432, 2), 52.3) == "[staging] enrolled 1,430 of 1,432, 2 failed, in 52 s"


def test_each_step_that_ends_between_two_lines_has_a_line_of_its_own() -> None:
    lines = Lines()
    notes = [counts(10), counts(1432, 2), counts(0, total=7, verb="attached"), counts(7, total=7, verb="attached")]
    assert lines.ended(notes[:1]) == [] and lines.ended([]) == []
    lines.line(notes[0], 4)
    assert lines.ended(notes[:2]) == []
    assert lines.ended(notes[:3]) == ["enrolled 1,430 of 1,432, 2 failed"]
    notes.append(counts(1, total=500, verb="removed"))
    ended = ["enrolled 1,430 of 1,432, 2 failed", "attached 7 of 7, 0 failed"]
    assert lines.ended(notes) == ended and Lines().ended(notes) == ended
    lines.line(notes[-1], 8)
    assert lines.ended(notes) == []


class Task:
    """As much of a task as is touched."""

    check_mode = False
    become = False

    def __init__(self, environment: list[t.Any] | None = None, async_val: int = 0) -> None:
        self.environment, self.async_val = environment, async_val

    def copy(self) -> Task:
        return Task(self.environment, self.async_val)


class Action:
    """As much of an action plugin as is touched."""

    class Connection:
        transport = "local"

    def __init__(self, task: Task) -> None:
        self._task, self._connection = task, Action.Connection()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(_progress_lines.Display, "display", lambda _self, text, **_how: found.append(text))
    monkeypatch.setattr(_progress_lines.constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    monkeypatch.setenv(_progress_lines.SECONDS_VARIABLE, "0.05")
    return found


def test_what_a_module_notes_is_shown(
    lines: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    task = Task([{"AWS_PROFILE": "security"}])
    action = Action(task)
    with _progress_lines.shown(action, {}):
        given = action._task.environment[-1]
        assert action._task.environment[0] == {"AWS_PROFILE": "security"} and action._task is not task
        path = pathlib.Path(given[_progress.FILE_VARIABLE])
        assert path.stat().st_mode & 0o777 == 0o600
        time.sleep(0.12)
        monkeypatch.setenv(_progress.FILE_VARIABLE, str(path))
        progress = _progress.Progress("enrolled", 3, lambda: 0.0)
        for failed in (False, True, False):
            progress.done(changed=not failed, failed=failed)
        path.write_text(path.read_text(encoding="ascii") + '{"half a li', encoding="ascii")
        time.sleep(0.12)
    assert lines[0].startswith("reading the account") and any(line.startswith("enrolled 2 of 3") for line in lines)
    assert lines[-1] == "enrolled 2 of 3, 1 failed, in 0 s"
    assert action._task is task and not list(tmp_path.iterdir())


def test_a_failure_ends_it_as_well(lines: list[str], tmp_path: pathlib.Path) -> None:
    action = Action(task := Task())
    with pytest.raises(KeyboardInterrupt), _progress_lines.shown(action, {}):
        raise KeyboardInterrupt
    shown = len(lines)
    time.sleep(0.15)
    assert len(lines) == shown and action._task is task and not list(tmp_path.iterdir())


@pytest.mark.parametrize("why", ["async", "become", "ssh", "switched off"])
def test_nothing_is_shown(why: str, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    action = Action(Task(async_val=60 if why == "async" else 0))
    action._task.become = why == "become"
    if why == "ssh":
        action._connection.transport = "ssh"
    if why == "switched off":
        monkeypatch.setenv(_progress_lines.SECONDS_VARIABLE, "0")
    with _progress_lines.shown(action, {}):
        assert action._task.environment is None
        time.sleep(0.12)
    assert not lines


def test_several_hosts_are_told_apart(lines: list[str]) -> None:
    variables = {"ansible_play_hosts_all": ["staging", "live"], "inventory_hostname": "live"}
    with _progress_lines.shown(Action(Task()), variables):
        time.sleep(0.12)
    assert lines and all(line.startswith("[live] reading") for line in lines)


def test_a_pause_that_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_progress_lines.SECONDS_VARIABLE, "5 s")
    with pytest.raises(AnsibleActionFail, match="HARDENING_AWS_PROGRESS_SECONDS in the environment is '5 s': give"):
        with _progress_lines.shown(Action(Task()), {}):
            raise AssertionError("the module was run")


def test_a_module_that_cannot_write_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv(_progress.FILE_VARIABLE, str(tmp_path / "no such folder" / "file"))
    progress = _progress.Progress("enrolled", 1)
    progress.done(changed=True, failed=False)
    monkeypatch.setenv(_progress.FILE_VARIABLE, str(tmp_path / "file"))
    _progress.Progress("enrolled", 7)
    noted = json.loads((tmp_path / "file").read_text(encoding="ascii"))
    assert noted == {"verb": "enrolled", "total": 7, "done": 0, "changed": 0, "failed": 0, "waited": 0.0}


def test_a_module_that_waits_notes_that(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    """Nothing is finished, and how long it has waited for AWS is noted all the same; after the last item no more."""
    monkeypatch.setenv(_progress.FILE_VARIABLE, str(tmp_path / "file"))
    monkeypatch.setattr(_progress, "_IDLE_SECONDS", 0.02)
    waited = iter(range(1000))
    progress = _progress.Progress("enrolled", 1, lambda: float(next(waited)))
    time.sleep(0.2)
    noted = [json.loads(line) for line in (tmp_path / "file").read_text(encoding="ascii").splitlines()]
    assert len(noted) > 2 and noted[-1]["done"] == 0 and noted[-1]["waited"] == len(noted) - 1
    progress.done(changed=True, failed=False)
    time.sleep(0.1)
    size = (tmp_path / "file").stat().st_size
    time.sleep(0.1)
    assert (tmp_path / "file").stat().st_size == size
