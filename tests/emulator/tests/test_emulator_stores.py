# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets Manager and Parameter Store as AWS has them, and the monitor that watches seeds."""

from __future__ import annotations

import concurrent.futures
import json
import uuid
from typing import Any

import pytest
from aws_emulator import totp


def test_create_is_idempotent_by_token(bench: Any, refused: Any) -> None:
    create, token = bench.secrets.create_secret, str(uuid.uuid4())
    first = create(Name="s", SecretString="one", ClientRequestToken=token)
    again = create(Name="s", SecretString="one", ClientRequestToken=token)
    assert (first["ARN"], first["VersionId"]) == (again["ARN"], again["VersionId"]) and first["VersionId"] == token
    assert refused(create, Name="s", SecretString="two", ClientRequestToken=token)[:2] == (
        "ResourceExistsException",
        400,
    )
    assert refused(create, Name="s", SecretString="one")[0] == "ResourceExistsException"
    assert refused(create, Name="a,b", SecretString="x")[:2] == ("ValidationException", 400)


def test_not_found_is_400(bench: Any, refused: Any) -> None:
    assert refused(bench.secrets.get_secret_value, SecretId="no")[:2] == ("ResourceNotFoundException", 400)
    assert refused(bench.client("ssm").get_parameter, Name="/no")[:2] == ("ParameterNotFound", 400)


def test_a_batch_of_secrets(bench: Any, refused: Any) -> None:
    for name in ("one", "two", "gone"):
        bench.secrets.create_secret(Name=name, SecretString=name)
    bench.secrets.delete_secret(SecretId="gone")
    batch = bench.secrets.batch_get_secret_value
    answer = batch(SecretIdList=["two", "one", "gone", "none"])
    assert {item["Name"]: item["SecretString"] for item in answer["SecretValues"]} == {"one": "one", "two": "two"}
    assert {item["SecretId"]: item["ErrorCode"] for item in answer["Errors"]} == {
        "gone": "InvalidRequestException",
        "none": "ResourceNotFoundException",
    }
    assert refused(batch, SecretIdList=[f"s{number}" for number in range(21)])[:2] == ("ValidationException", 400)
    bench.emulator.set(denied_actions=["secretsmanager:GetSecretValue"])
    answer = batch(SecretIdList=["one"])
    assert answer["SecretValues"] == [] and answer["Errors"][0]["ErrorCode"] == "AccessDeniedException"
    bench.emulator.set(denied_actions=["secretsmanager:BatchGetSecretValue"])
    assert refused(batch, SecretIdList=["one"])[0] == "AccessDeniedException"


def stages(bench: Any, name: str = "s") -> dict[str, list[str]]:
    found = bench.secrets.describe_secret(SecretId=name)["VersionIdsToStages"]
    return {version: sorted(labels) for version, labels in found.items()}


