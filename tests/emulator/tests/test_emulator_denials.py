# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""enforce_denials: what a user's policies deny is refused."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from aws_emulator import totp

ACCOUNT = "123456789012"
KEY = "AKIAAAAAAAAAAAAAALIC"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
SEED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ONESELF = ["arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:user/*/${aws:username}"]
WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
DENY_UNLESS_MFA = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "NotAction": ["iam:GetUser", "iam:ListMFADevices", "sts:GetSessionToken"],
            "Resource": "*",
            "Condition": WITHOUT_MFA,
        },
        {"Effect": "Deny", "Action": "iam:Get*", "NotResource": ONESELF, "Condition": WITHOUT_MFA},
    ],
}


def deny(**statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Resource": "*", **statement}}


@pytest.fixture(name="alice", params=["user", "group", "inline"])
def _alice(request: Any, bench: Any) -> Any:
    """alice's own client; the policy reaches her in three ways."""
    given = {
        "user": {"policies": ["mfa"]},
        "group": {"groups": ["staff"]},
        "inline": {"inline_policies": {"mfa": DENY_UNLESS_MFA}},
    }[request.param]
    bench.emulator.fixture(
        {
            "policies": [{"policy_name": "mfa", "document": DENY_UNLESS_MFA}],
            "groups": [{"name": "staff", "policies": ["mfa"]}],
            "users": [
                {
                    "user_name": "alice",
                    "path": "/people/",
                    "access_keys": [{"access_key_id": KEY}],
                    "mfa_devices": [{"seed": SEED}],
                    **given,
                },
                {"user_name": "bob"},
            ],
        }
    )
    bench.emulator.set(enforce_denials=True)
    return bench


def session(bench: Any, **options: Any) -> Any:
    import botocore.config

    credentials = bench.client("sts", KEY).get_session_token(**options)["Credentials"]
    return bench.emulator.boto3(
        "iam",
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def test_long_term_key(alice: Any, refused: Any) -> None:
    iam = alice.client("iam", KEY)
    code, status, message = refused(iam.list_users)
    assert (code, status) == ("AccessDenied", 403) and message.endswith("explicit deny in an identity-based policy")
    assert refused(alice.client("secretsmanager", KEY).list_secrets)[:2] == ("AccessDeniedException", 400)
    assert iam.get_user()["User"]["UserName"] == "alice"
    assert iam.get_user(UserName="alice")["User"]["UserName"] == "alice"
    assert refused(iam.get_user, UserName="bob")[0] == "AccessDenied"
    assert alice.client("sts", KEY).get_caller_identity()["Account"] == ACCOUNT
    assert alice.iam.list_users()["Users"]  # an administrator is not concerned


def test_session_with_mfa(alice: Any) -> None:
    serial = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
    iam = session(alice, SerialNumber=serial, TokenCode=totp.code_at(SEED, alice.now))
    assert len(iam.list_users()["Users"]) == 2 and iam.get_user(UserName="bob")


def test_turned_off(alice: Any) -> None:
    alice.emulator.set(enforce_denials=False)
    assert alice.client("iam", KEY).list_users()["Users"]


def test_revoked_sessions(bench: Any, refused: Any) -> None:
    bench.emulator.fixture(
        {"users": [{"user_name": "alice", "access_keys": [{"access_key_id": KEY}], "mfa_devices": [{"seed": SEED}]}]}
    )
    bench.emulator.set(enforce_denials=True)
    serial = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
    iam = session(bench, SerialNumber=serial, TokenCode=totp.code_at(SEED, bench.now))
    assert iam.get_user()
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
    revoke = deny(Action="*", Condition={"DateLessThan": {"aws:TokenIssueTime": moment}})
    bench.iam.put_user_policy(UserName="alice", PolicyName="revoked", PolicyDocument=json.dumps(revoke))
    assert refused(iam.get_user)[0] == "AccessDenied"
    assert bench.client("iam", KEY).get_user()  # a long-term key has no time of issue


def test_a_policy_takes_effect_with_the_lag(bench: Any, refused: Any) -> None:
    bench.emulator.fixture({"users": [{"user_name": "alice", "access_keys": [{"access_key_id": KEY}]}]})
    bench.emulator.set(enforce_denials=True, lag=0.6)
    document = json.dumps(deny(Action="iam:List*"))
    bench.iam.put_user_policy(UserName="alice", PolicyName="no", PolicyDocument=document)
    assert bench.client("iam", KEY).list_users()["Users"]
    time.sleep(0.6)
    assert refused(bench.client("iam", KEY).list_users)[0] == "AccessDenied"


@pytest.mark.parametrize(
    "condition", [{"StringEquals": {"aws:MultiFactorAuthPresent": "x"}}, {"Bool": {"aws:SecureTransport": "true"}}]
)
def test_what_it_does_not_know_is_an_error(bench: Any, refused: Any, condition: dict[str, Any]) -> None:
    inline = {"x": deny(Action="*", Condition=condition)}
    user = {"user_name": "alice", "access_keys": [{"access_key_id": KEY}], "inline_policies": inline}
    bench.emulator.fixture({"users": [user]})
    bench.emulator.set(enforce_denials=True)
    assert refused(bench.client("iam", KEY).get_user)[:2] == ("InternalFailure", 500)


def test_what_a_policy_names_as_its_resource(bench: Any, refused: Any) -> None:
    """Secrets are judged by their ARN and shown by name. A condition can say which policy alone may be attached."""
    emulator = bench.emulator
    allowed = {
        "secretsmanager:CreateSecret": "arn:aws:secretsmanager:*:*:secret:mfa/*",
        "iam:GetGroup": "arn:aws:iam::*:group/staff",
        "iam:CreatePolicy": "arn:aws:iam::*:policy/deny",
    }
    statements = [{"Effect": "Allow", "Action": action, "Resource": on} for action, on in allowed.items()]
    only = {"ArnLike": {"iam:PolicyARN": "arn:aws:iam::*:policy/deny"}}
    statements.append({"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*", "Condition": only})
    role = {"name": "narrow", "permissions": {"Version": "2012-10-17", "Statement": statements}}
    emulator.fixture({"users": [{"user_name": "alice"}], "groups": ["staff", "admins"], "roles": [role]})
    session = emulator.assume("arn:aws:iam::123456789012:role/narrow")
    iam, secrets = (emulator.boto3(service, **session) for service in ("iam", "secretsmanager"))
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]}'
    arn = iam.create_policy(PolicyName="deny", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    iam.get_group(GroupName="staff")
    secrets.create_secret(Name="mfa/alice", SecretString="x")
    for call, options, shown in (
        (secrets.create_secret, {"Name": "other", "SecretString": "x"}, "on resource: other because"),
        (iam.get_group, {"GroupName": "admins"}, "group/admins because"),
        (iam.create_policy, {"PolicyName": "allow", "PolicyDocument": document}, "policy/allow because"),
        (iam.attach_user_policy, {"UserName": "alice", "PolicyArn": ADMINISTRATOR}, "user/alice because"),
    ):
        code, _status, message = refused(call, **options)
        assert code.startswith("AccessDenied") and shown in message, message
