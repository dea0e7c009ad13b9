# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries a plan out, in the order that cannot lose a seed, and judges lost replies by what AWS then lists.

This module is private to hardening.aws. A virtual device is created, its seed written to the store and read back, and
only then is the device attached. Killed after any call, the same run converges when it is started again.
"""

from __future__ import annotations

import contextlib
import time
import typing as t

from .._aws.iam import MfaApi, NewDevice
from .._aws.model import device_type
from .._errors import AwsRefused, MfaError, SeedRefused, StaleView, StoreConflict
from .._seeds.base import SeedStore
from .._seeds.record import TOLERANCE_SECONDS, Record, moment_of
from . import plan as plans
from .attach import Attacher, kind_of
from .codes import Codes, SeedCodes, SuppliedCodes
from .journal import Journal
from .plan import Action, Desired, Plan
from .seed_records import SeedRecords
from .virtual_devices import VirtualDevices


class Applier:
    """Carries out plans on one account.

    :param store: Where seeds are kept, or None.
    """

    def __init__(self, api: MfaApi, store: SeedStore | None) -> None:
        self._api = api
        self._started = time.monotonic()
        self.records = SeedRecords(api, store)
        self._virtual = VirtualDevices(api)
        self._attacher = Attacher(api, self.records.insist_on)
        self.is_attached = self._attacher.is_attached
        self._steps: dict[str, t.Callable[[Desired, Action, str, Journal], None]] = {
            plans.CREATE: self._create,
            plans.RECREATE: self._recreate,
            plans.STORE: self._keep,
            plans.ENABLE: self._enable,
            plans.DISABLE: self._disable,
            plans.DELETE: self._delete,
            plans.RESYNC: self._resync,
            plans.TAG: self._tag,
            plans.UNTAG: self._untag,
            plans.RETIRE_SEED: self._retire_seed,
        }

    def apply(self, desired: Desired, plan: Plan, serial_number: str | None, journal: Journal) -> None:
        """Carry out a plan for the device I(serial_number) and note in I(journal) what was done.

        :raises StaleView: AWS is not, or no longer, as it was when the plan was made.
        """
        for action in plan.actions:
            serial = action.serial_number or serial_number or ""
            self._steps[action.kind](desired, action, serial, journal)

    def _create(self, desired: Desired, action: Action, serial: str, journal: Journal) -> None:
        journal.created = self._virtual.create(desired, serial, action.tags, replace=False)
        journal.record = None
        journal.done.append(plans.CREATE)

    def _recreate(self, desired: Desired, action: Action, serial: str, journal: Journal) -> None:
        """Make a device anew that nobody can ever use, as its seed is unknown, and that the input names."""
        # If the new one cannot be made, the old one is gone nevertheless.
        journal.created = self._virtual.create(desired, serial, action.tags, True, journal.done)
        journal.record = None
        journal.done = [kind for kind in journal.done if kind != plans.DELETE] + [plans.RECREATE]

    def _keep(self, desired: Desired, _action: Action, serial: str, journal: Journal) -> None:
        try:
            self._write_seed(desired, serial, journal)
        except StaleView:
            raise
        except MfaError:
            self._forget_created(serial, journal)
            raise
        journal.done.append(plans.STORE)

    def _write_seed(self, desired: Desired, serial: str, journal: Journal) -> None:
        if journal.created is None:
            raise RuntimeError("a seed can be stored only of a device that was created just before")
        try:
            journal.record = self.records.write(desired, serial, journal.created, journal.expected)
        except StoreConflict:
            existing = self.records.read(desired, serial)
            if existing is None or _is_later(existing, journal.created):
                journal.created = None
                raise StaleView(f"another run enrols {desired.user_name} at the same time") from None
            # The seed of an earlier device of this name, or of one that another run made and this run has replaced
            # since. What a write replaces has to be known before the device is created whose seed it is, or two runs
            # could bury each other's: so the device is made once more.
            journal.expected = existing.version
            journal.created = self._virtual.create(desired, serial, desired.tags or {}, replace=True)
            self._write_seed(desired, serial, journal)

    def _forget_created(self, serial: str, journal: Journal) -> None:
        """Delete the device just created, as its seed has no place: do not leave one that nobody can ever use."""
        with contextlib.suppress(MfaError):
            self._api.delete(serial)
            journal.created = None
            journal.done = [plans.DELETE] if plans.RECREATE in journal.done else []

    def _enable(self, desired: Desired, _action: Action, serial: str, journal: Journal) -> None:
        try:
            self._attacher.attach(desired, serial, self._codes_for(desired, journal), journal)
        except SeedRefused:
            if journal.created or journal.record is None or not desired.may_create:
                raise
            # The seed in the store is that of an earlier device of this name.
            journal.expected = journal.record.version
            self._recreate(desired, Action(plans.RECREATE, tags=desired.tags or {}), serial, journal)
            self._keep(desired, Action(plans.STORE), serial, journal)
            self._attacher.attach(desired, serial, self._codes_for(desired, journal), journal)
        journal.done.append(plans.ENABLE)
        if journal.created and journal.record:
            self.records.confirm(desired, serial, journal.record)

    def prove(self, desired: Desired, serial: str, journal: Journal) -> None:
        """Make sure that the seed that this run stored is the device's, where somebody else has attached the device.

        Another run may have used that very seed; or one with another store has made the device anew. Only AWS can
        tell: it takes codes of the right seed.
        """
        if journal.created is None or journal.record is None or journal.attached:
            return
        self.records.insist_on(desired, serial, journal)
        try:
            self._attacher.resync(desired, serial, self._seed_codes(desired, journal.record.seed, journal))
        except StaleView:
            raise
        except MfaError as error:
            reason = "AWS refuses codes of it" if isinstance(error, SeedRefused) else error.message
            place = self.records.place_of(desired, serial)
            raise MfaError(
                f"Somebody else attached {serial} to {desired.user_name} while this run was about to. Whether the seed "
                f"that this run keeps in {place} is the device's could not be proven: {reason}. Do not hand that seed "
                "out. Find out who else enrols this user. To start afresh, remove the device with state=absent and run "
                "again.",
                error.code,
                error.operation,
            ) from None

    def _disable(self, desired: Desired, _action: Action, serial: str, journal: Journal) -> None:
        try:
            self._api.deactivate(desired.user_name, serial)
        except AwsRefused as refusal:
            if kind_of(refusal) != "NoSuchEntity":
                raise
            if not refusal.unsure:
                if self._attacher.is_attached(desired, serial):
                    raise StaleView(f"{serial} cannot be found on {desired.user_name}, although it is listed") from None
                return
            # The reply to an attempt of our own was lost: that one took it off.
        journal.done.append(plans.DISABLE)
        if desired.state == "absent" and device_type(serial) == "virtual":
            journal.taken_off.append(serial)

    def _delete(self, _desired: Desired, _action: Action, serial: str, journal: Journal) -> None:
        if self._virtual.delete(serial):
            journal.done.append(plans.DELETE)
        if serial in journal.taken_off:
            journal.taken_off.remove(serial)

    def _resync(self, desired: Desired, _action: Action, serial: str, journal: Journal) -> None:
        if not desired.codes and not desired.seed:
            journal.record = self.records.stored(desired, serial)
        self._attacher.resync(desired, serial, self._codes_for(desired, journal))
        journal.done.append(plans.RESYNC)

    def _tag(self, _desired: Desired, action: Action, serial: str, journal: Journal) -> None:
        self._virtual.tag(serial, action.tags)
        journal.done.append(plans.TAG)

    def _untag(self, _desired: Desired, action: Action, serial: str, journal: Journal) -> None:
        self._virtual.untag(serial, action.tags)
        journal.done.append(plans.UNTAG)

    def _retire_seed(self, desired: Desired, _action: Action, serial: str, journal: Journal) -> None:
        if self.records.retire(desired.user_name, serial, journal.retirable[serial]):
            journal.done.append(plans.RETIRE_SEED)

    def _codes_for(self, desired: Desired, journal: Journal) -> Codes:
        if desired.codes:
            return SuppliedCodes(desired.codes, self._started)
        if desired.seed:
            return self._seed_codes(desired, desired.seed, journal)
        if journal.record is None:
            raise StaleView(f"the seed of the device of {desired.user_name} has not been looked up")
        return self._seed_codes(desired, journal.record.seed, journal)

    def _seed_codes(self, desired: Desired, seed: str, journal: Journal) -> SeedCodes:
        return SeedCodes(seed, self._api, lambda: self._api.devices_of(desired.user_name), journal.wait)


def _is_later(record: Record, created: NewDevice) -> bool:
    """Whether a record is certainly of a device that was made after I(created), by another run and in its place."""
    made, other = moment_of(created.created), moment_of(record.created)
    return made is not None and other is not None and (other - made).total_seconds() > TOLERANCE_SECONDS
