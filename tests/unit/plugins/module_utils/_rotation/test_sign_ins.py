# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sign-ins of a rotation: with whose credentials, for whom, and what is told of those that fail."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._rotation import sign_ins
from ansible_collections.hardening.aws.plugins.module_utils._rotation.sign_ins import SignIns
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import arn, refused

USER = "arn:aws:iam::123456789012:user/team/"
CALLERS = {"p-alice": f"{USER}alice", "p-bob": f"{USER}eve", "p-carol": refused("InvalidClientTokenId", "sts:X")}


class Given:
    """The options of a connection, as amazon.aws's connection reads them from a module."""

    def __init__(self, params: t.Mapping[str, t.Any], **other: t.Any) -> None:
        self.params = {**params, **other}


class Connection:
    """A connection with a profile's credentials."""

    clock = "AWS's clock"

    def __init__(self, given: Given) -> None:
        self.profile = given.params["profile"]

    def client(self, service: str) -> str:
        return f"{service} of {self.profile}"


class Api:
    """Tells whose credentials those of a profile are."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def caller(self) -> str:
        told = CALLERS[self.connection.profile]
        if isinstance(told, Exception):
            raise told
        return str(told)


@pytest.fixture(name="sessions")
def _sessions(monkeypatch: pytest.MonkeyPatch) -> list[tuple[t.Any, ...]]:
    """The sessions that were asked for: with which client, device, seed, and for how long."""
    asked: list[tuple[t.Any, ...]] = []

    def stored(_store: t.Any, _api: t.Any, user_name: str, device_name: str) -> t.Any:
        if user_name == "dave":
            raise MfaError("dave's seed is gone")
        return types.SimpleNamespace(seed=f"seed of {device_name}")

    def codes(serial: str, seed: str, *_others: t.Any, skips_current: bool) -> tuple[str, str]:
        assert skips_current, "the current code was used to attach the device"
        return serial, seed

    monkeypatch.setattr(sign_ins, "with_credentials", Given)
    monkeypatch.setattr(sign_ins, "Connection", Connection)
    monkeypatch.setattr(sign_ins, "MfaApi", Api)
    monkeypatch.setattr(sign_ins, "stored_record", stored)
    monkeypatch.setattr(sign_ins, "CodesInTurn", codes)
    monkeypatch.setattr(
        sign_ins, "open_session", lambda sts, codes, serial, wanted: asked.append((sts, codes, serial, wanted))
    )
    return asked


def fact(name: str, serial: str | None, older: bool = True) -> dict[str, t.Any]:
    return {"user_name": name, "serial_number": serial, "older": [arn(name)] if older else []}


@pytest.mark.usefixtures("sessions")
def test_a_profile_must_have_its_users_own_credentials() -> None:
    found = SignIns({"region": "x"}, {"bob": "p-bob", "alice": "p-alice", "carol": "p-carol"}).problems(4)
    assert len(found) == 2
    assert found[0] == f"rotate_profiles.bob: the credentials of p-bob are those of {USER}eve."
    assert found[1].startswith("rotate_profiles.carol: ") and "InvalidClientTokenId" in found[1]


def test_who_has_a_new_device_beside_an_older_one_signs_in(sessions: list[tuple[t.Any, ...]]) -> None:
    """Not who has no profile, no new device, or no older one: there is nothing to prove."""
    facts = [
        fact("alice", arn("alice-2026")),
        fact("bob", None),
        fact("carol", arn("carol-2026"), older=False),
        fact("eve", arn("eve-2026")),
    ]
    profiles = {"alice": "p-alice", "bob": "p-bob", "carol": "p-carol"}
    assert not SignIns({}, profiles).failures(facts, t.cast("t.Any", None), t.cast("t.Any", None), 4)
    serial = arn("alice-2026")
    assert sessions == [("sts of p-alice", (serial, "seed of alice-2026"), serial, {"DurationSeconds": 900})]


def test_each_failure_is_told_of_its_user(sessions: list[tuple[t.Any, ...]]) -> None:
    facts = [fact(name, arn(f"{name}-2026")) for name in ("alice", "carol", "dave")]
    profiles = {"alice": "p-alice", "carol": "p-carol", "dave": "p-dave"}
    found = SignIns({}, profiles).failures(facts, t.cast("t.Any", None), t.cast("t.Any", None), 1)
    assert set(found) == {"carol", "dave"} and found["dave"] == "dave's seed is gone"
    assert "InvalidClientTokenId" in found["carol"] and len(sessions) == 1
