# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries a plan out, in the order that cannot lose a seed, and judges lost replies by what AWS then lists.

This module is private to hardening.aws. A virtual device is created, its seed written to the store and read back, and
only then is the device attached. Killed after any call, the same run converges when it is started again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import time
import typing as t

from .._aws.deadline import Deadline
from .._aws.iam import MfaApi, NewDevice
from .._aws.model import device_name_of, device_type, split_virtual_arn
from .._errors import AwsRefused, MfaError, SeedRefused, StaleView, StoreConflict
from .._seeds.base import SeedStore
from .._seeds.record import Record, record_is_of
from .._seeds.totp import SeedError, normalize_seed, otpauth_uri
from . import plan as plans
from .attach import SETTLE_SECONDS, Attacher, kind_of, pause
from .codes import Codes, SeedCodes, SuppliedCodes
from .plan import Action, Desired, Plan

# Another run may be between creating a device and storing its seed: it gets this long before the device counts as
# left behind by a killed run.
_GRACE_SECONDS = (1.0, 2.0)


@dataclasses.dataclass
class Progress:
    """What has been done for one input so far. It outlives a plan that turned out stale."""

    done: list[str] = dataclasses.field(default_factory=list)
    created: NewDevice | None = None
    record: Record | None = None
    # The version of the record that the created device's seed replaces; looked up before the device is created.
    expected: str | None = None
    store_was_read: bool = False
    # When the list was read that showed the device as attached to nobody, on the monotonic clock.
    seen_at: float = 0.0
    # Whether a reply to an attempt to attach was lost, and whether one of them has attached the device.
    unsure: bool = False
    attached: bool = False
    # Seconds that went into waits for codes; no deadline counts them.
    waited: float = 0.0
    # Virtual devices that were to be deleted, and are only taken off their user so far.
    taken_off: list[str] = dataclasses.field(default_factory=list)

    def wait(self, seconds: float) -> None:
        """Note a wait for codes."""
        self.waited += seconds


