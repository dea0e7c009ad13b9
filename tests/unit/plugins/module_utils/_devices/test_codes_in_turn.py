# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Codes given in turn: none twice, none too late, and none of somebody else's seed."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices import codes_in_turn
from ansible_collections.hardening.aws.plugins.module_utils._devices.codes_in_turn import (
    CodesInTurn,
    CodesTaken,
    codes_of,
    stored_record,
)
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput, MfaError
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record
from ansible_collections.hardening.aws.plugins.module_utils._seeds.totp import codes_at_step
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import Time, arn, refused

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
STEP = 60_000_000  # that AWS is in when a test begins


class Clock:
    """AWS's, which goes as the tests' own does."""

    def __init__(self, time: Time) -> None:
        self.time, self.begun = time, time.now
        self.fresh = True

    def now(self) -> float:
        return STEP * 30 + self.time.now - self.begun

    def step(self, _refresh: t.Any = None) -> int:
        return int(self.now() // 30)

    def seconds_until_step(self, step: int) -> float:
        return max(0.0, step * 30 - self.now())


@pytest.fixture(name="time")
def _time(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> Time:
    fake = Time()
    monkeypatch.setattr(codes_in_turn, "time", fake)
    monkeypatch.setenv("HARDENING_AWS_STATE_DIR", str(tmp_path))
    return fake


def codes(
    clock: Clock, patience: float, refresh: t.Callable[[], t.Any] = lambda: None, **options: t.Any
) -> CodesInTurn:
    return CodesInTurn(arn("bob"), SEED, t.cast("t.Any", clock), refresh, patience, **options)


def code_at(step: int) -> str:
    return codes_at_step(SEED, step)[1]


def test_each_asker_gets_a_code_of_its_own(time: Time) -> None:
    clock = Clock(time)
    assert [codes(clock, 100).next() for _asker in range(3)] == [code_at(STEP + number) for number in range(3)]
    assert time.now - clock.begun == 60


def test_the_present_code_is_skipped_where_it_may_have_been_used(time: Time) -> None:
    clock = Clock(time)
    assert codes(clock, 40, skips_current=True).next() == code_at(STEP + 1)


def test_who_cannot_wait_so_long_is_told_how_long_it_takes(time: Time) -> None:
    clock = Clock(time)
    codes(clock, 0).next()
    codes(clock, 40).next()
    assert clock.step() == STEP + 1
    with pytest.raises(CodesTaken, match="for the next 30 seconds.* wait_timeout is 20") as told:
        codes(clock, 20).next()
    assert told.value.seconds == 30
    # Nothing was taken by the one who gave up.
    assert codes(clock, 30).next() == code_at(STEP + 2)


def test_patience_is_for_all_codes_together(time: Time) -> None:
    clock = Clock(time)
    several = codes(clock, 35)
    assert [several.next(), several.next()] == [code_at(STEP), code_at(STEP + 1)]
    with pytest.raises(CodesTaken):
        several.next()


def test_an_old_reading_of_the_clock_is_renewed_first(time: Time) -> None:
    clock, calls = Clock(time), []
    clock.fresh = False

    def refresh() -> None:
        calls.append(clock.fresh)
        clock.fresh = True

    codes(clock, 0, refresh).next()
    assert calls == [False]


def test_who_slept_past_its_turn_takes_another(time: Time) -> None:
    """A suspended machine: the code of a step that is over is refused."""
    clock = Clock(time)
    codes(clock, 0).next()
    sleep = time.sleep
    naps = iter([90.0])
    time.sleep = lambda seconds: sleep(seconds + next(naps, 0.0))  # type: ignore[method-assign]
    assert codes(clock, 200).next() == code_at(clock.step())


def record(**other: t.Any) -> Record:
    given = {"serial_number": arn("bob"), "user_name": "bob", "seed": SEED, "otpauth_uri": "", "created": ""}
    return Record(**{**given, **other})


class Store:
    """Has one record, or none."""

    title = "The secret"

    def __init__(self, kept: Record | None) -> None:
        self.kept = kept

    def name_for(self, user_name: str, device_name: str) -> str:
        return f"mfa/{user_name}/{device_name}"

    def find(self, name: str) -> Record | None:
        assert name == "mfa/bob/bob"
        return self.kept


class Api:
    """Tells when the user was created."""

    def __init__(self, answer: t.Any) -> None:
        self.answer = answer

    def user_created(self, _user_name: str) -> t.Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
NOW = datetime.datetime(2026, 11, 24, tzinfo=datetime.timezone.utc)


def found(kept: Record | None, created: t.Any = LONG_AGO) -> Record:
    return stored_record(t.cast("t.Any", Store(kept)), t.cast("t.Any", Api(created)), "bob", "bob")


def test_the_record_of_the_user() -> None:
    kept = record(created="2026-11-01T00:00:00Z")
    assert found(kept) is kept
    # IAM's names are the same whatever their case.
    assert found(record(user_name="Bob", created="2026-11-01T00:00:00Z")).user_name == "Bob"


def test_without_leave_to_ask_about_the_user_its_record_is_used() -> None:
    kept = record(created="2026-11-01T00:00:00Z")
    assert found(kept, refused("AccessDenied", "iam:GetUser")) is kept


@pytest.mark.parametrize(
    ("kept", "created", "told"),
    [
        (None, LONG_AGO, "The secret mfa/bob/bob does not exist"),
        (record(user_name="eve"), LONG_AGO, "holds the seed of eve, not of bob"),
        (record(created="2026-11-01T00:00:00Z"), NOW, "was written for an earlier user bob"),
    ],
)
def test_somebody_elses_record_is_refused(kept: Record | None, created: t.Any, told: str) -> None:
    with pytest.raises(BadInput, match=told) as error:
        found(kept, created)
    assert SEED not in error.value.message


def test_another_refusal_is_told() -> None:
    with pytest.raises(MfaError, match="Throttling"):
        found(record(created="2026-11-01T00:00:00Z"), refused("Throttling", "iam:GetUser"))


GIVEN = {"seed_store": {"type": "secretsmanager"}, "device_name": None, "wait_timeout": 0}


@pytest.mark.parametrize(
    ("store", "told"),
    [
        (None, "give a dictionary with type, one of"),
        ("secretsmanager", "give a dictionary with type, one of"),
        ({}, "give a dictionary with type, one of"),
        ({"type": "file"}, "give a dictionary with type, one of"),
        ({"type": "secretsmanager", "nmae": "x"}, "has the unknown key 'nmae'"),
        ({"type": "secretsmanager", "name": {"a": 1}}, "seed_store.name: "),
    ],
)
def test_a_store_that_is_none_is_refused_before_any_call(store: t.Any, told: str) -> None:
    given = t.cast("t.Any", type("Given", (), {"params": {**GIVEN, "seed_store": store}}))
    with pytest.raises(BadInput, match=told):
        codes_of(given, ["bob"])


@pytest.mark.parametrize(("name", "told"), [(7, "is of type int"), ("bob; rm", "user_name"), ("", "user_name")])
def test_a_name_that_is_none_is_refused_before_any_call(name: t.Any, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        codes_of(t.cast("t.Any", type("Given", (), {"params": GIVEN})), [name])
