# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role of a run: what is refused of it, and when its credentials are asked for anew. Time is a number."""

from __future__ import annotations

import concurrent.futures
import datetime
import json
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws import assumed_role
from ansible_collections.hardening.aws.plugins.module_utils._aws.assumed_role import (
    RoleNotAssumed,
    credentials_of,
    wanted_role,
)
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
        ({"role_arn": ARN, "externalid": "x"}, "assume_role: has the unknown key 'externalid'. Its keys are role_arn,"),
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
        if operation == "GetCallerIdentity":
            return {"Arn": OPS}
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
    return credentials_of(role, t.cast(t.Any, world), t.cast(t.Any, world), lambda: None)


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


OPS = "arn:aws:iam::210987654321:user/ops"
PLAIN = f"User: {OPS} is not authorized to perform: sts:AssumeRole on resource: {ARN}"


def denied(text: str, code: str = "AccessDenied") -> AwsRefused:
    return AwsRefused("The caller lacks …", code, "sts:AssumeRole", text)


def test_a_role_that_is_lost_in_mid_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds is used up; then each call fails at once, and AWS is asked again only after a while."""
    world = World(900)
    monkeypatch.setattr(assumed_role.time, "monotonic", lambda: world.time)
    found = credentials(world)
    assert found.get_frozen_credentials().access_key == "ASIA1"
    world.failure = denied(PLAIN)
    world.time += 650
    for _call in range(3):
        assert found.get_frozen_credentials().access_key == "ASIA1"
    assert world.asked == 2
    world.time += 300
    for _call in range(3):
        with pytest.raises(RoleNotAssumed, match="could not be assumed") as failure:
            found.get_frozen_credentials()
    assert world.asked == 3
    # No caller takes it for an answer to its own call.
    assert failure.value.code == "AccessDenied" and not isinstance(failure.value, AwsRefused)
    world.failure = None
    world.time += 31
    assert found.get_frozen_credentials().access_key == "ASIA4"


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        ("AccessDenied", PLAIN, ["the role exists in account 123456789012", "trust policy", "none was given", "(5)"]),
        ("AccessDenied", f"{PLAIN} with an explicit deny in a service control policy", ["A service control policy"]),
        ("AccessDenied", f"{PLAIN} because no identity-based policy allows it", ["The caller's own policies"]),
        ("AccessDenied", f"{PLAIN} because no resource-based policy allows it", ["The trust policy of the role"]),
        (
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
            ["limits a chain of roles to one hour", "Give at most 3600"],
        ),
        (
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            ["more than the maximum session duration of the role"],
        ),
        ("ExpiredTokenException", "The token is expired", ["have expired", "aws sso login"]),
        ("RegionDisabledException", "STS is not activated in this region", ["switched off in this region"]),
        ("PackedPolicyTooLargeException", "Packed size 120%", ["too large together"]),
        ("MalformedPolicyDocument", "Syntax errors", ["no policy that AWS can read"]),
    ],
)
def test_why_there_is_no_session(code: str, text: str, told: list[str]) -> None:
    with pytest.raises(RoleNotAssumed) as failure:
        credentials(World(900, denied(text, code))).get_frozen_credentials()
    said = failure.value.message
    assert said.startswith("assume_role: ") and code in said and ARN in said and said.endswith(f"AWS: {text}")
    assert all(words in said for words in told), said
    assert failure.value.code == code and failure.value.operation == "sts:AssumeRole"


def test_an_external_id_that_was_given_is_not_shown() -> None:
    with pytest.raises(RoleNotAssumed, match="it was given one") as failure:
        credentials(World(900, denied(PLAIN)), external_id="hush").get_frozen_credentials()
    assert "hush" not in failure.value.message
