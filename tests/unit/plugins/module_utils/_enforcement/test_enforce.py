# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enforcement in one process, on an IAM in memory: what is refused, what is done in which order, what is told."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils import _patterns
from ansible_collections.hardening.aws.plugins.module_utils._enforcement import account, enforce, managed_policy
from ansible_collections.hardening.aws.plugins.module_utils._enforcement.decision import Wanted
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._enforcement.settings import SETTINGS

ARN = "arn:aws-cn:iam::123456789012:policy/deny-unless-mfa"
GROUP: dict[str, t.Any] = {"enforce_policy": "group", "enforce_group": "staff"}
DOCUMENT = json.dumps({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "arn:PARTITION:iam::*:user/x"}]})
WRITES = ("CreatePolicy", "CreatePolicyVersion", "AttachUserPolicy", "AttachGroupPolicy", "AddUserToGroup")


class Iam:
    """A client of IAM: alice and carol have devices, bob has none."""

    def __init__(self, policy: dict[str, t.Any] | None = None, refused: dict[str, str] | None = None) -> None:
        self.policy = policy
        self.refused = refused or {}
        self.writes: list[tuple[str, str]] = []

    def open(self) -> Iam:
        return self

    def client(self, _service: str) -> Iam:
        return self

    def call(self, operation: str, params: dict[str, t.Any], **_how: t.Any) -> dict[str, t.Any]:
        who = str(params.get("UserName") or params.get("GroupName") or params.get("PolicyName") or "")
        code = self.refused.get(f"{operation}:{who}") or self.refused.get(operation)
        if code:
            raise AwsRefused(f"iam:{operation} was refused", code, f"iam:{operation}", "no")
        if operation in WRITES:
            self.writes.append((operation, who))
        return t.cast(dict[str, t.Any], getattr(self, f"_{operation}", lambda _params: {})(params))

    def _CreatePolicy(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        document = json.loads(params["PolicyDocument"])
        self.policy = {"Arn": ARN, "PolicyName": params["PolicyName"], "Description": params["Description"]}
        self.policy.update(DefaultVersionId="v1", document=document)
        return {"Policy": self.policy}

    def _CreatePolicyVersion(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        assert self.policy is not None and params["SetAsDefault"]
        self.policy["document"] = json.loads(params["PolicyDocument"])
        return {}

    def _ListPolicies(self, _params: t.Any) -> dict[str, t.Any]:
        return {"Policies": [self.policy] if self.policy else []}

    def _ListPolicyVersions(self, _params: t.Any) -> dict[str, t.Any]:
        return {"Versions": [{"VersionId": "v1", "IsDefaultVersion": True}]}

    def _GetPolicy(self, _params: t.Any) -> dict[str, t.Any]:
        return {"Policy": self.policy}

    def _GetPolicyVersion(self, _params: t.Any) -> dict[str, t.Any]:
        assert self.policy is not None
        return {"PolicyVersion": {"Document": self.policy["document"]}}

    def _ListEntitiesForPolicy(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        return {"PolicyUsers": [], "PolicyGroups": []}


def existing(**more: t.Any) -> dict[str, t.Any]:
    """A policy of the role's, which says what it should."""
    document = json.loads(DOCUMENT.replace("PARTITION", "aws-cn"))
    base = {"Arn": ARN, "PolicyName": "deny-unless-mfa", "DefaultVersionId": "v1", "document": document}
    return {**base, "Description": managed_policy.DESCRIPTION, **more}


def user(name: str, device: bool, *groups: str) -> dict[str, t.Any]:
    devices = [{"serial_number": f"arn:aws-cn:iam::123456789012:mfa/{name}"}] if device else []
    return {"user_name": name, "mfa_devices": devices, "groups": list(groups), "attached_policies": []}


def enforcer(
    monkeypatch: pytest.MonkeyPatch,
    iam: Iam,
    settings: dict[str, t.Any] | None = None,
    check_mode: bool = False,
    unknown: t.Sequence[dict[str, str]] = (),
) -> enforce.Enforcer:
    given = {**SETTINGS, **(settings or {})}
    people = [user("alice", True, "staff"), user("bob", False), user("carol", True)]
    info = {"users": people, "account": {"partition": "aws-cn", "caller": None}, "unknown": list(unknown)}

    def read(connection: t.Any, _concurrency: int, user_details: bool, enforced: account.Enforced) -> t.Any:
        """As the account is read, but for its lists, which test_gather.py is about."""
        assert user_details
        seen, policy = account._policy(connection, enforced)
        return {**copy.deepcopy(info), "policy": seen}, policy

    monkeypatch.setattr(enforce, "read", read)
    wanted = Wanted(given, ["alice", "bob", "carol"], None, ARN, told={"bob"})
    enforced = account.Enforced("deny-unless-mfa", DOCUMENT, given["enforce_group"] or None)
    return enforce.Enforcer(t.cast(t.Any, iam), wanted, enforced, 4, check_mode)


def run(monkeypatch: pytest.MonkeyPatch, iam: Iam, *args: t.Any, **how: t.Any) -> enforce.Done:
    found = enforcer(monkeypatch, iam, *args, **how)
    found.run()
    return found.done


def test_made_then_attached_to_those_who_have_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    iam = Iam()
    done = run(monkeypatch, iam)
    assert iam.writes[0] == ("CreatePolicy", "deny-unless-mfa")
    assert sorted(iam.writes[1:]) == [("AttachUserPolicy", "alice"), ("AttachUserPolicy", "carol")]
    assert iam.policy is not None and "arn:aws-cn:iam" in json.dumps(iam.policy["document"])
    assert done.changed and done.policy_changed and done.before is None and done.decided is not None
    assert done.decided["withheld"] == ["bob"] and [item.failed for item in done.outcomes] == [False, False]


def test_check_mode_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    iam = Iam()
    done = run(monkeypatch, iam, check_mode=True)
    assert iam.writes == [] and done.policy is None and done.policy_changed and done.attached == []
    assert "arn:aws-cn:iam" in enforce.shown(done.document) and enforce.shown(done.before) == ""
    iam = Iam(existing())
    done = run(monkeypatch, iam, check_mode=True)
    assert iam.writes == [] and not done.policy_changed
    assert [item.identity["name"] for item in done.attached] == ["alice", "carol"]


def test_another_document_takes_effect_before_it_is_attached(monkeypatch: pytest.MonkeyPatch) -> None:
    iam = Iam(existing(document={"Statement": []}))
    done = run(monkeypatch, iam)
    assert [operation for operation, _who in iam.writes][0] == "CreatePolicyVersion" and len(iam.writes) == 3
    assert done.before == {"Statement": []} and done.document is not None and iam.policy is not None
    assert iam.policy["document"] == done.document


def test_the_group_and_its_members(monkeypatch: pytest.MonkeyPatch) -> None:
    group = {**GROUP, "enforce_group_members": "add"}
    iam = Iam(existing())
    done = run(monkeypatch, iam, group)
    assert iam.writes == [("AttachGroupPolicy", "staff"), ("AddUserToGroup", "carol")]
    assert [len(done.attached), len(done.members)] == [1, 1]
    # One who fails stops no other.
    iam = Iam(existing(), {"AttachGroupPolicy": "LimitExceeded"})
    done = run(monkeypatch, iam, group)
    assert iam.writes == [("AddUserToGroup", "carol")] and [item.failed for item in done.outcomes] == [True, False]


@pytest.mark.parametrize(
    ("iam", "settings", "unknown", "text"),
    [
        (Iam(existing(Description="somebody's")), {}, [], "this role did not create"),
        (Iam(refused={"ListPolicies": "AccessDenied"}), {}, [], "iam:ListPolicies was refused"),
        (Iam(existing(), {"ListEntitiesForPolicy": "AccessDenied"}), {}, [], "iam:ListEntitiesForPolicy was refused"),
        (Iam(refused={"GetGroup": "NoSuchEntity"}), GROUP, [], "no group staff"),
        (Iam(), {}, [{"what": "orphaned_devices", "why": "denied"}], "could not be read: denied"),
    ],
)
def test_without_the_facts_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch,
    iam: Iam,
    settings: dict[str, t.Any],
    unknown: list[dict[str, str]],
    text: str,
) -> None:
    found = enforcer(monkeypatch, iam, settings, unknown=unknown)
    with pytest.raises(MfaError, match="The policy was left as it is") as raised:
        found.run()
    assert text in raised.value.message and iam.writes == [] and found.done.decided is None


def test_the_decision_is_told_if_the_policy_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    iam = Iam(refused={"CreatePolicy": "AccessDenied"})
    found = enforcer(monkeypatch, iam)
    with pytest.raises(MfaError, match="iam:CreatePolicy was refused"):
        found.run()
    assert found.done.decided is not None and iam.writes == [] and not found.done.changed


def test_the_policy_that_was_made_is_told_if_nobody_can_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    iam = Iam(refused={"ListEntitiesForPolicy": "AccessDenied"})
    found = enforcer(monkeypatch, iam)
    with pytest.raises(MfaError, match="iam:ListEntitiesForPolicy was refused"):
        found.run()
    assert iam.writes == [("CreatePolicy", "deny-unless-mfa")]
    assert found.done.changed and found.done.policy is not None and found.done.policy.arn == ARN


def test_a_pattern_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_patterns, "PATIENCE_SECONDS", 0.2)
    group = {**GROUP, "exclude_patterns": ["x", "~(a+)+$"]}
    found = enforcer(monkeypatch, Iam(existing()), group)
    real = enforce.read

    def many(*args: t.Any) -> t.Any:
        info, policy = real(*args)
        return {**info, "users": [*info["users"], user("a" * 40 + "-", True)]}, policy

    monkeypatch.setattr(enforce, "read", many)
    with pytest.raises(MfaError, match=r"iam_user_hardening_exclude_patterns: '~\(a\+\)\+\$'"):
        found.run()
