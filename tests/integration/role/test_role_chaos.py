# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on an AWS that fails, runs that are killed at any moment, and two runs at once.

ROLE_CHAOS_KILLS=50 ROLE_CHAOS_USERS=200 python -m pytest tests/integration/role/test_role_chaos.py is the long form;
ROLE_CHAOS_SEED repeats the moments of a run.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import random
import subprocess
import time
import typing as t

from aws_emulator.client import Emulator
from controller import Controller
from role_runner import STORE, Role, is_seed_of, kill_play, secrets_of, view

KILLS = int(os.environ.get("ROLE_CHAOS_KILLS", "5"))
USERS = int(os.environ.get("ROLE_CHAOS_USERS", "40"))
SEED = int(os.environ.get("ROLE_CHAOS_SEED", str(random.randrange(10**6))))


def killed_runs(role: Role, kills: int, **inputs: t.Any) -> int:
    """Start the role and kill it at a call of its, so many times. Return how many runs were killed before their end."""
    chance = random.Random(SEED)
    seed_of = secrets_of(role.emulator)
    cut_short = 0
    for _number in range(kills):
        # The first calls read the account, then there are six for a user. Half of the calls take effect.
        halt = {
            "at": chance.randrange(8, 8 + 10 * USERS // max(KILLS, 10)),
            "when": chance.choice(["before", "after"]),
            "freeze": True,
        }
        role.emulator.set(halt=halt)
        process, _finish = role.start(**inputs)
        while process.poll() is None and not role.emulator.halted()["halted"]:
            time.sleep(0.02)
        cut_short += process.poll() is None
        time.sleep(chance.uniform(0, 0.3))
        kill_play(process, role.controller.home)
        role.emulator.release()
        assert_no_seed_is_lost(role.emulator)
        for device in role.emulator.devices():
            if device["attached"]:
                assert is_seed_of(seed_of(device["user_name"]), device)
    return cut_short


def assert_no_seed_is_lost(emulator: Emulator) -> None:
    assert not emulator.violations(), "a device was attached before its seed was stored"


def assert_all_enrolled(emulator: Emulator, count: int) -> list[dict[str, t.Any]]:
    devices = [device for device in emulator.devices() if device["attached"]]
    assert len(devices) == count == len({device["user_name"] for device in devices})
    return devices


def test_one_run_on_an_unreliable_aws(role: Role, emulator: Emulator) -> None:
    emulator.fixture({"generate": {"count": USERS}})
    emulator.set(fault_probability=0.05, lost_reply_probability=0.03, lag=1.0, rate=30, burst=20)
    inputs = {"select": {"paths": ["/"]}, "seed_store": STORE}
    run = role(**inputs)
    counts = emulator.counts()
    emulator.set(fault_probability=0, lost_reply_probability=0, lag=0, rate=None)
    assert min(counts["faults"], counts["lost_replies"], counts["throttled"]) > 0, "it was an unreliable AWS"
    assert len(run.result["enabled"]) == USERS and not run.result["failed"]
    seed_of = secrets_of(emulator)
    for device in assert_all_enrolled(emulator, USERS):
        assert is_seed_of(seed_of(device["user_name"]), device)
    assert role(**inputs).changed == 0


def test_killed_at_any_moment(role: Role, emulator: Emulator) -> None:
    emulator.fixture({"generate": {"count": USERS}})
    inputs = {"select": {"paths": ["/"]}, "seed_store": STORE, "batch_size": max(2, USERS // 10), "concurrency": 4}
    cut_short = killed_runs(role, KILLS, **inputs)
    run = role(**inputs)
    assert cut_short >= KILLS / 2
    print(f"seed {SEED}: {cut_short} of {KILLS} runs cut short, the last one enrolled {len(run.result['enabled'])}")
    seed_of = secrets_of(emulator)
    for device in assert_all_enrolled(emulator, USERS):
        assert is_seed_of(seed_of(device["user_name"]), device)
    assert role(**inputs).changed == 0


def test_killed_with_a_vaulted_file(
    role: Role, emulator: Emulator, controller: Controller, vault_password: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Every device that is attached has its seed in the file, at any moment."""
    path = tmp_path / "seeds.yml"
    count = max(18, USERS // 5)
    emulator.fixture({"generate": {"count": count}})
    password = ("--vault-password-file", str(vault_password))
    inputs = {"select": {"paths": ["/"]}, "seed_vault_file": {"path": str(path)}, "batch_size": max(2, count // 6)}
    moments = random.Random(SEED)
    for _number in range(max(4, KILLS // 4)):
        process, _finish = role.start(*password, **inputs)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=moments.uniform(3.0, 9.0))
        kill_play(process, controller.home)
        kept = view(path, vault_password, controller) if path.exists() else {}
        for device in emulator.devices():
            if device["attached"]:
                assert is_seed_of(kept[device["serial_number"]]["seed"], device)
    role(*password, violations=True, **inputs)
    kept = view(path, vault_password, controller)
    for device in assert_all_enrolled(emulator, count):
        assert is_seed_of(kept[device["serial_number"]]["seed"], device)


def test_two_plays_at_once(controller: Controller, emulator: Emulator, tmp_path: pathlib.Path) -> None:
    emulator.fixture({"generate": {"count": 20}})
    emulator.set(latency=0.02)
    inputs = {"select": {"paths": ["/"]}, "seed_store": STORE, "batch_size": 10}
    pair = [Role(Controller(emulator, tmp_path / f"home-{number}"), emulator) for number in range(2)]
    started = []
    for one in pair:
        started.append(one.start(**inputs))
        time.sleep(0.3)
    for process, finish in started:
        play = finish(process)
        assert play.code == 0, play.output
    assert_no_seed_is_lost(emulator)
    seed_of = secrets_of(emulator)
    for device in assert_all_enrolled(emulator, 20):
        assert is_seed_of(seed_of(device["user_name"]), device)
