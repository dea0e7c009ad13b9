# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""iam_user_access: what users sign in with is gone, as boto3 sees it; and what an AWS in trouble makes of it.

At no call of any run has a user a password and not the MFA that was there.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import datetime
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import ACCESS, ACCOUNT, Controller, Task, arn, emulator_task, four_steps, may_fail, task

POLICY = "hardening-aws-revoked-sessions"
LEAVES: dict[str, t.Any] = {
    "sessions": "revoked",
    "console_password": "absent",
    "access_keys": "inactive",
    "other_credentials": "absent",
    "mfa_devices": "absent",
}
# All that a user can have, so that a run makes each of its calls.
WRITES = (
    "PutUserPolicy",
    "DeleteLoginProfile",
    "UpdateAccessKey",
    "DeleteSSHPublicKey",
    "DeleteSigningCertificate",
    "DeleteServiceSpecificCredential",
    "DeactivateMFADevice",
    "DeleteVirtualMFADevice",
)
READS = (
    "GetUserPolicy",
    "GetLoginProfile",
    "ListAccessKeys",
    "ListSSHPublicKeys",
    "ListSigningCertificates",
    "ListServiceSpecificCredentials",
    "ListMFADevices",
)


def full(name: str, **more: t.Any) -> dict[str, t.Any]:
    """A user of a fixture who has one of everything."""
    return {
        "user_name": name,
        "console_password": True,
        "access_keys": [{}, {"active": False}],
        "mfa_devices": [{"device_name": name}],
        "ssh_public_keys": [{}],
        "signing_certificates": [{}],
        "service_specific_credentials": [{"service_name": "codecommit.amazonaws.com"}],
        **more,
    }


def leaving(*names: str, **asked_for: t.Any) -> list[dict[str, t.Any]]:
    return [{"user_name": name, **(asked_for or LEAVES)} for name in names]


def access(users: t.Any, **options: t.Any) -> Task:
    return task(ACCESS, users=users, **options)


class Iam:
    """What boto3 sees of users."""

    def __init__(self, controller: Controller) -> None:
        self.client = controller.boto3("iam")

    def has_password(self, name: str) -> bool:
        with contextlib.suppress(self.client.exceptions.NoSuchEntityException):
            return bool(self.client.get_login_profile(UserName=name))
        return False

    def keys(self, name: str) -> dict[str, str]:
        found = self.client.list_access_keys(UserName=name)["AccessKeyMetadata"]
        return {item["AccessKeyId"]: item["Status"] for item in found}

    def others(self, name: str) -> int:
        """How many credentials of other kinds there are."""
        return sum(
            len(found)
            for found in (
                self.client.list_ssh_public_keys(UserName=name)["SSHPublicKeys"],
                self.client.list_signing_certificates(UserName=name)["Certificates"],
                self.client.list_service_specific_credentials(UserName=name)["ServiceSpecificCredentials"],
            )
        )

    def devices(self, name: str) -> list[str]:
        return [item["SerialNumber"] for item in self.client.list_mfa_devices(UserName=name)["MFADevices"]]

    def sessions_end(self, name: str) -> datetime.datetime | None:
        """Before which moment a session must have begun to be denied everything."""
        try:
            found = self.client.get_user_policy(UserName=name, PolicyName=POLICY)
        except self.client.exceptions.NoSuchEntityException:
            return None
        (statement,) = found["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", "*", "*")
        (condition,) = statement["Condition"].items()
        assert condition[0] == "DateLessThan" and list(condition[1]) == ["aws:TokenIssueTime"]
        return datetime.datetime.fromisoformat(condition[1]["aws:TokenIssueTime"])

    def assert_gone(self, *names: str) -> None:
        """Nothing is left of what these users signed in with."""
        for name in names:
            assert not self.has_password(name) and not self.devices(name) and self.others(name) == 0
            assert set(self.keys(name).values()) <= {"Inactive"} and self.sessions_end(name)

    def delete(self, name: str) -> None:
        """Delete a user and all that it has, as another administrator."""
        iam = self.client
        for key in self.keys(name):
            iam.delete_access_key(UserName=name, AccessKeyId=key)
        for serial in self.devices(name):
            iam.deactivate_mfa_device(UserName=name, SerialNumber=serial)
        for item in iam.list_ssh_public_keys(UserName=name)["SSHPublicKeys"]:
            iam.delete_ssh_public_key(UserName=name, SSHPublicKeyId=item["SSHPublicKeyId"])
        for item in iam.list_signing_certificates(UserName=name)["Certificates"]:
            iam.delete_signing_certificate(UserName=name, CertificateId=item["CertificateId"])
        for item in iam.list_service_specific_credentials(UserName=name)["ServiceSpecificCredentials"]:
            iam.delete_service_specific_credential(
                UserName=name, ServiceSpecificCredentialId=item["ServiceSpecificCredentialId"]
            )
        for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
            iam.delete_user_policy(UserName=name, PolicyName=policy)
        if self.has_password(name):
            iam.delete_login_profile(UserName=name)
        iam.delete_user(UserName=name)


