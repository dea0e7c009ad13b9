# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""examples/awx: definitions that AWX accepts, and whose variables are inputs of the playbooks."""

from __future__ import annotations

import itertools
import json
import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import inputs as role
from ansible_collections.hardening.aws.plugins.plugin_utils._inputs import read
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import accounts
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import inputs as playbooks

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "examples/awx"
SURVEYS = sorted(path.stem.removeprefix("survey_") for path in FOLDER.glob("survey_*.yml"))
CREDENTIALS = sorted(FOLDER.glob("credential_type_*.yml"))
# What AWX takes in a question, and what Python type it takes as the default of a kind of question.
QUESTION = {"question_name", "question_description", "variable", "type", "required", "default", "choices", "min", "max"}
DEFAULTS = {"text": str, "textarea": str, "multiplechoice": str, "multiselect": str, "integer": int}

Question = dict[str, t.Any]


def load(path: pathlib.Path) -> dict[str, t.Any]:
    found: dict[str, t.Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def questions(survey: str) -> list[Question]:
    found: list[Question] = load(FOLDER / f"survey_{survey}.yml")["spec"]
    return found


def answers(question: Question) -> list[t.Any]:
    """The first, the last and other answers that AWX accepts, as it hands them on."""
    if question["type"] == "multiselect":
        return [[], question["default"].splitlines(), question["choices"]]
    if question["type"] == "multiplechoice":
        return list(question["choices"])
    if question["type"] == "integer":
        return [question["min"], question["max"]]
    return [question.get("default", "alice,bob")]


def problems(survey: str, variables: dict[str, t.Any]) -> list[str]:
    """What a playbook says of these variables, which it reads as it always does."""
    _account, found = accounts.read_host(variables, lambda value: value)
    if survey == "harden":
        needed = {"iam_user_hardening_users": ["alice"], "iam_user_hardening_seed_store": {"type": "secretsmanager"}}
        settings, wrong = role.read({**needed, **variables}, lambda value: value)
        return found + (wrong or role.problems(settings))
    spec = playbooks.SPECS[survey]
    inputs = read(f"{survey}_", spec, variables, lambda value: value, playbooks.ALLOWED)
    return found + (inputs.problems or playbooks.completed(survey, inputs.values, "/nowhere")[1])


def test_there_are_definitions() -> None:
    assert SURVEYS == ["audit", "harden", "offboard"] and len(CREDENTIALS) == 2


@pytest.mark.parametrize("survey", SURVEYS)
def test_a_survey_is_one_that_awx_takes(survey: str) -> None:
    document = load(FOLDER / f"survey_{survey}.yml")
    assert set(document) == {"name", "description", "spec"}
    for question in questions(survey):
        assert set(question) <= QUESTION and {"question_name", "variable", "type", "required"} <= set(question)
        # An answer that is left out would be an empty text, which no input takes.
        assert question["required"] is True
        if "default" in question:
            assert isinstance(question["default"], DEFAULTS[question["type"]])
        if "choices" in question:
            assert all(isinstance(choice, str) for choice in question["choices"])
            assert set(question.get("default", "").splitlines()) <= set(question["choices"])
    names = [question["variable"] for question in questions(survey)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("survey", SURVEYS)
def test_every_answer_is_an_input_of_the_playbook(survey: str) -> None:
    names = [question["variable"] for question in questions(survey)]
    for combination in itertools.islice(itertools.product(*map(answers, questions(survey))), 2000):
        assert problems(survey, dict(zip(names, combination, strict=True))) == []


@pytest.mark.parametrize("survey", SURVEYS)
def test_what_these_tests_would_find(survey: str) -> None:
    """A variable that was renamed in the playbook, and a choice that is gone."""
    variable = questions(survey)[0]["variable"]
    typo, *_rest = problems(survey, {variable + "s_": "x"})
    assert f"{variable}s_: there is no such input" in typo
    if survey == "audit":
        assert problems(survey, {"audit_benchmark": "6.5"})


def test_the_choices_of_the_audit_are_all_there_are() -> None:
    found = {question["variable"]: question for question in questions("audit")}
    assert tuple(found["audit_benchmark"]["choices"]) == playbooks.BENCHMARKS
    assert set(found["audit_formats"]["choices"]) == set(playbooks.FORMATS)
    assert set(found["audit_fail_on"]["choices"]) == set(playbooks.SEVERITIES)


@pytest.mark.parametrize("path", CREDENTIALS, ids=lambda path: path.stem)
def test_a_credential_type_is_one_that_awx_takes(path: pathlib.Path) -> None:
    document = load(path)
    assert set(document) == {"name", "description", "kind", "inputs", "injectors"} and document["kind"] == "cloud"
    fields = {field["id"]: field for field in document["inputs"]["fields"]}
    assert set(document["inputs"]) == {"fields", "required"} and set(document["inputs"]["required"]) <= set(fields)
    for field in fields.values():
        assert {"id", "label", "type"} <= set(field) <= {"id", "label", "type", "help_text", "secret"}
    secret = {name for name, field in fields.items() if field.get("secret")}
    injectors = document["injectors"]
    assert set(injectors) <= {"env", "extra_vars"}
    used = set(re.findall(r"{{ (\w+) }}", json.dumps(injectors)))
    assert used == set(fields), "each field is used, and nothing else"
    assert set(injectors.get("extra_vars", {})) <= set(accounts.HOST_VARIABLES)
    shown = set(re.findall(r"{{ (\w+) }}", json.dumps(injectors.get("extra_vars", {}))))
    assert not shown & secret, "an extra variable is shown by AWX, a variable of the environment is not"


def test_the_external_id_is_what_the_documentation_reads() -> None:
    text = (FOLDER.parents[1] / "docs/organization.md").read_text(encoding="utf-8")
    (name,) = load(FOLDER / "credential_type_external_id.yml")["injectors"]["env"]
    assert f"lookup('ansible.builtin.env', '{name}')" in text
