# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AssumeRole: existence, trust, ExternalId, durations, chains, session policies, source identity, expiry, accounts."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

HERE, THERE, STRANGER = "123456789012", "210987654321", "333333333333"
ALICE, BOB, OUTSIDER = "AKIAAAAAAAAAAAAAALIC", "AKIAAAAAAAAAAAAAAABO", "AKIASTRANGERADMIN000"
READING = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"},
}
TRUST_OF_ALICE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{HERE}:user/alice"},
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Condition": {"StringLike": {"sts:RoleSessionName": "alice-*"}},
        }
    ],
}
ROLES: list[dict[str, Any]] = [
    {"name": "audit", "path": "/ops/", "trusted": [HERE], "max_session_duration": 7200},
    {"name": "external", "trusted": [HERE], "external_id": "s3cret/42"},
    {"name": "alice-only", "trust_policy": TRUST_OF_ALICE},
    {"name": "reader", "trusted": [HERE], "permissions": ["iam:Get*", "iam:List*"]},
    {"name": "identity", "trusted": [HERE, THERE], "trust_actions": ["sts:AssumeRole", "sts:SetSourceIdentity"]},
    {"name": "next", "trusted": [f"arn:aws:iam::{THERE}:role/ops/audit"], "max_session_duration": 43200},
]


def arn(name: str, account: str = THERE) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


@pytest.fixture(name="world")
def _world(bench: Any) -> Any:
    users = [
        {"user_name": "alice", "access_keys": [{"access_key_id": ALICE}]},
        {"user_name": "bob", "access_keys": [{"access_key_id": BOB}]},
    ]
    root = {"access_keys": [{"access_key_id": "AKIAAAAAAAAAAAAAROOT"}]}
    bench.emulator.fixture({"users": users, "root": root})
    bench.emulator.fixture({"account_id": THERE, "roles": ROLES, "users": [{"user_name": "there"}]})
    bench.emulator.fixture({"account_id": STRANGER, "admin_access_keys": [OUTSIDER]})
    return bench


