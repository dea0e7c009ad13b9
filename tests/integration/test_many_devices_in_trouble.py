# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hundreds of users in one call while AWS throttles, fails, forgets and denies: what can be done is done."""

from __future__ import annotations

import collections

import pytest
from aws_emulator.client import Emulator
from controller import SECRETS, Controller, arn, devices, may_fail

USERS = 300
CALM = {"fault_probability": 0, "lost_reply_probability": 0, "lag": 0, "rate": None}


def test_one_run_converges_under_throttling_faults_lost_replies_and_lag(
    controller: Controller, emulator: Emulator
) -> None:
    names = [f"user-{n:03d}" for n in range(USERS)]
    emulator.fixture({"users": [{"user_name": name} for name in names]})
    emulator.set(fault_probability=0.05, lost_reply_probability=0.03, lag=1.0, rate=25, burst=25)
    result = controller.run(devices([{"user_name": name} for name in names], seed_store=SECRETS))[0]
    counts = emulator.counts()
    emulator.set(**CALM)
    assert min(counts["faults"], counts["lost_replies"], counts["throttled"]) > 5, "it was an unreliable AWS"
    assert result["summary"] == {"total": USERS, "changed": USERS, "unchanged": 0, "failed": 0}
    assert controller.virtual() == {arn(name): name for name in names}
    assert collections.Counter(item["user_name"] for item in emulator.devices()) == dict.fromkeys(names, 1)
    controller.assert_seeds_work([(name, arn(name), controller.secret(f"mfa/{name}")["seed"]) for name in names])
    again = controller.run(devices([{"user_name": name} for name in names], seed_store=SECRETS))[0]
    assert again["summary"]["changed"] == 0


def test_a_user_who_is_deleted_during_the_run(controller: Controller, emulator: Emulator) -> None:
    """AWS still lists the user, as lists lag, and knows the user no more when the device is to be attached."""
    names = [f"user-{n:02d}" for n in range(12)]
    emulator.fixture({"users": [{"user_name": name} for name in names]})
    emulator.set(lag=1.5)
    emulator.boto3("iam").delete_user(UserName="user-05")
    item = devices([{"user_name": name} for name in names], seed_store=SECRETS)
    result = controller.run(*may_fail(item))[0]
    emulator.set(**CALM)
    assert result["summary"] == {"total": 12, "changed": 11, "unchanged": 0, "failed": 1}
    failed = result["results"][5]
    assert failed["failed"] and "There is no IAM user user-05 in this account" in failed["msg"]
    attached = {serial: user for serial, user in controller.virtual().items() if user}
    assert attached == {arn(name): name for name in names if name != "user-05"}


@pytest.mark.parametrize(
    ("trouble", "remedy"),
    [
        ({"denied_actions": ["iam:CreateVirtualMFADevice"]}, "lacks the IAM permission iam:CreateVirtualMFADevice."),
        ({"denied_actions": ["iam:EnableMFADevice"]}, "lacks the IAM permission iam:EnableMFADevice."),
        ({"denied_actions": ["secretsmanager:CreateSecret"]}, "lacks the IAM permission secretsmanager:CreateSecret."),
        ({"unavailable_services": ["secretsmanager"]}, "Run again later."),
    ],
    ids=["create-denied", "enable-denied", "store-denied", "store-down"],
)
def test_what_can_be_done_is_done_and_a_rerun_repairs_the_rest(
    controller: Controller, emulator: Emulator, trouble: dict[str, list[str]], remedy: str
) -> None:
    names = [f"user-{n:02d}" for n in range(40)]
    fixture = [{"user_name": name} for name in names]
    for user in fixture[::2]:
        user["mfa_devices"] = [{"kind": "virtual", "device_name": user["user_name"]}]
    emulator.fixture({"users": fixture})
    emulator.set(**trouble)
    item = devices([{"user_name": name} for name in names], seed_store=SECRETS)
    result = controller.run(*may_fail(item))[0]
    emulator.set(denied_actions=[], unavailable_services=[])
    assert result["summary"] == {"total": 40, "changed": 0, "unchanged": 20, "failed": 20}
    for number, one in enumerate(result["results"]):
        assert one["failed"] == bool(number % 2)
        assert not one["failed"] or remedy in one["msg"], one["msg"]
    again = controller.run(item)[0]
    assert again["summary"] == {"total": 40, "changed": 20, "unchanged": 20, "failed": 0}
    assert controller.virtual() == {arn(name): name for name in names}


def test_equal_failures_in_a_row_leave_out_the_rest(controller: Controller, emulator: Emulator) -> None:
    names = [f"user-{n:02d}" for n in range(30)]
    emulator.fixture({"users": [{"user_name": name} for name in names]})
    emulator.set(denied_actions=["iam:CreateVirtualMFADevice"])
    options = {"seed_store": SECRETS, "concurrency": 2, "stop_after_failures": 3}
    item = devices([{"user_name": name} for name in names], **options)
    result = controller.run(*may_fail(item))[0]
    emulator.set(denied_actions=[])
    untried = [one for one in result["results"] if "was not tried" in one["msg"]]
    # Three failures stop it; as many as two devices at a time may have been begun by then.
    assert 3 <= 30 - len(untried) <= 5 and all("iam:CreateVirtualMFADevice" in one["msg"] for one in untried)
    assert result["summary"]["failed"] == 30 and f"{len(untried)} of them were not tried" in result["msg"]
    assert not any("error" in one for one in untried)
