# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrolment while AWS throttles."""

from __future__ import annotations

import re
import typing as t

import tasks
from harness import CONCURRENCY, SCRIPT, Bench

# Throttles that a bucket of one's own does not explain, as settings of the emulator.
CONTENDED = {
    "a neighbour who takes 10 of 20 calls/s": {"rate": 20, "burst": 40, "neighbour_rate": 10},
    "a neighbour who wants 30 of 20 calls/s": {"rate": 20, "burst": 40, "neighbour_rate": 30},
    "the first call throttled": {"throttle_first": 1},
    "everything throttled for 20 s": {"throttled_until": 20},
    "2 % throttled by chance": {"throttle_probability": 0.02},
    "5 % throttled by chance": {"throttle_probability": 0.05},
    "10 % throttled by chance": {"throttle_probability": 0.1},
    "30 % throttled by chance": {"throttle_probability": 0.3},
}
# What is compared with: botocore's retry modes as they are by default, and with as many attempts as it takes.
RETRIES = [(mode, attempts) for mode in ("standard", "adaptive") for attempts in (3, 10)]
SCRIPT_SECONDS = 60  # a script that is still at work by then is ended; it would have taken at least that long


def throttled(bench: Bench, count: int, rate: int, burst: int) -> None:
    """Enrol under a throttle."""
    print(f"Enrolment of {count} users under a throttle of {rate} calls a second, burst {burst}", flush=True)
    empty = bench.empty()
    for scope in ("service", "all"):
        names = bench.account(count, rate=rate, burst=burst, throttle_scope=scope)
        run = bench.play([tasks.PLURAL], names, f"iam_mfa_devices, a bucket for {scope}")
        bench.stored(names)
        by_service: dict[str, int] = {}
        for action, number in run.calls["by_action"].items():
            service = "all" if scope == "all" else action.split(":")[0]
            by_service[service] = by_service.get(service, 0) + number
        calls = max(by_service.values())
        what = "one bucket for all calls" if scope == "all" else "a bucket for each service"
        bench.add(f"time ÷ (calls ÷ rate), {what}", (run.seconds - empty) / (calls / rate), 1.1)
        bench.add(f"throttled calls, {what}", 100 * run.calls["throttled"] / run.calls["total"], 5, "%")


def contended(bench: Bench, count: int) -> None:
    """Enrol where a bucket of one's own is not why calls are throttled, against scripts with botocore's retries."""
    print(
        f"Enrolment of {count} users, or three times as many, under throttles that a slower pace does not cure",
        flush=True,
    )
    empty = bench.empty()
    script = [*SCRIPT, "enrol", str(CONCURRENCY)]
    found: dict[str, t.Any] = {}
    for trouble, settings in CONTENDED.items():
        scripts: dict[str, dict[str, t.Any]] = {}
        # Where there is no rate a user takes so little that the start of a module would be most of the time.
        users = count if "rate" in settings else 3 * count
        for mode, attempts in RETRIES:
            names = bench.account(users, random_seed=1, **settings)
            environment = {"AWS_RETRY_MODE": mode, "AWS_MAX_ATTEMPTS": str(attempts)}
            limit = ["timeout", "--preserve-status", str(SCRIPT_SECONDS)]
            run = bench.command(["sh", "-c", '"$@" || true', "sh", *limit, *script, *names], "script", **environment)
            told = re.findall(r"given up: (\d+)", run.output)
            scripts[f"{mode}, {attempts} attempts"] = {
                "seconds": run.seconds,
                "given_up": int(told[-1]) if told else None,
                "ended": not told and run.seconds >= SCRIPT_SECONDS,
            }
        names = bench.account(users, random_seed=1, **settings)
        ours = bench.play([tasks.PLURAL], names, f"iam_mfa_devices, {trouble}").seconds - empty
        bench.stored(names)
        # Whoever gives up users has done other work. One that was ended takes at least so long.
        best = min(
            (
                one["seconds"]
                for one in scripts.values()
                if one["ended"] or (one["given_up"] is not None and one["given_up"] <= users / 100)
            ),
            default=0.0,
        )
        if not best:
            raise SystemExit(f"{trouble}: no script of botocore's retries did the work: {scripts}")
        found[trouble] = {"iam_mfa_devices": ours, "boto3": scripts}
        bench.add(f"iam_mfa_devices ÷ best of botocore's retries, {trouble}", ours / best, 1.5)
    bench.facts["contended"] = {"users": count, "seconds": found}
