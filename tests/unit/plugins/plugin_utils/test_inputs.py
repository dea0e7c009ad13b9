# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inputs of roles and playbooks are typed as options of modules are, and what is wrong is told with its remedy."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleUndefinedVariable
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.splitter import parse_kv
from ansible.template import Templar

from ansible_collections.hardening.aws.plugins.plugin_utils import _inputs

SPEC: dict[str, dict[str, t.Any]] = {
    "users": {"type": "list", "elements": "str", "default": []},
    "dry": {"type": "bool", "default": False},
    "size": {"type": "int", "default": 100},
    "mode": {"type": "str", "choices": ["none", "group"], "default": "none"},
    "suffix": {"type": "str"},
    "dest": {"type": "path"},
    "token": {"type": "int", "no_log": True},
    "tags": {"type": "dict", "default": {}},
    "store": {
        "type": "dict",
        "default": {},
        "options": {
            "type": {"type": "str", "choices": ["ssm", "secrets"], "required": True},
            "verify": {"type": "bool", "default": True},
            "names": {"type": "list", "elements": "str"},
        },
    },
    "rules": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"user": {"type": "str", "required": True}},
    },
}


def read(variables: dict[str, t.Any], **more: t.Any) -> _inputs.Inputs:
    templar = Templar(loader=DataLoader(), variables=variables)
    return _inputs.read("x_", SPEC, variables, templar.template, **more)


GOOD: dict[str, tuple[str, t.Any, t.Any]] = {
    "list": ("users", ["a", "b"], ["a", "b"]),
    "text at commas": ("users", "a, b", ["a", "b"]),
    "text of one": ("users", "abc", ["abc"]),
    "JSON text": ("users", '["a", "b"]', ["a", "b"]),
    "JSON text of none": ("users", "[]", []),
    "numbers as names": ("users", [7], ["7"]),
    "number as a name": ("users", 7, ["7"]),
    "a class of characters is no JSON": ("users", "[ab]*", ["[ab]*"]),
    "true": ("dry", "true", True),
    "yes": ("dry", "yes", True),
    "1": ("dry", 1, True),
    "off": ("dry", "off", False),
    "number": ("size", "16", 16),
    "null is the default": ("size", None, 100),
    "choice": ("mode", "group", "group"),
    "number as text": ("suffix", 2026, "2026"),
    "dict": ("tags", {"a": 1}, {"a": 1}),
    "JSON text as a dict": ("tags", '{"a": "1"}', {"a": "1"}),
    "key=value": ("tags", "a=1,b=2", {"a": "1", "b": "2"}),
    "suboptions": ("store", {"type": "ssm", "verify": "no"}, {"type": "ssm", "verify": False}),
    "suboption as a list": ("store", "type=ssm names=a", {"type": "ssm", "verify": True, "names": ["a"]}),
    "nothing of suboptions": ("store", {}, {}),
    "list of dictionaries": ("rules", '[{"user": "a"}]', [{"user": "a"}]),
}


@pytest.mark.parametrize("case", GOOD)
def test_values_are_typed_as_options_are(case: str) -> None:
    name, given, expected = GOOD[case]
    inputs = read({f"x_{name}": given})
    assert inputs.problems == []
    assert inputs.values[name] == expected and type(inputs.values[name]) is type(expected)
    assert (name in inputs.given) is (expected != SPEC[name].get("default"))


