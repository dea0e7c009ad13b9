# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the collection against what one would use instead, on the emulator, all in one run: make bench.

Prints ratios, with the limits that the design sets beside them, and writes docs/benchmark.json and docs/benchmark.svg.
Times are of whole processes. Where it says so, the time of an empty playbook, measured beside it, is taken off.
A ratio over its limit is marked, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import base64
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/emulator"), str(ROOT / "scripts")]

from aws_emulator.client import Emulator
from chart import draw
from project import MAIN, plain_environment

HERE = ROOT / "tests/benchmark"
BIN = pathlib.Path(sys.executable).parent
LATENCY = 0.05
CONCURRENCY = 16
FORMATS = ["html", "json", "csv", "md", "junit", "sarif"]
SECTIONS = ["enrolment", "compliant", "audit", "throttled", "contended", "single"]
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
DEVICES = "{{ lookup('ansible.builtin.file', users_file) | from_json }}"

PLURAL = {
    "hardening.aws.iam_mfa_devices": {
        "devices": DEVICES,
        "seed_store": {"type": "secretsmanager"},
        "concurrency": CONCURRENCY,
    }
}
ROLE_INPUTS = {
    "iam_user_hardening_users": "{{ lookup('ansible.builtin.file', users_file) | from_json"
    " | map(attribute='user_name') | list }}",
    "iam_user_hardening_seed_store": {"type": "secretsmanager"},
    "iam_user_hardening_concurrency": CONCURRENCY,
}
ROLE = {
    "ansible.builtin.include_role": {"name": "hardening.aws.iam_user_hardening"},
    # One batch, without the small one before it that shows what fails for everybody.
    "vars": {**ROLE_INPUTS, "iam_user_hardening_batch_size": 500, "iam_user_hardening_stop_after_failures": 0},
}
ROLE_IN_BATCHES = {**ROLE, "vars": ROLE_INPUTS}  # of 100, the default
INFO = {"hardening.aws.iam_mfa_device_info": {"account": True}, "register": "mfa"}
SINGULAR = {
    "hardening.aws.iam_mfa_device": {
        "user_name": "{{ item.user_name }}",
        "device_name": "{{ item.user_name }}",
        "seed_store": {"type": "secretsmanager"},
    },
    "loop": DEVICES,
}


@dataclasses.dataclass
class Run:
    """One measured process: seconds, the AWS calls it made, and the largest memory of a single process in it."""

    seconds: float
    calls: dict[str, t.Any]
    output: str
    megabytes: float = 0.0


