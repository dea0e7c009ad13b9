# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs against an AWS that fails, loses replies and lags: all end enabled, and no seed is lost."""

from __future__ import annotations

import collections
import concurrent.futures
import os
import typing as t

from aws_emulator.client import Emulator
from controller import PARAMETERS, SECRETS, SINGULAR, Controller, arn, device, devices

RUNS = int(os.environ.get("UNRELIABLE_RUNS", "60"))
IN_A_PLAYBOOK = RUNS // 4  # the others are the module alone, at the same time: Ansible around it adds nothing but time


def store_of(name: str) -> dict[str, str]:
    """Every other user's seed goes to the one store and to the other."""
    return PARAMETERS if int(name[-1]) % 2 else SECRETS


def test_faults_lost_replies_and_lag(controller: Controller, emulator: Emulator) -> None:
    names = [f"user-{n:03d}" for n in range(1, RUNS + 1)]
    emulator.fixture({"users": [{"user_name": name} for name in names]})
    emulator.set(fault_probability=0.1, lost_reply_probability=0.1, lag=2.0)
    host = "{{ inventory_hostname }}"
    store = {"type": "{{ ['secretsmanager', 'ssm_parameter'][inventory_hostname[-1] | int % 2] }}"}
    process, finish = controller.start(
        device(user_name=host, device_name=host, seed_store=store),
        hosts=names[:IN_A_PLAYBOOK],
        strategy="free",
        arguments=["--forks", "8"],
    )

    def run(name: str) -> dict[str, t.Any]:
        return controller.run_module(SINGULAR, user_name=name, device_name=name, seed_store=store_of(name))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(run, names[IN_A_PLAYBOOK:]))
    play = finish(process)
    assert play.code == 0, play.output
    assert not emulator.violations()
    counts = emulator.counts()
    emulator.set(fault_probability=0, lost_reply_probability=0, lag=0)
    assert counts["faults"] > RUNS / 4 and counts["lost_replies"] > RUNS / 4, "it was an unreliable AWS"
    assert len(play) + len(answers) == RUNS
    assert [result.data for result in play.results if not result.changed] == []
    assert [answer for answer in answers if answer.get("failed") or not answer["changed"]] == []
    # exactly one device a user
    assert controller.virtual() == {arn(name): name for name in names}
    assert collections.Counter(item["user_name"] for item in emulator.devices()) == dict.fromkeys(names, 1)
    stored = []
    for name in names:
        secrets = store_of(name) is SECRETS
        record = controller.secret(f"mfa/{name}") if secrets else controller.parameter(f"/mfa/{name}")
        assert record["serial_number"] == arn(name)
        stored.append((name, arn(name), record["seed"]))
    controller.assert_seeds_work(stored)


def test_many_devices_at_once(controller: Controller, emulator: Emulator) -> None:
    """The same in one task, and then everything away again."""
    names = [f"user-{n:03d}" for n in range(1, 51)]
    emulator.fixture({"users": [{"user_name": name} for name in names]})
    trouble = {"fault_probability": 0.1, "lost_reply_probability": 0.1, "lag": 2.0}
    emulator.set(**trouble)
    team = [{"user_name": name} for name in names]
    enabled = controller.run(devices(team, seed_store=SECRETS))[0]
    emulator.set(fault_probability=0, lost_reply_probability=0, lag=0)
    assert enabled["summary"] == {"total": 50, "changed": 50, "unchanged": 0, "failed": 0}
    assert controller.virtual() == {arn(name): name for name in names}
    controller.assert_seeds_work([(name, arn(name), controller.secret(f"mfa/{name}")["seed"]) for name in names])
    emulator.set(**trouble)
    absent = controller.run(devices(team, state="absent"))[0]
    emulator.set(fault_probability=0, lost_reply_probability=0, lag=0)
    assert absent["summary"]["failed"] == 0 and absent["summary"]["changed"] == 50
    assert emulator.devices() == []


def test_states_of_one_device(controller: Controller, emulator: Emulator) -> None:
    """Each other state on an unreliable AWS, on users of their own; repeated, as luck plays a part."""
    runs = [f"{n:02d}" for n in range(6)]
    emulator.fixture({"users": [{"user_name": f"u{n}"} for n in runs]})
    emulator.set(fault_probability=0.15, lost_reply_probability=0.15, lag=1.0)
    user, stored = "u{{ inventory_hostname }}", {"seed_store": PARAMETERS}
    play = controller.play(
        device(user_name=user, device_name=user, state="present", tags={"a": "b"}, **stored),
        device(user_name=user, device_name=user, tags={"a": "c"}, **stored),
        device(user_name=user, device_name=user, state="disabled"),
        device(user_name=user, device_name=user, state="absent"),
        hosts=runs,
        strategy="free",
        arguments=["--forks", "6"],
    )
    steps = {n: [result["actions"] for result in play.results if result.host == n] for n in runs}
    emulator.set(fault_probability=0, lost_reply_probability=0, lag=0)
    for actions in steps.values():
        assert [set(step) for step in actions] == [{"create", "store"}, {"tag", "enable"}, {"disable"}, {"delete"}]
    assert emulator.devices() == []
