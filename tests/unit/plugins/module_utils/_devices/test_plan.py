# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Current state × desired state → actions, as a table."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.model import (
    Device,
    VirtualDevice,
    device_type,
    split_virtual_arn,
)
from ansible_collections.hardening.aws.plugins.module_utils._devices import plan as plans
from ansible_collections.hardening.aws.plugins.module_utils._devices.plan import Current, Desired

ARN = "arn:aws:iam::123456789012:mfa/alice"
OTHER = "arn:aws:iam::123456789012:mfa/staff/alice-2"
TOKEN = "GAHT12345678"
PASSKEY = "arn:aws:iam::123456789012:u2f/user/alice/key-ABC"

NAMED: dict[str, t.Any] = {"user_name": "alice", "device_name": "alice", "stored": True}
BY_ARN: dict[str, t.Any] = {"user_name": "alice", "serial_number": ARN, "codes": ("111111", "222222")}
HARDWARE: dict[str, t.Any] = {"user_name": "alice", "serial_number": TOKEN, "seed": "A" * 32}


def attached(*serials: str, **more: t.Any) -> Current:
    devices = tuple(Device(serial, "alice", "2026-01-01T00:00:00+00:00") for serial in serials)
    own = ARN if ARN in serials else None
    more.setdefault("target", VirtualDevice(ARN, "alice") if own else None)
    return Current(devices=devices, **more)


FREE = Current(target=VirtualDevice(ARN))
NOTHING = Current()
LOST = dataclasses.replace(FREE, seed_lost=True)
LIKE_IT = "arn:aws:iam::123456789012:mfa/x:mfa/alice"
EIGHT = attached(*(f"GAHT0000000{number}" for number in range(8)))


