# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks that the role's README gives to copy: each is right, and does what it says."""

from __future__ import annotations

import datetime
import pathlib
import shutil
import subprocess

import pytest
from aws_emulator.client import Emulator
from controller import VENV, Controller, arn
from role_runner import is_seed_of, secrets_of, users, view

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "roles/iam_user_hardening/examples"
PLAYBOOKS = sorted(path.name for path in EXAMPLES.glob("*.yml") if path.name != "keep_seeds.yml")
TODAY = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
# Stands in for the password store: keeps what it reads in a file.
PASS = """#!/bin/sh
set -e
for name in "$@"; do :; done
mkdir -p "$HOME/store/mfa"
cat > "$HOME/store/$name"
"""


@pytest.fixture
def folder(controller: Controller) -> pathlib.Path:
    """A copy of the examples, where they are run."""
    place = controller.home / "copied"
    shutil.copytree(EXAMPLES, place)
    return place


def run(controller: Controller, folder: pathlib.Path, name: str, *arguments: str) -> str:
    environment = {**controller.environment(RECORDED_RESULTS="/dev/null"), **controller.emulator.env()}
    environment.update(ANSIBLE_DEPRECATION_WARNINGS="0", ANSIBLE_LOCALHOST_WARNING="0")
    environment["PATH"] = f"{folder}:{environment['PATH']}"
    command = [str(VENV / "bin/ansible-playbook"), name, *arguments]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stdout + done.stderr
    return done.stdout


def test_all_are_tested() -> None:
    assert PLAYBOOKS == [
        "enforce_by_group.yml",
        "own_tasks.yml",
        "secrets_manager.yml",
        "self_enrolment.yml",
        "vaulted_file.yml",
    ]


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_syntax(controller: Controller, folder: pathlib.Path, name: str) -> None:
    run(controller, folder, name, "--syntax-check")


def test_secrets_manager(controller: Controller, emulator: Emulator, folder: pathlib.Path) -> None:
    emulator.fixture({"users": users("alice", "break-glass-1") + users("robot", console_password=False)})
    run(controller, folder, "secrets_manager.yml")
    assert controller.virtual() == {arn("alice"): "alice"}
    assert is_seed_of(secrets_of(emulator)("alice"), emulator.device(arn("alice")))


@pytest.mark.smoke
def test_vaulted_file(
    controller: Controller, emulator: Emulator, folder: pathlib.Path, vault_password: pathlib.Path
) -> None:
    emulator.fixture({"users": users("alice", "bob")})
    run(controller, folder, "vaulted_file.yml", "--vault-password-file", str(vault_password))
    kept = view(folder / "mfa-seeds.yml", vault_password, controller)
    assert set(kept) == set(controller.virtual()) == {arn("alice"), arn("bob")}


def test_own_tasks(controller: Controller, emulator: Emulator, folder: pathlib.Path) -> None:
    emulator.fixture({"users": users("alice", "bob")})
    store = folder / "pass"
    store.write_text(PASS, encoding="utf-8")
    store.chmod(0o755)
    output = run(controller, folder, "own_tasks.yml")
    for name in ("alice", "bob"):
        seed = (controller.home / "store/mfa" / name).read_text(encoding="utf-8").strip()
        assert is_seed_of(seed, emulator.device(arn(name))) and controller.attached(name) == [arn(name)]
        assert seed not in output


def test_enforce_by_group(controller: Controller, emulator: Emulator, folder: pathlib.Path) -> None:
    emulator.fixture({"users": users("alice", path="/staff/", groups=["staff"]) + users("bob", path="/staff/")})
    run(controller, folder, "enforce_by_group.yml")
    iam = controller.boto3("iam")
    assert {user["UserName"] for user in iam.get_group(GroupName="staff")["Users"]} == {"alice", "bob"}
    assert len(iam.list_attached_group_policies(GroupName="staff")["AttachedPolicies"]) == 1


def test_self_enrolment(controller: Controller, emulator: Emulator, folder: pathlib.Path) -> None:
    """Whoever has not enrolled for 30 days loses the password; alice has had hers for a year, bob his since today."""
    emulator.fixture({"users": [*users("alice"), *users("bob", password_last_changed=TODAY)]})
    run(controller, folder, "self_enrolment.yml")
    iam = controller.boto3("iam")
    for name in ("alice", "bob"):
        assert len(iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]) == 1
    assert not controller.virtual() and iam.get_login_profile(UserName="bob")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_login_profile(UserName="alice")
