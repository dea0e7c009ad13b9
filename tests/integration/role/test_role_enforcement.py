# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enforcement locks out nobody: whatever fails before it, who has the policy afterwards has an MFA device."""

from __future__ import annotations

import json
import time
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import ACCOUNT, Controller, Play
from role_runner import STORE, Hardening, Role, kill_play, users

NAME = "deny-unless-mfa"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/{NAME}"
OURS = "Denies everything without MFA, apart from enrolling oneself. Kept by hardening.aws."
DOCUMENT = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}'
WITH_DEVICE: dict[str, t.Any] = {"mfa_devices": [{}]}
BY_USERS: dict[str, t.Any] = {"select": {"paths": ["/"]}, "seed_store": STORE, "enforce_policy": "users"}
BY_GROUP: dict[str, t.Any] = {**BY_USERS, "enforce_policy": "group", "enforce_group": "staff"}
SELF_ENROLMENT: dict[str, t.Any] = {"select": {"paths": ["/"]}, "enrol": False, "enforce_policy": "users"}


def holders(controller: Controller, arn: str = POLICY) -> list[str]:
    """Whom the policy is attached to, as boto3 lists them; a group with an asterisk."""
    iam = controller.boto3("iam")
    try:
        answers = list(iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=arn))
    except iam.exceptions.NoSuchEntityException:
        return []
    found = [item["UserName"] for answer in answers for item in answer["PolicyUsers"]]
    return sorted(found + [f"*{item['GroupName']}" for answer in answers for item in answer["PolicyGroups"]])


def reached(controller: Controller) -> set[str]:
    """Every user whom the policy reaches, directly or by a group."""
    iam = controller.boto3("iam")
    names: set[str] = set()
    for holder in holders(controller):
        members = iam.get_group(GroupName=holder[1:])["Users"] if holder.startswith("*") else [{"UserName": holder}]
        names |= {member["UserName"] for member in members}
    return names


def assert_nobody_is_locked_out(controller: Controller, emulator: Emulator) -> None:
    enrolled = {device["user_name"] for device in emulator.devices() if device["attached"]}
    assert reached(controller) <= enrolled


