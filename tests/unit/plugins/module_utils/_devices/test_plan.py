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
ROOT = "arn:aws:iam::123456789012:root"
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
            Current(target=VirtualDevice(ARN, ROOT)),
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


@pytest.mark.parametrize(
    ("desired", "device"),
    [
        (NAMED, "/alice"),
        (NAMED | {"device_path": "/staff/"}, "/staff/alice"),
        (BY_ARN, ARN),
    ],
)
def test_a_problem_names_the_device(desired: dict[str, t.Any], device: str) -> None:
    problem = plans.plan(Desired(state="resynced", **desired), NOTHING).problem
    assert problem is not None and problem.startswith(f"The device {device} is not attached to alice, ")


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
    kept = attached(ARN, tags={"a": "1", "c": "3", "b": "2"})
    assert plans.predict(desired, kept, plans.plan(desired, kept), ARN).tags == {"a": "1", "c": "3"}


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


UNTAGGED = dataclasses.replace(FREE, tags={})
TAGGED = NAMED | {"tags": {"a": "1"}}
EVERY = {"user_name": "alice", "all_devices": True}


@pytest.mark.parametrize(
    ("state", "desired", "current", "actions"),
    [
        ("enabled", NAMED, NOTHING, [("create", None, {}), ("store", None, {}), ("enable", None, {})]),
        ("enabled", TAGGED, NOTHING, [("create", None, {"a": "1"}), ("store", None, {}), ("enable", None, {})]),
        ("enabled", NAMED, FREE, [("enable", ARN, {})]),
        ("enabled", BY_ARN, Current(target_known=False), [("enable", ARN, {})]),
        ("enabled", HARDWARE, NOTHING, [("enable", TOKEN, {})]),
        ("enabled", TAGGED, FREE, [("enable", ARN, {}), ("tag", ARN, {"a": "1"})]),
        (
            "enabled",
            TAGGED,
            attached(ARN, tags={"a": "2", "b": "3"}),
            [("untag", ARN, {"b": "3"}), ("tag", ARN, {"a": "1"})],
        ),
        ("enabled", TAGGED | {"purge_tags": False}, attached(ARN, tags={"b": "3"}), [("tag", ARN, {"a": "1"})]),
        # What is made anew keeps its tags, but for those that are not wanted.
        (
            "enabled",
            NAMED,
            dataclasses.replace(LOST, tags={"b": "3"}),
            [("recreate", None, {"b": "3"}), ("store", None, {}), ("enable", None, {})],
        ),
        (
            "present",
            TAGGED,
            dataclasses.replace(LOST, tags={"a": "2", "b": "3"}),
            [("recreate", None, {"a": "1"}), ("store", None, {})],
        ),
        (
            "present",
            TAGGED | {"purge_tags": False},
            dataclasses.replace(LOST, tags={"a": "2", "b": "3"}),
            [("recreate", None, {"a": "1", "b": "3"}), ("store", None, {})],
        ),
        ("present", TAGGED, NOTHING, [("create", None, {"a": "1"}), ("store", None, {})]),
        ("present", TAGGED, FREE, [("tag", ARN, {"a": "1"})]),
        ("disabled", BY_ARN, attached(ARN, OTHER), [("disable", ARN, {})]),
        ("disabled", EVERY, attached(ARN, TOKEN), [("disable", ARN, {}), ("disable", TOKEN, {})]),
        ("absent", BY_ARN, attached(ARN, OTHER), [("disable", ARN, {}), ("delete", ARN, {})]),
        ("absent", NAMED, FREE, [("delete", ARN, {})]),
        (
            "absent",
            EVERY,
            dataclasses.replace(attached(OTHER, TOKEN), left_behind=(ARN, OTHER), kept_seeds=(ARN,)),
            [
                ("disable", OTHER, {}),
                ("disable", TOKEN, {}),
                ("delete", OTHER, {}),
                ("delete", ARN, {}),
                ("retire_seed", ARN, {}),
            ],
        ),
        ("absent", NAMED, dataclasses.replace(NOTHING, kept_seeds=(ARN,)), [("retire_seed", ARN, {})]),
        ("resynced", BY_ARN, attached(ARN, OTHER), [("resync", ARN, {})]),
    ],
)
def test_what_each_action_is_for(
    state: str, desired: dict[str, t.Any], current: Current, actions: list[tuple[str, str | None, dict[str, str]]]
) -> None:
    plan = plans.plan(Desired(state=state, **desired), current)
    assert [(action.kind, action.serial_number, dict(action.tags)) for action in plan.actions] == actions
    assert plan.problem is None and plan.warning is None


