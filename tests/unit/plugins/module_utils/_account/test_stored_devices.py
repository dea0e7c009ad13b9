# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which devices the store has the seeds of, and why not of the others, on an account in memory."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._account.stored_devices import stored_devices
from ansible_collections.hardening.aws.plugins.module_utils._aws.model import VirtualDevice
from ansible_collections.hardening.aws.plugins.module_utils._devices.device_tags import HANDED_OVER
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record

SINCE = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
ENABLED, BEFORE, AFTER = "2026-11-10T13:00:00Z", "2026-11-09T00:00:00Z", "2026-11-20T00:00:00Z"


def arn(name: str) -> str:
    return f"arn:aws:iam::123456789012:mfa/{name}"


def record(**changes: str) -> Record:
    fields = {"seed": "SEED", "serial_number": arn("alice"), "user_name": "alice", "otpauth_uri": "", "created": AFTER}
    return Record(**{**fields, **changes})


class World:
    """alice and bob have a device each, and so has the root user; nobody has the fourth."""

    title = "The secret"

    def __init__(self, kept: Record | MfaError | None, tags: dict[str, str] | None = None) -> None:
        self._kept = kept
        self._tags = tags or {}

    def users(self) -> list[dict[str, t.Any]]:
        return [{"UserName": name, "CreateDate": SINCE} for name in ("alice", "bob")]

    def virtual_devices(self) -> dict[str, VirtualDevice]:
        owners = {"alice": "alice", "bob": "bob", "root": "arn:aws:iam::123456789012:root", "nobody": None}
        return {arn(name): VirtualDevice(arn(name), owner, ENABLED) for name, owner in owners.items()}

    def tags_of(self, _serial: str) -> dict[str, str]:
        return self._tags

    def place_of(self, user_name: str, _serial: str) -> str:
        return f"mfa/{user_name}"

    def find(self, name: str) -> Record | None:
        if isinstance(self._kept, MfaError):
            raise self._kept
        return self._kept if name == "mfa/alice" else None


def found(world: World, names: list[str] | None) -> tuple[list[str], dict[str, str], list[str]]:
    stored, left, unknown = stored_devices(t.cast(t.Any, world), t.cast(t.Any, world), names, 2)
    return [item["user_name"] for item in stored], {item["user_name"]: item["reason"] for item in left}, unknown


@pytest.mark.parametrize(
    ("kept", "tags", "reason"),
    [
        (record(), {}, None),
        (record(serial_number=arn("other")), {}, "is the record of another device or person"),
        (record(created="2001-01-01T00:00:00Z"), {}, "is the record of another device or person"),
        (None, {}, "The secret mfa/alice does not exist"),
        (None, {HANDED_OVER: AFTER}, "was handed over to its user"),
        (None, {HANDED_OVER: BEFORE}, "The secret mfa/alice does not exist"),
        (MfaError("The caller may not read it."), {}, "The caller may not read it."),
    ],
)
def test_one_user(kept: Record | MfaError | None, tags: dict[str, str], reason: str | None) -> None:
    stored, left, unknown = found(World(kept, tags), ["alice"])
    assert unknown == [] and (stored, list(left)) == ((["alice"], []) if reason is None else ([], ["alice"]))
    assert reason is None or reason in left["alice"]


def test_everybody_and_nobody() -> None:
    assert found(World(record()), None) == (["alice"], {"bob": "The secret mfa/bob does not exist"}, [])
    assert found(World(record()), ["Alice", "eve"]) == ([], {}, ["Alice", "eve"])
