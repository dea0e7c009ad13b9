# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook that enrols new console users, and the playbook it runs: hostile events, events that come twice.

`make rulebook` has ansible-rulebook run it, with Java; without, its parts are tested.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import re
import subprocess
import typing as t

import pytest
import yaml
from aws_emulator.client import Emulator
from controller import ACCOUNT, VENV, Controller
from jinja2.nativetypes import NativeEnvironment
from project import ROOT

PATH = ROOT / "extensions/eda/rulebooks/enrol_new_console_users.yml"
HOSTILE = "{{ lookup('ansible.builtin.pipe', 'touch hacked') }}"
NO_NAMES = [HOSTILE, "{% raw %}", "", "a b", "x" * 65, "[1, 2]", "a/b", "é", "$(touch hacked)", "a\nb", "a\n{{ 1 }}"]
NAMES = ["alice", "1e5", "123456", "None", "True", "0x10", "a,b", "Ann.Bee+x=@-_", "x" * 64]


@pytest.fixture(scope="module", name="rulebook")
def _rulebook() -> list[dict[str, t.Any]]:
    found: list[dict[str, t.Any]] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return found


def event(name: str, account: str = ACCOUNT, **detail: t.Any) -> dict[str, t.Any]:
    """A message as the source hands it on, in which everything that a caller chooses is hostile, except the name."""
    call = {
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateLoginProfile",
        "userAgent": HOSTILE,
        "requestParameters": {"userName": name},
        "responseElements": {"loginProfile": {"userName": name, "passwordResetRequired": True}},
    }
    return {"body": {"account": account, "detail": {**call, **detail}}, "meta": {"MessageId": HOSTILE}}


def test_it_is_a_rulebook(rulebook: list[dict[str, t.Any]]) -> None:
    """By the schema of ansible-rulebook, which ansible-lint brings along."""
    jsonschema = pytest.importorskip("jsonschema")
    spec = importlib.util.find_spec("ansiblelint")
    if spec is None or spec.origin is None:
        pytest.skip("ansible-lint is not in this environment")
    schema = pathlib.Path(spec.origin).parent / "schemas/rulebook.json"
    jsonschema.validate(rulebook, json.loads(schema.read_text(encoding="utf-8")))


def test_the_condition_lets_only_names_pass(rulebook: list[dict[str, t.Any]]) -> None:
    (rule,) = rulebook[0]["rules"]
    patterns = dict(re.findall(r'(event\.\S+) is regex\("([^"]+)"\)', rule["condition"]))
    name = re.compile(patterns["event.body.detail.responseElements.loginProfile.userName"])
    account = re.compile(patterns["event.body.account"])
    assert [text for text in NAMES if not name.search(text)] == []
    assert [text for text in NO_NAMES if name.search(text)] == []
    assert account.search("012345678901") and not account.search("1") and not account.search(HOSTILE)
    used = set(re.findall(r"event[.\w]*", json.dumps(rule["actions"])))
    assert used == set(patterns), "what an action uses was checked"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_a_text(rulebook: list[dict[str, t.Any]], name: str) -> None:
    """ansible-rulebook evaluates what a template yields once more, as Python."""
    (action,) = rulebook[0]["rules"][0]["actions"]
    template = action["run_playbook"]["extra_vars"]["new_console_user"]
    rendered = NativeEnvironment().from_string(template).render(event=event(name, "012345678901"))
    assert rendered == {"account_id": "012345678901", "user_name": name}


class Queue:
    """Runs what the rulebook runs, for a user of the emulator."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        given = {**controller.environment(RECORDED_RESULTS="/dev/null"), **controller.emulator.env()}
        self.environment = {**given, "ANSIBLE_DEPRECATION_WARNINGS": "0"}

    def run(self, *command: str, code: int = 0) -> str:
        done = subprocess.run(
            command,
            env=self.environment,
            cwd=self.controller.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        output = done.stdout + done.stderr
        assert done.returncode == code and "Traceback" not in output, output
        assert not list(self.controller.home.rglob("hacked"))
        return output

    def play(self, code: int = 0, **new_console_user: str) -> str:
        """Run the playbook with the variables that the rulebook gives it, the whole event among them."""
        variables = {
            "new_console_user": new_console_user,
            "iam_user_hardening_seed_store": {"type": "secretsmanager"},
            "ansible_eda": {"event": event(new_console_user["user_name"])},
        }
        program = str(VENV / "bin/ansible-playbook")
        return self.run(program, "hardening.aws.enrol_new_console_user", "-e", json.dumps(variables), code=code)


@pytest.fixture
def queue(controller: Controller, emulator: Emulator) -> Queue:
    """Alice and a user with the name of a number have console passwords."""
    emulator.fixture({"users": [{"user_name": name, "console_password": True} for name in ("alice", "1e5")]})
    return Queue(controller)


def attached(emulator: Emulator) -> list[str]:
    return sorted(device["user_name"] for device in emulator.devices() if device["user_name"])


def test_an_event_that_comes_twice(queue: Queue, emulator: Emulator) -> None:
    assert "changed=0 " not in queue.play(account_id=ACCOUNT, user_name="alice")
    assert attached(emulator) == ["alice"]
    assert "changed=0 " in queue.play(account_id=ACCOUNT, user_name="alice")
    queue.play(account_id=ACCOUNT, user_name="1e5")
    assert attached(emulator) == ["1e5", "alice"]


def test_of_another_account_or_of_nobody(queue: Queue, emulator: Emulator) -> None:
    assert "Nothing was touched" in queue.play(code=2, account_id="210987654321", user_name="alice")
    gone = " ".join(queue.play(code=2, account_id=ACCOUNT, user_name="zoe").split())
    assert "zoe" in gone and "Nothing was touched" in gone
    assert attached(emulator) == []


@pytest.mark.skipif("RULEBOOK" not in os.environ, reason="make rulebook runs it")
def test_run_by_ansible_rulebook(queue: Queue, emulator: Emulator, rulebook: list[dict[str, t.Any]]) -> None:
    """With a file in place of the queue."""
    home = queue.controller.home
    refused = {"errorCode": "AccessDenied", "responseElements": None}
    events = [event(name) for name in (*NO_NAMES, "alice", "alice", "1e5")]
    events += [event("alice", eventName="DeleteLoginProfile"), event("alice", HOSTILE), event("alice", **refused)]
    events += [{"body": HOSTILE, "meta": {}}, {"body": {"detail": None}}]
    (home / "events.yml").write_text(yaml.safe_dump(events), encoding="utf-8")
    source = {"eda.builtin.generic": {"payload_file": str(home / "events.yml"), "shutdown_after": 2}}
    rulebook[0]["sources"] = [source]
    (home / "rulebook.yml").write_text(yaml.safe_dump(rulebook, sort_keys=False), encoding="utf-8")
    (home / "inventory").write_text("localhost ansible_connection=local\n", encoding="utf-8")
    command = ("--rulebook", "rulebook.yml", "--inventory", "inventory", "--shutdown-delay", "200")
    output = queue.run(os.environ["RULEBOOK"], *command)
    assert attached(emulator) == ["1e5", "alice"]
    assert output.count("PLAY RECAP") == 3, "one for each event that is one"
