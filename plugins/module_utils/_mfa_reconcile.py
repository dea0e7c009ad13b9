# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings inputs to their desired state: reads what is there, plans, applies, and waits until AWS shows it.

This module is private to hardening.aws. The singular module hands in a list of one, which is read with a call for its
user; a longer list is read from the account's lists. Everything after the reading is the same.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import time
import typing as t

from . import _mfa_plan as plans
from ._errors import MfaError, StaleView
from ._mfa_api import MfaApi
from ._mfa_apply import SETTLE_SECONDS, Applier, Progress
from ._mfa_plan import Current, Desired, VirtualDevice
from ._seed_store import SeedStore

# Up to so many users are asked for one by one; above that, a list of all users costs less.
_FEW = 10


@dataclasses.dataclass
class Outcome:
    """What became of one input."""

    desired: Desired
    serial_number: str | None = None
    before: Current | None = None
    after: Current | None = None
    actions: list[str] = dataclasses.field(default_factory=list)
    error: MfaError | None = None
    warning: str | None = None
    progress: Progress = dataclasses.field(default_factory=Progress)

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or would be in check mode. Also true of a failure that came half way."""
        return bool(self.actions)


class Account:
    """What the account's lists show, read when first needed and then kept."""

    def __init__(self, api: MfaApi) -> None:
        self._api = api
        self._virtual: dict[str, VirtualDevice] | None = None
        self._by_owner: dict[str, list[VirtualDevice]] = {}
        self._users: set[str] | None = None

    @property
    def virtual(self) -> dict[str, VirtualDevice]:
        """All virtual devices by ARN."""
        if self._virtual is None:
            self._virtual = self._api.virtual_devices()
            for device in self._virtual.values():
                if device.owner:
                    self._by_owner.setdefault(device.owner, []).append(device)
        return self._virtual

    def virtual_of(self, user_name: str) -> list[VirtualDevice]:
        """The virtual devices attached to a user."""
        return self._by_owner.get(user_name, []) if self.virtual else []

    @property
    def users(self) -> set[str]:
        """The names of all users."""
        return self.read_users() if self._users is None else self._users

    def read_users(self) -> set[str]:
        """Read the names of all users."""
        self._users = {user["UserName"] for user in self._api.users()}
        return self._users


