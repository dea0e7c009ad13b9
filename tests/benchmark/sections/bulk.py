# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs on many users, each against a threaded boto3 script that does the same."""

from __future__ import annotations

import typing as t

import tasks
from boto3_script import ACCOUNT, POLICY
from harness import Bench, Comparison

# So many turns of a job that takes seconds, where a moment of somebody else's is much.
SHORT, LONG = 5, 3


def noted(bench: Bench, what: str, count: int, found: Comparison, limit: float) -> None:
    """Keep a comparison as a figure, and what it was made of."""
    bench.add(f"{what} ÷ threaded boto3 script, empty playbook off", found.ratio, limit)
    jobs = bench.facts.setdefault("jobs", {})
    jobs[what] = {
        "users": count,
        "seconds": found.ours,
        "seconds_of_script": found.script,
        "seconds_of_empty_playbook": found.empty,
        "calls": found.our_calls,
        "calls_of_script": found.script_calls,
    }


def attach(bench: Bench, count: int) -> None:
    """A managed policy, which is there, on users who do not have it."""
    print(f"A policy attached to {count} users", flush=True)

    def is_done(users: list[str]) -> None:
        assert holders(bench) == set(users), len(holders(bench))

    fixture = {"policies": [{"policy_name": "deny-unless-mfa"}]}
    found = bench.compare(
        "iam_policy_attachment", tasks.ATTACH, "attach", lambda: bench.account(count, fixture=fixture), is_done, SHORT
    )
    noted(bench, "attach a policy", count, found, 1.2)


def offboard(bench: Bench, count: int) -> None:
    """A password, two access keys and a device each, taken away."""
    print(f"{count} users offboarded", flush=True)

    def is_done(users: list[str]) -> None:
        assert not bench.emulator.devices(), len(bench.emulator.devices())
        bench.emulator.set(latency=0)
        iam = bench.emulator.boto3("iam")
        for user in users:
            keys = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
            assert [key["Status"] for key in keys] == ["Inactive"] * 2, (user, keys)
            try:
                iam.get_login_profile(UserName=user)
            except iam.exceptions.NoSuchEntityException:
                continue
            raise AssertionError(f"{user} still has a password")

    found = bench.compare(
        "iam_user_access",
        tasks.OFFBOARD,
        "offboard",
        lambda: bench.account(count, fixture={"users": [leaver(name) for name in made_up(count)]}),
        is_done,
        LONG,
        of_user=what_goes,
    )
    noted(bench, "offboard", count, found, 1.2)


def leaver(name: str) -> dict[str, t.Any]:
    """A user, as a fixture has it, with a password, two access keys and a device."""
    devices = [{"kind": "virtual", "device_name": name}]
    return {"user_name": name, "console_password": True, "access_keys": [{}, {}], "mfa_devices": devices}


def what_goes(_name: str) -> dict[str, t.Any]:
    """What offboarding takes from a user: what leaver() gave."""
    return {"console_password": "absent", "access_keys": "inactive", "mfa_devices": "absent"}


def retire(bench: Bench, count: int) -> None:
    """The older of two devices each, as the playbook rotate does it in its second run."""
    print(f"The old devices of {count} users retired", flush=True)

    def user(name: str) -> dict[str, t.Any]:
        devices = [{"kind": "virtual", "device_name": device} for device in (name, f"{name}-2026")]
        return {"user_name": name, "console_password": True, "mfa_devices": devices}

    def is_done(users: list[str]) -> None:
        left = {device["serial_number"]: device["user_name"] for device in bench.emulator.devices()}
        assert left == {f"arn:aws:iam::{ACCOUNT}:mfa/{name}-2026": name for name in users}, len(left)

    found = bench.compare(
        "iam_mfa_devices state=absent",
        tasks.RETIRE,
        "retire",
        lambda: bench.account(count, fixture={"users": [user(name) for name in made_up(count)]}),
        is_done,
        SHORT,
        of_user=lambda name: {"serial_number": f"arn:aws:iam::{ACCOUNT}:mfa/{name}"},
    )
    noted(bench, "retire old devices", count, found, 1.2)


def rotate(bench: Bench, count: int) -> None:
    """A new device for each, and the older one away, in one run of the playbook rotate, nothing tuned."""
    print(f"The devices of {count} users rotated", flush=True)
    seed_store = {"type": "secretsmanager"}
    inputs = {"rotate_suffix": "2026", "rotate_seed_store": seed_store, "rotate_holder": "store"}

    def is_done(users: list[str]) -> None:
        left = {device["serial_number"]: device["user_name"] for device in bench.emulator.devices()}
        assert left == {f"arn:aws:iam::{ACCOUNT}:mfa/{name}-2026": name for name in users}, len(left)
        assert not bench.emulator.violations(), bench.emulator.violations()[:3]

    found = bench.compare(
        "the playbook rotate",
        lambda users: bench.playbook(
            "rotate", {**inputs, "rotate_users": users, "rotate_retire_devices": ["{user_name}"]}
        ),
        "rotate",
        lambda: bench.account(count, device="virtual"),
        is_done,
        LONG,
    )
    noted(bench, "rotate in one run", count, found, 1.3)


def enforce(bench: Bench, count: int) -> None:
    """The role, nothing tuned: enrols, and attaches the policy to each user, in one run."""
    print(f"{count} users enrolled, and MFA enforced on them", flush=True)

    def is_done(users: list[str]) -> None:
        bench.stored(users)
        assert holders(bench) == set(users), len(holders(bench))

    found = bench.compare(
        "role, enforcement on users",
        tasks.ROLE_BY_USERS,
        "enrol_and_enforce",
        lambda: bench.account(count),
        is_done,
        LONG,
    )
    noted(bench, "role: enrol and enforce on users", count, found, 1.3)


def made_up(count: int) -> list[str]:
    """Names of users, as the emulator's own generator makes them."""
    return [f"user-{number:04d}" for number in range(1, count + 1)]


def holders(bench: Bench) -> set[str]:
    """Return who has the policy, as AWS lists it."""
    bench.emulator.set(latency=0)
    pages = bench.emulator.boto3("iam").get_paginator("list_entities_for_policy").paginate(PolicyArn=POLICY)
    return {user["UserName"] for page in pages for user in page["PolicyUsers"]}