@dataclasses.dataclass
class Figure:
    """A ratio or a number, and the most that it may be."""

    name: str
    value: float
    limit: float
    unit: str = "×"
    at_least: bool = False

    @property
    def kept(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


class Bench:
    """Runs subjects on an emulator, each on an account made anew."""

    def __init__(self, emulator: Emulator, folder: pathlib.Path) -> None:
        self.emulator = emulator
        self.folder = folder
        self.figures: list[Figure] = []
        self.facts: dict[str, t.Any] = {}
        self._environment = {
            **plain_environment(),
            **emulator.env(),
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(MAIN.tree),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_PIPELINING": "true",
            "HOME": str(folder),
        }

    def account(self, count: int, device: str = "none", **settings: t.Any) -> list[str]:
        """Make an account of so many users and return their names."""
        self.emulator.reset()
        self.emulator.fixture(
            {"generate": {"count": count, "prefix": "user-", "console_password": True, "device": device}}
        )
        pages = self.emulator.boto3("iam").get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1000})
        names = [user["UserName"] for page in pages for user in page["Users"]]
        assert len(names) == count, (len(names), count)
        self.emulator.set(latency=LATENCY, **settings)
        self.emulator.clear_requests()
        return names

    def command(self, arguments: list[str], what: str, **environment: str) -> Run:
        """Run a command and measure it. It must succeed."""
        started = time.monotonic()
        code = (
            "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]);"
            "print('PEAK', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env={**self._environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
        )
        seconds = time.monotonic() - started
        if done.returncode:
            raise SystemExit(f"{what} failed:\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}")
        peak = int(re.findall(r"PEAK (\d+)", done.stderr)[-1]) / 1024
        return Run(seconds, self.emulator.counts(), done.stdout, peak)

    def play(self, tasks: list[dict[str, t.Any]], users: list[str], what: str, seeds: bool = False) -> Run:
        """Run tasks as a playbook on the local host, with a seed for each user if so wanted."""
        book = self.folder / "play.yml"
        devices = [{"user_name": name} for name in users]
        if seeds:
            for device in devices:
                device["seed"] = base64.b32encode(hashlib.sha512(device["user_name"].encode()).digest()[:40]).decode()
        (self.folder / "users.json").write_text(json.dumps(devices))
        play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
        book.write_text(json.dumps([play]))
        run = self.command(
            [str(BIN / "ansible-playbook"), str(book), "-e", f"users_file={self.folder}/users.json"], what
        )
        print(f"    {what}: {run.seconds:.1f} s, {run.calls['total']} calls", flush=True)
        return run

    def empty(self) -> float:
        """The median time of a playbook that does nothing."""
        task = [{"ansible.builtin.meta": "noop"}]
        return statistics.median(self.play(task, [], "an empty playbook").seconds for _turn in range(3))

    def enrolled(self, users: list[str]) -> None:
        """Check, from the emulator's own books, that each user has one device whose seed is stored."""
        attached = [device for device in self.emulator.devices() if device["user_name"]]
        assert sorted(device["user_name"] for device in attached) == sorted(users), len(attached)
        assert not self.emulator.violations(), self.emulator.violations()[:3]

    def add(self, name: str, value: float, limit: float, unit: str = "×", at_least: bool = False) -> None:
        """Note a figure, and print it."""
        figure = Figure(name, value, limit, unit, at_least)
        self.figures.append(figure)
        bound = "at least" if at_least else "at most"
        mark = "ok" if figure.kept else "OVER THE LIMIT"
        print(f"  {name}: {value:.3g} {unit} ({bound} {limit:g}) {mark}", flush=True)

    # -- what is measured --------------------------------------------------------------------------------------------

    def enrolment(self, count: int) -> None:
        """Enrol users with Secrets Manager as the store, by each way there is."""
        print(f"Enrolment of {count} users, {LATENCY * 1000:g} ms latency, {CONCURRENCY} at once", flush=True)
        empty = self.empty()
        python, per_user, calls = sys.executable, {}, {}

        def measure(what: str, users: int, run: t.Callable[[list[str]], Run], turns: int = 1) -> float:
            times = []
            for _turn in range(turns):
                names = self.account(users)
                done = run(names)
                attached = sum(1 for device in self.emulator.devices() if device["user_name"])
                assert attached == users, (what, attached)
                times.append(done.seconds)
            seconds = statistics.median(times)
            per_user[what], calls[what] = seconds / users, done.calls["total"] / users
            print(f"  {what}: {seconds:.2f} s for {users} users, {calls[what]:.2f} calls a user", flush=True)
            return seconds

        script = [python, str(HERE / "boto3_script.py")]
        threaded = measure(
            "boto3 script, threads", count, lambda names: self.command([*script, str(CONCURRENCY), *names], "script"), 3
        )
        plural = measure("iam_mfa_devices", count, lambda names: self.play([PLURAL], names, "iam_mfa_devices"), 3)
        role = measure("role", count, lambda names: self.play([ROLE], names, "role"), 3)
        batches = measure("role in batches of 100", count, lambda names: self.play([ROLE_IN_BATCHES], names, "role"))
        few = max(count // 25, 5)
        measure("boto3 script, serial", few, lambda names: self.command([*script, "1", *names], "script"))
        measure("iam_mfa_device in a loop", few, lambda names: self.play([SINGULAR], names, "loop"))
        measure(
            "AWS CLI in a loop",
            max(few // 4, 2),
            lambda names: self.command([str(HERE / "cli_loop"), python, *names], "AWS CLI"),
        )
        self.add("iam_mfa_devices ÷ threaded boto3 script, empty playbook off", (plural - empty) / threaded, 1.15)
        self.add("role in one batch ÷ threaded boto3 script, empty playbook off", (role - empty) / threaded, 1.4)
        cli = per_user["AWS CLI in a loop"]
        self.add("AWS CLI loop ÷ iam_mfa_devices, a user", cli / per_user["iam_mfa_devices"], 100, at_least=True)
        self.facts["enrolment"] = {
            "users": count,
            "seconds_per_user": per_user,
            "calls_per_user": calls,
            "role_in_batches_of_100": (batches - empty) / threaded,
        }

    def compliant(self, sizes: list[int]) -> None:
        """Run on users who all have a device: the cost must not grow with them."""
        print("Users who have a device already", flush=True)
        empty = self.empty()
        found = {}
        for count in sizes:
            names = self.account(count, device="virtual")
            plural = self.play([PLURAL], names, f"iam_mfa_devices, {count} users")
            self.account(count, device="virtual")
            role = self.play([ROLE], names, f"role, {count} users")
            found[count] = {
                "module_calls": plural.calls["total"],
                "module_seconds": plural.seconds - empty,
                "role_calls": role.calls["total"],
                "role_seconds": role.seconds - empty,
                "module_megabytes": plural.megabytes,
            }
        names = self.account(max(sizes), device="virtual")
        without = self.play([PLURAL], names, f"iam_mfa_devices, {max(sizes)} users").seconds
        with_seeds = self.play([PLURAL], names, "the same with a seed for each", seeds=True).seconds
        self.add(f"iam_mfa_devices with {max(sizes)} secrets to mask ÷ without", with_seeds / without, 1.3)
        most = found[max(sizes)]
        self.add(f"calls of iam_mfa_devices, {max(sizes)} compliant users", most["module_calls"], 20, "calls")
        self.add(f"time of iam_mfa_devices beyond an empty playbook, {max(sizes)}", most["module_seconds"], 3, "s")
        self.add(f"calls of the role, {max(sizes)} compliant users", most["role_calls"], 30, "calls")
        self.add(f"peak memory of iam_mfa_devices, {max(sizes)} users", most["module_megabytes"], 400, "MiB")
        self.facts["compliant"] = found

    def audit(self, count: int) -> None:
        """Read an account, and write its report."""
        print(f"An account of {count} users, who all have virtual devices", flush=True)
        self.account(count, device="virtual")
        empty = self.empty()
        report = {"dest": str(self.folder / "report"), "formats": FORMATS, "force": True}
        both = {"hardening.aws.iam_mfa_report": report}
        given = {"hardening.aws.iam_mfa_report": {**report, "account_info": "{{ mfa }}"}}
        reading, writing, carrying, calls = [], [], [], []
        for _turn in range(3):
            self.emulator.clear_requests()
            info = self.play([INFO], [], "iam_mfa_device_info")
            reading.append(info.seconds - empty)
            calls.append(info.calls["total"])
            writing.append(self.play([both], [], "iam_mfa_report, all formats").seconds - info.seconds)
            carrying.append(self.play([INFO, given], [], "both modules, one after the other").seconds - info.seconds)
        self.add(f"calls of iam_mfa_device_info, {count} users", max(calls), 20, "calls")
        self.add(f"time of iam_mfa_device_info beyond an empty playbook, {count}", statistics.median(reading), 5, "s")
        self.add(f"time of iam_mfa_report beyond iam_mfa_device_info, {count}", statistics.median(writing), 2, "s")
        self.facts["audit"] = {"users": count, "seconds_more_if_account_info_is_given": statistics.median(carrying)}

    def throttled(self, count: int, rate: int, burst: int) -> None:
        """Enrol under a throttle."""
        print(f"Enrolment of {count} users under a throttle of {rate} calls a second, burst {burst}", flush=True)
        empty = self.empty()
        for scope in ("service", "all"):
            names = self.account(count, rate=rate, burst=burst, throttle_scope=scope)
            run = self.play([PLURAL], names, f"iam_mfa_devices, a bucket for {scope}")
            self.enrolled(names)
            throttled = run.calls["throttled"]
            by_service: dict[str, int] = {}
            for action, number in run.calls["by_action"].items():
                service = "all" if scope == "all" else action.split(":")[0]
                by_service[service] = by_service.get(service, 0) + number
            calls = max(by_service.values())
            what = "one bucket for all calls" if scope == "all" else "a bucket for each service"
            self.add(f"time ÷ (calls ÷ rate), {what}", (run.seconds - empty) / (calls / rate), 1.1)
            self.add(f"throttled calls, {what}", 100 * throttled / run.calls["total"], 5, "%")

    def contended(self, count: int) -> None:
        """Enrol where a bucket of one's own is not why calls are throttled, against scripts with botocore's retries."""
        print(
            f"Enrolment of {count} users, or three times as many, under throttles that a slower pace does not cure",
            flush=True,
        )
        empty = self.empty()
        script = [sys.executable, str(HERE / "boto3_script.py"), str(CONCURRENCY)]
        found: dict[str, t.Any] = {}
        for trouble, settings in CONTENDED.items():
            scripts: dict[str, dict[str, t.Any]] = {}
            # Where there is no rate a user takes so little that the start of a module would be most of the time.
            users = count if "rate" in settings else 3 * count
            for mode, attempts in RETRIES:
                names = self.account(users, random_seed=1, **settings)
                environment = {"AWS_RETRY_MODE": mode, "AWS_MAX_ATTEMPTS": str(attempts)}
                limit = ["timeout", "--preserve-status", str(SCRIPT_SECONDS)]
                run = self.command(["sh", "-c", '"$@" || true', "sh", *limit, *script, *names], "script", **environment)
                told = re.findall(r"given up: (\d+)", run.output)
                scripts[f"{mode}, {attempts} attempts"] = {
                    "seconds": run.seconds,
                    "given_up": int(told[-1]) if told else None,
                    "ended": not told and run.seconds >= SCRIPT_SECONDS,
                }
            names = self.account(users, random_seed=1, **settings)
            ours = self.play([PLURAL], names, f"iam_mfa_devices, {trouble}").seconds - empty
            self.enrolled(names)
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
            self.add(f"iam_mfa_devices ÷ best of botocore's retries, {trouble}", ours / best, 1.5)
        self.facts["contended"] = {"users": count, "seconds": found}

    def single(self, turns: int) -> None:
        """The module for one device against amazon.aws's module that lists them."""
        print("One user, nothing to do", flush=True)
        names = self.account(1, device="virtual")
        self.emulator.set(latency=0)
        ours = {"hardening.aws.iam_mfa_device": {**SINGULAR["hardening.aws.iam_mfa_device"]}}
        text = json.dumps(ours).replace("{{ item.user_name }}", names[0])
        theirs = {"amazon.aws.iam_mfa_device_info": {"user_name": names[0]}}
        ratios = []
        for _turn in range(5):
            mine = self.play([json.loads(text)] * turns, names, f"iam_mfa_device, {turns} times").seconds
            other = self.play([theirs] * turns, names, f"amazon.aws.iam_mfa_device_info, {turns} times").seconds
            ratios.append(mine / other)
        self.add("iam_mfa_device ÷ amazon.aws.iam_mfa_device_info", statistics.median(ratios), 1.2)


def write_readme(bench: Bench) -> None:
    """Put the figures into the README, between its two marks."""
    rows = ["| what | measured | limit |", "|---|---|---|"]
    for figure in bench.figures:
        bound = "at least" if figure.at_least else "at most"
        rows.append(f"| {figure.name} | {figure.value:.3g} {figure.unit} | {bound} {figure.limit:g} |")
    growth = ", ".join(f"{count:,}: {cost['module_calls']}" for count, cost in bench.facts["compliant"].items())
    rows += ["", f"Calls of `iam_mfa_devices` by the number of users who have a device already: {growth}."]
    batches = bench.facts["enrolment"]["role_in_batches_of_100"]
    rows += [
        f"In batches of 100, its default, the role takes {batches:.3g} × the time of the threaded script: that a run "
        "is seen to move, and keeps what is done, costs a module's start for each batch."
    ]
    carried = bench.facts["audit"]["seconds_more_if_account_info_is_given"]
    rows += [
        f"A report of {bench.facts['audit']['users']:,} users takes {carried:.2g} s more than reading them if another "
        "task has read them (`account_info`)."
    ]
    readme = ROOT / "README.md"
    begin, end = "<!-- figures: begin -->", "<!-- figures: end -->"
    before, rest = readme.read_text().split(begin)
    readme.write_text("\n".join([before + begin, *rows, end + rest.split(end)[1]]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=500, help="how many users to enrol")
    parser.add_argument("--only", choices=SECTIONS, action="append")
    arguments = parser.parse_args()
    subprocess.run([sys.executable, str(ROOT / "scripts/collection_tree.py")], check=True, stdout=subprocess.DEVNULL)
    wanted = arguments.only or SECTIONS
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hardening-aws-bench-"))
    try:
        with Emulator.start() as emulator:
            bench = Bench(emulator, folder)
            if "enrolment" in wanted:
                bench.enrolment(arguments.users)
            if "compliant" in wanted:
                bench.compliant([500, 1000, 2000, 5000])
            if "audit" in wanted:
                bench.audit(5000)
            if "throttled" in wanted:
                bench.throttled(arguments.users, rate=20, burst=40)
            if "contended" in wanted:
                bench.contended(min(arguments.users, 100))
            if "single" in wanted:
                bench.single(turns=10)
    finally:
        shutil.rmtree(folder)
    result = {
        "latency_ms": LATENCY * 1000,
        "concurrency": CONCURRENCY,
        "cpus": os.cpu_count(),
        "figures": [{**dataclasses.asdict(figure), "kept": figure.kept} for figure in bench.figures],
        **bench.facts,
    }
    if arguments.only is None:
        (ROOT / "docs/benchmark.json").write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
        (ROOT / "docs/benchmark.svg").write_text(draw(result["enrolment"]["seconds_per_user"]))
        write_readme(bench)
        print("Written: docs/benchmark.json, docs/benchmark.svg, and the figures in README.md")
    over = [figure.name for figure in bench.figures if not figure.kept]
    print(
        f"{len(bench.figures) - len(over)} figures within their limits, {len(over)} over"
        + "".join(f"\n  {n}" for n in over)
    )
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
