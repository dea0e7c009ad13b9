# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has which virtual device, from the account's lists; and the record of a device that was made for its holder.

This module is private to hardening.aws.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .._aws.connection import Connection
from .._aws.iam import MfaApi
from .._errors import MfaError
from .._seeds.base import SeedStore
from .._seeds.record import Record, record_is_of
from .._seeds.registry import open_store
from .account_lists import AccountLists


@dataclasses.dataclass(frozen=True)
class Holder:
    """A virtual device that is attached to a user."""

    user_name: str
    serial_number: str
    enable_date: str | None
    user_created: datetime.datetime | None


class Records(t.Protocol):
    """Where records are kept: a seed store, or another place of that kind."""

    title: t.ClassVar[str]

    def place_of(self, user_name: str, serial_number: str, /) -> str:
        """Return the name under which a device's record is kept."""

    def find(self, name: str, /) -> Record | None:
        """Return the record of this name, or None."""

    def delete(self, name: str, record: Record, /) -> bool:
        """Delete a record, if it is still the one of this name."""


class Holders:
    """All virtual devices that are attached to users of the account, but for the root user's. Read once."""

    def __init__(self, account: AccountLists) -> None:
        devices = account.virtual
        # When each user of the account was created.
        self.created = account.created
        # All devices that are attached to anybody, the root user's too.
        self.attached = sorted(serial for serial, device in devices.items() if device.owner)
        self._of: dict[str, list[Holder]] = {}
        for serial in self.attached:
            name = devices[serial].owner or ""
            if not name.startswith("arn:"):  # the root user is known by an ARN
                holder = Holder(name, serial, devices[serial].enable_date, self.created.get(name))
                self._of.setdefault(name, []).append(holder)

    def everybody(self) -> list[Holder]:
        """All, by user name."""
        return [holder for name in sorted(self._of) for holder in self._of[name]]

    def devices_of(self, user_name: str) -> list[Holder]:
        """Those of a user, and none of somebody who does not exist."""
        return self._of.get(user_name, [])

    def of(self, user_name: str) -> list[Holder]:
        """Those of a user.

        :raises MfaError: There is no such user.
        """
        if user_name in self.created:
            return self.devices_of(user_name)
        spelled = next((name for name in self.created if name.lower() == user_name.lower()), None)
        hint = f"; there is {spelled}, so write it like that" if spelled else ""
        raise MfaError(f"There is no user {user_name} in this account{hint}. Correct the name.")


def open_store_to_read(options: t.Mapping[str, t.Any], connection: Connection, api: MfaApi) -> SeedStore:
    """Return the store that O(seed_store) describes. A secret that is scheduled for deletion counts as gone in it."""
    return open_store({**options, "on_absent": "delete"}, connection, api.account_id)


def record_of(store: Records, holder: Holder) -> Record | None:
    """Return the record of a device, or None if the store has none of it.

    :raises MfaError: What the store has is no record, or was made for another person.
    """
    name = store.place_of(holder.user_name, holder.serial_number)
    record = store.find(name)
    if record is not None and record.serial_number != holder.serial_number:
        return None  # of another device of this user's, under the one name
    if record is not None and not record_is_of(holder.user_name, holder.user_created, vars(record)):
        raise MfaError(
            f"{store.title} {name} holds a seed that was made for {record.user_name} at {record.created}, and not for "
            f"the user {holder.user_name} of today, so it is no use for a hand-over. It was left unchanged. Recreate "
            "the device, so that its seed is the user's own."
        )
    return record
