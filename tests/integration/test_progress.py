# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that show how far a module is: in a file, in a terminal, under ansible-runner, and nowhere else."""

from __future__ import annotations

import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import time
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import ACCESS, INFO, PLURAL, SECRETS, Controller, Play, arn, devices, may_fail, task

LINE = re.compile(r"^(?:\[(\w+)\] )?([a-z ]+) ([\d,]+) of ([\d,]+), ([\d,]+) failed(.*)$", re.MULTILINE)
# How many users are enrolled in front of a person, at which latency, and seconds between lines. PROGRESS_USERS=1000 and
# PROGRESS_SECONDS= are those of real use.
USERS = int(os.environ.get("PROGRESS_USERS", "120"))
OFTEN = {"HARDENING_AWS_PROGRESS_SECONDS": "0.4"}
AS_GIVEN = {"HARDENING_AWS_PROGRESS_SECONDS": os.environ.get("PROGRESS_SECONDS", "0.4")}


def number(text: str) -> int:
    return int(text.replace(",", ""))


def told(text: str) -> list[tuple[str, int, int, int, str]]:
    """The progress lines of an output: verb, done well, of how many, failed, the rest."""
    found = [match.groups() for match in LINE.finditer(text.replace("\r\n", "\n"))]
    return [
        (verb, number(good), number(total), number(failed), rest) for _host, verb, good, total, failed, rest in found
    ]


def users(emulator: Emulator, count: int, **settings: t.Any) -> list[dict[str, str]]:
    emulator.fixture({"generate": {"count": count}})
    emulator.set(latency=0.05, **settings)
    return [{"user_name": f"user-{position + 1:04d}"} for position in range(count)]


def enrol(emulator: Emulator, count: int = USERS, **options: t.Any) -> t.Any:
    return devices(users(emulator, count), seed_store=SECRETS, **options)


def assert_adds_up(text: str, summary: dict[str, int], verb: str = "enrolled") -> None:
    lines = told(text)
    assert 2 <= len(lines) <= 40, text
    done = [good + failed for _verb, good, _total, failed, _rest in lines]
    assert done == sorted(done) and {(line[0], line[2]) for line in lines} == {(verb, summary["total"])}
    assert lines[-1][1] == summary["total"] - summary["failed"] and lines[-1][3] == summary["failed"]
    assert re.fullmatch(r", in \d+ (s|min)", lines[-1][4])
    assert any(re.search(r", [\d.,]+/s, about \d+ (s|min) left", line[4]) for line in lines), text


def assert_names_nothing(controller: Controller, text: str) -> None:
    lines = "\n".join(line for line in text.splitlines() if LINE.search(line))
    assert "user-" not in lines and "arn:" not in lines
    assert not any(device["seed"] in text for device in controller.emulator.devices())


@pytest.mark.smoke
def test_in_a_file(controller: Controller, emulator: Emulator) -> None:
    """With one user who fails, and everything that can be made verbose."""
    item = enrol(emulator)
    item[PLURAL]["devices"].append({"user_name": "nobody"})
    process, finish = controller.start(*may_fail(item), environment=AS_GIVEN, arguments=["-vvvv"])
    early = 0
    while process.poll() is None:
        (file,) = controller.home.parent.glob(f"{controller.home.name}-play-*/stdout")
        seen = file.read_text(encoding="utf-8")
        early = max(early, len(told(seen)) if "PLAY RECAP" not in seen else 0)
        time.sleep(0.05)
    play = finish(process)
    assert early >= 2, "the lines are in the file while the module works"
    assert play.code == 0 and play[0]["summary"]["failed"] == 1
    assert_adds_up(play.stdout, play[0]["summary"])
    assert_names_nothing(controller, play.output)
    item[PLURAL]["devices"].pop()
    again = controller.play(item, environment={})
    assert again[0].seconds > 4 or not told(again.output), "a run of less than four seconds shows no line"
    assert not list(controller.home.rglob("hardening-aws-progress-*"))


