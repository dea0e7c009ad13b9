# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is off unless switched on: enforcement, old passwords, unused keys, the password policy, orphans."""

from __future__ import annotations

import datetime
import time
import typing as t

from aws_emulator import totp
from aws_emulator.client import Emulator
from controller import ACCOUNT, Controller, arn
from role_runner import STORE, Role, users

POLICY = f"arn:aws:iam::{ACCOUNT}:policy/deny-unless-mfa"


def ago(days: float) -> str:
    moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    return moment.isoformat(timespec="seconds")


def attached(iam: t.Any, **of: str) -> list[str]:
    """The managed policies of a user or a group."""
    call = iam.list_attached_user_policies if "UserName" in of else iam.list_attached_group_policies
    return [item["PolicyArn"] for item in call(**of)["AttachedPolicies"]]


def test_enforcement(role: Role, emulator: Emulator, controller: Controller) -> None:
    emulator.fixture({"users": users("alice", "bob", groups=["staff"]) + users("carol", "glass")})
    iam = controller.boto3("iam")
    group = {
        "select": {"paths": ["/"]},
        "exclude": ["glass"],
        "enforce_policy": "group",
        "enforce_group": "staff",
        "seed_store": STORE,
    }
    plan = role("--check", **group)
    shown = {"arn": POLICY, "group": "staff", "changed": True, "attached": 1, "withheld": []}
    assert plan.writes == {} and plan.result["policy"] == shown
    first = role(**group)
    assert attached(iam, GroupName="staff") == [POLICY] and len(first.result["enabled"]) == 3
    assert "1 selected user is not in the group staff" in first.result["warnings"][0]
    second = role(**group)
    assert second.changed == 0 and second.writes == {} and second.total < 30
    assert second.result["policy"]["changed"] is False

    # By users; what was changed by hand is put right.
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}'
    iam.create_policy_version(PolicyArn=POLICY, PolicyDocument=document, SetAsDefault=True)
    one_by_one = {**group, "enforce_policy": "users", "enforce_group": ""}
    run = role(**one_by_one)
    for name in ("alice", "bob", "carol"):
        assert attached(iam, UserName=name) == [POLICY]
    assert attached(iam, UserName="glass") == []
    version = iam.get_policy(PolicyArn=POLICY)["Policy"]["DefaultVersionId"]
    statements = iam.get_policy_version(PolicyArn=POLICY, VersionId=version)["PolicyVersion"]["Document"]["Statement"]
    assert any(statement.get("NotAction") for statement in statements)
    assert run.result["policy"]["changed"] is True
    again = role(**one_by_one)
    assert again.changed == 0 and "iam:ListAttachedUserPolicies" not in again.calls


def test_passwords_keys_and_password_policy(role: Role, emulator: Emulator, controller: Controller) -> None:
    old = {"create_date": ago(400), "password_last_changed": ago(40)}
    old_key = {"created": ago(300), "last_used": ago(120)}
    emulator.fixture(
        {
            "users": [
                *users("old", "glass", "late", **old, access_keys=[old_key]),
                *users("new", create_date=ago(400), password_last_changed=ago(5)),
                *users("enrolled", **old, mfa_devices=[{}]),
                *users("busy", create_date=ago(400), access_keys=[{**old_key, "last_used": ago(3)}]),
                *users(
                    "never", create_date=ago(400), password_last_changed=ago(5), access_keys=[{"created": ago(100)}]
                ),
                *users("inactive", create_date=ago(10), access_keys=[{**old_key, "active": False}]),
            ],
            "hardware_tokens": [{"serial_number": "GAHT12345678", "seed": "JBSWY3DPEHPK3PXP"}],
        }
    )
    inputs = {
        "select": {"paths": ["/"]},
        "exclude": ["glass", "busy"],
        "enrol": False,
        "delete_passwords_after_days": 30,
        "deactivate_keys_unused_days": 90,
        "password_policy": {"min_pw_length": 16},
    }
    plan = role("--check", **inputs)
    assert plan.writes == {}
    assert sorted(plan.result["passwords_deleted"]) == ["late", "old"]
    assert sorted(item["user_name"] for item in plan.result["keys_deactivated"]) == ["late", "never", "old"]

    # The credential report is there now. Late enrols, with a token that is in none of the account's lists.
    iam = controller.boto3("iam")
    code1, code2 = totp.code_pair("JBSWY3DPEHPK3PXP", time.time())
    iam.enable_mfa_device(
        UserName="late", SerialNumber="GAHT12345678", AuthenticationCode1=code1, AuthenticationCode2=code2
    )
    run = role(**inputs)
    assert run.result["passwords_deleted"] == ["old"]
    passwords = {name for name in ("old", "glass", "late", "new", "enrolled", "busy") if has_password(iam, name)}
    assert passwords == {"glass", "late", "new", "enrolled", "busy"}
    active = {
        name
        for name in ("old", "glass", "late", "busy", "never")
        if iam.list_access_keys(UserName=name)["AccessKeyMetadata"][0]["Status"] == "Active"
    }
    assert active == {"glass", "busy"}
    assert any("credential report of: 20" in line for line in run.summary)

    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert policy["MinimumPasswordLength"] == 16 and policy["PasswordReusePrevention"] == 24
    again = role(**inputs)
    assert again.changed == 0 and again.result["passwords_deleted"] == again.result["keys_deactivated"] == []
    assert set(again.writes) <= {"iam:UpdateAccountPasswordPolicy"}  # amazon.aws always sends it


def has_password(iam: t.Any, user_name: str) -> bool:
    try:
        iam.get_login_profile(UserName=user_name)
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


def test_orphans(role: Role, emulator: Emulator) -> None:
    emulator.fixture(
        {
            "users": users("alice"),
            "unassigned_virtual_devices": [
                {"device_name": "alice"},
                {"device_name": "gone-1"},
                {"device_name": "gone-2", "path": "/staff/"},
                {"device_name": "kept"},
            ],
        }
    )
    inputs = {"users": ["alice"], "seed_store": STORE}
    removing = {**inputs, "remove_orphans": True, "orphan_pattern": "/gone-\\d$"}
    plan = role("--check", **removing)
    assert plan.writes == {} and plan.result["orphans_removed"] == [arn("gone-1"), arn("gone-2", "/staff/")]
    run = role(**removing)
    assert run.result["orphans"] == [arn("kept")]
    assert {device["serial_number"] for device in emulator.devices()} == {arn("alice"), arn("kept")}
    assert role(**removing).changed == 0
