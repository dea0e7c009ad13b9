# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until AWS lists what was changed: how long, with which calls, and what is told if it does not."""

from __future__ import annotations

import threading
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.model import Device, VirtualDevice
from ansible_collections.hardening.aws.plugins.module_utils._devices.outcome import Outcome
from ansible_collections.hardening.aws.plugins.module_utils._devices.plan import Current
from ansible_collections.hardening.aws.plugins.module_utils._devices.wait import Waiter
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import (
    Api,
    Time,
    arn,
    refused,
    wanted,
)

NAMES = ["alice", "bob", "carol"]


def enabled(name: str, **options: t.Any) -> Outcome:
    """An outcome whose device is said to be attached."""
    outcome = Outcome(wanted(name, **options), arn(name), actions=["enable"])
    outcome.after = Current(devices=(Device(arn(name), name),), target=VirtualDevice(arn(name), name))
    return outcome


def waiter(api: Api, timeout: float = 60) -> Waiter:
    return Waiter(t.cast("t.Any", api), timeout)


def test_one_is_asked_for_by_user(clock: Time) -> None:
    api, began = Api(NAMES), clock.now
    api.devices[arn("alice")] = "alice"
    api.hidden = lambda _serial: clock.now < began + 2
    outcome = enabled("alice")
    waiter(api).until_listed([outcome])
    assert outcome.error is None and 2 <= clock.now - began < 2.5
    assert set(api.calls) == {"devices_of"} and outcome.after and outcome.after.devices[0].enable_date


def test_many_are_looked_for_in_one_list_a_round(clock: Time) -> None:
    api = Api(NAMES)
    api.devices = {arn(name): name for name in NAMES}
    outcomes = [enabled(name) for name in NAMES]
    waiter(api).until_listed(outcomes)
    assert api.calls == {"virtual_devices": 1} and not any(outcome.error for outcome in outcomes)


def test_what_is_not_listed_in_time_has_failed(clock: Time) -> None:
    api, began = Api(NAMES), clock.now
    api.devices = {arn("alice"): "alice", arn("bob"): None, arn("carol"): None}
    outcomes = [enabled(name) for name in NAMES]
    waiter(api, 5).until_listed(outcomes)
    assert [bool(outcome.error) for outcome in outcomes] == [False, True, True] and 5 <= clock.now - began < 7
    assert outcomes[1].error and "did not list it within wait_timeout=5 s" in outcomes[1].error.message
    assert outcomes[1].actions == ["enable"]


def test_tokens_are_looked_up_several_at_once(clock: Time) -> None:
    """They are in no list of the account. None is asked for before three are under way."""
    api, together = Api(NAMES), threading.Barrier(3, timeout=10)
    outcomes = []
    for number, name in enumerate(NAMES):
        serial = f"GAHT0000000{number}"
        api.devices[serial] = name
        api.spoil[f"devices_of {name}"] = [lambda: together.wait() and None]
        outcome = Outcome(wanted(name, device_name=None, serial_number=serial), serial, actions=["enable"])
        outcome.after = Current(devices=(Device(serial, name),))
        outcomes.append(outcome)
    Waiter(t.cast("t.Any", api), 60, 3).until_listed(outcomes)
    assert api.calls["devices_of"] == 3 and not any(outcome.error for outcome in outcomes)


def test_nothing_to_wait_for(clock: Time) -> None:
    api = Api(NAMES)
    failed, tagged, same = enabled("alice"), enabled("bob"), enabled("carol")
    failed.error, tagged.actions, same.actions = refused("AccessDenied"), ["tag", "untag"], []
    waiter(api).until_listed([failed, tagged, same])
    assert not api.calls


@pytest.mark.parametrize("names", [["alice"], NAMES])
def test_lists_that_are_refused(clock: Time, names: list[str]) -> None:
    api = Api(NAMES)
    for call in ("devices_of", "virtual_devices"):
        api.spoil[call] = [refused("AccessDenied", "iam:List")]
    outcomes = [enabled(name) for name in names]
    waiter(api).until_listed(outcomes)
    for outcome in outcomes:
        assert outcome.error and (outcome.error.code, outcome.error.operation) == ("AccessDenied", "iam:List")
        assert "could not be checked whether AWS lists it" in outcome.error.message


def test_all_devices_of_one_are_gone(clock: Time) -> None:
    api, began = Api(NAMES), clock.now
    api.devices = {arn("phone"): "bob"}
    outcome = Outcome(wanted("bob", device_name=None, state="absent", all_devices=True), actions=["disable", "delete"])
    outcome.before = Current(devices=(Device(arn("phone"), "bob"),))
    outcome.after = Current()
    waiter(api, 3).until_listed([outcome])
    assert outcome.error and clock.now - began >= 3
    api.devices, outcome.error = {}, None
    waiter(api, 3).until_listed([outcome])
    assert outcome.error is None
