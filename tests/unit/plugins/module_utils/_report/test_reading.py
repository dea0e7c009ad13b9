# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports that were written earlier: which are read, and which damage is told."""

from __future__ import annotations

import copy
import json
import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._report import reading
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    account,
    exemption,
    hostile_report,
    make,
    orphan,
    user,
    written,
)


def damage(report: dict[str, t.Any]) -> str:
    """What is wrong with a report, or an empty text."""
    try:
        reading.check_shape(report, reading.ONE_ACCOUNT, "r.json", "sources")
    except BadInput as refused:
        return refused.message
    return ""


def a_report() -> dict[str, t.Any]:
    """As it is when it was written and read again."""
    info = account(user("alice", "virtual", keys=[True]), user("bob"), user("carol"), orphaned_devices=[orphan()])
    exemptions = [{**exemption(["console_mfa"]), "user_name": "carol"}]
    return t.cast("dict[str, t.Any]", json.loads(written(make(info, exemptions=exemptions), "json")))


def test_what_is_written_can_be_read() -> None:
    assert damage(a_report()) == "" and damage(json.loads(written(hostile_report(), "json"))) == ""


def test_a_file_that_is_not_there_is_no_problem(tmp_path: pathlib.Path) -> None:
    assert reading.read_report(str(tmp_path / "none.json"), "previous") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"schema_version": 1}',
        '{"schema_version": "2.0"}',
        '{"schema_version": "10.0"}',
        '{"schema_version": "1.0", "a": NaN}',
        '{"schema_version": "1.0", "a": -Infinity}',
        "[" * 100_000,
        "\udcff",
    ],
)
def test_what_is_no_report(text: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadInput, match=r"previous: .*r\.json is not a JSON report of hardening\.aws"):
        reading.read_report(str(path), "previous")


def test_later_minor_versions_are_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "r.json").write_text('{"schema_version": "1.99", "more": 1}', encoding="utf-8")
    assert reading.read_report(str(tmp_path / "r.json"), "previous") == {"schema_version": "1.99", "more": 1}


def test_a_directory_cannot_be_read(tmp_path: pathlib.Path) -> None:
    with pytest.raises(BadInput, match="sources: .* cannot be read: Is a directory"):
        reading.read_report(str(tmp_path), "sources")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["retrieved"], "yesterday", ".retrieved: is not a time in ISO 8601."),
        (["retrieved"], "2026-01-31\n", ".retrieved: is not a time"),
        (["account", "account_id"], "12345", ".account.account_id: "),
        (["benchmark", "version"], "1.0", ".benchmark.version: is none of "),
        (["verdict"], "perhaps", ".verdict: is none of "),
        (["users"], None, ".users: is missing."),
        (["users", 0, "user_name"], 3, ".users[0].user_name: is not a text."),
        (["users", 0, "mfa_devices", 0, "type"], 3, ".users[0].mfa_devices[0].type: "),
        (["users", 0, "access_keys", 0, "active"], "yes", ".users[0].access_keys[0].active: is not true or false."),
        (["users", 1, "checks", "console_mfa", "reason"], "", ".users[1].checks.console_mfa.reason: is missing."),
        (["users", 1, "checks", "console_mfa", "verdict"], "unknown", None),
        (["users", 2, "checks", "console_mfa", "finding"], None, ".users[2].checks.console_mfa.finding: is missing."),
        (["users", 0, "checks", "no_check"], {"verdict": "pass"}, ".users[0].checks: is none of "),
        (["coverage", "all_users", "percent"], "all", ".coverage.all_users.percent: is not a number."),
        (["coverage", "all_users", "percent"], None, None),
        (["exemptions", 0, "until"], "2026-13", ".exemptions[0].until: is not a day such as 2027-01-31."),
        (["orphaned_devices", 0, "serial_number"], None, ".orphaned_devices[0].serial_number: is missing."),
        (["root"], None, None),
        (["root", "mfa_active"], "yes", ".root.mfa_active: "),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, list) else "",
)
def test_damage(path: list[t.Any], value: t.Any, words: str | None) -> None:
    report = copy.deepcopy(a_report())
    *parents, last = path
    part: t.Any = report
    for key in parents:
        part = part[key]
    part[last] = value
    found = damage(report)
    if words is None:
        assert found == ""
    else:
        assert found.startswith("sources: r.json is a damaged report. ") and words in found


def test_only_some_damages_are_told() -> None:
    found = damage({})
    assert found.count("is missing") == 3 and "others" in found or "more" in found


@pytest.mark.parametrize(
    ("one", "words"),
    [
        ({"account_id": "999999999999", "account_name": None, "read": False, "reason": "No role."}, ""),
        ({"account_id": "999999999999", "read": False}, ".accounts[0].reason: is missing."),
        ({"account_id": "999999999999", "read": True}, ".accounts[0].retrieved: is missing."),
        ("999999999999", ".accounts[0]: is not a dictionary."),
    ],
)
def test_accounts_of_an_organization(one: t.Any, words: str) -> None:
    """One that could not be read has to say why, and one that was read has to have all of it."""
    report = {"retrieved": "2026-01-31T00:00:00Z", "benchmark": a_report()["benchmark"], "accounts": [one]}
    try:
        reading.check_shape(report, reading.ORGANIZATION, "r.json", "previous")
    except BadInput as refused:
        assert words and words in refused.message
    else:
        assert not words
