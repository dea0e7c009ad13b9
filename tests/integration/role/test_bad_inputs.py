# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each bad input of the role and of the playbooks is refused before anything is touched, however it was written.

Each case and form is a host of one play: its inputs as -e name=value gives them, as JSON, or as a file of variables.
make test gives each case of the playbooks, and each third of the role's, one of these forms, in turn; make deep gives
all cases all of them.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import typing as t

import pytest
import yaml
from ansible.parsing.splitter import parse_kv
from aws_emulator.client import Emulator
from bad_inputs import LEFT_OUT, PLAYBOOKS, RIGHT, ROLE, Case
from controller import VENV, Controller
from role_runner import users

READING = ("Get", "List", "Describe", "GenerateCredentialReport")
FORMS = ("name=value", "JSON", "file")
SHORT = 40  # cases
ACCOUNT = {
    "users": [
        *users("alice", "bob", groups=["staff"], path="/people/", tags={"team": "red"}),
        *users("carol", tags={"team": "blue"}),
        *users("a" * 40 + "b"),
    ],
    "unassigned_virtual_devices": [{"device_name": "a" * 40 + "b"}],
}


def as_text(value: t.Any) -> str:
    """A value as somebody writes it after name= ."""
    if isinstance(value, bool) or value is None:
        text = {True: "true", False: "false", None: "null"}[value]
    elif isinstance(value, list) and value and all(isinstance(i, str) and not set(i) & set(",[{\\ ") for i in value):
        text = ",".join(value)
    elif isinstance(value, (list, dict)):
        text = json.dumps(value)
    else:
        text = str(value)
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
    return f"'{escaped}'"


def inputs_of(target: str, case: Case) -> dict[str, t.Any]:
    merged = {**RIGHT[target], **case.changed}
    return {name: value for name, value in merged.items() if value is not LEFT_OUT}


