# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What proves that a new device is in use, as a table."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices.device_tags import HANDED_OVER
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._rotation.proof import Proof
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record

CREATED = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
SERIAL = "arn:aws:iam::123456789012:mfa/alice-2"
GOOD = Record("SEED", SERIAL, "alice", "", "2026-11-10T12:59:00Z")


class Api:
    """Knows the tags of one device."""

    def __init__(self, tags: dict[str, str] | Exception) -> None:
        self._tags = tags

    def tags_of(self, serial_number: str) -> dict[str, str]:
        assert serial_number == SERIAL
        if isinstance(self._tags, Exception):
            raise self._tags
        return self._tags


class Store:
    """Something that holds one record, or fails."""

    title = "The secret"

    def __init__(self, found: Record | Exception | None) -> None:
        self._found = found

    def place_of(self, user_name: str, serial_number: str) -> str:
        return f"mfa/{user_name}/{serial_number.rpartition('/')[2]}"

    def read(self, name: str, serial_number: str) -> Record | None:
        assert (name, serial_number) == ("mfa/alice/alice-2", SERIAL)
        if isinstance(self._found, Exception):
            raise self._found
        return self._found


def problem(
    holder: str,
    record: Record | Exception | None,
    tags: dict[str, str] | Exception,
    age_days: int | None = 3,
    min_age_days: int | None = None,
) -> str | None:
    proof = Proof(t.cast(t.Any, Api(tags)), t.cast(t.Any, Store(record)), holder, min_age_days)
    fact = {"user_name": "alice", "serial_number": SERIAL, "attached_at": "2026-11-10T13:00:00Z", "age_days": age_days}
    return proof.problem(fact, CREATED)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (GOOD, None),
        (Record("SEED", SERIAL, "alice", "", "2025-11-10T12:59:00Z"), "was made for alice on 2025-11-10"),
        (Record("SEED", SERIAL, "bob", "", "2026-11-10T12:59:00Z"), "was made for bob on 2026-11-10"),
        (None, "The secret mfa/alice/alice-2 does not exist"),
        (MfaError("The caller may not read it."), "The caller may not read it."),
    ],
)
def test_where_the_store_is_what_everybody_uses(record: Record | Exception | None, text: str | None) -> None:
    # Tags are not read: the permission for that is not needed.
    told = problem("store", record, MfaError("not asked"))
    assert told is None if text is None else text in str(told)
    assert "SEED" not in str(told)
    # After enough days a record proves as much for a person.
    assert problem("person", record, {}, min_age_days=3) == told


@pytest.mark.parametrize(
    ("tags", "age", "least", "text"),
    [
        ({HANDED_OVER: "2026-11-20T00:00:00Z"}, 0, None, None),
        ({}, 300, None, "nobody has confirmed yet"),
        ({"other": "x"}, 300, None, "nobody has confirmed yet"),
        # a tag from before the device was attached, as one of an earlier device of that name
        ({HANDED_OVER: "2026-11-09T00:00:00Z"}, 300, None, "nobody has confirmed yet"),
        ({HANDED_OVER: "yes"}, 300, None, "nobody has confirmed yet"),
        ({}, 6, 7, "was attached 6 days ago, and rotate_min_age_days is 7"),
        ({}, None, 0, "was attached an unknown time ago"),
        ({}, 0, 0, None),
        (MfaError("The caller lacks iam:ListMFADeviceTags."), 6, 7, "lacks iam:ListMFADeviceTags"),
    ],
)
def test_where_a_person_has_the_seed(
    tags: dict[str, str] | Exception, age: int | None, least: int | None, text: str | None
) -> None:
    told = problem("person", GOOD, tags, age, least)
    assert told is None if text is None else text in str(told)


def test_once_handed_over_the_seed_may_have_left_the_store() -> None:
    assert problem("person", None, {HANDED_OVER: "2026-11-20T00:00:00Z"}) is None
    scheduled = MfaError("The secret mfa/alice/alice-2 is scheduled for deletion.")
    assert problem("person", scheduled, {HANDED_OVER: "2026-11-20T00:00:00Z"}, 30, 7) is None
    assert "does not exist" in str(problem("store", None, {HANDED_OVER: "2026-11-20T00:00:00Z"}))
