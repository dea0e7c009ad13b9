# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrolment with seeds on the controller, on an account in memory and a real file that a toy cipher encrypts."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import batches, enrolment
from ansible_collections.hardening.aws.plugins.plugin_utils._vaulted_seeds import SeedFile, VaultedSeedsError, clean
from ansible_collections.hardening.aws.tests.unit.plugins.plugin_utils._iam_user_hardening.in_memory import (
    NOW,
    PREFIX,
    Account,
    planned,
)


class Cipher:
    def encrypt(self, text: str) -> bytes:
        return bytes(byte ^ 0x55 for byte in text.encode())

    def decrypt(self, content: bytes) -> str:
        return bytes(byte ^ 0x55 for byte in content).decode()


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def file(tmp_path: pathlib.Path, account: Account) -> SeedFile:
    account.file = SeedFile(str(tmp_path / "seeds.yml"), Cipher())
    return account.file


def enrolled(account: Account, file: SeedFile, plan: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    shown: list[int] = []
    results = enrolment.Enrolment(plan, account).with_file(file, lambda so_far: shown.append(len(so_far)))
    assert len(shown) == len(plan["batches"]) and shown[-1] == len(results) == len(plan["devices"])
    assert [item["user_name"] for item in results] == [device["user_name"] for device in plan["devices"]]
    assert "SEED" not in str(results)
    return results


def kept(name: str, seed: str, created: str = NOW) -> dict[str, t.Any]:
    return clean({"serial_number": PREFIX + name, "user_name": name, "seed": seed, "created": created}, NOW)


def test_batch_by_batch(account: Account, file: SeedFile) -> None:
    results = enrolled(account, file, planned("alice", "bob", "carol"))
    assert account.calls == [("present", 2), ("enabled", 2), ("present", 1), ("enabled", 1)]
    assert account.attached() == ["alice", "bob", "carol"] and not any(item["failed"] for item in results)
    assert {serial: record["seed"] for serial, record in file.read().items()} == {
        serial: device["seed"] for serial, device in account.devices.items()
    }


def test_what_an_interrupted_run_left(account: Account, file: SeedFile) -> None:
    """alice's seed is kept; bob's is not; carol's is that of an earlier carol; dave's is not that of the device."""
    names = ("alice", "bob", "carol", "dave")
    account.devices = {PREFIX + name: {"seed": f"OLD-{name}", "user_name": None} for name in names}
    old = "2024-01-01T00:00:00Z"
    file.add([kept("alice", "OLD-alice"), kept("carol", "OLD-carol", old), kept("dave", "OTHER")])
    results = enrolled(account, file, planned(*names, size=4, unassigned=names))
    assert not any(item["failed"] for item in results) and account.attached() == sorted(names)
    steps = [("absent", 2), ("present", 4), ("enabled", 4), ("absent", 1), ("present", 1), ("enabled", 1)]
    assert account.calls == steps
    assert account.devices[PREFIX + "alice"]["seed"] == "OLD-alice"
    superseded = file.read()[PREFIX + "dave"]["superseded"]
    assert [record["seed"] for record in superseded] == ["OTHER"]


def test_one_batch_that_breaks_stops_no_other(account: Account, file: SeedFile) -> None:
    class Breaking(Account):
        def __call__(self, options: dict[str, t.Any], batch_number: int) -> dict[str, t.Any]:
            self.break_at = "enabled" if len(self.calls) == 1 else None
            return super().__call__(options, batch_number)

    breaking = Breaking()
    results = enrolled(breaking, file, planned("alice", "bob", "carol"))
    assert [item["failed"] for item in results] == [True, True, False] and breaking.attached() == ["carol"]
    assert results[0]["msg"] == "the host is gone" and len(file.read()) == 3
    again = planned("alice", "bob", unassigned=("alice", "bob"))
    assert not any(item["failed"] for item in enrolled(breaking, file, again))
    assert breaking.attached() == ["alice", "bob", "carol"]


def test_the_file_cannot_be_written(account: Account, file: SeedFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: t.Any) -> t.Any:
        raise VaultedSeedsError("is locked")

    monkeypatch.setattr(file, "add", refuse)
    results = enrolled(account, file, planned("alice", "bob", "carol"))
    assert {item["msg"] for item in results} == {"The seed file: is locked"} and account.attached() == []


def test_an_error_that_nobody_expected_shows_no_seed(account: Account, file: SeedFile) -> None:
    def broken(options: dict[str, t.Any], batch_number: int) -> dict[str, t.Any]:
        if options["state"] == "enabled":
            raise ValueError(options["devices"][0]["seed"])
        return account(options, batch_number)

    results = enrolment.Enrolment(planned("alice"), broken).with_file(file, lambda results: None)
    assert results[0]["failed"] and "ValueError in test_enrolment.py, line" in results[0]["msg"]
    assert "SEED" not in str(results)


@pytest.mark.parametrize(("limit", "tried"), [(0, 4), (2, 1), (3, 2), (5, 4)])
def test_stopping(account: Account, file: SeedFile, limit: int, tried: int) -> None:
    account.refuse["present"] = "AccessDenied"
    names = [f"user-{number}" for number in range(8)]
    results = enrolled(account, file, planned(*names, limit=limit))
    assert all(item["failed"] for item in results) and len(account.calls) == (tried if limit != 5 else 3)
    untried = [item for item in results if "was not tried" in item["msg"]]
    assert len(untried) == 8 - 2 * len(account.calls)


def test_around_the_users_own_tasks(account: Account) -> None:
    plan = planned("alice", "bob", unassigned=("alice",))
    account.devices[PREFIX + "alice"] = {"seed": "UNKNOWN", "user_name": None}
    work = enrolment.Enrolment(plan, account)
    batch = batches.batch_of(plan, 0)
    made, new = work.create(batch)
    assert account.attached() == [] and "SEED" not in str(made)
    assert [(item["user_name"], item["seed"]) for item in new] == [("alice", "SEED1"), ("bob", "SEED2")]
    results = work.enable(batch, made, new)
    assert account.attached() == ["alice", "bob"] and "SEED" not in str(results)


def test_no_results(account: Account) -> None:
    plan = planned("alice")
    work = enrolment.Enrolment(plan, lambda options, number: {"failed": True, "msg": "no credentials"})
    with pytest.raises(enrolment.EnrolmentError, match="no credentials"):
        work.create(batches.batch_of(plan, 0))
