# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module iam_policy_attachment: a managed policy on many users and groups."""

from __future__ import annotations

import concurrent.futures
import json
import time
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import ACCOUNT, Controller, Task, four_steps, may_fail, task

MODULE = "hardening.aws.iam_policy_attachment"
ARN = f"arn:aws:iam::{ACCOUNT}:policy/deny-unless-mfa"
DOCUMENT = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]},
)


def attachment(**options: t.Any) -> Task:
    """A task with the module."""
    return task(MODULE, **{"policy_arn": ARN, **options})


def make_policy(controller: Controller, name: str = "deny-unless-mfa") -> str:
    answer = controller.boto3("iam").create_policy(PolicyName=name, PolicyDocument=DOCUMENT)
    return str(answer["Policy"]["Arn"])


def holders(controller: Controller, arn: str = ARN) -> list[str]:
    """Who has the policy, as boto3 lists them."""
    answers = list(controller.boto3("iam").get_paginator("list_entities_for_policy").paginate(PolicyArn=arn))
    users = [item["UserName"] for answer in answers for item in answer["PolicyUsers"]]
    groups = [f"group {item['GroupName']}" for answer in answers for item in answer["PolicyGroups"]]
    return sorted(users + groups)


def calls_of(emulator: Emulator) -> dict[str, int]:
    found: dict[str, int] = emulator.counts()["by_action"]
    return found


def test_four_steps(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        {"users": [{"user_name": name} for name in ("alice", "bob", "carol")], "groups": ["staff", "other"]}
    )
    make_policy(controller)
    iam = controller.boto3("iam")
    iam.attach_user_policy(UserName="carol", PolicyArn=ARN)
    steps = {
        "present": attachment(users=["bob", "alice", "CAROL"], groups=["staff"]),
        "purge": attachment(users=["alice"], groups=["staff", "other"], purge=True),
        "absent": attachment(users=["alice", "bob"], groups=["staff"], state="absent"),
    }
    after = {
        "present": ["alice", "bob", "carol", "group staff"],
        "purge": ["alice", "group other", "group staff"],
        "absent": ["group other"],
    }
    counts = {"present": (4, 3), "purge": (5, 3), "absent": (3, 2)}
    for step, item in steps.items():
        before = holders(controller)
        emulator.clear_requests()
        checked = controller.play(*four_steps(item)[:1])[0]
        assert holders(controller) == before and not [call for call in calls_of(emulator) if "tach" in call]
        done, check_again, again = controller.play(*four_steps(item)[1:]).results
        assert holders(controller) == after[step]
        assert [result.changed for result in (checked, done, check_again, again)] == [True, True, False, False]
        total, changed = counts[step]
        for result in (checked, done):
            summary = {"total": total, "changed": changed, "unchanged": total - changed, "failed": 0}
            assert result["summary"] == summary and result["attached"] == checked["attached"]
            assert result["results"] == checked["results"] and result["diff"] == checked["diff"]
    first = controller.play(attachment(users=["bob", "alice", "CAROL"], groups=["staff"], check_mode=True, diff=True))[
        0
    ]
    shown = [(item["kind"], item["name"], item["changed"], item["actions"]) for item in first["results"]]
    assert shown == [
        ("user", "bob", True, ["attach"]),
        ("user", "alice", True, ["attach"]),
        ("user", "CAROL", True, ["attach"]),
        ("group", "staff", True, ["attach"]),
    ]
    assert first["diff"]["before"].splitlines()[0] == "user bob: not attached"
    assert first["diff"]["after"].splitlines()[-1] == "group staff: attached"
    assert first["attached"] == {"users": ["CAROL", "alice", "bob"], "groups": ["other", "staff"]}