class Fleet:
    """An inventory with a host for each case and form, and a run of a playbook on all of them."""

    def __init__(
        self, controller: Controller, target: str, cases: dict[str, Case], forms: t.Sequence[str] | None = None
    ) -> None:
        """Without I(forms) each case has one, in turn."""
        self.controller = controller
        self.folder = controller.home.parent / f"bad-inputs-{target}"
        (self.folder / "host_vars").mkdir(parents=True)
        self.hosts: dict[str, tuple[str, str, Case]] = {}
        for number, (name, case) in enumerate(cases.items()):
            for form in forms or [FORMS[number % len(FORMS)]]:
                host = f"case{number}-{FORMS.index(form)}"
                self.hosts[host] = (name, form, case)
                self._write(host, form, inputs_of(target, case))
        inventory = {"all": {"hosts": dict.fromkeys(self.hosts, {})}}
        (self.folder / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")

    def _write(self, host: str, form: str, inputs: dict[str, t.Any]) -> None:
        """Write the variables of a host: of its account, and the inputs as the form gives them."""
        path = self.folder / "host_vars" / host
        path.mkdir()
        account = {
            "ansible_connection": "local",
            "aws_access_key": f"AKIA{host.upper().replace('-', 'X'):X<16}",
            "aws_secret_key": "not-much-of-a-secret-key",
            "aws_region": "us-east-1",
            "aws_endpoint_url": self.controller.emulator.url,
        }
        (path / "account.json").write_text(json.dumps(account), encoding="utf-8")
        if form == "name=value":
            given = parse_kv(" ".join(f"{name}={as_text(value)}" for name, value in inputs.items()))
            plain = {str(name): str(value) for name, value in given.items()}
            (path / "inputs.json").write_text(json.dumps(plain), encoding="utf-8")
        elif form == "JSON":
            (path / "inputs.json").write_text(json.dumps(inputs), encoding="utf-8")
        else:
            (path / "inputs.yml").write_text(yaml.safe_dump(inputs, allow_unicode=True), encoding="utf-8")

    def run(self, playbook: str, *arguments: str) -> tuple[int, str, dict[str, list[str]]]:
        """Return the exit status, the output, and by host the messages of tasks that failed."""
        recorded = self.folder / "results.jsonl"
        environment = self.controller.environment(
            RECORDED_RESULTS=str(recorded),
            ANSIBLE_FORKS="4",
            ANSIBLE_LOCALHOST_WARNING="0",
            ANSIBLE_DEPRECATION_WARNINGS="0",
        )
        done = subprocess.run(
            [str(VENV / "bin/ansible-playbook"), "-i", str(self.folder / "inventory.json"), playbook]
            + ["-e", f"{playbook.split('.')[-1]}_hosts=all", *arguments],
            env=environment,
            cwd=self.controller.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        failed: dict[str, list[str]] = {}
        for line in recorded.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            if item["status"] in ("failed", "unreachable"):
                failed.setdefault(item["host"], []).append(str(item["result"].get("msg")))
        return done.returncode, done.stdout + done.stderr, failed

    def role_playbook(self) -> str:
        """Write a playbook that runs the role, and return its path."""
        book = {
            "name": "harden",
            "hosts": "all",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "module_defaults": {"group/hardening.aws.aws": self.controller.access},
            "roles": ["hardening.aws.iam_user_hardening"],
        }
        path = self.folder / "role.yml"
        path.write_text(json.dumps([book]), encoding="utf-8")
        return str(path)

    def judge(self, failed: dict[str, list[str]]) -> list[str]:
        """Return the cases that were not refused as they have to be."""
        wrong = []
        for host, (name, form, case) in self.hosts.items():
            message = "\n".join(failed.get(host, ["(no task failed)"]))
            text = case.as_text if form == "name=value" else case.text
            if case.name not in message or text not in message or "raceback" in message:
                wrong.append(f"{name}, as {form}: wanted {case.name!r} and {text!r}, got:\n  {message}")
        return wrong


def table(target: str) -> dict[str, Case]:
    return ROLE if target == "role" else PLAYBOOKS[target]


def shorter(cases: dict[str, Case]) -> dict[str, Case]:
    """A third of a long table: a host of a play takes as long as many a test."""
    return cases if len(cases) <= SHORT else dict(list(cases.items())[::3])


def test_the_table_is_as_long_as_it_should_be() -> None:
    assert len(ROLE) + sum(len(cases) for cases in PLAYBOOKS.values()) >= 120
    assert all(cases for cases in PLAYBOOKS.values())


@pytest.mark.parametrize("target", ["role", *PLAYBOOKS])
@pytest.mark.parametrize("all_forms", [False, True], ids=["one form", "all forms"])
def test_bad_inputs_are_refused_before_anything_is_touched(
    controller: Controller, emulator: Emulator, target: str, all_forms: bool
) -> None:
    emulator.fixture(ACCOUNT)
    before = emulator.devices()
    emulator.clear_requests()
    cases = table(target) if all_forms else shorter(table(target))
    fleet = Fleet(controller, target, cases, FORMS if all_forms else None)
    code, output, failed = fleet.run(fleet.role_playbook() if target == "role" else f"hardening.aws.{target}")
    assert code == 2 and "Traceback" not in output, output[-3000:]
    wrong = fleet.judge(failed)
    assert not wrong, f"{len(wrong)} of {len(fleet.hosts)}:\n" + "\n".join(wrong)
    # Of a playbook all are wrong whatever the account is like, so none is asked about it.
    assert target == "role" or not emulator.requests()
    writes = [request for request in emulator.requests() if not request["action"].startswith(READING)]
    assert not writes and emulator.devices() == before
    assert not list(pathlib.Path(controller.home).rglob("*.html"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-e", "iam_user_hardening_users=alice iam_user_hardening_exclude=break-glas"], "no IAM user break-glas"),
        (["-e", "iam_user_hardening_users=alice iam_user_hardening_batch_size=0"], "from 1 to 5000"),
        (["-e", '{"iam_user_hardening_users": ["alice"], "iam_user_hardening_exclude": true}'], "is true: give a list"),
        (["-e", "harden_users=alice iam_user_hardening_users=alice"], "harden_users: there is no such input"),
        (["-e", "@{folder}/inputs.yml"], "no IAM user break-glas"),
    ],
    ids=["name=value", "a number", "JSON", "the playbook's own", "file"],
)
def test_extra_variables(controller: Controller, emulator: Emulator, arguments: list[str], message: str) -> None:
    """The same through the command line itself: Ansible reads the forms as the table above takes for granted."""
    emulator.fixture(ACCOUNT)
    emulator.clear_requests()
    given = {"iam_user_hardening_users": ["alice"], "iam_user_hardening_exclude": ["bob", "break-glas"]}
    (controller.home / "inputs.yml").write_text(yaml.safe_dump(given), encoding="utf-8")
    done = subprocess.run(
        [str(VENV / "bin/ansible-playbook"), "hardening.aws.harden"]
        + [argument.replace("{folder}", str(controller.home)) for argument in arguments]
        + ["-e", "iam_user_hardening_seed_store=type=secretsmanager"],
        env={**controller.environment(RECORDED_RESULTS=os.devnull), **emulator.env()},
        cwd=controller.home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and message in done.stdout + done.stderr, done.stdout + done.stderr
    assert all(request["action"].startswith(READING) for request in emulator.requests())
