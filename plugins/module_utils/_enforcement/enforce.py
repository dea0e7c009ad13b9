# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enforces MFA in one account: decides, writes the policy, attaches it, and puts users into its group.

This module is private to hardening.aws. One process does it all, so it decides by what it saw a moment ago.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .._access.attachment_apply import Attacher, PolicyApi
from .._access.bulk import Outcome
from .._aws.connection import Connection
from .._errors import MfaError
from .._patterns import TooSlow, slow_problem
from . import decision
from .account import Enforced, read
from .group_members import GroupApi, put_into_group
from .managed_policy import Policy, PolicyKeeper
from .policy_look import for_partition
from .refusals import policy_refusals, unknown_refusals
from .words import PREFIX

Document = dict[str, t.Any]


@dataclasses.dataclass
class Done:
    """What was done so far, or in check mode would be.

    :param decided: That of M(decision.due).
    :param policy: What is there now; None if there is none.
    :param before: What the policy said.
    """

    decided: dict[str, t.Any] | None = None
    policy: Policy | None = None
    policy_changed: bool = False
    before: Document | None = None
    document: Document | None = None
    attached: list[Outcome] = dataclasses.field(default_factory=list)
    members: list[Outcome] = dataclasses.field(default_factory=list)

    @property
    def outcomes(self) -> list[Outcome]:
        """Those of all users and groups."""
        return [*self.attached, *self.members]

    @property
    def changed(self) -> bool:
        """Whether anything was changed."""
        return self.policy_changed or any(outcome.changed for outcome in self.outcomes)


class Enforcer:
    """Enforces MFA in one account.

    :param concurrency: How many users are worked on at once.
    """

    def __init__(
        self, connection: Connection, wanted: decision.Wanted, enforced: Enforced, concurrency: int, check_mode: bool
    ) -> None:
        self._connection = connection
        self._wanted = wanted
        self._enforced = enforced
        self._concurrency = concurrency
        self._check_mode = check_mode
        self.done = Done()
        """What was done, also if M(run) failed."""

    def run(self) -> None:
        """Do it all. What fails for a user or a group is in the outcomes, and stops no other.

        :raises MfaError: What has to be known could not be read, or the policy could not be written.
        """
        info = self._look()
        decided = self._decide(info)
        self.done.decided = decided
        if decided["write"]:
            self._write(info["account"]["partition"])
        if decided["users"] or decided["groups"]:
            self._attach(decided)
        if decided["members"]:
            group = GroupApi(self._connection, self._wanted.settings["enforce_group"])
            self.done.members = put_into_group(group, decided["members"], self._concurrency, self._check_mode)

    def _look(self) -> dict[str, t.Any]:
        """Return what is known of the account at this moment, or refuse to enforce anything."""
        info, self.done.policy = read(self._connection, self._concurrency, True, self._enforced)
        reasons = policy_refusals(info["policy"], self._wanted.settings) or unknown_refusals(info)
        if reasons:
            raise MfaError("\n- ".join(["The policy was left as it is.", *reasons]))
        return info

    def _decide(self, info: dict[str, t.Any]) -> dict[str, t.Any]:
        try:
            return decision.due(info, self._wanted)
        except TooSlow as slow:
            pattern = self._wanted.settings["exclude_patterns"][slow.number]
            raise MfaError(
                f"The policy was left as it is. {PREFIX}_exclude_patterns: {slow_problem(pattern)}"
            ) from None

    def _write(self, partition: str) -> None:
        """Make the policy, or change what it says."""
        done = self.done
        done.document = for_partition(self._enforced.document, partition)
        done.before = done.policy.document if done.policy else None
        if self._check_mode:
            done.policy_changed = True
            return
        keeper = PolicyKeeper(self._connection, self._enforced.policy_name)
        done.policy, done.policy_changed = keeper.keep(done.document, done.policy)

    def _attach(self, decided: dict[str, t.Any]) -> None:
        # In check mode there may be no policy yet that could be looked at.
        if self.done.policy is None:
            return
        wanted = {
            "users": decided["users"] or None,
            "groups": decided["groups"] or None,
            "state": "present",
            "purge": False,
            "concurrency": self._concurrency,
        }
        api = PolicyApi(self._connection, self.done.policy.arn)
        self.done.attached = Attacher(api, wanted, self._check_mode).run()


def shown(document: Document | None) -> str:
    """Return a document as a diff shows it."""
    return "" if document is None else json.dumps(document, indent=2, sort_keys=True) + "\n"
