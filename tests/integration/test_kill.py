# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGKILL at each call: the same run converges when it is started again, and no device ever had a lost seed.

The emulator stops the module at its N-th call, before or after the call's effect; the module is killed there. For the
server, after call N and before call N + 1 are the same, so that most scenarios are killed after each call only.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import json
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import (
    PARAMETERS,
    PLURAL,
    SECRETS,
    SINGULAR,
    Controller,
    arn,
    device,
    devices,
    kill_tree,
)

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"


@dataclasses.dataclass
class Scenario:
    """What is there before a run, what the run asks for, and how it ends."""

    options: dict[str, t.Any]
    there: dict[str, t.Any]  # a fixture; NAME stands for the user
    stored: bool = False  # whether a seed of an earlier device is in the store
    attached: bool = True
    exists: bool = True
    both: bool = False  # killed before each call, too


USER = {"users": [{"user_name": "NAME"}]}
WITH_DEVICE = {"users": [{"user_name": "NAME", "mfa_devices": [{"device_name": "NAME"}]}]}
WITH_ORPHAN = {**USER, "unassigned_virtual_devices": [{"device_name": "NAME"}]}
SCENARIOS = {
    "enabled, Secrets Manager": Scenario({"seed_store": SECRETS}, USER, both=True),
    "enabled, Parameter Store": Scenario({"seed_store": PARAMETERS}, USER),
    "enabled, an old seed in Secrets Manager": Scenario({"seed_store": SECRETS}, USER, stored=True),
    "enabled, an old seed in Parameter Store": Scenario({"seed_store": PARAMETERS}, USER, stored=True),
    "enabled, a device without a seed": Scenario({"seed_store": SECRETS}, WITH_ORPHAN),
    "present": Scenario({"seed_store": SECRETS, "state": "present", "tags": {"a": "b"}}, USER, attached=False),
    "disabled": Scenario({"state": "disabled"}, WITH_DEVICE, attached=False),
    "absent": Scenario({"state": "absent"}, WITH_DEVICE, attached=False, exists=False),
}


def prepare(controller: Controller, scenario: Scenario, name: str) -> None:
    controller.emulator.fixture(json.loads(json.dumps(scenario.there).replace("NAME", name)))
    if scenario.stored:
        value = json.dumps(
            {"seed": SEED, "serial_number": arn(name), "user_name": name, "otpauth_uri": "", "created": "2026-01-01"}
        )
        if scenario.options["seed_store"] is SECRETS:
            controller.boto3("secretsmanager").create_secret(Name=f"mfa/{name}", SecretString=value)
        else:
            controller.boto3("ssm").put_parameter(Name=f"/mfa/{name}", Value=value, Type="SecureString")


def kill_at(controller: Controller, module: str, call: int, when: str, **options: t.Any) -> bool:
    """Run a module and kill it at a call. False if it ended before."""
    emulator = controller.emulator
    emulator.set(halt={"at": call, "when": when})
    process = controller.spawn(module, **options)
    while not (held := emulator.halted()["halted"]) and not process.ended(0.03):
        pass
    process.kill()
    emulator.release()
    return bool(held)


def seeds_stored(controller: Controller, name: str, store: dict[str, t.Any]) -> str:
    record = controller.secret(f"mfa/{name}") if store is SECRETS else controller.parameter(f"/mfa/{name}")
    assert record["serial_number"] == arn(name)
    return str(record["seed"])


@pytest.mark.parametrize("title", SCENARIOS)
def test_one_device(controller: Controller, emulator: Emulator, title: str) -> None:
    scenario = SCENARIOS[title]
    names: list[str] = []
    call = 0
    while call < 40:
        call += 1
        ended = False
        for when in ("before", "after") if scenario.both else ("after",):
            name = f"{when}-{call}"
            prepare(controller, scenario, name)
            # the last one is not killed any more: it shows that every call was among those before
            ended = not kill_at(controller, SINGULAR, call, when, user_name=name, device_name=name, **scenario.options)
            names.append(name)
            assert not emulator.violations()
            if ended:
                break
        if ended:
            break
    assert ended and len(names) >= 4, "killed at each call, until there was none any more"
    # Together, as codes of an old seed that are refused make a run wait for the next ones.
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        again = pool.map(
            lambda name: controller.run_module(SINGULAR, user_name=name, device_name=name, **scenario.options), names
        )
        assert [answer.get("msg") for answer in again] == [None] * len(names)
    assert not emulator.violations()
    owners = {arn(name): name if scenario.attached else None for name in names} if scenario.exists else {}
    assert controller.virtual() == owners
    store = scenario.options.get("seed_store")
    if store:
        stored = {name: seeds_stored(controller, name, store) for name in names}
        truth = {item["serial_number"]: item["seed"] for item in emulator.devices()}
        assert {arn(name): seed for name, seed in stored.items()} == truth
        if scenario.attached:
            controller.assert_seeds_work([(name, arn(name), stored[name]) for name in names])
    # and then there is nothing to do any more
    options = {name: value for name, value in scenario.options.items() if name != "tags"}
    (at_last,) = controller.play(devices([{"user_name": name} for name in names], **options)).results
    assert not at_last.changed and at_last["summary"]["failed"] == 0


def test_many_devices(controller: Controller, emulator: Emulator) -> None:
    teams: list[list[str]] = []
    call = 0
    killed = True
    while killed and call < 60:
        call += 1
        team = [f"t{call}-{name}" for name in ("alice", "bob")]
        teams.append(team)
        emulator.fixture({"users": [{"user_name": name} for name in team]})
        items = [{"user_name": name} for name in team]
        killed = kill_at(controller, PLURAL, call, "after", devices=items, seed_store=SECRETS, concurrency=2)
        assert not emulator.violations()
    assert not killed and call > 8
    for team in teams:
        answer = controller.run_module(PLURAL, devices=[{"user_name": name} for name in team], seed_store=SECRETS)
        assert answer["summary"]["failed"] == 0
    assert not emulator.violations()
    everybody = [name for team in teams for name in team]
    assert controller.virtual() == {arn(name): name for name in everybody}
    controller.assert_seeds_work([(name, arn(name), seeds_stored(controller, name, SECRETS)) for name in everybody])


@pytest.mark.parametrize("action", ["CreateSecret", "EnableMFADevice"])
def test_the_playbook_is_killed(controller: Controller, emulator: Emulator, action: str) -> None:
    """ansible-playbook and all it started, as by a power cut."""
    emulator.fixture({"users": [{"user_name": "alice"}]})
    alice = device(user_name="alice", device_name="alice", seed_store=SECRETS)
    calls = controller.play({**alice, "check_mode": True})[0].calls
    call = len(calls) + {"CreateSecret": 2, "EnableMFADevice": 4}[action]
    emulator.set(halt={"at": call, "when": "after"})
    process, _finish = controller.start(alice)
    assert emulator.wait_halted()["action"].endswith(f":{action}")
    kill_tree(process)
    emulator.release()
    first, again = controller.play(alice, alice).results
    assert not again.changed and first.changed == (action != "EnableMFADevice")
    assert controller.virtual() == {arn("alice"): "alice"}
    controller.assert_seed_works("alice", arn("alice"), controller.secret("mfa/alice")["seed"])
