# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each host of a playbook is the account that its variables say, or the run is refused before anything is touched."""

from __future__ import annotations

import collections
import json
import pathlib
import subprocess
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import VENV, Controller

ONE, TWO = "111111111111", "222222222222"


def key(name: str) -> str:
    """An access key ID, as long as AWS makes them."""
    return f"AKIA{name.upper():X<16}"


STORE = {"type": "secretsmanager"}
INPUTS: dict[str, dict[str, t.Any]] = {
    "audit": {},
    "harden": {"iam_user_hardening_users": ["bob"], "iam_user_hardening_seed_store": STORE},
    "offboard": {"offboard_users": ["bob"]},
    "rotate": {"rotate_users": ["bob"], "rotate_suffix": "2026", "rotate_seed_store": STORE},
}


class Fleet:
    """Two accounts, each with an administrator's key and a user bob, and a run of a playbook on hosts of them."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.emulator = controller.emulator
        for number, name in ((ONE, "one"), (TWO, "two")):
            bob = {"user_name": "bob", "console_password": True, "access_keys": [{"access_key_id": key(f"bob{name}")}]}
            admin = {"user_name": "admin", "access_keys": [{"access_key_id": key(name)}]}
            self.emulator.fixture({"account_id": number, "account_alias": f"account-{name}", "users": [bob, admin]})
        self.emulator.fixture({"users": [{"user_name": "bob", "console_password": True}]})
        self.emulator.clear_requests()

    def host(self, name: str, **more: t.Any) -> dict[str, t.Any]:
        return {"aws_access_key": key(name), "aws_secret_key": f"secret-of-{name}", **more}

    def run(
        self,
        playbook: str,
        hosts: dict[str, dict[str, t.Any]],
        *arguments: str,
        environment: dict[str, str] | None = None,
        name: str | None = None,
        **variables: t.Any,
    ) -> subprocess.CompletedProcess[str]:
        inventory = self.controller.home / "inventory.json"
        local = {"ansible_connection": "local"}
        entries = {name: {**local, **values} for name, values in hosts.items()}
        inventory.write_text(json.dumps({"all": {"hosts": entries}}), encoding="utf-8")
        given = {f"{playbook}_hosts": ",".join(hosts), **INPUTS[playbook], **variables}
        command = [str(VENV / "bin/ansible-playbook"), name or f"hardening.aws.{playbook}", "-i", str(inventory)]
        found = {
            **self.controller.environment(RECORDED_RESULTS="/dev/null"),
            **self.emulator.env(),
            **(environment or {}),
        }
        found.update(ANSIBLE_LOCALHOST_WARNING="0", ANSIBLE_DEPRECATION_WARNINGS="0")
        done = subprocess.run(
            [*command, "-e", json.dumps(given), *arguments],
            env=found,
            cwd=self.controller.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        return done

    def calls(self) -> dict[str, int]:
        """How many calls each access key made."""
        return dict(collections.Counter(request["access_key"] for request in self.emulator.requests()))


@pytest.fixture
def fleet(controller: Controller, emulator: Emulator) -> Fleet:
    """Two accounts besides that of the environment's credentials."""
    return Fleet(controller)


@pytest.mark.parametrize("playbook", list(INPUTS))
def test_two_hosts_are_two_accounts(fleet: Fleet, playbook: str) -> None:
    hosts = {"first": fleet.host("one", expected_account_id=ONE), "second": fleet.host("two", expected_account_id=TWO)}
    # Credentials of the environment must not be mixed with those of a host.
    done = fleet.run(playbook, hosts, environment={"AWS_SESSION_TOKEN": "of-the-environment"})
    assert done.returncode == 0, done.stdout + done.stderr
    calls = fleet.calls()
    assert set(calls) == {key("one"), key("two")}, calls
    assert min(calls.values()) > 2
    shown = sorted(line.strip() for line in done.stdout.splitlines() if '"msg": "AWS account' in line)
    assert shown == [
        f'"msg": "AWS account {ONE} (account-one), as arn:aws:iam::{ONE}:user/admin"',
        f'"msg": "AWS account {TWO} (account-two), as arn:aws:iam::{TWO}:user/admin"',
    ]
    assert "secret-of" not in done.stdout + done.stderr


