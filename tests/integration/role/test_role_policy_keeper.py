# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy that the role keeps, on an AWS that fails, loses replies and shows late what was done."""

from __future__ import annotations

import json
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import ACCOUNT, Controller

MODULE = "hardening.aws.iam_user_hardening_policy"
NAME = "deny-unless-mfa"
OURS = "Denies everything without MFA, apart from enrolling oneself. Kept by hardening.aws."


def document(action: str) -> dict[str, t.Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]}


def keep(controller: Controller, action: str, **options: t.Any) -> dict[str, t.Any]:
    return controller.run_module(MODULE, name=NAME, document=json.dumps(document(action)), **options)


def in_force(controller: Controller, arn: str) -> str:
    iam = controller.boto3("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return str(found["Statement"][0]["Action"])


def test_made_and_changed_on_an_unreliable_aws(controller: Controller, emulator: Emulator) -> None:
    emulator.set(fault_probability=0.2, lost_reply_probability=0.2, lag=1.5)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/{NAME}"
    for number in range(8):
        answer = keep(controller, f"s3:Get{number}*")
        assert not answer.get("failed"), answer
        assert answer["changed"] and answer["policy"] == {"arn": arn, "is_ours": True}
        emulator.set(lag=0.0, fault_probability=0.0, lost_reply_probability=0.0)
        assert in_force(controller, arn) == f"s3:Get{number}*"
        emulator.set(lag=1.5, fault_probability=0.2, lost_reply_probability=0.2)
    emulator.set(lag=0.0, fault_probability=0.0, lost_reply_probability=0.0)
    emulator.clear_requests()
    again = keep(controller, "s3:Get7*")
    assert not again["changed"] and set(emulator.counts()["by_action"]) == {
        "iam:ListPolicies",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
    }


def test_check_mode_and_what_is_not_ours(controller: Controller, emulator: Emulator) -> None:
    predicted = keep(controller, "s3:*", _ansible_check_mode=True)
    assert (
        predicted["changed"]
        and predicted["policy"] is None
        and emulator.counts()["by_action"] == {"iam:ListPolicies": 1}
    )
    iam = controller.boto3("iam")
    made = iam.create_policy(PolicyName=NAME.upper(), Path="/x/", PolicyDocument=json.dumps(document("ec2:*")))[
        "Policy"
    ]
    looked = controller.run_module(MODULE, name=NAME)
    assert looked["policy"] == {"arn": made["Arn"], "is_ours": False} and not looked["changed"]
    refused = keep(controller, "s3:*")
    assert refused["failed"] and made["Arn"] in refused["msg"] and in_force(controller, made["Arn"]) == "ec2:*"


@pytest.mark.parametrize("action", ["ListPolicies", "GetPolicy", "GetPolicyVersion", "CreatePolicyVersion"])
def test_denied_actions(controller: Controller, emulator: Emulator, action: str) -> None:
    text = json.dumps(document("ec2:*"))
    arn = controller.boto3("iam").create_policy(PolicyName=NAME, PolicyDocument=text, Description=OURS)["Policy"]["Arn"]
    emulator.set(denied_actions=[f"iam:{action}"])
    answer = keep(controller, "s3:*")
    emulator.set(denied_actions=[])
    assert answer["failed"] and f"iam:{action}" in answer["msg"]
    assert in_force(controller, arn) == "ec2:*"


def holders(controller: Controller, arn: str) -> list[str]:
    return sorted(
        user["UserName"] for user in controller.boto3("iam").list_entities_for_policy(PolicyArn=arn)["PolicyUsers"]
    )


def test_written_and_attached_in_one_task(controller: Controller, emulator: Emulator) -> None:
    """On an AWS that shows late what was done. One who does not exist stops nobody, and what was done is told."""
    emulator.fixture({"users": [{"user_name": name} for name in ("alice", "bob", "carol")]})
    emulator.set(lag=1.0)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/{NAME}"
    predicted = keep(controller, "s3:*", users=["alice", "bob"], _ansible_check_mode=True)
    assert predicted["changed"] and predicted["policy"] is None and predicted["results"] == []
    made = keep(controller, "s3:*", users=["alice", "nobody", "bob"], _ansible_diff=True)
    emulator.set(lag=0.0)
    assert made["failed"] and made["changed"] and made["policy"]["arn"] == arn
    assert [item["failed"] for item in made["results"]] == [False, True, False] and "nobody" in made["msg"]
    assert [sorted(diff) for diff in made["diff"]] == [["after", "before"]] * 2
    assert holders(controller, arn) == ["alice", "bob"]
    # The policy says what it should: it is attached, and not looked at.
    emulator.clear_requests()
    more = controller.run_module(MODULE, name=NAME, policy_arn=arn, users=["bob", "carol"])
    assert more["changed"] and holders(controller, arn) == ["alice", "bob", "carol"]
    by_action = emulator.counts()["by_action"]
    assert by_action["iam:AttachUserPolicy"] == 1 and "iam:ListPolicies" not in by_action


def test_who_has_it_may_not_be_read(controller: Controller, emulator: Emulator) -> None:
    """The policy was written, and that is told, although nothing can be attached."""
    emulator.fixture({"users": [{"user_name": "alice"}]})
    emulator.set(denied_actions=["iam:ListEntitiesForPolicy"])
    answer = keep(controller, "s3:*", users=["alice"])
    emulator.set(denied_actions=[])
    arn = f"arn:aws:iam::{ACCOUNT}:policy/{NAME}"
    assert answer["failed"] and answer["changed"] and answer["policy"]["arn"] == arn
    assert "iam:ListEntitiesForPolicy" in answer["msg"] and holders(controller, arn) == []
