# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that enrol the same users at the same time: all end well, with one device and a valid seed for each user."""

from __future__ import annotations

import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import PARAMETERS, SECRETS, SINGULAR, Controller, arn, device, devices

STORES = pytest.mark.parametrize("store", [SECRETS, PARAMETERS], ids=["secretsmanager", "ssm"])


def assert_enrolled(controller: Controller, names: t.Sequence[str], store: dict[str, t.Any]) -> None:
    controller.emulator.set(lag=0)
    assert not controller.emulator.violations()
    assert controller.virtual() == {arn(name): name for name in names}
    stored = []
    for name in names:
        record = controller.secret(f"mfa/{name}") if store is SECRETS else controller.parameter(f"/mfa/{name}")
        stored.append((name, arn(name), record["seed"]))
    controller.assert_seeds_work(stored)


@STORES
def test_two_playbooks(controller: Controller, emulator: Emulator, store: dict[str, t.Any]) -> None:
    names = [f"user-{n}" for n in range(1, 9)]
    emulator.fixture({"users": [{"user_name": name} for name in names]})
    emulator.set(lag=1.0)
    book = [
        devices([{"user_name": name} for name in names], seed_store=store),
        device(user_name=names[0], device_name=names[0], seed_store=store),
    ]
    started = [controller.start(*book) for _number in range(2)]
    plays = [finish(process) for process, finish in started]
    for play in plays:
        assert play.code == 0, play.output
        assert "Traceback" not in play.output
        assert play[0]["summary"]["failed"] == 0
    assert_enrolled(controller, names, store)


@STORES
def test_four_modules_on_one_user(controller: Controller, emulator: Emulator, store: dict[str, t.Any]) -> None:
    """Closer together than playbooks come, in three rounds; with a lag and without."""
    names = ["first", "second", "third"]
    emulator.fixture({"users": [{"user_name": name} for name in names]})
    for name, lag in zip(names, (0.0, 0.5, 1.5), strict=True):
        emulator.set(lag=lag)
        running = [
            controller.spawn(SINGULAR, user_name=name, device_name=name, seed_store=store) for _number in range(4)
        ]
        for process in running:
            answer = process.answer()
            assert not answer.get("failed"), answer["msg"]
            assert answer["mfa_device"]["serial_number"] == arn(name)
    assert_enrolled(controller, names, store)
