# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which devices a rotation attaches and which it may take away, as tables."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._rotation import plan as rotation

INPUTS = {"suffix": "2026", "retire": True, "holder": "person", "profiles": {}}


def arn(name: str, path: str = "/") -> str:
    return f"arn:aws:iam::123456789012:mfa{path}{name}"


def fact(name: str = "alice", **more: t.Any) -> dict[str, t.Any]:
    return {
        "user_name": name,
        "device_name": f"{name}-2026",
        "device_path": "/",
        "exists": True,
        "due": True,
        "serial_number": arn(f"{name}-2026"),
        "problem": None,
        "blocked": None,
        "older": [arn(name)],
        "left_behind": [],
        **more,
    }


def result(name: str = "alice", **more: t.Any) -> dict[str, t.Any]:
    serial = arn(f"{name}-2026")
    done = {"user_name": name, "serial_number": serial, "changed": False, "actions": [], "failed": False, "msg": ""}
    return {**done, **more}


NEW: dict[str, t.Any] = {"changed": True, "actions": ["create", "store", "enable"]}
NONE: dict[str, t.Any] = {"serial_number": None}
STORE = {"holder": "store"}


@pytest.mark.parametrize(
    ("inputs", "found", "attached", "reason"),
    [
        ({}, {}, {}, ""),
        ({"retire": False}, {}, {}, None),
        ({}, {"older": []}, {}, None),
        ({}, {"problem": "nobody has confirmed"}, {}, "nobody has confirmed: run again later"),
        ({}, {"due": False}, None, ""),
        ({}, {"due": False, "problem": "its seed is gone"}, None, "its seed is gone"),
        # a person cannot have used what this run attached
        ({}, NONE, NEW, "attached by this run"),
        ({}, {}, NEW, "attached by this run"),
        ({}, NONE, {}, "attached by this run"),
        ({}, {}, {"serial_number": arn("alice-2026", "/x/")}, "attached by this run"),
        # who takes codes from the store has the new seed as soon as it is there
        (STORE, NONE, NEW, ""),
        (STORE, {}, {}, ""),
        (STORE, {"problem": "its seed is gone"}, {}, "its seed is gone"),
        (STORE, {"problem": "its seed is gone"}, {"changed": True, "actions": ["tag"]}, "its seed is gone"),
        (STORE, NONE, {**NEW, "serial_number": arn("unlisted")}, "AWS does not list the new device yet"),
        # what a killed run left behind goes alone, or not at all
        ({}, {"older": [], "left_behind": [arn("alice")]}, {}, ""),
        ({}, {**NONE, "older": [], "left_behind": [arn("alice")]}, NEW, None),
        (STORE, {**NONE, "older": [], "left_behind": [arn("alice")]}, NEW, ""),
        ({}, {"older": [], "left_behind": [arn("alice")]}, {"failed": True, "msg": "denied"}, None),
        # failures are reported as such, and take nothing away
        ({}, {}, {"failed": True, "msg": "denied"}, None),
        (STORE, NONE, {**NEW, "failed": True, "msg": "denied"}, None),
        (STORE, {**NONE, "blocked": "has 8 MFA devices"}, None, None),
    ],
)
def test_who_loses_what(
    inputs: dict[str, t.Any], found: dict[str, t.Any], attached: dict[str, t.Any] | None, reason: str | None
) -> None:
    results = [] if attached is None else [result(**attached)]
    facts = [fact("bob", older=[]), fact(**found)]
    removed, kept = rotation.retirement({**INPUTS, **inputs}, facts, results, [fact()], {})
    gone = [{"user_name": "alice", "serial_number": arn("alice")}]
    assert removed == (gone if reason == "" else [])
    if reason:
        assert [item["user_name"] for item in kept] == ["alice"] and reason in kept[0]["reason"]
    else:
        assert kept == []


@pytest.mark.parametrize("inputs", [{}, STORE, {"retire": False}])
def test_who_could_not_sign_in_keeps_all_devices(inputs: dict[str, t.Any]) -> None:
    planned = rotation.retirement({**INPUTS, **inputs}, [fact()], [], [fact()], {"alice": "AWS refused 3 codes."})
    reason = "no sign-in with the new device: AWS refused 3 codes."
    assert planned == ([], [{"user_name": "alice", "reason": reason}])


def test_profiles_are_of_users_who_are_rotated() -> None:
    inputs = {**INPUTS, "profiles": {"alice": "a", "Bob": "b"}}
    found = rotation.refusals(inputs, [fact(), fact("bob")], [], ["rotate_profiles.alice: there is no profile a"])
    assert found[0] == "rotate_profiles.alice: there is no profile a" and len(found) == 2
    assert found[1] == "rotate_profiles: Bob is none of the users who are rotated. Correct the name."


