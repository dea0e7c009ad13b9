# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation knows of its users before it changes anything."""

from __future__ import annotations

import datetime
import types
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._account import rotation_facts as rotation
from ansible_collections.hardening.aws.plugins.module_utils._aws.model import VirtualDevice
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.timezone.utc)
CREATED = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def arn(name: str, path: str = "/") -> str:
    return f"arn:aws:iam::123456789012:mfa{path}{name}"


class Api:
    """An account with alice, who has three devices."""

    clock = types.SimpleNamespace(now=NOW.timestamp)

    def users(self) -> list[dict[str, t.Any]]:
        return [{"UserName": "alice", "CreateDate": CREATED}, {"UserName": "bob", "CreateDate": CREATED}]

    def virtual_devices(self) -> dict[str, VirtualDevice]:
        devices = [
            VirtualDevice(arn("alice-2026"), "alice", "2026-11-10T13:00:00+00:00"),
            VirtualDevice(arn("alice-2026", "/other/"), "alice", "2026-11-10T13:00:00+00:00"),
            VirtualDevice(arn("alice"), "alice", "2025-11-10T13:00:00+00:00"),
            VirtualDevice(arn("bob-2026"), None),
            VirtualDevice(arn("root"), "arn:aws:iam::123456789012:root"),
        ]
        return {device.serial_number: device for device in devices}


class Store:
    """Something that holds one record, or fails."""

    title = "The secret"

    def __init__(self, found: Record | Exception | None) -> None:
        self._found = found

    def name_for(self, user_name: str, device_name: str) -> str:
        return f"mfa/{user_name}/{device_name}"

    def read(self, _name: str, _serial_number: str) -> Record | None:
        if isinstance(self._found, Exception):
            raise self._found
        return self._found


def facts(*names: str, store: Store | None = None) -> list[dict[str, t.Any]]:
    items = [{"user_name": name, "device_name": f"{name}-2026"} for name in names]
    return rotation.read_facts(t.cast(t.Any, Api()), t.cast(t.Any, store), items, 4)


def test_devices_are_told_apart() -> None:
    alice, bob, carol = facts("alice", "bob", "carol")
    assert alice["serial_number"] == arn("alice-2026") and alice["age_days"] == 9 and alice["exists"]
    assert alice["others"] == [arn("alice"), arn("alice-2026", "/other/")]
    assert bob["serial_number"] is None and bob["age_days"] is None and bob["exists"] and bob["others"] == []
    assert not carol["exists"] and carol["others"] == []


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (Record("SEED", arn("alice-2026"), "alice", "", "2026-11-10T12:59:00Z"), None),
        (Record("SEED", arn("alice-2026"), "alice", "", "2025-11-10T12:59:00Z"), "was made for alice on 2025-11-10"),
        (Record("SEED", arn("alice-2026"), "bob", "", "2026-11-10T12:59:00Z"), "was made for bob on 2026-11-10"),
        (None, "The secret mfa/alice/alice-2026 does not exist"),
        (MfaError("The caller may not read it."), "The caller may not read it."),
    ],
)
def test_whose_seed_is_stored(found: Record | Exception | None, problem: str | None) -> None:
    told = facts("alice", "bob", store=Store(found))
    assert told[1]["record_problem"] is None
    text = told[0]["record_problem"]
    assert text is None if problem is None else problem in text
    assert "SEED" not in str(told)
