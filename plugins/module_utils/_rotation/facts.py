# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation has to know of its users before it changes anything: two lists of the account, and what is proven.

This module is private to hardening.aws. Nothing that it returns holds a seed.
"""

from __future__ import annotations

import datetime
import fnmatch
import typing as t

from .._aws.iam import MfaApi
from .._aws.model import device_name_of, split_virtual_arn
from .._devices.account_lists import AccountLists
from .._devices.holders import Holder, Holders
from .._threads import for_each
from . import names
from .proof import Proof

Inputs = t.Mapping[str, t.Any]
Fact = dict[str, t.Any]

_MOST_DEVICES = 8


class Facts:
    """Reads an account for the rotation that the inputs of the playbook C(rotate) describe.

    :param account: The account's lists.
    :param proof: Says why older devices may not go yet. Not asked if None.
    """

    def __init__(self, api: MfaApi, inputs: Inputs, account: AccountLists, proof: Proof | None) -> None:
        self._inputs = inputs
        self._proof = proof
        self._holders = Holders(account)
        self._now = datetime.datetime.fromtimestamp(api.clock.now(), datetime.timezone.utc)
        # IAM does not tell names apart by case.
        self._users = {name.lower() for name in self._holders.created}
        self._devices = {device_name_of(serial).lower() for serial in self._holders.attached}
        self._unassigned = names.Unassigned(
            [serial for serial, device in account.virtual.items() if not device.owner], self._users
        )

    def unmatched(self) -> list[str]:
        """Return the patterns of users to leave out that match nobody."""
        return [pattern for pattern in self._inputs["exclude"] if not fnmatch.filter(self._holders.created, pattern)]

    def all(self, concurrency: int) -> list[Fact]:
        """Return for each user the new device, what there is of it, and the older ones that it replaces.

        :param concurrency: How many users are worked on at once.
        """
        selected = self._inputs["users"] or [name for name in self._holders.created if self._can_be_rotated(name)]
        facts = [self._fact(name) for name in selected if not self._is_excluded(name)]
        proof = self._proof
        if proof is not None:
            in_question = [fact for fact in facts if fact["serial_number"] and fact["older"]]
            for_each(lambda fact: self._prove(proof, fact), in_question, concurrency)
        return facts

    def _prove(self, proof: Proof, fact: Fact) -> None:
        fact["problem"] = proof.problem(fact, self._holders.created[fact["user_name"]])

    def _is_excluded(self, user_name: str) -> bool:
        return any(fnmatch.fnmatchcase(user_name, pattern) for pattern in self._inputs["exclude"])

    def _can_be_rotated(self, user_name: str) -> bool:
        owned = self._holders.devices_of(user_name)
        if names.newest(user_name, owned) is not None:
            return True
        suffix = self._inputs["suffix"]
        patterns = [*self._inputs["retire_devices"], *([] if suffix is None else [f"{{user_name}}-{suffix}"])]
        return any(names.is_named(user_name, device.serial_number, patterns) for device in owned)

    def _fact(self, user_name: str) -> Fact:
        owned = self._holders.devices_of(user_name)
        path, name, due = self._new_device(user_name, owned)
        new = next((one for one in owned if split_virtual_arn(one.serial_number) == (path, name)), None)
        older = [one.serial_number for one in owned if one is not new and self._is_replaced(user_name, one)]
        return {
            "user_name": user_name,
            "exists": user_name in self._holders.created,
            "device_name": name,
            "device_path": path,
            "due": due,
            "serial_number": new.serial_number if new else None,
            "attached_at": new.enable_date if new else None,
            "age_days": self._age_days(new) if new else None,
            "older": sorted(older),
            "left_behind": self._left_behind(user_name, name),
            "problem": None,
            "blocked": self._blocked(owned) if new is None else None,
        }

    def _new_device(self, user_name: str, owned: t.Sequence[Holder]) -> tuple[str, str, bool]:
        """Return the path and the name of a user's new device, and whether it is to be attached by this run."""
        if self._inputs["suffix"] is not None:
            return "/", f"{user_name}-{self._inputs['suffix']}", True
        current = names.newest(user_name, owned)
        age = self._age_days(current) if current else None
        if current is not None and (age is None or age < self._inputs["older_than_days"]):
            # An earlier run attached it; perhaps one that was killed before it retired the older ones.
            return (*split_virtual_arn(current.serial_number), False)
        return (*names.successor(user_name, current, self._devices | (self._users - {user_name.lower()})), True)

    def _is_replaced(self, user_name: str, device: Holder) -> bool:
        """Whether a device, which is not the new one, is one of those that it replaces."""
        if names.is_named(user_name, device.serial_number, self._inputs["retire_devices"]):
            return True
        name = split_virtual_arn(device.serial_number)[1]
        return self._inputs["suffix"] is None and names.number_of(user_name, name) is not None

    def _left_behind(self, user_name: str, new_name: str) -> list[str]:
        """Return older devices that a run which was killed took off the user, and did not delete any more."""
        found = self._unassigned.named(user_name, self._inputs["retire_devices"])
        number = names.number_of(user_name, new_name)
        if self._inputs["suffix"] is None and number is not None:
            found |= self._unassigned.numbered(user_name, number)
        return sorted(serial for serial in found if device_name_of(serial).lower() != new_name.lower())

    @staticmethod
    def _blocked(owned: t.Sequence[Holder]) -> str | None:
        if len(owned) < _MOST_DEVICES:
            return None
        return f"has {len(owned)} MFA devices, and AWS allows {_MOST_DEVICES}: remove one that is no longer used"

    def _age_days(self, device: Holder) -> int | None:
        if not device.enable_date:
            return None
        return max((self._now - datetime.datetime.fromisoformat(device.enable_date)).days, 0)
