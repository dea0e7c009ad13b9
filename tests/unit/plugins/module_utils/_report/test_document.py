# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a document: coverage, and its schema."""

from __future__ import annotations

import json
import pathlib
import typing as t

import jsonschema
import pytest

from ansible_collections.hardening.aws.plugins.module_utils._report import formats
from ansible_collections.hardening.aws.plugins.module_utils._report.changes import (
    changes_since,
)
from ansible_collections.hardening.aws.plugins.module_utils._report.files import encode
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    account,
    exemption,
    hostile_account,
    make,
    orphan,
    user,
    without_report,
)

COLLECTION = pathlib.Path(__file__).resolve().parents[5]


SCHEMA = json.loads((COLLECTION / "docs/schema/report-1.1.json").read_text(encoding="utf-8"))


PARTS = ("users", "with_mfa", "without_mfa", "exempt", "unknown", "percent")


def numbers(report: dict[str, t.Any], name: str = "console_users") -> tuple[t.Any, ...]:
    return tuple(report["coverage"][name][part] for part in PARTS)


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
    report["changes"] = changes_since(make(account(user("gone", "virtual"))), report)
    text = formats.render(report, "json")
    found = json.loads(encode(text))
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
