# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From inputs to outcomes, on an account in memory: what is told after a failure, and how long it is tried."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils import _progress
from ansible_collections.hardening.aws.plugins.module_utils._devices import results as device_results
from ansible_collections.hardening.aws.plugins.module_utils._devices.plan import Desired
from ansible_collections.hardening.aws.plugins.module_utils._devices.reconcile import Reconciler
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError, ReplyLost
from ansible_collections.hardening.aws.plugins.module_utils._failure_streak import NotTried
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record
from ansible_collections.hardening.aws.plugins.module_utils._summary import summary
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import (
    NAMES,
    NOW,
    Api,
    Store,
    Time,
    arn,
    refused,
    wanted,
)

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"

pytestmark = pytest.mark.usefixtures("clock")


def many(api: Api, store: Store | None, inputs: list[Desired], **options: t.Any) -> list[t.Any]:
    return Reconciler(t.cast("t.Any", api), t.cast("t.Any", store), concurrency=4, **options).many(inputs)


def test_an_unforeseen_error_of_one_user_costs_no_other_results() -> None:
    api, store = Api(NAMES), Store()
    store.spoil["mfa/user-03"] = KeyError(f"VersionId in {SEED}")
    outcomes = many(api, store, [wanted(name) for name in NAMES])
    failed = [outcome for outcome in outcomes if outcome.error]
    assert [outcome.desired.user_name for outcome in failed] == ["user-03"]
    message = failed[0].error.message
    assert "KeyError in in_memory.py, line " in message and "The work on user-03 stopped" in message
    assert SEED not in message and "VersionId" not in message
    assert failed[0].actions == ["create"] and failed[0].changed
    assert [outcome.actions for outcome in outcomes if not outcome.error] == [["create", "store", "enable"]] * 19


@pytest.mark.parametrize(("limit", "most"), [(5, 8), (0, 20)])
def test_equal_failures_in_a_row_leave_out_the_rest(limit: int, most: int) -> None:
    """Those who are under way are finished: four users at a time."""
    api = Api(NAMES)
    api.spoil["create"] = [refused("AccessDenied", "iam:CreateVirtualMFADevice") for _name in NAMES]
    outcomes = many(api, Store(), [wanted(name) for name in NAMES], stop_after_failures=limit)
    assert all(outcome.error for outcome in outcomes)
    untried = [outcome for outcome in outcomes if isinstance(outcome.error, NotTried)]
    assert (limit or 20) <= api.calls["create"] <= most and len(untried) == 20 - api.calls["create"]
    assert all("not tried" in o.error.message and "iam:CreateVirtualMFADevice" in o.error.message for o in untried)
    results = [device_results.item_result(outcome, []) for outcome in outcomes]
    text = device_results.failures_text(outcomes, results)
    assert text.startswith("20 of 20 devices failed") and text.count("not tried") == 2 * bool(untried)


