# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs what is measured, each time on an account made anew in the emulator, and keeps the figures."""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import threading
import time
import typing as t

from aws_emulator.client import Emulator
from project import MAIN, plain_environment

HERE = pathlib.Path(__file__).resolve().parent
BIN = pathlib.Path(sys.executable).parent
LATENCY = 0.05
CONCURRENCY = 16
SCRIPT = [sys.executable, str(HERE / "boto3_script.py")]

# What is said of a user in the file that a play reads, besides the name.
OfUser = t.Callable[[str], dict[str, t.Any]]

# Runs a command, and tells the most memory that a single process in it had.
_WITH_PEAK = (
    "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]);"
    "print('PEAK', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)"
)


@dataclasses.dataclass
class Run:
    """One measured process: seconds, the AWS calls it made, the largest memory of a single process in it, and the lines
    that it printed, each with the seconds since the start."""

    seconds: float
    calls: dict[str, t.Any]
    lines: list[tuple[float, str]]
    megabytes: float

    @property
    def output(self) -> str:
        return "".join(line for _at, line in self.lines)


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

    @property
    def bound(self) -> str:
        return f"at {'least' if self.at_least else 'most'} {self.limit:g}"


@dataclasses.dataclass
class Comparison:
    """Medians of a job done by the collection, by a threaded boto3 script, and of an empty playbook; all in seconds."""

    ours: float
    script: float
    empty: float
    our_calls: int
    script_calls: int
    run: Run

    @property
    def ratio(self) -> float:
        return (self.ours - self.empty) / self.script


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

    def account(
        self, count: int, device: str = "none", fixture: dict[str, t.Any] | None = None, **settings: t.Any
    ) -> list[str]:
        """Make an account of so many users and return their names. A fixture that has users is taken as it is."""
        self.emulator.reset()
        generated = {"count": count, "prefix": "user-", "console_password": True, "device": device}
        given = dict(fixture or {})
        if "users" not in given:
            given["generate"] = {**generated, **given.get("generate", {})}
        self.emulator.fixture(given)
        pages = self.emulator.boto3("iam").get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1000})
        names = [user["UserName"] for page in pages for user in page["Users"]]
        assert len(names) == count, (len(names), count)
        self.measure_from_here(**settings)
        return names

    def measure_from_here(self, **settings: t.Any) -> None:
        """Set the latency, and forget the calls that were made until now."""
        self.emulator.set(**{"latency": LATENCY, **settings})
        self.emulator.clear_requests()

    def command(self, arguments: list[str], what: str, fails: bool = False, **environment: str) -> Run:
        """Run a command and measure it. It must succeed, or with I(fails) it must not."""
        errors: list[str] = []
        lines: list[tuple[float, str]] = []
        started = time.monotonic()
        with subprocess.Popen(
            [sys.executable, "-c", _WITH_PEAK, *arguments],
            env={**self._environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        ) as process:
            assert process.stdout is not None and process.stderr is not None
            reader = threading.Thread(target=lambda stream: errors.append(stream.read()), args=[process.stderr])
            reader.start()
            for line in process.stdout:
                lines.append((time.monotonic() - started, line))
            reader.join()
        seconds = time.monotonic() - started
        output = "".join(line for _at, line in lines)
        if (process.returncode != 0) != fails:
            raise SystemExit(f"{what} {'did not fail' if fails else 'failed'}:\n{output[-4000:]}\n{errors[0][-2000:]}")
        peak = int(re.findall(r"PEAK (\d+)", errors[0])[-1]) / 1024
        return Run(seconds, self.emulator.counts(), lines, peak)

    def script(self, job: str, users: list[str], threads: int = CONCURRENCY, **environment: str) -> Run:
        """Run a job of the boto3 script, which must give nobody up."""
        run = self.command([*SCRIPT, job, str(threads), *users], f"script: {job}", **environment)
        assert "given up: 0" in run.output, run.output
        print(f"    script, {job}: {run.seconds:.2f} s, {run.calls['total']} calls", flush=True)
        return run

    def play(self, tasks: list[dict[str, t.Any]], users: list[str], what: str, of_user: OfUser | None = None) -> Run:
        """Run tasks as a playbook on the local host, for users of whom I(of_user) tells more than the name."""
        book = self.folder / "play.yml"
        items = [{"user_name": name, **(of_user(name) if of_user else {})} for name in users]
        (self.folder / "users.json").write_text(json.dumps(items))
        play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
        book.write_text(json.dumps([play]))
        run = self.command(
            [str(BIN / "ansible-playbook"), str(book), "-e", f"users_file={self.folder}/users.json"], what
        )
        print(f"    {what}: {run.seconds:.2f} s, {run.calls['total']} calls", flush=True)
        return run

    def playbook(self, name: str, variables: dict[str, t.Any]) -> Run:
        """Run a playbook of the collection."""
        (self.folder / "variables.json").write_text(json.dumps(variables))
        what = f"the playbook {name}"
        run = self.command(
            [str(BIN / "ansible-playbook"), f"hardening.aws.{name}", "-e", f"@{self.folder}/variables.json"], what
        )
        print(f"    {what}: {run.seconds:.2f} s, {run.calls['total']} calls", flush=True)
        return run

    def empty(self, turns: int = 3) -> float:
        """The median time of a playbook that does nothing."""
        self.emulator.clear_requests()
        task = [{"ansible.builtin.meta": "noop"}]
        return statistics.median(self.play(task, [], "an empty playbook").seconds for _turn in range(turns))

    def compare(
        self,
        what: str,
        task: dict[str, t.Any] | t.Callable[[list[str]], Run],
        job: str,
        account: t.Callable[[], list[str]],
        is_done: t.Callable[[list[str]], None],
        turns: int,
        of_user: OfUser | None = None,
    ) -> Comparison:
        """Let the collection and the boto3 script do the same job by turns, each time on an account made anew.

        :param task: What the collection does: a task, or whatever runs it for these users.
        :param is_done: Raises AssertionError if the job is not done for one of the users.
        """
        ours, scripts, empties = [], [], []
        for _turn in range(turns):
            empties.append(self.empty(1))
            names = account()
            script = self.script(job, names)
            is_done(names)
            names = account()
            run = task(names) if callable(task) else self.play([task], names, what, of_user)
            is_done(names)
            scripts.append(script.seconds)
            ours.append(run.seconds)
        median = statistics.median
        calls, script_calls = run.calls["total"], script.calls["total"]
        return Comparison(median(ours), median(scripts), median(empties), calls, script_calls, run)

    # What is known from the emulator's own books

    def enrolled(self, users: list[str]) -> None:
        """Check that each user has one device whose seed is stored."""
        attached = [device for device in self.emulator.devices() if device["user_name"]]
        assert sorted(device["user_name"] for device in attached) == sorted(users), len(attached)

    def stored(self, users: list[str]) -> None:
        """Check that each user has one device, and that no seed was attached before it was stored."""
        self.enrolled(users)
        assert not self.emulator.violations(), self.emulator.violations()[:3]

    def calls_by_action(self, run: Run, service: str) -> dict[str, int]:
        """Return how often each action of a service was called."""
        found: dict[str, int] = collections.Counter()
        for action, number in run.calls["by_action"].items():
            if action.startswith(f"{service}:"):
                found[action.split(":")[1]] += number
        return found

    def add(self, name: str, value: float, limit: float, unit: str = "×", at_least: bool = False) -> None:
        """Note a figure, and print it."""
        figure = Figure(name, value, limit, unit, at_least)
        self.figures.append(figure)
        mark = "ok" if figure.kept else "OVER THE LIMIT"
        print(f"  {name}: {value:.3g} {unit} ({figure.bound}) {mark}", flush=True)