BAD: dict[str, tuple[str, t.Any, str]] = {
    "dict for a list": ("users", {"a": 1}, "x_users: is a dictionary: give a list, such as [a, b]."),
    "true for a list": ("users", True, "x_users: is true: give a list"),
    "null for a list": ("users", None, "x_users: is null: give a list, or [] for none."),
    "empty text for a list": ("users", "", "x_users: is empty text: give a list"),
    "empty item": ("users", "a,,b", "x_users: is 'a,,b', where an item between commas is empty"),
    "broken JSON": ("users", '["a", "b"', "x_users: begins like a list in JSON, and is none"),
    "list in a list": ("users", [["a"]], "x_users[0]: is a list: give text."),
    "dict in a list": ("users", ["a", {"b": 1}], "x_users[1]: is a dictionary: give text."),
    "null in a list": ("users", ["a", None], "x_users[1]: is null: give text, or leave the item out."),
    "true in a list of names": ("users", [True], "x_users[0]: is true, which YAML makes of yes, no, on and off"),
    "decimal in a list of names": (
        "users",
        [1.10],
        "x_users[0]: is '1.1', a number or a time: put the text into quotes",
    ),
    "no bool": ("dry", "maybe", "x_dry: is 'maybe': give true or false."),
    "list for a bool": ("dry", [], "x_dry: is a list: give true or false."),
    "no number": ("size", "ten", "x_size: is 'ten': give a whole number."),
    "decimal": ("size", 1.5, "x_size: is '1.5': give a whole number."),
    "true for a number": ("size", True, "x_size: is true: give a whole number."),
    "secret number": ("token", "geheim", "x_token: is a value that is not shown: give a whole number."),
    "no choice": ("mode", "grup", "x_mode: is 'grup': choose one of none, group. Did you mean group?"),
    "list for text": ("suffix", ["a"], "x_suffix: is a list: give text."),
    "dict for a path": ("dest", {}, "x_dest: is a dictionary: give a path."),
    "text for a dict": ("tags", "abc", "x_tags: is text, and neither JSON nor key=value: give a dictionary"),
    "list for a dict": ("tags", ["a"], "x_tags: is a list: give a dictionary, such as {key: value}."),
    "unknown key": (
        "store",
        {"tpye": "ssm"},
        "x_store: has the unknown key 'tpye'. Did you mean type? There are type,",
    ),
    "missing key": ("store", {"verify": True}, "x_store.type: is missing: give text."),
    "wrong key": ("store", {"type": "ssm", "verify": "x"}, "x_store.verify: is 'x': give true or false."),
    "key of an item": (
        "rules",
        [{"user": "a"}, {"usr": "b"}],
        "x_rules[1]: has the unknown key 'usr'. Did you mean user?",
    ),
    "undefined": ("users", "{{ nobody_knows }}", "'nobody_knows' is undefined"),
    "undefined in a list": ("users", ["{{ nobody_knows }}"], "x_users: its template cannot be evaluated"),
    "no template": ("users", "{{ 1 + }}", "x_users: its template cannot be evaluated"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_right_is_told(case: str) -> None:
    name, given, expected = BAD[case]
    inputs = read({f"x_{name}": _trusted(given)})
    assert len(inputs.problems) == 1 and expected in inputs.problems[0] and inputs.problems[0].startswith(f"x_{name}")
    assert inputs.values[name] == SPEC[name].get("default")


def _trusted(value: t.Any) -> t.Any:
    """A value as a file of variables gives it: newer versions of Ansible evaluate no other templates."""
    try:
        from ansible.template import trust_as_template
    except ImportError:
        return value
    if isinstance(value, list):
        return [_trusted(item) for item in value]
    return trust_as_template(value) if isinstance(value, str) else value


def test_unknown_names() -> None:
    inputs = read(
        {"x_usres": [], "x_": 1, "x_extra": 1, "x_last_result": 1, "other": 1, "__x_users": 1}, allowed=["extra"]
    )
    assert [problem.split(":")[0] for problem in inputs.problems] == ["x_", "x_usres"]
    assert "Did you mean x_users?" in inputs.problems[1] and "There are x_dest, x_dry" in inputs.problems[0]


def test_a_prefix_that_is_nearly_right() -> None:
    spec = {"exclude": {"type": "list"}}
    found = _inputs.unknown_inputs("iam_user_hardening_", spec, ["iam_user_hardning_exclude", "iam_user", "unrelated"])
    assert found == ["iam_user_hardning_exclude: there is no such input. Did you mean iam_user_hardening_exclude?"]
    assert _inputs.unknown_inputs("rotate_", {"users": {"type": "list"}}, ["rotated_users"]) == []


def test_key_value_json_and_yaml_mean_the_same() -> None:
    same = {"x_users": ["a", "b"], "x_dry": True, "x_size": 5, "x_tags": {"k": "v"}}
    text = parse_kv("""x_users=a,b x_dry=true x_size=5 x_tags='{"k": "v"}'""")
    assert read(text).values == read(same).values


def test_an_error_of_a_template_is_not_quoted() -> None:
    def template(value: t.Any) -> t.Any:
        raise ValueError("seed JBSWY3DPEHPK3PXP")

    inputs = _inputs.read("x_", SPEC, {"x_users": "{{ x }}"}, template)
    assert inputs.problems == [
        "x_users: its template cannot be evaluated, as it ends in ValueError. Correct it, or define what it needs."
    ]


def test_undefined_names_are_found_in_causes() -> None:
    def template(value: t.Any) -> t.Any:
        raise ValueError("outer") from AnsibleUndefinedVariable("'inner_name' is undefined")

    assert "'inner_name' is undefined" in _inputs.read("x_", SPEC, {"x_users": "{{ x }}"}, template).problems[0]
