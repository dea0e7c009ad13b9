# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serial numbers: what they stand for, and what is in an ARN."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.model import (
    Device,
    account_of,
    device_name_of,
    device_type,
    split_virtual_arn,
)

# serial number, type, account, name
SERIALS = [
    ("arn:aws:iam::123456789012:mfa/bob", "virtual", "123456789012", "bob"),
    ("arn:aws-us-gov:iam::123456789012:mfa/team/bob", "virtual", "123456789012", "bob"),
    ("arn:aws-cn:iam::123456789012:mfa/root-account-mfa-device", "virtual", "123456789012", "root-account-mfa-device"),
    ("arn:aws:iam::123456789012:u2f/user/bob/key-ABC", "fido", "123456789012", "key-ABC"),
    ("arn:aws:iam::123456789012:sms-mfa/bob", "sms", "123456789012", "bob"),
    ("GAHT12345678", "hardware", None, "GAHT12345678"),
    ("arn:aws:iam::123456789012:user/bob", "hardware", "123456789012", "bob"),
    ("", "hardware", None, ""),
]


@pytest.mark.parametrize(("serial", "kind", "account", "name"), SERIALS)
def test_what_a_serial_number_tells(serial: str, kind: str, account: str | None, name: str) -> None:
    assert device_type(serial) == kind == Device(serial, "bob").type
    assert account_of(serial) == account
    assert device_name_of(serial) == name


def test_there_may_be_no_serial_number() -> None:
    assert account_of(None) is None


@pytest.mark.parametrize(
    ("serial", "parts"),
    [
        ("arn:aws:iam::123456789012:mfa/bob", ("/", "bob")),
        ("arn:aws:iam::123456789012:mfa/team/eu/bob", ("/team/eu/", "bob")),
        # A colon and the word may be in a path, too.
        ("arn:aws:iam::123456789012:mfa/a:mfa/bob", ("/a:mfa/", "bob")),
    ],
)
def test_path_and_name(serial: str, parts: tuple[str, str]) -> None:
    assert split_virtual_arn(serial) == parts
