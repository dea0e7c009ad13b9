# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds and devices have an owner: a record proves a device for one person, and what somebody else did is theirs."""

from __future__ import annotations

import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import ACCOUNT, PARAMETERS, SECRETS, SINGULAR, Controller, arn, device, devices, emulator_task, may_fail

BY_DEVICE: dict[str, dict[str, t.Any]] = {
    "secretsmanager": {**SECRETS, "name": "mfa/{device_name}"},
    "ssm": {**PARAMETERS, "name": "/mfa/{device_name}"},
}
STORES = pytest.mark.parametrize("kind", BY_DEVICE)


def kept(controller: Controller, kind: str, name: str) -> dict[str, t.Any]:
    return controller.secret(f"mfa/{name}") if kind == "secretsmanager" else controller.parameter(f"/mfa/{name}")


def make_again(controller: Controller, emulator: Emulator, name: str) -> None:
    """The user leaves, as amazon.aws.iam_user takes users away, and later there is another one of this name."""
    iam = controller.boto3("iam")
    iam.deactivate_mfa_device(UserName=name, SerialNumber=arn(name))
    iam.delete_user(UserName=name)
    # AWS tells whole seconds, and its servers' clocks are not quite the same
    emulator.set(clock_offset=emulator.settings()["clock_offset"] + 5)
    iam.create_user(UserName=name)


@STORES
def test_a_leavers_seed_is_not_given_to_the_next_user_of_the_name(
    controller: Controller, emulator: Emulator, kind: str
) -> None:
    store = BY_DEVICE[kind]
    team = [{"user_name": name} for name in ("bob", "carol")]
    emulator.fixture({"users": [*team, {"user_name": "dave"}]})
    dave = device(user_name="dave", seed_store=store)
    controller.run(devices(team, seed_store=store), dave)
    old = {name: kept(controller, kind, name)["seed"] for name in ("bob", "carol", "dave")}
    for name in ("bob", "dave"):
        make_again(controller, emulator, name)
    controller.boto3("iam").deactivate_mfa_device(UserName="carol", SerialNumber=arn("carol"))
    new = ["recreate", "store", "enable"]
    steps = [
        {**step, "check_mode": check} for step in (devices(team, seed_store=store), dave) for check in (True, False)
    ]
    check, many, check_dave, one = controller.run(*steps).results
    # carol is still the same person, so her seed is still hers
    assert [item["actions"] for item in check["results"]] == [new, ["enable"]]
    assert [item["actions"] for item in many["results"]] == [new, ["enable"]]
    assert check_dave["actions"] == one["actions"] == new
    assert not check.writes and not check_dave.writes
    for name in ("bob", "dave"):
        record = kept(controller, kind, name)
        assert record["seed"] != old[name] and emulator.device(arn(name))["seed"] == record["seed"]
        assert controller.attached(name) == [arn(name)]
    assert kept(controller, kind, "carol")["seed"] == old["carol"]
    seeds = [(name, arn(name), kept(controller, kind, name)["seed"]) for name in ("bob", "carol", "dave")]
    controller.assert_seeds_work(seeds)


@STORES
def test_a_device_that_goes_from_one_user_to_another_gets_a_new_seed(
    controller: Controller, emulator: Emulator, kind: str
) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}, {"user_name": "bob"}]})
    phone: dict[str, t.Any] = {"device_name": "phone", "seed_store": BY_DEVICE[kind]}
    play = controller.run(
        device(user_name="alice", **phone),
        device(user_name="alice", device_name="phone", state="disabled"),
        device(user_name="bob", **phone),
        device(user_name="bob", device_name="phone", state="disabled"),
        *may_fail(
            device(user_name="alice", serial_number=arn("phone"), seed_store=BY_DEVICE[kind]),
            device(user_name="alice", state="present", **phone),
            device(user_name="alice", **phone),
        ),
    )
    alices, _off, bobs, _off, by_arn, present, again = play.results
    assert (alices["actions"], bobs["actions"]) == (["create", "store", "enable"], ["recreate", "store", "enable"])
    # by its ARN a device is never made anew, so there is no way to its seed
    assert by_arn.failed and "has no seed of" in by_arn.msg and "for alice" in by_arn.msg and not by_arn.writes
    assert present["actions"] == ["recreate", "store"] and again["actions"] == ["enable"]
    record = kept(controller, kind, "phone")
    assert record["user_name"] == "alice"
    controller.assert_seed_works("alice", arn("phone"), record["seed"])


def test_a_path_that_ends_like_a_device(controller: Controller, emulator: Emulator) -> None:
    """arn:…:mfa/x:mfa/alice is the device alice on the path /x:mfa/, and not the device /alice."""
    other = {"device_name": "alice", "path": "/x:mfa/"}
    emulator.fixture({"users": [{"user_name": "alice", "mfa_devices": [other]}]})
    alice: dict[str, t.Any] = {"user_name": "alice", "device_name": "alice"}
    absent, many, enabled = controller.run(
        device(state="absent", **alice), devices([alice], state="absent"), device(seed_store=SECRETS, **alice)
    ).results
    assert not absent.changed and not many.changed
    assert enabled["actions"] == ["create", "store", "enable"]
    assert controller.virtual() == {arn("alice"): "alice", arn("alice", "/x:mfa/"): "alice"}