def assume(bench: Any, role: str, by: str = "testing", name: str = "session", **options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = bench.client("sts", by).assume_role(RoleArn=arn(role), RoleSessionName=name, **options)
    return answer


def session(bench: Any, service: str, answer: dict[str, Any]) -> Any:
    import botocore.config

    credentials = answer["Credentials"]
    return bench.emulator.boto3(
        service,
        config=botocore.config.Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def denied(caller: str, role: str) -> tuple[str, int, str]:
    message = f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn(role)}"
    return "AccessDenied", 403, message


ADMIN = f"arn:aws:iam::{HERE}:user/emulator-admin"


def test_a_session_acts_in_its_account(world: Any) -> None:
    answer = assume(world, "ops/audit", name="me@example.com")
    who = f"arn:aws:sts::{THERE}:assumed-role/audit/me@example.com"
    assert answer["AssumedRoleUser"]["Arn"] == who
    assert answer["AssumedRoleUser"]["AssumedRoleId"].startswith("AROA")
    lasts = answer["Credentials"]["Expiration"].timestamp() - time.time()
    assert 3590 < lasts <= 3601
    identity = session(world, "sts", answer).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (THERE, who)
    assert identity["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]
    iam = session(world, "iam", answer)
    iam.create_user(UserName="new")
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["new", "there"]
    assert [user["UserName"] for user in world.iam.list_users()["Users"]] == ["alice", "bob"]
    assert iam.get_role(RoleName="audit")["Role"]["MaxSessionDuration"] == 7200


def test_the_stores_are_apart_by_account(world: Any, refused: Any) -> None:
    answer = assume(world, "ops/audit")
    session(world, "secretsmanager", answer).create_secret(Name="x", SecretString="there")
    session(world, "ssm", answer).put_parameter(Name="/x", Value="there", Type="SecureString")
    key = session(world, "kms", answer).create_key()["KeyMetadata"]
    assert key["Arn"].split(":")[4] == THERE
    assert refused(world.secrets.get_secret_value, SecretId="x")[0] == "ResourceNotFoundException"
    assert refused(world.client("ssm").get_parameter, Name="/x")[0] == "ParameterNotFound"
    assert world.client("kms").list_keys()["Keys"] == []
    admin = world.client("secretsmanager", world.emulator.admin_key(THERE))
    assert admin.get_secret_value(SecretId="x")["SecretString"] == "there"
    assert session(world, "ssm", answer).get_parameters_by_path(Path="/")["Parameters"][0]["Name"] == "/x"


def test_calls_are_counted_by_account(world: Any) -> None:
    world.emulator.clear_requests()
    iam = session(world, "iam", assume(world, "external", ExternalId="s3cret/42"))
    iam.list_users()
    iam.list_users()
    world.iam.list_users()
    assert world.emulator.counts()["by_account"] == {HERE: 2, THERE: 2}
    entries = world.emulator.requests()
    assert [entry["account_id"] for entry in entries] == [HERE, THERE, THERE, HERE]
    assert entries[0]["params"]["ExternalId"] == "***" and "s3cret" not in json.dumps(entries)


@pytest.mark.parametrize(
    ("role", "options"),
    [
        ("nobody", {}),
        ("audit", {}),  # it has a path
        ("external", {}),
        ("external", {"ExternalId": "S3cret/42"}),
        ("alice-only", {}),
        ("next", {}),
    ],
)
def test_one_refusal_for_every_reason(world: Any, refused: Any, role: str, options: dict[str, Any]) -> None:
    assert refused(assume, world, role, **options) == denied(ADMIN, role)


def test_an_account_that_is_not_there(world: Any, refused: Any) -> None:
    sts = world.client("sts")
    found = refused(sts.assume_role, RoleArn=arn("audit", "999999999999"), RoleSessionName="me")
    assert found[0] == "AccessDenied" and found[2].endswith("on resource: arn:aws:iam::999999999999:role/audit")


def test_whom_a_role_trusts(world: Any, refused: Any) -> None:
    outsider = f"arn:aws:iam::{STRANGER}:user/emulator-admin"
    assert refused(assume, world, "ops/audit", by=OUTSIDER) == denied(outsider, "ops/audit")
    assert assume(world, "alice-only", by=ALICE, name="alice-1")
    assert refused(assume, world, "alice-only", by=BOB, name="alice-1") == denied(
        f"arn:aws:iam::{HERE}:user/bob", "alice-only"
    )
    assert refused(assume, world, "alice-only", by=ALICE, name="else")[0] == "AccessDenied"
    assert refused(assume, world, "ops/audit", by="AKIAAAAAAAAAAAAAROOT") == (
        "AccessDenied",
        403,
        "Roles may not be assumed by root accounts.",
    )
    assert assume(world, "external", ExternalId="s3cret/42")


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"DurationSeconds": 899}, "greater than or equal to 900"),
        ({"DurationSeconds": 43201}, "less than or equal to 43200"),
        ({"DurationSeconds": 7201}, "exceeds the MaxSessionDuration set for this role"),
        ({"name": "x"}, "at 'roleSessionName' failed to satisfy constraint: Member must have length greater"),
        ({"name": "x" * 65}, "length less than or equal to 64"),
        ({"name": "a b"}, "regular expression"),
        ({"name": "a/b"}, "regular expression"),
        ({"ExternalId": "a b"}, "at 'externalId'"),
        ({"SourceIdentity": "a/b"}, "at 'sourceIdentity'"),
    ],
)
def test_parameters(world: Any, refused: Any, options: dict[str, Any], part: str) -> None:
    code, status, message = refused(assume, world, "ops/audit", **options)
    assert (code, status) == ("ValidationError", 400) and part in message


