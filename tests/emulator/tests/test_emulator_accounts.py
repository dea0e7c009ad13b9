# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole accounts: ListUsers, GetAccountAuthorizationDetails, the credential report, the summary, fixtures."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import Any

import pytest
from aws_emulator.client import EmulatorError

ACCOUNT = "123456789012"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


@pytest.mark.parametrize("count", [1001, 5000])
def test_paging_over_many(bench: Any, count: int) -> None:
    made = bench.emulator.fixture({"generate": {"count": count, "device": "virtual", "groups": ["humans"]}})
    assert made["users"] == made["devices"] == count
    for operation, result, options in (
        ("list_users", "Users", {}),
        ("list_virtual_mfa_devices", "VirtualMFADevices", {"AssignmentStatus": "Assigned"}),
        ("get_account_authorization_details", "UserDetailList", {"Filter": ["User"]}),
    ):
        bench.emulator.clear_requests()
        paginator = bench.iam.get_paginator(operation).paginate(**options, PaginationConfig={"PageSize": 1000})
        items = [item for page in paginator for item in page[result]]
        names = [item["User"]["UserName"] if "User" in item else item["UserName"] for item in items]
        assert len(set(names)) == len(names) == count
        assert bench.emulator.counts()["total"] == -(-count // 1000)
        if result == "UserDetailList":
            assert all(item["GroupList"] == ["humans"] for item in items)


def test_users_made_by_moto(bench: Any) -> None:
    iam = bench.iam
    iam.create_user(UserName="zoe", Path="/a/")
    iam.create_user(UserName="alice", Path="/b/", Tags=[{"Key": "Team", "Value": "<x & y>"}])
    assert [u["UserName"] for u in iam.list_users()["Users"]] == ["alice", "zoe"]
    assert [u["UserName"] for u in iam.list_users(PathPrefix="/a")["Users"]] == ["zoe"]
    assert iam.get_user(UserName="alice")["User"]["Tags"] == [{"Key": "Team", "Value": "<x & y>"}]
    iam.create_group(GroupName="admins")
    iam.add_user_to_group(GroupName="admins", UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="inline", PolicyDocument=POLICY)
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    own = iam.create_policy(PolicyName="own", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="alice", PolicyArn=own)
    alice = iam.get_account_authorization_details(Filter=["User"])["UserDetailList"][0]
    assert alice["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/b/alice" and alice["GroupList"] == ["admins"]
    assert alice["Tags"] == [{"Key": "Team", "Value": "<x & y>"}]
    assert [p["PolicyName"] for p in alice["AttachedManagedPolicies"]] == ["ReadOnlyAccess", "own"]
    assert alice["UserPolicyList"] == [{"PolicyName": "inline", "PolicyDocument": json.loads(POLICY)}]
    everything = iam.get_account_authorization_details(Filter=["Group", "LocalManagedPolicy"])
    assert [g["GroupName"] for g in everything["GroupDetailList"]] == ["admins"]
    assert [p["PolicyName"] for p in everything["Policies"]] == ["own"]


def report(bench: Any) -> dict[str, dict[str, str]]:
    while bench.iam.generate_credential_report()["State"] != "COMPLETE":
        pass
    answer = bench.iam.get_credential_report()
    assert answer["ReportFormat"] == "text/csv"
    rows = csv.DictReader(io.StringIO(answer["Content"].decode()))
    return {row["user"]: row for row in rows}


def test_credential_report(bench: Any) -> None:
    bench.emulator.fixture(
        {
            "users": [
                {
                    "user_name": "a,b",
                    "create_date": "2020-01-02T03:04:05Z",
                    "console_password": True,
                    "password_last_used": "2026-01-01T00:00:00Z",
                    "password_last_changed": "2025-06-01T00:00:00+00:00",
                    "access_keys": [
                        {"active": True, "created": "2021-01-01T00:00:00Z", "last_used": "2022-01-01T00:00:00Z"},
                        {"active": False, "created": "2021-02-01T00:00:00Z"},
                    ],
                    "mfa_devices": [{"kind": "sms", "device_name": "x"}],
                },
                {"user_name": "robot"},
                {"user_name": "idle", "console_password": True},
            ],
            "root": {"mfa": "hardware", "password_last_used": "2026-05-05T00:00:00Z"},
        }
    )
    bench.iam.update_account_password_policy(MaxPasswordAge=90)
    bench.emulator.set(quoted_report=True)
    rows = report(bench)
    assert list(rows) == ["<root_account>", "a,b", "idle", "robot"] and len(rows["robot"]) == 22
    root = rows["<root_account>"]
    assert root["arn"] == f"arn:aws:iam::{ACCOUNT}:root" and root["mfa_active"] == "true"
    assert root["password_enabled"] == "not_supported" and root["password_last_used"] == "2026-05-05T00:00:00+00:00"
    user = rows["a,b"]
    assert user["user_creation_time"] == "2020-01-02T03:04:05+00:00"
    assert (user["password_enabled"], user["mfa_active"]) == ("true", "true")
    assert user["password_last_changed"] == "2025-06-01T00:00:00+00:00"
    assert user["password_next_rotation"] == "2025-08-30T00:00:00+00:00"
    assert (user["access_key_1_active"], user["access_key_2_active"]) == ("true", "false")
    assert user["access_key_1_last_used_date"] == "2022-01-01T00:00:00+00:00"
    assert user["access_key_2_last_used_date"] == "N/A"
    robot = rows["robot"]
    assert (robot["password_enabled"], robot["password_last_used"], robot["mfa_active"]) == ("false", "N/A", "false")
    assert rows["idle"]["password_last_used"] == "no_information"


def test_credential_report_is_made_every_four_hours(bench: Any, refused: Any) -> None:
    get, generate = bench.iam.get_credential_report, bench.iam.generate_credential_report
    assert refused(get)[:2] == ("ReportNotPresent", 410)
    assert generate()["State"] == "STARTED"
    assert generate()["State"] == "COMPLETE"
    first = get()
    bench.iam.create_user(UserName="late")
    bench.emulator.set(clock_offset=14000, check_signature_age=False)
    assert generate()["State"] == "COMPLETE" and get()["Content"] == first["Content"]
    bench.emulator.set(clock_offset=14500)
    assert refused(get)[:2] == ("ReportExpired", 410)
    assert generate()["State"] == "STARTED"
    assert get()["Content"] != first["Content"] and get()["GeneratedTime"] > first["GeneratedTime"]
    bench.emulator.set(credential_report_max_age=0, credential_report_time=60)
    assert generate()["State"] == "STARTED"
    bench.emulator.set(credential_report_max_age=14400)
    assert generate()["State"] == "INPROGRESS"
    assert refused(get)[:2] == ("ReportInProgress", 404)


def test_credential_report_is_older_than_the_latest_users(bench: Any) -> None:
    users = [{"user_name": "old", "console_password": True}, {"user_name": "late", "in_report": False}]
    bench.emulator.fixture({"users": users, "credential_report_age": 3600})
    bench.iam.create_user(UserName="later")
    bench.iam.delete_login_profile(UserName="old")
    assert bench.iam.generate_credential_report()["State"] == "COMPLETE"
    answer = bench.iam.get_credential_report()
    rows = answer["Content"].decode().splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["<root_account>", "old"]
    assert rows[2].split(",")[3] == "true"
    age = time.time() - answer["GeneratedTime"].timestamp()
    assert 3600 <= age < 3660
    bench.emulator.set(clock_offset=10801, check_signature_age=False)
    assert list(report(bench)) == ["<root_account>", "late", "later", "old"]


@pytest.mark.parametrize("quoted", [False, True])
def test_comma_in_a_name(bench: Any, quoted: bool) -> None:
    bench.emulator.fixture({"users": [{"user_name": "a,b", "path": "/x/"}]})
    bench.emulator.set(quoted_report=quoted)
    bench.iam.generate_credential_report()
    row = bench.iam.get_credential_report()["Content"].decode().splitlines()[2]
    name, arn = "a,b", f"arn:aws:iam::{ACCOUNT}:user/x/a,b"
    assert row.startswith(f'"{name}","{arn}",' if quoted else f"{name},{arn},")


def test_summary(bench: Any) -> None:
    bench.emulator.fixture({"generate": {"count": 3, "device": "virtual"}})
    bench.create("spare")
    summary = bench.iam.get_account_summary()["SummaryMap"]
    assert (summary["MFADevices"], summary["MFADevicesInUse"], summary["Users"]) == (4, 3, 3)
    assert summary["AccountMFAEnabled"] == 0 and summary["UsersQuota"] == 5000


def test_login_profile_changes_the_report(bench: Any) -> None:
    bench.iam.create_user(UserName="alice")
    bench.iam.create_login_profile(UserName="alice", Password="x")
    assert report(bench)["alice"]["password_enabled"] == "true"


def test_caller_and_alias(bench: Any) -> None:
    bench.emulator.fixture({"account_alias": "example"})
    assert bench.iam.list_account_aliases()["AccountAliases"] == ["example"]
    identity = bench.client("sts").get_caller_identity()
    assert identity["Account"] == ACCOUNT and identity["Arn"].startswith(f"arn:aws:iam::{ACCOUNT}:user/")


def test_another_account_through_a_role(bench: Any) -> None:
    role = "arn:aws:iam::210987654321:role/audit"
    credentials = bench.client("sts").assume_role(RoleArn=role, RoleSessionName="s")["Credentials"]
    key = credentials["AccessKeyId"]
    identity = bench.client("sts", key).get_caller_identity()
    assert identity["Account"] == "210987654321" and ":assumed-role/audit/s" in identity["Arn"]
    bench.iam.create_user(UserName="here")
    bench.client("iam", key).create_user(UserName="there")
    assert [u["UserName"] for u in bench.client("iam", key).list_users()["Users"]] == ["there"]
    assert [u["UserName"] for u in bench.iam.list_users()["Users"]] == ["here"]


@pytest.mark.parametrize(
    ("fixture", "message"),
    [
        ({"user": []}, "unknown user"),
        ({"users": [{"name": "x"}]}, "unknown name"),
        ({"users": [{"user_name": "x"}, {"user_name": "x"}]}, "there already"),
        ({"users": [{"user_name": "x", "create_date": "yesterday"}]}, "not an ISO 8601 date"),
        ({"users": [{"user_name": "x", "mfa_devices": [{"seed": "0189"}]}]}, "not base32"),
        ({"root": {"mfa": "maybe"}}, "root.mfa must be"),
        ({"root": {"mfa": "virtual", "mfa_devices": [{"device_name": "x"}]}}, "not both"),
        ({"generate": {"count": "many"}}, "must be integers"),
        ({"users": [{"user_name": "x"}, {"user_name": "X"}]}, "in another case"),
        ({"groups": ["x", "X"]}, "in another case"),
        ({"groups": [{"path": "/x/"}]}, "needs name"),
        ({"policies": [{"policy_name": "x"}, {"policy_name": "X", "path": "/y/"}]}, "there already"),
        ({"users": [{"user_name": "x", "policies": ["none"]}]}, "there is no policy 'none'"),
        ({"users": [{"user_name": "x", "inline_policies": ["none"]}]}, "must be an object"),
        ({"users": [{"user_name": "x", "service_specific_credentials": [{"service_name": "s3"}]}]}, "must be one of"),
        ({"users": [{"user_name": "x", "ssh_public_keys": [{"body": "x"}]}]}, "unknown body"),
        ({"admin_access_keys": ["short"]}, "not 20 capital letters"),
        ({"credential_report_age": "old"}, "must be a number"),
    ],
)
def test_bad_fixtures(bench: Any, fixture: dict[str, Any], message: str) -> None:
    with pytest.raises(EmulatorError, match=message):
        bench.emulator.fixture(fixture)


def test_oracle(bench: Any) -> None:
    seed = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    bench.emulator.fixture(
        {
            "users": [
                {
                    "user_name": "alice",
                    "mfa_devices": [{"seed": seed, "enable_date": "2026-01-01T00:00:00Z", "tags": {"a": "b"}}],
                }
            ],
            "unassigned_virtual_devices": [{"device_name": "spare", "path": "/x/"}],
        }
    )
    alice, spare = bench.emulator.devices()
    assert alice == {
        "account_id": ACCOUNT,
        "serial_number": f"arn:aws:iam::{ACCOUNT}:mfa/alice",
        "kind": "virtual",
        "user_name": "alice",
        "attached": True,
        "enable_date": "2026-01-01T00:00:00+00:00",
        "tags": {"a": "b"},
        "seed": seed,
    }
    assert spare["serial_number"].endswith(":mfa/x/spare") and spare["attached"] is False
    assert bench.emulator.violations() == []


def test_what_is_made_is_dated_by_the_emulators_clock(bench: Any) -> None:
    bench.emulator.set(clock_offset=7200, check_signature_age=False)
    made = bench.iam.create_user(UserName="later")["User"]["CreateDate"].timestamp()
    assert 7190 < made - time.time() < 7210
    assert bench.iam.get_user(UserName="later")["User"]["CreateDate"].timestamp() == made
    group = bench.iam.create_group(GroupName="later")["Group"]["CreateDate"].timestamp()
    assert 7190 < group - time.time() < 7210


def test_a_user_just_made_is_not_seen_by_a_reader_that_lags(bench: Any, refused: Any) -> None:
    bench.emulator.set(lag=1.5)
    bench.iam.create_user(UserName="new")
    assert refused(bench.iam.get_user, UserName="new")[0] == "NoSuchEntity"
    time.sleep(1.6)
    assert bench.iam.get_user(UserName="new")["User"]["UserName"] == "new"
