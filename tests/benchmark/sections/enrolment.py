# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrolment with Secrets Manager as the store, by each way there is."""

from __future__ import annotations

import sys
import typing as t

import tasks
from harness import HERE, Bench, Run

from .bulk import LONG, made_up, noted

# IAM's calls on the account as a whole: how many there are does not depend on how many users are enrolled.
OF_THE_ACCOUNT = ("Generate", "GetAccount", "GetCredentialReport", "ListAccountAliases", "ListUsers", "ListVirtual")


def enrolment(bench: Bench, count: int) -> None:
    """The plural module and the role against the script, and fewer users by what takes one after the other."""
    print(f"Enrolment of {count} users", flush=True)
    per_user: dict[str, float] = {}

    def account() -> list[str]:
        return bench.account(count)

    plural = bench.compare("iam_mfa_devices", tasks.PLURAL, "enrol", account, bench.stored, LONG)
    noted(bench, "iam_mfa_devices: enrol", count, plural, 1.0)
    role = bench.compare("role", tasks.ROLE, "enrol", account, bench.stored, LONG)
    noted(bench, "role: enrol", count, role, 1.25)
    per_user["iam_mfa_devices"] = plural.ours / count
    per_user["role iam_user_hardening"] = role.ours / count
    per_user["boto3 script, 16 threads"] = plural.script / count

    def one_by_one(what: str, users: int, run: t.Callable[[list[str]], Run]) -> None:
        names = bench.account(users)
        seconds = run(names).seconds
        bench.enrolled(names)
        per_user[what] = seconds / users
        print(f"  {what}: {seconds:.2f} s for {users} users", flush=True)

    few = max(count // 25, 5)
    one_by_one("boto3 script, serial", few, lambda names: bench.script("enrol", names, threads=1))
    one_by_one("iam_mfa_device in a loop", few, lambda names: bench.play([tasks.SINGULAR], names, "loop"))
    cli = [str(HERE / "cli_loop"), sys.executable]
    one_by_one("AWS CLI in a loop", max(few // 4, 2), lambda names: bench.command([*cli, *names], "AWS CLI"))
    ratio = per_user["AWS CLI in a loop"] / per_user["iam_mfa_devices"]
    bench.add("AWS CLI loop ÷ iam_mfa_devices, a user", ratio, 100, at_least=True)
    bench.add("IAM calls of a user whom the role enrols", iam_calls(bench, role.run, count), 2.0, "calls")
    bench.facts["enrolment"] = {"users": count, "seconds_per_user": per_user}


def anew(bench: Bench, count: int) -> None:
    """Devices that an interrupted run left behind, without their seeds: deleted and made anew."""
    print(f"Enrolment of {count} users whose devices an interrupted run left behind", flush=True)
    fixture = {"unassigned_virtual_devices": [{"device_name": name} for name in made_up(count)]}
    for what, task in (("the role", tasks.ROLE), ("iam_mfa_devices", tasks.PLURAL)):
        names = bench.account(count, fixture=fixture)
        run = bench.play([task], names, what)
        bench.stored(names)
        bench.add(f"IAM calls of a user whose device is made anew, {what}", iam_calls(bench, run, count), 3.0, "calls")


def iam_calls(bench: Bench, run: Run, count: int) -> float:
    """Return IAM's calls for each user, those on the account as a whole left out."""
    by_action = bench.calls_by_action(run, "iam")
    return sum(number for action, number in by_action.items() if not action.startswith(OF_THE_ACCOUNT)) / count
