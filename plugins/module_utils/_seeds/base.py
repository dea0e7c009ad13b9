# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all seed stores have in common: names, and records that are written, read back and never overwritten blindly.

This module is private to hardening.aws. A write says which version it expects to replace; if another run was faster,
it raises StoreConflict instead of burying the other's seed. For a new store, see registry.py.
"""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import json
import re
import string
import time
import typing as t

from .._aws.model import device_name_of
from .._aws.refusals import short_code
from .._errors import AwsRefused, MfaError, StoreConflict
from .record import FIELDS, Record
from .together import Together
from .totp import SeedError, normalize_seed

if t.TYPE_CHECKING:
    from .._aws.client import Client

PLACEHOLDERS = ("user_name", "device_name", "account_id")
_READ_BACK_SECONDS = 15.0


def template_problem(template: str) -> str | None:
    """Return what is wrong with a name's placeholders, or None."""
    known = ", ".join("{" + name + "}" for name in PLACEHOLDERS)
    try:
        fields = [(name, spec, conv) for _text, name, spec, conv in string.Formatter().parse(template)]
    except ValueError as error:
        return f"{template!r} is not a valid template ({error}); the placeholders are {known}"
    for name, spec, conversion in fields:
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            return f"{template!r} has the unknown placeholder {{{name}}}; the placeholders are {known}"
    return None


