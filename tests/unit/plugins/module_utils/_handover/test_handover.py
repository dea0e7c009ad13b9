# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A seed leaves the store only after its user has shown it, whatever happens meanwhile."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.model import Device, VirtualDevice
from ansible_collections.hardening.aws.plugins.module_utils._devices.device_tags import HANDED_OVER, handed_over_at
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, StoreConflict
from ansible_collections.hardening.aws.plugins.module_utils._handover.handover import (
    CONFIRMED,
    NONE,
    OPEN,
    Handover,
    _about_equal,
    counts,
)
from ansible_collections.hardening.aws.plugins.module_utils._handover.options import wanted_devices
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record
from ansible_collections.hardening.aws.plugins.module_utils._seeds.totp import codes_at_step

ALICE = "arn:aws:iam::123456789012:mfa/alice"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = "2026-11-26T12:00:00Z"
STEP = 1000


class Killed(BaseException):
    """The run ends here."""


class World:
    """IAM and a seed store with Alice's device. I(before_call) is told each call that writes, by its name."""

    class clock:
        fresh = True

        @staticmethod
        def step(_refresh: t.Any) -> int:
            return STEP

    title = "The secret"

    def __init__(self, **record: str) -> None:
        made = {"seed": SEED, "serial_number": ALICE, "user_name": "alice", "otpauth_uri": "", "created": "2026-11-20"}
        self.record: Record | None = Record(**{**made, **record})
        self.tags: dict[str, str] = {}
        self.enabled = "2026-11-20T00:00:10+00:00"
        self.done: list[str] = []
        self.before_call: t.Callable[[str], None] = lambda _name: None

    def _write(self, name: str) -> None:
        self.before_call(name)
        self.done.append(name)

    def seconds_waited(self) -> float:
        return 0.0

    def caller(self) -> str:
        raise AssertionError("the clock is fresh")

    def clock_text(self) -> str:
        return NOW

    def virtual_devices(self) -> dict[str, VirtualDevice]:
        root = "arn:aws:iam::123456789012:root"
        return {
            ALICE: VirtualDevice(ALICE, "alice", "2026-11-20T00:00:10Z"),
            "root": VirtualDevice("arn:aws:iam::123456789012:mfa/root", root),
            "orphan": VirtualDevice("arn:aws:iam::123456789012:mfa/orphan"),
        }

    def users(self) -> list[dict[str, t.Any]]:
        created = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
        return [{"UserName": name, "CreateDate": created} for name in ("alice", "bob")]

    def devices_of(self, name: str) -> tuple[Device, ...]:
        return (Device(ALICE, name, self.enabled),)

    def tags_of(self, _serial: str) -> dict[str, str]:
        return dict(self.tags)

    def tag(self, _serial: str, tags: dict[str, str]) -> None:
        self._write("tag")
        self.tags.update(tags)

    def untag(self, _serial: str, keys: list[str]) -> None:
        self._write("untag")
        for key in keys:
            del self.tags[key]

    def place_of(self, user_name: str, _serial: str) -> str:
        return f"mfa/{user_name}"

    def find(self, _name: str) -> Record | None:
        return self.record

    def delete(self, _name: str, record: Record) -> None:
        self._write("delete")
        if record != self.record:
            raise StoreConflict("another record")
        self.record = None

    def run(self, *codes: str, check_mode: bool = False, every: bool = False, name: str = "alice") -> dict[str, t.Any]:
        """Run the module's work, and return its only result, with its counts."""
        item = {"user_name": name, **{f"authentication_code{n}": code for n, code in enumerate(codes, start=1)}}
        params = {"devices": [] if every else [item], "all_devices": every, "concurrency": 1, "max_code_age": 600}
        params["seed_store"] = {"type": "secretsmanager", "verify": True}
        params |= {"seed_vault_file": None, "seed_file_records": None}
        wanted = wanted_devices(params["devices"], params)  # type: ignore[arg-type]
        work = Handover(self, self, check_mode, 600)  # type: ignore[arg-type]
        outcomes = work.run(None if every else wanted, 1)
        assert len(outcomes) == 1
        return {**outcomes[0].result(), **counts([outcomes[0].result()])}


def code(ago: int = 0) -> str:
    return codes_at_step(SEED, STEP - ago)[1]


def test_without_codes_it_is_told_whose_hand_over_is_open() -> None:
    world = World()
    for every in (False, True):
        result = world.run(every=every)
        assert (result["handover"], result["since"], result["changed"]) == (OPEN, "2026-11-20", False)
        assert result["open_users"] == ["alice"] and result["handovers"] == {OPEN: 1, CONFIRMED: 0, NONE: 0}
    assert world.done == []


def test_a_code_ends_it_once() -> None:
    world = World()
    predicted = world.run(code(), check_mode=True)
    assert predicted["actions"] == ["tag", "delete_seed"] and world.done == [] and world.record
    result = world.run(code())
    assert (result["handover"], result["handed_over"], result["failed"]) == (CONFIRMED, NOW, False)
    assert world.done == ["tag", "delete"] and world.record is None and world.tags == {HANDED_OVER: NOW}
    again = world.run(code(5))
    assert not again["changed"] and (again["handover"], again["handed_over"]) == (CONFIRMED, NOW)


