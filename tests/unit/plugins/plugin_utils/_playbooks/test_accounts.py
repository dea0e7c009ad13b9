# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which account a host is: what its variables may say, and what is made of them, as tables."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import accounts

ONE, TWO = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{ONE}:role/hardening"
KEYS = {"aws_access_key": "AKIA", "aws_secret_key": "hush"}


def read(variables: dict[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    return accounts.read_host(variables, lambda value: value)


@pytest.mark.parametrize(
    ("variables", "values"),
    [
        ({}, {}),
        ({"aws_profile": "", "aws_region": None, "other": 1, "aws_other": [1]}, {}),
        ({"aws_profile": "dev", "aws_validate_certs": "false"}, {"aws_profile": "dev", "aws_validate_certs": False}),
        ({**KEYS, "aws_session_token": "x"}, {**KEYS, "aws_session_token": "x"}),
        ({"aws_role_arn": ROLE, "expected_account_id": int(ONE)}, {"aws_role_arn": ROLE, "expected_account_id": ONE}),
        (
            {"aws_role_arn": f"arn:aws-us-gov:iam::{ONE}:role/a/b"},
            {"aws_role_arn": f"arn:aws-us-gov:iam::{ONE}:role/a/b"},
        ),
        ({"expected_account_id": "012345678901"}, {"expected_account_id": "012345678901"}),
    ],
)
def test_what_is_read(variables: dict[str, t.Any], values: dict[str, t.Any]) -> None:
    assert read(variables) == (values, [])


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"aws_profile": ["dev"]}, "aws_profile: is a list"),
        ({"aws_profile": True}, "aws_profile: is true"),
        ({"aws_validate_certs": "perhaps"}, "aws_validate_certs: is 'perhaps'"),
        ({"aws_access_key": "AKIA"}, "aws_access_key: needs aws_secret_key"),
        ({"aws_secret_key": "hush"}, "aws_secret_key: needs aws_access_key"),
        ({"aws_profile": "dev", "aws_session_token": "x"}, "aws_session_token: needs aws_access_key"),
        ({"aws_profile": "dev", "aws_role_external_id": "x"}, "aws_role_external_id: needs aws_role_arn"),
        ({"aws_profile": "dev", "aws_role_session_name": "xy"}, "aws_role_session_name: needs aws_role_arn"),
        ({"aws_profile": "dev", **KEYS}, "aws_profile: cannot be combined with aws_access_key"),
        ({"aws_role_arn": "hardening"}, "aws_role_arn: is 'hardening': give the ARN"),
        ({"aws_role_arn": f"arn:aws:iam::{ONE}:user/alice"}, "give the ARN of a role"),
        ({"aws_role_arn": f"{ROLE}\n"}, "give the ARN of a role"),
        ({"aws_role_arn": ROLE, "aws_role_session_name": "a b"}, "aws_role_session_name: is 'a b'"),
        ({"aws_role_arn": ROLE, "aws_role_duration": 899}, "aws_role_duration: is 899: give 900 to 43200 seconds."),
        ({"aws_role_arn": ROLE, "expected_account_id": TWO}, "is a role of another account"),
        ({"expected_account_id": "12345"}, "expected_account_id: is '12345': give the 12 digits"),
        ({"expected_account_id": 12345678901}, "give the 12 digits"),
        ({"expected_account_id": "１２３４５６７８９０１２"}, "give the 12 digits"),
        ({"expected_account_id": f"{ONE}\n"}, "give the 12 digits"),
        ({"aws_endpoint_url": "localhost:4566"}, "aws_endpoint_url: is 'localhost:4566': give a URL"),
        ({"aws_region": "eu west"}, "aws_region: is 'eu west'"),
        ({"aws_ca_bundle": "/not/there.pem"}, "aws_ca_bundle: there is no file /not/there.pem"),
        ({"aws_secret_key": ["hush"], "aws_access_key": "AKIA"}, "aws_secret_key: is a list"),
    ],
)
def test_what_is_refused(variables: dict[str, t.Any], problem: str) -> None:
    _values, problems = read(variables)
    assert len(problems) == 1 and problem in problems[0], problems
    assert "hush" not in problems[0]


