# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings inputs to their desired state: reads what is there, plans, applies, and waits until AWS shows it.

This module is private to hardening.aws. The singular module hands in a list of one, which is read with a call for its
user; a longer list is read from the account's lists. Everything after the reading is the same.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import functools
import threading
import time
import typing as t

from .. import _progress
from .._aws.deadline import Deadline
from .._aws.iam import MfaApi
from .._aws.model import Device, VirtualDevice, account_of
from .._errors import MfaError, StaleView, unforeseen
from .._failure_streak import FailureStreak
from .._seeds.base import SeedStore
from . import plan as plans
from .apply import Applier, Progress
from .attach import SETTLE_SECONDS
from .plan import Current, Desired

# Up to so many users are asked for one by one; above that, a list of all users costs less.
_FEW = 10
# How often what turned out stale is read again in any case, however long the attempts take.
_REREADS = 3
# What is said to have been done to users, by the state that was asked for.
_PAST_TENSE = {
    "enabled": "enrolled",
    "present": "created",
    "disabled": "disabled",
    "absent": "removed",
    "resynced": "resynchronized",
}


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
        # On the monotonic clock: when this was made, and when the devices were read.
        self.begun = time.monotonic()
        self.read_at = self.begun

    @property
    def virtual(self) -> dict[str, VirtualDevice]:
        """All virtual devices by ARN."""
        return self.read_virtual() if self._virtual is None else self._virtual

    def read_virtual(self) -> dict[str, VirtualDevice]:
        """Read all virtual devices."""
        self._virtual = self._api.virtual_devices()
        self.read_at = time.monotonic()
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


class _SharedAccount:
    """The account's lists, read once for all who find at about the same time that theirs are stale."""

    def __init__(self, api: MfaApi) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._newest: Account | None = None

    def since(self, moment: float) -> Account:
        """Return lists whose reading began after I(moment), on the monotonic clock."""
        with self._lock:
            if self._newest is None or self._newest.begun < moment:
                account = Account(self._api)
                account.read_virtual()
                self._newest = account
            return self._newest


