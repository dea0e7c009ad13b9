# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the connection, and the clients that it opens."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

import botocore.parsers
import botocore.utils
import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws import connection
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._aws.answering import (
    Answering,
    answer_from_memory,
    connection_of,
)


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


def test_clients_read_moments_in_this_way_and_other_clients_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def parse(value: str) -> datetime.datetime:
        read.append(value)
        return datetime.datetime.max

    monkeypatch.setattr(connection, "parse_timestamp", parse)
    client = connection_of().client("iam")
    answer_from_memory(client, Answering())
    assert client.call("ListUsers", {})["Users"][0]["CreateDate"] == datetime.datetime.max
    assert read == ["2026-05-01T10:00:00Z"]
    assert botocore.parsers.create_parser("query")._timestamp_parser is botocore.utils.parse_timestamp


def test_all_clients_share_a_session_and_a_clock() -> None:
    one = connection_of()
    iam, secrets = one.client("iam"), one.client("secretsmanager")
    answer_from_memory(iam, Answering())
    iam.call("ListUsers", {})
    assert one.clock.known
    assert secrets.open()._opened.meta.region_name == "eu-north-1"


def test_a_client_says_who_calls() -> None:
    answering = Answering()
    client = connection_of(aws_config={"user_agent_extra": "audit"}).client("iam")
    answer_from_memory(client, answering)
    client.call("ListUsers", {})
    sent = bytes(answering.sent[0].headers["User-Agent"]).decode()
    assert sent.startswith("APN/1.0 Ansible/") and "hardening.aws" in sent and sent.endswith("audit")


def test_region_where_none_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    connection_of(region=None).client("iam").open()
    with pytest.raises(BadInput, match="region: none is set, and ssm needs one"):
        connection_of(region=None).client("ssm")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    assert connection_of(region=None).client("ssm").open()._opened.meta.region_name == "eu-west-2"


def test_an_endpoint_that_is_none() -> None:
    with pytest.raises(BadInput, match="cannot connect to iam: Invalid endpoint: localhost:5000"):
        connection_of(endpoint_url="localhost:5000").client("iam").open()


def test_a_profile_that_does_not_exist_or_that_keys_contradict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile team]\nregion = eu-west-3\naws_access_key_id = A\naws_secret_access_key = B\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    no_keys = {"access_key": None, "secret_key": None, "region": None}
    with pytest.raises(BadInput, match="there is no profile missing.*none .which does not exist"):
        connection_of(profile="missing", **no_keys)
    with pytest.raises(BadInput, match="profile: team cannot be combined with access keys"):
        connection_of(profile="team")
    assert connection_of(profile="team", **no_keys).client("ssm").open()._opened.meta.region_name == "eu-west-3"
    config.write_text("[profile\n")
    with pytest.raises(BadInput, match="the files of profiles cannot be read"):
        connection_of(profile="team", **no_keys)


@pytest.mark.parametrize("mode", ["legacy", "regional", None])
@pytest.mark.parametrize(
    ("region", "host"), [("us-east-1", "us-east-1"), ("eu-west-1", "eu-west-1"), (None, "us-east-1")]
)
def test_sts_at_the_endpoint_of_the_region(
    monkeypatch: pytest.MonkeyPatch, mode: str | None, region: str | None, host: str
) -> None:
    """Also where botocore is told to take the global one, as those before 1.40 do by default."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "EC2_REGION"):
        monkeypatch.delenv(name, raising=False)
    if mode is None:
        monkeypatch.delenv("AWS_STS_REGIONAL_ENDPOINTS", raising=False)
    else:
        monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", mode)
    made = connection_of(region=region)
    made.use_regional_sts()
    assert made.client("sts").open()._opened.meta.endpoint_url == f"https://sts.{host}.amazonaws.com"


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws", "eu-west-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-east-1"), ("aws", "moon-base-1")],
)
def test_a_role_and_a_region_of_one_partition(partition: str, region: str) -> None:
    role = {"role_arn": f"arn:{partition}:iam::123456789012:role/hardening"}
    assert connection_of(region=region, assume_role=role).client("ssm").open()._opened.meta.region_name == region


def test_a_role_and_a_region_of_two_partitions() -> None:
    role = {"role_arn": "arn:aws-cn:iam::123456789012:role/hardening"}
    with pytest.raises(
        BadInput, match="in the partition aws-cn, and the region eu-west-1 in aws. Set region to one of"
    ):
        connection_of(region="eu-west-1", assume_role=role)
