# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotates the MFA devices of an account's users: attaches new ones, sees that they are proven, and removes older ones.

This module is private to hardening.aws. One process does it all, so that it decides by what it saw a moment ago. A run
that dies half-way leaves every user with a device that works, and the next run goes on from what is there.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._aws.client import Params
from .._aws.connection import Connection
from .._aws.iam import MfaApi
from .._devices.account_lists import AccountLists
from .._devices.holders import open_store_to_read
from .._devices.options import all_desired
from .._devices.outcome import Outcome
from .._devices.reconcile import Reconciler
from .._devices.results import item_result
from .._errors import MfaError
from .._seeds.registry import open_store
from . import plan
from .facts import Fact, Facts, Inputs
from .proof import Proof
from .sign_ins import SignIns

_WAIT_SECONDS = 60
# A sign-in waits for a code that was not used yet, and hardly does anything else.
_SIGN_INS_AT_ONCE = 64


@dataclasses.dataclass
class Done:
    """What was done so far, or in check mode would be.

    :param kept: Who keeps all devices, and why.
    :param stopped: Why no older device was removed, if something that has to be known could not be read.
    """

    facts: list[Fact] = dataclasses.field(default_factory=list)
    attached: list[Outcome] = dataclasses.field(default_factory=list)
    kept: list[dict[str, str]] = dataclasses.field(default_factory=list)
    retired: list[Outcome] = dataclasses.field(default_factory=list)
    stopped: str | None = None

    @property
    def attached_results(self) -> list[dict[str, t.Any]]:
        """What became of each new device."""
        return [item_result(outcome, []) for outcome in self.attached]

    @property
    def retired_results(self) -> list[dict[str, t.Any]]:
        """What became of each older device that may go."""
        return [item_result(outcome, []) for outcome in self.retired]

    def report(self, check_mode: bool) -> tuple[list[str], list[str]]:
        """Return the lines that say what was done, and a line for each reason why somebody was left out."""
        attached, retired = self.attached_results, self.retired_results
        return plan.outcome(self.facts, attached, self.kept, retired, self.stopped, check_mode)


class Rotator:
    """Rotates the devices of one account.

    :param inputs: Those of the playbook C(rotate).
    :param params: Options of the module's own connection, which those of users in C(rotate_profiles) are made from.
    :param concurrency: How many users are worked on at once.
    """

    def __init__(
        self, connection: Connection, inputs: Inputs, params: Params, concurrency: int, check_mode: bool
    ) -> None:
        self._connection = connection
        self._api = MfaApi(connection)
        self._inputs = inputs
        self._store = open_store(inputs["seed_store"], connection, self._api.account_id)
        self._sign_ins = SignIns(params, inputs["profiles"])
        self._concurrency = concurrency
        self._check_mode = check_mode

    def run(self) -> Done:
        """Do it all. What fails for a user is in the outcomes, and stops no other.

        :raises MfaError: The rotation must not begin, or the account cannot be read. Nothing was touched.
        """
        done = Done()
        account = AccountLists(self._api)
        facts = self._facts(account, prove=self._inputs["retire"])
        done.facts = facts.all(self._concurrency)
        unusable = self._sign_ins.problems(_SIGN_INS_AT_ONCE)
        reasons = plan.refusals(self._inputs, done.facts, facts.unmatched(), unusable)
        if reasons:
            raise MfaError("\n- ".join(["Nothing was touched.", *reasons]))
        done.attached = self._bring("enabled", plan.devices(done.facts), account)
        try:
            self._retire(done, account)
        except MfaError as error:
            done.stopped = error.message
        return done

    def _retire(self, done: Done, account: AccountLists) -> None:
        """Remove the older devices of those users whose new one is proven.

        :param account: The account's lists, from before new devices were attached.
        """
        if not self._inputs["retire"] and not self._inputs["profiles"]:
            return
        if any(outcome.changed for outcome in done.attached) and not self._check_mode:
            account = AccountLists(self._api)
        listed, not_signed_in = None, {}
        if not self._check_mode:
            listed = self._facts(account, prove=False).all(self._concurrency)
            if self._inputs["profiles"]:
                not_signed_in = self._signed_in(listed)
        attached = done.attached_results
        gone, done.kept = plan.retirement(self._inputs, done.facts, attached, listed, not_signed_in)
        done.retired = self._bring("absent", gone, account)

    def _signed_in(self, facts: t.Sequence[Fact]) -> dict[str, str]:
        """Sign in with the new devices, and return by user name why it failed."""
        store = open_store_to_read(self._inputs["seed_store"], self._connection, self._api)
        return self._sign_ins.failures(facts, self._api, store, _SIGN_INS_AT_ONCE)

    def _facts(self, account: AccountLists, prove: bool) -> Facts:
        proof = None
        if prove:
            proof = Proof(self._api, self._store, self._inputs["holder"], self._inputs["min_age_days"])
        return Facts(self._api, self._inputs, account, proof)

    def _bring(self, state: str, devices: t.Sequence[t.Mapping[str, t.Any]], account: AccountLists) -> list[Outcome]:
        """Bring devices to a state.

        :param account: The account's lists, read a moment ago.
        """
        if not devices:
            return []
        store = self._inputs["seed_store"]
        run = {"state": state, "seed_store": store, "purge_tags": True, "wait_timeout": _WAIT_SECONDS}
        wanted = all_desired(((device["user_name"], device) for device in devices), run)
        reconciler = Reconciler(
            self._api,
            self._store,
            check_mode=self._check_mode,
            wait_timeout=_WAIT_SECONDS,
            concurrency=self._concurrency,
        )
        return reconciler.many(wanted, account)
