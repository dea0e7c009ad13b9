# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Markdown is complete, ends somewhere, and keeps its structure whatever the account holds."""

from __future__ import annotations

import re

from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    account,
    hostile_report,
    make,
    user,
    usual_report,
    written,
)


def test_markdown_of_a_hostile_account_keeps_its_structure() -> None:
    text = written(hostile_report(), "md")
    width = 0
    for line in text.splitlines():
        if line.startswith("|"):
            columns = len(re.findall(r"\|", line))
            assert width in (0, columns), line
            width = columns
        else:
            width = 0
            assert re.match(r"(# |## |\*\*|- |$|\d+ more)", line), line
    outside = re.sub(r"`[\w+=,.@/: -]*`", "", text)
    assert set(re.findall(r"<[^>]*>", outside)) <= {"<code>", "</code>"}
    assert not re.search(r"http://|javascript:|@everyone|\]\(|`", outside)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029\u202e]", text)


def test_markdown_says_all_that_matters() -> None:
    text = written(usual_report(), "md")
    assert (
        "**4 of 7 checks fail: Root has hardware MFA (high), Console users have MFA (high), "
        "Users with access keys have MFA (medium), No orphaned devices (low).**"
    ) in text
    assert (
        "| Console users have MFA | high | 2.10 | `mfa-enabled-for-iam-console-access` | **fail** | 1 | 1 | 1 | 0 | 1 |"
        in text
    )
    assert "| console_mfa | high | `bob` | fail | `has a console password and no MFA device` |" in text
    why = "<code>has a console password and no MFA device &#8211; exempt&#58; a robot</code>"
    assert f"| console_mfa | high | `svc` | exempt | {why} |" in text
    assert "| With a console password | 3 | 1 | 1 | 1 | 0 | 33.3% |" in text


def test_markdown_ends_somewhere() -> None:
    text = written(make(account(*[user(f"user-{number}") for number in range(800)])), "md")
    assert "300 more findings: see the HTML, JSON or CSV report." in text
