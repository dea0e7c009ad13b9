# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose seed a record holds, as a table."""

from __future__ import annotations

import datetime
import json
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record, record_is_of

SINCE = "2026-05-01T10:00:00+00:00"


@pytest.mark.parametrize(
    ("record", "create_date", "own"),
    [
        ({"user_name": "bob", "created": "2026-05-01T10:00:05Z"}, SINCE, True),
        ({"user_name": "bob", "created": "2026-05-01T10:00:00Z"}, SINCE, True),
        # the clocks of two of AWS's servers
        ({"user_name": "bob", "created": "2026-05-01T09:59:58Z"}, SINCE, True),
        ({"user_name": "bob", "created": "2026-05-01T09:59:50Z"}, SINCE, False),
        ({"user_name": "bob", "created": "2026-05-01T12:00:05+02:00"}, SINCE, True),
        ({"user_name": "bob", "created": "2026-05-01T11:00:05+02:00"}, SINCE, False),
        ({"user_name": "bob", "created": "2026-05-01"}, SINCE, False),
        ({"user_name": "bob", "created": "2026-05-02"}, SINCE, True),
        ({"user_name": "Bob", "created": "2026-06-01T00:00:00Z"}, SINCE, True),
        ({"user_name": "alice", "created": "2026-06-01T00:00:00Z"}, SINCE, False),
        ({"user_name": "", "created": "2026-06-01T00:00:00Z"}, SINCE, False),
        ({"created": "2026-06-01T00:00:00Z"}, SINCE, False),
        ({"user_name": None, "created": None}, SINCE, False),
        # a record that does not say when it was made proves nothing
        ({"user_name": "bob"}, SINCE, False),
        ({"user_name": "bob", "created": ""}, SINCE, False),
        ({"user_name": "bob", "created": "yesterday"}, SINCE, False),
        ({"user_name": "bob", "created": 5}, SINCE, False),
        # there is no such user: nothing to compare with but the name
        ({"user_name": "bob"}, None, True),
        ({"user_name": "alice"}, None, False),
        # a date that cannot be read is no date
        ({"user_name": "bob", "created": "2026-06-01T00:00:00Z"}, "unknown", False),
        (
            {"user_name": "bob", "created": datetime.datetime(2026, 6, 1)},
            datetime.datetime(2026, 5, 1, tzinfo=datetime.timezone.utc),
            True,
        ),
    ],
)
def test_record_is_of(record: dict[str, t.Any], create_date: t.Any, own: bool) -> None:
    assert record_is_of("bob", create_date, record) is own


def test_record_is_the_documented_json_and_its_representation_shows_no_seed() -> None:
    record = Record(
        "SEEDSEEDSEEDSEED", "arn:x", "alice", "otpauth://totp/x?secret=SEEDSEEDSEEDSEED", "2026-01-01", "v1"
    )
    assert json.loads(record.value()) == {
        "seed": "SEEDSEEDSEEDSEED",
        "serial_number": "arn:x",
        "user_name": "alice",
        "otpauth_uri": "otpauth://totp/x?secret=SEEDSEEDSEEDSEED",
        "created": "2026-01-01",
    }
    assert "SEEDSEED" not in repr(record)


@pytest.mark.parametrize(("seconds", "own"), [(0, True), (3, True), (3.5, False), (4, False)])
def test_a_record_may_be_three_seconds_older_than_its_user(seconds: float, own: bool) -> None:
    created = datetime.datetime(2026, 1, 31, tzinfo=datetime.timezone.utc)
    made = (created - datetime.timedelta(seconds=seconds)).isoformat()
    assert record_is_of("alice", created, {"user_name": "alice", "created": made}) is own


def test_a_record_without_a_name_is_of_nobody() -> None:
    assert not record_is_of("_", None, {}) and not record_is_of("_", None, {"user_name": None})
