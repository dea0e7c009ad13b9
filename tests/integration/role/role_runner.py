# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the role on the emulator and reads what it says of itself."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import typing as t

from aws_emulator import totp
from aws_emulator.client import Emulator
from controller import Controller, Play

ROLE = "hardening.aws.iam_user_hardening"
STORE = {"type": "secretsmanager"}


class Hardening:
    """A run of the role."""

    def __init__(self, play: Play, counts: dict[str, t.Any]) -> None:
        self.play = play
        self.calls: dict[str, int] = counts["by_action"]
        self.total: int = counts["total"]

    @property
    def output(self) -> str:
        return self.play.output

    @property
    def changed(self) -> int:
        """How many tasks changed something, as the recap says."""
        found = re.findall(r"changed=(\d+)", self.play.stdout)
        assert found, self.output
        return int(found[-1])

    @property
    def result(self) -> dict[str, t.Any]:
        """The fact that the role sets."""
        facts = [item for item in self.play.results if item.name.endswith("Keep the result for later tasks")]
        assert facts, self.output
        found: dict[str, t.Any] = facts[-1]["ansible_facts"]["iam_user_hardening_result"]
        return found

    @property
    def summary(self) -> list[str]:
        """The lines that the role shows at its end."""
        shown = [item for item in self.play.results if item.name.endswith("Show the summary")]
        return [str(line) for line in shown[-1]["msg"]]

    @property
    def writes(self) -> dict[str, int]:
        """The calls that change something."""
        reading = re.compile(r"\w+:(Get|List|Describe|GenerateCredentialReport)")
        return {name: count for name, count in self.calls.items() if not reading.match(name)}

    @property
    def refusal(self) -> str:
        """The message of the first task that failed."""
        return next(item.msg for item in self.play.results if item.status == "failed")


class Role:
    """Runs the role with inputs, which are given without their prefix."""

    def __init__(self, controller: Controller, emulator: Emulator) -> None:
        self.controller = controller
        self.emulator = emulator

    def tasks(self, inputs: dict[str, t.Any]) -> list[dict[str, t.Any]]:
        """The tasks of a play that runs the role."""
        variables = {f"iam_user_hardening_{name}": value for name, value in inputs.items()}
        return [{"name": "harden", "ansible.builtin.include_role": {"name": ROLE}, "vars": variables}]

    def start(self, *arguments: str, environment: dict[str, str] | None = None, **inputs: t.Any) -> t.Any:
        """Start a run that is not waited for."""
        variables = {"ANSIBLE_DEPRECATION_WARNINGS": "0", **(environment or {})}
        return self.controller.start(*self.tasks(inputs), arguments=arguments, environment=variables)

    def __call__(self, *arguments: str, ok: bool = True, violations: bool = False, **inputs: t.Any) -> Hardening:
        self.emulator.clear_requests()
        process, finish = self.start(*arguments, **inputs)
        play = finish(process)
        assert "Traceback" not in play.output, play.output
        assert (play.code == 0) is ok, play.output
        if not violations:
            assert not self.emulator.violations(), "a device was attached before its seed was stored"
        return Hardening(play, self.emulator.counts())


def show_after(role: Role, *names: str) -> None:
    """Have each run end with a task that prints these variables."""
    tasks = role.tasks
    show = {"name": "show", "ansible.builtin.debug": {"msg": [f"{{{{ {name} | to_json }}}}" for name in names]}}
    role.tasks = lambda inputs: [*tasks(inputs), show]  # type: ignore[method-assign]


def kill_play(process: subprocess.Popen[str], home: pathlib.Path) -> None:
    """SIGKILL a play that start() made, and every process that has its HOME: workers have sessions of their own."""
    mark = f"HOME={home}\0".encode()
    for _round in range(3):
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    if mark in (entry / "environ").read_bytes() + b"\0":
                        os.kill(int(entry.name), signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()


def is_seed_of(seed: str, device: dict[str, t.Any]) -> bool:
    """Whether a seed is a device's, as the emulator knows it."""
    return totp.decode_seed(seed) == totp.decode_seed(device["seed"])


def secrets_of(emulator: Emulator) -> t.Callable[[str], str]:
    """A function that reads the seed of a user in Secrets Manager."""
    client = emulator.boto3("secretsmanager", aws_access_key_id="AKIAOBSERVER")

    def read(user_name: str) -> str:
        return str(json.loads(client.get_secret_value(SecretId=f"mfa/{user_name}")["SecretString"])["seed"])

    return read


def users(*names: str, **properties: t.Any) -> list[dict[str, t.Any]]:
    """Users of a fixture."""
    return [{"user_name": name, "console_password": True, **properties} for name in names]


def view(path: pathlib.Path, password: pathlib.Path, controller: Controller) -> dict[str, dict[str, str]]:
    """The file of seeds as ansible-vault shows it."""
    return controller.vaulted(path, "--vault-password-file", str(password))
