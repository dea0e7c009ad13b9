# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users for whom nothing is to be done: the cost must not grow with them."""

from __future__ import annotations

import base64
import hashlib
import statistics
import typing as t

import tasks
from boto3_script import POLICY
from harness import Bench, Run

from .bulk import holders


def compliant(bench: Bench, sizes: list[int]) -> None:
    """Users who have a device already."""
    print("Users who have a device already", flush=True)
    empty = bench.empty()
    found = {}
    for count in sizes:
        names = bench.account(count, device="virtual")
        plural = bench.play([tasks.PLURAL], names, f"iam_mfa_devices, {count} users")
        bench.account(count, device="virtual")
        role = bench.play([tasks.ROLE], names, f"role, {count} users")
        found[count] = {
            "module_calls": plural.calls["total"],
            "module_seconds": plural.seconds - empty,
            "role_calls": role.calls["total"],
            "role_seconds": role.seconds - empty,
            "module_megabytes": plural.megabytes,
        }
    most = max(sizes)
    names = bench.account(most, device="virtual")
    without = bench.play([tasks.PLURAL], names, f"iam_mfa_devices, {most} users").seconds
    with_seeds = bench.play([tasks.PLURAL], names, "the same with a seed for each", seed).seconds
    bench.add(f"iam_mfa_devices with {most} secrets to mask ÷ without", with_seeds / without, 1.3)
    bench.add(f"calls of iam_mfa_devices, {most} compliant users", found[most]["module_calls"], 20, "calls")
    seconds = found[most]["module_seconds"]
    bench.add(f"time of iam_mfa_devices beyond an empty playbook, {most}", seconds, 3, "s")
    bench.add(f"calls of the role, {most} compliant users", found[most]["role_calls"], 30, "calls")
    bench.add(f"peak memory of iam_mfa_devices, {most} users", found[most]["module_megabytes"], 400, "MiB")
    bench.facts["compliant"] = found


def seed(name: str) -> dict[str, t.Any]:
    """A seed for a user, made from the name."""
    return {"seed": base64.b32encode(hashlib.sha512(name.encode()).digest()[:40]).decode()}


def enforced(bench: Bench, sizes: list[int]) -> None:
    """Users who have a device and the policy, from the role's first run: by users, and by group."""
    print("Users who have a device and on whom MFA is enforced already", flush=True)
    empty = bench.empty()
    most = max(sizes)
    found: dict[str, dict[int, t.Any]] = {}
    for way, task in (("users", tasks.ROLE_BY_USERS), ("group", tasks.ROLE_BY_GROUP)):
        found[way] = {}
        for count in sizes:
            fixture = {"groups": [tasks.GROUP], "generate": {"groups": [tasks.GROUP]}}
            names = bench.account(count, device="virtual", fixture=fixture)
            bench.emulator.set(latency=0)
            bench.play([task], names, f"by {way}, {count} users, the first run, without latency")
            if way == "users":
                assert holders(bench) == set(names), len(holders(bench))
            else:
                assert group_has_policy(bench)
            # Only the largest has a limit of time.
            repeated = range(3 if count == most else 1)
            turns = [second_run(bench, task, names, f"by {way}, {count} users") for _turn in repeated]
            found[way][count] = {
                "calls": max(run.calls["total"] for run in turns),
                "seconds": statistics.median(run.seconds for run in turns) - empty,
            }
        cost = found[way][most]
        bench.add(f"calls of the role, enforcement by {way}, {most} compliant users", cost["calls"], 35, "calls")
        bench.add(f"its time beyond an empty playbook, by {way}, {most}", cost["seconds"], 4, "s")
    bench.facts["enforced"] = found


def second_run(bench: Bench, task: tasks.Task, names: list[str], what: str) -> Run:
    """Run a task that has nothing left to do."""
    bench.measure_from_here()
    run = bench.play([task], names, what)
    assert "changed=0" in run.output, run.output[-2000:]
    return run


def group_has_policy(bench: Bench) -> bool:
    """Return whether the group has the policy, as AWS lists it."""
    answer = bench.emulator.boto3("iam").list_attached_group_policies(GroupName=tasks.GROUP)
    return POLICY in [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]
