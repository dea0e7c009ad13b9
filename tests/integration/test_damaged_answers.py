# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that are cut, garbled, undated, of another type or slow: no seed is told, and retries cure what they can."""

from __future__ import annotations

import re
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import PARAMETERS, SECRETS, Controller, Play, arn, device, devices, may_fail

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
NAMES = [f"user-{n:02d}" for n in range(12)]
TEAM = [{"user_name": name} for name in NAMES]
EVERY_CALL = [
    "iam:ListVirtualMFADevices",
    "iam:ListUsers",
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "secretsmanager:CreateSecret",
    "secretsmanager:GetSecretValue",
    "ssm:PutParameter",
    "ssm:GetParameter",
]


def no_seed_in(play: Play) -> None:
    """No seed, and nothing of a body that would have one."""
    assert not re.findall(r"[A-Z2-7]{20,}", play.output)
    for word in ("Base32StringSeed", "QRCodePNG", "otpauth:", "SecretString", "<CreateVirtual", "codec can't"):
        assert word not in play.output, word


@pytest.fixture(autouse=True)
def _account(emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": name} for name in NAMES]})


@pytest.mark.parametrize("store", [SECRETS, PARAMETERS], ids=["secretsmanager", "ssm"])
@pytest.mark.parametrize("kind", ["cut", "garbled"])
def test_some_answers_of_every_call(controller: Controller, emulator: Emulator, kind: str, store: t.Any) -> None:
    """One run converges, in spite of a third of all answers."""
    emulator.set(damage={"kind": kind, "share": 0.33}, random_seed=3)
    play = controller.play(devices(TEAM, seed_store=store), arguments=["-vvvv"])
    no_seed_in(play)
    damaged = {f"{entry['service']}:{entry['action']}" for entry in emulator.requests() if entry["damaged"]}
    assert len(damaged) >= 4, "it was all over the run"
    emulator.set(damage=None)
    assert play[0]["summary"] == {"total": 12, "changed": 12, "unchanged": 0, "failed": 0}, play[0]["results"]
    assert controller.virtual() == {arn(name): name for name in NAMES}
    assert not emulator.violations()
    read = controller.secret if store is SECRETS else controller.parameter
    slash = "" if store is SECRETS else "/"
    controller.assert_seeds_work([(name, arn(name), read(f"{slash}mfa/{name}")["seed"]) for name in NAMES])


@pytest.mark.parametrize("action", EVERY_CALL)
def test_every_answer_of_one_call(controller: Controller, emulator: Emulator, action: str) -> None:
    """What no retry can cure is told, without the answer; and a run without the trouble finishes the work."""
    store = PARAMETERS if action.startswith("ssm") else SECRETS
    once = {"retries": {"total_max_attempts": 2}}
    for kind in ("cut", "garbled"):
        emulator.set(damage={"kind": kind, "actions": [action]}, random_seed=1)
        play = controller.play(
            *may_fail(devices(TEAM[:3], seed_store=store, aws_config=once, wait=False)), arguments=["-vvvv"]
        )
        no_seed_in(play)
        assert "Traceback" not in play.output
        if play[0].failed:
            told = play[0].msg
            assert action in told or "damaged" in told or "does not return what was written" in told, told
    emulator.set(damage=None)
    play = controller.play(devices(TEAM[:3], seed_store=store))
    assert play[0]["summary"]["failed"] == 0
    assert controller.virtual() == {arn(name): name for name in NAMES[:3]}
    assert not emulator.violations()


def test_another_content_type(controller: Controller, emulator: Emulator) -> None:
    emulator.set(damage={"kind": "content_type"})
    play = controller.play(devices(TEAM, seed_store=SECRETS), arguments=["-vvvv"])
    no_seed_in(play)
    assert play[0]["summary"]["changed"] == 12


def test_no_date(controller: Controller, emulator: Emulator) -> None:
    """Without AWS's time there are no codes: nothing is begun that needs one, and all else works."""
    emulator.fixture({"unassigned_virtual_devices": [{"device_name": "phone", "seed": SEED}]})
    emulator.set(damage={"kind": "no_date"})
    play = controller.play(
        *may_fail(
            device(user_name=NAMES[0], device_name=NAMES[0], seed_store=SECRETS),
            devices(TEAM[:3], seed_store=SECRETS),
            device(user_name=NAMES[0], device_name="phone", seed=SEED),
        ),
        device(user_name=NAMES[1], device_name="kept", state="present", seed_store=SECRETS),
        device(user_name=NAMES[1], device_name="kept", state="absent"),
        device(user_name=NAMES[1], all_devices=True, state="disabled"),
        arguments=["-vvvv"],
    )
    no_seed_in(play)
    assert [result.failed for result in play.results] == [True] * 3 + [False] * 3
    for result in play.results[:3]:
        assert "No answer of AWS had a Date header" in result.msg
        assert not [call for call in result.writes if "Create" in call or "Enable" in call]
    assert [item["serial_number"] for item in emulator.devices()] == [arn("phone")]


def test_half_a_minute_for_an_answer(controller: Controller, emulator: Emulator) -> None:
    """A slow answer leaves AWS's time open by as much as it took: it is asked for once more, and the run goes on."""
    emulator.fixture({"unassigned_virtual_devices": [{"device_name": name, "seed": SEED} for name in NAMES[:2]]})
    emulator.set(damage={"kind": "slow", "actions": ["iam:ListVirtualMFADevices"], "seconds": 31})
    team = [{"user_name": name, "seed": SEED} for name in NAMES[:2]]
    play = controller.run(devices(team, wait=False))
    emulator.set(damage=None)
    assert play[0]["summary"]["changed"] == 2
    assert controller.virtual() == {arn(name): name for name in NAMES[:2]}