def test_who_has_it(controller: Controller, emulator: Emulator) -> None:
    """Empty lists tell, a thousand a page. Those are not asked for whose permissions boundary the policy is."""
    emulator.fixture({"generate": {"count": 1100}, "groups": ["staff"]})
    make_policy(controller)
    names = [f"user-{number:04d}" for number in range(1, 1101)]
    emulator.clear_requests()
    done, again, told = controller.run(
        attachment(users=names, groups=["staff"], concurrency=32),
        attachment(users=names, groups=["staff"]),
        attachment(users=[], groups=[]),
    ).results
    assert done["summary"] == {"total": 1101, "changed": 1101, "unchanged": 0, "failed": 0}
    assert not again.changed and not told.changed
    assert told["attached"] == {"users": names, "groups": ["staff"]}
    counted = calls_of(emulator)
    assert counted == {"iam:ListEntitiesForPolicy": 5, "iam:AttachUserPolicy": 1100, "iam:AttachGroupPolicy": 1}
    lists = [request["params"] for request in emulator.requests() if request["action"] == "ListEntitiesForPolicy"]
    assert {params["PolicyUsageFilter"] for params in lists} == {"PermissionsPolicy"}


def test_bad_input(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}]})
    make_policy(controller)
    emulator.clear_requests()
    cases: dict[str, tuple[dict[str, t.Any], list[str]]] = {
        "nobody": ({}, ["users: is missing, and so is groups"]),
        "a name": ({"users": ["alice"], "policy_arn": "deny"}, ["policy_arn: 'deny' is not the ARN"]),
        "several": ({"users": ["alice", "", "Alice"], "concurrency": 0}, ["users[1]", "users[2]", "concurrency"]),
        "everybody": ({"users": [], "purge": True}, ["purge: would detach the policy from all users"]),
    }
    play = controller.run(
        *may_fail(*[{**attachment(**options), "name": name} for name, (options, _wanted) in cases.items()])
    )
    for result in play.results:
        assert result.failed and not result.changed and "results" not in result.data
        for text in cases[result.name][1]:
            assert text in result.msg, result.msg
    assert calls_of(emulator) == {}


def test_those_who_are_not_there(controller: Controller, emulator: Emulator) -> None:
    """Nobody is created, and the others are done. Check mode says the same."""
    emulator.fixture({"users": [{"user_name": name} for name in ("alice", "bob")], "groups": ["staff"]})
    make_policy(controller)
    item = attachment(users=["alice", "nobody", "bob"], groups=["stuff", "staff"])
    checked, done = controller.run(*may_fail({**item, "check_mode": True}, item)).results
    for result in (checked, done):
        assert result.failed and result.changed
        assert [entry["failed"] for entry in result["results"]] == [False, True, False, True, False]
        assert "users[1] (nobody): There is no IAM user nobody" in result.msg and "no IAM group stuff" in result.msg
        assert result["summary"] == {"total": 5, "changed": 3, "unchanged": 0, "failed": 2}
    assert holders(controller) == ["alice", "bob", "group staff"]
    assert {user["UserName"] for user in controller.boto3("iam").list_users()["Users"]} == {"alice", "bob"}
    absent = controller.run(attachment(users=["alice", "nobody"], state="absent"))[0]
    assert absent.changed and "no IAM user nobody" in json.dumps(absent["warnings"])
    assert holders(controller) == ["bob", "group staff"]
    missing = controller.run(*may_fail(attachment(users=["alice"], policy_arn=f"{ARN}-2")))[0]
    assert missing.failed and f"There is no managed policy {ARN}-2" in missing.msg and not missing.changed


@pytest.mark.parametrize("kind", ["user", "group"])
def test_one_that_is_deleted_while_it_runs(controller: Controller, emulator: Emulator, kind: str) -> None:
    names, kinds = ["alice", "bob", "carol"], f"{kind}s"
    emulator.fixture({"users": [{"user_name": name} for name in names], "groups": names})
    make_policy(controller)
    emulator.set(halt={"at": 2, "when": "before"})
    running = controller.spawn(MODULE, policy_arn=ARN, concurrency=1, **{kinds: names})
    assert emulator.wait_halted()["action"] == f"iam:Attach{kind.title()}Policy"
    iam = controller.boto3("iam")
    iam.delete_user(UserName="bob") if kind == "user" else iam.delete_group(GroupName="bob")
    emulator.release()
    answer = running.answer()
    assert answer["failed"] and [entry["failed"] for entry in answer["results"]] == [False, True, False]
    assert f"{kinds}[1] (bob): There is no IAM {kind} bob in this account: correct the name" in answer["msg"]
    prefix = "" if kind == "user" else "group "
    assert holders(controller) == [f"{prefix}alice", f"{prefix}carol"]


