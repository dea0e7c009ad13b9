# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account and a seed store in memory, whose answers a test can spoil."""

from __future__ import annotations

import collections
import datetime
import time
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws import deadline
from ansible_collections.hardening.aws.plugins.module_utils._aws.iam import NewDevice
from ansible_collections.hardening.aws.plugins.module_utils._aws.model import Device, VirtualDevice
from ansible_collections.hardening.aws.plugins.module_utils._devices import (
    account_lists,
    apply,
    attach,
    codes,
    converge,
    seed_records,
    wait,
)
from ansible_collections.hardening.aws.plugins.module_utils._devices.plan import Desired
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError, StoreConflict
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record

ACCOUNT = "123456789012"
NOW = "2026-11-24T12:00:00Z"
NAMES = [f"user-{number:02d}" for number in range(1, 21)]
SINCE = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def arn(name: str) -> str:
    """The serial number of a virtual device."""
    return f"arn:aws:iam::{ACCOUNT}:mfa/{name}"


def wanted(name: str, **options: t.Any) -> Desired:
    """What an input asks for: that the device of the user's own name is enabled, with its seed in the store."""
    return Desired(**{"user_name": name, "state": "enabled", "device_name": name, "stored": True, **options})


def refused(code: str, operation: str = "iam:X", text: str = "") -> AwsRefused:
    """An error of AWS's."""
    return AwsRefused(f"{operation} is refused: {code}", code, operation, text or code)


class Clock:
    """AWS's clock, with the steps of codes a call apart."""

    known = fresh = True

    def __init__(self) -> None:
        self.at_step = 100

    def insist(self) -> None:
        pass

    def step(self, _refresh: t.Callable[[], t.Any] | None = None) -> int:
        return self.at_step

    def seconds_until_step(self, step: int) -> float:
        return 30.0 * (step - self.at_step)


class Api:
    """IAM, as far as MfaApi shows it. I(spoil) has, by the name of a call, what comes in place of its next answers."""

    def __init__(self, users: t.Sequence[str]) -> None:
        self.names = list(users)
        self.devices: dict[str, str | None] = {}  # by serial number: the user
        self.tags: dict[str, dict[str, str]] = {}  # by serial number
        self.calls: collections.Counter[str] = collections.Counter()
        self.spoil: dict[str, list[Exception | t.Callable[[], None]]] = {}
        self.clock = Clock()
        self.hidden: t.Callable[[str], bool] = lambda _serial: False  # lists leave it out

    def _called(self, name: str, *about: str) -> None:
        self.calls[name] += 1
        for key in (name, f"{name} {' '.join(about)}"):
            if self.spoil.get(key):
                what = self.spoil[key].pop(0)
                if isinstance(what, Exception):
                    raise what
                what()

    def seconds_waited(self) -> float:
        return 0.0

    def clock_text(self) -> str:
        return NOW

    def account(self) -> tuple[str, str]:
        return "aws", ACCOUNT

    def virtual_arn(self, path: str, name: str) -> str:
        return f"arn:aws:iam::{ACCOUNT}:mfa{path}{name}"

    def devices_of(self, user_name: str) -> tuple[Device, ...] | None:
        self._called("devices_of", user_name)
        if user_name not in self.names:
            return None
        return tuple(
            Device(serial, user_name, NOW)
            for serial, owner in self.devices.items()
            if owner == user_name and not self.hidden(serial)
        )

    def virtual_devices(self) -> dict[str, VirtualDevice]:
        self._called("virtual_devices")
        return {serial: VirtualDevice(serial, owner) for serial, owner in self.devices.items()}

    def users(self) -> list[dict[str, t.Any]]:
        self._called("users")
        return [{"UserName": name, "CreateDate": SINCE} for name in self.names]

    def user_created(self, user_name: str) -> datetime.datetime | None:
        return SINCE if user_name in self.names else None

    def create(self, path: str, name: str, _tags: t.Mapping[str, str]) -> NewDevice:
        serial = self.virtual_arn(path, name)
        self._called("create", name)
        if serial in self.devices:
            raise refused("EntityAlreadyExists")
        self.devices[serial] = None
        return NewDevice(serial, "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", "png", NOW)

    def enable(self, user_name: str, serial: str, codes: t.Callable[[], tuple[str, str]]) -> None:
        codes()
        self._called("enable", user_name)
        if self.devices.get(serial, "nobody") is not None:
            raise refused("EntityAlreadyExists" if serial in self.devices else "NoSuchEntity")
        self.devices[serial] = user_name

    def resync(self, user_name: str, _serial: str, codes: t.Callable[[], tuple[str, str]]) -> None:
        codes()
        self._called("resync", user_name)

    def deactivate(self, user_name: str, serial: str) -> None:
        self._called("deactivate", user_name)
        self.devices[serial] = None

    def tags_of(self, serial: str) -> dict[str, str]:
        return dict(self.tags.get(serial, {}))

    def tag(self, serial: str, tags: t.Mapping[str, str]) -> None:
        self._called("tag", serial)
        self.tags.setdefault(serial, {}).update(tags)

    def untag(self, serial: str, keys: t.Iterable[str]) -> None:
        self._called("untag", serial)
        for key in keys:
            self.tags[serial].pop(key, None)

    def delete(self, serial: str) -> None:
        self._called("delete", serial)
        if self.devices.pop(serial, "nobody") == "nobody":
            raise refused("NoSuchEntity")


class Store:
    """A seed store."""

    title = "The secret"
    readable = True

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.prepared = False
        self.spoil: dict[str, Exception] = {}  # by name of the record

    def prepare(self) -> None:
        self.prepared = True

    def read_together(self, _away: t.Any) -> None:
        pass

    def place_of(self, user_name: str, _serial: str) -> str:
        return f"mfa/{user_name}"

    def read(self, name: str, _serial: str) -> Record | None:
        return self.records.get(name)

    def write(self, name: str, record: Record, expected: str | None) -> Record:
        if name in self.spoil:
            raise self.spoil[name]
        there = self.records.get(name)
        if (there.version if there else None) != expected:
            raise StoreConflict("changed")
        self.records[name] = Record(**{**vars(record), "version": str(int(expected or 0) + 1)})
        return self.records[name]

    def confirm(self, name: str, record: Record) -> None:
        assert self.records[name].seed == record.seed


class Time:
    """A monotonic clock that only sleeping moves. Takes the place of the module time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.strftime, self.gmtime = time.strftime, time.gmtime

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def still_time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Have time pass by sleeping only. Codes are the numbers of their steps."""
    fake = Time()
    for module in (account_lists, apply, attach, codes, converge, seed_records, wait):
        monkeypatch.setattr(module, "time", fake)
    # Its default is bound when the module is loaded.
    defaults = deadline.Deadline.__init__.__defaults__ or ()
    monkeypatch.setattr(deadline.Deadline.__init__, "__defaults__", (*defaults[:-1], fake.monotonic))
    monkeypatch.setattr(codes, "codes_at_step", lambda _seed, step: (f"{step - 1:06d}", f"{step:06d}"))
    return fake


__all__ = ["ACCOUNT", "NAMES", "Api", "MfaError", "Store", "Time", "arn", "refused", "still_time", "wanted"]
