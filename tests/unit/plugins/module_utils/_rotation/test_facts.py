# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation finds out about its users, on an account in memory."""

from __future__ import annotations

import datetime
import types
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.model import VirtualDevice
from ansible_collections.hardening.aws.plugins.module_utils._devices.account_lists import AccountLists
from ansible_collections.hardening.aws.plugins.module_utils._rotation.facts import Facts

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.timezone.utc)
CREATED = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
OLD, YOUNG = "2026-08-10T13:00:00+00:00", "2026-11-19T13:00:00+00:00"
INPUTS: dict[str, t.Any] = {
    "users": None,
    "exclude": [],
    "suffix": None,
    "older_than_days": 90,
    "retire_devices": [],
}


def arn(name: str, path: str = "/") -> str:
    return f"arn:aws:iam::123456789012:mfa{path}{name}"


class Api:
    """An account whose devices are given as NAME: (owner, moment)."""

    clock = types.SimpleNamespace(now=NOW.timestamp)

    def __init__(self, devices: dict[str, tuple[str | None, str | None]], *more_users: str) -> None:
        self._devices = devices
        owners = {owner for owner, _moment in devices.values() if owner and ":" not in owner}
        self._users = sorted(owners | set(more_users))

    def users(self) -> list[dict[str, t.Any]]:
        return [{"UserName": name, "CreateDate": CREATED} for name in self._users]

    def virtual_devices(self) -> dict[str, VirtualDevice]:
        serials = {name if ":" in name else arn(name): of for name, of in self._devices.items()}
        return {serial: VirtualDevice(serial, *of) for serial, of in serials.items()}


