# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the connection, and the clients that it opens."""

from __future__ import annotations

import typing as t

import botocore.utils
import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws import connection
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
    made, allowed = connection.connection_config({"aws_config": config}, concurrency=40)
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
        connection.connection_config(params, concurrency=1)
    assert problem in refusal.value.message


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-11T23:25:36Z",
        "2026-03-11T23:25:36+00:00",
        "2026-03-11T23:25:36.123Z",
        "2026-03-12T01:25:36+02:00",
        "Wed, 11 Mar 2026 23:25:36 GMT",
        "1773271536",
        "1712101012",  # not a day of 1712
        "2026-03-11T23",
        1773271536.5,
    ],
)
def test_a_moment_is_read_as_botocore_reads_it(value: str | float) -> None:
    found = connection.parse_timestamp(value)
    expected = botocore.utils.parse_timestamp(value)
    assert found == expected and found.isoformat() == expected.isoformat()
