# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes over devices that people or other tools created: their seeds are proven, then kept.

This module is private to hardening.aws. Codes prove a seed: AWS takes them in ResyncMFADevice where the device is
attached, and in EnableMFADevice where it is not. There the seed is stored first, as with every device that is attached,
and taken back if AWS refuses its codes.
"""

from __future__ import annotations

import collections
import contextlib
import typing as t

from .._aws.iam import MfaApi, NewDevice
from .._aws.model import device_type
from .._errors import AwsRefused, MfaError, NoSuchToken, SeedRefused
from .._progress import Progress
from .._seeds.base import SeedStore
from .._seeds.record import Record
from .._threads import for_each
from . import plan as plans
from .account_lists import AccountLists
from .attach import Attacher
from .codes import SeedCodes
from .device_tags import MANAGED
from .outcome import Outcome, attempt
from .plan import Desired
from .seed_records import SeedRecords
from .virtual_devices import VirtualDevices

TAGS = {MANAGED: "adopted"}


class Adopter:
    """Adopts devices of one account.

    :param check_mode: Make no call that writes, and use no code.
    """

    def __init__(self, api: MfaApi, store: SeedStore, check_mode: bool) -> None:
        self._api = api
        self._check_mode = check_mode
        self._records = SeedRecords(api, store)
        self._attacher = Attacher(api, self._records.insist_on)
        self._virtual = VirtualDevices(api)
        # How often the inputs name a device.
        self._named: collections.Counter[str] = collections.Counter()
        self._steps: dict[str, t.Callable[[Outcome, Desired, str], None]] = {
            plans.RESYNC: self._resync,
            plans.TAG: self._tag,
            plans.STORE: self._keep,
            plans.ENABLE: self._enable,
        }

    def many(self, inputs: t.Sequence[Desired], concurrency: int) -> list[Outcome]:
        """Adopt all devices. One that fails stops no other.

        :raises MfaError: The account's lists could not be read, so nothing was decided or changed.
        """
        outcomes = [Outcome(desired, desired.serial_number) for desired in inputs]
        self._named = collections.Counter((desired.serial_number or "").lower() for desired in inputs)
        account = AccountLists(self._api)
        refused = attempt(lambda: (account.read_users(), account.read_virtual()), "all users")
        if refused:
            raise refused
        progress = Progress("adopted", len(inputs), self._api.seconds_waited)

        def work(outcome: Outcome) -> None:
            outcome.error = attempt(lambda: self._adopt(outcome, account), outcome.desired.user_name)
            if not self._check_mode:
                outcome.actions = outcome.journal.done
            progress.done(outcome.changed and not outcome.failed, outcome.failed)

        for_each(work, outcomes, concurrency)
        return outcomes

    def _adopt(self, outcome: Outcome, account: AccountLists) -> None:
        desired, serial = outcome.desired, outcome.serial_number or ""
        attached = self._is_attached(desired, serial, account)
        record = self._records.read(desired, serial)
        kinds = self._plan(desired, serial, attached, record)
        outcome.journal.expected = record.version if record else None
        outcome.journal.record = record if kinds == [plans.ENABLE] else None
        if self._check_mode:
            outcome.actions = kinds
            return
        for kind in kinds:
            self._steps[kind](outcome, desired, serial)

    def _is_attached(self, desired: Desired, serial: str, account: AccountLists) -> bool:
        """Return whether the device is the user's already.

        :raises MfaError: There is no such user or device, or it is somebody else's.
        """
        name = desired.user_name
        if name not in account.users:
            raise MfaError(f"There is no IAM user {name} in this account (upper and lower case count).")
        if device_type(serial) != "virtual":
            return self._attacher.is_attached(desired, serial)
        device = account.virtual.get(serial)
        if device is None:
            raise MfaError(f"There is no virtual device {serial} in this account. Correct the serial number.")
        if device.owner not in (None, name):
            raise MfaError(f"{serial} is attached to {device.owner}, not to {name}. Correct the user, or leave it out.")
        return device.owner is not None

    def _plan(self, desired: Desired, serial: str, attached: bool, record: Record | None) -> list[str]:
        own = record is not None and self._records.is_of(desired.user_name, record)
        if own and record is not None and record.seed == desired.seed:
            return [] if attached else [plans.ENABLE]
        tag = [plans.TAG] if device_type(serial) == "virtual" else []
        if attached:
            return [plans.RESYNC, *tag, plans.STORE]
        if record is not None:
            same = record.seed == desired.seed
            held = f"this seed, made for an earlier {record.user_name}," if same else f"another seed of {serial}"
            remedy = "Delete that record first" if same else "Find out which of the two is right, and delete the other"
            raise MfaError(
                f"{self._records.place_of(desired, serial)} holds {held} and the device is attached to nobody. Nothing "
                f"was changed. {remedy}."
            )
        if self._named[serial.lower()] > 1:
            raise MfaError(
                f"{serial} is named for several users, and attached to nobody. Nothing was changed. Name it for one."
            )
        return [plans.STORE, *tag, plans.ENABLE]

    # Steps ----------------------------------------------------------------------------------------------------------

    def _resync(self, outcome: Outcome, desired: Desired, serial: str) -> None:
        self._attacher.resync(desired, serial, self._codes(outcome, desired))
        outcome.journal.done.append(plans.RESYNC)

    def _tag(self, outcome: Outcome, _desired: Desired, serial: str) -> None:
        try:
            self._virtual.tag(serial, TAGS)
        except AwsRefused as refusal:
            # The record is what counts.
            outcome.warning = (
                f"was adopted without its tag {MANAGED}: AWS refused {refusal.operation} ({refusal.code})."
            )
        else:
            outcome.journal.done.append(plans.TAG)

    def _keep(self, outcome: Outcome, desired: Desired, serial: str) -> None:
        created = NewDevice(serial, desired.seed or "", "", self._api.clock_text())
        outcome.journal.record = self._records.write(desired, serial, created, outcome.journal.expected)
        outcome.journal.done.append(plans.STORE)

    def _enable(self, outcome: Outcome, desired: Desired, serial: str) -> None:
        try:
            self._attacher.attach(desired, serial, self._codes(outcome, desired), outcome.journal)
        except (SeedRefused, NoSuchToken):
            self._take_back(outcome, desired, serial)
            raise
        outcome.journal.done.append(plans.ENABLE)

    def _take_back(self, outcome: Outcome, desired: Desired, serial: str) -> None:
        """Delete the seed that was stored, and the tag, as it is no seed of such a device."""
        journal = outcome.journal
        if journal.record is None or not self._records.retire(desired.user_name, serial, journal.record):
            return
        if plans.TAG in journal.done:
            with contextlib.suppress(MfaError):
                self._virtual.untag(serial, TAGS)
        journal.done.clear()

    def _codes(self, outcome: Outcome, desired: Desired) -> SeedCodes:
        name = desired.user_name
        return SeedCodes(desired.seed or "", self._api, lambda: self._api.devices_of(name), outcome.journal.wait)
