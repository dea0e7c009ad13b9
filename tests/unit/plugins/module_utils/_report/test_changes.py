# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since an earlier report, and which files are such reports."""

from __future__ import annotations

import functools
import json
import operator
import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._report import formats
from ansible_collections.hardening.aws.plugins.module_utils._report.changes import (
    changes_since,
    has_changes,
    read_previous,
    summary_diff,
    without_dates,
)
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    account,
    make,
    orphan,
    user,
)


def test_changes() -> None:
    before = make(account(user("a"), user("b", "virtual"), user("gone"), orphaned_devices=[orphan("x")]))
    after = make(
        account(user("a", "virtual"), user("b", console=False), user("new", "fido"), orphaned_devices=[orphan("y")])
    )
    changes = changes_since(before, after)
    assert changes["since"] == before["retrieved"]
    assert changes["users_added"] == ["new"]
    assert changes["users_removed"] == ["gone"]
    assert [(item["user_name"], item["type"]) for item in changes["devices_added"]] == [
        ("a", "virtual"),
        ("new", "fido"),
    ]
    assert [item["user_name"] for item in changes["devices_removed"]] == ["b"]
    assert changes["orphans_added"] == [orphan("y")["serial_number"]]
    assert changes["orphans_removed"] == [orphan("x")["serial_number"]]
    assert [(item["subject"], item["check"], item["before"], item["after"]) for item in changes["verdicts"]] == [
        ("a", "console_mfa", "fail", "pass"),
        ("a", "single_device", "not_applicable", "fail"),
        ("b", "console_mfa", "pass", "not_applicable"),
        ("b", "single_device", "fail", "not_applicable"),
    ]
    assert has_changes(changes)
    assert not has_changes(changes_since(after, after))


def test_a_check_that_was_not_made_before_is_no_change() -> None:
    info = account(user("a", "virtual"))
    changes = changes_since(make(info), make(info, max_device_age_days=1))
    assert not has_changes(changes)


@pytest.mark.parametrize(
    "text, problem",
    [
        ("", "is not a JSON report"),
        ("[]", "is not a JSON report"),
        ('{"schema_version": "2.0"}', "with schema version 1"),
        ('{"schema_version": "1.0"}', "is a damaged report"),
        (json.dumps(make(account(account={"account_id": "999999999999"}))), "is about 999999999999, and not"),
    ],
)
def test_a_previous_report_that_is_none(tmp_path: pathlib.Path, text: str, problem: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=problem):
        read_previous(str(path), make(account()))


def nodes(value: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    """The places of everything in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from nodes(item, (*path, key))


def test_a_damaged_previous_report_is_refused_or_used_and_never_a_traceback(tmp_path: pathlib.Path) -> None:
    """Whatever single thing in it is something else."""
    old = make(account(user("a"), user("b", "virtual"), orphaned_devices=[orphan("x")]))
    now = make(account(user("a", "virtual"), user("c", "fido"), orphaned_devices=[orphan("y")]))
    now["changes"] = changes_since(old, now)
    path = tmp_path / "report.json"
    refused = used = 0
    text = json.dumps(now)
    for place in nodes(now):
        for wrong in (None, 1, "x", [], ["x"], {"x": 1}):
            previous = json.loads(text)
            functools.reduce(operator.getitem, place[:-1], previous)[place[-1]] = wrong
            path.write_text(json.dumps(previous), encoding="utf-8")
            report = {**now}
            try:
                before = read_previous(str(path), report)
            except BadInput as error:
                assert str(path) in error.message
                refused += 1
                continue
            assert before is not None
            without_dates(before)
            summary_diff(before, report)
            for changes in (before["changes"], changes_since(before, report)):
                if changes != now["changes"]:
                    for form in ("html", "md"):
                        assert formats.render({**report, "changes": changes}, form)
            used += 1
    assert refused > 300 and used > 300


def test_a_previous_report_may_be_missing(tmp_path: pathlib.Path) -> None:
    assert read_previous(str(tmp_path / "none.json"), make(account())) is None
