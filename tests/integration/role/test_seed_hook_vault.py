# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented tasks for HashiCorp Vault and OpenBao, as the docs have them, on a real OpenBao server."""

from __future__ import annotations

import datetime
import os
import pathlib
import subprocess
import time
import typing as t
from collections.abc import Iterator

import pytest
from aws_emulator.client import Emulator
from controller import ACCOUNT, VENV, Controller, arn
from role_runner import Role, is_seed_of, kill_play, users
from seed_servers import OpenBao, documented, documented_policy, program

PAGE = "seed-hook-hashicorp-vault.md"


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenBao]:
    binary = program()
    if binary is None:
        pytest.skip("there is no OpenBao: make setup installs it")
    server = OpenBao(binary, tmp_path_factory.mktemp("bao") / "home", documented_policy(PAGE))
    yield server
    server.stop()


@pytest.fixture
def inputs(tmp_path: pathlib.Path, server: OpenBao) -> dict[str, t.Any]:
    """Inputs of the role, with the file of the docs."""
    path = tmp_path / "keep_in_vault.yml"
    path.write_text(documented(PAGE, path.name), encoding="utf-8")
    return {"users": ["alice", "bob"], "seed_tasks": str(path), "environment": server.environment}


def test_kept_in_openbao_before_devices_are_attached(
    role: Role, emulator: Emulator, controller: Controller, server: OpenBao, inputs: dict[str, t.Any], tmp_path: pathlib.Path
) -> None:
    """Two batches, one secret: the second one merges into it. Then the docs' play resynchronizes with a seed from there."""
    emulator.fixture({"users": users("alice", "bob", "carol")})
    run = role("-vvvv", violations=True, **inputs)
    first = server.version(ACCOUNT)
    assert run.result["enabled"] == ["alice", "bob"] and set(first["data"]) == {arn("alice"), arn("bob")}
    kept_at = datetime.datetime.fromisoformat(first["metadata"]["created_time"][:26].rstrip("Z") + "+00:00").timestamp()
    enabled_at = [request["time"] for request in emulator.requests() if request["action"] == "EnableMFADevice"]
    assert len(enabled_at) == 2 and min(enabled_at) > kept_at
    for name in ("alice", "bob"):
        record = first["data"][arn(name)]
        assert record["user_name"] == name and is_seed_of(record["seed"], emulator.device(arn(name)))
        assert record["seed"] not in run.output and controller.attached(name) == [arn(name)]
    assert server.environment["VAULT_SECRET_ID"] not in run.output
    assert role(violations=True, **inputs).changed == 0

    role(violations=True, **{**inputs, "users": ["carol"]})
    second = server.version(ACCOUNT)["data"]
    assert set(second) == {arn("alice"), arn("bob"), arn("carol")} and second[arn("bob")] == first["data"][arn("bob")]

    emulator.set(clock_offset=120)  # the codes of the enrolment are used up
    emulator.clear_requests()
    play = tmp_path / "resync_from_vault.yml"
    play.write_text(documented(PAGE, play.name), encoding="utf-8")
    output = play_of_the_docs(controller, play, {"VAULT_ADDR": server.url, "VAULT_TOKEN": server.root})
    assert emulator.counts()["by_action"]["iam:ResyncMFADevice"] == 1
    assert first["data"][arn("alice")]["seed"] not in output and server.root not in output


def play_of_the_docs(controller: Controller, play: pathlib.Path, variables: dict[str, str]) -> str:
    environment = {**controller.environment(RECORDED_RESULTS="/dev/null"), **controller.emulator.env(), **variables}
    command = [str(VENV / "bin/ansible-playbook"), "-vvvv", str(play)]
    done = subprocess.run(command, env=environment, cwd=play.parent, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0 and "Traceback" not in output, output
    return output


@pytest.mark.parametrize("trouble", ["denied", "not reading", "sealed"])
def test_no_device_is_attached_if_openbao_refuses(
    role: Role, emulator: Emulator, controller: Controller, server: OpenBao, inputs: dict[str, t.Any], trouble: str
) -> None:
    """The report says which task failed, and names the users; nothing of a seed or a token is shown."""
    emulator.fixture({"users": users("alice", "bob")})
    policy = documented_policy(PAGE)
    task = {"denied": "Write the seeds to", "not reading": "Read the seeds back from", "sealed": "Log in to"}[trouble]
    if trouble == "sealed":
        server.call("POST", "sys/seal")
    else:
        server.allow(policy.replace(', "patch"' if trouble == "denied" else ', "read"', ""))
    try:
        run = role("-vvvv", ok=False, violations=True, **inputs)
    finally:
        if trouble == "sealed":
            unseal(server)
        else:
            server.allow(policy)
    assert {item["user_name"] for item in run.result["failed"]} == {"alice", "bob"} and not run.result["enabled"]
    assert all(f'The task "{task} Vault" failed' in item["msg"].replace("\n", " ") for item in run.result["failed"])
    assert controller.attached("alice") == controller.attached("bob") == []
    for device in emulator.devices():
        assert device["seed"] not in run.output
    # The next run makes new devices, and the newest seeds count.
    role(violations=True, **inputs)
    for name in ("alice", "bob"):
        assert is_seed_of(server.version(ACCOUNT)["data"][arn(name)]["seed"], emulator.device(arn(name)))


def unseal(server: OpenBao) -> None:
    log = server.log.read_text(encoding="utf-8")
    key = next(line.split()[-1] for line in log.splitlines() if line.startswith("Unseal Key:"))
    server.call("POST", "sys/unseal", {"key": key})
    server._wait()


def test_the_newest_seed_counts_after_a_kill(
    role: Role, emulator: Emulator, controller: Controller, server: OpenBao, inputs: dict[str, t.Any]
) -> None:
    """Killed once the seed is in Vault, before the device is attached: the next run writes another one."""
    emulator.fixture({"users": users("alice")})
    one = {**inputs, "users": ["alice"]}
    before = newest(server)
    emulator.add_rule(hold="before", actions=["iam:EnableMFADevice"])
    process, _finish = role.start(**one)
    end = time.monotonic() + 60
    while newest(server) == before and time.monotonic() < end:
        time.sleep(0.1)
    kill_play(process, controller.home)
    emulator.release()
    old = server.version(ACCOUNT)
    assert newest(server) > before and controller.attached("alice") == []

    role(violations=True, **one)
    new = server.version(ACCOUNT)["data"][arn("alice")]["seed"]
    assert is_seed_of(new, emulator.device(arn("alice"))) and controller.attached("alice") == [arn("alice")]
    assert new != old["data"][arn("alice")]["seed"] and server.version(ACCOUNT, old["metadata"]["version"])["data"]


def newest(server: OpenBao) -> int:
    try:
        return int(server.version(ACCOUNT)["metadata"]["version"])
    except OSError:
        return 0
