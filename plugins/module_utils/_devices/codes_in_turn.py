# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single codes of a stored seed, each given to one asker only, at the moment when AWS takes it.

This module is private to hardening.aws. See _seeds/turns.py for whose turn it is.
"""

from __future__ import annotations

import datetime
import time
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._aws.clock import STEP_SECONDS, AwsClock
from .._aws.connection import Connection, Options
from .._aws.iam import MfaApi
from .._aws.model import device_name_of
from .._errors import AwsRefused, BadInput, MfaError
from .._seeds.base import SeedStore
from .._seeds.record import Record, moment_of, record_is_of
from .._seeds.registry import open_store
from .._seeds.totp import codes_at_step
from .._seeds.turns import Turns, TurnTooFar, state_folder
from . import options

# A device is attached at most so long after its seed was made, with time for retries.
_ENROLMENT_SECONDS = 120.0


class CodesTaken(MfaError):
    """The next code that nobody else has taken comes too late. I(seconds) is how long it would take."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class CodesInTurn:
    """The codes of one device.

    :param clock: AWS's.
    :param refresh: Makes a call, so that AWS's clock is known afresh.
    :param patience: How many seconds may be spent on waiting for codes in all.
    :param skips_current: Whether the current code may have been used where nobody took turns.
    """

    def __init__(
        self,
        serial_number: str,
        seed: str,
        clock: AwsClock,
        refresh: t.Callable[[], t.Any],
        patience: float,
        skips_current: bool = False,
    ) -> None:
        self._serial_number = serial_number
        self._seed = seed
        self._clock = clock
        self._refresh = refresh
        self._patience = patience
        self._skipped = 1 if skips_current else 0
        self._give_up_at = time.monotonic() + patience
        self._turns = Turns(serial_number, state_folder())

    def next(self) -> str:
        """Wait for the next code that nobody else gets, and return it.

        :raises CodesTaken: It comes too late.
        """
        while True:
            now = self._step()
            try:
                step = self._turns.take(now + self._skipped, max(now, self._last_in_time()))
            except TurnTooFar as far:
                raise self._too_late(far.step) from None
            time.sleep(self._clock.seconds_until_step(step))
            # A machine that slept on may have missed its turn.
            if self._step() == step:
                return codes_at_step(self._seed, step)[1]

    def _last_in_time(self) -> int:
        """Return the last step that begins before the patience is over."""
        left = max(0.0, self._give_up_at - time.monotonic())
        return int((self._clock.now() + left) // STEP_SECONDS)

    def _step(self) -> int:
        if not self._clock.fresh:
            self._refresh()
        return self._clock.step(self._refresh)

    def _too_late(self, step: int) -> CodesTaken:
        seconds = max(1, round(self._clock.seconds_until_step(step)))
        return CodesTaken(
            f"The codes of {self._serial_number} are used or given out for the next {seconds} seconds, as AWS "
            f"takes each code once and there is one every {STEP_SECONDS} seconds. wait_timeout is {self._patience:g}: "
            "ask again later, give more, or let several tasks share one session.",
            seconds,
        )


def codes_of(given: Options, user_names: t.Sequence[t.Any]) -> list[str]:
    """Return a code for each user, from the seed in the store.

    :param given: The options of the connection, with C(seed_store), C(device_name) and C(wait_timeout).
    :raises MfaError: There is none.
    """
    params = given.params
    options.require_libraries()
    seed_store = _checked_store(params["seed_store"])
    run = {"state": "resynced", "purge_tags": True, "seed_store": seed_store, "wait_timeout": params["wait_timeout"]}
    for name in user_names:
        if not isinstance(name, str):
            raise BadInput([f"the name of a user must be text, and is of type {type(name).__name__}."])
        options.only_desired({"user_name": name, "device_name": params["device_name"]}, run)
    connection = Connection(given)
    api = MfaApi(connection)
    store = open_store(seed_store, connection, api.account_id)
    codes = []
    for name in user_names:
        record = stored_record(store, api, name, params["device_name"] or name)
        wanted = params["device_name"] or device_name_of(record.serial_number)
        if wanted != device_name_of(record.serial_number):
            raise BadInput([f"device_name: what is kept is the seed of {record.serial_number}, not of {wanted}."])
        turn = CodesInTurn(
            record.serial_number,
            record.seed,
            connection.clock,
            api.caller,
            params["wait_timeout"],
            skips_current=_is_just_enrolled(record, connection.clock),
        )
        codes.append(turn.next())
    return codes


def _is_just_enrolled(record: Record, clock: AwsClock) -> bool:
    """Whether the device may have been attached within the last step, which used that step's code."""
    made = moment_of(record.created)
    return made is not None and abs(clock.now() - made.timestamp()) < _ENROLMENT_SECONDS


def _checked_store(store: t.Any) -> dict[str, t.Any]:
    """Return a seed store's options with their defaults, as a module's argument spec would.

    :raises BadInput: It is no such thing.
    """
    spec = options.run_options()["seed_store"]["options"]
    if not isinstance(store, dict) or store.get("type") not in spec["type"]["choices"]:
        raise BadInput([f"seed_store: give a dictionary with type, one of {', '.join(spec['type']['choices'])}."])
    unknown = sorted(set(store) - set(spec))
    if unknown:
        raise BadInput([f"seed_store: has the unknown key {unknown[0]!r}. Its keys are {', '.join(spec)}."])
    checked = ArgumentSpecValidator(spec).validate(store)
    if checked.error_messages:
        raise BadInput([f"seed_store: {text}." for text in checked.error_messages])
    return dict(checked.validated_parameters)


def stored_record(store: SeedStore, api: MfaApi, user_name: str, device_name: str) -> Record:
    """Return the record of a user's device.

    :param api: Tells since when there is this user, to know the record of an earlier one of the same name.
    :raises MfaError: There is none, or it is somebody else's.
    """
    name = store.name_for(user_name, device_name)
    record = store.find(name)
    if record is None:
        raise BadInput(
            [f"seed_store: {store.title} {name} does not exist. Correct seed_store.name, or the user's name."]
        )
    if record.user_name.lower() != user_name.lower():
        raise BadInput([f"seed_store: {store.title} {name} holds the seed of {record.user_name}, not of {user_name}."])
    if not record_is_of(user_name, _created(api, user_name), vars(record)):
        raise BadInput(
            [
                f"seed_store: {store.title} {name} was written for an earlier user {user_name}, before the present one "
                "was created. Enrol the present user with hardening.aws.iam_mfa_device."
            ]
        )
    return record


def _created(api: MfaApi, user_name: str) -> datetime.datetime | None:
    """Return when the user was created, or None if the caller may not know: AWS refuses the codes of a wrong seed."""
    try:
        return api.user_created(user_name)
    except AwsRefused as refusal:
        if refusal.code != "AccessDenied":
            raise
        return None
