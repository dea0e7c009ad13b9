# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rotation in one process, on an account in memory: what is refused, in which order things are done, what is told."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._rotation import rotate
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices import in_memory
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import arn, refused

INPUTS: dict[str, t.Any] = {
    "users": ["alice", "bob"],
    "exclude": [],
    "suffix": "2026",
    "older_than_days": None,
    "retire": True,
    "retire_devices": ["{user_name}"],
    "holder": "store",
    "min_age_days": None,
    "profiles": {},
    "seed_store": {"type": "secretsmanager", "name": "mfa/{user_name}/{device_name}"},
}
OLD = {arn("alice"): "alice", arn("bob"): "bob"}
NEW = {arn("alice-2026"): "alice", arn("bob-2026"): "bob"}


class Clock(in_memory.Clock):
    def now(self) -> float:
        return 1795521600.0


class Api(in_memory.Api):
    """alice and bob have a device each. Notes the writing calls in their order."""

    def __init__(self) -> None:
        super().__init__(["alice", "bob"])
        self.devices = dict(OLD)
        self.clock = Clock()
        self.written: list[str] = []

    def account_id(self) -> str:
        return in_memory.ACCOUNT

    def _called(self, name: str, *about: str) -> None:
        super()._called(name, *about)
        if name not in ("users", "virtual_devices", "devices_of"):
            self.written.append(f"{name} {about[0]}")


class Store(in_memory.Store):
    def place_of(self, user_name: str, serial: str) -> str:
        return f"mfa/{user_name}/{serial.rpartition('/')[2]}"


class SignIns:
    """Signs in whom a test wants signed in."""

    failing: t.ClassVar[dict[str, str]] = {}
    asked: t.ClassVar[list[tuple[str, str]]] = []

    def __init__(self, _params: t.Any, profiles: dict[str, str]) -> None:
        self.profiles = profiles

    def problems(self, _concurrency: int) -> list[str]:
        return [f"rotate_profiles.{name}: there is no profile x" for name in self.profiles if name == "nobody"]

    def failures(self, facts: list[dict[str, t.Any]], *_others: t.Any) -> dict[str, str]:
        self.asked.extend((fact["user_name"], fact["serial_number"]) for fact in facts)
        return self.failing


@pytest.fixture(name="api")
def _api(monkeypatch: pytest.MonkeyPatch) -> Api:
    """The account that a rotation opens."""
    api, store = Api(), Store()
    monkeypatch.setattr(rotate, "MfaApi", lambda _connection: api)
    monkeypatch.setattr(rotate, "open_store", lambda *_args: store)
    monkeypatch.setattr(rotate, "open_store_to_read", lambda *_args: store)
    monkeypatch.setattr(rotate, "SignIns", SignIns)
    monkeypatch.setattr(SignIns, "asked", [])
    in_memory.still_time(monkeypatch)
    return api


def done(check_mode: bool = False, **inputs: t.Any) -> tuple[rotate.Done, list[str], list[str]]:
    """What a rotation did, and what it told."""
    what = rotate.Rotator(t.cast(t.Any, None), {**INPUTS, **inputs}, {}, 1, check_mode).run()
    return (what, *what.report(check_mode))


def test_new_devices_come_first_and_older_ones_go_after_a_look_at_what_is_there(api: Api) -> None:
    what, lines, failures = done()
    assert api.devices == NEW and failures == []
    assert lines == ["new devices: 2 attached, 0 were there, 0 failed", "older devices: 2 removed, of 2 users"]
    last, first = api.written.index("enable bob"), api.written.index("deactivate alice")
    assert last < first
    assert [result["actions"] for result in what.retired_results] == [["disable", "delete"]] * 2
    _what, lines, failures = done()
    assert lines[0] == "new devices: 0 attached, 2 were there, 0 failed" and failures == []
    assert api.devices == NEW


