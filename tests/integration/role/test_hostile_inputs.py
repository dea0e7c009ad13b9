# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile values in every input of the role and of the playbooks: refused in words, or harmless, never a traceback.

The code that judges inputs is given every value, without Ansible around it. In a play in check mode each value is a
host; templates are no such values there, as who writes the inputs writes the playbook. make fuzz tries all values in
plays, make deep three for each input, make test one name of hosts: FUZZ_SEED=text chooses other ones.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import typing as t

import pytest
from aws_emulator.client import Emulator
from bad_inputs import RIGHT, Case
from controller import VENV, Controller, collections_path
from hostile import ALL, CHOICE, LONG, MARK, VALUES, complaint, planted, ways
from project import ROOT
from role_runner import STORE
from test_bad_inputs import ACCOUNT, READING, Fleet

sys.path.append(str(collections_path()))

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import inputs as role_inputs
from ansible_collections.hardening.aws.plugins.plugin_utils._inputs import read
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks.inputs import ALLOWED, SPECS, completed

NAMES = [name for name in VALUES if name != "template"]
SLOW = "a mebibyte"  # a second for each input
NEW_USER = "enrol_new_console_user"
OTHERS: dict[str, dict[str, t.Any]] = {
    "merge_reports": {"merge_reports_sources": ["slices/*.json"]},
    NEW_USER: {
        "new_console_user": {"account_id": "123456789012", "user_name": "alice"},
        "iam_user_hardening_seed_store": STORE,
    },
}
USER_OF_AN_EVENT = {"type": "dict", "options": {"account_id": {}, "user_name": {}}}


def inputs(target: str) -> dict[str, t.Any]:
    """Return the inputs of the role or of a playbook, by their whole names."""
    if target == NEW_USER:
        return {"new_console_user": USER_OF_AN_EVENT}
    prefix, spec = (role_inputs.PREFIX, role_inputs.spec()) if target == "role" else (target, SPECS[target])
    return {f"{prefix}_{name}": option for name, option in spec.items()}


def right(target: str) -> dict[str, t.Any]:
    return RIGHT.get(target) or OTHERS[target]


def judged(target: str, given: dict[str, t.Any]) -> list[str]:
    """Return the problems that the role or a playbook finds in its inputs, before anything is called."""
    if target == "role":
        return list(role_inputs.read(given, lambda value: value)[1])
    found = read(f"{target}_", SPECS[target], given, lambda value: value, ALLOWED)
    return list(found.problems) or completed(target, found.values, "/nowhere")[1]


@pytest.mark.parametrize("target", ["role", *(name for name in SPECS if name != "harden")])
def test_every_value_is_judged_in_words(target: str) -> None:
    refused, tried, found = 0, 0, []
    for way in ways(inputs(target)):
        for name, value in VALUES.items():
            if name == SLOW and not ALL:
                continue
            place = f"{'.'.join(map(str, way))}: {name}"
            try:
                problems = judged(target, planted(right(target), way, value))
            except Exception as error:  # noqa: BLE001  what is not foreseen is what this looks for
                found.append(f"{place}: {type(error).__name__}: {str(error)[:200]}")
                continue
            tried += 1
            refused += bool(problems)
            # What is too long is shortened where all problems are put together.
            found += [f"{place}: {text}" for text in (complaint(one, one, None) for one in problems) if text]
            found += [f"{place}: {one[:200]}" for one in problems if not one.startswith(tuple(inputs(target)))]
    assert not found, f"{len(found)} of {tried}\n" + "\n".join(found[:20])
    assert refused > tried / 2 and not MARK.exists()


def cases(target: str) -> dict[str, Case]:
    """Return what is tried: all, or three values for each input."""
    chosen = random.Random(f"{CHOICE} {target}")
    found = {}
    for way in ways(inputs(target)):
        for name in NAMES if ALL else chosen.sample(NAMES, 3):
            changed = planted(right(target), way, VALUES[name])
            found[f"{'.'.join(map(str, way))}: {name}"] = Case(changed, str(way[0]), "", "")
    return found


def wrong(message: str) -> str:
    """Return what is wrong with a message. Ansible's own check of a role's arguments quotes them in full."""
    text = "" if message == "None" else message
    return complaint(text, message, None if "Validation of arguments failed" in message else LONG)


PLAYED = ["role", *(name for name in SPECS if name not in ("harden", "merge_reports"))]


# harden has the role's inputs, and enrol_new_console_user plays it. merge_reports has a host of its own, and its module
# is tried by itself.
@pytest.mark.parametrize("target", PLAYED)
def test_no_input_ends_in_a_traceback(controller: Controller, emulator: Emulator, target: str) -> None:
    emulator.fixture(ACCOUNT)
    before = emulator.devices()
    emulator.clear_requests()
    fleet = Fleet(controller, target, cases(target), forms=("JSON",))
    _code, output, failed = fleet.run(
        fleet.role_playbook() if target == "role" else f"hardening.aws.{target}",
        *("--check", "-e", "harden_hosts=all"),
    )
    assert "Traceback" not in output, output[-3000:]
    found = []
    for host, messages in failed.items():
        found += [f"{fleet.hosts[host][0]}: {text}" for text in map(wrong, messages) if text]
    assert not found, f"FUZZ_SEED={CHOICE}: {len(found)} of {len(fleet.hosts)}\n" + "\n".join(found[:20])
    assert len(failed) > len(fleet.hosts) / 2, f"{len(failed)} of {len(fleet.hosts)} were refused"
    writes = [request for request in emulator.requests() if not request["action"].startswith(READING)]
    assert not writes and emulator.devices() == before
    assert not MARK.exists()


@pytest.mark.parametrize("name", NAMES if ALL else random.Random(CHOICE).sample(NAMES, 1))
def test_hosts_that_are_none(controller: Controller, emulator: Emulator, name: str) -> None:
    """All playbooks take hosts in the same words, so one stands for them."""
    emulator.clear_requests()
    given = controller.home / "hosts.json"
    given.write_text(json.dumps({"audit_hosts": VALUES[name]}), encoding="utf-8")
    environment = {**controller.environment(RECORDED_RESULTS="/dev/null"), **emulator.env()}
    done = subprocess.run(
        [str(VENV / "bin/ansible-playbook"), "hardening.aws.audit", "-e", f"@{given}"],
        env=environment,
        cwd=controller.home,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    output = done.stdout + done.stderr
    assert "Traceback" not in output and output.strip(), output[-3000:]
    assert not emulator.requests() and not MARK.exists()


def test_all_playbooks_take_hosts_in_the_same_words() -> None:
    books = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "playbooks").glob("*.yml")}
    fixed = {
        name for name, text in books.items() if f"hosts: \"{{{{ {name}_hosts | default('localhost') }}}}\"" not in text
    }
    assert fixed == {"merge_reports", NEW_USER}
