# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes root users' credentials away in the order that fails closed, or lets a password be recovered; many at once.

This module is private to hardening.aws. Each account is read in a session that can only read; one that can delete is
opened only where there is something to delete. MFA goes last, and stays on as long as it may protect anything.
"""

from __future__ import annotations

import copy
import functools
import typing as t

from .._access.bulk import Outcome, counted_by, for_each
from .._access.change import Change
from .._access.effect import made
from .._errors import MfaError
from .._progress import Progress
from . import plan as plans
from . import words
from .api import RootApi
from .members import ACTIVE, Member
from .options import RECOVERY
from .plan import Found
from .session import AUDIT, CREATE, DELETE, RootSessions

Work = t.Callable[["OneRoot"], None]


def for_each_root(
    sessions: RootSessions,
    members: t.Sequence[Member],
    outcomes: list[Outcome],
    check_mode: bool,
    work: Work,
    progress: Progress,
    concurrency: int,
) -> None:
    """Do the work for the root user of each account.

    :param outcomes: Those of blank(), in the same order.
    """
    by_outcome = {id(outcome): member for outcome, member in zip(outcomes, members, strict=True)}

    def do(outcome: Outcome) -> None:
        member = by_outcome[id(outcome)]
        if member.state != ACTIVE:
            raise words.not_active(member)
        work(OneRoot(sessions, member, outcome, check_mode))

    for_each(do, outcomes, concurrency, counted_by(progress))


def blank(members: t.Sequence[Member], details: dict[str, t.Any]) -> list[Outcome]:
    """Return an outcome for each account, before anything is known or done.

    :param details: Further keys of the results.
    """
    return [
        Outcome(one.label, {"account_id": one.id, "account_name": one.name}, details=copy.deepcopy(details))
        for one in members
    ]


class OneRoot:
    """The root user of one account."""

    def __init__(self, sessions: RootSessions, member: Member, outcome: Outcome, check_mode: bool) -> None:
        self._sessions = sessions
        self._member = member
        self._outcome = outcome
        self._check_mode = check_mode

    def look(self) -> None:
        """Only tell what there is."""
        api = self._api(AUDIT)
        found = api.read()
        self._outcome.details.update(found.result())
        self._outcome.details.update(api.with_last_use(found).result())

    def reach(self, state: str) -> None:
        """Bring root into a state of the module iam_root_credentials."""
        if state == RECOVERY:
            self._allow_recovery()
        else:
            self._remove()

    def _api(self, task: str) -> RootApi:
        return RootApi(self._sessions.open(self._member, task))

    # Recovery

    def _allow_recovery(self) -> None:
        if self._api(AUDIT).password_created() is not None:
            return
        api = self._api(CREATE)
        if self._check_mode or made(api.allow_recovery, lambda: api.password_created() is not None):
            self._outcome.note(plans.recovery_change(self._member.id))

    # Removal

    def _remove(self) -> None:
        found = self._api(AUDIT).read()
        credentials, devices = plans.removals(self._member.id, found)
        if self._check_mode:
            for change in (*credentials, *devices):
                self._outcome.note(change)
        elif credentials or devices:
            self._take_all(self._api(DELETE), found, credentials, devices)

    def _take_all(self, api: RootApi, found: Found, credentials: list[Change], devices: list[Change]) -> None:
        if devices and not found.password_created:
            # One may have been made since, or be too new for what was read: the MFA devices go next.
            credentials = [plans.password_change(self._member.id), *credentials]
        done = [self._outcome.attempt(functools.partial(self._take, api, change)) for change in credentials]
        if devices and not all(done):
            raise MfaError(
                f"The MFA devices of root in account {self._member.label} stay on, as not all that they protect could "
                "be taken away. Fix what is said above, and run again."
            )
        for change in devices:
            self._outcome.attempt(functools.partial(self._take, api, change))

    def _take(self, api: RootApi, change: Change) -> None:
        if made(lambda: api.take(change), lambda: not api.is_there(change)):
            self._outcome.note(change)
