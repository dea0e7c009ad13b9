# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inputs of the playbook handover, as tables."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._problems import Problems
from ansible_collections.hardening.aws.plugins.plugin_utils._inputs import read
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import handover_inputs
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import inputs as playbooks

STORE = {"type": "secretsmanager"}
FILE = {"path": "seeds.yml"}
CODES = {"user_name": "alice", "authentication_code1": "111111", "authentication_code2": "222222"}


def completed(folder: pathlib.Path, **given: t.Any) -> tuple[dict[str, t.Any], list[str]]:
    """What the action makes of variables that have the right types."""
    variables = {f"handover_{name}": value for name, value in given.items()}
    inputs = read("handover_", handover_inputs.spec(), variables, lambda value: value, playbooks.ALLOWED)
    assert inputs.problems == []
    problems = Problems("")
    return handover_inputs.complete(inputs.values, problems, str(folder)), problems.found


@pytest.fixture(autouse=True)
def here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """Where the person stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_codes_do_not_come_back(here: pathlib.Path) -> None:
    """Ansible would show them."""
    values, problems = completed(here, seed_store=STORE, codes=[CODES])
    assert problems == [] and values["has_codes"] is True and "codes" not in values
    assert "111111" not in repr(values)
    values, problems = completed(here, seed_store=STORE)
    assert problems == [] and values["has_codes"] is False and values["sheets"] is None


def test_paths_become_absolute_and_sheets_have_defaults(here: pathlib.Path) -> None:
    values, problems = completed(here, seed_vault_file=FILE, sheets={"dest": "sheets"})
    assert problems == []
    assert values["seed_vault_file"] == {"path": str(here / "seeds.yml")}
    assert values["sheets"] == {
        "dest": str(here / "sheets"),
        "encrypt": False,
        "vault_id": None,
        "contact": "",
        "user_names": None,
    }


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "seed_store: give either"),
        ({"seed_store": STORE, "seed_vault_file": FILE}, "seed_store: give either seed_store or seed_vault_file"),
        (
            {"seed_store": STORE, "codes": [{**CODES, "authentication_code2": "111111"}]},
            "codes[0] (alice): authentication_code2: is the same as authentication_code1",
        ),
        ({"seed_store": STORE, "codes": [CODES, CODES]}, "codes[0] (alice) and codes[1] (alice) name the same device"),
        ({"seed_store": STORE, "max_code_age": -1}, "max_code_age: is -1: give a number of seconds from 0 to 86400."),
        ({"seed_store": STORE, "sheets": {"dest": "not/there"}}, "sheets.dest: there is no directory"),
        ({"seed_store": STORE, "sheets": {"dest": "file"}}, "sheets.dest: "),
        ({"seed_store": STORE, "sheets": {"dest": "s", "vault_id": "x"}}, "sheets.vault_id: has no effect without"),
        ({"seed_store": STORE, "sheets": {"dest": "s", "contact": "a\nb"}}, "sheets.contact: has characters"),
        ({"seed_vault_file": {"path": ""}}, "seed_vault_file.path: "),
    ],
)
def test_what_is_refused(given: dict[str, t.Any], problem: str, here: pathlib.Path) -> None:
    (here / "file").touch()
    _values, problems = completed(here, **given)
    assert [text for text in problems if text.startswith(problem)], problems
    assert not [text for text in problems if "devices[" in text]