class Reconciler:
    """Brings inputs of one account to their desired state.

    :param wait: Whether to wait until AWS lists the changes, at most I(wait_timeout) seconds.
    :param concurrency: How many inputs are worked on at once.
    """

    def __init__(
        self,
        api: MfaApi,
        store: SeedStore | None = None,
        check_mode: bool = False,
        wait: bool = True,
        wait_timeout: float = 60,
        concurrency: int = 1,
    ) -> None:
        self._api = api
        self._store = store
        self._applier = Applier(api, store)
        self._check_mode = check_mode
        self._wait = wait
        self._wait_timeout = wait_timeout
        self._concurrency = concurrency

    def one(self, desired: Desired) -> Outcome:
        """Bring one input to its desired state."""
        outcome = Outcome(desired)
        self._guarded(outcome, lambda: self._converge(outcome, self._read(outcome, shallow=not self._check_mode)))
        if self._wait:
            self._wait_for([outcome])
        return outcome

    def many(self, inputs: t.Sequence[Desired]) -> list[Outcome]:
        """Bring all inputs to their desired states. One that fails stops no other.

        :raises MfaError: The account's lists could not be read, so nothing was decided or changed.
        """
        outcomes = [Outcome(desired) for desired in inputs]
        account = Account(self._api)
        readings = self._read_all(outcomes, account)

        def work(outcome: Outcome, reading: Current | None) -> None:
            self._guarded(outcome, lambda: self._converge(outcome, reading or self._read(outcome, account)))

        self._each(work, list(zip(outcomes, readings, strict=True)))
        if self._wait:
            self._wait_for(outcomes)
        return outcomes

    def _each(self, work: t.Callable[..., None], arguments: t.Sequence[tuple[t.Any, ...]]) -> None:
        if len(arguments) <= 1:
            for argument in arguments:
                work(*argument)
            return
        executor = concurrent.futures.ThreadPoolExecutor(min(self._concurrency, len(arguments)))
        try:
            for future in [executor.submit(work, *argument) for argument in arguments]:
                future.result()
        finally:
            # On an interrupt, what has not begun is not begun any more.
            executor.shutdown(cancel_futures=True)

    @staticmethod
    def _guarded(outcome: Outcome, work: t.Callable[[], None]) -> None:
        try:
            work()
        except MfaError as error:
            outcome.error = error
            outcome.actions = outcome.progress.done

    # Reading --------------------------------------------------------------------------------------------------------

    def _read(self, outcome: Outcome, account: Account | None = None, shallow: bool = False) -> Current:
        """Read what one input depends on, with a call for its user.

        :param account: Lists that were read already.
        :param shallow: Leave a list of the whole account out where it can be.
        """
        desired = outcome.desired
        devices = self._api.devices_of(desired.user_name) if desired.state != "present" else ()
        reading = Current(user_exists=devices is not None, devices=devices or (), target_known=False)
        if desired.all_devices:
            return reading
        outcome.serial_number = self._serial(desired, reading)
        attached = any(device.serial_number == outcome.serial_number for device in reading.devices)
        satisfied = attached or not reading.user_exists or (desired.satisfied_by == "any" and bool(reading.devices))
        # With a store the seed is looked for next, and its absence must not hide whose the device is.
        enabling = not satisfied and (not shallow or desired.stored)
        needed = {"present": True, "absent": not attached, "enabled": enabling}
        if desired.is_virtual and needed.get(desired.state):
            target = (account or Account(self._api)).virtual.get(outcome.serial_number)
            reading = dataclasses.replace(reading, target=target, target_known=True)
        elif attached and desired.is_virtual:
            reading = dataclasses.replace(reading, target=VirtualDevice(outcome.serial_number, desired.user_name))
        return self._with_tags(outcome, reading)

    def _read_all(self, outcomes: t.Sequence[Outcome], account: Account) -> list[Current | None]:
        """Read what all inputs depend on, from the account's lists. None stands for one whose user has to be asked."""
        if len(outcomes) == 1:
            return [None]
        if len(outcomes) > _FEW and outcomes[0].desired.state == "enabled" and not account.virtual:
            # Nobody has a device, so all users are needed below. Read now, they spare the question which account it is.
            if self._store is not None:
                self._store.prepare()
            account.read_users()
        readings = [self._from_lists(outcome, account) for outcome in outcomes]
        pairs = list(zip(outcomes, readings, strict=True))
        undecided = [outcome for outcome, reading in pairs if reading and self._needs_user(outcome, reading)]
        if len(undecided) > _FEW:
            for position, (outcome, reading) in enumerate(pairs):
                if reading is not None and outcome.desired.user_name not in account.users:
                    readings[position] = dataclasses.replace(reading, user_exists=False)
        else:
            alone = {id(outcome) for outcome in undecided}
            readings = [None if id(outcome) in alone else reading for outcome, reading in pairs]
        return readings

    def _from_lists(self, outcome: Outcome, account: Account) -> Current | None:
        desired = outcome.desired
        if not desired.is_virtual:
            return None
        devices = tuple(
            plans.Device(device.serial_number, desired.user_name, device.enable_date)
            for device in account.virtual_of(desired.user_name)
        )
        outcome.serial_number = self._serial(desired, Current())
        reading = Current(devices=devices, target=account.virtual.get(outcome.serial_number))
        if desired.satisfied_by == "any" and not devices:
            return None  # a hardware token or a passkey is in none of the account's lists
        if desired.tags is not None and reading.target is not None:
            return None
        return reading

    def _needs_user(self, outcome: Outcome, reading: Current) -> bool:
        return outcome.desired.state == "enabled" and plans.plan(outcome.desired, reading).changed

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

    # Changing -------------------------------------------------------------------------------------------------------

    def _converge(self, outcome: Outcome, current: Current) -> None:
        """Plan and apply, as often as what was read turns out stale, within the time that IAM takes to settle."""
        desired, progress = outcome.desired, outcome.progress
        outcome.before = current
        give_up_at = time.monotonic() + 2 * SETTLE_SECONDS
        while True:
            if desired.state == "present" and desired.stored and current.target and current.target.owner is None:
                # A run that was killed between creating a device and storing its seed left one that nobody can use.
                lost = self._applier.seed_is_lost(desired, current.target.serial_number)
                current = dataclasses.replace(current, seed_lost=lost)
            plan = plans.plan(desired, current)
            outcome.warning = plan.warning
            if plan.problem:
                raise MfaError(plan.problem)
            outcome.after = plans.predict(desired, current, plan, outcome.serial_number)
            if self._check_mode:
                outcome.actions = plan.kinds
                return
            try:
                self._applier.apply(desired, plan, outcome.serial_number, progress)
            except StaleView as stale:
                if time.monotonic() > give_up_at:
                    raise MfaError(
                        f"{desired.user_name}: {stale.message}, and it stayed so. Look at the device in the console, "
                        "then run again."
                    ) from None
                time.sleep(0.5)
                current = self._read(outcome)
                continue
            outcome.actions = progress.done
            return

    # Waiting --------------------------------------------------------------------------------------------------------

    def _wait_for(self, outcomes: t.Sequence[Outcome]) -> None:
        """Wait until AWS lists what was changed; an outcome that it does not list in time becomes a failure."""
        pending = [o for o in outcomes if not self._check_mode and not o.error and self._awaited(o)]
        give_up_at = time.monotonic() + self._wait_timeout
        while pending:
            single = len(pending) == 1
            account = None if single else Account(self._api)
            pending = [outcome for outcome in pending if not self._shown(outcome, account)]
            if not pending:
                return
            if time.monotonic() > give_up_at:
                for outcome in pending:
                    outcome.error = MfaError(
                        f"AWS accepted the change ({', '.join(outcome.actions)}) for {outcome.desired.user_name}, but "
                        f"does not list it after wait_timeout={self._wait_timeout:g} s. Run again to see whether it "
                        "does by then."
                    )
                return
            time.sleep(0.25 if single else 1.0)

    @staticmethod
    def _awaited(outcome: Outcome) -> bool:
        return bool(set(outcome.actions) - {plans.STORE, plans.TAG, plans.UNTAG, plans.RESYNC})

    def _shown(self, outcome: Outcome, account: Account | None) -> bool:
        desired, wanted = outcome.desired, outcome.after or Current()
        if desired.state != "present" and (account is None or not desired.is_virtual):
            listed = self._api.devices_of(desired.user_name) or ()
            expected = {device.serial_number for device in wanted.devices}
            touched = {outcome.serial_number} if not desired.all_devices else {d.serial_number for d in listed}
            if expected & touched != {device.serial_number for device in listed} & touched:
                return False
            wanted = outcome.after = dataclasses.replace(wanted, devices=tuple(listed))
            if plans.DELETE not in outcome.actions:
                return True
        virtual = (account or Account(self._api)).virtual
        if desired.all_devices:
            gone = {d.serial_number for d in (outcome.before.devices if outcome.before else ())}
            return not gone & set(virtual)
        found = virtual.get(outcome.serial_number or "")
        if (found is None) != (wanted.target is None):
            return False
        return found is None or wanted.target is None or found.owner == wanted.target.owner
