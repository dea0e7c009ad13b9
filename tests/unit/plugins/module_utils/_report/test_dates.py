# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates for people, and two reports that differ in nothing but dates."""

from __future__ import annotations

import copy
import re
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._report import formats
from ansible_collections.hardening.aws.plugins.module_utils._report.changes import (
    without_dates,
)
from ansible_collections.hardening.aws.plugins.module_utils._report.dates import Dates, epoch_milliseconds, human_date
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    account,
    hostile_account,
    make,
    orphan,
    user,
    without_report,
)


def later(info: dict[str, t.Any]) -> dict[str, t.Any]:
    """The same account, a day later: other dates, other ages, another order, and the keys were used to read it."""
    info = copy.deepcopy(info)
    info["retrieved"] = "2026-03-12T23:25:36+00:00"
    if info["credential_report"]["available"]:
        info["credential_report"]["generated_time"] = "2026-03-12T20:00:00+00:00"
    for item in info["users"]:
        for key in item["access_keys"] or []:
            key["last_used"] = "2026-03-12T23:25:00+00:00"
        for device in item["mfa_devices"]:
            device["age_days"] = 70
        item["mfa_devices"].reverse()
    info["users"].reverse()
    info["orphaned_devices"].reverse()
    return info


ACCOUNTS = {
    "usual": account(user("a", "virtual", "fido", keys=[True]), user("b"), orphaned_devices=[orphan("x"), orphan("y")]),
    "no report": without_report(user("a", "virtual"), user("b")),
    "hostile": hostile_account(),
}


@pytest.mark.parametrize("name", ACCOUNTS)
@pytest.mark.parametrize("form", formats.FORMATS)
def test_two_reports_of_an_unchanged_account_differ_in_dates_only(name: str, form: str) -> None:
    first, second = make(ACCOUNTS[name]), make(later(ACCOUNTS[name]))
    second["generated"] = "2026-03-12T23:26:00Z"
    assert without_dates(first) == without_dates(second)
    dates, written = Dates(second), Dates(first)
    text = formats.render(dates.report, form)
    old = written.put(formats.render(written.report, form))
    assert old == formats.render(first, form)
    assert dates.same(text, old)
    new = dates.put(text)
    assert new == formats.render(second, form)
    assert ("2026-03-12" if form != "ocsf" else '"time": 177335793') in new
    # All that differs is dates.
    date = re.compile(r"2026-03-1[12][T ][0-9:]{5,8}(Z| UTC)|\"time\": 177[0-9]{10}")
    assert date.sub("DATE", old) == date.sub("DATE", new)


@pytest.mark.parametrize("form", formats.FORMATS)
def test_a_change_of_one_user_is_seen(form: str) -> None:
    first, second = make(account(user("a"), user("b"))), make(account(user("a"), user("b", "virtual")))
    dates = Dates(second)
    text = formats.render(dates.report, form)
    assert not dates.same(text, formats.render(first, form))
    assert dates.same(text, dates.put(text))
    assert not dates.same(text, dates.put(text) + " ")
    assert not dates.same(text, dates.put(text)[:-2])


@pytest.mark.parametrize(
    "date, shown",
    [
        ("2026-03-11T23:25:36Z", "2026-03-11 23:25 UTC"),
        ("2026-03-12T01:25:36+02:00", "2026-03-11 23:25 UTC"),
        ("2026-03-11T23:25:36", "2026-03-11 23:25 UTC"),
        (None, "never"),
        ("soon", "soon"),
    ],
)
def test_dates_for_people(date: str | None, shown: str) -> None:
    assert human_date(date) == shown


@pytest.mark.parametrize(
    ("date", "milliseconds"),
    [
        ("2026-03-11T23:25:36Z", "1773271536000"),
        ("2026-03-12T01:25:36+02:00", "1773271536000"),
        ("2026-03-11T23:25:36", "1773271536000"),
        ("soon", "0"),
    ],
)
def test_dates_for_programs(date: str, milliseconds: str) -> None:
    assert epoch_milliseconds(date) == milliseconds


def test_a_text_of_the_account_is_no_date() -> None:
    """One that looks like what stands in for dates is compared as it is."""
    dates, lookalike = Dates(make(ACCOUNTS["usual"])), f"date{'0' * 32}"
    text = f"{dates.report['generated']} {lookalike}"
    assert dates.same(text, f"2026-03-12T23:25:36+00:00 {lookalike}")
    assert not dates.same(text, "2026-03-12T23:25:36+00:00 2026-03-12T23:25:36+00:00")