@pytest.mark.parametrize(
    ("hosts", "problem"),
    [
        ({"localhost": {}}, None),
        ({"127.0.0.1": {}}, None),
        ({"localhost": {"aws_profile": "dev"}}, None),
        ({"dev": {"aws_profile": "dev"}}, None),
        ({"dev": {"aws_role_arn": ROLE}}, None),
        ({"dev": KEYS}, None),
        ({"a": {"aws_profile": "a"}, "b": {"aws_profile": "b"}}, None),
        ({"a": {"aws_profile": "a"}, "b": {"aws_profile": "a", "aws_role_arn": ROLE}}, None),
        (
            {"a": {**KEYS, "aws_endpoint_url": "http://one"}, "b": {**KEYS, "aws_endpoint_url": "http://two"}},
            None,
        ),
        ({"dev": {}}, "dev: no variable says which AWS account"),
        ({"dev": {"aws_region": "eu-west-1", "aws_endpoint_url": "http://one"}}, "dev: no variable says"),
        ({"localhost": {}, "dev": {"aws_profile": "dev"}}, "localhost: no variable says"),
        ({"a": {"aws_profile": "x"}, "b": {"aws_profile": "x", "aws_region": "eu-west-1"}}, "a, b: the variables"),
        ({"a": {"aws_role_arn": ROLE}, "b": {"aws_role_arn": ROLE}}, f"the same account (aws_role_arn {ROLE})"),
        ({"a": KEYS, "b": {**KEYS, "aws_session_token": "x"}}, "a, b: the variables"),
        ({"payer": {"expected_account_id": ONE}, "dev": {"aws_role_arn": ROLE}}, None),
        (
            {"a": {"expected_account_id": ONE}, "b": {"expected_account_id": TWO}},
            "a, b: the variables of these hosts name the same account (that of the environment)",
        ),
    ],
)
def test_hosts_together(hosts: dict[str, dict[str, t.Any]], problem: str | None) -> None:
    found = accounts.host_problems(list(hosts), hosts)
    assert found == [] if problem is None else len(found) == 1 and problem in found[0]
    assert "hush" not in str(found)


SESSION_KEYS = {**KEYS, "aws_session_token": "x"}
NO_KEYS = {"access_key": "", "secret_key": "", "session_token": ""}
WHOLE_ROLE = {
    "aws_role_arn": ROLE,
    "aws_role_external_id": "x",
    "aws_role_session_name": "me",
    "aws_role_duration": 900,
}
WHOLE_OPTION = {"role_arn": ROLE, "external_id": "x", "session_name": "me", "duration_seconds": 900}


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({}, {}),
        ({"aws_region": "eu-west-1", "aws_profile": None}, {"region": "eu-west-1"}),
        ({"aws_profile": "dev"}, {"profile": "dev", **NO_KEYS}),
        (KEYS, {"profile": "", "access_key": "AKIA", "secret_key": "hush", "session_token": ""}),
        (SESSION_KEYS, {"profile": "", "access_key": "AKIA", "secret_key": "hush", "session_token": "x"}),
        ({"aws_role_arn": ROLE, "aws_role_external_id": ""}, {"assume_role": {"role_arn": ROLE}}),
        (WHOLE_ROLE, {"assume_role": WHOLE_OPTION}),
        ({"aws_profile": "dev", **WHOLE_ROLE}, {"profile": "dev", **NO_KEYS, "assume_role": WHOLE_OPTION}),
        ({"aws_validate_certs": False}, {"validate_certs": False}),
        ({"aws_ca_bundle": "/x/ca.pem"}, {"aws_ca_bundle": "/x/ca.pem"}),
    ],
)
def test_connection(variables: dict[str, t.Any], options: dict[str, t.Any]) -> None:
    assert accounts.connection(variables) == options


def test_relative_bundle(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ca.pem").write_text("x", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert read({"aws_ca_bundle": "ca.pem"})[1] == []
    assert accounts.connection({"aws_ca_bundle": "ca.pem"}) == {"aws_ca_bundle": str(tmp_path / "ca.pem")}


@pytest.mark.parametrize(
    ("expected", "others", "problem"),
    [
        (None, {}, None),
        (ONE, {"dev": ONE, "prod": TWO}, None),
        (TWO, {}, f"expected_account_id is {TWO}"),
        (ONE, {"dev": TWO, "prod": TWO}, f"dev, prod: turned out to be the same account, {TWO}"),
    ],
)
def test_the_account_itself(expected: str | None, others: dict[str, str], problem: str | None) -> None:
    account = {"account_id": ONE, "account_alias": "example", "arn": f"arn:aws:iam::{ONE}:user/ops"}
    found = accounts.account_problems(account, expected, others)
    assert found == [] if problem is None else len(found) == 1 and problem in found[0]
    assert accounts.account_line(account) == f"AWS account {ONE} (example), as arn:aws:iam::{ONE}:user/ops"
    assert accounts.account_line({**account, "account_alias": None}).startswith(f"AWS account {ONE}, as")


def test_many_problems_are_shortened() -> None:
    assert accounts.shortened(["x"] * 10) == ["x"] * 10
    assert accounts.shortened([str(number) for number in range(25)])[-1] == "and 15 more like these."
