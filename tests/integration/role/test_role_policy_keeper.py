# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy that the role keeps, on an AWS that fails, loses replies and shows late what was done."""

from __future__ import annotations

import json
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import ACCOUNT, Controller

MODULE = "hardening.aws.iam_user_hardening_account"
NAME = "deny-unless-mfa"
ARN = f"arn:aws:iam::{ACCOUNT}:policy/{NAME}"
OURS = "Denies everything without MFA, apart from enrolling oneself. Kept by hardening.aws."


def document(action: str) -> dict[str, t.Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]}


def keep(controller: Controller, action: str, users: t.Sequence[str] = (), **options: t.Any) -> dict[str, t.Any]:
    """Have the policy say something, and attach it to users, who need no device for it."""
    enforce = {"selected": list(users), "policy_arn": ARN, "enforce_self_enrolment": True}
    text = json.dumps(document(action))
    return controller.run_module(MODULE, policy_name=NAME, document=text, enforce=enforce, **options)


def in_force(controller: Controller, arn: str) -> str:
    iam = controller.boto3("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return str(found["Statement"][0]["Action"])


def on_policies(emulator: Emulator) -> set[str]:
    """Return the calls that were made on policies."""
    return {action for action in emulator.counts()["by_action"] if "Polic" in action}


def test_made_and_changed_on_an_unreliable_aws(controller: Controller, emulator: Emulator) -> None:
    unreliable = {"fault_probability": 0.2, "lost_reply_probability": 0.2, "lag": 1.5}
    reliable = dict.fromkeys(unreliable, 0.0)
    emulator.set(**unreliable)
    for number in range(8):
        answer = keep(controller, f"s3:Get{number}*")
        assert not answer.get("failed"), answer
        assert answer["changed"] and answer["policy_changed"] and answer["policy"] == {"arn": ARN}
        emulator.set(**reliable)
        assert in_force(controller, ARN) == f"s3:Get{number}*"
        emulator.set(**unreliable)
    emulator.set(**reliable)
    emulator.clear_requests()
    again = keep(controller, "s3:Get7*")
    reading = {"ListPolicies", "GetPolicy", "GetPolicyVersion", "ListEntitiesForPolicy"}
    assert not again["changed"] and on_policies(emulator) == {f"iam:{action}" for action in reading}


def test_check_mode_and_what_is_not_ours(controller: Controller, emulator: Emulator) -> None:
    predicted = keep(controller, "s3:*", _ansible_check_mode=True)
    assert predicted["changed"] and predicted["policy"] is None and on_policies(emulator) == {"iam:ListPolicies"}
    text = json.dumps(document("ec2:*"))
    iam = controller.boto3("iam")
    made = iam.create_policy(PolicyName=NAME.upper(), Path="/x/", PolicyDocument=text)["Policy"]
    looked = controller.run_module(MODULE, policy_name=NAME, document=text)
    assert looked["policy"]["arn"] == made["Arn"] and not looked["policy"]["is_ours"] and not looked["changed"]
    refused = keep(controller, "s3:*")
    assert refused["failed"] and made["Arn"] in refused["msg"] and in_force(controller, made["Arn"]) == "ec2:*"


@pytest.mark.parametrize("action", ["ListPolicies", "GetPolicy", "GetPolicyVersion", "CreatePolicyVersion"])
def test_denied_actions(controller: Controller, emulator: Emulator, action: str) -> None:
    text = json.dumps(document("ec2:*"))
    controller.boto3("iam").create_policy(PolicyName=NAME, PolicyDocument=text, Description=OURS)
    emulator.set(denied_actions=[f"iam:{action}"])
    answer = keep(controller, "s3:*")
    emulator.set(denied_actions=[])
    assert answer["failed"] and not answer["changed"] and f"iam:{action}" in answer["msg"]
    assert in_force(controller, ARN) == "ec2:*"


def holders(controller: Controller) -> list[str]:
    found = controller.boto3("iam").list_entities_for_policy(PolicyArn=ARN)["PolicyUsers"]
    return sorted(user["UserName"] for user in found)


def test_written_and_attached(controller: Controller, emulator: Emulator) -> None:
    """On an AWS that shows late what was done. One who does not exist stops nobody, and what was done is told."""
    emulator.fixture({"users": [{"user_name": name} for name in ("alice", "bob", "carol")]})
    emulator.set(lag=1.0)
    predicted = keep(controller, "s3:*", ["alice", "bob"], _ansible_check_mode=True)
    assert predicted["changed"] and predicted["policy"] is None and predicted["attached"] == []
    assert predicted["enforcement"]["users"] == ["alice", "bob"]
    made = keep(controller, "s3:*", ["alice", "nobody", "bob"], _ansible_diff=True)
    emulator.set(lag=0.0)
    assert made["changed"] and made["policy"]["arn"] == ARN and not made.get("failed")
    (gone,) = made["enforcement"]["failures"]
    assert gone["user_name"] == "nobody" and "was deleted while the role ran" in gone["msg"]
    assert [item["failed"] for item in made["attached"]] == [False, False]
    assert [sorted(diff) for diff in made["diff"]] == [["after", "before"]] * 2
    assert holders(controller) == ["alice", "bob"]
    # The policy says what it should: it is not written again, and attached to nobody who has it.
    emulator.clear_requests()
    more = keep(controller, "s3:*", ["bob", "carol"])
    assert more["changed"] and not more["policy_changed"] and holders(controller) == ["alice", "bob", "carol"]
    by_action = emulator.counts()["by_action"]
    assert by_action["iam:AttachUserPolicy"] == 1 and "iam:CreatePolicyVersion" not in by_action


def test_a_user_at_the_quota_stops_nobody(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": name} for name in ("alice", "bob")]})
    iam = controller.boto3("iam")
    for number in range(10):
        policy = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=json.dumps(document("ec2:*")))["Policy"]
        iam.attach_user_policy(UserName="alice", PolicyArn=policy["Arn"])
    made = keep(controller, "s3:*", ["alice", "bob"])
    assert made["failed"] and made["changed"] and "as many managed policies as the account's quota" in made["msg"]
    assert [item["failed"] for item in made["attached"]] == [True, False] and holders(controller) == ["bob"]


def test_who_has_it_may_not_be_read(controller: Controller, emulator: Emulator) -> None:
    """The policy was written, and that is told, although nothing can be attached."""
    emulator.fixture({"users": [{"user_name": "alice"}]})
    emulator.set(denied_actions=["iam:ListEntitiesForPolicy"])
    answer = keep(controller, "s3:*", ["alice"])
    emulator.set(denied_actions=[])
    assert answer["failed"] and answer["changed"] and answer["policy"]["arn"] == ARN
    assert "iam:ListEntitiesForPolicy" in answer["msg"] and holders(controller) == []


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"document": "{"}, "document: is not JSON"),
        ({"document": "{}", "concurrency": 0}, "concurrency: is 0"),
        ({"enforce": {"selected": [], "policy_arn": ARN}}, "policy_name"),
    ],
)
def test_bad_input(controller: Controller, emulator: Emulator, options: dict[str, t.Any], text: str) -> None:
    answer = controller.run_module(MODULE, **options)
    assert answer["failed"] and text in answer["msg"] and emulator.counts()["total"] == 0
