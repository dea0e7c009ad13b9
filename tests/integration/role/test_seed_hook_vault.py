# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented tasks for HashiCorp Vault and OpenBao, as the docs have them, on a real OpenBao server."""

from __future__ import annotations

import datetime
import os
import pathlib
import time
import typing as t
from collections.abc import Iterator

import pytest
from aws_emulator.client import Emulator
from controller import ACCOUNT, Controller, arn
from role_runner import Hardening, Role, is_seed_of, kill_play, show_after, users
from seed_servers import OpenBao, documented, documented_policy, program, run_documented

PAGE = "seed-hook-hashicorp-vault.md"
LONG = os.environ.get("SEED_HOOKS") == "all"


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


def failed_users(run: Hardening, task: str) -> set[str]:
    """The users that the report names, all because this task failed."""
    failed = run.result["failed"]
    assert failed and all(f'The task "{task}" failed' in item["msg"] for item in failed), failed
    return {item["user_name"] for item in failed}


def test_kept_in_openbao_before_devices_are_attached(
    role: Role,
    emulator: Emulator,
    controller: Controller,
    server: OpenBao,
    inputs: dict[str, t.Any],
    tmp_path: pathlib.Path,
) -> None:
    """First the AppRole may write and not read back, so nothing is attached. Then it may, and the newest seeds count.

    At last the docs' play resynchronizes a device with a seed from there.
    """
    emulator.fixture({"users": users("alice", "bob")})
    policy = documented_policy(PAGE)
    server.allow(policy.replace(', "read"', ""))
    failed = role("-vvvv", ok=False, violations=True, **{**inputs, "users": ["alice"]})
    assert failed_users(failed, "Read the seeds back from Vault") == {"alice"}
    assert controller.attached("alice") == []
    old = server.version(ACCOUNT)

    server.allow(policy)
    show_after(role, "vault_login", "vault_written", "vault_kept")
    run = role("-vvvv", violations=True, **inputs)
    new = server.version(ACCOUNT)
    assert run.result["enabled"] == ["alice", "bob"] and set(new["data"]) == {arn("alice"), arn("bob")}
    # One request for both users; the version before it is kept.
    assert new["metadata"]["version"] == old["metadata"]["version"] + 1
    assert server.version(ACCOUNT, old["metadata"]["version"])["data"] == old["data"]
    kept_at = datetime.datetime.fromisoformat(new["metadata"]["created_time"][:19] + "+00:00").timestamp()
    enabled_at = [request["time"] for request in emulator.requests() if request["action"] == "EnableMFADevice"]
    assert len(enabled_at) == 2 and min(enabled_at) > kept_at
    for name in ("alice", "bob"):
        record = new["data"][arn(name)]
        assert record["user_name"] == name and is_seed_of(record["seed"], emulator.device(arn(name)))
        assert controller.attached(name) == [arn(name)]
    secrets = [server.environment["VAULT_SECRET_ID"], *(record["seed"] for record in new["data"].values())]
    secrets.append(old["data"][arn("alice")]["seed"])
    assert not [secret for secret in secrets if secret in failed.output + run.output]

    emulator.set(clock_offset=120)  # the codes of the enrolment are used up
    emulator.clear_requests()
    play = tmp_path / "resync_from_vault.yml"
    play.write_text(documented(PAGE, play.name), encoding="utf-8")
    output = run_documented(controller, play, {"VAULT_ADDR": server.url, "VAULT_TOKEN": server.root})
    assert emulator.counts()["by_action"]["iam:ResyncMFADevice"] == 1
    assert new["data"][arn("alice")]["seed"] not in output and server.root not in output


def test_no_device_is_attached_if_openbao_is_sealed(
    role: Role, emulator: Emulator, controller: Controller, server: OpenBao, inputs: dict[str, t.Any]
) -> None:
    emulator.fixture({"users": users("alice", "bob")})
    server.call("POST", "sys/seal")
    try:
        run = role("-vvvv", ok=False, violations=True, **inputs)
    finally:
        unseal(server)
    assert failed_users(run, "Log in to Vault") == {"alice", "bob"} and not run.result["enabled"]
    assert controller.attached("alice") == controller.attached("bob") == []
    assert all(device["seed"] not in run.output for device in emulator.devices())


@pytest.mark.skipif(not LONG, reason="only in make chaos (SEED_HOOKS=all)")
def test_no_device_is_attached_if_openbao_denies_writing(
    role: Role, emulator: Emulator, controller: Controller, server: OpenBao, inputs: dict[str, t.Any]
) -> None:
    emulator.fixture({"users": users("alice", "bob")})
    policy = documented_policy(PAGE)
    server.allow(policy.replace(', "patch"', ""))
    try:
        run = role("-vvvv", ok=False, violations=True, **inputs)
    finally:
        server.allow(policy)
    assert failed_users(run, "Write the seeds to Vault") == {"alice", "bob"}
    assert controller.attached("alice") == controller.attached("bob") == []
    assert all(device["seed"] not in run.output for device in emulator.devices())


def unseal(server: OpenBao) -> None:
    log = server.log.read_text(encoding="utf-8")
    key = next(line.split()[-1] for line in log.splitlines() if line.startswith("Unseal Key:"))
    server.call("POST", "sys/unseal", {"key": key})
    server._wait()


@pytest.mark.skipif(not LONG, reason="only in make chaos (SEED_HOOKS=all)")
def test_the_newest_seed_counts_after_a_kill(
    role: Role, emulator: Emulator, controller: Controller, server: OpenBao, inputs: dict[str, t.Any]
) -> None:
    """Killed once the seed is in Vault, before the device is attached: the next run writes another one."""
    emulator.fixture({"users": users("alice")})
    one = {**inputs, "users": ["alice"]}
    before = newest(server)
    emulator.set(latency=1)  # so that the device is not attached yet when its seed is seen in Vault
    process, _finish = role.start(**one)
    end = time.monotonic() + 60
    while newest(server) == before and time.monotonic() < end:
        time.sleep(0.1)
    kill_play(process, controller.home)
    emulator.set(latency=0)
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
