# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the README gives to copy: its playbooks and commands, run as they stand there from the installed artifact."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import time

import pytest
import yaml
from aws_emulator import totp
from aws_emulator.client import Emulator
from controller import VENV, Controller, arn
from installed import Installed
from role_runner import is_seed_of, secrets_of, users

ROOT = pathlib.Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def blocks(language: str) -> list[str]:
    """The blocks of the README in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def playbooks() -> list[str]:
    """The blocks that are playbooks, and not what a file of requirements holds."""
    return [block for block in blocks("yaml") if isinstance(yaml.safe_load(block), list)]


def playbook_with(module: str) -> str:
    """The one playbook of the README that has this module."""
    (found,) = [block for block in playbooks() if f"{module}:" in block]
    return found


@pytest.fixture
def installed(controller: Controller, tmp_path: pathlib.Path) -> Installed:
    return Installed(controller, tmp_path)


def commands() -> list[str]:
    """The commands for a real account."""
    (block,) = [block for block in blocks("sh") if "AWS_PROFILE" in block]
    return block.splitlines()


def with_a_profile(installed: Installed, emulator: Emulator, name: str) -> dict[str, str]:
    """The environment of somebody who has a profile in a file, and no variables of AWS's but the file's."""
    config = installed.here / "config"
    config.write_text(emulator.profile(name), encoding="utf-8")
    plain = {name: value for name, value in installed.environment.items() if not name.startswith("AWS_")}
    return {**plain, "AWS_CONFIG_FILE": str(config)}


def test_every_playbook_is_run_here() -> None:
    names = [task["name"] for block in playbooks() for play in yaml.safe_load(block) for task in play["tasks"]]
    assert len(names) == 4 and len(playbooks()) == 2 and len(commands()) == 4


def test_the_first_playbook(installed: Installed, controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": users("alice", "bob", "break-glass-1") + users("robot", console_password=False)})
    book = installed.here / "site.yml"
    book.write_text(playbook_with("ansible.builtin.include_role"), encoding="utf-8")
    installed.play("site.yml")
    assert controller.virtual() == {arn("alice"): "alice", arn("bob"): "bob"}
    for name in ("alice", "bob"):
        assert is_seed_of(secrets_of(emulator)(name), emulator.device(arn(name)))
    assert "changed=0" in installed.play("site.yml")


def test_one_user(installed: Installed, controller: Controller, emulator: Emulator) -> None:
    """With codes in it that Bob's device shows: the ones that are printed can be nobody's."""
    emulator.fixture(
        {
            "users": [
                {"user_name": "Bob"},
                {"user_name": "alice"},
                {"user_name": "carol", "mfa_devices": [{"kind": "virtual", "device_name": "carol"}, {"kind": "fido"}]},
            ],
            "unassigned_virtual_devices": [{"device_name": "BobsMFADevice", "seed": SEED}],
        }
    )
    book = playbook_with("hardening.aws.iam_mfa_device")
    for printed, code in zip(("123456", "789012"), totp.code_pair(SEED, time.time()), strict=True):
        assert f'"{printed}"' in book
        book = book.replace(f'"{printed}"', f'"{code}"')
    (installed.here / "site.yml").write_text(book, encoding="utf-8")
    installed.environment = with_a_profile(installed, emulator, "security")
    installed.play("site.yml")
    assert controller.virtual() == {arn("BobsMFADevice"): "Bob", arn("alice"): "alice"}
    listed = emulator.boto3("iam").list_mfa_devices(UserName="carol")["MFADevices"]
    assert listed == []


def test_the_commands_for_a_real_account(installed: Installed, controller: Controller, emulator: Emulator) -> None:
    """With a profile, and with a copy of the demo's inputs in which one's own group stands."""
    people = [{**user, "groups": ["staff"]} for user in users("alice", "bob")]
    emulator.fixture({"users": [*people, *users("break-glass-1")], "groups": ["staff"]})
    inputs = (ROOT / "tests/demo/inputs.yml").read_text(encoding="utf-8")
    environment = with_a_profile(installed, emulator, "mine")
    environment["PATH"] = f"{VENV / 'bin'}{os.pathsep}{environment['PATH']}"
    script = "\n".join(["set -e", *commands()]).replace("AWS_PROFILE=...", "AWS_PROFILE=mine")
    (installed.here / "inputs.yml").write_text(inputs, encoding="utf-8")

    def run() -> subprocess.CompletedProcess[str]:
        words = ["bash", "-c", script]
        return subprocess.run(
            words, env=environment, cwd=installed.here, capture_output=True, text=True, timeout=300, check=False
        )

    # As the file is, it names a group that this account does not have.
    refused = run()
    assert refused.returncode and "iam_user_hardening_enforce_group" in refused.stdout and "employees" in refused.stdout
    assert not controller.virtual()
    assert "Console users have MFA" in next((installed.here / "report").glob("*.md")).read_text(encoding="utf-8")

    (installed.here / "inputs.yml").write_text(inputs.replace("employees", "staff"), encoding="utf-8")
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert controller.virtual() == {arn("alice"): "alice", arn("bob"): "bob"}