class Reconciler:
    """Brings inputs of one account to their desired state.

    :param wait: Whether to wait until AWS lists the changes, at most I(wait_timeout) seconds.
    :param concurrency: How many inputs are worked on at once.
    :param stop_after_failures: After how many equal failures in a row, of a kind that does not pass, the rest is not
        tried. 0 is never.
    """

    def __init__(
        self,
        api: MfaApi,
        store: SeedStore | None = None,
        check_mode: bool = False,
        wait: bool = True,
        wait_timeout: float = 60,
        concurrency: int = 1,
        stop_after_failures: int = 0,
    ) -> None:
        self._api = api
        self._store = store
        self._applier = Applier(api, store)
        self._shared = _SharedAccount(api)
        self._check_mode = check_mode
        self._wait = wait
        self._wait_timeout = wait_timeout
        self._concurrency = concurrency
        self._stop_after_failures = stop_after_failures

    def one(self, desired: Desired) -> Outcome:
        """Bring one input to its desired state."""
        outcome = Outcome(desired)
        account = Account(self._api)
        shallow = not self._check_mode
        self._guarded(outcome, lambda: self._converge(outcome, self._read(outcome, lambda: account, shallow)))
        if self._wait:
            self._wait_for([outcome])
        return outcome

    def many(self, inputs: t.Sequence[Desired]) -> list[Outcome]:
        """Bring all inputs to their desired states. One that fails stops no other.

        :raises MfaError: The account's lists could not be read, so nothing was decided or changed.
        """
        outcomes = [Outcome(desired) for desired in inputs]
        account = Account(self._api)
        readings: list[Current | None] = []
        refused = _attempt(lambda: readings.extend(self._read_all(outcomes, account)), "all users")
        if refused:
            raise refused

        streak = FailureStreak(self._stop_after_failures)
        counted = _progress.Progress(_PAST_TENSE[inputs[0].state] if inputs else "", len(inputs))

        def work(outcome: Outcome, reading: Current | None) -> None:
            name = outcome.desired.user_name
            if streak.reached:
                outcome.error = streak.not_tried(name)
            else:
                self._guarded(outcome, lambda: self._converge(outcome, reading or self._read(outcome, lambda: account)))
                if outcome.error:
                    streak.note(name, outcome.error.message, outcome.error.code, outcome.error.operation)
                elif outcome.changed:
                    streak.note(name, "")
            # As the summary counts them: what failed half way has failed.
            counted.done(outcome.changed and not outcome.error, outcome.error is not None)

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
        outcome.error = _attempt(work, outcome.desired.user_name)
        if outcome.error:
            outcome.error = _with_leftovers(outcome.error, outcome.progress.taken_off)
            outcome.actions = outcome.progress.done

    # Reading --------------------------------------------------------------------------------------------------------

    def _read(self, outcome: Outcome, lists: t.Callable[[], Account], shallow: bool = False) -> Current:
        """Read what one input depends on, with a call for its user.

        :param lists: Returns the account's lists, if they are needed.
        :param shallow: Leave a list of the whole account out where it can be.
        """
        desired = outcome.desired
        devices = self._api.devices_of(desired.user_name) if desired.state != "present" else ()
        reading = Current(user_exists=devices is not None, devices=devices or (), target_known=False)
        if desired.all_devices:
            return self._with_left_behind(outcome, reading, lists)
        outcome.serial_number = self._serial(desired, reading)
        attached = any(device.serial_number == outcome.serial_number for device in reading.devices)
        satisfied = attached or not reading.user_exists or (desired.satisfied_by == "any" and bool(reading.devices))
        # With a store the seed is looked for next, and its absence must not hide whose the device is.
        enabling = not satisfied and (not shallow or desired.stored)
        needed = {"present": True, "absent": not attached, "enabled": enabling}
        if desired.is_virtual and needed.get(desired.state):
            account = lists()
            target = account.virtual.get(outcome.serial_number)
            outcome.progress.seen_at = account.read_at
            reading = dataclasses.replace(reading, target=target, target_known=True)
        elif attached and desired.is_virtual:
            reading = dataclasses.replace(reading, target=VirtualDevice(outcome.serial_number, desired.user_name))
        return self._with_tags(outcome, reading)

    @staticmethod
    def _with_left_behind(outcome: Outcome, reading: Current, lists: t.Callable[[], Account]) -> Current:
        if outcome.desired.state != "absent":
            return reading
        found = lists().virtual.values()
        left = plans.left_behind(outcome.desired.user_name, found, outcome.progress.taken_off)
        return dataclasses.replace(reading, left_behind=left)

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
        removing = bool(outcomes) and outcomes[0].desired.state in ("disabled", "absent")
        if sum(1 for outcome, reading in pairs if reading and self._needs_owner(outcome, reading)) > 1:
            self._known_users(account, tolerant=True)
        if undecided and (removing or len(undecided) > _FEW):
            known = self._known_users(account, tolerant=removing)
            for position, (outcome, reading) in enumerate(pairs):
                if reading is not None and known is not None and outcome.desired.user_name not in known:
                    readings[position] = dataclasses.replace(reading, user_exists=False)
        else:
            alone = {id(outcome) for outcome in undecided}
            readings = [None if id(outcome) in alone else reading for outcome, reading in pairs]
        return readings

    @staticmethod
    def _needs_owner(outcome: Outcome, reading: Current) -> bool:
        """Whether it has to be known since when the user exists, to tell whose the stored seed of a device is."""
        unassigned = reading.target is not None and reading.target.owner is None
        return outcome.desired.state == "present" and outcome.desired.stored and unassigned

    @staticmethod
    def _known_users(account: Account, tolerant: bool) -> set[str] | None:
        """The names of all users; None if the list is refused and the run can do without: what is taken away can."""
        if not tolerant:
            return account.users
        with contextlib.suppress(MfaError):
            return account.users
        return None

    def _from_lists(self, outcome: Outcome, account: Account) -> Current | None:
        desired = outcome.desired
        if not desired.is_virtual:
            return None
        devices = tuple(
            Device(device.serial_number, desired.user_name, device.enable_date)
            for device in account.virtual_of(desired.user_name)
        )
        outcome.serial_number = self._serial(desired, Current())
        reading = Current(devices=devices, target=account.virtual.get(outcome.serial_number))
        outcome.progress.seen_at = account.read_at
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

    # Changing -------------------------------------------------------------------------------------------------------

    def _converge(self, outcome: Outcome, current: Current) -> None:
        """Plan and apply, as often as what was read turns out stale, within the time that IAM takes to settle."""
        progress = outcome.progress
        outcome.before = current
        settling = Deadline(2 * SETTLE_SECONDS, lambda: progress.waited, attempts=_REREADS)
        while True:
            try:
                self._take_steps(outcome, current)
                return
            except StaleView as stale:
                found_at = time.monotonic()
                if settling.passed():
                    raise MfaError(
                        f"{outcome.desired.user_name}: {stale.message}, and it stayed so. Look at the device in the "
                        "console, then run again."
                    ) from None
            time.sleep(0.5)
            current = self._read(outcome, functools.partial(self._shared.since, found_at))

    def _take_steps(self, outcome: Outcome, current: Current) -> None:
        desired, progress = outcome.desired, outcome.progress
        current = self._with_seed(outcome, current)
        plan = plans.plan(desired, current)
        outcome.warning = plan.warning
        if plan.problem or not plan.changed:
            self._insist_on_account(desired, plan)
        if plan.problem:
            raise MfaError(plan.problem)
        outcome.after = plans.predict(desired, current, plan, outcome.serial_number)
        if self._check_mode:
            outcome.actions = plan.kinds
            return
        self._applier.apply(desired, plan, outcome.serial_number, progress)
        if plans.status_of(desired, outcome.after) == "enabled" and desired.state == "enabled":
            self._applier.prove(desired, outcome.serial_number or "", progress)
        outcome.actions = progress.done

    def _with_seed(self, outcome: Outcome, current: Current) -> Current:
        """Look up the seed of a device that is there already, where it is about to be used or to be made sure of."""
        desired = outcome.desired
        if not desired.stored or desired.state not in ("enabled", "present"):
            return current
        if desired.is_virtual and (current.target is None or current.target.owner is not None):
            return current
        if desired.state == "enabled" and plans.ENABLE not in plans.plan(desired, current).kinds:
            return current
        lost = self._applier.seed_is_lost(desired, outcome.serial_number or "", outcome.progress, self._check_mode)
        return dataclasses.replace(current, seed_lost=lost)

    def _insist_on_account(self, desired: Desired, plan: plans.Plan) -> None:
        """Refuse the ARN of another account, instead of saying that there is no such device, or that it is gone."""
        account_id = account_of(desired.serial_number)
        if account_id is None or not (plan.problem or desired.state in ("disabled", "absent")):
            return
        own = self._api.account()[1]
        if account_id != own:
            raise MfaError(
                f"{desired.serial_number} is a device of the account {account_id}, and the credentials are those of "
                f"the account {own}: check serial_number, and whose credentials these are."
            )

    # Waiting --------------------------------------------------------------------------------------------------------

    def _wait_for(self, outcomes: t.Sequence[Outcome]) -> None:
        """Wait until AWS lists what was changed; an outcome that it does not list in time becomes a failure.

        A failure here costs nothing that is known: what was done stays told.
        """
        pending = [o for o in outcomes if not self._check_mode and not o.error and self._awaited(o)]
        deadline = Deadline(self._wait_timeout)
        while pending:
            single = len(pending) == 1
            pending = self._not_shown(pending, single)
            if not pending:
                return
            if deadline.passed():
                for outcome in pending:
                    outcome.error = MfaError(
                        f"AWS accepted the change ({', '.join(outcome.actions)}) for {outcome.desired.user_name}, but "
                        f"does not list it after wait_timeout={self._wait_timeout:g} s. Run again to see whether it "
                        "does by then."
                    )
                return
            time.sleep(0.25 if single else 1.0)

    def _not_shown(self, pending: t.Sequence[Outcome], single: bool) -> list[Outcome]:
        """Return those whose change AWS does not list yet. What cannot be read is the error of whom it concerns."""
        account = Account(self._api)
        # Read once, or refused once, for all.
        refused = None if single else _attempt(account.read_virtual, "all users")
        shown: dict[int, bool] = {}

        def look(outcome: Outcome) -> None:
            shown[id(outcome)] = self._shown(outcome, account, single)

        for outcome in pending:
            error = refused or _attempt(functools.partial(look, outcome), outcome.desired.user_name)
            if error:
                outcome.error = _unseen(outcome, error)
        return [outcome for outcome in pending if not outcome.error and not shown[id(outcome)]]

    @staticmethod
    def _awaited(outcome: Outcome) -> bool:
        return bool(set(outcome.actions) - {plans.STORE, plans.TAG, plans.UNTAG, plans.RESYNC})

    def _shown(self, outcome: Outcome, account: Account, single: bool) -> bool:
        desired, wanted = outcome.desired, outcome.after or Current()
        if desired.state != "present" and (single or not desired.is_virtual):
            listed = self._api.devices_of(desired.user_name) or ()
            expected = {device.serial_number for device in wanted.devices}
            touched = {outcome.serial_number} if not desired.all_devices else {d.serial_number for d in listed}
            if expected & touched != {device.serial_number for device in listed} & touched:
                return False
            wanted = outcome.after = dataclasses.replace(wanted, devices=tuple(listed))
            if plans.DELETE not in outcome.actions:
                return True
        if desired.all_devices:
            before = outcome.before or Current()
            gone = {*(device.serial_number for device in before.devices), *before.left_behind}
            return not gone & set(account.virtual)
        found = account.virtual.get(outcome.serial_number or "")
        if (found is None) != (wanted.target is None):
            return False
        return found is None or wanted.target is None or found.owner == wanted.target.owner


def _with_leftovers(error: MfaError, taken_off: t.Sequence[str]) -> MfaError:
    """Add what no later run could find out: which devices were taken off and not deleted."""
    if not taken_off:
        return error
    serials = ", ".join(taken_off)
    text = f"{error.message} Attached to nobody any more, and not deleted yet: {serials}. Run again with serial_number."
    return MfaError(text, error.code, error.operation)


def _unseen(outcome: Outcome, why: MfaError) -> MfaError:
    """The error of a change that AWS accepted, where reading the lists that should show it went wrong."""
    text = (
        f"AWS accepted the change ({', '.join(outcome.actions)}) for {outcome.desired.user_name}, but whether it lists "
        f"it could not be seen: {why.message}"
    )
    return MfaError(text, why.code, why.operation)


def _attempt(work: t.Callable[[], t.Any], user_name: str) -> MfaError | None:
    """Do something for a user, and return what went wrong: it must not cost the results of the others."""
    try:
        work()
    except MfaError as error:
        return error
    except Exception as error:  # noqa: BLE001
        return unforeseen(error, user_name)
    return None
