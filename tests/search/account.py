# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is in the account, and what its lists showed a moment ago."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import functools
import hashlib
import hmac
import struct
import typing as t

from seams import EPOCH

ACCOUNT = "123456789012"
STEP = 30


def arn(name: str, path: str = "/") -> str:
    """The serial number of a virtual device."""
    return f"arn:aws:iam::{ACCOUNT}:mfa{path}{name}"


def moment(seconds: float) -> datetime.datetime:
    """A moment as botocore gives it: IAM tells whole seconds."""
    return datetime.datetime.fromtimestamp(int(seconds + EPOCH), datetime.timezone.utc)


@functools.lru_cache(maxsize=4096)
def code(seed: str, step: int) -> str:
    """The code of a seed (RFC 6238), by other lines than the collection's."""
    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


@dataclasses.dataclass
class Person:
    """A user, by the moment of creation another than an earlier one of the same name."""

    name: str
    created: float
    password: bool = False
    password_since: float = -1e9
    keys: dict[str, bool] = dataclasses.field(default_factory=dict)
    ssh_keys: list[str] = dataclasses.field(default_factory=list)
    policy: t.Any = None


@dataclasses.dataclass
class Device:
    """An MFA device."""

    serial: str
    seed: str
    made: float
    owner: str | None = None
    since: float = 0.0  # when it was attached
    freed: float = -1e9  # when it was taken off
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    used: set[int] = dataclasses.field(default_factory=set)  # the steps whose codes were taken
    # By whom codes were sent that AWS took or refused: both codes, and whether the reply came.
    judged: dict[tuple[str, str, str], bool] = dataclasses.field(default_factory=dict)
    made_by: t.Any = None  # the run that made it
    attached_by: t.Any = None  # the run that attached it
    place: tuple[str, str] | None = None  # which store has to have its seed, since a run attached it, and where

    @property
    def virtual(self) -> bool:
        return self.serial.startswith("arn:")


@dataclasses.dataclass(frozen=True)
class View:
    """What a replica shows."""

    devices: dict[str, Device]
    people: dict[str, Person]


class Account:
    """Users and devices as they are, and as they were a few seconds ago."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.devices: dict[str, Device] = {}
        self._views: list[tuple[float, View]] = []
        self._seeds = 0

    def new_seed(self) -> str:
        """A seed that no other device has."""
        self._seeds += 1
        return base64.b32encode(hashlib.sha256(str(self._seeds).encode()).digest()).decode().rstrip("=")

    def changed(self, now: float) -> None:
        """Note what lists show from now on."""
        devices = {
            serial: Device(serial, "", device.made, device.owner, device.since, tags=dict(device.tags))
            for serial, device in self.devices.items()
        }
        people = {
            name: Person(
                name,
                person.created,
                person.password,
                keys=dict(person.keys),
                ssh_keys=list(person.ssh_keys),
                policy=person.policy,
            )
            for name, person in self.people.items()
        }
        self._views.append((now, View(devices, people)))

    def seen(self, at: float) -> View:
        """What a list shows that is as old as that."""
        for when, view in reversed(self._views):
            if when <= at:
                return view
        return self._views[0][1]

    def of(self, name: str) -> list[Device]:
        """The devices of a user."""
        return [device for device in self.devices.values() if device.owner == name]

    def detach(self, device: Device, now: float) -> None:
        device.owner, device.freed, device.place = None, now, None
