# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends hand-overs: a person shows that they have their device's seed, and only then it leaves the store.

This module is private to hardening.aws. The device is tagged before the seed is deleted. If the run is killed between
the two, the next one finds both the tag and the seed, and deletes it.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._access import bulk
from .._aws.iam import MfaApi
from .._devices.account_lists import AccountLists
from .._devices.device_tags import HANDED_OVER, handed_over_at
from .._devices.holders import Holder, Holders, Records, record_of
from .._errors import MfaError, StoreConflict
from .._progress import Progress
from .._seeds.record import TOLERANCE_SECONDS, Record, moment_of
from .options import Wanted
from .proof import problem_with

OPEN, CONFIRMED, NONE = "open", "confirmed", "none"
TAG, DELETE_SEED = "tag", "delete_seed"


@dataclasses.dataclass(frozen=True)
class Task:
    """One device, and the codes that were told of it. Without a holder its outcome has failed already."""

    outcome: bulk.Outcome
    holder: Holder | None
    codes: tuple[str, ...] = dataclasses.field(default=(), repr=False)


class Handover:
    """Hand-overs in one account.

    :param max_code_age: How many seconds ago two codes may have been shown.
    """

    def __init__(self, api: MfaApi, store: Records, check_mode: bool, max_code_age: int) -> None:
        self._api = api
        self._store = store
        self._check_mode = check_mode
        self._max_code_age = max_code_age
        self._step = 0

    def run(self, wanted: t.Sequence[Wanted] | None, concurrency: int) -> list[bulk.Outcome]:
        """Return the outcome of each device.

        :param wanted: None for every virtual device that is attached to a user. Their hand-overs are looked at, and
            those are ended that an interrupted run has left.
        """
        holders = Holders(AccountLists(self._api))
        if wanted is None:
            tasks = [Task(_outcome(holder.user_name, holder), holder) for holder in holders.everybody()]
        else:
            tasks = [_task(item, holders) for item in wanted]
        if any(task.codes for task in tasks):
            # Codes are judged by the moment at which the run began, not by each one's turn.
            if not self._api.clock.fresh:
                self._api.caller()
            self._step = self._api.clock.step(self._api.caller)
        outcomes = [task.outcome for task in tasks]
        progress = Progress("checked", len(outcomes), self._api.seconds_waited)
        by_outcome = {id(task.outcome): task for task in tasks}

        def work(outcome: bulk.Outcome) -> None:
            task = by_outcome[id(outcome)]
            if task.holder is not None:
                self._one(outcome, task.holder, task.codes)

        bulk.for_each(work, outcomes, concurrency, bulk.counted_by(progress))
        return outcomes

    def _one(self, outcome: bulk.Outcome, holder: Holder, codes: tuple[str, ...]) -> None:
        record = record_of(self._store, holder)
        tag = self._api.tags_of(holder.serial_number).get(HANDED_OVER)
        moment = handed_over_at(tag, holder.enable_date, record.created if record else None)
        if record is None:
            outcome.details.update(handover=CONFIRMED if moment else NONE, handed_over=moment)
            if codes and not moment:
                raise MfaError(
                    f"The seed store has no seed of {holder.serial_number}, so the codes cannot be compared with it. "
                    "Correct seed_store.name if it is kept under another name. If somebody else created the device, "
                    "there is nothing to hand over."
                )
            return
        outcome.details.update(handover=OPEN, since=record.created)
        if moment is None and not codes:
            return
        if moment is None:
            problem = problem_with(codes, record.seed, self._step, self._max_code_age)
            if problem:
                raise MfaError(f"{problem}. The seed of {holder.serial_number} was kept.")
        self._end(outcome, holder, record, moment)

    def _end(self, outcome: bulk.Outcome, holder: Holder, record: Record, moment: str | None) -> None:
        """Tag the device, unless it is, and delete its seed."""
        planned = [DELETE_SEED] if moment else [TAG, DELETE_SEED]
        outcome.before = [f"{holder.serial_number}: hand-over open"]
        outcome.after = [f"{holder.serial_number}: hand-over confirmed, seed not kept"]
        if self._check_mode:
            outcome.actions = planned
        else:
            if moment is None:
                self._insist_on(holder)
                moment = self._api.clock_text()
                self._api.tag(holder.serial_number, {HANDED_OVER: moment})
                outcome.actions.append(TAG)
            self._delete(outcome, holder, record)
            outcome.actions.append(DELETE_SEED)
        outcome.details.update(handover=CONFIRMED, handed_over=moment, since=None)

    def _insist_on(self, holder: Holder) -> None:
        """Give up if the device is no longer the one that the lists showed: another run may just have recreated it."""
        devices = self._api.devices_of(holder.user_name) or ()
        now = next((device for device in devices if device.serial_number == holder.serial_number), None)
        if now is None or not _about_equal(now.enable_date, holder.enable_date):
            raise MfaError(
                f"{holder.serial_number} was detached or attached anew while this ran. Its seed was kept. Run again, "
                "with fresh codes."
            )

    def _delete(self, outcome: bulk.Outcome, holder: Holder, record: Record) -> None:
        name = self._store.place_of(holder.user_name, holder.serial_number)
        try:
            self._store.delete(name, record)
        except StoreConflict:
            # The device was recreated, and the tag is on the new one, whose seed nobody has shown to have.
            self._api.untag(holder.serial_number, [HANDED_OVER])
            outcome.actions.clear()
            raise MfaError(
                f"{self._store.title} {name} was changed by another run. It was kept, and {holder.serial_number} does "
                "not count as handed over. Run again, with fresh codes."
            ) from None


def _about_equal(one: str | None, other: str | None) -> bool:
    first, second = moment_of(one), moment_of(other)
    if first is None or second is None:
        return one == other
    return abs((first - second).total_seconds()) <= TOLERANCE_SECONDS


def _task(item: Wanted, holders: Holders) -> Task:
    target = item.target
    found: list[Holder] = []
    outcome = bulk.Outcome(target.label, {"user_name": target.user_name, "serial_number": target.serial_number})
    outcome.details = dict(_UNKNOWN)
    outcome.attempt(functools.partial(_find, found, target, holders))
    return Task(_outcome(target.label, found[0]), found[0], item.codes) if found else Task(outcome, None)


def _find(found: list[Holder], target: t.Any, holders: Holders) -> None:
    theirs = holders.of(target.user_name)
    found += [holder for holder in theirs if target.is_target(holder.serial_number)]
    if not found:
        name = target.serial_number or f"named {target.device_name}"
        has = f"has {', '.join(holder.serial_number for holder in theirs)}" if theirs else "has no virtual device"
        raise MfaError(f"No device {name} is attached to {target.user_name}, who {has}. Correct device_name.")


_UNKNOWN = {"handover": None, "since": None, "handed_over": None}


def _outcome(label: str, holder: Holder) -> bulk.Outcome:
    identity = {"user_name": holder.user_name, "serial_number": holder.serial_number}
    return bulk.Outcome(label, identity, details=dict(_UNKNOWN))


def counts(results: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """Return how many hand-overs are open, confirmed and none, and whose are open.

    :param results: Those of the module.
    """
    states = [result["handover"] for result in results]
    return {
        "handovers": {state: states.count(state) for state in (OPEN, CONFIRMED, NONE)},
        "open_users": sorted({result["user_name"] for result in results if result["handover"] == OPEN}),
    }
