# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what inputs depend on: of one with a call for its user, of many from the account's lists.

This module is private to hardening.aws.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._aws.iam import MfaApi
from .._aws.model import Device, VirtualDevice
from .._errors import MfaError
from .._seeds.base import SeedStore
from . import plan as plans
from .account_lists import AccountLists
from .outcome import Outcome
from .plan import Current, Desired

# Up to so many users are asked for one by one; above that, a list of all users costs less.
_FEW = 10


class Reader:
    """Reads what inputs depend on.

    :param store: Where seeds are kept, or None.
    """

    def __init__(self, api: MfaApi, store: SeedStore | None) -> None:
        self._api = api
        self._store = store

    def one(self, outcome: Outcome, lists: t.Callable[[], AccountLists], shallow: bool = False) -> Current:
        """Read what one input depends on, with a call for its user.

        :param lists: Returns the account's lists, if they are needed.
        :param shallow: Do without the account's lists where possible.
        """
        desired = outcome.desired
        devices = self._api.devices_of(desired.user_name) if desired.state != "present" else ()
        reading = Current(user_exists=devices is not None, devices=devices or (), target_known=False)
        if desired.all_devices:
            return self._with_left_behind(outcome, reading, lists)
        outcome.serial_number = self._serial(desired, reading)
        attached = any(device.serial_number == outcome.serial_number for device in reading.devices)
        satisfied = attached or not reading.user_exists or (desired.satisfied_by == "any" and bool(reading.devices))
        # With a store the seed is looked for next, and its absence must not hide whose the device is. Which tags are to
        # be set depends on those that the device has.
        enabling = not satisfied and (not shallow or desired.stored or desired.tags is not None)
        needed = {"present": True, "absent": not attached, "enabled": enabling}
        if desired.is_virtual and needed.get(desired.state):
            account = lists()
            target = account.virtual.get(outcome.serial_number)
            outcome.journal.seen_at = account.read_at
            reading = dataclasses.replace(reading, target=target, target_known=True)
        elif attached and desired.is_virtual:
            reading = dataclasses.replace(reading, target=VirtualDevice(outcome.serial_number, desired.user_name))
        return self._with_tags(outcome, reading)

    @staticmethod
    def _with_left_behind(outcome: Outcome, reading: Current, lists: t.Callable[[], AccountLists]) -> Current:
        if outcome.desired.state != "absent":
            return reading
        found = lists().virtual.values()
        left = plans.left_behind(outcome.desired.user_name, found, outcome.journal.taken_off)
        return dataclasses.replace(reading, left_behind=left)

    def all(self, outcomes: t.Sequence[Outcome], account: AccountLists) -> list[Current | None]:
        """Read what all inputs depend on, from the account's lists. None: the user is to be asked for."""
        if len(outcomes) == 1:
            return [None]
        state = outcomes[0].desired.state if outcomes else ""
        if len(outcomes) > _FEW and state == "enabled" and not account.virtual:
            # Nobody has a device, so the list of users is needed below. Read now, it also tells which account this is.
            self._prepare_store()
            self._known_users(account, tolerant=False)
        pairs = [(outcome, self._from_lists(outcome, account)) for outcome in outcomes]
        undecided = [outcome for outcome, reading in pairs if reading and self._needs_user(outcome, reading)]
        removing = state in ("disabled", "absent")
        if len(outcomes) > _FEW and outcomes[0].desired.retires_seed:
            # Whose a record is depends on when its user was created.
            self._known_users(account, tolerant=True)
        if undecided and not removing:
            self._prepare_store()
        if sum(1 for outcome, reading in pairs if reading and self._needs_owner(outcome, reading)) > 1:
            self._known_users(account, tolerant=True)
        if undecided and (removing or len(undecided) > _FEW):
            known = self._known_users(account, tolerant=removing)
            return [_marked(outcome, reading, known) for outcome, reading in pairs]
        alone = {id(outcome) for outcome in undecided}
        return [None if id(outcome) in alone else reading for outcome, reading in pairs]

    def _prepare_store(self) -> None:
        """Open the store's client while the account's lists are read."""
        if self._store is not None:
            self._store.prepare()

    @staticmethod
    def _needs_owner(outcome: Outcome, reading: Current) -> bool:
        """Whether the user's age matters: it tells whether a stored seed is this user's or that of an earlier one."""
        unassigned = reading.target is not None and reading.target.owner is None
        return outcome.desired.state == "present" and outcome.desired.stored and unassigned

    @staticmethod
    def _known_users(account: AccountLists, tolerant: bool) -> t.Collection[str] | None:
        """The names of all users. None if I(tolerant) and the list is refused: taking devices away works without it."""
        if not tolerant:
            return account.users
        with contextlib.suppress(MfaError):
            return account.users
        return None

    def _from_lists(self, outcome: Outcome, account: AccountLists) -> Current | None:
        desired = outcome.desired
        if not desired.is_virtual:
            return None
        devices = tuple(
            Device(device.serial_number, desired.user_name, device.enable_date)
            for device in account.virtual_of(desired.user_name)
        )
        outcome.serial_number = self._serial(desired, Current())
        reading = Current(devices=devices, target=account.virtual.get(outcome.serial_number))
        outcome.journal.seen_at = account.read_at
        if desired.satisfied_by == "any" and not devices:
            return None  # a hardware token or a passkey is in none of the account's lists
        if desired.tags is not None and reading.target is not None:
            return None
        return reading

    def _needs_user(self, outcome: Outcome, reading: Current) -> bool:
        """Whether the plan depends on whether the user exists."""
        plan = plans.plan(outcome.desired, reading)
        if outcome.desired.state in ("disabled", "absent"):
            return not plan.changed and not plan.problem
        return outcome.desired.state == "enabled" and plan.changed

    def _serial(self, desired: Desired, reading: Current) -> str:
        """Return the target's serial number, if possible without asking which account this is."""
        for device in reading.devices:
            if desired.is_target(device.serial_number):
                return device.serial_number
        return desired.serial_number or self._api.virtual_arn(desired.device_path, desired.device_name or "")

    def _with_tags(self, outcome: Outcome, reading: Current) -> Current:
        if outcome.desired.tags is None or reading.target is None or outcome.serial_number is None:
            return reading
        return dataclasses.replace(reading, tags=self._api.tags_of(outcome.serial_number))


def _marked(outcome: Outcome, reading: Current | None, known: t.Collection[str] | None) -> Current | None:
    """Return the reading, which says so if the user is not among those known. None: nobody knows who there is."""
    if reading is None or known is None or outcome.desired.user_name in known:
        return reading
    return dataclasses.replace(reading, user_exists=False)
