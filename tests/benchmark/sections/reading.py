# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only reads: an account and its report, and the module for one device with nothing to do."""

from __future__ import annotations

import json
import statistics

import tasks
from harness import Bench


def audit(bench: Bench, count: int) -> None:
    """Read an account, and write its report."""
    print(f"An account of {count} users, who all have virtual devices", flush=True)
    bench.account(count, device="virtual")
    empty = bench.empty()
    report = {"dest": str(bench.folder / "report"), "formats": tasks.FORMATS, "force": True}
    both = {"hardening.aws.iam_mfa_report": report}
    given = {"hardening.aws.iam_mfa_report": {**report, "account_info": "{{ mfa }}"}}
    info, median = tasks.INFO, statistics.median
    reading, writing, carrying, calls = [], [], [], []
    for _turn in range(3):
        bench.emulator.clear_requests()
        run = bench.play([info], [], "iam_mfa_device_info")
        reading.append(run.seconds - empty)
        calls.append(run.calls["total"])
        writing.append(bench.play([both], [], "iam_mfa_report, all formats").seconds - run.seconds)
        carrying.append(bench.play([info, given], [], "both modules, one after the other").seconds - run.seconds)
    bench.add(f"calls of iam_mfa_device_info, {count} users", max(calls), 20, "calls")
    bench.add(f"time of iam_mfa_device_info beyond an empty playbook, {count}", median(reading), 5, "s")
    bench.add(f"time of iam_mfa_report beyond iam_mfa_device_info, {count}", median(writing), 2, "s")
    bench.facts["audit"] = {"users": count, "seconds_more_if_account_info_is_given": median(carrying)}


def single(bench: Bench, turns: int) -> None:
    """The module for one device against amazon.aws's module that lists them."""
    print("One user, nothing to do", flush=True)
    names = bench.account(1, device="virtual")
    bench.emulator.set(latency=0)
    ours = {name: options for name, options in tasks.SINGULAR.items() if name != "loop"}
    mine = json.loads(json.dumps(ours).replace("{{ item.user_name }}", names[0]))
    theirs = {"amazon.aws.iam_mfa_device_info": {"user_name": names[0]}}
    ratios = []
    for _turn in range(5):
        seconds = bench.play([mine] * turns, names, f"iam_mfa_device, {turns} times").seconds
        other = bench.play([theirs] * turns, names, f"amazon.aws.iam_mfa_device_info, {turns} times").seconds
        ratios.append(seconds / other)
    bench.add("iam_mfa_device ÷ amazon.aws.iam_mfa_device_info", statistics.median(ratios), 1.2)