def test_what_is_no_role(world: Any, refused: Any) -> None:
    sts = world.client("sts")
    for wrong in (f"arn:aws:iam::{THERE}:user/there", f"arn:aws:iam::{THERE}:role/", "arn:aws:iam::12:role/audit"):
        code, _status, message = refused(sts.assume_role, RoleArn=wrong, RoleSessionName="me")
        assert (code, message) == ("ValidationError", f"{wrong} is invalid")
    assert refused(sts.assume_role, RoleArn="audit", RoleSessionName="me")[0] == "ValidationError"


def test_a_chain_of_roles_lasts_an_hour_at_most(world: Any, refused: Any) -> None:
    first = assume(world, "ops/audit", DurationSeconds=7200)
    sts = session(world, "sts", first)
    wanted = {"RoleArn": arn("next"), "RoleSessionName": "chained"}
    second = sts.assume_role(**wanted, DurationSeconds=3600)
    assert session(world, "sts", second).get_caller_identity()["Arn"].endswith(":assumed-role/next/chained")
    code, status, message = refused(sts.assume_role, **wanted, DurationSeconds=3601)
    assert (code, status) == ("ValidationError", 400) and "1 hour session limit for roles assumed by role" in message
    assert refused(sts.get_session_token)[0] == "AccessDenied"


def test_a_session_ends(world: Any, refused: Any) -> None:
    answer = assume(world, "ops/audit", DurationSeconds=900)
    iam, secrets = session(world, "iam", answer), session(world, "secretsmanager", answer)
    world.emulator.set(clock_offset=890, check_signature_age=False)
    assert iam.list_users()
    world.emulator.set(clock_offset=901)
    assert refused(iam.list_users)[:2] == ("ExpiredToken", 403)
    assert refused(secrets.list_secrets)[:2] == ("ExpiredTokenException", 400)
    assert refused(session(world, "sts", answer).get_caller_identity)[:2] == ("ExpiredToken", 403)
    assert refused(session(world, "sts", answer).assume_role, RoleArn=arn("next"), RoleSessionName="me")[1] == 403
    assert session(world, "iam", assume(world, "ops/audit")).list_users()


def test_the_token_is_looked_at(world: Any, refused: Any) -> None:
    answer = assume(world, "ops/audit")
    for token in ("other", None):
        credentials = {**answer["Credentials"], "SessionToken": token}
        client = session(world, "iam", {"Credentials": credentials})
        assert refused(client.list_users)[:2] == ("InvalidClientTokenId", 403)


def test_a_key_with_what_is_not_its_token(world: Any, refused: Any) -> None:
    """A long-term key has no token, and a session that nobody made is nobody's."""
    token = assume(world, "ops/audit")["Credentials"]["SessionToken"]
    for key in ("testing", ALICE, "ASIAAAAAAAAAAAAAAAAA"):
        credentials = {"AccessKeyId": key, "SecretAccessKey": "x", "SessionToken": token}
        client = session(world, "iam", {"Credentials": credentials})
        assert refused(client.list_users)[:2] == ("InvalidClientTokenId", 403)
    assert refused(world.client("iam", "ASIAAAAAAAAAAAAAAAAA").list_users)[0] == "InvalidClientTokenId"


# What narrows a session


def test_a_session_policy_narrows(world: Any, refused: Any) -> None:
    answer = assume(world, "ops/audit", Policy=json.dumps(READING))
    assert 0 < answer["PackedPolicySize"] <= 100
    iam = session(world, "iam", answer)
    assert iam.list_users()["Users"] and iam.get_user(UserName="there")
    assert refused(iam.create_user, UserName="new") == (
        "AccessDenied",
        403,
        f"User: arn:aws:sts::{THERE}:assumed-role/audit/session is not authorized to perform: iam:CreateUser on "
        f"resource: arn:aws:iam::{THERE}:user/new because no session policy allows the iam:CreateUser action",
    )
    assert refused(session(world, "secretsmanager", answer).list_secrets)[:2] == ("AccessDeniedException", 400)
    assert session(world, "sts", answer).get_caller_identity()["Account"] == THERE
    users = [user["UserName"] for user in session(world, "iam", assume(world, "ops/audit")).list_users()["Users"]]
    assert users == ["there"]


