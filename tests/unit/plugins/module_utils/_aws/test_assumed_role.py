# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role of a run: what is refused of it, and when its credentials are asked for anew. Time is a number."""

from __future__ import annotations

import concurrent.futures
import datetime
import json
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.assumed_role import credentials_of, wanted_role
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, BadInput

ARN = "arn:aws:iam::123456789012:role/ops/hardening"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:List*", "Resource": "*"}]}


def test_what_is_sent() -> None:
    assert wanted_role(None) is None
    plain = wanted_role({"role_arn": ARN, "external_id": None})
    assert plain and plain.params == {"RoleArn": ARN, "RoleSessionName": "hardening-aws", "DurationSeconds": 3600}
    whole = wanted_role(
        {
            "role_arn": ARN,
            "session_name": "me@x",
            "external_id": "secret-id",
            "duration_seconds": "900",
            "policy": POLICY,
            "policy_arns": ["arn:aws:iam::aws:policy/SecurityAudit"],
        }
    )
    assert whole and json.loads(whole.params.pop("Policy")) == POLICY
    assert whole.params == {
        "RoleArn": ARN,
        "RoleSessionName": "me@x",
        "DurationSeconds": 900,
        "ExternalId": "secret-id",
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/SecurityAudit"}],
    }
    assert "secret-id" not in repr(whole)


@pytest.mark.parametrize(
    ("partition", "region"), [("aws", None), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]
)
def test_where_sts_is_asked(partition: str, region: str | None) -> None:
    role = wanted_role({"role_arn": ARN.replace(":aws:", f":{partition}:")})
    assert role and role.default_region == region


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        (ARN, "assume_role: give a dictionary"),
        ([ARN], "assume_role: give a dictionary"),
        ({}, "assume_role: missing required arguments: role_arn"),
        ({"role_arn": "hardening"}, "assume_role.role_arn: is 'hardening': give the ARN of a role"),
        ({"role_arn": ARN.replace("role", "user")}, "assume_role.role_arn: is"),
        ({"role_arn": f"{ARN}\n"}, "assume_role.role_arn: is"),
        ({"role_arn": ARN, "session_name": "a b"}, "assume_role.session_name: is 'a b'"),
        ({"role_arn": ARN, "external_id": "top secret"}, "assume_role.external_id: is not one"),
        ({"role_arn": ARN, "duration_seconds": 60}, "assume_role.duration_seconds: is 60"),
        ({"role_arn": ARN, "duration_seconds": "long"}, "assume_role: argument 'duration_seconds' is of type"),
        ({"role_arn": ARN, "policy": "{}"}, "assume_role.policy: is not a policy"),
        ({"role_arn": ARN, "policy": "allow all"}, "assume_role.policy: is not a policy"),
        ({"role_arn": ARN, "policy_arns": ["x"]}, "assume_role.policy_arns[0]: is 'x'"),
        ({"role_arn": ARN, "policy_arns": ["arn:aws:iam::aws:policy/x"] * 11}, "assume_role.policy_arns: names 11"),
        ({"role_arn": ARN, "externalid": "x"}, "assume_role: "),
    ],
)
def test_what_is_refused(option: t.Any, problem: str) -> None:
    with pytest.raises(BadInput) as refused:
        wanted_role(option)
    assert problem in refused.value.message and "top secret" not in refused.value.message


class World:
    """AWS's time, which is far from that of this host; and STS."""

    def __init__(self, seconds: int, failure: AwsRefused | None = None) -> None:
        self.time = 2_000_000_000.0
        self.asked = 0
        self._seconds = seconds
        self.failure = failure

    def best_guess(self) -> float:
        return self.time

    def call(self, operation: str, params: dict[str, t.Any], **_more: t.Any) -> dict[str, t.Any]:
        assert operation == "AssumeRole" and params["RoleArn"] == ARN
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        until = datetime.datetime.fromtimestamp(self.time + self._seconds, datetime.timezone.utc)
        keys = {"AccessKeyId": f"ASIA{self.asked}", "SecretAccessKey": "s", "SessionToken": "t"}
        return {"Credentials": {**keys, "Expiration": until}}


def credentials(world: World, seconds: int = 900, **more: t.Any) -> t.Any:
    role = wanted_role({"role_arn": ARN, "duration_seconds": seconds, **more})
    assert role is not None
    return credentials_of(role, t.cast(t.Any, world), t.cast(t.Any, world))


@pytest.mark.parametrize("seconds", [900, 3600, 43200])
def test_a_session_is_used_for_most_of_its_time_and_never_past_it(seconds: int) -> None:
    world = World(seconds)
    found = credentials(world, seconds)
    used = 0
    for _call in range(300):
        key = found.get_frozen_credentials().access_key
        assert key == f"ASIA{world.asked}"
        world.time += seconds / 100
        used += 1
    assert used == 300 and 3 <= world.asked <= 5


def test_a_burst_of_threads_asks_once() -> None:
    world = World(900)
    found = credentials(world)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _number: found.get_frozen_credentials().access_key, range(200)))
    assert keys == {"ASIA1"} and world.asked == 1


@pytest.mark.parametrize(
    ("code", "said", "more", "text"),
    [
        (
            "AccessDenied",
            "User: x is not authorized",
            {},
            "whether its trust policy names the caller, and asks for an ext",
        ),
        ("AccessDenied", "User: x is not authorized", {"external_id": "ab"}, "another external ID than the one given"),
        (
            "ValidationError",
            "exceeds the MaxSessionDuration",
            {},
            "assume_role.duration_seconds is 900. The role has a max",
        ),
        ("MalformedPolicyDocument", "x", {}, "Correct assume_role.policy."),
        ("RegionDisabledException", "x", {}, "set region to another one"),
        ("ExpiredToken", "x", {}, "AWS refused"),
    ],
)
def test_why_there_is_no_session(code: str, said: str, more: dict[str, t.Any], text: str) -> None:
    world = World(900, AwsRefused("AWS refused", code, "sts:AssumeRole", said))
    with pytest.raises(AwsRefused) as refused:
        credentials(world, **more).get_frozen_credentials()
    message = refused.value.message
    assert message.startswith(f"The role {ARN} could not be assumed ({code}). ") and text in message and said in message
    assert refused.value.code == code and refused.value.operation == "sts:AssumeRole"
