# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's lists are read when first needed, once, and anew only for who found them stale."""

from __future__ import annotations

import threading
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._devices.account_lists import AccountLists, SharedLists
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import Api, Time, arn


def test_each_list_is_read_once_and_when_needed() -> None:
    api = Api(["alice", "bob"])
    api.devices = {arn("alice"): "alice", arn("old"): "alice", arn("spare"): None}
    lists = AccountLists(t.cast("t.Any", api))
    assert not api.calls
    assert lists.users == {"alice", "bob"} == lists.users and api.calls == {"users": 1}
    assert [device.serial_number for device in lists.virtual_of("alice")] == [arn("alice"), arn("old")]
    assert lists.virtual_of("bob") == [] and set(lists.virtual) == set(api.devices)
    assert api.calls == {"users": 1, "virtual_devices": 1}


def test_an_account_without_devices_has_none_of_anybody() -> None:
    assert AccountLists(t.cast("t.Any", Api(["alice"]))).virtual_of("alice") == []


def test_the_age_of_a_list_is_that_of_its_end(clock: Time) -> None:
    api = Api([])
    api.spoil["virtual_devices"] = [lambda: clock.sleep(7)]
    lists = AccountLists(t.cast("t.Any", api))
    assert lists.read_at == lists.begun == clock.now
    lists.read_virtual()
    assert lists.read_at == lists.begun + 7


def test_who_comes_later_gets_a_newer_list(clock: Time) -> None:
    """A list whose reading began before the stale one was noticed may be as stale."""
    api = Api([])
    shared = SharedLists(t.cast("t.Any", api))
    first = shared.since(clock.now)
    assert shared.since(clock.now) is first and shared.since(clock.now - 5) is first
    clock.sleep(1)
    second = shared.since(clock.now)
    assert second is not first and second.begun == clock.now
    assert api.calls == {"virtual_devices": 2}


def test_several_who_ask_at_once_share_one_list(clock: Time) -> None:
    api, begun = Api([]), clock.now
    shared, together = SharedLists(t.cast("t.Any", api)), threading.Barrier(4, timeout=10)
    found: list[AccountLists] = []

    def ask() -> None:
        together.wait()
        found.append(shared.since(begun))

    threads = [threading.Thread(target=ask) for _asker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(map(id, found))) == 1 and api.calls == {"virtual_devices": 1}