def test_quota(controller: Controller, emulator: Emulator) -> None:
    """Ten policies are a user's and a group's quota, if it was not raised."""
    emulator.fixture({"users": [{"user_name": "full"}, {"user_name": "alice"}], "groups": ["crowd", "staff"]})
    make_policy(controller)
    iam = controller.boto3("iam")
    for number in range(10):
        other = make_policy(controller, f"other-{number}")
        iam.attach_user_policy(UserName="full", PolicyArn=other)
        iam.attach_group_policy(GroupName="crowd", PolicyArn=other)
    answer = controller.run_module(MODULE, policy_arn=ARN, users=["full", "alice"], groups=["crowd", "staff"])
    assert answer["failed"] and holders(controller) == ["alice", "group staff"]
    for number, option, what in ((0, "users", "user full"), (2, "groups", "group crowd")):
        entry = answer["results"][number]
        assert entry["error"]["code"] == "LimitExceeded"
        assert f"The {what} has as many managed policies as the account's quota allows" in entry["msg"]
        assert "raise the quota" in entry["msg"] and "Cannot exceed quota for PoliciesPer" in entry["msg"]
        assert f"{option}[0] ({what.split()[1]})" in answer["msg"]


# Whom a run misses to which a call is denied, of alice and staff, who lack the policy, and of carol and other.
DENIED = {
    ("ListEntitiesForPolicy", "present"): ["alice", "group staff"],
    ("ListEntitiesForPolicy", "absent"): ["carol", "group other"],
    ("AttachUserPolicy", "present"): ["alice"],
    ("AttachGroupPolicy", "present"): ["group staff"],
    ("DetachUserPolicy", "absent"): ["carol"],
    ("DetachGroupPolicy", "absent"): ["group other"],
}


@pytest.mark.parametrize(("action", "state"), DENIED, ids=str)
def test_denied_calls(controller: Controller, emulator: Emulator, action: str, state: str) -> None:
    """The permission that lacks is named, and the others are done; with it, all are."""
    emulator.fixture({"users": [{"user_name": name} for name in ("alice", "carol")], "groups": ["staff", "other"]})
    make_policy(controller)
    iam = controller.boto3("iam")
    iam.attach_user_policy(UserName="carol", PolicyArn=ARN)
    iam.attach_group_policy(GroupName="other", PolicyArn=ARN)
    everybody = ["alice", "carol", "group other", "group staff"]
    options = {"policy_arn": ARN, "users": ["alice", "carol"], "groups": ["staff", "other"], "state": state}
    missed = DENIED[action, state]
    emulator.set(denied_actions=[f"iam:{action}"])
    answer = controller.run_module(MODULE, **options)
    emulator.set(denied_actions=[])
    assert answer["failed"] and f"The caller lacks the IAM permission iam:{action}. Grant it on" in answer["msg"]
    assert answer["msg"].count("is not authorized to perform") == 1
    expected = [name for name in everybody if name not in missed] if state == "present" else missed
    assert holders(controller) == expected
    if "results" in answer:
        failed = [entry for entry in answer["results"] if entry["failed"]]
        assert [entry["name"] for entry in failed] == [name.split()[-1] for name in missed]
        assert {entry["error"]["operation"] for entry in failed} == {f"iam:{action}"}
    again = controller.run_module(MODULE, **options)
    assert again["summary"]["failed"] == 0 and holders(controller) == (everybody if state == "present" else [])


