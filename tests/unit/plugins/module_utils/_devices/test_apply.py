# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a plan is carried out: in which order, what is noted, and what is left after a failure or a kill at any call."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices import plan as plans
from ansible_collections.hardening.aws.plugins.module_utils._devices.apply import Applier
from ansible_collections.hardening.aws.plugins.module_utils._devices.journal import Journal
from ansible_collections.hardening.aws.plugins.module_utils._devices.plan import Action, Desired, Plan
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError, StaleView
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices import in_memory
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import arn, refused, wanted

ALICE = arn("alice")
OTHER_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
ENROL = ("create", "store", "enable")

pytestmark = pytest.mark.usefixtures("clock")


class Killed(BaseException):
    """The process ends here."""


class Log:
    """The calls that write, in their order; and the one after which the process is killed."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.kill_at: int | None = None

    def note(self, call: str) -> None:
        self.calls.append(call)
        if self.kill_at == len(self.calls):
            raise Killed


class Api(in_memory.Api):
    """IAM. A kill comes after a call has taken effect."""

    def __init__(self, log: Log) -> None:
        super().__init__(["alice"])
        self.log = log

    def create(self, path: str, name: str, tags: t.Mapping[str, str]) -> t.Any:
        made = super().create(path, name, tags)
        self.log.note("create")
        return made

    def enable(self, user_name: str, serial: str, codes: t.Callable[[], tuple[str, str]]) -> None:
        super().enable(user_name, serial, codes)
        self.log.note("enable")

    def deactivate(self, user_name: str, serial: str) -> None:
        super().deactivate(user_name, serial)
        self.log.note("deactivate")

    def delete(self, serial: str) -> None:
        super().delete(serial)
        self.log.note("delete")


class Store(in_memory.Store):
    """A seed store that can delete as well."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self.log = log

    def write(self, name: str, record: Record, expected: str | None) -> Record:
        written = super().write(name, record, expected)
        self.log.note("write")
        return written

    def confirm(self, name: str, record: Record) -> None:
        super().confirm(name, record)
        self.log.note("confirm")

    def delete(self, name: str, record: Record) -> bool:
        self.log.note("retire")
        return self.records.pop(name, None) == record


class Account:
    """An account, a store, and an applier on them."""

    def __init__(self) -> None:
        self.log = Log()
        self.api, self.store = Api(self.log), Store(self.log)
        self.journal = Journal()

    def apply(self, *kinds: str, desired: Desired | None = None, **more: t.Any) -> list[str]:
        """Carry out these steps, as another process would, and return what was noted."""
        plan = Plan(tuple(Action(kind, **more) for kind in kinds))
        applier = Applier(t.cast(t.Any, self.api), t.cast(t.Any, self.store))
        applier.apply(desired or wanted("alice"), plan, ALICE, self.journal)
        return self.journal.done

    def attach(self) -> None:
        self.api.devices[ALICE] = "alice"


@pytest.fixture(name="account")
def _account() -> Account:
    return Account()


def test_the_order_that_loses_no_seed(account: Account) -> None:
    assert account.apply(*ENROL) == ["create", "store", "enable"]
    assert account.log.calls == ["create", "write", "enable", "confirm"]
    assert account.api.devices == {ALICE: "alice"} and account.store.records["mfa/alice"].serial_number == ALICE


def test_killed_after_each_call(account: Account) -> None:
    """Whatever is attached by then has its seed in the store; and the steps that are left bring the rest."""
    for number, call in enumerate(["create", "write", "enable", "confirm"], start=1):
        account = Account()
        account.log.kill_at = number
        with pytest.raises(Killed):
            account.apply(*ENROL)
        assert account.log.calls[-1] == call
        stored = account.store.records.get("mfa/alice")
        assert account.api.devices[ALICE] is None or stored is not None
        account.journal = Journal(record=stored)
        if call == "create":
            account.apply("recreate", "store", "enable")
        elif call == "write":
            account.apply("enable")
        assert account.api.devices == {ALICE: "alice"} and "mfa/alice" in account.store.records


@pytest.mark.parametrize(("first", "left"), [("create", []), ("recreate", ["delete"])])
def test_a_seed_without_a_place_leaves_no_device(account: Account, first: str, left: list[str]) -> None:
    """What was there before is gone, which is told."""
    if first == "recreate":
        account.api.devices[ALICE] = None
    account.store.spoil["mfa/alice"] = MfaError("the secret cannot be written")
    with pytest.raises(MfaError, match="the secret cannot be written"):
        account.apply(first, "store", "enable")
    assert account.api.devices == {} and account.journal.done == left and account.journal.created is None


def test_a_device_that_cannot_be_deleted_either_is_told(account: Account) -> None:
    account.store.spoil["mfa/alice"] = MfaError("the secret cannot be written")
    account.api.spoil["delete"] = [refused("AccessDenied")]
    with pytest.raises(MfaError, match="the secret cannot be written"):
        account.apply(*ENROL)
    assert account.api.devices == {ALICE: None} and account.journal.done == ["create"]


def test_a_stored_seed_of_an_earlier_device_is_replaced(account: Account) -> None:
    """AWS refuses codes of it: the device is made anew, and its seed written in place of that very record."""
    account.api.devices[ALICE] = None
    account.journal.record = Record(OTHER_SEED, ALICE, "alice", "", in_memory.NOW, "4")
    account.store.records["mfa/alice"] = account.journal.record
    account.api.spoil["enable"] = [refused("InvalidAuthenticationCode")] * 3
    assert account.apply("enable") == ["recreate", "store", "enable"]
    assert account.api.devices == {ALICE: "alice"}
    stored = account.store.records["mfa/alice"]
    assert (stored.seed != OTHER_SEED, stored.version) == (True, "5")


