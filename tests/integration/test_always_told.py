# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was done is always told: results, changed and seeds survive whatever goes wrong after the first write."""

from __future__ import annotations

import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import PLURAL, SECRETS, SINGULAR, Controller, arn, device, devices, emulator_task, may_fail

NAMES = ("alice", "bob", "carol")
TEAM = [{"user_name": name} for name in NAMES]


def last_of(controller: Controller, module: str, action: str, **options: t.Any) -> int:
    """The number of the last call of this kind in a run that goes well."""
    emulator = controller.emulator
    emulator.fixture({"users": TEAM})
    emulator.set(monitor_store=False)
    emulator.clear_requests()
    controller.run_module(module, **options)
    calls = [request["action"].split(":")[-1] for request in emulator.requests()]
    return len(calls) - calls[::-1].index(action)


def test_a_failed_wait_keeps_results_and_seeds_of_many(controller: Controller, emulator: Emulator) -> None:
    options: dict[str, t.Any] = {"devices": TEAM, "state": "present", "_ansible_no_log": True, "concurrency": 1}
    position = last_of(controller, PLURAL, "CreateVirtualMFADevice", **options)
    emulator.reset()
    emulator.fixture({"users": TEAM})
    # held just before the first list of the wait
    emulator.set(monitor_store=False, halt={"at": position + 1, "when": "before"})
    running = controller.spawn(PLURAL, **options)
    assert emulator.wait_halted()["action"].endswith(":ListVirtualMFADevices")
    emulator.set(denied_actions=["iam:ListVirtualMFADevices"])
    emulator.release()
    answer = running.answer()
    assert answer["failed"] and answer["changed"]
    assert answer["summary"] == {"total": 3, "changed": 0, "unchanged": 0, "failed": 3}
    truth = {item["serial_number"]: item["seed"] for item in emulator.devices()}
    assert {item["serial_number"]: item["seed"] for item in answer["results"]} == truth
    for item in answer["results"]:
        assert item["failed"] and item["changed"] and item["actions"] == ["create"]
        assert "AWS accepted the change (create)" in item["msg"] and "iam:ListVirtualMFADevices" in item["msg"]
        assert item["error"]["operation"] == "iam:ListVirtualMFADevices"


def test_a_failed_wait_keeps_the_seed_of_one(controller: Controller, emulator: Emulator) -> None:
    options: dict[str, t.Any] = {"user_name": "alice", "state": "present", "_ansible_no_log": True}
    position = last_of(controller, SINGULAR, "CreateVirtualMFADevice", **options)
    emulator.reset()
    emulator.set(monitor_store=False, halt={"at": position + 1, "when": "before"})
    running = controller.spawn(SINGULAR, **options)
    emulator.wait_halted()
    emulator.set(denied_actions=["iam:List*"])
    emulator.release()
    answer = running.answer()
    assert answer["failed"] and answer["changed"] and answer["actions"] == ["create"]
    assert answer["seed"] == emulator.device(arn("alice"))["seed"] and answer["qr_code_png"] and answer["created"]


@pytest.mark.parametrize("module", [SINGULAR, PLURAL])
def test_a_failed_wait_after_devices_were_attached(controller: Controller, emulator: Emulator, module: str) -> None:
    what: dict[str, t.Any] = {"user_name": "alice"} if module == SINGULAR else {"devices": TEAM, "concurrency": 1}
    options = {**what, "seed_store": SECRETS}
    position = last_of(controller, module, "EnableMFADevice", **options)
    emulator.reset()
    emulator.fixture({"users": TEAM})
    emulator.set(halt={"at": position + 1, "when": "before"})
    running = controller.spawn(module, **options)
    emulator.wait_halted()
    emulator.set(denied_actions=["iam:List*"])
    emulator.release()
    answer = running.answer()
    results = answer.get("results", [answer])
    assert answer["failed"] and answer["changed"]
    assert [item["actions"] for item in results] == [["create", "store", "enable"]] * len(results)
    emulator.set(denied_actions=[])
    names = NAMES if module == PLURAL else NAMES[:1]
    assert controller.virtual() == {arn(name): name for name in names}


