# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand users, as the README tells of them: whole runs, nothing taken off, and what is seen meanwhile."""

from __future__ import annotations

import re

import tasks
from harness import Bench, Run

from .bulk import leaver, made_up, what_goes

# A line of progress, such as "enrolled 312 of 1,432, 2 failed, 38/s, about 30 s left".
PROGRESS = re.compile(r"\b\w+ [\d,]+ of [\d,]+\b")
# Lines that Ansible itself prints when a task begins, and at the end.
MARKS = re.compile(r"TASK \[|PLAY RECAP")


def thousand(bench: Bench, count: int) -> None:
    """The role enrols and enforces, does so again, and the users are offboarded."""
    print(f"{count} users, whole runs", flush=True)
    names = bench.account(count)
    first = bench.play([tasks.ROLE_BY_USERS], names, "role, enforcement on users")
    bench.stored(names)
    bench.measure_from_here()
    again = bench.play([tasks.ROLE_BY_USERS], names, "the same once more")
    names = bench.account(count, fixture={"users": [leaver(name) for name in made_up(count)]})
    gone = bench.play([tasks.OFFBOARD], names, "iam_user_access", what_goes)
    assert not bench.emulator.devices()
    bench.facts["thousand"] = {
        "users": count,
        "runs": {
            "enrolled, and MFA enforced on them": {"seconds": first.seconds, "calls": first.calls["total"]},
            "checked again, nothing to change": {"seconds": again.seconds, "calls": again.calls["total"]},
            "offboarded": {"seconds": gone.seconds, "calls": gone.calls["total"]},
        },
    }
    for what, run in (("the role", first), ("iam_user_access", gone)):
        bench.add(f"lines of progress, {what}, {count} users", len(progress(run)), 40, "lines")
        bench.add(f"longest wait for a line, {what}, {count} users", longest_silence(run), 5, "s")


def progress(run: Run) -> list[str]:
    """Return the lines of a run that say how far it is."""
    return [line for _at, line in run.lines if PROGRESS.search(line)]


def longest_silence(run: Run) -> float:
    """Return the most seconds between two lines that say how far a run is, the beginnings of tasks counted as such."""
    seen = [at for at, line in run.lines if PROGRESS.search(line) or MARKS.search(line)]
    return max(after - before for before, after in zip(seen, [*seen[1:], run.seconds], strict=True))
