# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the credential report, in which names and paths stand as they are, commas and quotes included."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._account.credential_report import COLUMNS, read_rows
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import ACCOUNT, report_row

ARN = f"arn:aws:iam::{ACCOUNT}:user"


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        ("alice", f"{ARN}/alice"),
        ("a,b", f"{ARN}/a,b"),
        ("a,b,,c,", f"{ARN}/a,b,,c,"),
        (",", f"{ARN}/,"),
        ("alice", f"{ARN}/x,y/alice"),
        ("alice", f'{ARN}/x,"y/alice'),
        ("alice", f'{ARN}/",/alice'),
        ("a,b", f"{ARN}/a,b,/q,arn:aws:iam::1:user/a,b"),
        ("true", f"{ARN}/true,true/true"),
        ("<root_account>", f"arn:aws:iam::{ACCOUNT}:root"),
    ],
)
@pytest.mark.parametrize("more", [(), ("additional_credentials_info", "N/A", '"2 keys, more"')])
def test_a_row_is_read_whatever_its_name_and_path_hold(name: str, arn: str, more: tuple[str, ...]) -> None:
    """Also if AWS adds a column, whose text may be quoted."""
    head, plain, quoted = more or ("", "", "")
    text = report_row(name, arn, password_enabled="false")
    lines = [(",".join(COLUMNS), head), (report_row("before"), plain), (text, quoted), (report_row("zoe"), plain)]
    rows = read_rows("\n".join(f"{line},{cell}" if more else line for line, cell in lines) + "\n")
    assert list(rows) == ["before", name, "zoe"]
    assert rows[name]["arn"] == arn
    assert (rows[name]["password_enabled"], rows[name]["mfa_active"]) == ("false", "false")
    assert rows["zoe"]["password_enabled"] == "true"


def test_a_name_that_is_quoted_is_read_too() -> None:
    quoted = report_row('"a,b"', f'"{ARN}/a,b"')
    assert read_rows(f"{','.join(COLUMNS)}\n{quoted}")["a,b"]["arn"] == f"{ARN}/a,b"


@pytest.mark.parametrize(
    "damaged", ["alice", "alice," + ARN + "/alice,true", report_row("alice")[:-9], report_row("alice") + ",x", ""]
)
def test_a_row_that_is_not_whole_tells_nothing(damaged: str) -> None:
    assert list(read_rows("\n".join([",".join(COLUMNS), damaged, report_row("zoe")]))) == ["zoe"]


@pytest.mark.parametrize("text", ["", "\n", "user,arn\nalice,x\n", "<html></html>"])
def test_what_is_no_credential_report_is_refused(text: str) -> None:
    with pytest.raises(MfaError, match="other columns"):
        read_rows(text)
