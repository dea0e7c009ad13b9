# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration of the connection, and what errors of AWS are turned into."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils import _aws_call
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput


@pytest.mark.parametrize(
    ("config", "attempts"),
    [
        (None, 10),
        ({}, 10),
        ({"retries": {"total_max_attempts": 3}}, 3),
        ({"retries": {"max_attempts": 3, "mode": "adaptive"}}, 4),
        ({"retries": {"max_attempts": 0}}, 1),
    ],
)
def test_botocore_itself_never_sends_again(config: dict[str, t.Any] | None, attempts: int) -> None:
    made, allowed = _aws_call._connection_config({"aws_config": config}, concurrency=40)
    assert made.retries == {"total_max_attempts": 1, "mode": "standard"}
    assert made.max_pool_connections == 40
    assert allowed == attempts


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"aws_config": {"read_timout": 5}}, "aws_config: botocore does not accept it"),
        ({"aws_config": {"connect_timeout": 0}}, "aws_config.connect_timeout: must be a number of seconds above 0"),
        ({"aws_config": {"read_timeout": "soon"}}, "aws_config.read_timeout: must be a number of seconds above 0"),
        ({"aws_config": {"retries": 5}}, "aws_config.retries: must be a dictionary"),
        ({"aws_config": {"retries": {"total_max_attempts": 0}}}, "must be a whole number above 0"),
        ({"aws_ca_bundle": "/no/such/file", "validate_certs": True}, "there is no file /no/such/file"),
    ],
)
def test_bad_configuration_names_the_option(params: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(BadInput) as refusal:
        _aws_call._connection_config(params, concurrency=1)
    assert problem in refusal.value.message


DENIED = "User: arn:aws:iam::123456789012:user/ops is not authorized to perform: iam:TagMFADevice on resource: arn:x"


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        (
            "AccessDenied",
            f"{DENIED} because no identity-based policy allows it",
            "iam:TagMFADevice is missing: allow it",
        ),
        ("AccessDenied", f"{DENIED} with an explicit deny in a service control policy", "explicitly denies the action"),
        ("AccessDenied", "You may not.", "The IAM action iam:CreateVirtualMFADevice is missing"),
        (
            "ExpiredToken",
            "The security token is expired",
            "does not accept the credentials of the caller (ExpiredToken)",
        ),
        ("ServiceFailure", "Oops", "also when tried again. Run again later."),
        ("InvalidInput", "Strange", "AWS refused iam:CreateVirtualMFADevice (InvalidInput): Strange"),
    ],
)
def test_refusals_say_what_to_do(code: str, text: str, said: str) -> None:
    assert said in _aws_call._explain("iam:CreateVirtualMFADevice", code, code, text)


@pytest.mark.parametrize(
    ("code", "short"),
    [("ResourceNotFoundException", "ResourceNotFound"), ("NoSuchEntity", "NoSuchEntity"), ("", "")],
)
def test_short_code(code: str, short: str) -> None:
    assert _aws_call.short_code(code) == short
