# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pipeline is stopped by."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._report import options
from ansible_collections.hardening.aws.plugins.module_utils._report.gate import (
    gate,
    gate_gaps,
    gate_text,
)
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    account,
    exemption,
    make,
    read,
    root,
    user,
    without_report,
)


@pytest.mark.parametrize(
    "fail_on, params, problem",
    [
        (["device_age"], {}, "fail_on: device_age is not checked, so it could not fail: set max_device_age_days."),
        (["single_device"], {}, "fail_on: single_device is not checked, so it could not fail: set all_kinds=true"),
        (
            ["console_mfa"],
            {"checks": ["root_mfa"]},
            "fail_on: console_mfa is not checked, so it could not fail: add it",
        ),
        (["device_age"], {"checks": ["root_mfa"]}, "add it to checks and set max_device_age_days."),
        (["root_mfa"], {"checks": []}, "fail_on: root_mfa is not checked"),
        (["critical"], {"checks": ["console_mfa"]}, "fail_on: no check of severity critical or above is made"),
        (
            ["high"],
            {"checks": ["access_key_mfa", "device_age"]},
            "make root_mfa and root_hardware_mfa and root_access_key and console_mfa.",
        ),
        (["low"], {"checks": ["device_age"]}, "fail_on: no check of severity low or above is made"),
        (["consol_mfa"], {}, "fail_on: 'consol_mfa' is neither a check nor a severity. Did you mean console_mfa?"),
        (["High"], {}, "fail_on: 'High' is neither a check nor a severity. Did you mean high?"),
        (["everything"], {}, "fail_on: 'everything' is neither a check nor a severity. There are critical, high,"),
        (["high", "x" * 20], {}, "is neither a check nor a severity"),
    ],
)
def test_a_gate_that_could_not_close_is_refused(fail_on: list[str], params: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(fail_on=fail_on, **params)
    assert problem in caught.value.message


@pytest.mark.parametrize(
    "fail_on, params, gaps",
    [
        ([], {}, ""),
        (["high", "console_mfa"], {}, ""),
        (["console_mfa"], {"checks": ["console_mfa"]}, ""),
        (["single_device"], {"all_kinds": True}, ""),
        (["single_device"], {"checks": ["single_device"]}, ""),
        (["low"], {"all_kinds": True, "max_device_age_days": 90}, ""),
        (["low"], {"all_kinds": True}, "device_age (set max_device_age_days)."),
        (
            ["low"],
            {},
            "device_age (set max_device_age_days), single_device (set all_kinds=true where the account is read).",
        ),
        (
            ["critical", "high"],
            {"checks": ["root_mfa", "console_mfa"]},
            "root_hardware_mfa (add it to checks), root_access_key (add it to checks).",
        ),
    ],
)
def test_what_a_severity_does_not_cover_is_named(fail_on: list[str], params: dict[str, t.Any], gaps: str) -> None:
    asked = read(fail_on=fail_on, **params)
    found = gate_gaps(fail_on, options.checks_not_made(asked, bool(params.get("all_kinds"))))
    assert found == (gaps and f"fail_on does not cover these checks, as they are not made: {gaps}")


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
    found = gate(make(info), fail_on, unknown_too)
    assert [f"{item['check']} {item['subject']}" for item in found] == stopped


def test_an_exempt_user_stops_no_gate() -> None:
    report = make(account(user("a")), exemptions=[exemption(["console_mfa"], user_name="a")])
    assert gate(report, ["low"], True) == []


def test_gate_names_checks_and_first_users() -> None:
    report = make(account(*[user(f"user-{number:02d}") for number in range(25)], root=root("none")))
    stopped = gate(report, ["high"], True)
    text = gate_text(stopped, {"html": "reports/x.html", "json": "reports/x.json"})
    assert text.splitlines() == [
        "3 of the checks in fail_on fail:",
        "- root_mfa: <root_account>",
        "- root_hardware_mfa: <root_account>",
        "- console_mfa: " + ", ".join(f"user-{number:02d}" for number in range(10)) + " and 15 more",
        "All findings are in reports/x.html and reports/x.json.",
    ]
    assert gate_text(stopped, {}).splitlines()[-1] == "Set dest to have a report of them all."


def test_gate_names_ten_users_without_more_and_why_it_is_unknown() -> None:
    names = [f"user-{number:02d}" for number in range(10)]
    stopped = gate(make(without_report(*[user(name) for name in names])), ["console_mfa"], True)
    reasons = {item["reason"] for item in stopped}
    assert len(stopped) == 10 and len(reasons) == 1
    assert gate_text(stopped, {}).splitlines()[:2] == [
        "1 of the checks in fail_on fails:",
        f"- console_mfa: {', '.join(names)} (unknown: {reasons.pop()})",
    ]
