# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices are created and deleted whatever AWS loses on the way, and never twice."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.iam import NewDevice
from ansible_collections.hardening.aws.plugins.module_utils._devices.virtual_devices import VirtualDevices
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError, StaleView
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import (
    Api,
    Time,
    arn,
    refused,
    wanted,
)

CONFLICT = refused("DeleteConflict")


def create(api: Api, replace: bool = False) -> NewDevice:
    return VirtualDevices(t.cast("t.Any", api)).create(wanted("alice"), arn("alice"), {}, replace)


def delete(api: Api) -> bool:
    return VirtualDevices(t.cast("t.Any", api)).delete(arn("alice"))


def unsure(code: str) -> AwsRefused:
    error = refused(code)
    error.unsure = True
    return error


def test_created_and_recreated(clock: Time) -> None:
    api = Api(["alice"])
    assert create(api).serial_number == arn("alice") and api.calls == {"create": 1}
    assert create(api, replace=True).seed and api.calls == {"create": 2, "delete": 1}


def test_a_device_whose_seed_was_lost_with_the_reply_is_made_once_more(clock: Time) -> None:
    api = Api(["alice"])
    api.devices[arn("alice")] = None
    api.spoil["create"] = [unsure("EntityAlreadyExists")]
    create(api)
    assert api.calls == {"create": 2, "delete": 1}


def test_a_slow_answer_does_not_end_the_patience(clock: Time) -> None:
    """The seed was lost with the reply, and the next answer takes longer than IAM takes to settle."""
    api = Api(["alice"])
    api.devices[arn("alice")] = None

    def slow() -> None:
        clock.sleep(40)
        raise unsure("EntityAlreadyExists")

    api.spoil["create"] = [slow]
    assert create(api).seed and api.calls == {"create": 2, "delete": 1}


def test_what_exists_already_is_left_alone(clock: Time) -> None:
    api = Api(["alice"])
    api.devices[arn("alice")] = None
    with pytest.raises(StaleView, match="exists already"):
        create(api)
    assert not api.calls["delete"]


def test_a_seed_that_is_none(clock: Time) -> None:
    api = Api(["alice"])
    made = api.create
    answers = ["not base32!"]

    def damaged(*args: t.Any) -> NewDevice:
        device = made(*args)
        return dataclasses.replace(device, seed=answers.pop()) if answers else device

    api.create = damaged  # type: ignore[method-assign]
    assert create(api).seed != "not base32!" and api.calls == {"create": 2, "delete": 1}
    answers += ["not base32!"] * 99
    with pytest.raises(MfaError, match="repeatedly returned an unusable seed"):
        create(api, replace=True)
    assert not api.devices


@pytest.mark.parametrize(
    ("code", "words"), [("LimitExceeded", "reached its quota of virtual MFA devices"), ("AccessDenied", "AccessDenied")]
)
def test_refused_for_good(clock: Time, code: str, words: str) -> None:
    api = Api(["alice"])
    api.spoil["create"] = [refused(code)]
    with pytest.raises(MfaError, match=words) as refusal:
        create(api)
    assert refusal.value.code == code and api.calls == {"create": 1}


def test_deleted(clock: Time) -> None:
    api = Api(["alice"])
    assert not delete(api)
    api.spoil["delete"] = [unsure("NoSuchEntity")]
    assert delete(api)  # an earlier attempt of the same call did it
    api.devices[arn("alice")] = None
    api.spoil["delete"] = [CONFLICT, CONFLICT]  # detached a moment ago
    assert delete(api) and not api.devices


def test_in_use_for_too_long(clock: Time) -> None:
    api, began = Api(["alice"]), clock.now
    api.spoil["delete"] = [CONFLICT] * 999
    with pytest.raises(StaleView, match="AWS lists no user for it"):
        delete(api)
    assert 15 <= clock.now - began < 17


def test_tags_wait_for_a_new_device_to_be_known(clock: Time) -> None:
    api = Api(["alice"])
    devices = VirtualDevices(t.cast("t.Any", api))
    api.spoil["tag"] = [refused("NoSuchEntity")] * 3
    devices.tag(arn("alice"), {"team": "x"})
    assert api.calls["tag"] == 4
    api.spoil["tag"] = [refused("AccessDenied")]
    with pytest.raises(AwsRefused):
        devices.tag(arn("alice"), {"team": "x"})
