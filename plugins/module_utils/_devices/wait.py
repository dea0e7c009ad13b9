# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until AWS lists what was changed.

This module is private to hardening.aws. A failure here costs nothing that is known: what was done stays told.
"""

from __future__ import annotations

import dataclasses
import functools
import time
import typing as t

from .._aws.deadline import Deadline
from .._aws.iam import MfaApi
from .._errors import MfaError
from . import plan as plans
from .account_lists import AccountLists
from .outcome import Outcome, attempt
from .plan import Current


class Waiter:
    """Waits until AWS lists what was changed.

    :param timeout: How many seconds at most.
    """

    def __init__(self, api: MfaApi, timeout: float) -> None:
        self._api = api
        self._timeout = timeout

    def until_listed(self, outcomes: t.Sequence[Outcome]) -> None:
        """Wait until AWS lists what was changed; an outcome that it does not list in time becomes a failure.

        A failure here costs nothing that is known: what was done stays told.
        """
        pending = [o for o in outcomes if not o.error and self._awaited(o)]
        deadline = Deadline(self._timeout)
        while pending:
            single = len(pending) == 1
            pending = self._not_shown(pending, single)
            if not pending:
                return
            if deadline.passed():
                for outcome in pending:
                    outcome.error = MfaError(
                        f"AWS accepted the change ({', '.join(outcome.actions)}) for {outcome.desired.user_name}, but "
                        f"did not list it within wait_timeout={self._timeout:g} s. Run again to see whether it does by "
                        "then."
                    )
                return
            time.sleep(0.25 if single else 1.0)

    def _not_shown(self, pending: t.Sequence[Outcome], single: bool) -> list[Outcome]:
        """Return those whose change AWS does not list yet. What cannot be read is the error of whom it concerns."""
        account = AccountLists(self._api)
        # Read once, or refused once, for all.
        refused = None if single else attempt(account.read_virtual, "all users")
        shown: dict[int, bool] = {}

        def look(outcome: Outcome) -> None:
            shown[id(outcome)] = self._shown(outcome, account, single)

        for outcome in pending:
            error = refused or attempt(functools.partial(look, outcome), outcome.desired.user_name)
            if error:
                outcome.error = _unseen(outcome, error)
        return [outcome for outcome in pending if not outcome.error and not shown[id(outcome)]]

    @staticmethod
    def _awaited(outcome: Outcome) -> bool:
        return bool(set(outcome.actions) - {plans.STORE, plans.TAG, plans.UNTAG, plans.RESYNC})

    def _shown(self, outcome: Outcome, account: AccountLists, single: bool) -> bool:
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


def _unseen(outcome: Outcome, why: MfaError) -> MfaError:
    """The error of a change that AWS accepted, where reading the lists that should show it went wrong."""
    text = (
        f"AWS accepted the change ({', '.join(outcome.actions)}) for {outcome.desired.user_name}, but it could not "
        f"be checked whether AWS lists it: {why.message}"
    )
    return MfaError(text, why.code, why.operation)
