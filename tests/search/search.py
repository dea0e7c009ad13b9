# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search for a way to break what must always hold: python tests/search/search.py --runs 100000.

It is an engine of its own, and not hypothesis, because the collection works with threads, sleeps and clocks: here two
runs are threads of which one works at a time, time is moved by calls only, and each draw depends on the seed and on
what is drawn alone. So a process plays thousands of scenarios a minute, and a draw that is left out changes no other.

Each scenario is a number, its seed. A failure is printed with its seed, made as small as it gets, with every call that
led to it; --seed plays that one again.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import sys
import time
import typing as t

from scenario import Failure, Scenario
from seams import in_place


def play(seed: int, left_out: t.Iterable[str] = ()) -> Failure | None:
    """Play a scenario."""
    with in_place():
        return Scenario(seed, left_out).play()


def search(first: int, count: int, enough: int = 1) -> tuple[list[Failure], int]:
    """Play scenarios until so many have failed. Return the failures, and how many were played."""
    found: list[Failure] = []
    with in_place():
        for seed in range(first, first + count):
            failure = Scenario(seed).play()
            if failure is not None:
                found.append(failure)
                if len(found) >= enough:
                    return found, seed - first + 1
    return found, count


def smaller(failure: Failure) -> Failure:
    """Leave out what a failure can do without."""
    left_out: set[str] = set()
    best = failure
    for name in failure.hits:
        if name not in best.hits:
            continue
        tried = play(failure.seed, left_out | {name})
        if tried is not None:
            left_out.add(name)
            best = tried
    return best


def parts(first: int, runs: int, jobs: int, enough: int) -> t.Iterator[tuple[list[Failure], int]]:
    """Play scenarios in several processes, and yield what each part of them found."""
    share = max(1, min(1000, -(-runs // jobs)))
    firsts = range(first, first + runs, share)
    if jobs == 1:
        yield from (search(start, share, enough) for start in firsts)
        return
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(search, firsts, [share] * len(firsts), [enough] * len(firsts))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100_000, help="how many scenarios are played")
    parser.add_argument("--first", type=int, default=0, help="the seed of the first one")
    parser.add_argument("--seed", type=int, help="play only this one, and tell all of it")
    parser.add_argument("--enough", type=int, default=1, help="how many failures are told of each thousand")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes play")
    arguments = parser.parse_args()
    began, played, failed = time.monotonic(), 0, 0
    if arguments.seed is not None:
        arguments.first, arguments.runs, arguments.jobs = arguments.seed, 1, 1
    for found, count in parts(arguments.first, arguments.runs, arguments.jobs, arguments.enough):
        played, failed = played + count, failed + len(found)
        for failure in found:
            print(smaller(failure), flush=True)
        if not played % 10_000:
            print(f"{played:,} played, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{played:,} scenarios played in {time.monotonic() - began:.0f} s, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
