# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CSV has a line for everyone, and no formula."""

from __future__ import annotations

import csv
import io
import re

from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    HOSTILE,
    hostile_report,
    usual_report,
    written,
)


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_csv_has_a_line_for_everyone() -> None:
    rows = cells(written(usual_report(), "csv"))
    assert [row[1] for row in rows[1:]] == [
        "<root_account>",
        "alice",
        "bob",
        "no-password",
        "svc",
        "arn:aws:iam::123456789012:mfa/left-behind",
    ]
    table = {row[1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert table["alice"]["console_mfa"] == "pass"
    assert table["alice"]["mfa_kinds"] == "fido, virtual" or table["alice"]["mfa_kinds"] == "virtual, fido"
    assert table["bob"]["console_mfa"] == "fail"
    assert table["svc"]["verdict"] == "exempt"
    assert table["no-password"]["console_mfa"] == "not_applicable"
    assert table["<root_account>"]["root_hardware_mfa"] == "fail"
    assert all(len(row) == len(rows[0]) for row in rows)


def test_csv_of_a_hostile_account_has_no_formula() -> None:
    text = written(hostile_report(), "csv")
    rows = cells(text)
    assert text.count("\n") == len(rows) == 1 + 1 + 3 * len(HOSTILE)
    for row in rows:
        assert len(row) == len(rows[0])
        for cell in row:
            assert not re.match(r"\s*[=+\-@\t\r\n＝＋－＠]", cell), cell
            assert not re.search(r"[\x00-\x1f\x7f]", cell)


def test_csv_of_a_hostile_account_has_no_formula_where_cells_are_split_at_semicolons() -> None:
    """A spreadsheet with a European locale may take each line apart there, whether or not it heeds the quotes."""
    text = written(hostile_report(), "csv")
    heeding = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") for cell in row]
    blind = [cell.strip('"') for line in text.splitlines() for cell in line.split(";")]
    assert len(blind) > text.count("\n") and "'=1+1/" in " ".join(blind)
    for cell in heeding + blind:
        assert not re.match(r"[\s\"]*[=+\-@＝＋－＠]", cell), cell