@pytest.mark.parametrize("killed_at", ["tag", "delete"])
@pytest.mark.parametrize("every", [False, True])
def test_killed_at_any_call(killed_at: str, every: bool) -> None:
    world = World()

    def kill(name: str) -> None:
        if name == killed_at:
            raise Killed

    world.before_call = kill
    with pytest.raises(Killed):
        world.run(code())
    world.before_call = lambda _name: None
    tagged = killed_at == "delete"
    result = world.run(every=every)  # no code is needed for what was shown already
    assert result["handover"] == (CONFIRMED if tagged else OPEN)
    assert result["actions"] == (["delete_seed"] if tagged else [])
    assert (world.record is None) == tagged


def test_a_wrong_code_keeps_the_seed() -> None:
    world = World()
    for codes in (["000000"], [code(20)], [code(3)], [code(1), code(2)], [code(30), code(29)]):
        result = world.run(*codes)
        assert result["failed"] and result["handover"] == OPEN and result["actions"] == []
        assert "was kept" in result["msg"] and not any(given in result["msg"] for given in codes)
    assert world.done == [] and world.record


def test_two_codes_in_a_row_may_be_older() -> None:
    assert World().run(code(15), code(14))["handover"] == CONFIRMED


def test_a_device_that_was_attached_anew_is_left_alone() -> None:
    world = World()
    world.enabled = "2026-11-26T11:59:00Z"
    result = world.run(code())
    assert result["failed"] and "attached anew" in result["msg"] and world.done == []


def test_a_device_that_is_recreated_meanwhile_does_not_count_as_handed_over() -> None:
    world = World()
    newer = Record("NEWSEEDNEWSEEDNE", ALICE, "alice", "", "2026-11-26")

    def recreate(name: str) -> None:
        if name == "delete":
            world.record = newer

    world.before_call = recreate
    result = world.run(code())
    assert result["failed"] and result["handover"] == OPEN and "changed by another run" in result["msg"]
    assert world.record == newer and world.tags == {}


def test_a_refused_deletion_is_finished_by_the_next_run() -> None:
    world = World()

    def refuse(name: str) -> None:
        if name == "delete":
            raise AwsRefused("Grant it.", "AccessDenied", "secretsmanager:DeleteSecret", "denied")

    world.before_call = refuse
    result = world.run(code())
    assert result["failed"] and result["actions"] == ["tag"] and result["handover"] == OPEN
    assert result["error"] == {"code": "AccessDenied", "operation": "secretsmanager:DeleteSecret"}
    world.before_call = lambda _name: None
    assert world.run()["actions"] == ["delete_seed"]


@pytest.mark.parametrize(
    "record", [{"user_name": "bob"}, {"created": "2026-10-01"}, {"created": ""}], ids=["other", "earlier", "undated"]
)
def test_the_record_of_somebody_else_is_neither_used_nor_deleted(record: dict[str, str]) -> None:
    world = World(**record)
    result = world.run(code())
    assert result["failed"] and "left unchanged" in result["msg"] and result["handover"] is None
    assert world.done == []


def test_the_record_of_another_device_is_no_record() -> None:
    world = World(serial_number="arn:aws:iam::123456789012:mfa/alice-old")
    assert world.run(every=True)["handover"] == NONE
    result = world.run(code())
    assert result["failed"] and "has no seed of" in result["msg"] and world.done == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("Alice", "there is alice"), ("nobody", "There is no user nobody"), ("bob", "who has no virtual device")],
)
def test_names(name: str, text: str) -> None:
    result = World().run(code(), name=name)
    assert result["failed"] and text in result["msg"]


@pytest.mark.parametrize(
    ("tag", "enabled", "created", "valid"),
    [
        (NOW, "2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z", True),
        (NOW, "2026-11-26T12:00:02Z", None, True),  # told by two of AWS's servers
        (NOW, "2026-11-26T13:00:00Z", None, False),  # attached again, maybe to somebody else
        (NOW, "2026-11-20T00:00:00Z", "2026-11-26T13:00:00Z", False),
        ("yes", None, None, False),
        (None, None, None, False),
    ],
)
def test_when_a_tag_counts(tag: str | None, enabled: str | None, created: str | None, valid: bool) -> None:
    record = Record(SEED, ALICE, "alice", "", created) if created else None
    assert handed_over_at(tag, enabled, record.created if record else None) == (tag if valid else None)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:03+00:00", True),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:04Z", False),
        (None, None, True),
        ("soon", "soon", True),
        ("2026-03-01T10:00:00Z", None, False),
    ],
)
def test_moments_that_are_about_equal(one: str | None, other: str | None, equal: bool) -> None:
    assert _about_equal(one, other) is equal
