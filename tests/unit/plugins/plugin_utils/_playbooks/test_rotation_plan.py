# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which older devices a rotation may take away, as a table."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import rotation_plan as rotation

INPUTS = {"suffix": "2026", "retire": True, "retire_devices": ["{user_name}", "{user_name}-20??"], "min_age_days": 7}


def arn(name: str, path: str = "/") -> str:
    return f"arn:aws:iam::123456789012:mfa{path}{name}"


def fact(name: str = "alice", **more: t.Any) -> dict[str, t.Any]:
    return {
        "user_name": name,
        "device_name": f"{name}-2026",
        "exists": True,
        "serial_number": arn(f"{name}-2026"),
        "age_days": 7,
        "record_problem": None,
        "others": [arn(name), arn("phone")],
        **more,
    }


def result(name: str = "alice", **more: t.Any) -> dict[str, t.Any]:
    serial = arn(f"{name}-2026")
    return {"user_name": name, "serial_number": serial, "changed": False, "failed": False, "msg": "", **more}


@pytest.mark.parametrize(
    ("inputs", "found", "attached", "gone", "reason"),
    [
        ({}, {}, {}, ["alice"], None),
        ({"retire": False}, {}, {}, [], None),
        ({}, {"others": []}, {}, [], None),
        ({}, {"others": [arn("phone")]}, {}, [], None),
        ({}, {"others": [arn("alice-2025"), arn("alice-laptop"), arn("alice2025")]}, {}, ["alice-2025"], None),
        ({}, {"others": [arn("bob"), arn("Alice"), arn("xalice"), arn("alicex")]}, {}, [], None),
        ({}, {"others": [arn("alice", "/staff/")]}, {}, ["alice"], None),
        ({"retire_devices": ["phone"]}, {}, {}, ["phone"], None),
        ({"retire_devices": ["nothing"]}, {}, {}, [], None),
        ({"retire_devices": ["ph*", "{user_name}"]}, {}, {}, ["alice", "phone"], None),
        # the device is not older than this run
        ({}, {"serial_number": None, "age_days": None}, {"changed": True}, [], "attached by this run"),
        ({}, {}, {"changed": True}, [], "attached by this run"),
        ({}, {"serial_number": None}, {}, [], "attached by this run"),
        ({}, {}, {"serial_number": arn("alice-2026", "/x/")}, [], "attached by this run"),
        ({"min_age_days": 0}, {"serial_number": None}, {"changed": True}, [], "attached by this run"),
        # not for long enough
        ({}, {"age_days": 6}, {}, [], "6 days ago"),
        ({}, {"age_days": 0}, {}, [], "0 days ago"),
        ({}, {"age_days": None}, {}, [], "an unknown time ago"),
        ({"min_age_days": 0}, {"age_days": 0}, {}, ["alice"], None),
        ({"min_age_days": 0}, {"age_days": None}, {}, [], "an unknown time ago"),
        # nobody has its seed
        ({}, {"record_problem": "The secret x does not exist"}, {}, [], "The secret x does not exist"),
        ({}, {}, {"failed": True, "msg": "denied"}, [], None),
        ({}, {}, {"failed": True, "changed": True, "msg": "denied"}, [], None),
    ],
)
def test_who_loses_what(
    inputs: dict[str, t.Any], found: dict[str, t.Any], attached: dict[str, t.Any], gone: list[str], reason: str | None
) -> None:
    planned = rotation.retirement({**INPUTS, **inputs}, [fact(**found)], [result(**attached)])
    assert [device["serial_number"].rsplit("/", 1)[-1] for device in planned["devices"]] == gone
    assert {device["user_name"] for device in planned["devices"]} <= {"alice"}
    if reason is None:
        assert planned["kept"] == []
    else:
        assert [item["user_name"] for item in planned["kept"]] == ["alice"] and reason in planned["kept"][0]["reason"]


def test_a_user_whose_name_ends_in_the_suffix() -> None:
    found = fact("svc-2026", others=[arn("svc-2026"), arn("svc-2026-phone")])
    planned = rotation.retirement(INPUTS, [found], [result("svc-2026")])
    assert [device["serial_number"] for device in planned["devices"]] == [arn("svc-2026")]


@pytest.mark.parametrize(
    ("inputs", "facts", "refusal"),
    [
        ({}, [fact()], None),
        ({}, [fact(), fact("bob", serial_number=None)], None),
        ({}, [fact(serial_number=None), fact("bob", serial_number=None)], "none of these users has the new device"),
        ({}, [fact(serial_number=None, others=[])], None),
        ({"retire": False}, [fact(serial_number=None)], None),
        ({}, [fact(), fact("bob", exists=False)], "there is no IAM user bob"),
        ({"retire": False}, [fact("carol", exists=False), fact("bob", exists=False)], "no IAM user carol or bob"),
    ],
)
def test_what_must_not_begin(inputs: dict[str, t.Any], facts: list[dict[str, t.Any]], refusal: str | None) -> None:
    found = rotation.refusals({**INPUTS, **inputs}, facts)
    assert found == [] if refusal is None else refusal in found[0] and len(found) == 1


def test_what_was_done_is_told_by_cause() -> None:
    attached = [result(f"user-{number:03}", failed=True, msg="denied") for number in range(900)]
    attached += [result("alice", changed=True), result("bob"), result("carol")]
    planned = {"devices": [], "kept": [{"user_name": "bob", "reason": "too young"}]}
    retired = [
        {"user_name": "carol", "changed": True, "failed": False, "msg": ""},
        {"user_name": "carol", "changed": True, "failed": False, "msg": ""},
        {"user_name": "dave", "changed": True, "failed": True, "msg": "not allowed"},
    ]
    lines, failures = rotation.outcome(attached, planned, retired, check_mode=False)
    assert lines == [
        "new devices: 1 attached, 2 were there, 900 failed",
        "older devices: 2 removed, of 1 users",
    ]
    assert len(failures) == 3 and all(len(failure) < 300 for failure in failures)
    assert failures[0].endswith("user-009 and 890 more: the new device could not be attached: denied")
    assert failures[1:] == ["bob: keeps all devices: too young", "dave: an older device is still there: not allowed"]
    assert rotation.outcome([result()], {"kept": []}, [], check_mode=True)[0][0].startswith("Check mode")
    many = {"kept": [{"user_name": f"u{number}", "reason": f"reason {number}"} for number in range(30)]}
    assert rotation.outcome([], many, [], check_mode=False)[1][-1] == "and 10 other reasons."
