# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attaching a policy on an IAM in memory: what is called, what is judged by AWS's lists, and what is said."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils import _progress
from ansible_collections.hardening.aws.plugins.module_utils._access import attachment_apply
from ansible_collections.hardening.aws.plugins.module_utils._access.attachment_apply import Attacher, PolicyApi
from ansible_collections.hardening.aws.plugins.module_utils._access.bulk import Outcome
from ansible_collections.hardening.aws.plugins.module_utils._aws.pacer import Pacers
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError, ReplyLost

ARN = "arn:aws:iam::123456789012:policy/deny-unless-mfa"


class FakeIam:
    """Users and groups in memory, and who has the policy.

    :param refused: Calls that are denied.
    :param lost: Names whose change takes effect while its reply is lost.
    """

    def __init__(self, refused: t.Iterable[str] = (), lost: t.Iterable[str] = ()) -> None:
        self.there = {"User": {"alice", "bob", "carol", "full"}, "Group": {"staff", "other"}}
        self.holders: dict[str, set[str]] = {"User": {"carol"}, "Group": {"other"}}
        self.refused, self.lost = set(refused), set(lost)
        self.calls: list[str] = []
        self.policy_is_there = True
        self.pacers = Pacers()

    # Stands for the connection and its client, too.

    def client(self, _service: str) -> FakeIam:
        return self

    def open(self) -> FakeIam:
        return self

    def call(self, operation: str, params: dict[str, t.Any], **_how: t.Any) -> dict[str, t.Any]:
        self.calls.append(operation)
        if operation in self.refused:
            raise self._refusal(operation, "AccessDenied", "not authorized")
        if operation == "ListEntitiesForPolicy":
            return {
                f"Policy{kind}s": [{f"{kind}Name": name} for name in sorted(names)]
                for kind, names in self.holders.items()
            }
        if operation in ("ListUsers", "ListGroups"):
            kind = operation.removeprefix("List").removesuffix("s")
            return {f"{kind}s": [{f"{kind}Name": name} for name in sorted(self.there[kind])]}
        return self._of_one(operation, params)

    def _of_one(self, operation: str, params: dict[str, t.Any]) -> dict[str, t.Any]:
        kind = "Group" if "Group" in operation else "User"
        name = params[f"{kind}Name"]
        if name not in self.there[kind]:
            raise self._refusal(operation, "NoSuchEntity", f"The {kind.lower()} with name {name} cannot be found.")
        if not self.policy_is_there:
            raise self._refusal(operation, "NoSuchEntity", f"Policy {ARN} does not exist")
        if operation.startswith("Attach"):
            if name == "full":
                raise self._refusal(operation, "LimitExceeded", "Cannot exceed quota for PoliciesPerUser: 10")
            self.holders[kind].add(name)
        elif operation.startswith("Detach"):
            if name not in self.holders[kind]:
                raise self._refusal(operation, "NoSuchEntity", f"Policy {ARN} was not found.")
            self.holders[kind].remove(name)
        if name in self.lost:
            raise ReplyLost(f"No answer to {operation}", operation=f"iam:{operation}")
        return {}

    @staticmethod
    def _refusal(operation: str, code: str, aws_message: str) -> AwsRefused:
        return AwsRefused(f"{operation} was refused: {aws_message}", code, f"iam:{operation}", aws_message)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachment_apply, "_SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(attachment_apply.time, "sleep", lambda _seconds: None)


def attacher(iam: FakeIam, check_mode: bool = False, **options: t.Any) -> Attacher:
    params = {"users": None, "groups": None, "state": "present", "purge": False, "concurrency": 1, **options}
    return Attacher(PolicyApi(t.cast("t.Any", iam), ARN), params, check_mode)


def run(iam: FakeIam, check_mode: bool = False, **options: t.Any) -> dict[str, Outcome]:
    return {
        outcome.identity["name"]: outcome for outcome in attacher(iam, check_mode=check_mode, **options).run()
    }  # fmt: skip