def test_all_older_devices_of_a_user_go(api: Api) -> None:
    api.devices = {arn("alice"): "alice", arn("alice-2025"): "alice", arn("bob"): "bob"}
    _what, lines, failures = done(retire_devices=["{user_name}", "{user_name}-2025"])
    assert lines[1] == "older devices: 3 removed, of 2 users" and failures == [] and api.devices == NEW


def test_who_fails_keeps_all_devices_and_stops_no_other(api: Api) -> None:
    api.spoil["enable bob"] = [refused("AccessDenied", "iam:EnableMFADevice")]
    _what, lines, failures = done()
    assert lines == ["new devices: 1 attached, 0 were there, 1 failed", "older devices: 1 removed, of 1 user"]
    assert len(failures) == 1 and failures[0].startswith("bob: the new device could not be attached: ")
    assert api.devices == {arn("alice-2026"): "alice", arn("bob"): "bob", arn("bob-2026"): None}


@pytest.mark.parametrize("call", ["virtual_devices", "users"])
def test_lists_that_cannot_be_read_any_more_take_nothing_away_and_hide_nothing(api: Api, call: str) -> None:
    """Each list is read at first, and after the new devices were attached; that of devices also to wait for them."""
    api.spoil[call] = [*[lambda: None] * (2 if call == "virtual_devices" else 1), refused("AccessDenied", "iam:List")]
    what, lines, failures = done()
    assert lines == ["new devices: 2 attached, 0 were there, 0 failed", "older devices: 0 removed, of 0 users"]
    assert len(failures) == 1 and failures[0].startswith("No older device was removed: iam:List is refused")
    assert api.devices == OLD | NEW
    assert all(result["changed"] for result in what.attached_results)


def test_what_a_killed_run_left_behind_goes(api: Api) -> None:
    """alice's older device was taken off and not deleted, and bob's is attached still."""
    done()
    api.devices = {**NEW, arn("alice"): None, arn("bob"): "bob"}
    _what, lines, failures = done()
    assert lines[1] == "older devices: 2 removed, of 2 users" and failures == [] and api.devices == NEW


def test_check_mode_writes_nothing(api: Api) -> None:
    _what, lines, failures = done(check_mode=True, profiles={"alice": "x"})
    assert lines[1:] == ["new devices: 2 attached, 0 were there, 0 failed", "older devices: 2 removed, of 2 users"]
    assert failures == [] and api.written == [] and SignIns.asked == []


@pytest.mark.parametrize(
    ("inputs", "refusal"),
    [
        ({"users": ["alice", "carol"]}, "there is no IAM user carol"),
        ({"exclude": ["zed"]}, "'zed' matches no IAM user"),
        ({"profiles": {"nobody": "x"}}, "there is no profile x"),
        ({"suffix": "2026!"}, "alice: device_name: 'alice-2026!' may contain only"),
    ],
)
def test_what_must_not_begin(api: Api, inputs: dict[str, t.Any], refusal: str) -> None:
    with pytest.raises(MfaError) as error:
        done(**inputs)
    assert refusal in error.value.message and api.written == [] and api.devices == OLD


@pytest.mark.parametrize("retire", [True, False])
def test_who_cannot_sign_in_keeps_all_devices(api: Api, monkeypatch: pytest.MonkeyPatch, retire: bool) -> None:
    """The sign-ins are asked for with the devices that this run attached."""
    monkeypatch.setattr(SignIns, "failing", {"alice": "AWS refused 3 codes.", "bob": "no key"})
    _what, _lines, failures = done(profiles={"alice": "x", "bob": "y"}, retire=retire)
    assert SignIns.asked == [("alice", arn("alice-2026")), ("bob", arn("bob-2026"))]
    assert failures[0] == "alice: keeps all devices: no sign-in with the new device: AWS refused 3 codes."
    assert api.devices == OLD | NEW


def test_without_retirement_nothing_is_read_again(api: Api) -> None:
    _what, lines, failures = done(retire=False)
    assert lines[1] == "older devices: 0 removed, of 0 users" and failures == []
    assert api.devices == OLD | NEW and api.calls["virtual_devices"] == 2 and SignIns.asked == []
