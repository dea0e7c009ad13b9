# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes from a root user, in which order, and how it is told."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._root import plan as plans

DAY = "2026-01-31T12:00:00+00:00"
KEY, CERTIFICATE = plans.Key("AKIAIOSFODNN7EXAMPLE", "Active", DAY), plans.Certificate("CERT", "Active", DAY)
DEVICES = tuple(
    plans.RootDevice(serial, kind, DAY)
    for serial, kind in (("a", "virtual"), ("b", "hardware"), ("c", "fido"), ("d", "sms"))
)


def test_words_of_the_actions() -> None:
    """They are in the documentation of RV(results[].actions)."""
    assert (plans.DELETE_PASSWORD, plans.DELETE_KEY, plans.DELETE_CERTIFICATE, plans.DEACTIVATE_MFA) == (
        "delete_password",
        "delete_access_key",
        "delete_signing_certificate",
        "deactivate_mfa",
    )
    change = plans.recovery_change("222222222222")
    assert (change.action, change.target, change.before, change.after) == (
        "allow_password_recovery",
        None,
        None,
        "222222222222 root: console password",
    )


def test_the_whole_of_a_result() -> None:
    used = plans.Key("AKIAIOSFODNN7EXAMPLE", "Inactive", DAY, "2026-02-01T00:00:00+00:00", "s3")
    assert plans.Found(DAY, (used,), (CERTIFICATE,), DEVICES[1:2]).result() == {
        "has_credentials": True,
        "password": True,
        "password_created": DAY,
        "access_keys": [
            {
                "access_key_id": "AKIAIOSFODNN7EXAMPLE",
                "status": "Inactive",
                "created": DAY,
                "last_used": "2026-02-01T00:00:00+00:00",
                "last_used_service": "s3",
            }
        ],
        "mfa_devices": [{"serial_number": "b", "type": "hardware", "hardware": True, "enable_date": DAY}],
        "signing_certificates": [{"certificate_id": "CERT", "status": "Active", "uploaded": DAY}],
    }


def test_nothing() -> None:
    found = plans.Found(None)
    assert plans.removals("222222222222", found) == ([], [])
    assert found.result()["has_credentials"] is False and found.result()["password"] is False


def test_the_password_goes_first_and_the_devices_apart() -> None:
    credentials, devices = plans.removals("222222222222", plans.Found(DAY, (KEY,), (CERTIFICATE,), DEVICES))
    assert [change.action for change in credentials] == [
        plans.DELETE_PASSWORD,
        plans.DELETE_KEY,
        plans.DELETE_CERTIFICATE,
    ]
    assert {change.action for change in devices} == {plans.DEACTIVATE_MFA}
    assert [change.target for change in devices] == ["a", "b", "c", "d"]
    assert credentials[1].before == "222222222222 root: access key AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize(
    "found",
    [
        plans.Found(DAY),
        plans.Found(None, (KEY,)),
        plans.Found(None, (), (CERTIFICATE,)),
        plans.Found(None, (), (), DEVICES),
    ],
)
def test_each_kind_alone_counts(found: plans.Found) -> None:
    assert found.has_credentials and found.result()["has_credentials"] is True


def test_which_devices_are_hardware() -> None:
    told = plans.Found(None, devices=DEVICES).result()["mfa_devices"]
    assert [item["hardware"] for item in told] == [False, True, True, False]


def test_a_result_that_is_not_known_has_the_same_keys() -> None:
    assert plans.NOT_KNOWN.keys() == plans.Found(DAY).result().keys() and set(plans.NOT_KNOWN.values()) == {None}
