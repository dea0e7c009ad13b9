# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks, by their names, with credentials from the environment."""

from __future__ import annotations

import json
import re
import subprocess
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import VENV, Controller, arn
from role_runner import STORE, users


def run(
    controller: Controller,
    name: str,
    *arguments: str,
    ok: bool = True,
    environment: dict[str, str] | None = None,
    **variables: t.Any,
) -> str:
    """Run a playbook of the collection and return its output."""
    process = start(controller, name, *arguments, environment=environment, **variables)
    output, _nothing = process.communicate()
    assert (process.returncode == 0) is ok, output
    assert "Traceback" not in output, output
    return output


def start(
    controller: Controller,
    name: str,
    *arguments: str,
    environment: dict[str, str] | None = None,
    **variables: t.Any,
) -> subprocess.Popen[str]:
    """Start a playbook of the collection.

    :param environment: Variables besides those that lead it to the emulator.
    """
    command = [str(VENV / "bin/ansible-playbook"), f"hardening.aws.{name}", "-e", json.dumps(variables), *arguments]
    inherited = {**controller.environment(RECORDED_RESULTS="/dev/null"), **controller.emulator.env()}
    quiet = {"ANSIBLE_DEPRECATION_WARNINGS": "0", "ANSIBLE_LOCALHOST_WARNING": "0"}
    given = {**inherited, **quiet, **(environment or {})}
    return subprocess.Popen(
        command, env=given, cwd=controller.home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def changed(output: str) -> int:
    return int(re.findall(r"changed=(\d+)", output)[-1])


@pytest.mark.smoke
def test_harden(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"generate": {"count": 3}})
    inputs = {"iam_user_hardening_select": {"paths": ["/"]}, "iam_user_hardening_seed_store": STORE}
    assert "user-0001, user-0002, user-0003" in run(controller, "harden", **inputs)
    assert len(controller.virtual()) == 3
    assert changed(run(controller, "harden", **inputs)) == 0


def test_rotate_then_offboard(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        {
            "users": [
                *users("bob", mfa_devices=[{}, {"kind": "fido", "device_name": "key"}], access_keys=[{}]),
                *users("alice", mfa_devices=[{"device_name": "alice-old"}]),
            ]
        }
    )
    rotation = {"rotate_users": ["alice", "bob"], "rotate_suffix": 2026, "rotate_seed_store": STORE}
    run(controller, "rotate", **rotation)
    assert len(controller.attached("bob")) == 3 and arn("bob-2026") in controller.attached("bob")
    controller.assert_seed_works("bob", arn("bob-2026"), controller.secret("mfa/bob/bob-2026")["seed"])
    emulator.set(clock_offset=0)
    retiring = {**rotation, "rotate_retire": True, "rotate_retire_devices": ["{user_name}", "alice-*"]}
    run(controller, "rotate", **retiring, rotate_min_age_days=0)
    assert controller.virtual() == {arn("bob-2026"): "bob", arn("alice-2026"): "alice"}
    assert len(controller.attached("bob")) == 2
    assert changed(run(controller, "rotate", **retiring)) == 0

    leaving = {"offboard_users": ["bob"]}
    run(controller, "offboard", "--check", **leaving)
    assert len(controller.attached("bob")) == 2
    run(controller, "offboard", **leaving)
    iam = controller.boto3("iam")
    assert controller.attached("bob") == [] and controller.virtual() == {arn("alice-2026"): "alice"}
    assert iam.list_access_keys(UserName="bob")["AccessKeyMetadata"][0]["Status"] == "Inactive"
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["alice", "bob"]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_login_profile(UserName="bob")
    assert changed(run(controller, "offboard", **leaving)) == 0