@pytest.mark.parametrize(("owner", "whose"), [("bob", "the user bob"), (ROOT, f"the root user ({ROOT})")])
def test_the_seed_of_a_device_that_somebody_else_has_stays(owner: str, whose: str) -> None:
    current = dataclasses.replace(NOTHING, seed_in_use=VirtualDevice(ARN, owner))
    plan = plans.plan(Desired(state="absent", **NAMED), current)
    assert not plan.changed and plan.problem is None
    assert plan.warning == (
        f"The seed store keeps alice's seed of {ARN}, as this is attached to {whose}. Delete the record yourself if "
        "nobody needs it."
    )


def test_seven_devices_leave_room_for_one() -> None:
    seven = dataclasses.replace(EIGHT, devices=EIGHT.devices[:7])
    assert plans.plan(Desired(state="enabled", **NAMED), seven).kinds == ["create", "store", "enable"]
    nine = dataclasses.replace(EIGHT, devices=(*EIGHT.devices, EIGHT.devices[0]))
    assert plans.plan(Desired(state="enabled", **NAMED), nine).problem is not None


@pytest.mark.parametrize(
    ("state", "desired", "current", "after"),
    [
        ("enabled", NAMED, NOTHING, Current(devices=(Device(ARN, "alice"),), target=VirtualDevice(ARN, "alice"))),
        ("enabled", HARDWARE, NOTHING, Current(devices=(Device(TOKEN, "alice"),))),
        ("present", NAMED, NOTHING, FREE),
        ("present", TAGGED, NOTHING, dataclasses.replace(FREE, tags={"a": "1"})),
        ("present", NAMED, dataclasses.replace(LOST, tags={"b": "3"}), LOST),
        ("present", TAGGED, FREE, dataclasses.replace(FREE, tags={"a": "1"})),
        (
            "present",
            NAMED | {"tags": {}},
            dataclasses.replace(FREE, tags={"b": "2"}),
            dataclasses.replace(FREE, tags={}),
        ),
        ("disabled", NAMED, attached(ARN), FREE),
        ("disabled", HARDWARE, attached(TOKEN), NOTHING),
        ("absent", NAMED, dataclasses.replace(attached(ARN), target_known=False, tags={"b": "3"}), NOTHING),
    ],
)
def test_what_aws_will_list(state: str, desired: dict[str, t.Any], current: Current, after: Current) -> None:
    wanted = Desired(state=state, **desired)
    assert plans.predict(wanted, current, plans.plan(wanted, current), wanted.serial_number or ARN) == after


@pytest.mark.parametrize(
    ("state", "desired", "current", "status"),
    [
        ("enabled", NAMED, attached(ARN), "enabled"),
        ("disabled", NAMED, FREE, "disabled"),
        ("enabled", HARDWARE, NOTHING, "disabled"),
        ("absent", NAMED, NOTHING, "absent"),
        ("absent", NAMED, Current(target_known=False), "present"),
        ("present", NAMED, FREE, "present"),
    ],
)
def test_status(state: str, desired: dict[str, t.Any], current: Current, status: str) -> None:
    assert plans.status_of(Desired(state=state, **desired), current) == status


def test_the_whole_of_a_diff() -> None:
    shown = {"user_name": "alice", "mfa_devices": [ARN]}
    device = {"serial_number": ARN, "status": "enabled"}
    current = attached(ARN, tags={"b": "3"})
    assert plans.describe(Desired(state="enabled", **NAMED), current, ARN) == {**shown, "device": device}
    tagged = {**device, "tags": {"b": "3"}}
    assert plans.describe(Desired(state="enabled", **TAGGED), current, ARN) == {**shown, "device": tagged}
    assert plans.describe(Desired(state="absent", **EVERY), current, None) == shown
    assert plans.describe(Desired(state="enabled", **HARDWARE), current, TOKEN) == shown
    gone = {"serial_number": ARN, "status": "absent"}
    nothing = {"user_name": "alice", "mfa_devices": [], "device": gone}
    assert plans.describe(Desired(state="absent", **TAGGED), NOTHING, ARN) == nothing


def test_which_device_is_meant() -> None:
    named, by_arn = Desired(state="enabled", **NAMED), Desired(state="enabled", **BY_ARN)
    assert named.is_virtual and named.may_create and named.is_target(ARN)
    assert not named.is_target(OTHER) and not named.is_target(TOKEN) and not named.is_target(PASSKEY)
    assert by_arn.is_virtual and not by_arn.may_create and by_arn.is_target(ARN) and not by_arn.is_target(OTHER)
    assert not Desired(state="enabled", **HARDWARE).is_virtual and not Desired("alice", "absent").is_virtual
    assert Desired(state="present", **(NAMED | {"stored": False})).may_create
    assert not Desired(state="enabled", **(NAMED | {"stored": False})).may_create
    defaults = Desired("alice", "enabled")
    assert (defaults.label, defaults.device_path, defaults.satisfied_by) == ("", "/", "this")
    assert (defaults.stored, defaults.retires_seed, defaults.all_devices, defaults.purge_tags) == (False,) * 3 + (True,)
