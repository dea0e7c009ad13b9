# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old passwords and unused keys: decided on a credential report that is hours old, and looked at once more."""

from __future__ import annotations

import datetime
import typing as t

from aws_emulator.client import Emulator
from controller import Controller
from role_runner import Role, users

EVERYBODY: dict[str, t.Any] = {"select": {"paths": ["/"]}, "enrol": False}
TIDY = {**EVERYBODY, "delete_passwords_after_days": 30, "deactivate_keys_unused_days": 90}


def ago(days: float) -> str:
    moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    return moment.isoformat(timespec="seconds")


OLD = {"create_date": ago(400), "password_last_changed": ago(40)}
UNUSED = {"created": ago(300), "last_used": ago(120)}


def statuses(iam: t.Any, name: str) -> list[str]:
    return sorted(key["Status"] for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"])


def test_a_key_that_was_used_this_morning(role: Role, emulator: Emulator, controller: Controller) -> None:
    fixture = {"users": users("busy", "idle", "leaked", console_password=False, access_keys=[UNUSED])}
    made = emulator.fixture(fixture)["access_keys"]
    assert {item["user_name"] for item in role("--check", **TIDY).result["keys_deactivated"]} == {
        "busy",
        "idle",
        "leaked",
    }
    # The report that was made by now says the same for four hours.
    key = made["busy"][0]
    client = emulator.boto3(
        "iam", aws_access_key_id=key["access_key_id"], aws_secret_access_key=key["secret_access_key"]
    )
    client.get_user()
    iam = controller.boto3("iam")
    iam.update_access_key(UserName="leaked", AccessKeyId=made["leaked"][0]["access_key_id"], Status="Inactive")
    run = role(**TIDY)
    assert [statuses(iam, name) for name in ("busy", "idle", "leaked")] == [["Active"], ["Inactive"], ["Inactive"]]
    assert run.result["keys_deactivated"] == [{"user_name": "idle", "access_key_id": made["idle"][0]["access_key_id"]}]
    warnings = run.result["warnings"]
    assert any(
        f"left alone: access key {key['access_key_id']} of busy, which was last used at 20" in w for w in warnings
    )
    assert "gone already: unused access key of leaked, which the credential report still shows" in warnings
    # The users are many or few: one task for the passwords, and one for the keys.
    assert len([item for item in run.play.results if "Deactivate access keys that nobody uses" in item.name]) == 1


def test_one_user_who_fails(role: Role, emulator: Emulator, controller: Controller) -> None:
    emulator.fixture({"users": users("alice", "bob", **OLD, access_keys=[UNUSED])})
    emulator.set(denied_actions=["iam:DeleteLoginProfile"])
    run = role(ok=False, **TIDY)
    iam = controller.boto3("iam")
    assert [statuses(iam, name) for name in ("alice", "bob")] == [["Inactive"]] * 2
    assert sorted(item["user_name"] for item in run.result["failed"]) == ["alice", "bob"]
    assert all("iam:DeleteLoginProfile" in item["msg"] for item in run.result["failed"])
    assert run.result["passwords_deleted"] == [] and len(run.result["keys_deactivated"]) == 2
    emulator.set(denied_actions=[])
    assert sorted(role(**TIDY).result["passwords_deleted"]) == ["alice", "bob"]


def test_what_cannot_be_read(role: Role, emulator: Emulator, controller: Controller) -> None:
    """A password is taken away all the same; a key that nobody can look at stays; both are told."""
    emulator.fixture({"users": users("alice", **OLD, access_keys=[UNUSED])})
    role("--check", **TIDY)
    emulator.set(denied_actions=["iam:GetLoginProfile", "iam:ListAccessKeys"])
    run = role(ok=False, **TIDY)
    emulator.set(denied_actions=[])
    said = "".join(item["msg"] for item in run.result["failed"])
    assert {item["user_name"] for item in run.result["failed"]} == {"alice"}
    assert "iam:GetLoginProfile" in said and "iam:ListAccessKeys" in said
    assert run.result["passwords_deleted"] == ["alice"] and run.result["keys_deactivated"] == []
    assert statuses(controller.boto3("iam"), "alice") == ["Active"]


def test_the_callers_own_key(role: Role, emulator: Emulator, controller: Controller) -> None:
    key = emulator.fixture({"users": users("alice", "ci", console_password=False, access_keys=[UNUSED])})
    own = key["access_keys"]["ci"][0]
    # As the credential report was made before this run began, the key in use is unused in it.
    role("--check", **TIDY)
    run = caller_run(role, controller, own)
    assert "this run has the credentials of the selected user ci" in run.output
    assert "Put ci into iam_user_hardening_exclude" in run.output and run.writes == {}
    assert statuses(controller.boto3("iam"), "alice") == statuses(controller.boto3("iam"), "ci") == ["Active"]


def caller_run(role: Role, controller: Controller, own: dict[str, str]) -> t.Any:
    """Run the role with the credentials of a user."""

    class Caller(Controller):
        @property
        def access(self) -> dict[str, t.Any]:
            return {**super().access, "access_key": own["access_key_id"], "secret_key": own["secret_access_key"]}

    caller = Caller(role.emulator, controller.home.parent / "other-home")
    return Role(caller, role.emulator)(ok=False, **TIDY)