def test_attaches_to_those_who_lack_it() -> None:
    iam = FakeIam()
    found = run(iam, users=["alice", "CAROL"], groups=["staff", "other"])
    assert {name: outcome.actions for name, outcome in found.items()} == {
        "alice": ["attach"],
        "CAROL": [],
        "staff": ["attach"],
        "other": [],
    }
    assert iam.calls == ["ListEntitiesForPolicy", "AttachUserPolicy", "AttachGroupPolicy"]
    iam.calls.clear()
    assert not any(outcome.changed for outcome in run(iam, users=["alice", "carol"], groups=["staff"]).values())
    assert iam.calls == ["ListEntitiesForPolicy"]


def test_purges_others() -> None:
    iam = FakeIam()
    found = run(iam, users=["alice"], purge=True)
    assert [(name, outcome.actions) for name, outcome in found.items()] == [
        ("alice", ["attach"]),
        ("carol", ["detach"]),
    ]
    assert iam.holders == {"User": {"alice"}, "Group": {"other"}}


def test_check_mode() -> None:
    iam = FakeIam()
    found = run(iam, check_mode=True, users=["alice", "nobody"], groups=["stuff"])
    assert found["alice"].actions == ["attach"] and found["alice"].after == ["user alice: attached"]
    assert "There is no IAM user nobody" in found["nobody"].msg and "There is no IAM group stuff" in found["stuff"].msg
    assert not [call for call in iam.calls if not call.startswith(("Get", "List"))]


def test_what_is_refused_is_named_and_the_others_are_done() -> None:
    iam = FakeIam(refused=["AttachGroupPolicy"])
    found = run(iam, users=["full", "nobody", "alice"], groups=["staff"])
    assert "as many managed policies as the account's quota allows" in found["full"].msg
    assert "There is no IAM user nobody" in found["nobody"].msg and "AttachGroupPolicy" in found["staff"].msg
    assert found["alice"].changed and not found["alice"].failed
    assert iam.holders == {"User": {"alice", "carol"}, "Group": {"other"}}


@pytest.mark.parametrize(("state", "name"), [("present", "alice"), ("absent", "carol")])
def test_a_lost_reply_is_judged_by_what_aws_lists(state: str, name: str) -> None:
    iam = FakeIam(lost=[name])
    found = run(iam, users=[name], state=state)
    assert found[name].changed and not found[name].failed
    assert iam.calls.count("ListEntitiesForPolicy") == 2


def test_what_cannot_be_judged_is_said() -> None:
    iam = FakeIam(lost=["alice"])
    plan = attacher(iam, users=["alice"])
    real = iam.call

    def call(operation: str, params: dict[str, t.Any], **how: t.Any) -> dict[str, t.Any]:
        answer = real(operation, params, **how)
        if iam.calls.count("ListEntitiesForPolicy") > 1:
            raise MfaError("No answer")
        return answer

    iam.call = call  # type: ignore[method-assign]
    (outcome,) = plan.run()
    assert outcome.failed and "It is not known whether the policy was attached" in outcome.msg


def test_a_policy_that_is_not_there() -> None:
    iam = FakeIam()
    iam.policy_is_there = False
    assert f"There is no managed policy {ARN}" in run(iam, users=["alice"])["alice"].msg


def test_somebody_else_took_it_off() -> None:
    iam = FakeIam()
    plan = attacher(iam, users=["carol"], state="absent")
    real = iam.call

    def call(operation: str, params: dict[str, t.Any], **how: t.Any) -> dict[str, t.Any]:
        if operation == "DetachUserPolicy":
            iam.holders["User"].clear()
        return real(operation, params, **how)

    iam.call = call  # type: ignore[method-assign]
    (outcome,) = plan.run()
    assert not outcome.failed and not outcome.changed and plan.attached == {}


def test_each_is_counted_once(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    """Done, in doubt, failed, or nothing to do."""
    monkeypatch.setenv(_progress.FILE_VARIABLE, str(tmp_path / "progress"))
    run(FakeIam(lost=["bob"]), users=["alice", "bob", "carol", "full", "nobody"], concurrency=4)
    last = json.loads((tmp_path / "progress").read_text(encoding="ascii").splitlines()[-1])
    assert {name: last[name] for name in ("verb", "total", "done", "changed", "failed")} == {
        "verb": "attached",
        "total": 5,
        "done": 5,
        "changed": 2,
        "failed": 2,
    }