@pytest.fixture(name="iam")
def _iam(controller: Controller) -> Iam:
    return Iam(controller)


def test_everything_is_taken_away(controller: Controller, emulator: Emulator, iam: Iam) -> None:
    services = [{"service_name": name} for name in ("codecommit.amazonaws.com", "cassandra.amazonaws.com")]
    services.append({"service_name": "bedrock.amazonaws.com"})
    devices: list[dict[str, t.Any]] = [
        {"device_name": "carol-phone", "path": "/staff/"},
        {"kind": "fido", "device_name": "key"},
        {"kind": "hardware", "serial_number": "GAHT12345678"},
    ]
    emulator.fixture(
        {
            "users": [
                full("bob"),
                full("carol", path="/people/", service_specific_credentials=services, mfa_devices=devices),
                {"user_name": "dave"},
                full("alice"),
            ]
        }
    )
    check, first, check_again, second = controller.run(*four_steps(access(leaving("bob", "carol", "dave")))).results
    assert check.changed and check.writes == []
    assert first.changed and first["summary"] == {"total": 3, "changed": 3, "unchanged": 0, "failed": 0}
    bob, carol, dave = first["results"]
    assert bob["actions"] == [
        "revoke_sessions",
        "delete_password",
        "deactivate_key",
        "delete_ssh_key",
        "delete_certificate",
        "delete_service_credential",
        "disable_mfa",
        "delete_mfa",
    ]
    assert carol["actions"].count("delete_service_credential") == 3 and carol["actions"].count("disable_mfa") == 3
    assert dave["actions"] == ["revoke_sessions"]
    assert [item["actions"] for item in check["results"]] == [item["actions"] for item in first["results"]]
    assert "bob: console password" in first["diff"]["before"] and "inactive" in first["diff"]["after"]
    iam.assert_gone("bob", "carol", "dave")
    assert sorted(iam.keys("bob").values()) == ["Inactive", "Inactive"]
    assert controller.virtual() == {arn("alice"): "alice"}
    assert iam.has_password("alice") and iam.others("alice") == 3 and not iam.sessions_end("alice")
    assert not check_again.changed and not second.changed and second.writes == []


def test_only_what_is_asked_for(controller: Controller, emulator: Emulator, iam: Iam) -> None:
    names = ["keys", "one-key", "password", "sessions", "others"]
    emulator.fixture({"users": [full(name) for name in names]})
    key_id = next(key for key, status in iam.keys("one-key").items() if status == "Active")
    users = [
        {"user_name": "keys", "access_keys": "absent"},
        {"user_name": "one-key", "access_keys": "absent", "access_key_ids": [key_id]},
        {"user_name": "password", "console_password": "absent"},
        {"user_name": "sessions", "sessions": "revoked"},
        {"user_name": "others", "other_credentials": "absent"},
    ]
    play = controller.play(access(users), emulator_task(set={"clock_offset": 60}), access(users))
    first, second = play.of("iam_user_access")
    assert [len(item["actions"]) for item in first["results"]] == [2, 1, 1, 1, 3]
    assert [len(iam.keys(name)) for name in names] == [0, 1, 2, 2, 2]
    assert [iam.has_password(name) for name in names] == [True, True, False, True, True]
    assert [iam.others(name) for name in names] == [3, 3, 3, 3, 0]
    assert [bool(iam.sessions_end(name)) for name in names] == [False, False, False, True, False]
    assert all(iam.devices(name) == [arn(name)] for name in names)
    # Sessions may have begun since, as this user has a password still; all else is as it should be.
    assert [item["actions"] for item in second["results"]] == [[], [], [], ["revoke_sessions"], []]


def test_sessions_are_dated_on_the_clock_of_aws(controller: Controller, emulator: Emulator, iam: Iam) -> None:
    emulator.set(clock_offset=36_000)
    emulator.fixture({"users": [full("bob"), full("carol")]})
    users = [*leaving("bob"), {"user_name": "carol", "sessions": "revoked"}]
    controller.run(access(users))
    emulator.set(clock_offset=0)
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=36_000)
    bob, carol = iam.sessions_end("bob"), iam.sessions_end("carol")
    assert bob is not None and carol is not None
    # Nobody can get in with what bob had, so the date may lie ahead; carol may sign in again.
    assert datetime.timedelta(minutes=10) < bob - now < datetime.timedelta(minutes=21)
    assert abs(carol - now) < datetime.timedelta(minutes=1)


