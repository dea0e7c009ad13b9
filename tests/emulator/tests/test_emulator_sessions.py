# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls: users with paths, root, keys that no longer work, sessions with and without MFA, two accounts."""

from __future__ import annotations

from typing import Any

import pytest
from aws_emulator import totp

ACCOUNT = "123456789012"
KEY = "AKIAAAAAAAAAAAAAALIC"
ROOT_KEY = "AKIAAAAAAAAAAAAAROOT"
SEED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
INVALID = ("InvalidClientTokenId", 403)


@pytest.fixture(name="people")
def _people(bench: Any) -> Any:
    devices = [{"device_name": "phone", "seed": SEED}]
    keys = [{"access_key_id": KEY}]
    alice = {"user_name": "alice", "path": "/people/", "access_keys": keys, "mfa_devices": devices}
    bob = {"user_name": "bob", "mfa_devices": [{"seed": SEED}]}
    bench.emulator.fixture({"users": [alice, bob], "root": {"access_keys": [{"access_key_id": ROOT_KEY}]}})
    return bench


def serial(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:mfa/{name}"


def client(bench: Any, service: str, credentials: dict[str, str]) -> Any:
    """A client with temporary credentials."""
    import botocore.config

    return bench.emulator.boto3(
        service,
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


@pytest.mark.parametrize(
    ("key", "arn"), [(KEY, ":user/people/alice"), (ROOT_KEY, ":root"), ("testing", ":user/emulator-admin")]
)
def test_caller_identity(people: Any, key: str, arn: str) -> None:
    identity = people.client("sts", key).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{ACCOUNT}{arn}" and identity["Account"] == ACCOUNT


def test_a_key_that_is_inactive_or_gone_signs_nothing(people: Any, refused: Any) -> None:
    iam = people.client("iam", KEY)
    assert iam.get_user()["User"]["UserName"] == "alice"
    people.iam.update_access_key(UserName="alice", AccessKeyId=KEY, Status="Inactive")
    assert refused(iam.get_user)[:2] == INVALID
    assert refused(people.client("secretsmanager", KEY).list_secrets)[:2] == ("UnrecognizedClientException", 400)
    people.iam.update_access_key(UserName="alice", AccessKeyId=KEY, Status="Active")
    assert iam.get_user()["User"]["UserName"] == "alice"
    iam.delete_access_key(AccessKeyId=KEY)
    assert refused(iam.get_user)[:2] == INVALID


def test_session_with_mfa(people: Any, refused: Any) -> None:
    sts = people.client("sts", KEY)
    code = totp.code_at(SEED, people.now)
    credentials = sts.get_session_token(SerialNumber=serial("phone"), TokenCode=code)["Credentials"]
    assert client(people, "iam", credentials).get_user()["User"]["UserName"] == "alice"
    own = client(people, "sts", credentials)
    assert own.get_caller_identity()["Arn"].endswith(":user/people/alice")
    assert refused(own.get_session_token)[0] == "AccessDenied"
    again = refused(sts.get_session_token, SerialNumber=serial("phone"), TokenCode=code)
    assert again[:2] == ("AccessDenied", 403) and "invalid MFA one time pass code" in again[2]
    assert refused(client(people, "iam", {**credentials, "SessionToken": "other"}).get_user)[:2] == INVALID
    people.emulator.set(clock_offset=43300, check_signature_age=False)
    assert refused(client(people, "iam", credentials).get_user)[:2] == ("ExpiredToken", 403)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"SerialNumber": "bob"}, "associated with this user"),
        ({"SerialNumber": "nobody"}, "associated with this user"),
        ({"TokenCode": "old"}, "invalid MFA one time pass code"),
        ({"TokenCode": None}, "must provide both"),
    ],
)
def test_session_refused(people: Any, refused: Any, options: dict[str, Any], words: str) -> None:
    token: dict[str, Any] = {"SerialNumber": "phone", "TokenCode": "now", **options}
    token["SerialNumber"] = serial(token["SerialNumber"])
    if token["TokenCode"] is None:
        del token["TokenCode"]
    else:
        token["TokenCode"] = totp.code_at(SEED, people.now - (0 if token["TokenCode"] == "now" else 300))
    code, status, message = refused(people.client("sts", KEY).get_session_token, **token)
    assert (code, status) == ("AccessDenied", 403) and words in message


def test_codes_of_enable_are_used_for_sessions_too(people: Any, refused: Any) -> None:
    new, seed = people.create("second")
    codes = totp.code_pair(seed, people.now)
    people.enable("alice", new, codes)
    for code in codes:
        assert refused(people.client("sts", KEY).get_session_token, SerialNumber=new, TokenCode=code)[1] == 403


def test_session_without_mfa_does_nothing_in_iam(people: Any, refused: Any) -> None:
    credentials = people.client("sts", KEY).get_session_token()["Credentials"]
    assert refused(client(people, "iam", credentials).get_user)[:2] == INVALID
    assert client(people, "sts", credentials).get_caller_identity()["Arn"].endswith(":user/people/alice")
    assert client(people, "secretsmanager", credentials).list_secrets()["SecretList"] == []


@pytest.mark.parametrize(("seconds", "part"), [(899, "greater than or equal to 900"), (129601, "less than or equal")])
def test_duration(people: Any, refused: Any, seconds: int, part: str) -> None:
    code, status, message = refused(people.client("sts", KEY).get_session_token, DurationSeconds=seconds)
    assert (code, status) == ("ValidationError", 400) and part in message


def test_two_accounts_by_their_keys(bench: Any) -> None:
    other, admin = "210987654321", "AKIAOTHERADMIN000000"
    bench.emulator.fixture({"users": [{"user_name": "here"}]})
    bench.emulator.fixture({"account_id": other, "account_alias": "other", "admin_access_keys": [admin]})
    iam = bench.client("iam", admin)
    iam.create_user(UserName="there")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="there")
    bench.client("secretsmanager", admin).create_secret(Name="there", SecretString="x")
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["there"]
    assert [user["UserName"] for user in bench.iam.list_users()["Users"]] == ["here"]
    assert iam.list_account_aliases()["AccountAliases"] == ["other"]
    assert bench.client("sts", admin).get_caller_identity()["Account"] == other
    (device,) = iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert device["SerialNumber"] == f"arn:aws:iam::{other}:mfa/there"
    assert bench.iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    assert bench.secrets.list_secrets()["SecretList"] == []
