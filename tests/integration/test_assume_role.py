# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that assume a role: all calls are made in its account, for as long as a run takes, and refusals are told."""

from __future__ import annotations

import collections
import pathlib
import typing as t

import pytest
import yaml
from aws_emulator.client import Emulator
from controller import INFO, PLURAL, SECRETS, Controller, may_fail, task
from project import ROOT

MEMBER = "200000000001"
ROLE = f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"
EXTERNAL = "the-external-id-of-the-role"
Options = dict[str, t.Any]


@pytest.fixture(name="member")
def _member(emulator: Emulator) -> t.Any:
    """An account of the organization, with twenty users and a role for those who know its external ID."""
    trusted = {"name": "hardening", "trusted": ["123456789012"], "external_id": EXTERNAL, "max_session_duration": 7200}
    fixture = {"generate": {"count": 20}, "roles": [trusted]}
    emulator.fixture({"organization": {"accounts": [{"id": MEMBER, "name": "member", "fixture": fixture}]}})
    return emulator.boto3("iam", aws_access_key_id=emulator.admin_key(MEMBER))


def attached(iam: t.Any) -> list[str]:
    """Who has a device, as boto3 lists it in the member account."""
    found = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    return sorted(device["User"]["UserName"] for device in found)


def users(count: int = 20) -> list[Options]:
    return [{"user_name": f"user-{number:04d}"} for number in range(1, count + 1)]


def enrol(controller: Controller, role: t.Any, **options: t.Any) -> Options:
    given = {"devices": users(), "seed_store": SECRETS, "assume_role": role, **options}
    return controller.run_module(PLURAL, **given)


def test_all_calls_are_made_in_the_account_of_the_role(
    controller: Controller, emulator: Emulator, member: t.Any
) -> None:
    emulator.set(latency=0.02)
    emulator.clear_requests()
    role = {"role_arn": f"arn:aws:iam::{MEMBER}:role/hardening", "external_id": EXTERNAL}
    step = task(PLURAL, devices=users(), seed_store=SECRETS, assume_role=role)
    play = controller.play(step, step, arguments=["-vvvv"])
    assert [result.changed for result in play.results] == [True, False]
    calls = emulator.requests()
    assert attached(member) == [one["user_name"] for one in users()] and controller.virtual() == {}
    # With sixteen threads, each run assumes the role once; all else is signed by its session.
    assert [request["action"] for request in calls].count("AssumeRole") == 2
    assert {request["account_id"] for request in calls if request["action"] != "AssumeRole"} == {MEMBER}
    assert controller.boto3("secretsmanager").list_secrets()["SecretList"] == []
    assert EXTERNAL not in play.output and "ASIA" not in play.output and not emulator.violations()


def test_a_run_that_takes_longer_than_the_session(controller: Controller, emulator: Emulator, member: t.Any) -> None:
    """The emulator's clock goes on by ten minutes while users are enrolled; sessions last for fifteen."""
    emulator.set(check_signature_age=False, latency=0.02)
    process = controller.spawn(
        PLURAL,
        devices=users(),
        seed_store=SECRETS,
        concurrency=1,
        assume_role={"role_arn": ROLE, "duration_seconds": 900},
    )
    moved = 0
    while not process.ended(0.05):
        done = emulator.counts()["by_action"].get("iam:EnableMFADevice", 0)
        if done // 4 > moved:
            moved += 1
            emulator.set(clock_offset=moved * 600)
    assert moved >= 3 and len(attached(member)) == 20
    assert emulator.counts()["by_action"]["sts:AssumeRole"] >= 3


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_is_hours_off(controller: Controller, emulator: Emulator, member: t.Any, hours: int) -> None:
    emulator.set(clock_offset=hours * 3600)
    answer = enrol(controller, {"role_arn": ROLE, "duration_seconds": 900})
    assert answer["summary"]["changed"] == 20, answer
    assert emulator.counts()["by_action"]["sts:AssumeRole"] <= 2  # one is refused for its date, and tells AWS's time


REFUSED: dict[str, tuple[Options, str]] = {
    "no such role": (
        {"role_arn": f"arn:aws:iam::{MEMBER}:role/harding"},
        "(1) the role exists in account 200000000001",
    ),
    "no external ID": (
        {"role_arn": f"arn:aws:iam::{MEMBER}:role/hardening"},
        "none was given (assume_role.external_id)",
    ),
    "another external ID": (
        {"role_arn": f"arn:aws:iam::{MEMBER}:role/hardening", "external_id": "wrong"},
        "it was given one, which must be that of the condition",
    ),
    "too long": (
        {"role_arn": f"arn:aws:iam::{MEMBER}:role/hardening", "external_id": EXTERNAL, "duration_seconds": 43200},
        "assume_role.duration_seconds is 43200, more than the maximum session duration of the role",
    ),
}


@pytest.mark.parametrize("title", REFUSED)
def test_a_role_that_cannot_be_assumed(controller: Controller, emulator: Emulator, member: t.Any, title: str) -> None:
    role, text = REFUSED[title]
    answer = enrol(controller, role)
    assert answer["failed"] and text in answer["msg"] and role["role_arn"] in answer["msg"], answer
    assert "results" not in answer and attached(member) == []
    assert set(emulator.counts()["by_action"]) <= {
        "sts:AssumeRole",
        "sts:GetCallerIdentity",
        "iam:ListVirtualMFADevices",
    }


