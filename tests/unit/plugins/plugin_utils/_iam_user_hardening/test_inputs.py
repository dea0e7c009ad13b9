# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's argument spec says which inputs go together as the role refuses them, and its examples are right."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.hardening.aws.plugins.module_utils._devices.options import run_options
from ansible_collections.hardening.aws.plugins.module_utils._seeds.registry import STORES
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import inputs

ROOT = pathlib.Path(__file__).resolve().parents[5]
PREFIX = "iam_user_hardening_"
STORE = {"type": "secretsmanager"}
FILE = {"path": "seeds.yml"}
SHEETS = {"dest": "sheets"}
FINE: dict[str, t.Any] = {"users": ["alice"], "seed_store": STORE}

# What is given besides users, or in their place; the input that is refused, and the one that its documentation names.
REFUSED: list[tuple[dict[str, t.Any], str, str]] = [
    ({"users": [], "seed_store": STORE}, "users", "select"),
    ({"exclude": ["alice"], "seed_store": STORE}, "users", "exclude"),
    ({}, "seed_store", "seed_vault_file"),
    ({"seed_store": STORE, "seed_vault_file": FILE}, "seed_store", "seed_vault_file"),
    ({"seed_store": STORE, "seed_tasks": "keep.yml"}, "seed_store", "seed_tasks"),
    ({"seed_vault_file": FILE, "seed_tasks": "keep.yml"}, "seed_vault_file", "seed_tasks"),
    ({"seed_tasks": "keep.yml", "enrolment_sheets": SHEETS}, "enrolment_sheets", "seed_tasks"),
    ({"seed_store": {**STORE, "verify": False}, "enrolment_sheets": SHEETS}, "dest", "seed_store.verify=false"),
    ({"seed_store": {**STORE, "verify": False, "on_absent": "delete"}}, "seed_store.on_absent", "seed_store.verify"),
    ({**FINE, "enrolment_sheets": {**SHEETS, "vault_id": "hr"}}, "vault_id", "enrolment_sheets.encrypt=true"),
    ({**FINE, "enforce_policy": "group"}, "enforce_group", "enforce_policy=group"),
    ({**FINE, "enforce_group": "staff"}, "enforce_group", "enforce_policy=group"),
    ({**FINE, "enforce_policy": "users", "enforce_group": "staff"}, "enforce_group", "enforce_policy=group"),
    ({**FINE, "enforce_group_members": "add"}, "enforce_group_members", "enforce_policy=group"),
    ({**FINE, "enforce_policy_name": "mine"}, "enforce_policy_name", "enforce_policy=users"),
    ({**FINE, "enforce_self_enrolment": True}, "enforce_self_enrolment", "enforce_policy=users"),
    ({**FINE, "enforce_allow_password_change": True}, "enforce_allow_password_change", "enforce_policy=group"),
    ({**FINE, "orphan_pattern": "^/old/"}, "orphan_pattern", "remove_orphans=true"),
    ({**FINE, "remove_orphans": True}, "orphan_pattern", "remove_orphans=true"),
    ({**FINE, "delete_passwords_after_days": 30}, "delete_passwords_after_days", "enrol=false"),
]


def problems(given: dict[str, t.Any]) -> list[str]:
    variables = {PREFIX + name: value for name, value in {"users": ["alice"], **given}.items()}
    return inputs.read(variables, lambda value: value)[1]


def documented(option: str) -> str:
    """What the spec says of an input; of a key of a dictionary, what it says of that."""
    name, _dot, key = option.partition(".")
    entry = inputs.spec()[name]
    text = (entry["options"][key] if key else entry)["description"]
    return " ".join(text if isinstance(text, list) else [text])


@pytest.mark.parametrize(("given", "option", "other"), REFUSED)
def test_what_is_refused_is_documented(given: dict[str, t.Any], option: str, other: str) -> None:
    assert [text for text in problems(given) if option in text.partition(":")[0]], problems(given)
    where = {"dest": "enrolment_sheets", "vault_id": "enrolment_sheets.vault_id"}.get(option, option)
    assert f"O({PREFIX}{other}" in documented(where)


def test_every_input_that_needs_another_is_among_them() -> None:
    pairs = {(option, other.partition("=")[0]) for _given, option, other in REFUSED}
    assert {(option, other) for option, other, _value in inputs._NEEDS} <= pairs


@pytest.mark.parametrize(
    "given",
    [
        FINE,
        {"enrol": False},
        {"users": [], "select": {"paths": ["/"]}, "seed_store": STORE},
        {**FINE, "enforce_policy": "group", "enforce_group": "staff", "enforce_group_members": "add"},
        {**FINE, "enforce_policy": "users", "enforce_policy_name": "mine", "enforce_self_enrolment": True},
        {**FINE, "remove_orphans": True, "orphan_pattern": "^/old/"},
        {"enrol": False, "delete_passwords_after_days": 30},
        {**FINE, "enrolment_sheets": {**SHEETS, "encrypt": True, "vault_id": "hr"}},
    ],
)
def test_what_is_documented_to_go_together_does(given: dict[str, t.Any]) -> None:
    assert problems(given) == []


def test_the_store_is_that_of_the_modules() -> None:
    """The same types and keys, each of which has a column in the comparison of stores."""
    options = inputs.spec()["seed_store"]["options"]
    assert options["type"]["choices"] == list(STORES)
    assert set(options) == set(run_options()["seed_store"]["options"])
    page = (ROOT / "docs/seed-stores.md").read_text(encoding="utf-8")
    assert [kind for kind in STORES if f"{{type: {kind}}}" not in page] == []


def test_examples_are_right() -> None:
    """Each is a play with the role, whose inputs the role takes as they are."""
    data = yaml.safe_load(inputs._SPEC.read_text(encoding="utf-8"))["argument_specs"]["main"]
    plays = yaml.safe_load(data["examples"])
    assert len(plays) == 3
    for play in plays:
        (role,) = play["roles"]
        assert role["role"] == "hardening.aws.iam_user_hardening"
        assert all(re.match(PREFIX, name) for name in role["vars"])
        values, found = inputs.read(role["vars"], lambda value: value)
        assert found == [] and inputs.without_effect(values) == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({**FINE, "users": [], "select": {"tags": {"team": True}}}, "select.tags.team: is or holds true"),
        ({**FINE, "users": [], "select": {"tags": {"team": []}}}, "select.tags.team: is an empty list"),
        ({**FINE, "users": [], "select": {"tags": {"team": ["a", None]}}}, "select.tags.team: is or holds"),
        ({**FINE, "device_name": "{user_name"}, "device_name: '{user_name' is not a valid template"),
        ({**FINE, "device_name": "{user_name!r}"}, "device_name: "),
        ({**FINE, "remove_orphans": True, "orphan_pattern": "("}, "orphan_pattern: "),
        ({**FINE, "exclude_patterns": ["a", "~("]}, "exclude_patterns[1]: "),
        ({"seed_store": {"name": "mfa/{user_name}"}}, "seed_store.type: is missing: give secretsmanager or"),
        ({"seed_store": {**STORE, "kms_key_id": " "}}, "seed_store.kms_key_id: is empty"),
        ({"seed_store": {**STORE, "name": "mfa"}}, "seed_store.name: 'mfa' lacks {user_name}"),
    ],
)
def test_values_that_are_refused(given: dict[str, t.Any], problem: str) -> None:
    found = problems(given)
    assert [text for text in found if text.startswith(f"{PREFIX}{problem}")], found