def test_session_policies_by_arn(world: Any, refused: Any) -> None:
    answer = assume(world, "ops/audit", PolicyArns=[{"arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}])
    iam = session(world, "iam", answer)
    assert iam.list_users()["Users"]
    assert refused(iam.delete_user, UserName="there")[0] == "AccessDenied"
    assert refused(assume, world, "ops/audit", PolicyArns=[{"arn": "arn:aws:iam::aws:policy/Nothing"}])[0] == (
        "ValidationError"
    )
    many = [{"arn": f"arn:aws:iam::{THERE}:policy/p{number}"} for number in range(11)]
    assert refused(assume, world, "ops/audit", PolicyArns=many)[0] == "ValidationError"


def test_a_denial_of_a_session_policy(world: Any, refused: Any) -> None:
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "NotAction": ["iam:Get*", "iam:List*"], "Resource": "*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam = session(world, "iam", assume(world, "ops/audit", Policy=policy))
    assert iam.list_users()["Users"]
    message = refused(iam.create_user, UserName="new")[2]
    assert message.endswith("with an explicit deny in a session policy")


@pytest.mark.parametrize("policy", ["{", "{}", '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}'])
def test_a_session_policy_that_is_none(world: Any, refused: Any, policy: str) -> None:
    assert refused(assume, world, "ops/audit", Policy=policy)[:2] == ("MalformedPolicyDocument", 400)


def test_a_session_policy_that_is_too_long(world: Any, refused: Any) -> None:
    actions = [f"iam:Action{number}" for number in range(200)]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert refused(assume, world, "ops/audit", Policy=policy)[:2] == ("PackedPolicyTooLarge", 400)


def test_a_role_does_what_its_policies_allow(world: Any, refused: Any) -> None:
    iam = session(world, "iam", assume(world, "reader"))
    assert iam.list_users()["Users"]
    message = refused(iam.create_user, UserName="new")[2]
    assert message.endswith("because no identity-based policy allows the iam:CreateUser action")
    sts = session(world, "sts", assume(world, "reader"))
    assert refused(sts.assume_role, RoleArn=arn("identity"), RoleSessionName="me")[0] == "AccessDenied"


def test_a_role_that_is_deleted_takes_its_sessions_along(world: Any, refused: Any) -> None:
    iam = session(world, "iam", assume(world, "ops/audit"))
    assert iam.list_users()["Users"]
    world.client("iam", world.emulator.admin_key(THERE)).delete_role(RoleName="audit")
    assert refused(iam.list_users)[0] == "AccessDenied"


def test_source_identity(world: Any, refused: Any) -> None:
    code, _status, message = refused(assume, world, "ops/audit", SourceIdentity="alice")
    assert code == "AccessDenied" and f"to perform: sts:SetSourceIdentity on resource: {arn('ops/audit')}" in message
    answer = assume(world, "identity", SourceIdentity="alice")
    assert answer["SourceIdentity"] == "alice"
    sts = session(world, "sts", answer)
    again = {"RoleArn": arn("identity"), "RoleSessionName": "me"}
    assert sts.assume_role(**again)["SourceIdentity"] == "alice"
    assert refused(sts.assume_role, **again, SourceIdentity="bob")[0] == "AccessDenied"


def test_a_role_that_wants_mfa(bench: Any, refused: Any) -> None:
    from aws_emulator import totp

    seed = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{HERE}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    role = {"name": "mfa", "trust_policy": {"Version": "2012-10-17", "Statement": [statement]}}
    user = {"user_name": "alice", "access_keys": [{"access_key_id": ALICE}], "mfa_devices": [{"seed": seed}]}
    bench.emulator.fixture({"users": [user], "roles": [role]})
    wanted = {"RoleArn": arn("mfa", HERE), "RoleSessionName": "me"}
    sts, serial = bench.client("sts", ALICE), f"arn:aws:iam::{HERE}:mfa/alice"
    assert refused(sts.assume_role, **wanted)[0] == "AccessDenied"
    code = totp.code_at(seed, bench.now)
    assert sts.assume_role(**wanted, SerialNumber=serial, TokenCode=code)
    assert refused(sts.assume_role, **wanted, SerialNumber=serial, TokenCode=code)[0] == "AccessDenied"


def test_without_roles_in_a_fixture_only_known_ones_are_judged(bench: Any, refused: Any) -> None:
    sts = bench.client("sts")
    assert sts.assume_role(RoleArn=arn("whatever"), RoleSessionName="me")["Credentials"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": STRANGER}, "Action": "sts:AssumeRole"}],
    }
    bench.iam.create_role(RoleName="made", AssumeRolePolicyDocument=json.dumps(trust))
    assert refused(sts.assume_role, RoleArn=arn("made", HERE), RoleSessionName="me")[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("role", "message"),
    [
        ({}, "needs name"),
        ({"name": "x", "trust": []}, "unknown trust"),
        ({"name": "x", "max_session_duration": 900}, "3600 to 43200"),
        ({"name": "x", "trust_policy": {}, "trusted": ["1"]}, "goes without"),
        ({"name": "x", "policies": ["none"]}, "there is no policy"),
    ],
)
def test_a_role_that_cannot_be_made(bench: Any, role: dict[str, Any], message: str) -> None:
    from aws_emulator.client import EmulatorError

    with pytest.raises(EmulatorError, match=message):
        bench.emulator.fixture({"roles": [role]})


def test_what_tags_and_keys_and_several_parameters_need(world: Any) -> None:
    """To create with tags takes permission to tag; a key is its user's; of several parameters the first is judged."""

    def allowed(actions: list[str], resource: str) -> Any:
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}],
        }
        name = f"narrow-{len(actions)}-{resource.split(':')[2]}-{resource.rsplit('/', 1)[-1]}".replace("*", "all")
        world.emulator.fixture({"roles": [{"name": name, "trusted": [HERE], "permissions": document}]})
        return world.client("sts", "testing").assume_role(RoleArn=arn(name, HERE), RoleSessionName="session")

    tags = [{"Key": "team", "Value": "a"}]
    devices = f"arn:aws:iam::{HERE}:mfa/*"
    untagged = session(world, "iam", allowed(["iam:CreateVirtualMFADevice"], devices))
    untagged.create_virtual_mfa_device(VirtualMFADeviceName="plain")
    with pytest.raises(untagged.exceptions.ClientError, match="not authorized to perform: iam:TagMFADevice"):
        untagged.create_virtual_mfa_device(VirtualMFADeviceName="tagged", Tags=tags)
    tagging = session(world, "iam", allowed(["iam:CreateVirtualMFADevice", "iam:TagMFADevice"], devices))
    tagging.create_virtual_mfa_device(VirtualMFADeviceName="tagged", Tags=tags)
    keys = session(world, "iam", allowed(["iam:GetAccessKeyLastUsed"], f"arn:aws:iam::{HERE}:user/alice"))
    assert keys.get_access_key_last_used(AccessKeyId=ALICE)["UserName"] == "alice"
    with pytest.raises(keys.exceptions.ClientError, match="on resource: arn:aws:iam::123456789012:user/bob"):
        keys.get_access_key_last_used(AccessKeyId=BOB)
    reading = session(world, "ssm", allowed(["ssm:GetParameters"], f"arn:aws:ssm:*:{HERE}:parameter/mfa/*"))
    assert reading.get_parameters(Names=["/mfa/alice"])["InvalidParameters"] == ["/mfa/alice"]
    with pytest.raises(reading.exceptions.ClientError, match="not authorized to perform: ssm:GetParameters"):
        reading.get_parameters(Names=["/other"])