@pytest.mark.parametrize(
    "desired",
    [wanted("alice", stored=False, seed=OTHER_SEED), wanted("alice", device_name=None, serial_number=ALICE)],
    ids=["a given seed", "a device by its serial number"],
)
def test_what_may_not_be_made_anew_is_left(account: Account, desired: Desired) -> None:
    account.api.devices[ALICE] = None
    account.journal.record = None if desired.seed else Record(OTHER_SEED, ALICE, "alice", "", in_memory.NOW, "4")
    if account.journal.record:
        account.store.records["mfa/alice"] = account.journal.record
    account.api.spoil["enable"] = [refused("InvalidAuthenticationCode")] * 9
    with pytest.raises(MfaError):
        account.apply("enable", desired=desired)
    assert account.api.devices == {ALICE: None} and account.log.calls == [] and account.journal.done == []


def test_codes_of_a_seed_that_was_not_looked_up(account: Account) -> None:
    account.api.devices[ALICE] = None
    with pytest.raises(StaleView, match="has not been looked up"):
        account.apply("enable")
    assert account.api.calls["enable"] == 0


def test_given_codes_are_sent(account: Account) -> None:
    sent: list[tuple[str, str]] = []
    account.api.enable = lambda _user, _serial, codes: sent.append(codes())  # type: ignore[method-assign]
    assert account.apply("enable", desired=wanted("alice", stored=False, codes=("111111", "222222"))) == ["enable"]
    assert sent == [("111111", "222222")]


GONE = AwsRefused("gone", "NoSuchEntity", "iam:DeactivateMFADevice", "gone")
GONE_AFTER_A_LOST_REPLY = AwsRefused("gone", "NoSuchEntity", "iam:DeactivateMFADevice", "gone", unsure=True)


@pytest.mark.parametrize(
    ("answer", "attached", "done"),
    [
        (None, True, ["disable"]),
        (GONE_AFTER_A_LOST_REPLY, False, ["disable"]),
        (GONE, False, []),
        (GONE, True, StaleView),
        (refused("AccessDenied"), True, AwsRefused),
    ],
)
def test_taken_off(account: Account, answer: AwsRefused | None, attached: bool, done: t.Any) -> None:
    """What AWS says is gone was taken off by this run's own attempt, by somebody else, or is there after all."""
    if attached:
        account.attach()
    account.api.spoil["deactivate"] = [answer] if answer else []
    desired = wanted("alice", state="absent", stored=False)
    if isinstance(done, list):
        assert account.apply("disable", desired=desired) == done
        assert account.journal.taken_off == ([ALICE] if done else [])
    else:
        with pytest.raises(done):
            account.apply("disable", desired=desired)
        assert account.journal.done == [] and account.journal.taken_off == []


def test_taken_off_and_deleted(account: Account) -> None:
    """Until it is deleted it is known as taken off, as no later run could tell whose it was."""
    account.attach()
    account.api.spoil["delete"] = [refused("AccessDenied")]
    desired = wanted("alice", state="absent", stored=False)
    with pytest.raises(AwsRefused):
        account.apply("disable", "delete", desired=desired)
    assert account.journal.taken_off == [ALICE] and account.journal.done == ["disable"]
    assert account.apply("delete", desired=desired) == ["disable", "delete"] and account.journal.taken_off == []
    account.attach()
    account.apply("disable", desired=wanted("alice", state="disabled", stored=False))
    assert account.journal.taken_off == [], "what stays disabled is not to be deleted"


def test_a_device_that_somebody_else_deleted(account: Account) -> None:
    assert account.apply("delete", desired=wanted("alice", state="absent", stored=False)) == []


def test_resynchronized_from_the_store_or_with_what_is_given(account: Account) -> None:
    account.attach()
    with pytest.raises(MfaError, match="The seed store has no seed of"):
        account.apply("resync", desired=wanted("alice", state="resynced"))
    account.store.records["mfa/alice"] = Record(OTHER_SEED, ALICE, "alice", "", in_memory.NOW, "1")
    assert account.apply("resync", desired=wanted("alice", state="resynced")) == ["resync"]
    assert account.journal.record is not None
    account.journal = Journal()
    given = wanted("alice", state="resynced", stored=False, seed=OTHER_SEED)
    assert account.apply("resync", desired=given) == ["resync"] and account.journal.record is None


def test_tags(account: Account) -> None:
    account.attach()
    account.api.tags[ALICE] = {"old": "1"}
    assert account.apply("tag", tags={"team": "red"}) == ["tag"]
    assert account.apply("untag", tags={"old": ""}) == ["tag", "untag"]
    assert account.api.tags[ALICE] == {"team": "red"}


@pytest.mark.parametrize("there", [True, False])
def test_a_seed_is_retired_after_its_device(account: Account, there: bool) -> None:
    account.attach()
    record = Record(OTHER_SEED, ALICE, "alice", "", in_memory.NOW, "1")
    account.journal.retirable = {ALICE: record}
    if there:
        account.store.records["mfa/alice"] = record
    done = account.apply("disable", "delete", "retire_seed", desired=wanted("alice", state="absent"))
    assert done == ["disable", "delete", *(["retire_seed"] if there else [])]
    assert account.log.calls == ["deactivate", "delete", "retire"] and account.store.records == {}


def test_a_step_names_its_own_device(account: Account) -> None:
    """Of several devices, each step has the serial number of one."""
    account.api.devices = {arn("phone"): "alice", ALICE: "alice"}
    account.apply("disable", "delete", desired=wanted("alice", state="absent"), serial_number=arn("phone"))
    assert account.api.devices == {ALICE: "alice"}
    assert {plans.DISABLE, plans.DELETE} == set(account.journal.done)