@pytest.mark.parametrize(
    ("state", "desired", "current", "kinds"),
    [
        # enabled
        ("enabled", NAMED, NOTHING, ["create", "store", "enable"]),
        ("enabled", NAMED, FREE, ["enable"]),
        ("enabled", NAMED, attached(ARN), []),
        ("enabled", NAMED, attached(OTHER), ["create", "store", "enable"]),
        ("enabled", NAMED | {"satisfied_by": "any"}, attached(OTHER), []),
        ("enabled", NAMED | {"satisfied_by": "any"}, attached(PASSKEY), []),
        ("enabled", NAMED | {"satisfied_by": "any"}, NOTHING, ["create", "store", "enable"]),
        ("enabled", NAMED | {"device_path": "/staff/"}, attached(ARN, target=None), ["create", "store", "enable"]),
        ("enabled", BY_ARN, Current(target_known=False), ["enable"]),
        ("enabled", BY_ARN, FREE, ["enable"]),
        ("enabled", BY_ARN, attached(ARN), []),
        ("enabled", HARDWARE, NOTHING, ["enable"]),
        ("enabled", HARDWARE, attached(TOKEN), []),
        ("enabled", NAMED | {"tags": {"a": "1"}}, attached(ARN, tags={}), ["tag"]),
        ("enabled", NAMED | {"tags": {"a": "1"}}, attached(ARN, tags={"a": "1"}), []),
        ("enabled", NAMED | {"tags": {"a": "1"}}, attached(ARN, tags={"a": "2", "b": "3"}), ["untag", "tag"]),
        ("enabled", NAMED | {"tags": {}}, attached(ARN, tags={"a": "2"}), ["untag"]),
        ("enabled", NAMED | {"tags": {}, "purge_tags": False}, attached(ARN, tags={"a": "2"}), []),
        ("enabled", NAMED | {"tags": {"a": "1"}}, FREE, ["enable", "tag"]),
        # a device that nobody can ever use
        ("enabled", NAMED, LOST, ["recreate", "store", "enable"]),
        ("enabled", NAMED | {"tags": {"a": "1"}}, LOST, ["recreate", "store", "enable"]),
        ("present", NAMED, LOST, ["recreate", "store"]),
        ("present", NAMED | {"device_name": None, "serial_number": ARN}, LOST, []),
        # arn:…:mfa/x:mfa/alice is another device than /alice
        ("enabled", NAMED, attached(LIKE_IT), ["create", "store", "enable"]),
        ("absent", NAMED, attached(LIKE_IT), []),
        ("disabled", NAMED, attached(LIKE_IT), []),
        ("disabled", NAMED | {"device_path": "/x:mfa/"}, attached(LIKE_IT), ["disable"]),
        # present
        ("present", NAMED, NOTHING, ["create", "store"]),
        ("present", NAMED | {"stored": False}, NOTHING, ["create"]),
        ("present", NAMED, FREE, []),
        ("present", NAMED, attached(ARN), []),
        ("present", NAMED, Current(target=VirtualDevice(ARN, "bob")), []),
        ("present", NAMED | {"tags": {"a": "1"}}, dataclasses.replace(FREE, tags={"b": "2"}), ["untag", "tag"]),
        # disabled
        ("disabled", BY_ARN, attached(ARN, OTHER), ["disable"]),
        ("disabled", BY_ARN, FREE, []),
        ("disabled", BY_ARN, NOTHING, []),
        ("disabled", BY_ARN, Current(user_exists=False), []),
        ("disabled", {"user_name": "alice", "all_devices": True}, attached(ARN, TOKEN), ["disable", "disable"]),
        ("disabled", {"user_name": "alice", "all_devices": True}, NOTHING, []),
        # absent
        ("absent", BY_ARN, attached(ARN), ["disable", "delete"]),
        ("absent", BY_ARN, FREE, ["delete"]),
        ("absent", BY_ARN, NOTHING, []),
        ("absent", NAMED, Current(user_exists=False, target=VirtualDevice(ARN)), ["delete"]),
        ("absent", HARDWARE, attached(TOKEN), ["disable"]),
        ("absent", {"user_name": "alice", "serial_number": PASSKEY}, attached(PASSKEY), ["disable"]),
        (
            "absent",
            {"user_name": "alice", "all_devices": True},
            attached(ARN, TOKEN, OTHER),
            ["disable", "disable", "disable", "delete", "delete"],
        ),
        (
            "absent",
            {"user_name": "alice", "all_devices": True},
            dataclasses.replace(attached(OTHER), left_behind=(ARN,)),
            ["disable", "delete", "delete"],
        ),
        ("absent", {"user_name": "alice", "all_devices": True}, Current(left_behind=(ARN,)), ["delete"]),
        # resynced
        ("resynced", BY_ARN, attached(ARN), ["resync"]),
        ("resynced", HARDWARE, attached(TOKEN), ["resync"]),
    ],
)
def test_actions(state: str, desired: dict[str, t.Any], current: Current, kinds: list[str]) -> None:
    plan = plans.plan(Desired(state=state, **desired), current)
    assert (plan.kinds, plan.problem) == (kinds, None)
    assert plan.changed == bool(kinds)


@pytest.mark.parametrize(
    ("state", "desired", "current", "problem"),
    [
        ("enabled", NAMED, Current(user_exists=False), "There is no IAM user alice in this account"),
        ("resynced", BY_ARN, Current(user_exists=False), "There is no IAM user alice in this account"),
        ("enabled", NAMED, Current(target=VirtualDevice(ARN, "bob")), "is attached to the user bob, not to alice"),
        ("absent", BY_ARN, Current(target=VirtualDevice(ARN, "bob")), "is attached to the user bob, not to alice"),
        (
            "enabled",
            NAMED,
            Current(target=VirtualDevice(ARN, "arn:aws:iam::123456789012:root")),
            "is attached to the root user",
        ),
        ("enabled", NAMED, EIGHT, "alice has 8 MFA devices already, and AWS allows 8"),
        ("enabled", HARDWARE, EIGHT, "Remove one with state=absent first"),
        ("enabled", BY_ARN, NOTHING, "does not exist. Check the ARN"),
        ("enabled", BY_ARN | {"stored": True, "codes": None}, NOTHING, "does not exist. Check the ARN"),
        ("enabled", NAMED | {"stored": False, "seed": "A" * 32}, NOTHING, "AWS makes the seed of a new device"),
        ("resynced", BY_ARN, FREE, "only an attached device can be resynchronized"),
        (
            "enabled",
            BY_ARN | {"stored": True, "codes": None},
            LOST,
            f"The seed store has no seed of {ARN} for alice",
        ),
    ],
)
def test_problems(state: str, desired: dict[str, t.Any], current: Current, problem: str) -> None:
    plan = plans.plan(Desired(state=state, **desired), current)
    assert problem in (plan.problem or "")
    assert plan.actions == ()