@pytest.mark.parametrize(("state", "verb"), [("enabled", "enrolled"), ("absent", "removed")])
def test_each_user_is_counted_when_finished(
    state: str, verb: str, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setenv(_progress.FILE_VARIABLE, str(tmp_path / "progress"))
    api, store = Api(NAMES), Store()
    api.devices = {arn(name): name for name in NAMES[:5]}
    api.spoil["create user-07"] = [refused("AccessDenied")]
    api.spoil[f"delete {arn('user-02')}"] = [refused("AccessDenied")]
    outcomes = many(api, store, [wanted(name, state=state, stored=state == "enabled") for name in NAMES], wait=False)
    last = json.loads((tmp_path / "progress").read_text(encoding="ascii").splitlines()[-1])
    counts = summary(outcomes)
    assert last == {"verb": verb, "total": 20, "done": 20, "changed": counts["changed"], "failed": 1, "waited": 0.0}
    assert counts["failed"] == 1 and counts["changed"] == {"enabled": 14, "absent": 4}[state]


@pytest.mark.parametrize("error", [refused("AccessDenied", "iam:ListVirtualMFADevices"), ValueError(SEED)])
def test_a_failed_wait_loses_nothing(error: Exception) -> None:
    api = Api(NAMES)
    api.spoil["virtual_devices"] = [lambda: None, error]
    outcomes = many(api, None, [wanted(name, state="present", stored=False) for name in NAMES])
    results = [device_results.item_result(outcome, []) for outcome in outcomes]
    assert len(results) == 20
    for result in results:
        assert result["failed"] and result["changed"] and result["actions"] == ["create"]
        assert result["seed"] == SEED and "AWS accepted the change (create)" in result["msg"]
        assert SEED not in result["msg"]


def test_a_failed_wait_of_one() -> None:
    api = Api(["alice"])
    api.spoil["devices_of"] = [lambda: None, refused("Throttling", "iam:ListMFADevices")]
    outcome = Reconciler(t.cast("t.Any", api), t.cast("t.Any", Store())).one(wanted("alice"))
    assert outcome.error and outcome.error.operation == "iam:ListMFADevices"
    assert outcome.actions == ["create", "store", "enable"] and outcome.changed


def test_the_reply_is_lost_after_a_wait_for_codes(clock: Time) -> None:
    """Codes of the seed were used a moment ago; a minute later the good call's reply is lost, and the list lags."""
    api = Api(["alice"])
    api.devices[arn("alice")] = None
    visible_at = 0.0

    def take_effect() -> None:
        nonlocal visible_at
        api.devices[arn("alice")] = "alice"
        visible_at = clock.now + 2
        raise ReplyLost("No answer to iam:EnableMFADevice", operation="iam:EnableMFADevice")

    api.hidden = lambda _serial: clock.now < visible_at
    api.spoil["enable"] = [refused("InvalidAuthenticationCode"), take_effect]
    began = clock.now
    desired = wanted("alice", stored=False, seed=SEED)
    outcome = Reconciler(t.cast("t.Any", api)).one(desired)
    assert clock.now - began > 55, "it waited for codes"
    assert outcome.error is None and outcome.actions == ["enable"] and outcome.changed


def test_lost_replies_of_calls_without_effect_are_not_the_end(clock: Time) -> None:
    """To see that a call had no effect takes as long as IAM takes to settle; the device is attached all the same."""
    api = Api(["alice"])
    api.devices[arn("alice")] = None
    lost = ReplyLost("No answer to iam:EnableMFADevice", operation="iam:EnableMFADevice")
    api.spoil["enable"] = [lost, lost, lost]
    outcome = Reconciler(t.cast("t.Any", api)).one(wanted("alice", stored=False, seed=SEED))
    assert outcome.error is None and outcome.actions == ["enable"] and api.devices[arn("alice")] == "alice"


def test_what_is_stale_after_a_long_attempt_is_read_again(clock: Time) -> None:
    api, store = Api(["alice"]), Store()
    api.hidden = lambda _serial: False
    api.devices[arn("alice")] = None

    def slow() -> None:
        clock.sleep(300)  # a throttle, say
        api.devices[arn("alice")] = "alice"
        raise refused("NoSuchEntity", text="The user with name alice cannot be found.")

    api.spoil["enable"] = [slow]
    outcome = Reconciler(t.cast("t.Any", api), t.cast("t.Any", store)).one(wanted("alice", stored=False, seed=SEED))
    assert outcome.error is None


def test_what_stays_stale_ends_in_an_error(clock: Time) -> None:
    api = Api(["alice"])
    api.devices[arn("alice")] = None
    api.spoil["enable"] = [refused("NoSuchEntity", text="The user with name alice cannot be found.")] * 500
    began = clock.now
    outcome = Reconciler(t.cast("t.Any", api)).one(wanted("alice", stored=False, seed=SEED))
    assert (
        outcome.error
        and "and this did not change while the run waited" in outcome.error.message
        and not outcome.changed
    )
    assert clock.now - began < 60


@pytest.mark.parametrize(
    ("proven", "error"), [(True, None), (False, "the secret mfa/alice is the device's could not be proven")]
)
def test_a_device_that_somebody_else_attached(proven: bool, error: str | None) -> None:
    api, store = Api(["alice"]), Store()

    def somebody_else() -> None:
        api.devices[arn("alice")] = "alice"
        raise refused("EntityAlreadyExists")

    api.spoil["enable"] = [somebody_else]
    if not proven:
        api.spoil["resync"] = [refused("InvalidAuthenticationCode")] * 9
    outcome = Reconciler(t.cast("t.Any", api), t.cast("t.Any", store)).one(wanted("alice"))
    assert outcome.actions == ["create", "store"] and outcome.changed and api.calls["resync"]
    assert (outcome.error is None) if error is None else (outcome.error and error in outcome.error.message)


def test_a_run_that_stores_nothing_has_nothing_to_prove() -> None:
    """It finds what it wanted, as a later run would; and says that it changed nothing."""
    api = Api(["alice"])
    api.devices[arn("alice")] = None

    def somebody_else() -> None:
        api.devices[arn("alice")] = "alice"
        raise refused("EntityAlreadyExists")

    api.spoil["enable"] = [somebody_else]
    outcome = Reconciler(t.cast("t.Any", api)).one(wanted("alice", stored=False, seed=SEED))
    assert outcome.error is None and outcome.actions == [] and not api.calls["resync"]


def test_devices_made_anew_share_the_lists() -> None:
    api, store = Api(NAMES), Store()
    api.devices = dict.fromkeys(map(arn, NAMES))
    outcomes = many(api, store, [wanted(name) for name in NAMES])
    assert [outcome.actions for outcome in outcomes] == [["recreate", "store", "enable"]] * 20
    assert api.calls["virtual_devices"] <= 3 and api.calls["devices_of"] == 0
    assert (api.calls["create"], api.calls["delete"], api.calls["enable"]) == (20, 20, 20)


def test_stale_views_share_a_list() -> None:
    """Somebody makes each of the devices between the list and the call."""
    api, store = Api(NAMES), Store()
    for name in NAMES:

        def somebody_else(name: str = name) -> None:
            api.devices[arn(name)] = name
            raise refused("EntityAlreadyExists")

        api.spoil[f"create {name}"] = [somebody_else]
    outcomes = many(api, store, [wanted(name) for name in NAMES])
    assert not [outcome for outcome in outcomes if outcome.error or outcome.actions]
    assert api.calls["virtual_devices"] < 20


@pytest.mark.parametrize("state", ["absent", "disabled"])
def test_users_who_do_not_exist_are_named(state: str) -> None:
    api = Api(NAMES)
    api.devices[arn("left")] = None
    inputs = [wanted(name, state=state, stored=False) for name in ("user-01", "user-1", "user-2")]
    inputs.append(wanted("nobody", state=state, stored=False, device_name=None, serial_number=arn("left")))
    outcomes = many(api, None, inputs, wait=False)
    named = ["user-1", "user-2"] if state == "absent" else ["user-1", "user-2", "nobody"]
    assert [outcome.desired.user_name for outcome in outcomes if outcome.warning] == named
    assert api.calls["devices_of"] == 0 and api.calls["users"] == 1
    (text,) = device_results.warnings_of([_with_label(outcome) for outcome in outcomes])
    assert text.startswith("user-1, user-2") and "There is no IAM user of this name in this account" in text


def _with_label(outcome: t.Any) -> t.Any:
    outcome.desired = wanted(outcome.desired.user_name, label=outcome.desired.user_name)
    return outcome


def test_users_cannot_be_listed_and_devices_go_all_the_same() -> None:
    api = Api(NAMES)
    api.devices[arn("user-01")] = "user-01"
    api.spoil["users"] = [MfaError("iam:ListUsers is missing")]
    outcomes = many(api, None, [wanted(name, state="absent", stored=False) for name in ("user-01", "user-1")])
    assert [(outcome.actions, outcome.error, outcome.warning) for outcome in outcomes] == [
        (["disable", "delete"], None, None),
        ([], None, None),
    ]


def test_all_devices_with_what_this_run_took_off() -> None:
    """A deletion is refused for a while: what was taken off stays known, whatever its name."""
    api = Api(["bob"])
    api.devices = {arn("phone"): "bob", arn("bob"): None, arn("other"): None}
    api.spoil[f"delete {arn('phone')}"] = [refused("DeleteConflict")] * 60
    desired = wanted("bob", state="absent", stored=False, device_name=None, all_devices=True)
    outcome = Reconciler(t.cast("t.Any", api)).one(desired)
    assert outcome.error is None and set(outcome.actions) == {"disable", "delete"}
    assert list(api.devices) == [arn("other")]


@pytest.mark.parametrize("attached_after", [True, False])
def test_lists_that_do_not_agree_are_read_again(attached_after: bool) -> None:
    """Another run attaches, or detaches, the device between the two reads: no code is made of a seed not looked up."""
    api, store = Api(NAMES), Store()
    api.devices = {arn("user-01"): "user-01"}
    api.hidden = lambda _serial: api.calls["devices_of"] == 1
    if not attached_after:
        api.spoil["devices_of"] = [lambda: None, lambda: api.devices.update({arn("user-01"): None})]
    outcome = Reconciler(t.cast("t.Any", api), t.cast("t.Any", store), wait=False).one(wanted("user-01"))
    assert outcome.error is None and api.devices == {arn("user-01"): "user-01"}
    assert outcome.actions == ([] if attached_after else ["recreate", "store", "enable"])
    assert api.calls["enable"] == len(outcome.actions) // 3


@pytest.mark.parametrize("target", [{}, {"device_name": None, "serial_number": arn("alice")}])
def test_tags_of_a_device_that_is_attached_with_its_seed(target: dict[str, t.Any]) -> None:
    """They are set by the run that attaches it, and what is not wanted goes: the next run has nothing to do."""
    api = Api(["alice"])
    api.devices[arn("alice")] = None
    api.tags[arn("alice")] = {"old": "1"}
    desired = wanted("alice", stored=False, seed=SEED, tags={"team": "x"}, **target)
    outcome = Reconciler(t.cast("t.Any", api)).one(desired)
    assert outcome.error is None and outcome.actions == ["enable", "untag", "tag"]
    assert api.tags[arn("alice")] == {"team": "x"}
    assert Reconciler(t.cast("t.Any", api)).one(desired).actions == []


@pytest.mark.parametrize("state", ["enabled", "present"])
def test_a_device_that_is_deleted_and_cannot_be_made_anew(state: str) -> None:
    api = Api(["alice"])
    api.devices[arn("alice")] = None
    api.spoil["create"] = [refused("AccessDenied", "iam:CreateVirtualMFADevice")]
    outcome = Reconciler(t.cast("t.Any", api), t.cast("t.Any", Store())).one(wanted("alice", state=state))
    assert outcome.failed and outcome.actions == ["delete"] and outcome.changed and not api.devices


@pytest.mark.parametrize(
    ("made", "actions", "seed"),
    [
        ("2026-11-24T11:59:58Z", ["recreate", "store"], SEED),
        ("2026-11-24T12:00:02Z", ["recreate", "store"], SEED),  # AWS's servers are not that exact
        ("2026-11-24T12:00:09Z", ["recreate"], "ANOTHER"),
    ],
)
def test_two_runs_that_make_a_device_anew(made: str, actions: list[str], seed: str) -> None:
    """The seed that is kept is that of the device which is there: this run's, unless the other run was later."""
    api, store = Api(["alice"]), Store()
    api.devices[arn("alice")] = None

    def another_run_stores() -> None:
        store.records["mfa/alice"] = Record("ANOTHER", arn("alice"), "alice", "", made, "7")

    api.spoil["create"] = [another_run_stores]
    outcome = Reconciler(t.cast("t.Any", api), t.cast("t.Any", store)).one(wanted("alice", state="present"))
    assert outcome.error is None and outcome.actions == actions
    assert store.records["mfa/alice"].seed == seed and api.calls["create"] == len(actions)


class SlowStore(Store):
    """One that another run gets ahead of: I(meanwhile) happens when a record is looked up for the first time."""

    def __init__(self, meanwhile: t.Callable[[], None], exists: t.Callable[[], bool]) -> None:
        super().__init__()
        self.meanwhile, self.exists = [meanwhile], exists

    def find(self, name: str) -> Record | None:
        found = self.records.get(name)
        if self.meanwhile:
            self.meanwhile.pop()()
        return found

    def delete(self, name: str, record: Record) -> bool:
        assert not self.exists(), "the device is there, and its seed is deleted"
        return self.records.pop(name).seed == record.seed


@pytest.mark.parametrize(
    ("owner", "done"),
    [("alice", ["disable", "delete", "retire_seed"]), (None, ["delete", "retire_seed"]), ("bob", [])],
)
def test_a_device_that_another_run_made_goes_before_its_seed(owner: str | None, done: list[str]) -> None:
    """It was not there when the lists were read, only its record was. If somebody else has it by now, both stay."""
    api = Api(["alice", "bob"])
    serial = arn("alice")
    store = SlowStore(lambda: api.devices.update({serial: owner}), lambda: serial in api.devices)
    record = store.records["mfa/alice"] = Record(SEED, serial, "alice", "", NOW)
    outcome = Reconciler(t.cast("t.Any", api), t.cast("t.Any", store)).one(
        wanted("alice", state="absent", retires_seed=True)
    )
    assert outcome.actions == done and not outcome.error
    assert bool(outcome.warning) == (not done)
    assert (api.devices, store.records) == (({}, {}) if done else ({serial: "bob"}, {"mfa/alice": record}))
