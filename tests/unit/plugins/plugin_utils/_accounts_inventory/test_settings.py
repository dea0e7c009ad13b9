# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the inventory: what they mean, and what is refused, as tables."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.hardening.aws.plugins.inventory.aws_accounts import EXAMPLES
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.settings import (
    OWN_OPTIONS,
    read_settings,
)
from ansible_collections.hardening.aws.tests.unit.plugins.plugin_utils._accounts_inventory.in_memory import (
    OTHERS,
    definitions,
    settings,
)

ONE, TWO = "111111111111", "222222222222"


def test_every_own_option_is_documented() -> None:
    assert {*OWN_OPTIONS, *OTHERS, "plugin", "profile"} == set(definitions())


@pytest.mark.parametrize("example", list(yaml.safe_load_all(EXAMPLES)))
def test_the_documented_examples_are_accepted(example: dict[str, t.Any]) -> None:
    assert settings(**example).states == ("ACTIVE",)


def test_defaults() -> None:
    found = settings()
    assert (found.hostname, found.states, found.accounts, found.group_prefix) == (
        "account_id",
        ("ACTIVE",),
        None,
        "aws_",
    )
    assert (found.tags, found.emails, found.management_account, found.strict_permissions) == (False, False, False, True)
    assert found.role_arn(ONE, "aws-cn") == f"arn:aws-cn:iam::{ONE}:role/OrganizationAccountAccessRole"


@pytest.mark.parametrize(
    ("options", "arn"),
    [
        ({"role_name": "ops/hardening"}, f"arn:aws:iam::{ONE}:role/ops/hardening"),
        ({"role_name": ""}, None),
        ({"role_arn_template": "arn:{partition}:iam::{account_id}:role/x"}, f"arn:aws:iam::{ONE}:role/x"),
    ],
)
def test_role(options: dict[str, t.Any], arn: str | None) -> None:
    assert settings(**options).role_arn(ONE, "aws") == arn


def test_what_is_typed() -> None:
    found = settings(
        units="Workloads",
        exclude_accounts=[111111111111, "x*"],
        tag_filters={"env": "prod", "team": ["a", 1], "any": None},
        accounts=[{"account_id": 111111111111, "vars": {"aws_profile": "{{ x }}"}}],
        duration_seconds="900",
    )
    assert found.units == ("Workloads",) and found.exclude_accounts == (ONE, "x*") and found.duration_seconds == 900
    assert found.tag_filters == {"env": ["prod"], "team": ["a", "1"], "any": None} and found.needs_tags
    assert found.accounts == ({"account_id": ONE, "state": "ACTIVE", "vars": {"aws_profile": "{{ x }}"}},)


