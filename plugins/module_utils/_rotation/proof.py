# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What proves that a user's new device is in the hands of whoever uses it, so that older ones may go.

This module is private to hardening.aws.
"""

from __future__ import annotations

import datetime
import typing as t

from .._aws.iam import MfaApi
from .._devices.device_tags import HANDED_OVER, handed_over_at
from .._errors import MfaError
from .._seeds.base import SeedStore
from .._seeds.record import record_is_of

Fact = t.Mapping[str, t.Any]


class Proof:
    """Says why the older devices of a user may not go yet.

    :param holder: C(store) if everybody takes codes from the store; C(person) if the seed has to reach a person.
    :param min_age_days: After how many days a person is taken to have the seed without having shown it; None is never.
    """

    def __init__(self, api: MfaApi, store: SeedStore, holder: str, min_age_days: int | None) -> None:
        self._api = api
        self._store = store
        self._holder = holder
        self._min_age_days = min_age_days

    def problem(self, fact: Fact, created: datetime.datetime) -> str | None:
        """Return why nothing proves it, or None.

        :param fact: The user's C(user_name), and of the new device C(serial_number), C(attached_at) and C(age_days).
        :param created: When the user was created.
        """
        if self._holder == "store":
            return self._record_problem(fact, created)
        # The tag is read only where time and the record prove nothing.
        unproven = self._too_young(fact) or self._record_problem(fact, created)
        if unproven is None:
            return None
        try:
            tag = self._api.tags_of(fact["serial_number"]).get(HANDED_OVER)
        except MfaError as error:
            return error.message
        return None if handed_over_at(tag, fact["attached_at"]) else unproven

    def _too_young(self, fact: Fact) -> str | None:
        if self._min_age_days is None:
            return (
                "nobody has confirmed yet that the new device was handed over. Confirm it with "
                "hardening.aws.iam_mfa_handover, or set rotate_min_age_days if time is proof enough"
            )
        age = fact["age_days"]
        if age is None or age < self._min_age_days:
            days = "an unknown time" if age is None else f"{age} days"
            return f"the new device was attached {days} ago, and rotate_min_age_days is {self._min_age_days}"
        return None

    def _record_problem(self, fact: Fact, created: datetime.datetime) -> str | None:
        """Return why the store does not prove that the new device's seed is kept for this very user, or None."""
        name = self._store.place_of(fact["user_name"], fact["serial_number"])
        try:
            record = self._store.read(name, fact["serial_number"])
        except MfaError as error:
            # Among others, the secret of a device that was handed over is scheduled for deletion.
            return error.message
        if record is None:
            return f"{self._store.title} {name} does not exist, so nobody has the new device's seed"
        if not record_is_of(fact["user_name"], created, vars(record)):
            return (
                f"{self._store.title} {name} was made for {record.user_name} on {record.created}, and not for this user"
            )
        return None
