# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a device's seed, and whom it proves a device for: only the person it was made for. Pure.

This module is private to hardening.aws. What it says of whom holds for records of a vaulted file, too.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import typing as t

# The record is dated by the answers of one of AWS's servers, the user by another, and both tell whole seconds.
TOLERANCE_SECONDS = 3.0

FIELDS = ("seed", "serial_number", "user_name", "otpauth_uri", "created")


@dataclasses.dataclass(frozen=True)
class Record:
    """What a store holds for a device. I(created) is ISO 8601; I(version) is the store's own name for this state."""

    seed: str = dataclasses.field(repr=False)
    serial_number: str
    user_name: str
    otpauth_uri: str = dataclasses.field(repr=False)
    created: str
    version: str | None = None

    def value(self) -> str:
        """Return the text that is stored."""
        return json.dumps({name: getattr(self, name) for name in FIELDS})


def record_is_of(user_name: str, create_date: str | datetime.datetime | None, record: t.Mapping[str, t.Any]) -> bool:
    """Whether I(record) was made for this very user, and not for an earlier one of the same name.

    :param create_date: When AWS says the user was created. None if there is no such user: then the name has to do.
    :param record: Has C(user_name) and C(created), the moment in ISO 8601. Without a moment it proves nothing.
    """
    # IAM has no two users whose names differ in upper and lower case only.
    if str(record.get("user_name") or "").lower() != user_name.lower():
        return False
    user_since = moment_of(create_date)
    if user_since is None:
        return create_date is None
    made = moment_of(record.get("created"))
    return made is not None and made >= user_since - datetime.timedelta(seconds=TOLERANCE_SECONDS)


def moment_of(value: t.Any) -> datetime.datetime | None:
    """Return a moment, in UTC if it says no other zone: ISO 8601, or a datetime. None if it is neither."""
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime.datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