def test_a_policy_under_the_modules_own_name_is_replaced(controller: Controller, emulator: Emulator, iam: Iam) -> None:
    emulator.fixture({"users": [full("bob")]})
    mine = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    iam.client.put_user_policy(UserName="bob", PolicyName=POLICY, PolicyDocument=mine)
    iam.client.put_user_policy(UserName="bob", PolicyName="another", PolicyDocument=mine)
    controller.run(access(leaving("bob")))
    iam.assert_gone("bob")
    assert iam.client.list_user_policies(UserName="bob")["PolicyNames"] == ["another", POLICY]


def test_names(controller: Controller, emulator: Emulator, iam: Iam) -> None:
    emulator.fixture({"users": [full("bob"), full("carol")]})
    mistyped = leaving("bobb", "Carol", "bob")
    failed, ignoring = controller.run(*may_fail(access(mistyped), access(mistyped, ignore_missing_users=True))).results
    assert failed.failed and failed.changed
    assert [item["failed"] for item in failed["results"]] == [True, True, False]
    assert "There is no IAM user bobb in this account: correct the name" in failed.msg
    assert "There is no IAM user Carol in this account, but there is carol" in failed.msg
    iam.assert_gone("bob")
    assert iam.has_password("carol") and not iam.sessions_end("carol")
    assert [item["failed"] for item in ignoring["results"]] == [False, True, False]
    # Many are looked up in one list.
    emulator.fixture({"generate": {"count": 30}})
    many = leaving(*(f"user-{number:04}" for number in range(1, 31)), "USER-0007x", "Carol", sessions="revoked")
    (play,) = controller.run(*may_fail(access(many))).results
    assert [item["user_name"] for item in play["results"] if item["failed"]] == ["USER-0007x", "Carol"]
    assert "iam:GetUser" not in play.calls and play.calls.count("iam:ListUsers") == 1


def test_the_caller_is_refused(controller: Controller, emulator: Emulator, iam: Iam) -> None:
    made = emulator.fixture({"users": [full("bob", path="/people/"), full("carol")]})["access_keys"]["bob"][0]
    own = {"access_key": made["access_key_id"], "secret_key": made["secret_access_key"]}
    (refused,) = controller.run(*may_fail(access(leaving("carol", "BOB"), **own))).results
    assert "users[1] (BOB): is the caller, whose credentials this run uses" in refused.msg
    assert "Leave the user out, or run with the credentials of a role" in refused.msg
    writes = [request["action"] for request in emulator.requests() if request["action"] in WRITES]
    assert writes == [] and iam.has_password("carol") and iam.keys("bob")[made["access_key_id"]] == "Active"


def test_bad_input(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [full("bob")]})
    tasks = [
        access([{"user_name": "bob"}]),
        access(leaving("bob", "Bob")),
        access(leaving("bob"), concurrency=0),
        access([{**leaving("bob")[0], "only_without_mfa": True}]),
        access([{"user_name": "bob", "console_password": "present"}]),
        access([{"user_name": "bob", "passwords": "absent"}]),
        access(["bob"]),
    ]
    for result in controller.run(*may_fail(*tasks)).results:
        assert result.failed and result.calls == [] and "results" not in result.data, result


def test_only_without_mfa_and_only_unused(controller: Controller, emulator: Emulator, iam: Iam) -> None:
    """What the credential report said may be hours old: the module asks just before."""
    old, now = "2024-01-01T00:00:00Z", datetime.datetime.now(datetime.timezone.utc).isoformat()
    unused, used = {"created": old, "last_used": old}, {"created": old, "last_used": now}
    emulator.fixture(
        {
            "users": [
                full("has-mfa", access_keys=[unused]),
                full("no-mfa", access_keys=[unused], mfa_devices=[]),
                full("busy", access_keys=[unused, used]),
                full("never", access_keys=[{"created": old}]),
                full("new", access_keys=[{"created": now}]),
            ]
        }
    )
    users = leaving("has-mfa", "no-mfa", console_password="absent", access_keys="inactive", only_without_mfa=True)
    users += leaving("busy", "never", "new", access_keys="inactive", only_unused_days=90)
    (run,) = controller.run(access(users)).results
    assert [iam.has_password(name) for name in ("has-mfa", "no-mfa", "busy")] == [True, False, True]
    assert [sorted(iam.keys(item["user_name"]).values()) for item in users] == [
        ["Active"],
        ["Inactive"],
        ["Active", "Inactive"],
        ["Inactive"],
        ["Active"],
    ]
    kept = {item["user_name"]: [kept["what"] for kept in item["kept"]] for item in run["results"]}
    assert kept == {
        "has-mfa": ["console_password", "access_key"],
        "no-mfa": [],
        "busy": ["access_key"],
        "never": [],
        "new": ["access_key"],
    }
    assert f"the user has an MFA device now: {arn('has-mfa')}" in run["results"][0]["kept"][0]["reason"]