def test_a_role_that_is_lost_in_mid_run(controller: Controller, emulator: Emulator, member: t.Any) -> None:
    """What was done is told, and the rest fails with the reason."""
    emulator.set(check_signature_age=False, latency=0.02)
    role = {"role_arn": ROLE, "duration_seconds": 900}
    given = {"devices": users(), "seed_store": SECRETS, "concurrency": 1, "stop_after_failures": 3}
    process = controller.spawn(PLURAL, **given, assume_role=role)
    while not process.ended(0.02):
        if emulator.counts()["by_action"].get("iam:EnableMFADevice", 0) >= 5:
            emulator.set(denied_actions=["sts:AssumeRole"], clock_offset=1000)
    answer = process.answer()
    done = [item["user_name"] for item in answer["results"] if "enable" in item["actions"]]
    assert answer["failed"] and answer["changed"] and done == attached(member) and 5 <= len(done) < 20
    assert f"cannot assume {ROLE} (AccessDenied)" in answer["msg"] and not emulator.violations()
    emulator.set(denied_actions=[])
    assert enrol(controller, role)["summary"] == {
        "total": 20,
        "changed": 20 - len(done),
        "unchanged": len(done),
        "failed": 0,
    }


def test_a_profile_whose_own_role_is_denied(controller: Controller, emulator: Emulator, member: t.Any) -> None:
    config = controller.home / "config"
    config.write_text(
        f"[profile chained]\nrole_arn = {ROLE}x\nsource_profile = base\nregion = us-east-1\n"
        f"endpoint_url = {emulator.url}\n"
        "[profile base]\naws_access_key_id = testing\naws_secret_access_key = x\n",
        encoding="utf-8",
    )
    step = task(INFO, account=True, profile="chained")
    play = controller.play(
        *may_fail(step), defaults={"endpoint_url": emulator.url}, environment={"AWS_CONFIG_FILE": str(config)}
    )
    assert "AWS refused AssumeRole (AccessDenied), with which the profile" in play[0].msg, play[0].msg


def test_a_policy_narrows_an_audit_to_reading(controller: Controller, emulator: Emulator, member: t.Any) -> None:
    reading = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["iam:List*"], "Resource": "*"}]}
    role = {"role_arn": ROLE, "policy": reading}
    step = task(INFO, account=True, assume_role=role)
    play = controller.play(step, *may_fail(task(PLURAL, devices=users(1), seed_store=SECRETS, assume_role=role)))
    assert not play[0].failed and play[1].failed and "iam:CreateVirtualMFADevice" in play[1].msg
    assert attached(member) == []


def test_input_that_cannot_be_is_refused_before_any_call(controller: Controller, emulator: Emulator) -> None:
    emulator.clear_requests()
    steps = {
        "assume_role": task(INFO, account=True, assume_role="hardening"),
        "assume_role.role_arn: is 'hardening'": task(INFO, account=True, assume_role={"role_arn": "hardening"}),
        "role_arn": task(INFO, account=True, assume_role={"role": ROLE}),
        "duration_seconds: is 60": task(INFO, account=True, assume_role={"role_arn": ROLE, "duration_seconds": 60}),
    }
    play = controller.play(*may_fail(*steps.values()))
    for result, text in zip(play.results, steps, strict=True):
        assert result.failed and text in result.msg, result.msg
    assert not emulator.requests()


def test_a_profile_that_assumes_a_role_itself(controller: Controller, emulator: Emulator, member: t.Any) -> None:
    """Two roles in a row, as AWS allows for an hour at most."""
    config = controller.home / "config"
    config.write_text(
        f"[profile chained]\nrole_arn = {ROLE}\nsource_profile = base\nregion = us-east-1\n"
        f"endpoint_url = {emulator.url}\n"
        "[profile base]\naws_access_key_id = testing\naws_secret_access_key = x\n",
        encoding="utf-8",
    )
    trusted = {"name": "second", "trusted": [MEMBER], "max_session_duration": 43200}
    emulator.fixture({"account_id": "123456789012", "roles": [trusted], "users": [{"user_name": "alice"}]})
    second = {"role_arn": "arn:aws:iam::123456789012:role/second"}
    defaults = {"endpoint_url": emulator.url}
    environment = {"AWS_CONFIG_FILE": str(config)}
    given = {"account": True, "profile": "chained"}
    steps = [task(INFO, **given, assume_role={**second, "duration_seconds": seconds}) for seconds in (3600, 7200)]
    play = controller.play(*may_fail(*steps), defaults=defaults, environment=environment)
    assert not play[0].failed, play[0].msg
    assert play[1].failed and "AWS limits a chain of roles to one hour" in play[1].msg


def test_every_module_that_calls_aws_has_the_option() -> None:
    """And the lookup: whatever documents amazon.aws's options of a connection documents this one."""
    found = collections.Counter()
    for file in [
        *pathlib.Path(ROOT, "plugins/modules").glob("*.py"),
        *pathlib.Path(ROOT, "plugins/lookup").glob("*.py"),
    ]:
        text = file.read_text(encoding="utf-8")
        if "amazon.aws.common." in text:
            assert "hardening.aws._connection.assume_role" in text, file.name
            found["calls AWS"] += 1
    group = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]["aws"]
    assert found["calls AWS"] == len([name for name in group if isinstance(name, str)]) + 1
