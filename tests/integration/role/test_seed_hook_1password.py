# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented tasks for 1Password, as the docs have them, on a stub of the Connect API: no server installs here."""

from __future__ import annotations

import os
import pathlib
import typing as t
from collections.abc import Iterator

import pytest
from aws_emulator.client import Emulator
from controller import ACCOUNT, Controller, arn
from role_runner import Role, is_seed_of, show_after, users
from seed_servers import ConnectStub, documented, run_documented

PAGE = "seed-hook-1password.md"


@pytest.fixture(name="stub")
def _stub() -> Iterator[ConnectStub]:
    stub = ConnectStub()
    yield stub
    stub.stop()


@pytest.fixture
def inputs(tmp_path: pathlib.Path, stub: ConnectStub) -> dict[str, t.Any]:
    """Inputs of the role, with the file of the docs."""
    path = tmp_path / "keep_in_1password.yml"
    path.write_text(documented(PAGE, path.name), encoding="utf-8")
    return {"users": ["alice", "bob"], "seed_tasks": str(path), "environment": stub.environment}


def seeds(item: dict[str, t.Any]) -> dict[str, str]:
    """The seeds of an item by serial number."""
    found = {field["label"]: field["value"] for field in item["fields"] if field["type"] == "OTP"}
    return {serial: value.split("secret=")[1].split("&")[0] for serial, value in found.items()}


def test_kept_in_the_stub_of_1password(
    role: Role,
    emulator: Emulator,
    controller: Controller,
    stub: ConnectStub,
    inputs: dict[str, t.Any],
    tmp_path: pathlib.Path,
) -> None:
    """First a wrong seed is read back, so nothing is attached; then a batch is one item, and the newest seed counts."""
    emulator.fixture({"users": users("alice", "bob")})
    stub.altered = True
    failed = role("-vvvv", ok=False, violations=True, **inputs)
    assert {item["user_name"] for item in failed.result["failed"]} == {"alice", "bob"}
    assert controller.attached("alice") == controller.attached("bob") == []
    stub.altered = False
    show_after(role, "onepassword_written", "onepassword_kept")
    stub.requests.clear()
    stub.refusals.append((503, "not ready"))
    run = role("-vvvv", violations=True, **inputs)
    assert run.result["enabled"] == ["alice", "bob"]
    # Once more after the 503, and one item for both users.
    assert [request.split()[0] for request in stub.requests] == ["POST", "POST", "GET"] and len(stub.items) == 2
    newest, oldest = map(seeds, stub.items)
    for name in ("alice", "bob"):
        assert is_seed_of(newest[arn(name)], emulator.device(arn(name))) and controller.attached(name) == [arn(name)]
        for seed in (newest[arn(name)], oldest[arn(name)]):
            assert seed not in run.output + failed.output
    assert stub.TOKEN not in run.output + failed.output

    emulator.set(clock_offset=120)  # the codes of the enrolment are used up
    emulator.clear_requests()
    play = tmp_path / "resync_from_1password.yml"
    play.write_text(documented(PAGE, play.name), encoding="utf-8")
    output = run_documented(controller, play, stub.environment)
    assert emulator.counts()["by_action"]["iam:ResyncMFADevice"] == 1
    assert newest[arn("alice")] not in output and stub.TOKEN not in output


@pytest.mark.skipif(os.environ.get("SEED_HOOKS") != "all", reason="only in make chaos (SEED_HOOKS=all)")
def test_no_device_is_attached_if_the_stub_of_1password_refuses(
    role: Role, emulator: Emulator, controller: Controller, stub: ConnectStub, inputs: dict[str, t.Any]
) -> None:
    emulator.fixture({"users": users("alice", "bob")})
    environment = {**stub.environment, "OP_CONNECT_TOKEN": "wrong-token-of-the-test"}
    run = role("-vvvv", ok=False, violations=True, **{**inputs, "environment": environment})
    assert {item["user_name"] for item in run.result["failed"]} == {"alice", "bob"} and not run.result["enabled"]
    assert all('The task "Write the seeds to 1Password' in item["msg"] for item in run.result["failed"])
    assert controller.attached("alice") == controller.attached("bob") == [] and stub.items == []
    assert len(stub.requests) == 1  # a refusal is not asked for again
    assert all(device["seed"] not in run.output for device in emulator.devices())
    assert "wrong-token-of-the-test" not in run.output and ACCOUNT in str(emulator.devices())
