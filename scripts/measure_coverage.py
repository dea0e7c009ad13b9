# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure which lines and branches of plugins/ the unit and the integration tests run, together: make coverage.

The integration tests are those of make test: make deep repeats them in more places, and takes longer than it adds.
Every process is measured that the tests start with the environment's Python: ansible-playbook, its workers, and the
modules, which run from an archive of Ansible's. One that is killed with SIGKILL tells nothing, nor does one that runs
without site-packages. What is left, line by line, is in build/coverage/report.txt. Functions that have some of it are
listed in tests/not-covered.txt, with the reason for each; others are printed as new, and listed ones that are covered
as such. The exit code is 1 if a share is below its limit, a test fails, or something is new, unless some of the tests
were run only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import typing as t

import explained_list
from collection_tree import COLLECTION, make_tree
from gates import BY_FOURS
from project import BUILD, MAIN, ROOT

FOLDER = BUILD / "coverage"
SETTINGS = FOLDER / "settings.ini"
LINES, BRANCHES = 95.0, 90.0  # per cent, at least
LISTED = ROOT / "tests/not-covered.txt"


def write_settings() -> None:
    """Say what is measured. Data of all processes are in one folder; a file is known by where it is in plugins/."""
    tree = MAIN.tree / COLLECTION
    SETTINGS.write_text(
        "[run]\n"
        "branch = true\n"
        "parallel = true\n"
        "patch = _exit, fork\n"
        f"data_file = {FOLDER}/data/coverage\n"
        "include = */ansible_collections/hardening/aws/plugins/*\n"
        # Those that Ansible makes up in a module's archive have no source, and ours have no code.
        "omit = */__init__.py\n"
        "disable_warnings = no-data-collected, module-not-measured, trace-changed\n"
        "[paths]\n"
        f"plugins =\n  {tree}/plugins\n  */ansible_collections/hardening/aws/plugins\n"
        "[report]\n"
        "ignore_errors = true\n"
        # What only type checkers read, and what cannot be reached.
        "exclude_also =\n  if t.TYPE_CHECKING:\n  raise NotImplementedError\n  if __name__ == .__main__.:\n",
        encoding="utf-8",
    )


def coverage(*words: str, output: int | t.TextIO = subprocess.DEVNULL) -> None:
    """Run a command of coverage's. It would warn of each file that a process left behind which was killed."""
    command = [str(MAIN.python), "-W", "ignore", "-m", "coverage", words[0], f"--rcfile={SETTINGS}", *words[1:]]
    subprocess.run(command, check=True, cwd=ROOT, stdout=output)


def run_tests(folders: list[str], options: list[str]) -> int:
    """Run tests of the tree's, measured. Returns pytest's exit code."""
    environment = MAIN.environment(PYTHONPATH=str(MAIN.tree), COVERAGE_PROCESS_START=str(SETTINGS))
    failed = 0
    for folder in folders:
        where = MAIN.tree / COLLECTION if folder == "tests/unit" else ROOT
        # Unit tests of several folders have the same names.
        extra = ["--import-mode", "importlib"]
        if folder != "tests/unit":
            extra = [*BY_FOURS, "-m", "not deep", *options]
        command = [str(MAIN.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *extra, folder]
        failed |= subprocess.run(command, cwd=where, env=environment, check=False).returncode
    return failed


def left(measured: t.Mapping[str, t.Any]) -> dict[tuple[str, str], str]:
    """What no test runs: by file and function, the numbers of its lines. Branches have that of the line they start at.

    :param measured: What coverage says as JSON.
    """
    found = {}
    for path, file in measured["files"].items():
        for name, function in file["functions"].items():
            lines = {*function["missing_lines"], *(start for start, _end in function["missing_branches"])}
            if lines:
                key = (path.partition("/plugins/")[2], name or "(module)")
                found[key] = ", ".join(map(str, sorted(lines)))
    return found


def compare(measured: t.Mapping[str, t.Any], known: t.Collection[tuple[str, str]]) -> int:
    """Print what is left and not listed, and what is listed and not left. Return how much is new."""
    found = left(measured)
    news = sorted(set(found) - set(known))
    for file, name in news:
        print(f"new: plugins/{file} {name}: {found[file, name]}")
    stale = sorted(set(known) - set(found))
    for file, name in stale:
        print(f"listed in {LISTED.relative_to(ROOT)}, but covered or gone: {file} {name}")
    print(f"{len(found)} functions are not covered as a whole, {len(news)} of them new; {len(stale)} to strike out")
    return len(news)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=("unit", "integration"), help="measure with some of the tests only")
    parser.add_argument("options", nargs="*", help="for the pytest of the integration tests")
    arguments = parser.parse_args()
    make_tree(MAIN.venv, MAIN.tree)
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "data").mkdir(parents=True)
    MAIN.home.mkdir(parents=True, exist_ok=True)
    write_settings()
    folders = [f"tests/{arguments.only}"] if arguments.only else ["tests/unit", "tests/integration"]
    failed = run_tests(folders, arguments.options)
    coverage("combine", "--quiet")
    coverage("json", "--quiet", "-o", str(FOLDER / "coverage.json"))
    with open(FOLDER / "report.txt", "w", encoding="utf-8") as stream:
        coverage("report", "--show-missing", "--skip-covered", output=stream)
    measured = json.loads((FOLDER / "coverage.json").read_text(encoding="utf-8"))
    totals, low = measured["totals"], 0
    for what, done, of, limit in (
        ("lines", totals["covered_lines"], totals["num_statements"], LINES),
        ("branches", totals["covered_branches"], totals["num_branches"], BRANCHES),
    ):
        share = 100 * done / of
        low += share < limit
        print(f"{what}: {done} of {of}, {share:.2f} % (at least {limit:g} %{', NOT REACHED' if share < limit else ''})")
    print(f"what is left: {(FOLDER / 'report.txt').relative_to(ROOT)}")
    news = compare(measured, explained_list.read(LISTED))
    return 1 if failed or low or (news and not arguments.only and not arguments.options) else 0


if __name__ == "__main__":
    sys.exit(main())
