# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings inputs to their desired state: reads what is there, plans, applies, and waits until AWS shows it.

This module is private to hardening.aws. The singular module hands in a list of one, which is read with a call for its
user; a longer list is read from the account's lists. Everything after the reading is the same.
"""

from __future__ import annotations

import typing as t

from .._aws.iam import MfaApi
from .._errors import MfaError
from .._failure_streak import FailureStreak
from .._progress import Progress
from .._seeds.base import SeedStore
from .._threads import Seats, for_each
from .account_lists import AccountLists
from .apply import Applier
from .converge import Converger
from .outcome import Outcome, attempt
from .plan import Current, Desired
from .read import Reader
from .wait import Waiter

# What is said to have been done to users, by the state that was asked for.
_PAST_TENSE = {
    "enabled": "enrolled",
    "present": "created",
    "disabled": "disabled",
    "absent": "removed",
    "resynced": "resynchronized",
}


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
        self._reader = Reader(api, store)
        self._converger = Converger(api, self._reader, Applier(api, store), check_mode)
        self._waiter = Waiter(api, wait_timeout, concurrency) if wait and not check_mode else None
        self._check_mode = check_mode
        self._store = store
        self._concurrency = concurrency
        self._stop_after_failures = stop_after_failures

    def one(self, desired: Desired) -> Outcome:
        """Bring one input to its desired state."""
        outcome = Outcome(desired)
        self._bring(outcome, None, AccountLists(self._api), shallow=not self._check_mode)
        if self._waiter:
            self._waiter.until_listed([outcome])
        return outcome

    def many(self, inputs: t.Sequence[Desired], account: AccountLists | None = None) -> list[Outcome]:
        """Bring all inputs to their desired states. One that fails stops no other, unless too many fail alike.

        :param account: The account's lists, if they were read a moment ago. What is stale in them is found out.
        :raises MfaError: The account's lists could not be read, so nothing was decided or changed.
        """
        outcomes = [Outcome(desired) for desired in inputs]
        account = account or AccountLists(self._api)
        readings: list[Current | None] = []
        refused = attempt(lambda: readings.extend(self._reader.all(outcomes, account)), "all users")
        if refused:
            raise refused
        streak = FailureStreak(self._stop_after_failures)
        progress = Progress(_PAST_TENSE[inputs[0].state] if inputs else "", len(inputs), self._api.seconds_waited)

        def work(pair: tuple[Outcome, Current | None]) -> None:
            outcome, reading = pair
            if streak.reached:
                outcome.error = streak.not_tried(outcome.desired.user_name)
            else:
                self._bring(outcome, reading, account)
                _note(streak, outcome)
            # As the summary counts them: what failed half way has failed.
            progress.done(outcome.changed and not outcome.failed, outcome.failed)

        for_each(work, list(zip(outcomes, readings, strict=True)), self._concurrency, self._seats())
        if self._waiter:
            self._waiter.until_listed(outcomes)
        return outcomes

    def _seats(self) -> Seats | None:
        """Return seats if inputs wait for their seeds to be read back with others'."""
        if self._store is None or not self._store.readable or self._concurrency == 1:
            return None
        seats = Seats(self._concurrency)
        self._store.read_together(seats.away)
        return seats

    def _bring(self, outcome: Outcome, reading: Current | None, lists: AccountLists, shallow: bool = False) -> None:
        """Bring one input to its desired state, and keep what goes wrong as its error.

        :param reading: What it depends on, if that is known from the lists.
        """

        def work() -> None:
            self._converger.converge(outcome, reading or self._reader.one(outcome, lambda: lists, shallow))

        error = attempt(work, outcome.desired.user_name)
        if error:
            outcome.error = _with_leftovers(error, outcome.journal.taken_off)
            outcome.actions = outcome.journal.done


def _note(streak: FailureStreak, outcome: Outcome) -> None:
    """Tell the streak of an outcome. One for whom there was nothing to do says nothing of the others."""
    name, error = outcome.desired.user_name, outcome.error
    if error:
        streak.note(name, error.message, error.code, error.operation)
    elif outcome.changed:
        streak.note(name, "")


def _with_leftovers(error: MfaError, taken_off: t.Sequence[str]) -> MfaError:
    """Add what no later run could find out: which devices were taken off and not deleted."""
    if not taken_off:
        return error
    serials = ", ".join(taken_off)
    text = f"{error.message} Detached, but not deleted yet: {serials}. Run again with serial_number."
    return MfaError(text, error.code, error.operation)