def test_a_missing_user_is_only_warned_about_when_something_has_to_go() -> None:
    plan = plans.plan(Desired(state="absent", **NAMED), Current(user_exists=False))
    assert "There is no IAM user alice" in (plan.warning or "")
    assert plan.problem is None


@pytest.mark.parametrize(
    ("state", "current", "before", "after"),
    [
        ("enabled", NOTHING, ("absent", []), ("enabled", [ARN])),
        ("enabled", FREE, ("present", []), ("enabled", [ARN])),
        ("enabled", attached(ARN), ("enabled", [ARN]), ("enabled", [ARN])),
        ("disabled", attached(ARN, TOKEN), ("enabled", [TOKEN, ARN]), ("disabled", [TOKEN])),
        ("absent", attached(ARN, TOKEN), ("enabled", [TOKEN, ARN]), ("absent", [TOKEN])),
        ("absent", FREE, ("present", []), ("absent", [])),
        ("present", NOTHING, ("absent", []), ("present", [])),
    ],
)
def test_diff_shows_before_and_after(
    state: str, current: Current, before: tuple[str, list[str]], after: tuple[str, list[str]]
) -> None:
    desired = Desired(state=state, **NAMED)
    predicted = plans.predict(desired, current, plans.plan(desired, current), ARN)
    for shown, (status, devices) in ((current, before), (predicted, after)):
        state_shown = plans.describe(desired, shown, ARN)
        assert (state_shown["device"]["status"], state_shown["mfa_devices"]) == (status, devices)


def test_prediction_of_tags() -> None:
    desired = Desired(state="enabled", tags={"a": "1", "c": "3"}, **NAMED)
    current = attached(ARN, tags={"a": "2", "b": "2"})
    predicted = plans.predict(desired, current, plans.plan(desired, current), ARN)
    assert predicted.tags == {"a": "1", "c": "3"}


def test_secrets_are_in_no_representation() -> None:
    desired = Desired(user_name="alice", state="enabled", codes=("123456", "654321"), seed="SECRETSEED")
    assert not any(secret in repr(desired) for secret in ("123456", "654321", "SECRETSEED"))


@pytest.mark.parametrize(
    ("serial", "kind"),
    [
        (ARN, "virtual"),
        (OTHER, "virtual"),
        ("arn:aws-cn:iam::123456789012:mfa/alice", "virtual"),
        ("arn:aws-us-gov:iam::123456789012:mfa//a//alice", "virtual"),
        (PASSKEY, "fido"),
        ("arn:aws:iam::123456789012:sms-mfa/alice", "sms"),
        (TOKEN, "hardware"),
        ("arn:aws:iam::123456789012:user/alice", "hardware"),
    ],
)
def test_device_type(serial: str, kind: str) -> None:
    assert device_type(serial) == kind


def test_virtual_arn_is_split() -> None:
    assert split_virtual_arn(OTHER) == ("/staff/", "alice-2")
    assert split_virtual_arn("arn:aws:iam::123456789012:mfa//x//y") == ("//x//", "y")


def test_left_behind() -> None:
    """Whose an unassigned device was, AWS does not tell: it is certain of few."""
    prefix = "arn:aws:iam::123456789012:mfa"
    found = [
        VirtualDevice(f"{prefix}/alice"),
        VirtualDevice(f"{prefix}/old/alice"),
        VirtualDevice(f"{prefix}/staff/alice", "bob"),
        VirtualDevice(f"{prefix}/alice/phone"),
        VirtualDevice(f"{prefix}/alice-2"),
        VirtualDevice(f"{prefix}/Alice"),
        VirtualDevice(f"{prefix}/phone"),
    ]
    certain = plans.left_behind("alice", found, [f"{prefix}/phone"])
    assert certain == (f"{prefix}/alice", f"{prefix}/old/alice", f"{prefix}/phone")


def test_a_warning_is_for_a_name_that_does_nothing() -> None:
    nobody = Desired(user_name="alise", state="absent", serial_number=ARN)
    gone = plans.plan(nobody, Current(user_exists=False))
    assert gone.warning and "There is no IAM user alise" in gone.warning and not gone.changed
    assert plans.plan(nobody, Current(user_exists=False, target=VirtualDevice(ARN))).warning is None