@pytest.mark.parametrize("action", ["GetUser", "GetGroup", "ListUsers", "ListGroups"])
def test_names_that_cannot_be_looked_up(controller: Controller, emulator: Emulator, action: str) -> None:
    """What only finds out whether names are right is no more than a warning."""
    many = [f"many-{number}" for number in range(11)] if action.startswith("List") else []
    emulator.fixture({"users": [{"user_name": name} for name in ("alice", "carol", *many)], "groups": ["staff", *many]})
    make_policy(controller)
    controller.boto3("iam").attach_user_policy(UserName="carol", PolicyArn=ARN)
    emulator.set(denied_actions=[f"iam:{action}"])
    options = {"users": ["alice", "carol", *many], "groups": ["staff", *many], "state": "absent"}
    answer = controller.run_module(MODULE, policy_arn=ARN, **options)
    assert answer["changed"] and answer["summary"]["failed"] == 0 and holders(controller) == []
    assert f"iam:{action}" in json.dumps(answer["warnings"])


def test_an_unreliable_aws(controller: Controller, emulator: Emulator) -> None:
    """Faults, lost replies, a throttle and lists that lag behind: one run attaches to all, one takes it off all."""
    emulator.fixture({"generate": {"count": 50}, "groups": ["staff"]})
    make_policy(controller)
    names = [f"user-{number:04d}" for number in range(1, 51)]
    calm = {"fault_probability": 0.0, "lost_reply_probability": 0.0, "lag": 0.0, "rate": None}
    trouble = {"fault_probability": 0.1, "lost_reply_probability": 0.1, "lag": 2.0, "rate": 60, "burst": 10}
    trouble["random_seed"] = 3  # by which there is each kind of it
    for state, expected in (("present", sorted([*names, "group staff"])), ("absent", [])):
        emulator.clear_requests()
        emulator.set(**trouble)
        answer = controller.run_module(MODULE, policy_arn=ARN, users=names, groups=["staff"], state=state)
        counts = emulator.counts()
        emulator.set(**calm)
        assert min(counts["faults"], counts["lost_replies"], counts["throttled"]) > 0, "it was an unreliable AWS"
        assert answer["summary"] == {"total": 51, "changed": 51, "unchanged": 0, "failed": 0}, answer.get("msg")
        assert holders(controller) == expected
        time.sleep(trouble["lag"])  # or the lists of the next run are older than what this one did


@pytest.mark.parametrize("state", ["present", "absent"])
def test_killed_at_each_call(controller: Controller, emulator: Emulator, state: str) -> None:
    names = [f"user-{number}" for number in range(1, 5)]
    emulator.fixture({"users": [{"user_name": name} for name in names], "groups": ["staff"]})
    make_policy(controller)
    iam = controller.boto3("iam")
    options = {"policy_arn": ARN, "users": names, "groups": ["staff"], "state": state, "concurrency": 2}
    expected = sorted([*names, "group staff"]) if state == "present" else []
    killed = 0
    for call in range(1, 20):
        for name in names:
            change = iam.detach_user_policy if state == "present" else iam.attach_user_policy
            if (name in holders(controller)) == (state == "present"):
                change(UserName=name, PolicyArn=ARN)
        emulator.set(halt={"at": call, "when": "after"})
        running = controller.spawn(MODULE, **options)
        while not (held := emulator.halted()["halted"]) and not running.ended(0.03):
            pass
        running.kill()
        emulator.release()
        if not held:
            break
        killed += 1
        controller.run_module(MODULE, **options)
        assert holders(controller) == expected
        assert not controller.run_module(MODULE, **options)["changed"]
    assert killed >= 5 and not held


def test_two_runs_at_once(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"generate": {"count": 40}})
    make_policy(controller)
    emulator.set(latency=0.02)
    names = [f"user-{number:04d}" for number in range(1, 41)]
    for state, count in (("present", 40), ("absent", 0)):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            runs = [
                pool.submit(controller.run_module, MODULE, policy_arn=ARN, users=names, state=state)
                for _run in range(2)
            ]
            answers = [run.result() for run in runs]
        assert [answer["summary"]["failed"] for answer in answers] == [0, 0]
        assert len(holders(controller)) == count
