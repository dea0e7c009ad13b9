# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a document: coverage, what changed, the gate, its schema, and what is written to files."""

from __future__ import annotations

import copy
import functools
import json
import operator
import os
import pathlib
import re
import typing as t

import jsonschema
import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._report import document, formats
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    account,
    exemption,
    hostile_account,
    make,
    orphan,
    root,
    user,
    without_report,
)

COLLECTION = pathlib.Path(__file__).resolve().parents[5]
SCHEMA = json.loads((COLLECTION / "docs/schema/report-1.0.json").read_text(encoding="utf-8"))

PARTS = ("users", "with_mfa", "without_mfa", "exempt", "unknown", "percent")


def numbers(report: dict[str, t.Any], name: str = "console_users") -> tuple[t.Any, ...]:
    return tuple(report["coverage"][name][part] for part in PARTS)


# Coverage


@pytest.mark.parametrize(
    "info, console, everyone",
    [
        (account(), (0, 0, 0, 0, 0, None), (0, 0, 0, 0, 0, None)),
        (account(user("a", "virtual"), user("b")), (2, 1, 1, 0, 0, 50.0), (2, 1, 1, 0, 0, 50.0)),
        (account(user("a", "fido"), user("b", console=False)), (1, 1, 0, 0, 0, 100.0), (2, 1, 1, 0, 0, 50.0)),
        (account(user("a", "sms"), user("b", mfa_active=None)), (2, 1, 0, 0, 1, None), (2, 1, 0, 0, 1, None)),
        (without_report(user("a", "virtual"), user("b")), (0, 0, 0, 0, 2, None), (2, 1, 1, 0, 0, 50.0)),
        (account(user("a", exists=False, mfa_active=None)), (0, 0, 0, 0, 0, None), (0, 0, 0, 0, 0, None)),
    ],
)
def test_coverage(info: dict[str, t.Any], console: tuple[t.Any, ...], everyone: tuple[t.Any, ...]) -> None:
    report = make(info)
    assert numbers(report) == console
    assert numbers(report, "all_users") == everyone


def test_coverage_is_never_rounded_up_to_all() -> None:
    report = make(account(*[user(f"u{number}", "virtual") for number in range(2999)], user("without")))
    assert numbers(report)[-1] == 99.9


def test_who_is_exempt_is_no_coverage() -> None:
    exempt = exemption(["console_mfa"], user_name="b")
    assert numbers(make(account(user("a", "virtual"), user("b")), exemptions=[exempt])) == (2, 1, 0, 1, 0, 50.0)


def test_kinds_of_devices() -> None:
    report = make(account(user("a", "virtual", "fido"), user("b", "hardware"), user("c", "sms"), user("d", "virtual")))
    assert report["coverage"]["devices_by_type"] == {"virtual": 2, "hardware": 1, "fido": 1, "sms": 1}


def test_what_is_left_out_is_said() -> None:
    report = make(account(user("a", "virtual", mfa_devices_complete=False)))
    assert [item["what"] for item in report["unknown"]] == ["single_device"]


# The schema


@pytest.mark.parametrize(
    "report",
    [
        make(account()),
        make(account(user("a", "virtual"), orphaned_devices=[orphan()]), max_device_age_days=3),
        make(without_report(user("a"))),
        make(account(user("a", exists=False, mfa_active=None), root=None, account=None, orphaned_devices=None)),
        make(account(user("a")), exemptions=[exemption(["console_mfa"], user_name="a")], benchmark="1.4"),
        make(hostile_account()),
    ],
    ids=["empty", "usual", "no report", "some users", "exempt", "hostile"],
)
def test_schema(report: dict[str, t.Any]) -> None:
    report["changes"] = document.changes_since(make(account(user("gone", "virtual"))), report)
    text = formats.render(report, "json")
    found = json.loads(document.encode(text))
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(found)


def test_schema_refuses_what_is_no_report() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for change in (
        {"verdict": "maybe"},
        {"users": [{"user_name": "a"}]},
        {"more": 1},
        {"schema_version": "2.0"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**make(account()), **change}, SCHEMA)


def test_json_is_what_was_assembled() -> None:
    report = make(account(user("b", "virtual"), user("a")))
    assert json.loads(formats.render(report, "json")) == report
    assert [item["user_name"] for item in report["users"]] == ["a", "b"]


# Two reports of an unchanged account


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
    assert document.without_dates(first) == document.without_dates(second)
    dates, written = document.Dates(second), document.Dates(first)
    text = formats.render(dates.report, form)
    old = written.put(formats.render(written.report, form))
    assert old == formats.render(first, form)
    assert dates.same(text, old)
    new = dates.put(text)
    assert new == formats.render(second, form)
    if form != "csv":
        assert "2026-03-12" in new
    # All that differs is dates.
    date = re.compile(r"2026-03-1[12][T ][0-9:]{5,8}(Z| UTC)")
    assert date.sub("DATE", old) == date.sub("DATE", new)


