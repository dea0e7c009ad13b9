# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many users offboarded, attached a policy, and rotated on an AWS that fails, lags and throttles: one run each suffices.

BULK_CHAOS_USERS=300 is the long form, which make chaos runs.
"""

from __future__ import annotations

import os
import time
import typing as t

from aws_emulator.client import Emulator
from controller import ACCOUNT, Controller, arn, task
from role_runner import STORE
from test_playbook_offboard import Offboarding
from test_role_playbooks import run
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
    emulator.fixture({"generate": {"count": USERS, "device": "virtual"}})
    rotation = {"rotate_users": NAMES, "rotate_suffix": "2026", "rotate_seed_store": STORE}
    old, new = {arn(name): name for name in NAMES}, {arn(f"{name}-2026"): name for name in NAMES}
    in_trouble(emulator, lambda: run(controller, "rotate", **rotation))
    assert controller.virtual() == old | new
    stored = [(name, arn(f"{name}-2026"), controller.secret(f"mfa/{name}/{name}-2026")["seed"]) for name in NAMES]
    controller.assert_seeds_work(stored)
    emulator.set(check_signature_age=False)
    retiring = {**rotation, "rotate_retire": True, "rotate_retire_devices": ["{user_name}"], "rotate_min_age_days": 0}
    in_trouble(emulator, lambda: run(controller, "rotate", **retiring))
    assert controller.virtual() == new
    assert not emulator.violations()