def test_versions_and_stages(bench: Any, refused: Any) -> None:
    secrets = bench.secrets
    one = secrets.create_secret(Name="s", SecretString="one")["VersionId"]
    two = secrets.put_secret_value(SecretId="s", SecretString="two", VersionStages=["PENDING"])["VersionId"]
    assert stages(bench) == {one: ["AWSCURRENT"], two: ["PENDING"]}
    assert secrets.get_secret_value(SecretId="s")["SecretString"] == "one"
    assert secrets.get_secret_value(SecretId="s", VersionStage="PENDING")["SecretString"] == "two"
    move = secrets.update_secret_version_stage
    current = {"SecretId": "s", "VersionStage": "AWSCURRENT", "MoveToVersionId": two}
    assert refused(move, **current)[:2] == ("InvalidParameterException", 400)
    assert refused(move, RemoveFromVersionId=two, **current)[0] == "InvalidParameterException"
    assert refused(move, RemoveFromVersionId=str(uuid.uuid4()), **current)[0] == "ResourceNotFoundException"
    removal = {"SecretId": "s", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": one}
    assert refused(move, **removal)[0] == "InvalidParameterException"
    move(RemoveFromVersionId=one, **current)
    assert stages(bench) == {one: ["AWSPREVIOUS"], two: ["AWSCURRENT", "PENDING"]}
    assert secrets.get_secret_value(SecretId="s")["SecretString"] == "two"
    move(SecretId="s", VersionStage="PENDING", RemoveFromVersionId=two)
    three = secrets.put_secret_value(SecretId="s", SecretString="three")["VersionId"]
    assert stages(bench) == {one: [], two: ["AWSPREVIOUS"], three: ["AWSCURRENT"]}
    listed = secrets.list_secret_version_ids(SecretId="s")["Versions"]
    assert sorted(version["VersionId"] for version in listed) == sorted([two, three])


def test_put_is_idempotent_by_token(bench: Any, refused: Any) -> None:
    bench.secrets.create_secret(Name="s", SecretString="one")
    put, token = bench.secrets.put_secret_value, str(uuid.uuid4())
    options = {"SecretId": "s", "ClientRequestToken": token, "VersionStages": ["AWSPENDING"]}
    put(SecretString="two", **options)
    put(SecretString="two", **options)
    assert refused(put, SecretString="three", **options)[0] == "ResourceExistsException"
    assert bench.secrets.get_secret_value(SecretId="s", VersionId=token)["SecretString"] == "two"


def test_marked_for_deletion(bench: Any, refused: Any) -> None:
    secrets = bench.secrets
    arn = secrets.create_secret(Name="s", SecretString="one")["ARN"]
    assert secrets.get_secret_value(SecretId=arn)["Name"] == "s"
    assert secrets.get_secret_value(SecretId=arn[:-7])["Name"] == "s"
    for window in ({"RecoveryWindowInDays": 6}, {"RecoveryWindowInDays": 31}):
        assert refused(secrets.delete_secret, SecretId="s", **window)[0] == "InvalidParameterException"
    both = {"RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True}
    assert refused(secrets.delete_secret, SecretId="s", **both)[0] == "InvalidParameterException"
    secrets.delete_secret(SecretId="s", RecoveryWindowInDays=7)
    assert "DeletedDate" in secrets.describe_secret(SecretId="s")
    for call, options in (
        (secrets.create_secret, {"Name": "s", "SecretString": "x"}),
        (secrets.get_secret_value, {"SecretId": "s"}),
        (secrets.put_secret_value, {"SecretId": "s", "SecretString": "x"}),
        (secrets.update_secret, {"SecretId": "s", "SecretString": "x"}),
    ):
        assert refused(call, **options)[:2] == ("InvalidRequestException", 400)
    secrets.restore_secret(SecretId="s")
    secrets.delete_secret(SecretId="s", ForceDeleteWithoutRecovery=True)
    assert refused(secrets.describe_secret, SecretId="s")[0] == "ResourceNotFoundException"
    secrets.create_secret(Name="s", SecretString="x", Tags=[{"Key": "a", "Value": "b"}])
    secrets.tag_resource(SecretId="s", Tags=[{"Key": "c", "Value": "d"}])
    assert len(secrets.describe_secret(SecretId="s")["Tags"]) == 2


def test_parameters(bench: Any, refused: Any) -> None:
    ssm = bench.client("ssm")
    put = {"Name": "/mfa/alice", "Type": "SecureString"}
    assert ssm.put_parameter(Value="one", Tags=[{"Key": "a", "Value": "b"}], **put)["Version"] == 1
    assert refused(ssm.put_parameter, Value="two", **put)[:2] == ("ParameterAlreadyExists", 400)
    assert ssm.put_parameter(Value="two", Overwrite=True, **put)["Version"] == 2
    got = ssm.get_parameter(Name="/mfa/alice", WithDecryption=True)["Parameter"]
    assert (got["Value"], got["Version"]) == ("two", 2) and got["LastModifiedDate"].year > 2000
    assert ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/mfa/alice")["TagList"]
    for name in ("mfa/alice", "/mfa/a@b", "/mfa/a,b"):
        assert refused(ssm.put_parameter, Name=name, Value="x", Type="SecureString")[0] == "ValidationException"
    ssm.delete_parameter(Name="/mfa/alice")
    assert refused(ssm.delete_parameter, Name="/mfa/alice")[0] == "ParameterNotFound"


def test_many_threads(bench: Any) -> None:
    secrets = bench.secrets

    def write_and_read(number: int) -> str:
        name = f"s{number}"
        secrets.create_secret(Name=name, SecretString=name)
        return str(secrets.get_secret_value(SecretId=name)["SecretString"])

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert list(pool.map(write_and_read, range(200))) == [f"s{number}" for number in range(200)]


# The monitor


def store_secret(bench: Any, seed: str) -> None:
    value = json.dumps({"seed": seed, "otpauth_uri": f"otpauth://totp/x?secret={seed}&issuer=y"})
    bench.client("secretsmanager").create_secret(Name="mfa/alice", SecretString=value)


def store_parameter(bench: Any, seed: str) -> None:
    bench.client("ssm").put_parameter(Name="/mfa/alice", Value=json.dumps({"seed": seed}), Type="SecureString")


def store_binary(bench: Any, seed: str) -> None:
    bench.secrets.create_secret(Name="mfa/alice", SecretBinary=seed.encode())


def store_joined(bench: Any, seed: str) -> None:
    bench.secrets.create_secret(Name="mfa/alice", SecretString=f"AAAA{seed}AAAA")


def store_other_region(bench: Any, seed: str) -> None:
    bench.emulator.boto3("secretsmanager", region_name="eu-central-1").create_secret(Name="x", SecretString=seed)


def store_plain_parameter(bench: Any, seed: str) -> None:
    bench.client("ssm").put_parameter(Name="/mfa/alice", Value=seed, Type="String")


def store_and_overwrite(bench: Any, seed: str) -> None:
    bench.secrets.create_secret(Name="mfa/alice", SecretString=seed)
    bench.secrets.put_secret_value(SecretId="mfa/alice", SecretString="gone")


def store_pending(bench: Any, seed: str) -> None:
    bench.secrets.create_secret(Name="mfa/alice", SecretString="first")
    bench.secrets.put_secret_value(SecretId="mfa/alice", SecretString=seed, VersionStages=["AWSPENDING"])


def store_and_delete(bench: Any, seed: str) -> None:
    bench.secrets.create_secret(Name="mfa/alice", SecretString=seed)
    bench.secrets.delete_secret(SecretId="mfa/alice")


def store_nothing(_bench: Any, _seed: str) -> None:
    pass


@pytest.mark.parametrize(
    ("store", "kept"),
    [
        (store_secret, True),
        (store_parameter, True),
        (store_binary, True),
        (store_joined, True),
        (store_other_region, True),
        (store_nothing, False),
        (store_plain_parameter, False),
        (store_and_overwrite, False),
        (store_pending, False),
        (store_and_delete, False),
    ],
)
def test_monitor(bench: Any, store: Any, kept: bool) -> None:
    bench.iam.create_user(UserName="alice")
    serial, seed = bench.create()
    store(bench, seed)
    bench.enable("alice", serial, totp.code_pair(seed, bench.now))
    violations = bench.emulator.violations()
    assert [v["serial_number"] for v in violations] == ([] if kept else [serial])
    if not kept:
        assert violations[0]["user_name"] == "alice" and seed not in str(violations)


def test_monitor_can_be_off_and_spares_fixtures(bench: Any) -> None:
    bench.emulator.set(monitor_store=False)
    bench.enrol()
    bench.emulator.set(monitor_store=True)
    bench.emulator.fixture({"users": [{"user_name": "bob"}], "unassigned_virtual_devices": [{"device_name": "bob"}]})
    (device,) = [d for d in bench.emulator.devices() if d["serial_number"].endswith("/bob")]
    bench.enable("bob", device["serial_number"], totp.code_pair(device["seed"], bench.now))
    assert bench.emulator.violations() == []