def statements(controller: Controller, arn: str = POLICY) -> list[dict[str, t.Any]]:
    iam = controller.boto3("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    found: list[dict[str, t.Any]] = document["Statement"]
    return found


def failures(run: Hardening) -> dict[str, str]:
    return {item["user_name"]: item["msg"] for item in run.result["failed"]}


@pytest.mark.parametrize("inputs", [BY_USERS, BY_GROUP], ids=["users", "group"])
def test_enrolment_refused_for_some(
    role: Role, emulator: Emulator, controller: Controller, inputs: dict[str, t.Any]
) -> None:
    """The name of alice's device is taken. She does not get the policy, and gets it when that is put right."""
    taken = {"mfa_devices": [{"device_name": "alice"}]}
    emulator.fixture({"users": users("bob", groups=["staff"], **taken) + users("alice", "carol", groups=["staff"])})
    run = role(ok=False, **inputs)
    assert_nobody_is_locked_out(controller, emulator)
    by_group = inputs is BY_GROUP
    assert holders(controller) == ([] if by_group else ["bob", "carol"])
    assert set(failures(run)) == {"alice", f"policy {NAME}"} if by_group else {"alice"}
    assert run.result["policy"]["withheld"] == ["alice"]
    if by_group:
        told = failures(run)[f"policy {NAME}"]
        assert "The group staff did not get" in told and "members of it have no MFA device: 1 (alice)" in told
    again = role(**{**inputs, "device_name": "{user_name}-2"})
    assert_nobody_is_locked_out(controller, emulator)
    assert holders(controller) == (["*staff"] if by_group else ["alice", "bob", "carol"])
    assert again.result["policy"]["withheld"] == []


TROUBLE: dict[str, dict[str, t.Any]] = {
    "refused for all": {"denied_actions": ["iam:EnableMFADevice"]},
    "store down": {"unavailable_services": ["secretsmanager"]},
    "permission of the store missing": {"denied_actions": ["secretsmanager:CreateSecret"]},
    "permission of IAM missing": {"denied_actions": ["iam:CreateVirtualMFADevice"]},
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_enrolment_fails_for_all(role: Role, emulator: Emulator, controller: Controller, trouble: str) -> None:
    inputs = BY_GROUP if trouble == "store down" else BY_USERS
    emulator.fixture(
        {"users": users("alice", "bob", groups=["staff"]) + users("carol", groups=["staff"], **WITH_DEVICE)}
    )
    emulator.set(**TROUBLE[trouble])
    run = role(ok=False, **inputs)
    assert {"alice", "bob"} <= set(failures(run))
    assert holders(controller) == ([] if inputs is BY_GROUP else ["carol"])
    assert_nobody_is_locked_out(controller, emulator)


def test_a_permission_of_enforcement_is_missing(role: Role, emulator: Emulator, controller: Controller) -> None:
    emulator.fixture({"users": users("alice", "bob")})
    emulator.set(denied_actions=["iam:AttachUserPolicy"])
    run = role(ok=False, **BY_USERS)
    assert run.result["enabled"] == ["alice", "bob"] and holders(controller) == []
    assert "iam:AttachUserPolicy" in failures(run)["alice"]
    emulator.set(denied_actions=["iam:ListEntitiesForPolicy"])
    blind = role(ok=False, **BY_USERS)
    emulator.set(denied_actions=[])
    assert "iam:ListEntitiesForPolicy" in failures(blind)[f"policy {NAME}"] and holders(controller) == []


def test_self_enrolment_is_asked_for(role: Role, emulator: Emulator, controller: Controller) -> None:
    emulator.fixture({"users": users("alice", "bob", groups=["staff"]) + users("carol", **WITH_DEVICE)})
    closed = role(**SELF_ENROLMENT)
    assert holders(controller) == ["carol"] and closed.result["policy"]["withheld"] == ["alice", "bob"]
    assert any("not attached to 2 (alice, bob)" in text for text in closed.result["warnings"])
    assert "iam:EnableMFADevice" not in json.dumps([s for s in statements(controller) if s["Effect"] == "Deny"])
    opened = role(**SELF_ENROLMENT, enforce_self_enrolment=True)
    assert holders(controller) == ["alice", "bob", "carol"] and opened.result["warnings"] == []
    assert any("iam:EnableMFADevice" in statement.get("NotAction", []) for statement in statements(controller))
    # To close it again would lock out alice and bob, who have the policy and no device.
    before = statements(controller)
    shut = role(ok=False, **SELF_ENROLMENT)
    told = failures(shut)[f"policy {NAME}"]
    assert "was left as it is" in told and "have the policy and no MFA device: 2 (alice, bob)" in told
    assert statements(controller) == before and "iam:CreatePolicyVersion" not in shut.calls


def test_a_member_without_a_device(role: Role, emulator: Emulator, controller: Controller) -> None:
    """A member who is not selected is reached all the same. A group that has the policy keeps it, and it is told."""
    emulator.fixture({"users": users("alice", groups=["staff"]) + users("dave", path="/other/", groups=["staff"])})
    inputs = {**BY_GROUP, "select": {}, "users": ["alice"]}
    run = role(ok=False, **inputs)
    assert run.result["enabled"] == ["alice"] and holders(controller) == []
    assert "dave" in failures(run)[f"policy {NAME}"]
    controller.boto3("iam").attach_group_policy(GroupName="staff", PolicyArn=POLICY)
    kept = role(ok=False, **inputs)
    assert "The group staff keeps" in failures(kept)[f"policy {NAME}"] and kept.writes == {}
    assert holders(controller) == ["*staff"]


def run_as(role: Role, key: dict[str, str], **inputs: t.Any) -> tuple[Play, dict[str, int]]:
    """Run the role with the credentials of a user."""
    role.emulator.clear_requests()
    access = {**role.controller.access, "access_key": key["access_key_id"], "secret_key": key["secret_access_key"]}
    process, finish = role.controller.start(*role.tasks(inputs), defaults=access)
    play = finish(process)
    assert "Traceback" not in play.output, play.output
    return play, Hardening(play, role.emulator.counts()).writes


def test_the_caller_is_never_locked_out(role: Role, emulator: Emulator, controller: Controller) -> None:
    made = emulator.fixture(
        {"users": users("admin", path="/ops/", groups=["staff"], access_keys=[{}], **WITH_DEVICE) + users("bob")}
    )
    (key,) = made["access_keys"]["admin"]
    refused = {
        "credentials of the selected user admin": {**BY_USERS},
        "credentials of admin, a member of the group staff": {**BY_GROUP, "exclude": ["nobody"], "allow_empty": True},
    }
    for text, inputs in refused.items():
        play, writes = run_as(role, key, **inputs)
        (failed,) = [result for result in play.results if result.status == "failed"]
        assert play.code != 0 and "Nothing was touched" in failed.msg and text in failed.msg, failed.msg
        assert "the credentials of a role" in failed.msg
        assert writes == {} and not [device for device in emulator.devices() if device["user_name"] == "bob"]
    play, _writes = run_as(role, key, **BY_USERS, exclude=["ADMIN"])
    assert play.code == 0 and holders(controller) == ["bob"]
    # Without enforcement nobody is locked out.
    play, _writes = run_as(role, key, select={"paths": ["/"]}, seed_store=STORE)
    assert play.code == 0, play.output


def test_a_policy_of_somebody_else(role: Role, emulator: Emulator, controller: Controller) -> None:
    emulator.fixture({"users": users("alice")})
    iam = controller.boto3("iam")
    foreign = iam.create_policy(PolicyName=NAME, Path="/security/", PolicyDocument=DOCUMENT, Description="Ours")[
        "Policy"
    ]
    run = role(ok=False, **BY_USERS)
    assert run.writes == {} and foreign["Arn"] in run.refusal and "did not create" in run.refusal
    assert "iam_user_hardening_enforce_policy_name" in run.refusal and run.changed == 0
    assert statements(controller, foreign["Arn"])[0]["Action"] == "s3:*"
    # Handed over by a tag, it is used where it is, and the second run finds nothing to do.
    iam.tag_policy(PolicyArn=foreign["Arn"], Tags=[{"Key": "hardening.aws", "Value": "enforce"}])
    taken = role(**BY_USERS)
    assert taken.result["policy"]["arn"] == foreign["Arn"] and holders(controller, foreign["Arn"]) == ["alice"]
    again = role(**BY_USERS)
    assert again.changed == 0 and again.writes == {}


def test_a_policy_of_an_earlier_release_at_its_last_version(
    role: Role, emulator: Emulator, controller: Controller
) -> None:
    """It is known by its description, on any path. Its oldest version makes room for the new one."""
    emulator.fixture({"users": users("alice", "bob", **WITH_DEVICE)})
    iam = controller.boto3("iam")
    arn = iam.create_policy(PolicyName=NAME, Path="/mfa/", PolicyDocument=DOCUMENT, Description=OURS)["Policy"]["Arn"]
    for number in range(2, 6):
        document = DOCUMENT.replace("s3:*", f"s3:Get{number}*")
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=number == 4)
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    run = role(**BY_USERS)
    assert run.result["policy"]["arn"] == arn and holders(controller, arn) == ["alice", "bob"]
    assert any(statement.get("NotAction") for statement in statements(controller, arn))
    versions = {item["VersionId"] for item in iam.list_policy_versions(PolicyArn=arn)["Versions"]}
    assert versions == {"v2", "v3", "v4", "v5", "v6"}
    assert role(**BY_USERS).changed == 0


def test_killed_while_it_enforces(role: Role, emulator: Emulator, controller: Controller) -> None:
    """Killed after each call that writes: nobody is locked out, and the next run does the rest."""
    fixture = {"users": users("alice", "bob", **WITH_DEVICE) + users("carol")}
    inputs = {**SELF_ENROLMENT, "concurrency": 1}
    emulator.fixture(fixture)
    role(**inputs)
    actions = [request["action"] for request in emulator.requests()]
    places = [number for number, action in enumerate(actions, 1) if action in ("CreatePolicy", "AttachUserPolicy")]
    assert len(places) == 3 and holders(controller) == ["alice", "bob"]
    for place in places:
        emulator.reset()
        emulator.fixture(fixture)
        emulator.set(halt={"at": place, "when": "after", "freeze": True})
        process, _finish = role.start(**inputs)
        while process.poll() is None and not emulator.halted()["halted"]:
            time.sleep(0.05)
        assert process.poll() is None, "it was killed before its end"
        kill_play(process, controller.home)
        emulator.release()
        assert_nobody_is_locked_out(controller, emulator)
        role(**inputs)
        assert holders(controller) == ["alice", "bob"]


def test_thousands_of_users_are_one_task(role: Role, emulator: Emulator, controller: Controller) -> None:
    """A run that changes nothing costs a handful of calls, and enforcement no task and no call for each user."""
    emulator.fixture({"generate": {"count": 1500, "device": "virtual"}})
    inputs = {**BY_USERS, "enrol": False, "concurrency": 64}
    del inputs["seed_store"]
    first = role(**inputs)
    assert first.writes == {"iam:CreatePolicy": 1, "iam:AttachUserPolicy": 1500}
    second = role(**inputs)
    assert second.changed == 0 and second.writes == {} and second.total <= 35
    # Devices, groups and attachments come from the account's lists, and nothing is looked at twice.
    assert second.calls["iam:GetAccountAuthorizationDetails"] == 2 and "iam:GetGroup" not in second.calls
    assert second.result["policy"]["attached"] == 1500
    assert len(second.play.results) == len(role(**{**inputs, "users": ["user-0001"], "select": {}}).play.results)


ADDING: dict[str, t.Any] = {**BY_GROUP, "enforce_group_members": "add"}


def members(controller: Controller, group: str = "staff") -> set[str]:
    return {user["UserName"] for user in controller.boto3("iam").get_group(GroupName=group)["Users"]}


def test_a_group_of_thousands(role: Role, emulator: Emulator, controller: Controller) -> None:
    """Members come from the account's lists, not from a page of a hundred each."""
    emulator.fixture({"generate": {"count": 1500, "device": "virtual", "groups": ["staff"]}})
    first = role(**BY_GROUP)
    assert first.writes == {"iam:CreatePolicy": 1, "iam:AttachGroupPolicy": 1}
    second = role(**BY_GROUP)
    assert second.changed == 0 and second.total <= 35 and second.calls["iam:GetGroup"] == 1
    assert second.result["policy"] == {**first.result["policy"], "changed": False}


def test_selected_users_are_put_into_the_group(role: Role, emulator: Emulator, controller: Controller) -> None:
    """Those who have MFA, in one task; who has none stays out of it, and is named."""
    taken = {"mfa_devices": [{"device_name": "erin"}]}
    emulator.fixture(
        {
            "users": users("alice", groups=["staff"])
            + users("bob", "carol", path="/people/")
            + users("erin")
            + users("zoe", **taken)
        }
    )
    inputs = {**ADDING, "exclude": ["zoe"]}
    plan = role("--check", ok=False, **inputs)
    assert plan.writes == {} and plan.result["group_members_added"] == ["bob", "carol"]
    run = role(ok=False, **inputs)
    assert run.result["group_members_added"] == ["bob", "carol"] and members(controller) == {"alice", "bob", "carol"}
    assert set(failures(run)) == {"erin"} and run.calls["iam:AddUserToGroup"] == 2
    assert any(
        "1 selected user is not in the group staff" in text and "erin" in text for text in run.result["warnings"]
    )
    assert holders(controller) == ["*staff"] and "put into the group: 2 (bob, carol)" in run.output
    assert_nobody_is_locked_out(controller, emulator)
    assert len([item for item in run.play.results if "Decide by who has MFA now" in item.name]) == 1
    again = role(ok=False, **inputs)
    assert again.changed == 0 and again.result["group_members_added"] == []


def test_users_who_enrol_themselves_are_not_put_into_the_group_without_mfa(
    role: Role, emulator: Emulator, controller: Controller
) -> None:
    emulator.fixture({"users": users("alice", groups=["staff"]) + users("bob") + users("carol", **WITH_DEVICE)})
    inputs = {**ADDING, "enrol": False, "enforce_self_enrolment": True}
    del inputs["seed_store"]
    run = role(**inputs)
    assert run.result["group_members_added"] == ["carol"] and members(controller) == {"alice", "carol"}
    assert holders(controller) == ["*staff"]


def test_a_permission_to_add_members_is_missing(role: Role, emulator: Emulator, controller: Controller) -> None:
    """It is named, and the group gets the policy all the same."""
    emulator.fixture({"users": users("alice", groups=["staff"]) + users("bob", "carol")})
    emulator.set(denied_actions=["iam:AddUserToGroup"])
    run = role(ok=False, **ADDING)
    emulator.set(denied_actions=[])
    assert set(failures(run)) == {"bob", "carol"} and "iam:AddUserToGroup" in failures(run)["bob"]
    assert holders(controller) == ["*staff"] and members(controller) == {"alice"}
    assert role(**ADDING).result["group_members_added"] == ["bob", "carol"]


def test_the_caller_is_not_put_into_the_group(role: Role, emulator: Emulator, controller: Controller) -> None:
    people = users("admin", access_keys=[{}], **WITH_DEVICE) + users("bob", groups=["staff"], **WITH_DEVICE)
    (key,) = emulator.fixture({"users": people})["access_keys"]["admin"]
    play, writes = run_as(role, key, **ADDING)
    assert play.code == 2 and writes == {} and "who would be put into the group staff" in play.output
    play, _writes = run_as(role, key, **ADDING, exclude=["admin"])
    assert play.code == 0 and members(controller) == {"bob"}, play.output
