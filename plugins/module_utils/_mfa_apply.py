# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries a plan out, in the order that cannot lose a seed, and judges lost replies by what AWS then lists.

This module is private to hardening.aws. A virtual device is created, its seed written to the store and read back, and
only then is the device attached. Killed after any call, the same run converges when it is started again.
"""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import random
import time
import typing as t

from . import _mfa_plan as plans
from ._aws_call import short_code
from ._errors import AwsRefused, MfaError, NoAnswer, ReplyLost, SeedRefused, StaleView, StoreConflict
from ._mfa_api import MfaApi, NewDevice
from ._mfa_plan import Action, Desired, Plan
from ._seed_store import Record, SeedStore
from ._totp import codes_at_step, otpauth_uri

# How long IAM may take to show everywhere what one call changed. It has been seen to settle within 2 seconds.
SETTLE_SECONDS = 15.0
# Codes that a person supplied are not sent again when they are older than this: a pair that is too old can be
# accepted and leave the device out of step.
_SUPPLIED_CODES_SECONDS = 25.0
# Another run may be between creating a device and storing its seed: it gets this long before the device counts as
# left behind by a killed run.
_GRACE_SECONDS = (1.0, 2.0)
# A pair of codes of which none was sent before is at most two steps away.
NEW_CODES_SECONDS = 65.0


class Codes(abc.ABC):
    """Where pairs of codes come from."""

    @abc.abstractmethod
    def __call__(self) -> tuple[str, str]:
        """Return two codes to send now."""

    @abc.abstractmethod
    def renew(self, patience: float) -> bool:
        """Wait at most I(patience) seconds for codes worth trying after AWS refused these; return whether there are."""


class SuppliedCodes(Codes):
    """Two codes that the caller gave."""

    def __init__(self, codes: tuple[str, str]) -> None:
        self._codes = codes
        self._too_old_at = time.monotonic() + _SUPPLIED_CODES_SECONDS

    def __call__(self) -> tuple[str, str]:
        if time.monotonic() > self._too_old_at:
            raise MfaError(
                "AWS could not be reached for so long that the supplied codes are too old to be sent: "
                "run again with two fresh ones."
            )
        return self._codes

    def renew(self, patience: float) -> bool:
        """There are no others."""
        return False


class SeedCodes(Codes):
    """Codes of a seed, computed on AWS's clock each time they are asked for.

    :param refresh: Makes a call, so that AWS's clock is known afresh.
    """

    def __init__(self, seed: str, api: MfaApi, refresh: t.Callable[[], t.Any]) -> None:
        self._seed = seed
        self._clock = api.clock
        self._refresh = refresh
        self._sent_step: int | None = None
        self._renewals = 0

    def __call__(self) -> tuple[str, str]:
        if not self._clock.fresh:
            self._refresh()
        self._sent_step = self._clock.step()
        return codes_at_step(self._seed, self._sent_step)

    def renew(self, patience: float) -> bool:
        """Wait until codes are worth trying again.

        The refusal may mean that a step's edge was crossed on the way: then there are new codes at once. Or the codes
        were used before, as when a device is taken off and attached again within a minute: then both have to be new.
        """
        if self._sent_step is None or self._renewals >= 2:
            return False
        if not self._clock.fresh:
            self._refresh()
        self._renewals += 1
        if self._clock.step() > self._sent_step and self._renewals == 1:
            return True
        seconds = self._clock.seconds_until_step(self._sent_step + 2)
        if seconds > patience:
            return False
        time.sleep(seconds)
        self._renewals = 2
        return True


@dataclasses.dataclass
class Progress:
    """What has been done for one input so far. It outlives a plan that turned out stale."""

    done: list[str] = dataclasses.field(default_factory=list)
    created: NewDevice | None = None
    record: Record | None = None
    # The version of the record that the created device's seed replaces; looked up before the device is created.
    expected: str | None = None
    store_was_read: bool = False
    had_grace: bool = False
    supplied: SuppliedCodes | None = None


class Applier:
    """Carries out plans on one account.

    :param store: Where seeds are kept, or None.
    :param code_patience: How many seconds may be spent on waiting for codes that were not used before.
    """

    def __init__(self, api: MfaApi, store: SeedStore | None, code_patience: float = NEW_CODES_SECONDS) -> None:
        self._api = api
        self._store = store
        self._code_patience = code_patience
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
        if desired.codes or desired.seed or progress.record:
            self._attach(desired, serial, self._codes_for(desired, progress), progress)
        else:
            self._enable_from_store(desired, serial, progress)
        progress.done.append(plans.ENABLE)

    def _disable(self, desired: Desired, _action: Action, serial: str, progress: Progress) -> None:
        try:
            self._api.deactivate(desired.user_name, serial)
        except AwsRefused as refusal:
            if _kind(refusal) != "NoSuchEntity":
                raise
            if not refusal.unsure:
                if self._is_attached(desired, serial):
                    raise StaleView(f"{serial} cannot be found on {desired.user_name}, although it is listed") from None
                return
            # The reply to an attempt of our own was lost: that one took it off.
        progress.done.append(plans.DISABLE)

    def _delete(self, _desired: Desired, _action: Action, serial: str, progress: Progress) -> None:
        if self._remove_device(serial):
            progress.done.append(plans.DELETE)

    def _resync(self, desired: Desired, _action: Action, serial: str, progress: Progress) -> None:
        seed = desired.seed
        if not desired.codes and not seed:
            seed = self._stored(desired, serial).seed
        codes = self._codes_for(desired, progress) if desired.codes else self._seed_codes(desired, seed or "")
        lost = False
        while True:
            try:
                self._api.resync(desired.user_name, serial, codes)
                break
            except NoAnswer:
                raise
            except ReplyLost:
                # No list shows whether it took effect; if it did, these codes are used up.
                lost = True
                if not codes.renew(self._code_patience):
                    raise
            except AwsRefused as refusal:
                if _kind(refusal) == "NoSuchEntity":
                    raise StaleView(f"{serial} cannot be found on {desired.user_name}") from None
                if _kind(refusal) != "InvalidAuthenticationCode":
                    raise
                if not codes.renew(self._code_patience):
                    if lost and isinstance(codes, SuppliedCodes):
                        break
                    raise self._codes_refused(desired, serial, refusal) from None
        progress.done.append(plans.RESYNC)

    def _tag(self, _desired: Desired, action: Action, serial: str, progress: Progress) -> None:
        self._patiently(lambda: self._api.tag(serial, action.tags))
        progress.done.append(plans.TAG)

    def _untag(self, _desired: Desired, action: Action, serial: str, progress: Progress) -> None:
        self._patiently(lambda: self._api.untag(serial, action.tags))
        progress.done.append(plans.UNTAG)

    # Attaching ------------------------------------------------------------------------------------------------------

    def _attach(self, desired: Desired, serial: str, codes: Codes, progress: Progress) -> None:
        """Call EnableMFADevice until the device is attached to the user, or it is certain that it can't be."""
        settle_by = time.monotonic() + (SETTLE_SECONDS if progress.created else SETTLE_SECONDS / 3)
        unsure = False
        while True:
            try:
                self._api.enable(desired.user_name, serial, codes)
                return
            except ReplyLost as lost:
                unsure = True
                if self._is_attached(desired, serial):
                    return
                if isinstance(lost, NoAnswer) or time.monotonic() > settle_by:
                    raise
                _pause()
            except AwsRefused as refusal:
                unsure = unsure or refusal.unsure
                kind = _kind(refusal)
                if kind == "EntityAlreadyExists":
                    if self._becomes_attached(desired, serial):
                        return
                    if not desired.is_virtual:
                        raise MfaError(
                            f"The token {serial} is in use by another user of the account, and no list of AWS's says "
                            "by whom: find it with hardening.aws.iam_mfa_device_info, and take it off that user first.",
                            refusal.code,
                            refusal.operation,
                        ) from None
                    raise StaleView(f"{serial} is in use already, and AWS does not list yet by whom") from None
                if kind == "InvalidAuthenticationCode":
                    # After a lost reply the codes may be refused because they did their work.
                    if unsure and self._becomes_attached(desired, serial):
                        return
                    self._insist_on_record(desired, serial, progress)
                    if codes.renew(self._code_patience):
                        continue
                    if self._is_attached(desired, serial):
                        return
                    raise self._codes_refused(desired, serial, refusal) from None
                if kind == "LimitExceeded":
                    raise MfaError(
                        f"{desired.user_name} has as many MFA devices as AWS allows ({plans.MAX_DEVICES_PER_USER}): "
                        f"retire one with state=absent first. AWS: {refusal.aws_message}",
                        refusal.code,
                        refusal.operation,
                    ) from None
                if kind != "NoSuchEntity":
                    raise
                if "user" in refusal.aws_message.lower().split("device")[0]:
                    raise StaleView(f"the user {desired.user_name} cannot be found") from None
                if not desired.is_virtual:
                    raise MfaError(
                        f"AWS knows no token with the serial number {serial}: check it. AWS: {refusal.aws_message}",
                        refusal.code,
                        refusal.operation,
                    ) from None
                # A device just created is not known everywhere at once.
                if time.monotonic() > settle_by:
                    raise StaleView(f"the device {serial} cannot be found") from None
                self._insist_on_record(desired, serial, progress)
                _pause()

    def _enable_from_store(self, desired: Desired, serial: str, progress: Progress) -> None:
        """Attach a device that exists, with the seed that the store has of it; or make it anew if there is none."""
        record = self._seeds.read(self._record_name(desired, serial), serial)
        if record is not None:
            progress.record = record
            try:
                self._attach(desired, serial, self._seed_codes(desired, record.seed), progress)
                return
            except SeedRefused:
                if not desired.may_create:
                    raise
        elif not desired.may_create:
            raise MfaError(
                f"The seed store has no seed of {serial} ({self._record_name(desired, serial)} is not there), so no "
                "code can be computed. Give its seed, or two codes; or name the device with device_name to have a "
                "new one made in its place."
            )
        progress.expected = record.version if record else None
        self._recreate(desired, Action(plans.RECREATE, tags=desired.tags or {}), serial, progress)
        self._keep(desired, Action(plans.STORE), serial, progress)
        self._attach(desired, serial, self._codes_for(desired, progress), progress)

    def _recreate(self, desired: Desired, action: Action, serial: str, progress: Progress) -> None:
        """Make a device anew that nobody can ever use, as its seed is unknown, and that the input names."""
        if progress.expected is None and not progress.had_grace:
            progress.had_grace = True
            time.sleep(random.uniform(*_GRACE_SECONDS))
            raise StaleView(f"the seed of {serial} is not stored")
        progress.store_was_read = True
        progress.created = self._new_device(desired, serial, action.tags, replace=True)
        progress.record = None
        progress.done.append(plans.RECREATE)

    def seed_is_lost(self, desired: Desired, serial: str) -> bool:
        """Whether the store has no seed of a device that exists. A store that may only be written is not asked."""
        return self._seeds.readable and self._seeds.read(self._record_name(desired, serial), serial) is None

    def _insist_on_record(self, desired: Desired, serial: str, progress: Progress) -> None:
        """Give up if the store no longer holds the seed that is being used: another run has made the device anew."""
        if self._store is None or progress.record is None:
            return
        stored = self._store.read(self._record_name(desired, serial), serial)
        if stored is None or stored.seed != progress.record.seed:
            progress.record = progress.created = None
            raise StaleView(f"another run enrols {desired.user_name} at the same time")

    def _is_attached(self, desired: Desired, serial: str) -> bool:
        return any(device.serial_number == serial for device in self._api.devices_of(desired.user_name) or ())

    def _becomes_attached(self, desired: Desired, serial: str) -> bool:
        """Whether the device shows up on the user within the time that IAM takes to settle."""
        give_up_at = time.monotonic() + SETTLE_SECONDS / 3
        while not self._is_attached(desired, serial):
            if time.monotonic() > give_up_at:
                return False
            _pause()
        return True

    # Codes ----------------------------------------------------------------------------------------------------------

    def _codes_for(self, desired: Desired, progress: Progress) -> Codes:
        if desired.codes:
            progress.supplied = progress.supplied or SuppliedCodes(desired.codes)
            return progress.supplied
        return self._seed_codes(desired, desired.seed or (progress.record.seed if progress.record else ""))

    def _seed_codes(self, desired: Desired, seed: str) -> SeedCodes:
        return SeedCodes(seed, self._api, lambda: self._api.devices_of(desired.user_name))

    def _codes_refused(self, desired: Desired, serial: str, refusal: AwsRefused) -> MfaError:
        if desired.codes:
            return MfaError(
                f"AWS refused the codes for {serial} on {desired.user_name}; nothing was changed. Check that they are "
                "two codes that this very device showed one after the other, the older one first as "
                "authentication_code1; that they are fresh (the second one is still shown or has just gone) and were "
                "not used before; and that they are quoted in YAML, where an unquoted 012345 loses its zero.",
                refusal.code,
                refusal.operation,
            )
        return SeedRefused(
            f"AWS refused codes computed from the seed of {serial} for {desired.user_name}, on AWS's own clock; "
            "nothing was changed. The seed is most likely not this device's: check it. If it is, and the device was "
            "used within the last minute, run again.",
            refusal.code,
            refusal.operation,
        )

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
        path, name = plans.split_virtual_arn(serial)
        give_up_at = time.monotonic() + SETTLE_SECONDS
        while True:
            if replace:
                self._remove_device(serial)
            try:
                return self._api.create(path, name, tags)
            except AwsRefused as refusal:
                kind = _kind(refusal)
                if kind == "LimitExceeded":
                    raise MfaError(
                        f"The account has as many virtual MFA devices as its quota allows, so none can be created for "
                        f"{desired.user_name}: delete unassigned ones, or raise the quota. AWS: {refusal.aws_message}",
                        refusal.code,
                        refusal.operation,
                    ) from None
                if kind != "EntityAlreadyExists":
                    raise
                if time.monotonic() > give_up_at or not (refusal.unsure or replace):
                    raise StaleView(f"the device {serial} exists already") from None
            # The reply to an attempt of our own was lost, and the seed with it; or the deletion is not yet known.
            replace = True
            _pause()

    def _remove_device(self, serial: str) -> bool:
        """Delete a virtual device. Return whether there was one."""
        give_up_at = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                self._api.delete(serial)
                return True
            except AwsRefused as refusal:
                kind = _kind(refusal)
                if kind == "NoSuchEntity":
                    return refusal.unsure
                if kind != "DeleteConflict":
                    raise
                # Taken off a user a moment ago: not known everywhere yet. Or somebody has attached it.
                if time.monotonic() > give_up_at:
                    raise StaleView(f"{serial} is in use, although it is not listed so") from None
                _pause()

    def _patiently(self, call: t.Callable[[], None]) -> None:
        """Make a call on a device that may have been created a moment ago."""
        give_up_at = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                call()
                return
            except AwsRefused as refusal:
                if _kind(refusal) != "NoSuchEntity" or time.monotonic() > give_up_at:
                    raise
                _pause()

    # Records --------------------------------------------------------------------------------------------------------

    def _record_name(self, desired: Desired, serial: str) -> str:
        return self._seeds.name_for(desired.user_name, plans.device_name_of(serial))

    def _record(self, desired: Desired, created: NewDevice) -> Record:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._api.clock.now()))
        _partition, account_id = self._api.account()
        uri = otpauth_uri(created.seed, plans.device_name_of(created.serial_number), account_id)
        return Record(created.seed, created.serial_number, desired.user_name, uri, now)


def _kind(refusal: AwsRefused) -> str:
    return short_code(refusal.code or "")


def _pause() -> None:
    time.sleep(random.uniform(0.2, 0.6))