def test_the_arn_of_another_account(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}]})
    foreign = arn("alice", account="210987654321")
    states = ("enabled", "disabled", "absent", "resynced")
    book = [device(user_name="alice", serial_number=foreign, seed_store=SECRETS, state=state) for state in states]
    book.append(devices([{"user_name": "alice", "serial_number": foreign}, {"user_name": "bob"}], state="absent"))
    for result in controller.run(*may_fail(*book)).results:
        assert (
            result.failed
            and f"the account 210987654321, but the credentials are those of the account {ACCOUNT}" in (result.msg)
        ), (result.msg)
        assert not result.writes


def test_roots_device_whatever_its_name(controller: Controller, emulator: Emulator) -> None:
    """Root's is told by its owner; a user's device, or one that nobody has, may have the usual name of root's."""
    emulator.fixture({"users": [{"user_name": "alice"}], "root": {"mfa": "virtual"}})
    emulator.fixture({"unassigned_virtual_devices": [{"device_name": "left"}]})
    (roots,) = [item["serial_number"] for item in emulator.devices() if item["attached"]]
    refused = controller.run(
        *may_fail(device(user_name="alice", serial_number=roots, state="absent")),
        device(user_name="alice", serial_number=arn("left"), state="absent"),
    )[0]
    assert refused.failed and "is attached to the root user" in refused.msg
    assert [item["serial_number"] for item in emulator.devices()] == [roots]


def test_a_rerun_deletes_what_a_killed_run_left(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        {
            "users": [
                {"user_name": "bob", "mfa_devices": [{"device_name": "bob"}, {"device_name": "bob", "path": "/old/"}]}
            ],
            "unassigned_virtual_devices": [{"device_name": "bob-2"}],
        }
    )
    gone: dict[str, t.Any] = {"user_name": "bob", "all_devices": True, "state": "absent"}
    leave = device(**gone)
    refused, check, again, last = controller.play(
        emulator_task(set={"denied_actions": ["iam:DeleteVirtualMFADevice"]}),
        *may_fail(leave),
        emulator_task(set={"denied_actions": []}),
        {**leave, "check_mode": True},
        leave,
        leave,
    ).of("iam_mfa_device")
    assert refused.failed and refused["actions"] == ["disable", "disable"] and refused.changed
    assert "not deleted yet: " in refused.msg and arn("bob") in refused.msg and arn("bob", "/old/") in refused.msg
    assert check["actions"] == again["actions"] == ["delete", "delete"]
    assert not last.changed
    # whose this one was, nobody can know
    assert controller.virtual() == {arn("bob-2"): None}


def test_a_device_that_another_run_attached_is_not_ones_own_success(controller: Controller, emulator: Emulator) -> None:
    """Two controllers with a store each. One makes the device anew while the other is about to attach its own."""
    emulator.fixture({"users": [{"user_name": "alice"}]})
    emulator.set(monitor_store=False)
    ours, theirs = {**SECRETS, "name": "a/{user_name}"}, {**SECRETS, "name": "b/{user_name}"}
    alice: dict[str, t.Any] = {"user_name": "alice", "device_name": "alice"}
    reads = controller.run(device(seed_store=ours, check_mode=True, **alice))[0].calls
    emulator.set(halt={"at": len(reads) + 3, "when": "after"})
    first = controller.spawn(SINGULAR, seed_store=ours, **alice)
    assert emulator.wait_halted()["action"].endswith(":GetSecretValue")
    second = controller.run_module(SINGULAR, seed_store=theirs, **alice)
    assert second["actions"] == ["recreate", "store", "enable"]
    emulator.release()
    answer = first.answer()
    assert answer["failed"] and answer["actions"] == ["create", "store"] and answer["changed"]
    assert (
        "Somebody else attached" in answer["msg"]
        and "the secret a/alice is the device's could not be proven" in answer["msg"]
    )
    controller.assert_seed_works("alice", arn("alice"), controller.secret("b/alice")["seed"])


def test_a_device_that_another_run_attached_with_the_seed_of_the_same_store(
    controller: Controller, emulator: Emulator
) -> None:
    """Then AWS takes codes of the seed, and both runs have done well."""
    emulator.fixture({"users": [{"user_name": "alice"}]})
    alice: dict[str, t.Any] = {"user_name": "alice", "device_name": "alice", "seed_store": SECRETS}
    reads = controller.run(device(check_mode=True, **alice))[0].calls
    emulator.set(halt={"at": len(reads) + 3, "when": "after"})
    first = controller.spawn(SINGULAR, **alice)
    assert emulator.wait_halted()["action"].endswith(":GetSecretValue")
    assert controller.run_module(SINGULAR, **alice)["actions"] == ["enable"]
    emulator.release()
    answer = first.answer()
    assert not answer.get("failed") and answer["actions"] == ["create", "store"]
    controller.assert_seed_works("alice", arn("alice"), controller.secret("mfa/alice")["seed"])
