# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of the policy, its groups and the group that it is for."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._enforcement import managed_policy, policy_look
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused

ARN = "arn:aws-cn:iam::123456789012:policy/security/p"


def document(partition: str) -> dict[str, t.Any]:
    resource = f"arn:{partition}:iam::*:user/x"
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": resource}]}


class Iam:
    """A client with one policy, which the group staff has; calls that are denied are refused."""

    def __init__(self, exists: bool = True, denied: str = "", description: str = managed_policy.DESCRIPTION) -> None:
        self._denied = denied
        policy = {"Arn": ARN, "PolicyName": "p", "DefaultVersionId": "v1", "Description": description}
        self._answers: dict[str, dict[str, t.Any]] = {
            "ListPolicies": {"Policies": [policy] if exists else []},
            "GetPolicy": {"Policy": policy},
            "GetPolicyVersion": {"PolicyVersion": {"Document": document("aws-cn")}},
            "ListEntitiesForPolicy": {"PolicyGroups": [{"GroupName": "staff"}]},
            "GetGroup": {},
        }
        self.calls: list[str] = []

    def open(self) -> Iam:
        return self

    def client(self, _service: str) -> Iam:
        return self

    def call(self, operation: str, _params: t.Any, **_how: t.Any) -> dict[str, t.Any]:
        self.calls.append(operation)
        if operation == self._denied:
            raise AwsRefused(f"iam:{operation} is missing", "AccessDenied", f"iam:{operation}", "denied")
        return self._answers[operation]


def look(iam: Iam, partition: str = policy_look.PARTITION, group: str | None = None) -> dict[str, t.Any]:
    found, policy = policy_look.look(t.cast(t.Any, iam), "P", json.dumps(document(partition)), group)
    assert (policy.arn if policy else None) == found["arn"]
    return found


def test_a_policy_that_is_as_it_should_be() -> None:
    iam = Iam()
    found = look(iam, group="staff")
    assert found == {
        "arn": ARN,
        "is_ours": True,
        "differs": False,
        "groups": ["staff"],
        "groups_unknown": "",
        "group_exists": True,
    }
    assert len(iam.calls) == 5  # however many users and members there are


def test_others() -> None:
    assert look(Iam(), "aws")["differs"] and look(Iam())["group_exists"] is None
    assert not look(Iam(description="ours"))["is_ours"]
    nothing = look(Iam(exists=False))
    assert nothing["arn"] is None and nothing["is_ours"] and nothing["differs"] and nothing["groups"] == []


def test_what_may_not_be_read() -> None:
    found = look(Iam(denied="ListEntitiesForPolicy"))
    assert found["groups"] is None and found["groups_unknown"] == "iam:ListEntitiesForPolicy is missing"
    for denied in ("ListPolicies", "GetPolicyVersion", "GetGroup"):
        with pytest.raises(AwsRefused):
            look(Iam(denied=denied), group="staff")
