# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's answers to a root user as plain values, and which refusals are none."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._access.change import Change
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused
from ansible_collections.hardening.aws.plugins.module_utils._root import plan as plans
from ansible_collections.hardening.aws.plugins.module_utils._root.api import RootApi
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._root.root_in_memory import (
    DAY,
    NOW,
    PHONE,
    Root,
    refusal,
)


def api_of(root: Root) -> RootApi:
    return RootApi(t.cast("t.Any", root))


def test_all_pages_are_read() -> None:
    root = Root()
    assert api_of(root).read() == plans.Found(
        DAY,
        (plans.Key("AKIAONE", "Active", DAY), plans.Key("AKIATWO", "Active", DAY)),
        (plans.Certificate("CERT", "Active", DAY),),
        (plans.RootDevice(PHONE, "virtual", DAY),),
    )
    assert root.calls == [
        "GetLoginProfile",
        "ListAccessKeys",
        "ListAccessKeys 1",
        "ListSigningCertificates",
        "ListMFADevices",
    ]


def test_a_root_user_without_anything() -> None:
    root = Root()
    root.password, root.lists = False, {name: [] for name in root.lists}
    assert api_of(root).read() == plans.Found(None)


def test_when_keys_were_used() -> None:
    """One was, one never, and one was deleted since it was listed."""
    root = Root()
    root.used = {"AKIAONE": {"LastUsedDate": NOW, "ServiceName": "s3"}, "AKIATWO": {"ServiceName": "N/A"}}
    api = api_of(root)
    found = api.read()
    used = api.with_last_use(found)
    assert used.keys == (plans.Key("AKIAONE", "Active", DAY, DAY, "s3"), found.keys[1])
    assert (used.password_created, used.devices) == (found.password_created, found.devices)
    root.spoil["GetAccessKeyLastUsed"] = refusal("NoSuchEntity")
    assert api.with_last_use(found) == found
    root.spoil["GetAccessKeyLastUsed"] = refusal("AccessDenied")
    with pytest.raises(AwsRefused, match="AccessDenied"):
        api.with_last_use(found)


CHANGES = [
    (Change(plans.DELETE_PASSWORD, None, "x"), "DeleteLoginProfile"),
    (Change(plans.DELETE_KEY, "AKIATWO", "x"), "DeleteAccessKey AKIATWO"),
    (Change(plans.DELETE_CERTIFICATE, "CERT", "x"), "DeleteSigningCertificate CERT"),
    (Change(plans.DEACTIVATE_MFA, PHONE, "x"), f"DeactivateMFADevice {PHONE}"),
]


@pytest.mark.parametrize(("change", "call"), CHANGES, ids=[change.action for change, _call in CHANGES])
def test_each_credential_goes_once(change: Change, call: str) -> None:
    root = Root()
    api = api_of(root)
    assert api.is_there(change)
    assert api.take(change) and root.calls[-1] == call
    assert not api.is_there(change)
    assert api.take(change) is False
    left = Root()
    assert sum(map(len, root.lists.values())) + root.password == sum(map(len, left.lists.values())) + left.password - 1


@pytest.mark.parametrize(("change", "call"), CHANGES, ids=[change.action for change, _call in CHANGES])
def test_what_a_refusal_to_take_means(change: Change, call: str) -> None:
    """After a lost reply, "there is none" says that the lost attempt took it away."""
    root, operation = Root(), call.split(" ", maxsplit=1)[0]
    root.spoil[operation] = refusal("NoSuchEntity", unsure=True)
    assert api_of(root).take(change) is True
    root.spoil[operation] = refusal("AccessDenied")
    with pytest.raises(AwsRefused, match="AccessDenied"):
        api_of(root).take(change)


def test_a_password_that_cannot_be_read_is_not_taken_for_none() -> None:
    root = Root()
    root.spoil["GetLoginProfile"] = refusal("AccessDenied")
    with pytest.raises(AwsRefused, match="AccessDenied"):
        api_of(root).password_created()


def test_recovery() -> None:
    root = Root()
    assert api_of(root).allow_recovery() is False
    root.password = False
    assert api_of(root).allow_recovery() is True and root.password
    root.spoil["CreateLoginProfile"] = refusal("EntityAlreadyExists", unsure=True)
    assert api_of(root).allow_recovery() is True
    root.spoil["CreateLoginProfile"] = refusal("AccessDenied", unsure=True)
    with pytest.raises(AwsRefused, match="AccessDenied"):
        api_of(root).allow_recovery()
