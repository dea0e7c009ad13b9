# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of the devices that a rotation gives a user, and which of the user's devices these replace. Pure.

This module is private to hardening.aws. Without a suffix the names are worked out from what is there: alice, alice-2,
alice-3.
"""

from __future__ import annotations

import fnmatch
import re
import typing as t

from .._aws.model import device_name_of, split_virtual_arn
from .._devices.holders import Holder


def number_of(user_name: str, device_name: str) -> int | None:
    """Return 1 for a device named like the user, 7 for C(NAME-7), and None for any other name.

    IAM does not tell names apart by case.
    """
    if device_name.lower() == user_name.lower():
        return 1
    match = re.fullmatch(rf"{re.escape(user_name)}-([1-9]\d{{0,8}})", device_name, re.ASCII | re.IGNORECASE)
    number = int(match.group(1)) if match else 1
    return number if number > 1 else None


def newest(user_name: str, devices: t.Iterable[Holder]) -> Holder | None:
    """Return the one of a user's devices whose name has the highest number, or None if none has a number."""
    numbered = [(number_of(user_name, device_name_of(device.serial_number)), device) for device in devices]
    known = [(number, device) for number, device in numbered if number is not None]
    return max(known, key=lambda pair: pair[0])[1] if known else None


def successor(user_name: str, current: Holder | None, taken: t.Container[str]) -> tuple[str, str]:
    """Return the path and the name of the device that replaces I(current).

    :param taken: Names, in lower case, that devices or other users have.
    """
    if current is None:
        path, number = "/", 1
    else:
        path, name = split_virtual_arn(current.serial_number)
        number = (number_of(user_name, name) or 0) + 1
    while numbered(user_name, number).lower() in taken:
        number += 1
    return path, numbered(user_name, number)


def numbered(user_name: str, number: int) -> str:
    """Return the name of a user's device that has this number."""
    return user_name if number == 1 else f"{user_name}-{number}"


class Unassigned:
    """Devices that are attached to nobody, by the users whose they certainly were: nobody else has such a name.

    :param serials: Their serial numbers.
    :param users: The names of all users, in lower case: a device that is named like a user is that user's.
    """

    def __init__(self, serials: t.Iterable[str], users: t.Container[str]) -> None:
        self._users = users
        self._by_name: dict[str, set[str]] = {}
        self._by_number: dict[str, list[tuple[int, str]]] = {}
        for serial in serials:
            name = device_name_of(serial).lower()
            self._by_name.setdefault(name, set()).add(serial)
            self._by_number.setdefault(name, []).append((1, serial))
            match = re.fullmatch(r"(.+)-([1-9]\d{0,8})", name, re.ASCII)
            if match and int(match.group(2)) > 1 and name not in users:
                self._by_number.setdefault(match.group(1), []).append((int(match.group(2)), serial))

    def numbered(self, user_name: str, below: int) -> set[str]:
        """Return those with a number of this user's that is lower than I(below)."""
        return {serial for number, serial in self._by_number.get(user_name.lower(), []) if number < below}

    def named(self, user_name: str, patterns: t.Iterable[str]) -> set[str]:
        """Return those whose name one of the patterns is, with C({user_name}) alone: C(*) might mean anybody's."""
        found: set[str] = set()
        for pattern in patterns:
            name = pattern.replace("{user_name}", user_name).lower()
            if "{user_name}" in pattern and (name == user_name.lower() or name not in self._users):
                found |= self._by_name.get(name, set())
        return found


def is_named(user_name: str, serial_number: str, patterns: t.Iterable[str]) -> bool:
    """Return whether one of the patterns, with C({user_name}), C(*) and C(?), is the name of a user's device."""
    name = device_name_of(serial_number)
    return any(fnmatch.fnmatchcase(name, pattern.replace("{user_name}", user_name)) for pattern in patterns)
