# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a stored seed is a device's and its user's, is lost, or was replaced by another run."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices.journal import Journal
from ansible_collections.hardening.aws.plugins.module_utils._devices.seed_records import SeedRecords
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError, StaleView
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import (
    NOW,
    Api,
    Store,
    Time,
    arn,
    wanted,
)

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"


def record(user_name: str = "alice", created: str = NOW, seed: str = SEED) -> Record:
    return Record(seed, arn("alice"), user_name, "otpauth://totp/x", created, "7")


class Case:
    """A device of alice's that is attached to nobody, on an account where another run may be at work."""

    def __init__(self, clock: Time, there: Record | None = None) -> None:
        self.api, self.store, self.journal = Api(["alice"]), Store(), Journal(seen_at=clock.now)
        self.store.records = {"mfa/alice": there} if there else {}
        self.records = SeedRecords(t.cast("t.Any", self.api), t.cast("t.Any", self.store))

    def is_lost(self, state: str = "enabled", predicting: bool = False) -> bool:
        return self.records.is_lost(wanted("alice", state=state), arn("alice"), self.journal, predicting)


def test_a_seed_that_is_there_is_used(clock: Time) -> None:
    case, began = Case(clock, record()), clock.now
    assert not case.is_lost() and case.journal.record == record() and case.journal.expected == "7"
    assert clock.now == began


def test_another_run_may_be_about_to_store_it(clock: Time) -> None:
    case, began = Case(clock), clock.now
    assert case.is_lost() and case.journal.expected is None and 1 <= clock.now - began <= 2
    began = clock.now
    case = Case(clock)
    assert case.is_lost(predicting=True) and clock.now == began
    case = Case(clock)
    clock.sleep(3)  # since the list was read
    began = clock.now
    assert case.is_lost() and clock.now == began


def test_it_is_stored_during_the_wait(clock: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(clock)

    def sleep(_seconds: float) -> None:
        case.store.records["mfa/alice"] = record()

    monkeypatch.setattr(clock, "sleep", sleep)
    assert not case.is_lost()


@pytest.mark.parametrize("other", [record("bob"), record(created="2025-06-01T00:00:00Z")], ids=["name", "before"])
def test_a_seed_of_somebody_else_is_lost_and_is_what_a_write_replaces(clock: Time, other: Record) -> None:
    """The user was created on 1 January 2026; a record from before is that of an earlier user of this name."""
    case = Case(clock, other)
    assert case.is_lost() and case.journal.record is None and case.journal.expected == "7"


def test_a_user_who_is_gone(clock: Time) -> None:
    case = Case(clock, record())
    case.api.names = []
    with pytest.raises(StaleView, match="the user alice cannot be found"):
        case.is_lost()


@pytest.mark.parametrize(("state", "lost"), [("enabled", True), ("present", False)])
def test_a_store_that_may_only_be_written(clock: Time, state: str, lost: bool) -> None:
    case = Case(clock, record())
    case.store.readable = False
    assert case.is_lost(state) is lost and case.journal.record is None


def test_a_record_that_another_run_replaced(clock: Time) -> None:
    case = Case(clock, record())
    case.journal.record = record()
    case.records.insist_on(wanted("alice"), arn("alice"), case.journal)
    case.store.records["mfa/alice"] = record(seed="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    with pytest.raises(StaleView, match="another run enrols alice"):
        case.records.insist_on(wanted("alice"), arn("alice"), case.journal)
    assert case.journal.record is None


def test_no_store_insists_on_nothing(clock: Time) -> None:
    journal = Journal(record=record())
    records = SeedRecords(t.cast("t.Any", Api([])), None)
    records.insist_on(wanted("alice"), arn("alice"), journal)
    assert journal.record is not None


def test_no_record_to_resynchronize_with(clock: Time) -> None:
    with pytest.raises(MfaError, match="has no seed of .*mfa/alice does not exist"):
        Case(clock).records.stored(wanted("alice"), arn("alice"))
    assert Case(clock, record()).records.stored(wanted("alice"), arn("alice")).seed == SEED