@pytest.mark.parametrize("action", [*READS, *WRITES])
def test_access_denied(controller: Controller, emulator: Emulator, iam: Iam, action: str) -> None:
    """One permission lacks: it is named, MFA is not taken off before its time, and all else is done for all users."""
    emulator.fixture({"users": [full("bob"), full("carol")]})
    emulator.set(denied_actions=[f"iam:{action}"])
    answer = controller.run_module(ACCESS, users=leaving("bob", "carol"))
    emulator.set(denied_actions=[])
    assert answer["failed"] and answer["changed"] and answer["summary"]["failed"] == 2
    for result in answer["results"]:
        name = result["user_name"]
        assert (
            f"iam:{action}" in result["msg"] and f"user/{name}" in result["msg"] or action.endswith("VirtualMFADevice")
        )
        assert result["error"] == {"code": "AccessDenied", "operation": f"iam:{action}"}
        assert bool(iam.sessions_end(name)) is (action != "PutUserPolicy")
        assert iam.has_password(name) is (action == "DeleteLoginProfile")
        assert ("Active" in iam.keys(name).values()) is (action in ("UpdateAccessKey", "ListAccessKeys"))
        assert iam.others(name) == (1 if any(word in action for word in ("SSH", "Certificate", "Service")) else 0)
        if iam.has_password(name) or "Active" in iam.keys(name).values():
            assert iam.devices(name) == [arn(name)] and "stay on" in result["msg"]
        else:
            assert bool(iam.devices(name)) is (action in ("ListMFADevices", "DeactivateMFADevice"))
    again = controller.run_module(ACCESS, users=leaving("bob", "carol"))
    assert "failed" not in again and again["summary"]["failed"] == 0
    iam.assert_gone("bob", "carol")


@pytest.mark.parametrize("action", ["DeleteAccessKey", "GetAccessKeyLastUsed"])
def test_access_denied_on_keys(controller: Controller, emulator: Emulator, iam: Iam, action: str) -> None:
    """These calls are made only if keys are to be deleted, or to be kept while they are used."""
    emulator.fixture({"users": [full("bob"), full("carol")]})
    wanted = {"user_name": "bob", "access_keys": "absent", "console_password": "absent"}
    if action == "GetAccessKeyLastUsed":
        wanted["only_unused_days"] = 90
    users = [wanted, *leaving("carol")]
    emulator.set(denied_actions=[f"iam:{action}"])
    answer = controller.run_module(ACCESS, users=users)
    emulator.set(denied_actions=[])
    assert [entry["failed"] for entry in answer["results"]] == [True, False]
    assert f"users[0] (bob): The caller lacks the IAM permission iam:{action}. Grant it on" in answer["msg"]
    assert len(iam.keys("bob")) == 2 and not iam.has_password("bob") and iam.devices("bob") == [arn("bob")]
    iam.assert_gone("carol")
    assert controller.run_module(ACCESS, users=users)["summary"]["failed"] == 0


@pytest.mark.parametrize("action", ["ListUsers", "GetUser"])
def test_names_that_cannot_be_looked_up(controller: Controller, emulator: Emulator, iam: Iam, action: str) -> None:
    """What can be taken away is, and it is said that nobody knows whether the names are right."""
    emulator.fixture({"generate": {"count": 11, "access_key": True}})
    names = [f"user-{number:04}" for number in range(1, 12 if action == "ListUsers" else 4)]
    emulator.set(denied_actions=[f"iam:{action}"])
    answer = controller.run_module(ACCESS, users=leaving(*names))
    assert answer["summary"]["failed"] == len(names) and f"lacks the IAM permission iam:{action}." in answer["msg"]
    iam.assert_gone(*names)


