# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/permissions.md: each row is enough for its use, and an action less leaves something undone or unknown."""

from __future__ import annotations

import json

import account_uses
import device_uses
import permissions_page as page
import pytest
from aws_emulator.client import Emulator
from controller import Controller
from uses import Answer, Runner, Use

USES: dict[str, Use] = {
    **device_uses.ONE,
    **device_uses.SOME,
    **account_uses.READING,
    **account_uses.SEEDS,
    **account_uses.POLICIES,
    **account_uses.ACCESS,
}
# One of each module, which make test has time for.
FIRST = {what.module: title for title, what in reversed(USES.items())}.values()
# What fails although nothing is missing.
FAILS = {"adopt, wrong seed", "sheets, named"}
# What another test of this folder runs, as it takes more than a module.
ELSEWHERE = ("lookup ", "inventory ")
# What only another run at the same moment makes necessary: test_whose_device.py and test_handover.py have such runs.
RACES = "and other runs that work on the same users"
KEYS = [
    (name, what)
    for (name, what), row in (page.ROWS | page.SEEDS).items()
    if row.all and not name.startswith(ELSEWHERE) and what != RACES
]


@pytest.fixture(name="runner")
def _runner(controller: Controller, emulator: Emulator) -> Runner:
    return Runner(controller, emulator)


def test_each_row_has_a_use() -> None:
    """And each action has a resource."""
    assert {key for what in USES.values() for key in what.keys()} >= set(KEYS)
    rows = (page.ROWS | page.SEEDS).values()
    used = {action for row in rows for action in row.all}
    blocks = {action for document in page.BLOCKS.values() for action in page.actions_of(document)}
    assert set(page.RESOURCES) == used | blocks


@pytest.mark.parametrize("title", USES, ids=lambda title: title if title in FIRST else f"more: {title}")
def test_the_rows_are_enough(runner: Runner, title: str) -> None:
    """Nothing is refused, not even what a run could do without."""
    what = USES[title]
    answer = runner.run(what, what.needs.all)
    assert not runner.refused(), (runner.refused(), answer)
    assert bool(answer.get("failed")) is (title in FAILS) and not answer.get("warnings"), answer
    assert not answer.get("unknown"), answer


@pytest.mark.parametrize("key", KEYS, ids=[f"{name}: {use}" for name, use in KEYS])
def test_the_row_has_nothing_to_spare(runner: Runner, key: tuple[str, str]) -> None:
    """Without an action one of its uses names it, as what is missing; or, if it is in brackets, does all the same."""
    row = (page.ROWS | page.SEEDS)[key]
    users = [what for what in USES.values() if key in what.keys()]
    surplus = {action for action in row.actions if not any(_is_missed(runner, what, action) for what in users)}
    assert not surplus, "these can be taken off the page, or put into brackets"
    unused = {action for action in row.spared if not any(_is_spared(runner, what, action) for what in users)}
    assert not unused, "these are not used, or missed"


def _without(runner: Runner, what: Use, action: str) -> Answer:
    by_user = [action] if any("the user" in row for row in what.rows) else []
    return runner.run(what, what.needs.all - {action}, by_user)


def _is_missed(runner: Runner, what: Use, action: str) -> bool:
    answer = _without(runner, what, action)
    return bool(runner.refused()) and action in _told(answer)


def _is_spared(runner: Runner, what: Use, action: str) -> bool:
    if action not in what.needs.spared:
        return False
    answer = _without(runner, what, action)
    return action in runner.refused() and action not in _told(answer)


def _told(answer: Answer) -> str:
    """What a person reads of an answer."""
    return json.dumps({name: value for name, value in answer.items() if name != "invocation"})
