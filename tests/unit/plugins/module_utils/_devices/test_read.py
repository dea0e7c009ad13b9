# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which calls it takes to know what inputs depend on."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices.account_lists import AccountLists, SharedLists
from ansible_collections.hardening.aws.plugins.module_utils._devices.outcome import Outcome
from ansible_collections.hardening.aws.plugins.module_utils._devices.plan import Current, Desired
from ansible_collections.hardening.aws.plugins.module_utils._devices.read import Reader
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import (
    NAMES,
    Api,
    Store,
    Time,
    arn,
    refused,
    wanted,
)

TOKEN = "GAHT12345678"


def one(api: Api, desired: Desired, shallow: bool = False) -> Current:
    lists = AccountLists(t.cast("t.Any", api))
    return Reader(t.cast("t.Any", api), None).one(Outcome(desired), lambda: lists, shallow)


def several(api: Api, inputs: list[Desired], store: Store | None = None) -> list[Current | None]:
    lists = AccountLists(t.cast("t.Any", api))
    return Reader(t.cast("t.Any", api), t.cast("t.Any", store)).all([Outcome(desired) for desired in inputs], lists)


def token(name: str) -> Desired:
    return wanted(name, device_name=None, serial_number=TOKEN, stored=False, seed="x")


@pytest.mark.parametrize(
    ("desired", "shallow", "calls"),
    [
        (wanted("user-01"), False, ["devices_of"]),  # attached
        (wanted("user-02"), False, ["devices_of", "virtual_devices"]),
        (wanted("user-02"), True, ["devices_of", "virtual_devices"]),  # whose is it, if its seed is not stored?
        (wanted("user-02", stored=False, seed="x"), True, ["devices_of"]),
        (wanted("user-01", device_name="other", satisfied_by="any"), False, ["devices_of"]),
        (wanted("nobody"), False, ["devices_of"]),
        (token("user-02"), False, ["devices_of"]),
        (wanted("user-02", state="present"), False, ["virtual_devices"]),
        (wanted("user-02", state="disabled"), False, ["devices_of"]),
        (wanted("user-01", state="absent"), False, ["devices_of"]),
        (wanted("user-02", state="absent"), False, ["devices_of", "virtual_devices"]),
        (
            wanted("user-02", state="absent", device_name=None, all_devices=True),
            False,
            ["devices_of", "virtual_devices"],
        ),
        (wanted("user-01", state="disabled", device_name=None, all_devices=True), False, ["devices_of"]),
    ],
)
def test_calls_for_one(desired: Desired, shallow: bool, calls: list[str]) -> None:
    api = Api(NAMES)
    api.devices = {arn("user-01"): "user-01", arn("user-02"): None}
    reading = one(api, desired, shallow)
    assert sorted(api.calls.elements()) == calls
    assert reading.user_exists is (desired.user_name != "nobody")


def test_what_is_left_behind_bears_the_users_name() -> None:
    api = Api(NAMES)
    api.devices = {arn("user-02"): None, arn("phone"): "user-02", arn("user-03"): None}
    reading = one(api, wanted("user-02", state="absent", device_name=None, all_devices=True))
    assert reading.left_behind == (arn("user-02"),) and [d.serial_number for d in reading.devices] == [arn("phone")]


def test_many_who_have_their_devices_cost_one_list() -> None:
    api = Api(NAMES)
    api.devices = {arn(name): name for name in NAMES}
    readings = several(api, [wanted(name) for name in NAMES])
    assert api.calls == {"virtual_devices": 1}
    assert all(reading and reading.devices for reading in readings)


def test_many_who_have_none_cost_a_list_of_users_more() -> None:
    api = Api(NAMES)
    readings = several(api, [wanted(name) for name in [*NAMES, "nobody"]])
    assert api.calls == {"virtual_devices": 1, "users": 1}
    assert [bool(reading and reading.user_exists) for reading in readings] == [True] * 20 + [False]


def test_few_are_asked_for_by_name() -> None:
    """None stands for a user who is still to be asked for."""
    api = Api(NAMES)
    api.devices = {arn("user-01"): "user-01"}
    readings = several(api, [wanted("user-01"), wanted("user-02"), wanted("user-03")])
    assert [reading is None for reading in readings] == [False, True, True] and api.calls == {"virtual_devices": 1}
    assert several(api, [wanted("user-02")]) == [None]


@pytest.mark.parametrize(
    "desired", [token("user-02"), wanted("user-02", satisfied_by="any"), wanted("user-02", tags={}, stored=False)]
)
def test_what_no_list_shows_is_asked_for(desired: Desired) -> None:
    """Tokens, passkeys, and tags."""
    api = Api(NAMES)
    api.devices = {arn("user-01"): "user-01", arn("user-02"): None}
    assert [reading is None for reading in several(api, [wanted("user-01"), desired])] == [False, True]


@pytest.mark.parametrize("state", ["disabled", "absent"])
def test_taking_away_does_without_the_list_of_users(state: str) -> None:
    api = Api(NAMES)
    api.spoil["users"] = [refused("AccessDenied")]
    inputs = [wanted(name, state=state, stored=False) for name in ("user-01", "user-02")]
    assert all(reading and reading.user_exists for reading in several(api, inputs))
    api.spoil["users"] = [refused("AccessDenied")]
    with pytest.raises(AwsRefused):
        several(api, [wanted(name) for name in NAMES])


def test_lists_are_read_once_for_all_who_find_theirs_stale(clock: Time) -> None:
    api = Api(NAMES)
    shared, stale_at = SharedLists(t.cast("t.Any", api)), clock.now
    first = shared.since(stale_at)
    assert shared.since(stale_at) is first and api.calls["virtual_devices"] == 1
    clock.sleep(1)
    assert shared.since(clock.now) is not first and api.calls["virtual_devices"] == 2


@pytest.mark.parametrize(("enrolled", "prepared"), [(20, False), (19, True), (5, True), (0, True)])
def test_the_store_is_connected_to_only_if_it_will_be_used(enrolled: int, prepared: bool) -> None:
    api, store = Api(NAMES), Store()
    api.devices = {arn(name): name for name in NAMES[:enrolled]}
    several(api, [wanted(name) for name in NAMES], store)
    assert store.prepared is prepared