@pytest.mark.parametrize("form", formats.FORMATS)
def test_a_change_of_one_user_is_seen(form: str) -> None:
    first, second = make(account(user("a"), user("b"))), make(account(user("a"), user("b", "virtual")))
    dates = document.Dates(second)
    text = formats.render(dates.report, form)
    assert not dates.same(text, formats.render(first, form))
    assert dates.same(text, dates.put(text))
    assert not dates.same(text, dates.put(text) + " ")
    assert not dates.same(text, dates.put(text)[:-2])


# What changed


def test_changes() -> None:
    before = make(account(user("a"), user("b", "virtual"), user("gone"), orphaned_devices=[orphan("x")]))
    after = make(
        account(user("a", "virtual"), user("b", console=False), user("new", "fido"), orphaned_devices=[orphan("y")])
    )
    changes = document.changes_since(before, after)
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
    assert document.has_changes(changes)
    assert not document.has_changes(document.changes_since(after, after))


def test_a_check_that_was_not_made_before_is_no_change() -> None:
    info = account(user("a", "virtual"))
    changes = document.changes_since(make(info), make(info, max_device_age_days=1))
    assert not document.has_changes(changes)


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
        document.read_previous(str(path), make(account()))


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
    now["changes"] = document.changes_since(old, now)
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
                before = document.read_previous(str(path), report)
            except BadInput as error:
                assert str(path) in error.message
                refused += 1
                continue
            assert before is not None
            document.without_dates(before)
            document.summary_diff(before, report)
            for changes in (before["changes"], document.changes_since(before, report)):
                if changes != now["changes"]:
                    for form in ("html", "md"):
                        assert formats.render({**report, "changes": changes}, form)
            used += 1
    assert refused > 300 and used > 300


def test_a_previous_report_may_be_missing(tmp_path: pathlib.Path) -> None:
    assert document.read_previous(str(tmp_path / "none.json"), make(account())) is None


# The gate


@pytest.mark.parametrize(
    "info, fail_on, unknown_too, stopped",
    [
        (account(user("a")), [], True, []),
        (account(user("a")), ["console_mfa"], True, ["console_mfa a"]),
        (account(user("a"), root=root("none")), ["critical"], True, ["root_mfa <root_account>"]),
        (
            account(user("a"), root=root("none")),
            ["high"],
            True,
            ["root_mfa <root_account>", "root_hardware_mfa <root_account>", "console_mfa a"],
        ),
        (account(user("a", "virtual")), ["console_mfa", "high"], True, []),
        (account(user("a", "virtual")), ["low"], True, ["single_device a"]),
        (without_report(user("a", "virtual")), ["console_mfa"], True, ["console_mfa a"]),
        (without_report(user("a", "virtual")), ["console_mfa"], False, []),
        (
            account(user("a", "virtual"), unknown=[{"what": "users_since_report", "why": "?"}]),
            ["console_mfa"],
            True,
            ["console_mfa 123456789012"],
        ),
        (account(root=None, account=None), ["orphaned_devices"], True, ["orphaned_devices account"]),
    ],
)
def test_gate(info: dict[str, t.Any], fail_on: list[str], unknown_too: bool, stopped: list[str]) -> None:
    found = document.gate(make(info), fail_on, unknown_too)
    assert [f"{item['check']} {item['subject']}" for item in found] == stopped


def test_an_exempt_user_stops_no_gate() -> None:
    report = make(account(user("a")), exemptions=[exemption(["console_mfa"], user_name="a")])
    assert document.gate(report, ["low"], True) == []


def test_gate_names_checks_and_first_users() -> None:
    report = make(account(*[user(f"user-{number:02d}") for number in range(25)], root=root("none")))
    stopped = document.gate(report, ["high"], True)
    text = document.gate_text(stopped, {"html": "reports/x.html", "json": "reports/x.json"})
    assert text.splitlines() == [
        "3 of the checks in fail_on fail:",
        "- root_mfa: <root_account>",
        "- root_hardware_mfa: <root_account>",
        "- console_mfa: " + ", ".join(f"user-{number:02d}" for number in range(10)) + " and 15 more",
        "All findings are in reports/x.html and reports/x.json.",
    ]
    assert document.gate_text(stopped, {}).splitlines()[-1] == "Set dest to have a report of them all."


# Files


def test_a_file_is_there_as_a_whole_or_not_at_all(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "report"
    path.write_text("old", encoding="utf-8")

    def broken(_name: str) -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        document.write_atomically(str(path), b"new", broken)
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["report"]
    document.write_atomically(str(path), b"new", lambda name: os.chmod(name, 0o640))
    assert path.read_text(encoding="utf-8") == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["report"]


@pytest.mark.parametrize(
    "date, shown",
    [
        ("2026-03-11T23:25:36Z", "2026-03-11 23:25 UTC"),
        ("2026-03-12T01:25:36+02:00", "2026-03-11 23:25 UTC"),
        (None, "never"),
        ("soon", "soon"),
    ],
)
def test_dates_for_people(date: str | None, shown: str) -> None:
    assert document.human_date(date) == shown