class SeedStore(abc.ABC):
    """Reads and writes records. I(options) are those of O(seed_store)."""

    service: t.ClassVar[str]
    title: t.ClassVar[str]
    # What a name may consist of (a pattern of one character), its longest length in characters, and the name where
    # none is given.
    name_characters: t.ClassVar[str]
    longest_name: t.ClassVar[int]
    default_name: t.ClassVar[str]
    most_at_once: t.ClassVar[int]  # how many a call may read

    def __init__(self, client: Client, options: t.Mapping[str, t.Any], account_id: t.Callable[[], str]) -> None:
        self._client = client
        self._options = options
        self._account_id = account_id
        self._together: Together[tuple[str, str]] | None = None

    def read_together(self, away: t.Callable[[], contextlib.AbstractContextManager[t.Any]]) -> None:
        """Read back what several threads have written with one call, if the caller may.

        :param away: Is entered by a thread that waits for another's call.
        """
        self._together = Together(self._get_together, self.most_at_once, away)

    @property
    def readable(self) -> bool:
        """Whether the caller may read what is stored."""
        return bool(self._options["verify"])

    def prepare(self) -> None:
        """Connect, while the caller does something else."""
        self._client.open_soon()

    def name_for(self, user_name: str, device_name: str) -> str:
        """Return the name under which the seed of this device is kept."""
        template = self._options.get("name")
        account_id = self._account_id() if "{account_id}" in (template or "") else ""
        return self.name_of(template, user_name, device_name, account_id)

    def place_of(self, user_name: str, serial_number: str) -> str:
        """Return the name under which the seed of the device with this serial number is kept."""
        return self.name_for(user_name, device_name_of(serial_number))

    @classmethod
    def name_of(cls, template: str | None, user_name: str, device_name: str, account_id: str) -> str:
        """Return the name of a device's record.

        IAM allows characters in names that a store does not, such as C(@) in Parameter Store. They become C(_x40_).
        """
        filled = (template or cls.default_name).format(
            user_name=user_name, device_name=device_name, account_id=account_id
        )
        return "".join(char if re.match(cls.name_characters, char) else f"_x{ord(char):02X}_" for char in filled)

    @classmethod
    def name_problem(cls, name: str) -> str | None:
        """Return why no record can be kept under this name, or None."""
        if len(name) > cls.longest_name:
            return f"gives a name of {len(name)} characters; the limit is {cls.longest_name}"
        return None

    def find(self, name: str) -> Record | None:
        """Return the record that is kept under a name, whatever device it is of, or None if there is none.

        :raises MfaError: Something else is kept under this name.
        """
        found = self._get(name)
        if found is None:
            return None
        text, version = found
        try:
            fields = json.loads(text)
            record = Record(**{field: str(fields[field]) for field in FIELDS}, version=version)
            normalize_seed(record.seed)
        except (ValueError, TypeError, KeyError, SeedError):
            raise MfaError(
                f"{self.title} {name} holds something that is not a seed record. It was left unchanged: "
                "set seed_store.name to a name that nothing else uses."
            ) from None
        return record

    def read(self, name: str, serial_number: str) -> Record | None:
        """Return the record of a device, or None if the store has none.

        :raises MfaError: Something else is kept under this name.
        """
        record = self.find(name)
        if record is not None and record.serial_number != serial_number:
            raise MfaError(
                f"{self.title} {name} holds the seed of {record.serial_number} ({record.user_name}), not of "
                f"{serial_number}. It was left unchanged: set seed_store.name to a name that nothing else uses, for "
                "example with {device_name} in it."
            )
        return record

    @property
    def deletes(self) -> bool:
        """Whether the record of a device that is deleted goes as well."""
        return self._options.get("on_absent") == "delete"

    def delete(self, name: str, record: Record) -> bool:
        """Delete a record, if it is still the one that is kept under this name. Return whether there was one to delete.

        :raises StoreConflict: Something else is kept there by now; it stays.
        """
        found = self.find(name)
        if found is None:
            return False
        if found.value() != record.value():
            raise StoreConflict(f"{self.title} {name} was changed by another run, and stays: run again.")
        self._delete(name)
        return True

    def write(self, name: str, record: Record, expected: str | None) -> Record:
        """Write a record in place of version I(expected) (None: of nothing) and read it back.

        :returns: The record with its new version.
        :raises StoreConflict: Another version than the expected one is there; it stays.
        :raises MfaError: What was read back is not what was written.
        """
        version = self._put(name, record.value(), expected)
        if self._options["verify"]:
            self._read_back(name, record, version)
        return dataclasses.replace(record, version=version)

    def confirm(self, name: str, record: Record) -> None:
        """Make sure that a record is still the current one, now that its device is attached and it is proven."""
        # Where a write insists on the version that it replaces, no other write can have buried it.
        return

    def _tags(self) -> list[dict[str, str]]:
        """The tags of a new secret or parameter, as the stores take them: strings only."""
        tags = self._options.get("tags") or {}
        return sorted(({"Key": str(key), "Value": str(value)} for key, value in tags.items()), key=lambda t: t["Key"])

    def _read_back(self, name: str, record: Record, version: str) -> None:
        give_up_at = time.monotonic() + _READ_BACK_SECONDS
        together = self._together
        found = together.read(name) if together else None
        while True:
            found = found or self._get(name)
            if found == (record.value(), version):
                return
            if found is not None and found[1] != version and self._is_newer(found[1], version):
                raise StoreConflict(f"{self.title} {name} was changed by another run.")
            if time.monotonic() > give_up_at:
                raise MfaError(
                    f"{self.title} {name} does not return what was written to it, so the device was not attached. "
                    "Run again; if the problem persists, find out what else writes to it."
                )
            found = None
            time.sleep(0.2)

    def _get_together(self, names: list[str]) -> dict[str, tuple[str, str]]:
        """Return the values and versions of those that can be read with one call. The others say themselves why not."""
        if self._together is None:
            return {}  # the caller may not
        try:
            if len(names) > 1:
                return self._get_many(names)
            found = self._get(names[0])
            return {} if found is None else {names[0]: found}
        except AwsRefused as refusal:
            if short_code(refusal.code or "") == "AccessDenied":
                self._together = None
        except MfaError:
            pass
        return {}

    @staticmethod
    def _is_newer(_found: str, _written: str) -> bool:
        """Whether a version that was read is known to have replaced the one that was written."""
        return True

    @abc.abstractmethod
    def _get(self, name: str) -> tuple[str, str] | None:
        """Return the value and its version, or None."""

    @abc.abstractmethod
    def _get_many(self, names: list[str]) -> dict[str, tuple[str, str]]:
        """Return the values and versions of several, without those that there are none of."""

    @abc.abstractmethod
    def _delete(self, name: str) -> None:
        """Delete what is kept under a name, which may be gone by now."""

    @abc.abstractmethod
    def _put(self, name: str, value: str, expected: str | None) -> str:
        """Write the value in place of the version I(expected), and return the new version."""
