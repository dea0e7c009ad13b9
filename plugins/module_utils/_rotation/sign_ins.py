# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sign-ins with the new device of a rotation, for users whose access key a profile of the host has.

This module is private to hardening.aws. A session that AWS grants proves the device and its stored seed. It is thrown
away.
"""

from __future__ import annotations

import typing as t

from .._aws.client import Params
from .._aws.connection import Connection, with_credentials
from .._aws.iam import MfaApi, user_of_caller
from .._aws.model import device_name_of
from .._devices.codes_in_turn import CodesInTurn, stored_record
from .._devices.session import open_session
from .._errors import MfaError
from .._seeds.base import SeedStore
from .._threads import for_each

_SECONDS = {"DurationSeconds": 900}
# A device was enabled with the current code, so there is a wait for the next; and for another if that was used as well.
_PATIENCE_SECONDS = 100.0

Fact = t.Mapping[str, t.Any]


class SignIns:
    """Signs users in.

    :param params: Options of the module's own connection.
    :param profiles: By user name, the profile that has an access key of that user.
    """

    def __init__(self, params: Params, profiles: t.Mapping[str, str]) -> None:
        self._params = params
        self._profiles = profiles

    def problems(self, concurrency: int) -> list[str]:
        """Return why profiles cannot be used."""
        found: dict[str, str] = {}

        def look(user_name: str) -> None:
            try:
                caller = MfaApi(self._connection(user_name)).caller()
            except MfaError as error:
                found[user_name] = error.message
                return
            if user_of_caller(caller) != user_name:
                found[user_name] = f"the credentials of {self._profiles[user_name]} are those of {caller}."

        for_each(look, list(self._profiles), concurrency)
        return [f"rotate_profiles.{name}: {found[name]}" for name in self._profiles if name in found]

    def failures(self, facts: t.Iterable[Fact], api: MfaApi, store: SeedStore, concurrency: int) -> dict[str, str]:
        """Sign in who has a new device beside an older one, and return by user name why it failed.

        :param api: Reads users as the module's own caller does.
        """
        found: dict[str, str] = {}

        def sign_in(fact: Fact) -> None:
            try:
                self._sign_in(fact["user_name"], fact["serial_number"], api, store)
            except MfaError as error:
                found[fact["user_name"]] = error.message

        chosen = [
            fact for fact in facts if fact["user_name"] in self._profiles and fact["serial_number"] and fact["older"]
        ]
        for_each(sign_in, chosen, concurrency)
        return found

    def _sign_in(self, user_name: str, serial: str, api: MfaApi, store: SeedStore) -> None:
        record = stored_record(store, api, user_name, device_name_of(serial))
        own = self._connection(user_name)
        refresh = MfaApi(own).caller
        refresh()
        codes = CodesInTurn(serial, record.seed, own.clock, refresh, _PATIENCE_SECONDS, skips_current=True)
        open_session(own.client("sts"), codes, serial, _SECONDS)

    def _connection(self, user_name: str) -> Connection:
        return Connection(with_credentials(self._params, profile=self._profiles[user_name]))
