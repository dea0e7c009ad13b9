# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook offboard fails closed: whatever goes wrong, what can be taken away is, and what could not is told."""

from __future__ import annotations

import contextlib
import datetime
import json
import re
import subprocess
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import VENV, Controller, arn, kill_tree

POLICY = "hardening-aws-revoked-sessions"


class Offboarding:
    """Runs the playbook, and looks at users with boto3."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.iam = controller.boto3("iam")

    def start(self, users: t.Any, *arguments: str, **variables: t.Any) -> subprocess.Popen[str]:
        inputs = json.dumps({"offboard_users": users, **variables})
        environment = {**self.controller.environment(RECORDED_RESULTS="/dev/null"), **self.controller.emulator.env()}
        environment.update(ANSIBLE_DEPRECATION_WARNINGS="0", ANSIBLE_LOCALHOST_WARNING="0")
        return subprocess.Popen(
            [str(VENV / "bin/ansible-playbook"), "hardening.aws.offboard", "-e", inputs, *arguments],
            env=environment,
            cwd=self.controller.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def __call__(self, users: t.Any, *arguments: str, ok: bool = True, **variables: t.Any) -> str:
        process = self.start(users, *arguments, **variables)
        output, _nothing = process.communicate(timeout=240)
        assert (process.returncode == 0) is ok, output
        assert "Traceback" not in output, output
        return output

    def has_password(self, name: str) -> bool:
        with contextlib.suppress(self.iam.exceptions.NoSuchEntityException):
            return bool(self.iam.get_login_profile(UserName=name))
        return False

    def active_keys(self, name: str) -> int:
        found = self.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        return sum(1 for key in found if key["Status"] == "Active")

    def revoked(self, name: str) -> bool:
        """Whether every session that began until now is denied everything."""
        try:
            document = self.iam.get_user_policy(UserName=name, PolicyName=POLICY)["PolicyDocument"]
        except self.iam.exceptions.NoSuchEntityException:
            return False
        date = document["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"]
        return datetime.datetime.fromisoformat(date) > datetime.datetime.now(datetime.timezone.utc)

    def others(self, name: str) -> int:
        found = self.iam.list_ssh_public_keys(UserName=name)["SSHPublicKeys"]
        found += self.iam.list_signing_certificates(UserName=name)["Certificates"]
        return len(found + self.iam.list_service_specific_credentials(UserName=name)["ServiceSpecificCredentials"])

    def assert_gone(self, *names: str) -> None:
        for name in names:
            assert not self.has_password(name) and self.active_keys(name) == self.others(name) == 0
            assert self.revoked(name) and not self.controller.attached(name)

    def assert_untouched(self, *names: str) -> None:
        for name in names:
            assert self.has_password(name) and self.active_keys(name) == 1 and self.others(name) == 5
            assert not self.revoked(name) and self.controller.attached(name) == [arn(name)]


@pytest.fixture(name="offboard")
def _offboard(controller: Controller) -> Offboarding:
    return Offboarding(controller)


def staff(*names: str) -> dict[str, t.Any]:
    """A fixture with users who have all that a user can sign in with."""
    services = [f"{name}.amazonaws.com" for name in ("codecommit", "cassandra", "bedrock")]
    user = {
        "console_password": True,
        "access_keys": [{}, {"active": False}],
        "ssh_public_keys": [{}],
        "signing_certificates": [{}],
        "service_specific_credentials": [{"service_name": name} for name in services],
    }
    return {"users": [{"user_name": name, "mfa_devices": [{"device_name": name}], **user} for name in names]}


def changed_tasks(output: str) -> int:
    """How many tasks changed something, as the recap says."""
    return int(re.findall(r"changed=(\d+)", output)[-1])


def test_everything_goes(offboard: Offboarding, emulator: Emulator) -> None:
    emulator.fixture(staff("alice", "bob", "carol"))
    offboard(["alice", "bob"], "--check")
    offboard.assert_untouched("alice", "bob", "carol")
    assert changed_tasks(offboard(["alice", "bob"])) == 1
    offboard.assert_gone("alice", "bob")
    offboard.assert_untouched("carol")
    emulator.clear_requests()
    assert changed_tasks(offboard(["alice", "bob"])) == 0
    writes = [request["action"] for request in emulator.requests() if not request["action"].startswith(("Get", "List"))]
    assert writes == []


@pytest.mark.parametrize("action", ["PutUserPolicy", "DeleteLoginProfile", "UpdateAccessKey", "DeleteSSHPublicKey"])
def test_one_failure_stops_nothing_else(offboard: Offboarding, emulator: Emulator, action: str) -> None:
    emulator.fixture(staff("alice", "bob"))
    emulator.set(denied_actions=[f"iam:{action}"])
    output = offboard(["alice", "bob"], ok=False)
    assert f"iam:{action}" in output and "users[0] (alice), users[1] (bob)" in output
    for name in ("alice", "bob"):
        assert offboard.revoked(name) is (action != "PutUserPolicy")
        assert offboard.has_password(name) is (action == "DeleteLoginProfile")
        assert offboard.active_keys(name) == (1 if action == "UpdateAccessKey" else 0)
        assert offboard.others(name) == (1 if action == "DeleteSSHPublicKey" else 0)
        # A user who may still get in keeps the MFA that was there.
        stays = action in ("DeleteLoginProfile", "UpdateAccessKey")
        assert bool(offboard.controller.attached(name)) is stays
    emulator.set(denied_actions=[])
    offboard(["alice", "bob"])
    offboard.assert_gone("alice", "bob")


def test_a_name_that_nobody_has_is_an_error(offboard: Offboarding, emulator: Emulator) -> None:
    emulator.fixture(staff("alice", "bob"))
    output = offboard(["Alice", "bobb", "bob"], ok=False)
    assert "There is no IAM user Alice in this account, but there is alice" in output
    assert "There is no IAM user bobb in this account: correct the name" in output
    offboard.assert_gone("bob")
    offboard.assert_untouched("alice")
    # Who may be gone can be left to the playbook; who is written wrong can't.
    offboard(["bobb", "bob"], offboard_ignore_missing_users=True)
    offboard(["Alice", "bob"], ok=False, offboard_ignore_missing_users=True)
    assert [user["UserName"] for user in offboard.iam.list_users()["Users"]] == ["alice", "bob"]


def test_the_caller_is_not_offboarded(offboard: Offboarding, emulator: Emulator) -> None:
    made = emulator.fixture(staff("alice", "bob"))["access_keys"]["bob"][0]
    own = {"aws_access_key": made["access_key_id"], "aws_secret_key": made["secret_access_key"]}
    output = offboard(["alice", "bob"], ok=False, **own)
    assert "users[1] (bob): is the caller" in output
    offboard.assert_untouched("alice", "bob")


def test_killed_and_started_again(offboard: Offboarding, emulator: Emulator) -> None:
    """ansible-playbook and all it started, as by a power cut, after the passwords and before the MFA devices."""
    emulator.fixture(staff("alice", "bob"))
    offboard(["alice", "bob"], "--check")
    reads = emulator.counts()["total"]
    emulator.set(halt={"at": reads + 4, "when": "before", "freeze": True})
    process = offboard.start(["alice", "bob"])
    assert emulator.wait_halted()
    kill_tree(process)
    emulator.release()
    for name in ("alice", "bob"):
        assert offboard.controller.attached(name) == [arn(name)] or not offboard.has_password(name)
    offboard(["alice", "bob"])
    offboard.assert_gone("alice", "bob")


def test_calls_for_many_users(offboard: Offboarding, emulator: Emulator) -> None:
    """One task for all: lists of the account, and for each user one read of each thing and one call for each change."""
    many = 50
    keys = {"count": many, "access_key": True, "console_password": True, "device": "virtual"}
    emulator.fixture({"generate": keys})
    names = [f"user-{number:04}" for number in range(1, many + 1)]
    reads = ["GetUserPolicy", "GetLoginProfile", "ListAccessKeys", "ListSSHPublicKeys", "ListSigningCertificates"]
    reads += ["ListServiceSpecificCredentials", "ListMFADevices"]
    writes = ["PutUserPolicy", "DeleteLoginProfile", "UpdateAccessKey", "DeactivateMFADevice", "DeleteVirtualMFADevice"]
    for expected in ([*reads, *writes], reads):
        emulator.clear_requests()
        output = offboard(names)
        counts = {name.partition(":")[2]: count for name, count in emulator.counts()["by_action"].items()}
        assert {name: counts.pop(name, 0) for name in expected} == dict.fromkeys(expected, many)
        # The account's: which it is, who the caller is, and who there is.
        assert set(counts) <= {"GetCallerIdentity", "ListAccountAliases", "ListUsers"} and sum(counts.values()) <= 5
        assert output.count("TASK [") <= 8
