# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of an organization on its page."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._report import organization, overview
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    HOSTILE,
    RETRIEVED,
    account,
    make,
    root,
    user,
)

BAD, GONE = "222222222222", "444444444444"


def of(number: str, *users: dict[str, t.Any], **facts: t.Any) -> dict[str, t.Any]:
    own = {"account_id": number, "partition": "aws", "alias": None, "caller": None}
    return make(account(*users, account=own, **facts))


def whole(name: str = "legacy", reason: str = "sts:AssumeRole was denied") -> dict[str, t.Any]:
    """One account that fails, and one that could not be read."""
    bad = of(BAD, user("alice"), user("bob", "virtual"), root=root("none"))
    parts = [*organization.parts_of(bad), organization.unread_part(GONE, name, reason)]
    return organization.merge(parts, "7.0", RETRIEVED)


def rows(report: dict[str, t.Any]) -> list[str]:
    found = re.findall(r'<tr><th scope="row".*?</tr>', overview.accounts_section(report))
    return [re.sub(r"<[^>]*>", "|", row) for row in found]


def test_a_single_account_has_no_such_part() -> None:
    report = of(BAD, user("alice"))
    assert overview.accounts_section(report) == overview.account_select(report) == ""
    assert overview.account_cell(report) != "" or "account_id" not in report
    assert overview.account_cell({"user_name": "alice"}) == ""


def test_an_account_that_was_read_leads_to_its_users() -> None:
    section = overview.accounts_section(whole())
    assert f'<a href="#account={BAD}">{BAD}</a>' in section and "2 in all, the worst first" in section
    assert f'<a href="#account={GONE}">' not in section
    bad, gone = rows(whole())
    assert re.search(r"\|2\|+1\|", bad), bad  # users, and those with MFA
    assert "Console users have MFA" in bad and "high, 1" in bad
    assert re.search(r"\|\?\|+\?\|", gone) and "sts:AssumeRole was denied" in gone and "not read" in gone


def test_only_accounts_that_were_read_can_be_picked() -> None:
    picked = re.findall(r"<option[^>]*>([^<]*)</option>", overview.account_select(whole()))
    assert picked == ["all", BAD]


def test_the_cell_of_a_user_names_the_account() -> None:
    part = {"account_id": BAD, "account_name": "", "user_name": "alice"}
    assert overview.account_cell(part) == f'<td class="c-account">{BAD}</td>'
    named = overview.account_cell({**part, "account_name": "a<b"})
    assert named == f'<td class="c-account">{BAD}<small><bdi>a&lt;b</bdi></small></td>'


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_names_and_reasons_are_text(text: str) -> None:
    section = overview.accounts_section(whole(text, text))
    plain = overview.accounts_section(whole("x", "x"))
    assert re.findall(r"<[a-z/][^>]*>", section) == re.findall(r"<[a-z/][^>]*>", plain)