def test_in_a_terminal(controller: Controller, emulator: Emulator, tmp_path: pathlib.Path) -> None:
    """Lines come while the module works, in plain text."""
    book = written(controller, tmp_path, enrol(emulator))
    leader, follower = pty.openpty()
    command = [str(pathlib.Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", str(book)]
    process = subprocess.Popen(
        command,
        env=controller.environment(**AS_GIVEN),
        cwd=controller.home,
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    seen, early = b"", False
    while True:
        try:
            piece = os.read(leader, 4096)
        except OSError:
            break
        if not piece:
            break
        seen += piece
        early = early or (bool(told(seen.decode())) and process.poll() is None and b"PLAY RECAP" not in seen)
    os.close(leader)
    assert process.wait() == 0 and early, seen
    text = seen.decode()
    assert_adds_up(text, {"total": USERS, "failed": 0})
    assert "\r" not in text.replace("\r\n", "") and "\x1b[" not in text


def test_under_ansible_runner(controller: Controller, emulator: Emulator, tmp_path: pathlib.Path) -> None:
    """As AWX and the Automation Platform run it: the lines are in its standard output and among its events."""
    pytest.importorskip("ansible_runner")
    book = written(controller, tmp_path, enrol(emulator))
    (tmp_path / "project").mkdir()
    book.rename(tmp_path / "project/play.yml")
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory/hosts").write_text("localhost\n", encoding="utf-8")
    command = [sys.executable, "-m", "ansible_runner", "run", str(tmp_path), "-p", "play.yml"]
    environment = controller.environment(**AS_GIVEN)
    environment.pop("ANSIBLE_CALLBACKS_ENABLED")
    run = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert_adds_up(run.stdout, {"total": USERS, "failed": 0})
    (events,) = tmp_path.glob("artifacts/*/job_events")
    shown = "\n".join(json.loads(path.read_text(encoding="utf-8"))["stdout"] for path in events.glob("*.json"))
    assert len(told(shown)) == len(told(run.stdout))
    for path in (tmp_path / "artifacts").rglob("*"):
        if path.is_file():
            assert not any(device["seed"] in path.read_text(errors="replace") for device in emulator.devices())


def written(controller: Controller, folder: pathlib.Path, item: t.Any) -> pathlib.Path:
    """A playbook of one task, for a program that the controller does not start."""
    defaults = {"group/hardening.aws.aws": controller.access}
    book = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable},
        "module_defaults": defaults,
        "tasks": [item],
    }
    path = folder / "book.yml"
    path.write_text(json.dumps([book]), encoding="utf-8")
    return path


def test_where_the_output_is_one_document(controller: Controller, emulator: Emulator) -> None:
    item = enrol(emulator, 60)
    play = controller.play(item, environment={**OFTEN, "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"})
    assert json.loads(play.stdout)["stats"]["localhost"]["failures"] == 0
    assert told(play.stderr) and not told(play.stdout)


def test_other_modules(controller: Controller, emulator: Emulator) -> None:
    """Each says what it does. Hosts of one play are told apart, and no_log hides no counts."""
    named = users(emulator, 60)
    emulator.set(latency=0.1)
    statement = {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy = emulator.boto3("iam").create_policy(PolicyName="deny-ec2", PolicyDocument=document)
    names = [item["user_name"] for item in named]
    steps = [
        task("hardening.aws.iam_policy_attachment", policy_arn=policy["Policy"]["Arn"], users=names, concurrency=4),
        task(INFO, account=True, all_kinds=True, concurrency=4, no_log=True),
        task(ACCESS, users=[{**item, "console_password": "absent"} for item in named], concurrency=4),
    ]
    play = controller.play(*steps, environment=OFTEN, hosts=["one"])
    verbs = [line[0] for line in told(play.stdout)]
    assert list(dict.fromkeys(verbs)) == ["attached", "read the devices of", "processed"], play.stdout
    several = controller.play(steps[1], environment=OFTEN, hosts=["one", "two"])
    assert set(re.findall(r"^\[(one|two)\] read the devices of", several.stdout, re.MULTILINE)) == {"one", "two"}


def test_with_async_and_a_wrong_pause(controller: Controller, emulator: Emulator) -> None:
    item = enrol(emulator, 20)
    jobs = {"ANSIBLE_ASYNC_DIR": str(controller.home / "jobs")}
    play = controller.play({**item, "async": 120, "poll": 1}, environment={**OFTEN, **jobs})
    assert not told(play.output) and play[-1]["summary"]["changed"] == 20
    refused = controller.play(*may_fail(item), environment={"HARDENING_AWS_PROGRESS_SECONDS": "often"})
    assert "HARDENING_AWS_PROGRESS_SECONDS in the environment is 'often'" in refused[0].msg


def test_a_run_that_waits_for_aws_says_so(controller: Controller, emulator: Emulator) -> None:
    named = users(emulator, 40)
    emulator.set(rate=10, burst=5, latency=0)
    play: Play = controller.play(devices(named, seed_store=SECRETS), environment=OFTEN)
    assert any("waiting for AWS, which throttles this account" in line[4] for line in told(play.stdout)), play.stdout
    assert controller.virtual()[arn("user-0001")] == "user-0001"
