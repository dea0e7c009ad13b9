# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON is what was assembled."""

from __future__ import annotations

import json

from ansible_collections.hardening.aws.plugins.module_utils._report import formats
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    HOSTILE,
    account,
    hostile_report,
    make,
    user,
    written,
)


def test_json_is_what_was_assembled() -> None:
    report = make(account(user("b", "virtual"), user("a")))
    assert json.loads(formats.render(report, "json")) == report
    assert [item["user_name"] for item in report["users"]] == ["a", "b"]


def test_json_keeps_a_hostile_account_as_it_is() -> None:
    found = json.loads(written(hostile_report(), "json"))
    tags = {key for item in found["users"] for key in item["tags"] or {}}
    assert tags >= {text for name, text in HOSTILE.items() if name != "half a pair"}