def kill_at(controller: Controller, call: int, when: str, users: t.Any) -> bool:
    """Run the module and kill it at a call. False if it ended before."""
    emulator = controller.emulator
    emulator.set(halt={"at": call, "when": when})
    process = controller.spawn(ACCESS, users=users, concurrency=1)
    while not (held := emulator.halted()["halted"]) and not process.ended(0.03):
        pass
    process.kill()
    emulator.release()
    return bool(held)


def assert_mfa_went_last(emulator: Emulator, names: t.Collection[str]) -> None:
    """At no call so far, of any run, was an MFA device taken off a user whose password was not gone."""
    without_password: set[str] = set()
    for request in emulator.requests():
        name = request["params"].get("UserName")
        if request["action"] == "DeleteLoginProfile" and request["code"] in (None, "NoSuchEntity"):
            without_password.add(name)
        elif request["action"] == "DeactivateMFADevice" and request["code"] is None:
            assert name in without_password
    assert without_password == set(names)


def test_killed_at_each_call(controller: Controller, emulator: Emulator, iam: Iam) -> None:
    names: list[str] = []
    call, killed = 0, True
    while killed and call < 60:
        call += 1
        name = f"user-{call}"
        names.append(name)
        emulator.fixture({"users": [full(name)]})
        killed = kill_at(controller, call, "after", leaving(name))
        assert not iam.has_password(name) or iam.devices(name) == [arn(name)]
        assert "Active" not in iam.keys(name).values() or iam.devices(name) == [arn(name)]
        # Sessions are ended before anything else goes.
        assert iam.sessions_end(name) or iam.has_password(name)
    assert not killed and call > len(READS + WRITES)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda name: controller.run_module(ACCESS, users=leaving(name)), names))
    assert [answer.get("msg") for answer in answers] == [None] * len(names)
    iam.assert_gone(*names)
    # A device that was taken off and not deleted is nobody's.
    assert set(controller.virtual().values()) <= {None} and len(controller.virtual()) <= 1
    (at_last,) = controller.run(access(leaving(*names))).results
    assert not at_last.changed and at_last.writes == []
    assert_mfa_went_last(emulator, names)


def test_deleted_in_mid_run(controller: Controller, emulator: Emulator, iam: Iam) -> None:
    """Somebody else deletes a user just before a call of the run's: named, and the other is done."""
    calls = len(READS + WRITES) + 2
    for call in range(3, calls, 3):
        bob, carol = f"bob-{call}", f"carol-{call}"
        emulator.fixture({"users": [full(bob), full(carol)]})
        emulator.set(halt={"at": call, "when": "before"})
        process = controller.spawn(ACCESS, users=leaving(bob, carol), concurrency=1)
        assert emulator.wait_halted()
        iam.delete(bob)
        emulator.release()
        answer = process.answer()
        assert [item["failed"] for item in answer["results"]] == [True, False], answer["results"]
        assert answer["results"][0]["msg"].startswith(f"There is no IAM user {bob} any more: it was deleted while")
        iam.assert_gone(carol)
        users = leaving(bob, carol)
        assert not controller.run_module(ACCESS, users=users, ignore_missing_users=True)["changed"]


@pytest.mark.parametrize(
    "settings",
    [
        {"lost_reply_probability": 0.2, "fault_probability": 0.1},
        {"lag": 2.0},
        {"rate": 60, "burst": 20},
        {"lost_reply_probability": 0.03, "fault_probability": 0.05, "lag": 1.0, "rate": 150},
    ],
    ids=["lost replies and faults", "lag", "throttled", "all of it"],
)
def test_an_aws_in_trouble(controller: Controller, emulator: Emulator, iam: Iam, settings: dict[str, t.Any]) -> None:
    names = [f"user-{number}" for number in range(16)]
    emulator.fixture({"users": [full(name) for name in names]})
    emulator.set(random_seed=7, **settings)
    answer = controller.run_module(ACCESS, users=leaving(*names))
    emulator.set(fault_probability=0, lost_reply_probability=0, lag=0, rate=None, burst=None)
    assert answer["summary"] == {"total": 16, "changed": 16, "unchanged": 0, "failed": 0}, answer.get("msg")
    assert [item["user_name"] for item in answer["results"]] == names
    iam.assert_gone(*names)
    assert controller.virtual() == {}
    assert not controller.run_module(ACCESS, users=leaving(*names))["changed"]


def test_thousands_of_arguments_are_not_returned(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "bob"}]})
    answer = controller.run_module(ACCESS, users=leaving("bob", sessions="revoked"))
    given = answer["invocation"]["module_args"]["users"]
    assert given == [{"user_name": "bob", "sessions": "revoked", "only_without_mfa": False}]
    assert ACCOUNT not in str(given)