OF_ONE_HOST = {
    "both": ({"aws_profile": "x", "aws_access_key": "y", "aws_secret_key": "z"}, "cannot be combined"),
    "half": ({"aws_access_key": "AKIAONE"}, "aws_access_key: needs aws_secret_key"),
    "role": ({"aws_role_arn": "hardening"}, "aws_role_arn: is 'hardening': give the ARN"),
    "number": ({"aws_profile": "x", "expected_account_id": 12345}, "expected_account_id: is '12345': give the 12"),
    "others": (
        {"aws_role_arn": f"arn:aws:iam::{ONE}:role/r", "expected_account_id": TWO},
        "is a role of another account",
    ),
}
ALONE = {"dev": ({"profile": "dev", "access_key": "AKIAONE"}, "dev: no variable says which AWS account this host is")}
TOGETHER = {
    "first": ({}, "first: no variable says which AWS account this host is"),
    "second": (
        {"aws_profile": "x"},
        "second, third: the variables of these hosts name the same account (aws_profile x)",
    ),
    "third": ({"aws_profile": "x", "aws_region": "eu-west-1"}, "Leave out all but one"),
}


@pytest.mark.parametrize("playbook", list(INPUTS))
@pytest.mark.parametrize("cases", [OF_ONE_HOST, ALONE, TOGETHER], ids=["each", "other names", "together"])
def test_hosts_that_leave_a_doubt_are_refused(
    fleet: Fleet, playbook: str, cases: dict[str, tuple[dict[str, t.Any], str]]
) -> None:
    """The first host tells the problems of all of them."""
    done = fleet.run(playbook, {host: variables for host, (variables, _refusal) in cases.items()})
    output = done.stdout + done.stderr
    assert done.returncode == 2 and "Nothing was touched" in output, output
    assert not [refusal for _variables, refusal in cases.values() if refusal not in output], output
    assert not fleet.emulator.requests()


@pytest.mark.parametrize("playbook", list(INPUTS))
def test_another_account_than_expected_is_refused(fleet: Fleet, playbook: str) -> None:
    done = fleet.run(playbook, {"dev": fleet.host("one")}, "-e", f"expected_account_id={TWO}")
    output = done.stdout + done.stderr
    assert done.returncode == 2 and f"expected_account_id is {TWO}" in output, output
    assert f"AWS account {ONE} (account-one)" in output
    assert {request["action"] for request in fleet.emulator.requests()} == {"GetCallerIdentity", "ListAccountAliases"}


def test_two_hosts_that_turn_out_to_be_one_account(fleet: Fleet) -> None:
    fleet.emulator.fixture(
        {"account_id": ONE, "users": [{"user_name": "other", "access_keys": [{"access_key_id": key("other")}]}]}
    )
    hosts = {"third": fleet.host("two"), "first": fleet.host("one"), "second": fleet.host("other")}
    done = fleet.run("offboard", hosts, environment={"ANSIBLE_STRATEGY": "free"})
    output = done.stdout + done.stderr
    assert done.returncode == 2 and f"first, second: turned out to be the same account, {ONE}" in output, output
    assert {request["action"] for request in fleet.emulator.requests()} == {"GetCallerIdentity", "ListAccountAliases"}


@pytest.mark.parametrize("wrong", ["third", "first"])
def test_a_problem_of_one_host_stops_all(fleet: Fleet, wrong: str) -> None:
    hosts = {"first": fleet.host("one"), "second": fleet.host("two"), "third": {"aws_profile": "x"}}
    hosts[wrong] = {"aws_profile": "{{ nothing_of_that_name }}"}
    done = fleet.run("offboard", hosts, environment={"ANSIBLE_STRATEGY": "free", "ANSIBLE_FORKS": "1"})
    output = done.stdout + done.stderr
    assert done.returncode == 2 and "aws_profile: its template cannot be evaluated" in output, output
    assert not fleet.emulator.requests()


