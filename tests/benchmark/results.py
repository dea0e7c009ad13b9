# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what was measured: docs/benchmark.json, its picture, its table, and the README's figures."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib

import chart
from harness import CONCURRENCY, LATENCY, Bench

# Galaxy shows the README without the repository.
_PAGE = "https://github.com/hardening-aws/hardening.aws/blob/main/docs/benchmark.md"
_HEAD = """<!--
SPDX-FileCopyrightText: 2026 hardening.aws contributors
SPDX-License-Identifier: GPL-3.0-or-later

Written by tests/benchmark/run.py: make bench.
-->

# How fast it is

![{title}](benchmark.svg)

`make bench` measures all of this in one run, and writes this page, the picture, the figures in the
[README](../README.md#how-fast-it-is) and [benchmark.json](benchmark.json). This run: {cpus} CPUs, a latency of
{latency:g} ms, {concurrency} users at a time. The limits are the project's own; `make bench` fails if a figure is over
its limit. Ten million additions in Python took {additions:.1f} s on this machine: the slower it is, the more do Ansible
and the start of a module weigh, in the ratios too.

## How it is measured

- Everything runs on the [emulator](../tests/emulator/README.md), which adds the latency to each answer. It runs on the
  same machine, so its own work is in every figure.
- The unit is the time of a whole process, from its start to its end. "Empty playbook off" means that the time of a
  playbook without a task, measured beside it, is taken off, but nothing from the script.
- The [boto3 script](../tests/benchmark/boto3_script.py) has a client of each service, {concurrency} threads, and a
  connection for each of them. It takes the same calls, with one exception: it reads no seed back, and asks for each
  user's devices instead. It believes the local clock, and gives up what fails.
- The two are measured by turns in one run, each turn on an account made anew; medians of three or five are compared.
- After each turn it is checked that the job is done for every user.
"""


def write(bench: Bench, root: pathlib.Path) -> None:
    """Write all of it, after a whole run."""
    document = {
        "latency_ms": LATENCY * 1000,
        "concurrency": CONCURRENCY,
        "cpus": os.cpu_count(),
        "figures": [{**dataclasses.asdict(figure), "kept": figure.kept} for figure in bench.figures],
        **bench.facts,
    }
    docs = root / "docs"
    (docs / "benchmark.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    (docs / "benchmark.svg").write_text(chart.draw(bench.facts["enrolment"]["seconds_per_user"], bench.facts["jobs"]))
    (docs / "benchmark.md").write_text(page(bench))
    readme = root / "README.md"
    readme.write_text(with_figures(readme.read_text(), bench))
    print("Written: docs/benchmark.json, docs/benchmark.svg, docs/benchmark.md, and the figures in README.md")


def with_figures(text: str, bench: Bench) -> str:
    """Return the README's text with the figures that a reader looks for between its two marks."""
    begin, end = "<!-- figures: begin -->", "<!-- figures: end -->"
    users = bench.facts["thousand"]["users"]
    rows = [f"| {users:,} users | seconds | AWS calls |", "|---|---|---|"]
    for what, run in bench.facts["thousand"]["runs"].items():
        rows.append(f"| {what} | {run['seconds']:.0f} | {run['calls']:,} |")
    rows += [
        "",
        f"Measured on the emulator, with {LATENCY * 1000:g} ms of latency and {CONCURRENCY} users at a time,",
        "Ansible's own start included.",
        f"[docs/benchmark.md]({_PAGE}) has the other figures, their limits, and how all are measured.",
    ]
    before, rest = text.split(begin)
    return "\n".join([before + begin, *rows, end + rest.split(end)[1]])


def page(bench: Bench) -> str:
    """Return docs/benchmark.md."""
    facts = bench.facts
    head = _HEAD.format(
        cpus=os.cpu_count(),
        latency=LATENCY * 1000,
        title=chart.TITLE,
        concurrency=CONCURRENCY,
        additions=facts["seconds_of_ten_million_additions"],
    )
    parts = [head]
    parts += ["## Figures and their limits", "", "| what | measured | limit | |", "|---|---|---|---|"]
    for figure in bench.figures:
        mark = "" if figure.kept else "over"
        parts.append(f"| {figure.name} | {figure.value:.3g} {figure.unit} | {figure.bound} | {mark} |")
    parts += [
        "",
        "The report's module reads the account itself and returns verdicts instead of users, so it may take less",
    ]
    parts += [
        "time than the information module alone: then the difference is negative.",
        "",
        "## Jobs on many users",
        "",
    ]
    parts += [
        "| job | users | seconds | those of the script | calls | those of the script |",
        "|---|---|---|---|---|---|",
    ]
    for what, job in facts["jobs"].items():
        ours = job["seconds"] - job["seconds_of_empty_playbook"]
        parts.append(
            f"| {what} | {job['users']:,} | {ours:.1f} | {job['seconds_of_script']:.1f} | {job['calls']:,} "
            f"| {job['calls_of_script']:,} |"
        )
    parts += ["", "The empty playbook is off.", "", "## Runs that change nothing", ""]
    parts += ["| users | `iam_mfa_devices` | role | role, enforcement by users | by group |", "|---|---|---|---|---|"]
    for count, cost in facts["compliant"].items():
        by_users, by_group = facts["enforced"]["users"][count], facts["enforced"]["group"][count]
        cells = [
            f"{cost['module_calls']} calls, {cost['module_seconds']:.1f} s",
            f"{cost['role_calls']} calls, {cost['role_seconds']:.1f} s",
            *(f"{way['calls']} calls, {way['seconds']:.1f} s" for way in (by_users, by_group)),
        ]
        parts.append(f"| {count:,} | {' | '.join(cells)} |")
    carried = facts["audit"]["seconds_more_if_account_info_is_given"]
    parts += ["", "Seconds beyond an empty playbook.", ""]
    parts += [
        f"A report of {facts['audit']['users']:,} users takes {carried:.2g} s more than reading them if another task"
    ]
    parts += ["has read them (`account_info`).", ""]
    return "\n".join(parts)