class Applier:
    """Carries out plans on one account.

    :param store: Where seeds are kept, or None.
    """

    def __init__(self, api: MfaApi, store: SeedStore | None) -> None:
        self._api = api
        self._store = store
        self._started = time.monotonic()
        self._attacher = Attacher(api, self._insist_on_record)
        self._steps: dict[str, t.Callable[[Desired, Action, str, Progress], None]] = {
            plans.CREATE: self._create,
            plans.RECREATE: self._recreate,
            plans.STORE: self._keep,
            plans.ENABLE: self._enable,
            plans.DISABLE: self._disable,
            plans.DELETE: self._delete,
            plans.RESYNC: self._resync,
            plans.TAG: self._tag,
            plans.UNTAG: self._untag,
        }

    @property
    def _seeds(self) -> SeedStore:
        if self._store is None:
            raise RuntimeError("a plan that needs a seed store was made without one")
        return self._store

    def apply(self, desired: Desired, plan: Plan, serial_number: str | None, progress: Progress) -> None:
        """Carry out a plan for the device I(serial_number) and note in I(progress) what was done.

        :raises StaleView: AWS is not, or no longer, as it was when the plan was made.
        """
        for action in plan.actions:
            serial = action.serial_number or serial_number or ""
            self._steps[action.kind](desired, action, serial, progress)

    def _create(self, desired: Desired, action: Action, serial: str, progress: Progress) -> None:
        progress.created = self._new_device(desired, serial, action.tags, replace=False)
        progress.record = None
        progress.done.append(plans.CREATE)

    def _recreate(self, desired: Desired, action: Action, serial: str, progress: Progress) -> None:
        """Make a device anew that nobody can ever use, as its seed is unknown, and that the input names."""
        progress.store_was_read = True
        progress.created = self._new_device(desired, serial, action.tags, replace=True)
        progress.record = None
        progress.done.append(plans.RECREATE)

    def _keep(self, desired: Desired, _action: Action, serial: str, progress: Progress) -> None:
        try:
            self._write_seed(desired, serial, progress)
        except StaleView:
            raise
        except MfaError:
            self._forget_created(serial, progress)
            raise
        progress.done.append(plans.STORE)

    def _write_seed(self, desired: Desired, serial: str, progress: Progress) -> None:
        if progress.created is None:
            raise RuntimeError("a seed can be stored only of a device that was created just before")
        name, record = self._record_name(desired, serial), self._record(desired, progress.created)
        try:
            progress.record = self._seeds.write(name, record, progress.expected)
        except StoreConflict:
            existing = self._seeds.read(name, serial)
            if existing is None or progress.store_was_read or existing.created >= record.created:
                progress.created = None
                raise StaleView(f"another run enrols {desired.user_name} at the same time") from None
            # The seed of an earlier device of this name. What a write replaces has to be known before the device is
            # created whose seed it is, or two runs could bury each other's: so the device is made once more.
            progress.expected, progress.store_was_read = existing.version, True
            progress.created = self._new_device(desired, serial, desired.tags or {}, replace=True)
            self._write_seed(desired, serial, progress)

    def _forget_created(self, serial: str, progress: Progress) -> None:
        """Delete the device just created, as its seed has no place: do not leave one that nobody can ever use."""
        with contextlib.suppress(MfaError):
            self._api.delete(serial)
            progress.created = None
            progress.done = [plans.DELETE] if plans.RECREATE in progress.done else []

    def _enable(self, desired: Desired, _action: Action, serial: str, progress: Progress) -> None:
        try:
            self._attacher.attach(desired, serial, self._codes_for(desired, progress), progress)
        except SeedRefused:
            if progress.created or progress.record is None or not desired.may_create:
                raise
            # The seed in the store is that of an earlier device of this name.
            progress.expected = progress.record.version
            self._recreate(desired, Action(plans.RECREATE, tags=desired.tags or {}), serial, progress)
            self._keep(desired, Action(plans.STORE), serial, progress)
            self._attacher.attach(desired, serial, self._codes_for(desired, progress), progress)
        progress.done.append(plans.ENABLE)
        if progress.created and progress.record:
            self._seeds.confirm(self._record_name(desired, serial), progress.record)

    def prove(self, desired: Desired, serial: str, progress: Progress) -> None:
        """Make sure that the seed that this run stored is the device's, where somebody else has attached the device.

        Another run may have used that very seed; or one with another store has made the device anew. Only AWS can
        tell: it takes codes of the right seed.
        """
        if progress.created is None or progress.record is None or progress.attached:
            return
        self._insist_on_record(desired, serial, progress)
        place = f"{self._seeds.title.lower()} {self._record_name(desired, serial)}"
        try:
            self._attacher.resync(desired, serial, self._seed_codes(desired, progress.record.seed, progress))
        except StaleView:
            raise
        except MfaError as error:
            reason = "AWS refuses codes of it" if isinstance(error, SeedRefused) else error.message
            raise MfaError(
                f"Somebody else attached {serial} to {desired.user_name} while this run was about to, and the seed "
                f"that this run has kept in {place} is not proven to be that of the device: {reason}. Do not hand "
                "that seed out. Find out who else enrols this user; to start afresh, take the device away with "
                "state=absent and run again.",
                error.code,
                error.operation,
            ) from None

    def _disable(self, desired: Desired, _action: Action, serial: str, progress: Progress) -> None:
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
        progress.done.append(plans.DISABLE)
        if desired.state == "absent" and device_type(serial) == "virtual":
            progress.taken_off.append(serial)

    def _delete(self, _desired: Desired, _action: Action, serial: str, progress: Progress) -> None:
        if self._remove_device(serial):
            progress.done.append(plans.DELETE)
        if serial in progress.taken_off:
            progress.taken_off.remove(serial)

    def _resync(self, desired: Desired, _action: Action, serial: str, progress: Progress) -> None:
        if not desired.codes and not desired.seed:
            progress.record = self._stored(desired, serial)
        self._attacher.resync(desired, serial, self._codes_for(desired, progress))
        progress.done.append(plans.RESYNC)

    def _tag(self, _desired: Desired, action: Action, serial: str, progress: Progress) -> None:
        self._patiently(lambda: self._api.tag(serial, action.tags))
        progress.done.append(plans.TAG)

    def _untag(self, _desired: Desired, action: Action, serial: str, progress: Progress) -> None:
        self._patiently(lambda: self._api.untag(serial, action.tags))
        progress.done.append(plans.UNTAG)

    # Seeds ----------------------------------------------------------------------------------------------------------

    def seed_is_lost(self, desired: Desired, serial: str, progress: Progress, predicting: bool) -> bool:
        """Whether the store has no seed of an unassigned device for this very user. One that it has, is used next.

        A store that may only be written is not asked: a device that is to be attached is made anew then.

        :param predicting: Leave out the wait for a run that may be about to store the seed.
        """
        if progress.record is not None:
            return False
        remaining = 0.0 if predicting else progress.seen_at + random.uniform(*_GRACE_SECONDS) - time.monotonic()
        if not self._seeds.readable:
            if desired.state == "enabled":
                time.sleep(max(0.0, remaining))
            return desired.state == "enabled"
        name = self._record_name(desired, serial)
        record = self._seeds.read(name, serial)
        if record is None and remaining > 0:
            time.sleep(remaining)
            record = self._seeds.read(name, serial)
        progress.expected = record.version if record else None
        if record is None or not self._is_own(desired, record):
            return True
        progress.record = record
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

    def _insist_on_record(self, desired: Desired, serial: str, progress: Progress) -> None:
        """Give up if the store no longer holds the seed that is being used: another run has made the device anew."""
        if self._store is None or not self._store.readable or progress.record is None:
            return
        stored = self._store.read(self._record_name(desired, serial), serial)
        if stored is None or stored.seed != progress.record.seed:
            progress.record = progress.created = None
            raise StaleView(f"another run enrols {desired.user_name} at the same time")

    def _codes_for(self, desired: Desired, progress: Progress) -> Codes:
        if desired.codes:
            return SuppliedCodes(desired.codes, self._started)
        return self._seed_codes(desired, desired.seed or (progress.record.seed if progress.record else ""), progress)

    def _seed_codes(self, desired: Desired, seed: str, progress: Progress) -> SeedCodes:
        return SeedCodes(seed, self._api, lambda: self._api.devices_of(desired.user_name), progress.wait)

    def _stored(self, desired: Desired, serial: str) -> Record:
        record = self._seeds.read(self._record_name(desired, serial), serial)
        if record is None:
            raise MfaError(
                f"The seed store has no seed of {serial} ({self._record_name(desired, serial)} is not there): give "
                "its seed, or two codes."
            )
        return record

    # Devices --------------------------------------------------------------------------------------------------------

    def _new_device(self, desired: Desired, serial: str, tags: t.Mapping[str, str], replace: bool) -> NewDevice:
        """Create the device; with I(replace), in place of one whose seed nobody knows."""
        if desired.state == "enabled":
            self._api.clock.insist()  # the codes need it: better no device than one that stays behind
        path, name = split_virtual_arn(serial)
        settling = Deadline(SETTLE_SECONDS)
        while True:
            if replace:
                self._remove_device(serial)
            try:
                created = self._api.create(path, name, tags)
                return dataclasses.replace(created, seed=normalize_seed(created.seed))
            except SeedError as error:
                # The device is there, and what came as its seed is none: like a reply that was lost.
                if settling.passed():
                    self._remove_device(serial)
                    raise MfaError(
                        f"AWS gave {serial} a seed that {error}, again and again: run again later."
                    ) from None
            except AwsRefused as refusal:
                if kind_of(refusal) == "LimitExceeded":
                    raise MfaError(
                        f"The account has as many virtual MFA devices as its quota allows, so none can be created for "
                        f"{desired.user_name}: delete unassigned ones, or raise the quota. AWS: {refusal.aws_message}",
                        refusal.code,
                        refusal.operation,
                    ) from None
                if kind_of(refusal) != "EntityAlreadyExists":
                    raise
                if settling.passed() or not (refusal.unsure or replace):
                    raise StaleView(f"the device {serial} exists already") from None
            # The reply to an attempt of our own was lost, and the seed with it; or the deletion is not yet known.
            replace = True
            pause()

    def _remove_device(self, serial: str) -> bool:
        """Delete a virtual device. Return whether there was one."""
        settling = Deadline(SETTLE_SECONDS)
        while True:
            try:
                self._api.delete(serial)
                return True
            except AwsRefused as refusal:
                kind = kind_of(refusal)
                if kind == "NoSuchEntity":
                    return refusal.unsure
                if kind != "DeleteConflict":
                    raise
                # Taken off a user a moment ago: not known everywhere yet. Or somebody has attached it.
                if settling.passed():
                    raise StaleView(f"{serial} is in use, although it is not listed so") from None
                pause()

    def _patiently(self, call: t.Callable[[], None]) -> None:
        """Make a call on a device that may have been created a moment ago."""
        settling = Deadline(SETTLE_SECONDS)
        while True:
            try:
                call()
                return
            except AwsRefused as refusal:
                if kind_of(refusal) != "NoSuchEntity" or settling.passed():
                    raise
                pause()

    # Records --------------------------------------------------------------------------------------------------------

    def _record_name(self, desired: Desired, serial: str) -> str:
        return self._seeds.name_for(desired.user_name, device_name_of(serial))

    def _record(self, desired: Desired, created: NewDevice) -> Record:
        _partition, account_id = self._api.account()
        uri = otpauth_uri(created.seed, device_name_of(created.serial_number), account_id)
        return Record(created.seed, created.serial_number, desired.user_name, uri, created.created)
