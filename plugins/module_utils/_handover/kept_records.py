# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records that the controller keeps in a vaulted file, in the place of a seed store.

This module is private to hardening.aws. The action plugin iam_mfa_handover reads the file, and removes from it what is
deleted here once the module has told which that was.
"""

from __future__ import annotations

import typing as t

from .._errors import MfaError
from .._seeds.record import FIELDS, Record
from .._seeds.totp import SeedError, normalize_seed


class KeptRecords:
    """The records of a file, by the serial numbers of their devices."""

    title: t.ClassVar[str] = "The seed file's record of"

    def __init__(self, records: t.Iterable[t.Mapping[str, t.Any]]) -> None:
        self._records = {str(record.get("serial_number")): record for record in records}

    @staticmethod
    def place_of(_user_name: str, serial_number: str) -> str:
        """Return the name under which a device's record is kept."""
        return serial_number

    def find(self, name: str) -> Record | None:
        """Return a record, or None if there is none.

        :raises MfaError: Its seed is none.
        """
        found = self._records.get(name)
        if found is None:
            return None
        fields = {field: str(found.get(field) or "") for field in FIELDS}
        try:
            return Record(**{**fields, "seed": normalize_seed(fields["seed"])})
        except SeedError as error:
            raise MfaError(f"{self.title} {name}: its seed {error}. Correct it with ansible-vault edit.") from None

    def delete(self, name: str, _record: Record) -> bool:
        """Forget a record. Return whether there was one."""
        return self._records.pop(name, None) is not None