def test_an_account_that_cannot_be_reached_stops_its_own_host(fleet: Fleet) -> None:
    hosts = {"first": fleet.host("one", aws_endpoint_url="http://127.0.0.1:9"), "second": fleet.host("two")}
    done = fleet.run("offboard", hosts, environment={"AWS_MAX_ATTEMPTS": "1"})
    assert done.returncode == 2, done.stdout
    assert set(fleet.calls()) == {key("two")}
    assert any(request["action"] == "DeleteLoginProfile" for request in fleet.emulator.requests())


@pytest.mark.parametrize("arguments", [(), ("--check",)], ids=["run", "check mode"])
def test_a_role_is_assumed_for_all_modules(fleet: Fleet, arguments: tuple[str, ...]) -> None:
    """The role's account gets all calls, in check mode too, and each module assumes it for itself."""
    role = f"arn:aws:iam::{ONE}:role/hardening"
    hosts = {"dev": {"aws_role_arn": role, "expected_account_id": ONE}}
    done = fleet.run("harden", hosts, "-vvv", *arguments, iam_user_hardening_password_policy={"min_pw_length": 14})
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    calls = [(request["access_key"][:4], request["action"]) for request in fleet.emulator.requests()]
    assert calls[0] == ("test", "AssumeRole")
    assert {key for key, action in calls if action != "AssumeRole"} == {"ASIA"}
    # This one is amazon.aws's; all others are made by this collection's modules.
    assert arguments or any("AccountPasswordPolicy" in action for _key, action in calls)
    assert f"AWS account {ONE}" in output
    assert "SessionToken" not in output and '"sts_creds"' not in output and "ASIA" not in output


def test_the_session_of_a_role_is_in_no_variable(fleet: Fleet) -> None:
    book = fleet.controller.home / "site.yml"
    later = {
        "hosts": "dev",
        "gather_facts": False,
        "tasks": [{"ansible.builtin.debug": {"msg": "{{ hostvars[inventory_hostname] }}"}}],
    }
    audit = {"import_playbook": "hardening.aws.audit"}
    book.write_text(json.dumps([audit, audit, later]), encoding="utf-8")
    done = fleet.run("audit", {"dev": {"aws_role_arn": f"arn:aws:iam::{ONE}:role/hardening"}}, name=str(book))
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "__hardening_aws_account" in output and "sts_creds" not in output and "ASIA" not in output
    callers = [request["access_key"] for request in fleet.emulator.requests() if request["action"] == "AssumeRole"]
    # Once to see which account it is, and once for the report, in each play.
    assert callers == ["testing"] * 4


def test_a_role_that_cannot_be_assumed(fleet: Fleet) -> None:
    fleet.emulator.set(denied_actions=["sts:AssumeRole"])
    done = fleet.run("offboard", {"dev": {"aws_role_arn": f"arn:aws:iam::{ONE}:role/hardening"}})
    output = done.stdout + done.stderr
    assert done.returncode == 2 and "could not be assumed" in output and "AccessDenied" in output, output
    assert "Nothing was touched" in output and "The caller's own policies do not allow sts:AssumeRole" in output
    assert {request["action"] for request in fleet.emulator.requests()} == {"AssumeRole"}


def test_a_profile_of_a_host(fleet: Fleet, tmp_path: pathlib.Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.write_text(f"[dev]\naws_access_key_id = {key('two')}\naws_secret_access_key = x\n", encoding="utf-8")
    done = fleet.run(
        "audit", {"dev": {"aws_profile": "dev"}}, environment={"AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(fleet.calls()) == {key("two")}