class AskedFor:
    """A proof that notes for whom it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def problem(self, fact: dict[str, t.Any], created: datetime.datetime) -> str | None:
        assert created == CREATED
        self.asked.append(fact["user_name"])
        return "not proven"


def rotation(api: Api, proof: AskedFor | None = None, **inputs: t.Any) -> Facts:
    known: t.Any = api
    return Facts(known, {**INPUTS, **inputs}, AccountLists(known), t.cast(t.Any, proof))


def only(api: Api, **inputs: t.Any) -> dict[str, t.Any]:
    (fact,) = rotation(api, **{"users": ["alice"], **inputs}).all(2)
    return fact


@pytest.mark.parametrize(
    ("devices", "name", "due", "older"),
    [
        ({"alice": ("alice", OLD)}, "alice-2", True, ["alice"]),
        ({"alice": ("alice", YOUNG)}, "alice", False, []),
        ({"alice": ("alice", None)}, "alice", False, []),
        # an earlier run was killed, before or after the new device was attached
        ({"alice": ("alice", OLD), "alice-2": (None, None)}, "alice-2", True, ["alice"]),
        ({"alice": ("alice", OLD), "alice-2": ("alice", YOUNG)}, "alice-2", False, ["alice"]),
        ({"alice": ("alice", OLD), "alice-2": ("alice", OLD)}, "alice-3", True, ["alice", "alice-2"]),
        ({"alice-9": ("alice", OLD)}, "alice-10", True, ["alice-9"]),
        ({"alice-2025": ("alice", OLD)}, "alice-2026", True, ["alice-2025"]),
        # other devices stay, and so do names that others have
        ({"phone": ("alice", OLD), "alice-x": ("alice", OLD), "alice-02": ("alice", OLD)}, "alice", True, []),
        ({"alice": ("alice", OLD), "alice-2": ("bob", OLD)}, "alice-3", True, ["alice"]),
        ({"alice": ("alice", OLD), "phone": ("alice-2", OLD)}, "alice-3", True, ["alice"]),
        ({"Alice": ("alice", OLD), "ALICE-2": ("alice", OLD)}, "alice-3", True, ["ALICE-2", "Alice"]),
        ({}, "alice", True, []),
    ],
)
def test_names_are_worked_out_from_what_is_there(
    devices: dict[str, tuple[str | None, str | None]], name: str, due: bool, older: list[str]
) -> None:
    fact = only(Api(devices, "alice"))
    assert (fact["device_name"], fact["due"]) == (name, due)
    assert fact["older"] == [arn(one) for one in older]
    attached = devices.get(name, (None,))[0] == "alice"
    assert fact["serial_number"] == (arn(name) if attached else None)


@pytest.mark.parametrize(
    ("devices", "inputs", "left_behind"),
    [
        ({"alice": (None, None), "alice-2": (None, None), "alice-3": ("alice", YOUNG)}, {}, ["alice", "alice-2"]),
        ({arn("Alice", "/x/"): (None, None), "alice-2": ("alice", YOUNG)}, {}, [arn("Alice", "/x/")]),
        # a run that was killed while it attached the next one uses that one
        ({"alice": ("alice", OLD), "alice-2": (None, None)}, {}, []),
        ({"alice": (None, None)}, {}, []),
        # names that are somebody else's, or nobody's
        ({"bob": (None, None), "alice-1": (None, None), "alice-x": (None, None), "alice-9": ("alice", YOUNG)}, {}, []),
        ({"alice-02": (None, None), "xalice": (None, None), "alice-9": ("alice", YOUNG)}, {}, []),
        ({"alice-2": (None, None), "phone": ("alice-2", OLD), "alice-9": ("alice", YOUNG)}, {}, []),
        # with a suffix, those that are named without a wildcard
        ({"alice": (None, None), "alice-2026": ("alice", YOUNG)}, {"suffix": "2026"}, []),
        (
            {"alice": (None, None), "ALICE-old": (None, None), "alice-2026": ("alice", YOUNG)},
            {"suffix": "2026", "retire_devices": ["{user_name}", "{user_name}-old"]},
            ["ALICE-old", "alice"],
        ),
        (
            {"alice-2025": (None, None), "phone": (None, None), "alice-2026": ("alice", YOUNG)},
            {"suffix": "2026", "retire_devices": ["{user_name}-20*", "phone"]},
            [],
        ),
        (
            {"alice-old": (None, None), "phone": ("alice-old", OLD), "alice-2026": ("alice", YOUNG)},
            {"suffix": "2026", "retire_devices": ["{user_name}-old"]},
            [],
        ),
        ({"alice-2026": (None, None)}, {"suffix": "2026", "retire_devices": ["{user_name}-2026"]}, []),
    ],
)
def test_what_a_killed_run_left_behind(
    devices: dict[str, tuple[str | None, str | None]], inputs: dict[str, t.Any], left_behind: list[str]
) -> None:
    fact = only(Api(devices, "alice"), **inputs)
    assert fact["left_behind"] == sorted(name if ":" in name else arn(name) for name in left_behind)


def test_the_new_device_is_on_the_path_of_the_current_one() -> None:
    fact = only(Api({arn("alice-2", "/staff/"): ("alice", OLD), "alice": ("alice", OLD)}))
    assert (fact["device_path"], fact["device_name"]) == ("/staff/", "alice-3")
    assert fact["older"] == [arn("alice"), arn("alice-2", "/staff/")]


def test_a_suffix_names_the_new_device_and_patterns_the_older_ones() -> None:
    devices: dict[str, tuple[str | None, str | None]] = {
        "alice-2026": ("alice", YOUNG),
        arn("alice-2026", "/other/"): ("alice", OLD),
        "alice": ("alice", OLD),
        "alice-2025": ("alice", OLD),
        "phone": ("alice", OLD),
        "root": ("arn:aws:iam::123456789012:root", OLD),
    }
    patterns = ["{user_name}", "{user_name}-20??"]
    fact = only(Api(devices), suffix="2026", older_than_days=None, retire_devices=patterns)
    assert (fact["serial_number"], fact["due"], fact["age_days"]) == (arn("alice-2026"), True, 0)
    assert fact["older"] == sorted([arn("alice"), arn("alice-2025"), arn("alice-2026", "/other/")])
    assert only(Api(devices), suffix="2026", older_than_days=None)["older"] == []
    assert not only(Api(devices, "alice"), users=["nobody"])["exists"]


def test_all_are_those_whose_devices_have_such_names() -> None:
    api = Api({"alice": ("alice", OLD), "bob-7": ("bob", OLD), "x": ("carol", OLD), "dave-q": ("dave", OLD)}, "erin")
    names = [fact["user_name"] for fact in rotation(api).all(2)]
    assert names == ["alice", "bob"]
    assert [fact["user_name"] for fact in rotation(api, retire_devices=["x"]).all(2)] == ["alice", "bob", "carol"]
    found = rotation(api, suffix="q", older_than_days=None, exclude=["b*", "zed"])
    assert [fact["user_name"] for fact in found.all(2)] == ["alice", "dave"]
    assert found.unmatched() == ["zed"]


def test_nobody_gets_a_ninth_device() -> None:
    eight: dict[str, tuple[str | None, str | None]] = {f"phone-{number}": ("alice", OLD) for number in range(8)}
    assert "has 8 MFA devices, and AWS allows 8" in str(only(Api(eight))["blocked"])
    assert only(Api({**dict(list(eight.items())[:7]), "alice": ("alice", YOUNG)}))["blocked"] is None
    assert only(Api(dict(list(eight.items())[:7])))["blocked"] is None


def test_proof_is_asked_for_where_something_may_go() -> None:
    devices: dict[str, tuple[str | None, str | None]] = {
        "alice": ("alice", OLD),
        "alice-2": ("alice", YOUNG),
        "bob": ("bob", OLD),
        "carol": ("carol", YOUNG),
    }
    proof = AskedFor()
    facts = rotation(Api(devices), proof).all(2)
    assert proof.asked == ["alice"]
    assert [fact["problem"] for fact in facts] == ["not proven", None, None]


@pytest.mark.parametrize(
    ("moment", "due", "days"),
    [("2026-08-22T12:00:00+00:00", True, 90), ("2026-08-22T12:00:01+00:00", False, 89)],
)
def test_a_device_is_old_from_that_very_day_on(moment: str, due: bool, days: int) -> None:
    fact = only(Api({"alice": ("alice", moment)}))
    assert fact["due"] is due and fact["device_name"] == ("alice-2" if due else "alice")
    assert (fact["attached_at"], fact["age_days"]) == ((None, None) if due else (moment, days))
