# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the collection against what one would use instead, on the emulator, all in one run: make bench.

Prints ratios, with the limits that the design sets beside them, and writes docs/benchmark.json, docs/benchmark.svg,
docs/benchmark.md and the README's figures. Times are of whole processes. Where it says so, the time of an empty
playbook, measured beside it, is taken off. A figure over its limit is marked, and the exit code is 1.

To measure again what is in doubt, name sections: run.py --only enrolment,attach. That writes no files.
"""

from __future__ import annotations

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/emulator"), str(ROOT / "scripts")]

import results
from aws_emulator.client import Emulator
from harness import Bench
from sections import bulk, compliant, enrolment, organization, reading, thousand, throttled

# Each with how many users, if 500 are enrolled.
SECTIONS: dict[str, t.Callable[[Bench, int], None]] = {
    "enrolment": enrolment.enrolment,
    "anew": enrolment.anew,
    "attach": bulk.attach,
    "offboard": bulk.offboard,
    "retire": bulk.retire,
    "rotate": bulk.rotate,
    "enforce": bulk.enforce,
    "thousand": lambda bench, users: thousand.thousand(bench, 2 * users),
    "compliant": lambda bench, users: compliant.compliant(bench, sizes(users)),
    "enforced": lambda bench, users: compliant.enforced(bench, sizes(users)),
    "audit": lambda bench, users: reading.audit(bench, sizes(users)[-1]),
    "single": lambda bench, _users: reading.single(bench, turns=10),
    "throttled": lambda bench, users: throttled.throttled(bench, users, rate=20, burst=40),
    "organization": lambda bench, users: organization.organization(bench, max(users // 10, 4), max(users // 5, 1)),
    "contended": lambda bench, users: throttled.contended(bench, min(users, 100)),
}


def sizes(users: int) -> list[int]:
    """How many compliant users there are: 500, 1,000, 2,000 and 5,000, or less if less are enrolled."""
    return [users, 2 * users, 4 * users, 10 * users]


def chosen(text: str) -> list[str]:
    """Return the sections that a list separated by commas names."""
    names = text.split(",")
    for name in names:
        if name not in SECTIONS:
            raise argparse.ArgumentTypeError(f"there is no section {name!r}; choose of {', '.join(SECTIONS)}")
    return names


def seconds_to_add(count: int) -> float:
    """Return how long this machine takes for so many additions in Python, so that runs elsewhere can be compared."""
    started = time.monotonic()
    total = 0
    for number in range(count):
        total += number
    return time.monotonic() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--users", type=int, default=500, help="how many users to enrol; others are in proportion to it"
    )
    parser.add_argument("--only", type=chosen, metavar="SECTION,…", help=", ".join(SECTIONS))
    arguments = parser.parse_args()
    subprocess.run([sys.executable, str(ROOT / "scripts/collection_tree.py")], check=True, stdout=subprocess.DEVNULL)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hardening-aws-bench-"))
    try:
        with Emulator.start() as emulator:
            bench = Bench(emulator, folder)
            bench.facts["seconds_of_ten_million_additions"] = seconds_to_add(10_000_000)
            for name in arguments.only or SECTIONS:
                started = time.monotonic()
                SECTIONS[name](bench, arguments.users)
                print(f"  [{name} took {time.monotonic() - started:.0f} s]", flush=True)
    finally:
        shutil.rmtree(folder)
    if arguments.only is None and arguments.users == 500:
        results.write(bench, ROOT)
    over = [figure for figure in bench.figures if not figure.kept]
    print(f"{len(bench.figures) - len(over)} figures within their limits, {len(over)} over")
    for figure in over:
        print(f"  {figure.name}: {figure.value:.3g} {figure.unit}, {figure.bound}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
