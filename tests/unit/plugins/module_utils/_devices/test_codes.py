# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairs of codes: how old, when new ones are worth a wait, and how long."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices.codes import (
    NEW_CODES_SECONDS,
    SeedCodes,
    SuppliedCodes,
)
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import Api, Time


def seed_codes(api: Api, waits: list[float]) -> SeedCodes:
    return SeedCodes("MFRGGZDFMZTWQ2LK", t.cast("t.Any", api), lambda: None, waits.append)


def test_given_codes_are_sent_while_they_are_fresh(clock: Time) -> None:
    codes = SuppliedCodes(("123456", "789012"), clock.now)
    clock.sleep(25)
    assert codes() == ("123456", "789012") and codes.renew(60) is False
    clock.sleep(1)
    with pytest.raises(MfaError, match="were not sent"):
        codes()


def test_codes_of_a_seed_are_those_of_this_step_and_the_one_before(clock: Time) -> None:
    api = Api([])
    codes = seed_codes(api, [])
    assert codes() == ("000099", "000100")
    api.clock.at_step = 101
    assert codes() == ("000100", "000101")


def test_a_step_passed_on_the_way(clock: Time) -> None:
    """There are new codes at once. Refused again, both have to be new: that is worth one wait, and no more."""
    api, waits, began = Api([]), [], clock.now
    codes = seed_codes(api, t.cast("list[float]", waits))
    codes()
    api.clock.at_step = 101
    assert codes.renew(65) and waits == [] and clock.now == began
    codes()
    assert codes.renew(65) and waits == [60.0] and clock.now == began + 60
    assert codes.renew(65) is False


def test_no_wait_beyond_ones_patience(clock: Time) -> None:
    api, waits, began = Api([]), [], clock.now
    codes = seed_codes(api, t.cast("list[float]", waits))
    assert codes.renew(65) is False  # none was sent
    codes()
    assert codes.renew(59) is False and clock.now == began and not waits


def test_a_wait_of_just_ones_patience(clock: Time) -> None:
    api, waits = Api([]), []
    codes = seed_codes(api, t.cast("list[float]", waits))
    codes()
    assert codes.renew(60) is True and waits == [60.0]
    assert NEW_CODES_SECONDS == 65  # two steps, and a little


def test_a_call_tells_the_time_before_codes_are_made_of_it(clock: Time) -> None:
    api, asked = Api([]), []
    codes = SeedCodes("MFRGGZDFMZTWQ2LK", t.cast("t.Any", api), lambda: asked.append(1), lambda _seconds: None)
    codes()
    assert codes.renew(65) is True and not asked
    api.clock.fresh = False
    codes()
    assert len(asked) == 1
    codes = SeedCodes("MFRGGZDFMZTWQ2LK", t.cast("t.Any", api), lambda: asked.append(1), lambda _seconds: None)
    codes()
    assert codes.renew(65) is True and len(asked) == 3
