# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many users offboarded, attached a policy, and rotated on an AWS that fails, lags and throttles: one run each.

BULK_CHAOS_USERS=300 is the long form, which make chaos runs.
"""

from __future__ import annotations

import os
import time
import typing as t

from aws_emulator.client import Emulator
from controller import ACCOUNT, Controller, arn, task
from role_runner import STORE, kill_play
from test_playbook_offboard import Offboarding
from test_role_playbooks import run, start
from test_user_access import assert_mfa_went_last

USERS = int(os.environ.get("BULK_CHAOS_USERS", "12"))
NAMES = [f"user-{number:04}" for number in range(1, USERS + 1)]
TROUBLE = {"fault_probability": 0.05, "lost_reply_probability": 0.03, "lag": 1.0, "rate": 60, "burst": 8}
CALM = {"fault_probability": 0, "lost_reply_probability": 0, "lag": 0, "rate": None, "burst": None}


def in_trouble(emulator: Emulator, work: t.Callable[[], t.Any]) -> t.Any:
    """Do some work on an unreliable AWS, and tell how long it took."""
    emulator.clear_requests()
    emulator.set(**TROUBLE)
    started = time.monotonic()
    try:
        answer = work()
    finally:
        counts = emulator.counts()
        emulator.set(**CALM)
    print(f"{USERS} users, {time.monotonic() - started:.0f} s, {counts['total']} calls")
    troubles = [counts[name] for name in ("faults", "lost_replies", "throttled")]
    # A few calls may be spared some of it.
    assert any(troubles) if USERS < 100 else all(troubles), "it was an unreliable AWS"
    time.sleep(TROUBLE["lag"] or 0)  # what is listed after that is all that was done
    return answer


def test_offboarding(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        {"generate": {"count": USERS, "device": "virtual", "access_key": True, "console_password": True}},
    )
    in_trouble(emulator, lambda: run(controller, "offboard", offboard_users=NAMES))
    assert_mfa_went_last(emulator, NAMES)
    Offboarding(controller).assert_gone(*NAMES)
    assert controller.virtual() == {}


def test_attaching_a_policy(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"generate": {"count": USERS}})
    iam, policy = controller.boto3("iam"), f"arn:aws:iam::{ACCOUNT}:policy/deny"
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}'
    iam.create_policy(PolicyName="deny", PolicyDocument=document)
    attach = task("hardening.aws.iam_policy_attachment", policy_arn=policy, users=NAMES)
    play = in_trouble(emulator, lambda: controller.play(attach))
    assert play[0]["summary"] == {"total": USERS, "changed": USERS, "unchanged": 0, "failed": 0}
    pages = iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=policy)
    assert sorted(user["UserName"] for page in pages for user in page["PolicyUsers"]) == NAMES
    assert not controller.play(attach)[0].changed


def test_rotating(controller: Controller, emulator: Emulator) -> None:
    """Three runs are killed. At each moment every user has a device that works, and in the end only the new one."""
    emulator.fixture({"generate": {"count": USERS}})
    rotation = {
        "rotate_users": NAMES,
        "rotate_older_than_days": 30,
        "rotate_seed_store": STORE,
        "rotate_holder": "store",
    }
    run(controller, "rotate", **rotation)
    assert controller.virtual() == {arn(name): name for name in NAMES}
    # What is asked of the log is asked from here on.
    later = emulator.settings()["clock_offset"] + 100 * 86400
    emulator.set(clock_offset=later, check_signature_age=False)

    def killed_and_run() -> None:
        for _number in range(3):
            emulator.set(halt={"at": 10 + 2 * USERS, "when": "after", "freeze": True})
            process = start(controller, "rotate", **rotation)
            while process.poll() is None and not emulator.halted()["halted"]:
                time.sleep(0.02)
            assert process.poll() is None, "it was killed before its end"
            kill_play(process, controller.home)
            emulator.release()
        run(controller, "rotate", **rotation)

    in_trouble(emulator, killed_and_run)
    assert controller.virtual() == {arn(f"{name}-2"): name for name in NAMES}
    assert not emulator.violations(), "no device was attached before its seed was stored"
    assert_never_without_a_device(emulator, {name: {arn(name)} for name in NAMES})
    stored = [(name, arn(f"{name}-2"), controller.secret(f"mfa/{name}/{name}-2")["seed"]) for name in NAMES]
    controller.assert_seeds_work(stored)


def assert_never_without_a_device(emulator: Emulator, attached: dict[str, set[str]]) -> None:
    """By the emulator's log, each user had at least one device, and at most eight, after each call that took effect.

    :param attached: The devices with which the log begins, whose seeds are all in the store.
    """
    enabled = 0
    for request in emulator.requests():
        if not request["took_effect"] or request["action"] not in ("EnableMFADevice", "DeactivateMFADevice"):
            continue
        devices = attached[request["params"]["UserName"]]
        if request["action"] == "EnableMFADevice":
            enabled += 1
            devices.add(request["params"]["SerialNumber"])
        else:
            devices.remove(request["params"]["SerialNumber"])
        assert 1 <= len(devices) <= 2, request
    assert enabled == len(attached)
