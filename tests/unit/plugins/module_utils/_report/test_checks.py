# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks as data: their numbers in the benchmarks, and AWS Config's rules."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    account,
    check_of,
    judged,
    user,
)


@pytest.mark.parametrize(
    "benchmark, numbers",
    [
        *((version, ["1.5", "1.6", "1.10", "1.4"]) for version in ("1.4", "1.5", "2.0", "3.0", "4.0")),
        ("5.0", ["1.4", "1.5", "1.9", "1.3"]),
        ("6.0", ["2.4", "2.5", "2.9", "2.3"]),
        ("7.0", ["2.5", "2.6", "2.10", "2.4"]),
    ],
)
def test_numbers_of_the_benchmarks(benchmark: str, numbers: list[str]) -> None:
    features = {"root_credentials_management": True, "root_sessions": True, "reason": None}
    result = judged(account(user("a"), root_features=features), benchmark=benchmark)
    names = ("root_mfa", "root_hardware_mfa", "console_mfa", "root_access_key")
    assert [check_of(result, name)["cis"] for name in names] == numbers
    assert check_of(result, "root_centralized")["cis"] == ("2.1.1" if benchmark == "7.0" else None)
    assert check_of(result, "orphaned_devices")["cis"] is None


def test_config_rules() -> None:
    result = judged(account(user("a")))
    assert {check["id"]: check["config_rule"] for check in result.checks if check["config_rule"]} == {
        "root_mfa": "root-account-mfa-enabled",
        "root_hardware_mfa": "root-account-hardware-mfa-enabled",
        "root_access_key": "iam-root-access-key-check",
        "console_mfa": "mfa-enabled-for-iam-console-access",
        "access_key_mfa": "iam-user-mfa-enabled",
    }
    assert [check["id"] for check in result.checks if check["config_rule_is_nearest"]] == ["access_key_mfa"]