def test_templates() -> None:
    """They are evaluated, except those that are for the hosts."""
    config = {"role_name": "ROLE", "external_id": "ID", "accounts": [{"account_id": "ACCOUNT", "vars": {"x": "X"}}]}
    values = {"ROLE": "hardening", "ACCOUNT": ONE, "ID": "evaluated", "X": "evaluated"}

    def template(value: t.Any) -> t.Any:
        if isinstance(value, list):
            return [template(item) for item in value]
        if isinstance(value, dict):
            return {key: template(item) for key, item in value.items()}
        return values.get(value, value)

    found = read_settings(config, definitions(), template)
    assert (found.role_name, found.external_id) == ("hardening", "ID")
    assert found.accounts is not None
    assert (found.accounts[0]["account_id"], found.accounts[0]["vars"]) == (ONE, {"x": "X"})


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"unit": ["x"]}, "unit: is not an option of hardening.aws.aws_accounts: did you mean units?"),
        (
            {"keyed_group": []},
            "keyed_group: is not an option of hardening.aws.aws_accounts: did you mean keyed_groups?",
        ),
        ({"xyzzy": 1}, "xyzzy: is not an option of hardening.aws.aws_accounts: ansible-doc -t inventory"),
        ({"hostname": "id"}, "hostname: is 'id': choose one of account_id, name, name_and_id"),
        ({"states": ["ACTIV"]}, "states[0]: is 'ACTIV': choose one of"),
        ({"states": []}, "states: is empty"),
        ({"states": None}, "states: is null"),
        ({"units": {"a": 1}}, "units: is a dictionary: give a list"),
        ({"units": ["a", None]}, "units[1]: is null"),
        ({"units": [""]}, "units[0]: is empty"),
        ({"exclude_accounts": ["  "]}, "exclude_accounts[0]: is empty"),
        ({"exclude_accounts": [12345678901]}, "exclude_accounts[0]: 12345678901 has 11 digits: put IDs in quotes"),
        ({"management_account": "perhaps"}, "management_account: is 'perhaps': give true or false"),
        ({"role_name": f"arn:aws:iam::{ONE}:role/x"}, "role_name: is 'arn:"),
        ({"role_name": "/x"}, "role_name: is '/x'"),
        ({"role_name": "a b"}, "role_name: is 'a b'"),
        ({"role_name": "x", "role_arn_template": "y"}, "role_arn_template: cannot be combined with role_name"),
        ({"role_arn_template": f"arn:aws:iam::{ONE}:role/x"}, "role_arn_template: has no {account_id}"),
        (
            {"role_arn_template": "arn:aws:iam::{account}:role/x"},
            "role_arn_template: has the unknown placeholder {account}",
        ),
        ({"role_arn_template": "arn:aws:iam:{account_id}:role/x"}, "role_arn_template: is 'arn:aws:iam:"),
        ({"management_role_arn": f"arn:aws:iam::{ONE}:role/x"}, "management_role_arn: requires management_account"),
        (
            {"management_role_arn": "x", "management_account": True},
            "management_role_arn: is 'x': give the ARN of a role",
        ),
        ({"session_name": "a b"}, "session_name: is 'a b': give 2 to 64"),
        ({"duration_seconds": 60}, "duration_seconds: is 60: give a number from 900 to 43200"),
        ({"external_id": ["x"]}, "external_id: must be text"),
        ({"external_id": True}, "external_id: must be text"),
        ({"tag_filters": {"env": [True]}}, "tag_filters.env: give a text"),
        ({"tag_filters": {"env": []}}, "tag_filters.env: give a text"),
        ({"tag_filters": ["env"]}, "tag_filters: is a list: give a dictionary"),
        ({"group_prefix": "a-"}, "group_prefix: is 'a-'"),
        ({"group_prefix": ""}, "group_prefix: is ''"),
        ({"accounts": None}, "accounts: is null"),
        ({"accounts": [ONE]}, "accounts[0]: is text"),
        ({"accounts": [{"name": "x"}]}, "accounts[0].account_id: is missing"),
        ({"accounts": [{"account_id": 12345}]}, "accounts[0].account_id: is '12345': give the 12 digits in quotes"),
        (
            {"accounts": [{"account_id": ONE}, {"account_id": ONE}]},
            "accounts[1].account_id: 111111111111 is also accounts[0]",
        ),
        ({"accounts": [{"account_id": ONE, "nam": "x"}]}, "accounts[0]: has the unknown key 'nam'. Did you mean name?"),
        (
            {"accounts": [{"account_id": ONE, "variables": {}}]},
            "accounts[0]: has the unknown key 'variables'. Did you mean vars?",
        ),
        ({"accounts": [{"account_id": ONE, "unit_path": "Workloads"}]}, "accounts[0].unit_path: is 'Workloads'"),
        ({"accounts": [{"account_id": ONE, "unit_path": "/a//b"}]}, "accounts[0].unit_path: is '/a//b'"),
        ({"accounts": [{"account_id": ONE, "tags": {"a": ["x"]}}]}, "accounts[0].tags.a: must be text"),
        ({"accounts": [{"account_id": ONE, "vars": ["x"]}]}, "accounts[0].vars: must be a dictionary"),
        (
            {"accounts": [{"account_id": ONE, "vars": {"a-b": 1}}]},
            "accounts[0].vars.a-b: is not the name of a variable",
        ),
        (
            {"accounts": [{"account_id": ONE, "vars": {"account_id": 1}}]},
            "accounts[0].vars.account_id: says which account",
        ),
        (
            {"accounts": [{"account_id": ONE, "vars": {"aws_secret_key": "hush"}}]},
            "accounts[0].vars.aws_secret_key: credentials do not belong here",
        ),
        (
            {"accounts": [{"account_id": ONE, "role_arn": f"arn:aws:iam::{TWO}:role/x"}]},
            "accounts[0].role_arn: arn:aws:iam::222222222222:role/x is a role of another account",
        ),
    ],
)
def test_what_is_refused(options: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(BadInput) as refused:
        settings(**options)
    assert len(refused.value.problems) == 1 and refused.value.problems[0].startswith(problem), refused.value.problems
    assert "hush" not in refused.value.message


def test_problems_are_told_together() -> None:
    with pytest.raises(BadInput) as refused:
        settings(session_name="a b", duration_seconds=1, group_prefix="-")
    assert len(refused.value.problems) == 3


class Vaulted:
    """A text that is decrypted when it is looked at."""

    def __str__(self) -> str:
        raise AssertionError("decrypted")

    __len__ = __eq__ = __hash__ = __str__  # type: ignore[assignment]


def test_a_vaulted_external_id_is_not_decrypted() -> None:
    vaulted = Vaulted()
    assert settings(external_id=vaulted).external_id is vaulted