def test_in_check_mode_what_would_be_listed_counts() -> None:
    inputs = {**INPUTS, **STORE}
    assert rotation.retirement(inputs, [fact(**NONE)], [result(**NEW)], None, {})[0]
    assert not rotation.retirement(inputs, [fact(**NONE)], [result(**NEW)], [], {})[0]


@pytest.mark.parametrize(
    ("inputs", "facts", "refusal"),
    [
        ({}, [fact()], None),
        ({}, [fact(), fact("bob", **NONE)], None),
        ({}, [fact(**NONE), fact("bob", **NONE)], "none of these users has the new device"),
        (STORE, [fact(**NONE), fact("bob", **NONE)], None),
        ({"suffix": None}, [fact(**NONE), fact("bob", **NONE)], None),
        ({}, [fact(serial_number=None, older=[])], None),
        ({"retire": False}, [fact(**NONE)], None),
        ({}, [fact(), fact("bob", exists=False)], "there is no IAM user bob"),
        ({"retire": False}, [fact("carol", exists=False), fact("bob", exists=False)], "no IAM user carol or bob"),
        ({}, [], "rotate_all: no user has a virtual device"),
    ],
)
def test_what_must_not_begin(inputs: dict[str, t.Any], facts: list[dict[str, t.Any]], refusal: str | None) -> None:
    found = rotation.refusals({**INPUTS, **inputs}, facts, [], [])
    assert found == [] if refusal is None else refusal in found[0] and len(found) == 1
    assert "rotate_exclude: 'bo*'" in rotation.refusals(INPUTS, [fact()], ["bo*"], [])[0]


def test_who_is_given_a_device() -> None:
    facts = [
        fact(),
        fact("bob", due=False),
        fact("carol", blocked="has 8 MFA devices"),
        fact("dave", device_path="/p/"),
    ]
    assert rotation.devices(facts) == [
        {"user_name": "alice", "device_name": "alice-2026", "device_path": "/"},
        {"user_name": "dave", "device_name": "dave-2026", "device_path": "/p/"},
    ]


def test_what_was_done_is_told_by_cause() -> None:
    attached = [result(f"user-{number:03}", failed=True, msg="denied") for number in range(900)]
    attached += [result("alice", changed=True), result("bob"), result("carol")]
    kept = [{"user_name": "bob", "reason": "too young"}]
    retired = [
        {"user_name": "carol", "changed": True, "failed": False, "msg": ""},
        {"user_name": "carol", "changed": True, "failed": False, "msg": ""},
        {"user_name": "dave", "changed": True, "failed": True, "msg": "not allowed"},
    ]
    facts = [fact(item["user_name"]) for item in attached]
    facts += [fact("eve", due=False), fact("frank", **NONE, blocked="has 8 MFA devices")]
    lines, failures = rotation.outcome(facts, attached, kept, retired, None, check_mode=False)
    assert lines == [
        "new devices: 1 attached, 3 were there, 901 failed",
        "older devices: 2 removed, of 1 user",
    ]
    assert len(failures) == 4 and all(len(failure) < 300 for failure in failures)
    assert failures[0].endswith("user-009 and 890 more: the new device could not be attached: denied")
    assert failures[1:] == [
        "frank: has 8 MFA devices",
        "bob: keeps all devices: too young",
        "dave: an older device is still there: not allowed",
    ]
    assert rotation.outcome([fact()], [result()], [], [], None, check_mode=True)[0][0].startswith("Check mode")
    _lines, failures = rotation.outcome(facts, attached, kept, [], "AWS denied iam:ListUsers.", check_mode=False)
    assert failures[0] == "No older device was removed: AWS denied iam:ListUsers." and len(failures) == 4


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (20, "u19: keeps all devices: reason 19"),
        (21, "and 1 other reason."),
        (30, "and 10 other reasons."),
    ],
)
def test_so_many_reasons_are_told(count: int, last: str) -> None:
    kept = [{"user_name": f"u{number}", "reason": f"reason {number}"} for number in range(count)]
    _lines, failures = rotation.outcome([], [], kept, [], None, check_mode=False)
    assert failures[-1] == last and len(failures) == min(count, 21)


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "u0"),
        (2, "u0 and u1"),
        (10, ", ".join(f"u{number}" for number in range(9)) + " and u9"),
        (11, "u9 and 1 more"),
    ],
)
def test_so_many_names_are_told(count: int, told: str) -> None:
    kept = [{"user_name": f"u{number}", "reason": "too young"} for number in range(count)]
    _lines, failures = rotation.outcome([], [], kept, [], None, check_mode=False)
    assert len(failures) == 1 and failures[0].endswith(f"{told}: keeps all devices: too young")


def test_removals_of_several_users() -> None:
    retired = [{"user_name": name, "changed": True, "failed": False, "msg": ""} for name in ("alice", "bob")]
    lines, _failures = rotation.outcome([], [], [], retired, None, check_mode=False)
    assert lines[-1] == "older devices: 2 removed, of 2 users"