def test_a_store_that_may_only_be_written(controller: Controller, emulator: Emulator) -> None:
    """verify: false, with IAM's lag, and a device of an earlier run that nobody has: each run ends well."""
    emulator.fixture(
        {"users": [*TEAM, {"user_name": "dave"}], "unassigned_virtual_devices": [{"device_name": "carol"}]}
    )
    emulator.set(lag=2.0, denied_actions=["secretsmanager:GetSecretValue", "ssm:GetParameter"])
    stores = [{"type": kind, "verify": False} for kind in ("secretsmanager", "ssm_parameter")]
    book = [devices(TEAM, seed_store=stores[0])]
    book += [device(user_name="dave", device_name=f"dave-{store['type'][:3]}", seed_store=store) for store in stores]
    first, dave_secret, dave_parameter = controller.run(*book).results
    assert [item["actions"][-1] for item in first["results"]] == ["enable"] * 3
    assert first["results"][2]["actions"] == ["recreate", "store", "enable"]
    for result in (dave_secret, dave_parameter):
        assert result["actions"] == ["create", "store", "enable"]
    # and again, over a seed that is there and cannot be looked at
    play = controller.run(devices(TEAM, state="disabled"), devices(TEAM, seed_store=stores[0]))
    assert [item["actions"] for item in play[1]["results"]] == [["recreate", "store", "enable"]] * 3
    emulator.set(lag=0, denied_actions=[])
    controller.assert_seeds_work([(name, arn(name), controller.secret(f"mfa/{name}")["seed"]) for name in NAMES])


def test_devices_made_anew_cost_no_list_each(controller: Controller, emulator: Emulator) -> None:
    """An interrupted run left 30 devices without a seed: they cost what new ones cost, and the account's lists."""
    names = [f"user-{number:04d}" for number in range(1, 31)]
    emulator.fixture(
        {
            "generate": {"count": 30, "prefix": "user-"},
            "unassigned_virtual_devices": [{"device_name": name} for name in names],
        }
    )
    team = [{"user_name": name} for name in names]
    check, applied = controller.run(
        devices(team, seed_store=SECRETS, check_mode=True), devices(team, seed_store=SECRETS)
    ).results
    assert [item["actions"] for item in check["results"]] == [["recreate", "store", "enable"]] * 30
    assert [item["actions"] for item in applied["results"]] == [["recreate", "store", "enable"]] * 30
    lists = [call for call in applied.calls if ":List" in call]
    assert lists.count("iam:ListMFADevices") == 0 and len(lists) <= 4, lists
    controller.assert_seeds_work([(name, arn(name), controller.secret(f"mfa/{name}")["seed"]) for name in names])


def test_supplied_codes_are_as_old_as_the_run(controller: Controller, emulator: Emulator) -> None:
    """Late in a slow run they are not sent: AWS could take them and have the device out of step from then on."""
    serials = [f"GAHT0000000{number}" for number in range(1, 5)]
    seed = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
    emulator.fixture(
        {"users": TEAM, "hardware_tokens": [{"serial_number": serial, "seed": seed} for serial in serials]}
    )
    emulator.set(latency=9)
    fresh = emulator_task(codes_of=serials[0], register="fresh")
    codes = {f"authentication_code{number + 1}": f"{{{{ fresh.codes[{number}] }}}}" for number in (0, 1)}
    items = [{"user_name": "alice", "serial_number": serial, **codes} for serial in serials]
    _fresh, result = controller.play(fresh, *may_fail(devices(items, concurrency=1, wait=False))).results
    assert result.failed
    late = result["results"][-1]
    assert late["failed"] and "The given codes were not sent" in late["msg"] and late["actions"] == []
    assert result.writes.count("iam:EnableMFADevice") < len(serials)
