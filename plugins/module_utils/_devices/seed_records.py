# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of devices in the seed store: whose they are, whether they are lost, and that nobody else changed them.

This module is private to hardening.aws.
"""

from __future__ import annotations

import random
import time

from .._aws.iam import MfaApi, NewDevice
from .._aws.model import device_name_of
from .._errors import MfaError, StaleView
from .._seeds.base import SeedStore
from .._seeds.record import Record, record_is_of
from .._seeds.totp import otpauth_uri
from .journal import Journal
from .plan import Desired

# Another run may be between creating a device and storing its seed: it gets this long before the device counts as
# left behind by an interrupted run.
_GRACE_SECONDS = (1.0, 2.0)


class SeedRecords:
    """Records in the seed store.

    :param store: Where seeds are kept, or None. Without one only M(insist_on) may be called, and does nothing.
    """

    def __init__(self, api: MfaApi, store: SeedStore | None) -> None:
        self._api = api
        self._maybe_store = store

    @property
    def _store(self) -> SeedStore:
        if self._maybe_store is None:
            raise RuntimeError("a plan that needs a seed store was made without one")
        return self._maybe_store

    def place_of(self, desired: Desired, serial: str) -> str:
        """Return the words for where a device's record is kept."""
        return f"{self._store.title.lower()} {self._name_of(desired, serial)}"

    def read(self, desired: Desired, serial: str) -> Record | None:
        """Return the record of a device, whoever it was made for, or None."""
        return self._store.read(self._name_of(desired, serial), serial)

    def write(self, desired: Desired, serial: str, created: NewDevice, expected: str | None) -> Record:
        """Write the record of a new device in place of the version I(expected), and return it.

        :raises StoreConflict: Another version is there.
        """
        return self._store.write(self._name_of(desired, serial), self._new_record(desired, created), expected)

    def confirm(self, desired: Desired, serial: str, record: Record) -> None:
        """Make sure that a record is still the current one, now that its device is attached."""
        self._store.confirm(self._name_of(desired, serial), record)

    def is_lost(self, desired: Desired, serial: str, journal: Journal, predicting: bool) -> bool:
        """Whether the store has no seed of an unassigned device for this very user. One that it has, is used next.

        A store that may only be written is not asked: a device that is to be attached is made anew then.

        :param predicting: Leave out the wait for a run that may be about to store the seed.
        """
        if journal.record is not None:
            return False
        remaining = 0.0 if predicting else journal.seen_at + random.uniform(*_GRACE_SECONDS) - time.monotonic()
        if not self._store.readable:
            if desired.state == "enabled":
                time.sleep(max(0.0, remaining))
            return desired.state == "enabled"
        record = self.read(desired, serial)
        if record is None and remaining > 0:
            time.sleep(remaining)
            record = self.read(desired, serial)
        journal.expected = record.version if record else None
        if record is None or not self._is_own(desired, record):
            return True
        journal.record = record
        return False

    def _is_own(self, desired: Desired, record: Record) -> bool:
        """Whether the record was made for this user, and not for an earlier one of the same name."""
        if not desired.is_virtual:
            return True  # a token is handed on with the seed that it was made with
        made_for = vars(record)
        if not record_is_of(desired.user_name, None, made_for):
            return False
        created = self._api.user_created(desired.user_name)
        if created is None and desired.state == "enabled":
            raise StaleView(f"the user {desired.user_name} cannot be found")
        return record_is_of(desired.user_name, created, made_for)

    def retirable(self, user_name: str, serial: str) -> Record | None:
        """Return the record of a device that goes, or None if none is of that very device and person."""
        record = self._store.find(self._store.place_of(user_name, serial))
        if record is None or record.serial_number != serial:
            return None
        return record if self.is_of(user_name, record) else None

    def is_of(self, user_name: str, record: Record) -> bool:
        """Whether a record was made for this very user. Once the user is deleted, the name has to do."""
        return record_is_of(user_name, self._api.user_created(user_name), vars(record))

    def retire(self, user_name: str, serial: str, record: Record) -> bool:
        """Delete the record of a device that is gone. Return whether it was still there.

        :raises StoreConflict: Another one is there by now.
        """
        return self._store.delete(self._store.place_of(user_name, serial), record)

    def insist_on(self, desired: Desired, serial: str, journal: Journal) -> None:
        """Give up if the store no longer holds the seed that is being used: another run has made the device anew."""
        if self._maybe_store is None or not self._store.readable or journal.record is None:
            return
        stored = self.read(desired, serial)
        if stored is None or stored.seed != journal.record.seed:
            journal.record = journal.created = None
            raise StaleView(f"another run enrols {desired.user_name} at the same time")

    def stored(self, desired: Desired, serial: str) -> Record:
        """Return the record of a device.

        :raises MfaError: There is none.
        """
        record = self.read(desired, serial)
        if record is None:
            raise MfaError(
                f"The seed store has no seed of {serial} ({self._name_of(desired, serial)} does not exist). Give its "
                "seed, or two codes."
            )
        return record

    def _name_of(self, desired: Desired, serial: str) -> str:
        return self._store.place_of(desired.user_name, serial)

    def _new_record(self, desired: Desired, created: NewDevice) -> Record:
        _partition, account_id = self._api.account()
        uri = otpauth_uri(created.seed, device_name_of(created.serial_number), account_id)
        return Record(created.seed, created.serial_number, desired.user_name, uri, created.created)
