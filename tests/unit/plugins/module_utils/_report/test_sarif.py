# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SARIF says what it should, whatever the account holds."""

from __future__ import annotations

import json
import re

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._report import formats
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    HOSTILE,
    REFUSED,
    hostile_report,
    make,
    user,
    usual_report,
    without_report,
    written,
)


def test_sarif() -> None:
    document = json.loads(written(usual_report(), "sarif"))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["kind"] == "fail" and result["level"] in ("error", "warning", "note")
    by_subject = {(item["ruleId"], item["message"]["text"].split(":")[0]): item for item in run["results"]}
    assert by_subject["console_mfa", "bob"]["level"] == "error"
    assert "suppressions" not in by_subject["console_mfa", "bob"]
    assert by_subject["console_mfa", "svc"]["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "a robot"}
    ]
    prints = [json.dumps(item["partialFingerprints"]) for item in run["results"]]
    assert len(prints) == len(set(prints))
    console = run["tool"]["driver"]["rules"][rules.index("console_mfa")]
    assert "cis-aws-foundations-7.0/2.10" in console["properties"]["tags"]
    assert "aws-config/mfa-enabled-for-iam-console-access" in console["properties"]["tags"]


@pytest.mark.parametrize(
    ("paths", "uri"),
    [
        ({"sarif": "reports/mfa.sarif", "json": "reports/mfa.json"}, "mfa.json"),
        ({"html": "reports/mfa.html", "sarif": "reports/mfa.sarif"}, "mfa.sarif"),
        ({"sarif": "reports/mfa of März #1.sarif"}, "mfa%20of%20M%C3%A4rz%20%231.sarif"),
    ],
)
def test_sarif_names_a_file_that_is_written(paths: dict[str, str], uri: str) -> None:
    text = formats.render(usual_report(), "sarif", formats.artifact(paths))
    (run,) = json.loads(text)["runs"]
    found = {
        place["physicalLocation"]["artifactLocation"]["uri"] for item in run["results"] for place in item["locations"]
    }
    assert found == {uri}


def test_sarif_shows_unknown_as_open_with_a_notification() -> None:
    (run,) = json.loads(written(make(without_report(user("alice", "virtual"))), "sarif"))["runs"]
    opened = [item for item in run["results"] if item["kind"] == "open"]
    assert {item["ruleId"] for item in opened} == {"console_mfa", "access_key_mfa"}
    assert all(item["level"] == "none" for item in opened)
    told = [item["message"]["text"] for item in run["invocations"][0]["toolExecutionNotifications"]]
    assert len(told) == 3 and all(REFUSED in text for text in told)


def test_sarif_of_a_hostile_account_is_json() -> None:
    text = written(hostile_report(), "sarif")
    (run,) = json.loads(text)["runs"]
    assert any(HOSTILE["closing"] in item["message"]["text"] for item in run["results"])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)
