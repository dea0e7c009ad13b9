# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made of AWS's lists: root's devices, users whom the credential report lacks, and who calls."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._account.gather import Gatherer, Request
from ansible_collections.hardening.aws.plugins.module_utils._aws.model import Device, VirtualDevice
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    ACCOUNT,
    CREATED,
    REPORT_COLUMNS,
    report_row,
)

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
NOW = datetime.datetime(2026, 3, 11, 23, 25, 36, tzinfo=datetime.timezone.utc)


def serial(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:mfa/{name}"


class Clock:
    def best_guess(self) -> float:
        return NOW.timestamp()


class Api:
    """An account whose lists are given."""

    clock = Clock()

    def __init__(
        self,
        users: t.Iterable[str | tuple[str, datetime.datetime]] = (),
        rows: t.Iterable[str] = (),
        virtual: t.Mapping[str, str | None] | None = None,
        generated: datetime.datetime = NOW - datetime.timedelta(hours=1),
        root_mfa: bool = True,
        caller: str = f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/alice",
    ) -> None:
        self._users = [(user, CREATED) if isinstance(user, str) else user for user in users]
        self._rows, self._generated = list(rows), generated
        self._virtual = virtual or {}
        self._root_mfa, self._caller = root_mfa, caller

    def users(self) -> list[dict[str, t.Any]]:
        return [
            {"UserName": name, "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}", "CreateDate": created}
            for name, created in self._users
        ]

    def virtual_devices(self) -> dict[str, VirtualDevice]:
        return {name: VirtualDevice(name, owner, None) for name, owner in self._virtual.items()}

    def devices_of(self, _name: str) -> tuple[Device, ...]:
        return ()

    def credential_report(self) -> tuple[str, datetime.datetime]:
        return "\n".join([",".join(REPORT_COLUMNS), *self._rows]), self._generated

    def root_summary(self) -> tuple[bool, bool]:
        return self._root_mfa, True

    def account_alias(self) -> None:
        return None

    def seconds_waited(self) -> float:
        return 0.0

    def account(self) -> tuple[str, str]:
        return "aws", ACCOUNT

    def caller(self) -> str:
        return self._caller


def gather(api: Api, **request: t.Any) -> dict[str, t.Any]:
    wanted = {"account": True, "credential_report": True, **request}
    return Gatherer(t.cast(t.Any, api), Request(**wanted), 4).gather()


@pytest.mark.parametrize(
    ("virtual", "kind"),
    [
        ({}, "hardware"),
        ({serial("root-account-mfa-device"): ROOT}, "virtual"),
        ({serial("my-phone"): ROOT}, "virtual"),
        ({serial("people/my-phone"): ROOT.replace("aws:", "aws-us-gov:", 1)}, "virtual"),
        # A user may call a device so, and nobody need have it.
        ({serial("root-account-mfa-device"): "alice"}, "hardware"),
        ({serial("root-account-mfa-device"): None}, "hardware"),
        ({serial("root-account-mfa-device"): "alice", serial("spare"): ROOT}, "virtual"),
    ],
)
def test_root_has_a_virtual_device_if_one_is_roots_whatever_its_name(virtual: dict[str, str | None], kind: str) -> None:
    found = gather(Api(["alice"], virtual=virtual))
    assert (found["root"]["mfa_active"], found["root"]["mfa_type"]) == (True, kind)
    assert found["root"]["access_keys_present"] is True
    mine = [device["serial_number"] for device in found["users"][0]["mfa_devices"]]
    assert mine == [name for name, owner in virtual.items() if owner == "alice"]


def test_a_user_who_is_newer_than_the_credential_report_is_named_as_unknown() -> None:
    found = gather(Api(["alice", "bob", "carol"], [report_row("alice")]))
    assert [user["console_password"] for user in found["users"]] == [True, None, None]
    assert [(item["what"], item["user_names"]) for item in found["unknown"]] == [
        ("console_password_of_users", ["bob", "carol"])
    ]
    assert "2 users" in found["unknown"][0]["why"] and "bob, carol" in found["unknown"][0]["why"]


def test_the_first_names_only_stand_in_the_reason() -> None:
    names = [f"user-{number:04d}" for number in range(1000)]
    (item,) = gather(Api(names, []))["unknown"]
    assert item["user_names"] == names
    assert "1,000 users" in item["why"] and "user-0004" in item["why"] and "user-0005" not in item["why"]


def test_a_row_of_a_namesake_who_was_deleted_tells_nothing() -> None:
    """The new bob has a password; the report is of the old one, who had none."""
    yesterday = NOW - datetime.timedelta(days=1)
    found = gather(
        Api(
            [("bob", NOW - datetime.timedelta(minutes=5)), ("carol", yesterday)],
            [report_row("bob", password_enabled="false"), report_row("carol", created=yesterday)],
        )
    )
    assert [user["console_password"] for user in found["users"]] == [None, True]
    assert found["unknown"][0]["user_names"] == ["bob"]


def test_without_a_credential_report_nobody_is_named() -> None:
    found = gather(Api(["alice"]), credential_report=False)
    assert found["unknown"] == [] and found["users"][0]["console_password"] is None
    assert found["credential_report"]["age_minutes"] is None


def test_users_that_are_asked_for_by_name_are_named_too() -> None:
    found = gather(Api(["alice", "bob"], [report_row("alice")]), account=False, user_names=["alice", "bob"])
    assert [item["user_names"] for item in found["unknown"]] == [["bob"]]


def test_how_old_the_credential_report_is() -> None:
    assert gather(Api(["alice"], [report_row("alice")]))["credential_report"]["age_minutes"] == 60


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/alice", "alice"),
        (f"arn:aws-cn:iam::{ACCOUNT}:user/a:b/c,d/alice@example.com", "alice@example.com"),
        (ROOT, None),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/alice", None),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/alice", None),
    ],
)
def test_only_an_iam_user_calls_by_a_name(arn: str, name: str | None) -> None:
    assert gather(Api(caller=arn))["account"]["caller"] == {"arn": arn, "user_name": name}
