# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans and applies one input, again if what was read turns out stale.

This module is private to hardening.aws.
"""

from __future__ import annotations

import dataclasses
import functools
import time

from .._aws.deadline import Deadline
from .._aws.iam import MfaApi
from .._aws.model import VirtualDevice, account_of, device_type
from .._errors import MfaError, StaleView
from . import plan as plans
from .account_lists import SharedLists
from .apply import Applier
from .attach import SETTLE_SECONDS
from .outcome import Outcome
from .plan import Current, Desired
from .read import Reader

# How often what turned out stale is read again in any case, however long the attempts take.
_REREADS = 3


class Converger:
    """Brings one input at a time from what was read to its desired state. Safe to use from several threads."""

    def __init__(self, api: MfaApi, reader: Reader, applier: Applier, check_mode: bool) -> None:
        self._api = api
        self._reader = reader
        self._applier = applier
        self._shared = SharedLists(api)
        self._check_mode = check_mode

    def converge(self, outcome: Outcome, current: Current) -> None:
        """Plan and apply, as often as what was read turns out stale, within the time that IAM takes to settle."""
        journal = outcome.journal
        outcome.before = current
        settling = Deadline(2 * SETTLE_SECONDS, lambda: journal.waited, attempts=_REREADS)
        while True:
            try:
                self._take_steps(outcome, current)
                return
            except StaleView as stale:
                found_at = time.monotonic()
                if settling.passed():
                    raise MfaError(
                        f"{outcome.desired.user_name}: {stale.message}, and this did not change while the run "
                        "waited. Check the device in the console, then run again."
                    ) from None
            time.sleep(0.5)
            current = self._reader.one(outcome, functools.partial(self._shared.since, found_at))

    def _take_steps(self, outcome: Outcome, current: Current) -> None:
        desired, journal = outcome.desired, outcome.journal
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
        self._applier.apply(desired, plan, outcome.serial_number, journal)
        if plans.status_of(desired, outcome.after) == "enabled" and desired.state == "enabled":
            self._applier.prove(desired, outcome.serial_number or "", journal)
        outcome.actions = journal.done

    def _with_seed(self, outcome: Outcome, current: Current) -> Current:
        """Look up the seed of a device that exists already, if the plan depends on it."""
        desired = outcome.desired
        if desired.retires_seed:
            return self._with_kept_seeds(outcome, current)
        if not desired.stored or desired.state not in ("enabled", "present"):
            return current
        enabling = plans.ENABLE in plans.plan(desired, current).kinds
        if desired.is_virtual and (current.target is None or current.target.owner is not None):
            if enabling and current.target is not None:
                # Between the two reads it was attached or detached; or one of them does not know that yet.
                raise StaleView(f"AWS's lists do not agree on whether {outcome.serial_number} is attached")
            return current
        if desired.state == "enabled" and not enabling:
            return current
        lost = self._applier.records.is_lost(desired, outcome.serial_number or "", outcome.journal, self._check_mode)
        return dataclasses.replace(current, seed_lost=lost)

    def _with_kept_seeds(self, outcome: Outcome, current: Current) -> Current:
        """Look up which devices to be deleted, or deleted by a run that was killed, have seeds that are stored."""
        desired = outcome.desired
        plan = plans.plan(desired, current)
        if plan.problem:
            return current
        gone = [action.serial_number for action in plan.actions if action.kind == plans.DELETE]
        named = outcome.serial_number or self._api.virtual_arn(desired.device_path, desired.user_name)
        kept, in_use = {}, None
        for serial in dict.fromkeys([*(serial for serial in gone if serial), named]):
            if device_type(serial) != "virtual":
                continue
            record = self._applier.records.retirable(desired.user_name, serial)
            if record is None:
                continue
            in_use = None if serial in gone else self._found_since(desired, serial)
            if in_use is None:
                kept[serial] = record
        outcome.journal.retirable = kept
        return dataclasses.replace(current, kept_seeds=tuple(kept), seed_in_use=in_use)

    def _found_since(self, desired: Desired, serial: str) -> VirtualDevice | None:
        """Return a device that was not there before, if it is somebody else's.

        :raises StaleView: It is this user's: another run has enrolled the user since the lists were read, or is about
            to.
        """
        if self._applier.is_attached(desired, serial):
            raise StaleView(f"{serial} was attached to {desired.user_name} in the meantime")
        device = self._shared.since(time.monotonic()).virtual.get(serial)
        if device is not None and device.owner is None:
            raise StaleView(f"{serial} was created for {desired.user_name} in the meantime")
        return device

    def _insist_on_account(self, desired: Desired, plan: plans.Plan) -> None:
        """Refuse the ARN of another account, rather than say that there is no such device, or that it is gone."""
        account_id = account_of(desired.serial_number)
        if account_id is None or not (plan.problem or desired.state in ("disabled", "absent")):
            return
        own = self._api.account_id()
        if account_id != own:
            raise MfaError(
                f"{desired.serial_number} belongs to the account {account_id}, but the credentials are those of the "
                f"account {own}. Check serial_number and the credentials."
            )
