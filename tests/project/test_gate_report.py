# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the table of make test says of what was skipped, left out or too slow."""

from __future__ import annotations

import collections
import io
import pathlib
import typing as t

import gate_report
import gates
import pytest
from project import MAIN, ROOT, list_files

SUMMARY = """
........ss.s
=========================== short test summary info ============================
SKIPPED [2] tests/integration/report/test_report_page.py:31: no Chromium here
SKIPPED [1] tests/integration/test_rulebook.py: no Chromium here.
SKIPPED [4] ../../.venv/lib/python3.11/site-packages/_pytest/unittest.py:412: Skipped: needs {x}: [a] and b.py:3: c
SKIPPED [1] tests/unit/test_a.py:1:
FAILED tests/integration/test_b.py::test_b - AssertionError: SKIPPED [9] x.py:1: no
9 passed, 8 skipped in 3.21s
"""
SANITY = """
Running sanity test "shebang"
Running sanity test "shellcheck"
WARNING: Required program "shellcheck" not found.
Running sanity test "symlinks"
Running sanity test "pslint"
WARNING: Required program "pwsh" not found.
WARNING: Reviewing previous 2 warning(s):
WARNING: Required program "shellcheck" not found.
WARNING: Required program "pwsh" not found.
"""
NONE: gate_report.Skips = collections.Counter()


def test_skipped_tests_are_counted_by_reason() -> None:
    assert gate_report.skipped_tests(SUMMARY) == {
        "no Chromium here": 3,
        "needs {x}: [a] and b.py:3: c": 4,
        "no reason is given": 1,
    }


@pytest.mark.parametrize("text", ["", "9 passed in 3.21s\n", "E   SKIPPED [1] tests/a.py:1: quoted\n"])
def test_nothing_was_skipped(text: str) -> None:
    assert gate_report.skipped_tests(text) == {} and gate_report.skipped_sanity_tests(text) == {}


def test_a_long_reason_is_cut() -> None:
    [reason] = gate_report.skipped_tests(f"SKIPPED [1] a.py:1: {'x' * 500}\n")
    assert len(reason) == gate_report.LONGEST_REASON and reason.endswith("x…")


@pytest.mark.parametrize(
    ("url", "host"),
    [("/a/dill/archive/2308ff.zip", "git.example"), ("/simple/pylint/", None), ("/packages/pylint-4.whl", None)],
)
def test_an_archive_that_cannot_be_reached(url: str, host: str | None) -> None:
    """A package index that cannot be reached is a failure."""
    text = (
        "ERROR: Could not install packages due to an OSError: HTTPSConnectionPool(host='git.example', port=443): Max "
        f"retries exceeded with url: {url} (Caused by NewConnectionError('x'))"
    )
    assert gate_report.unreachable_source(f"before\n{text}\nafter\n") == host


def test_sanity_tests_without_their_program() -> None:
    """Once each, though ansible-test repeats its warnings in the end."""
    assert gate_report.skipped_sanity_tests(SANITY) == {
        "sanity test shellcheck: the program shellcheck is not installed": 1,
        "sanity test pslint: the program pwsh is not installed": 1,
    }


@pytest.mark.parametrize(
    ("seconds", "limit", "words"),
    [
        (845.2, 1200.0, "14:05 (limit 20:00)"),
        (1200.0, 1200.0, "20:00 (limit 20:00)"),
        (1265.0, 1200.0, "21:05 OVER THE LIMIT of 20:00"),
        (59.6, None, "1:00"),
        (5000.0, None, "83:20"),
    ],
)
def test_the_time_of_all(seconds: float, limit: float | None, words: str) -> None:
    assert gate_report.total(seconds, limit) == words


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    units, mypy, newest, deep = (
        next(gate for gate in gates.GATES if gate.name == name) for name in ("units", "mypy", "sanity-2.21", "deep")
    )
    results = [
        gates.Result(units, "passed", 61.04, skips=gate_report.skipped_tests(SUMMARY)),
        gates.Result(mypy, "passed", 7.0),
        gates.Result(newest, "skipped", 0.0, "no .venv-2.21: none of the Pythons that it needs is here"),
    ]
    left_out = [deep, *(gate for gate in gates.GATES if gate.group == "certification")]
    assert gates.report(results, left_out, 845.0, gate_report.LIMIT) == 0
    assert capsys.readouterr().out.splitlines() == [
        "",
        "gate               result       time",
        "units              passed     61.0 s  8 skipped",
        "mypy               passed      7.0 s",
        "sanity-2.21        skipped     0.0 s  no .venv-2.21: none of the Pythons that it needs is here",
        "all                         14:05 (limit 20:00)",
        "units              4 skipped: needs {x}: [a] and b.py:3: c",
        "units              3 skipped: no Chromium here",
        "units              1 skipped: no reason is given",
        "deep               not run: it takes long; make deep runs it",
        "certification      not run: it takes long; make certification runs it",
        "",
        "2 passed, 0 failed, 1 skipped",
    ]


def test_a_gate_that_skipped_nothing_says_nothing() -> None:
    assert gate_report.in_short(NONE) == "" and gate_report.in_full("units", NONE) == []


def sanity(run: gates.Run) -> None:
    gates.sanity_tests(run, ("shebang",))


@pytest.mark.parametrize(
    ("check", "text", "skipped"), [(gates.search, SUMMARY, 8), (gates.units, SUMMARY, 8), (sanity, SANITY, 2)]
)
def test_gates_count_what_their_tools_skip(
    monkeypatch: pytest.MonkeyPatch, check: t.Callable[[gates.Run], None], text: str, skipped: int
) -> None:
    monkeypatch.setattr(gates.Run, "call", lambda *_words, **_options: text)
    run = gates.Run("some", MAIN, io.StringIO(), ROOT, list_files())
    check(run)
    assert run.skips.total() == skipped


def test_what_a_gate_counts_is_in_its_row(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setattr(gates, "LOGS", tmp_path)
    result = gates.run_gate(gates.Gate("some", "group", lambda run: run.skips.update({"it rains": 2})), [])
    assert result.row().endswith("  2 skipped") and result.skips == {"it rains": 2}
