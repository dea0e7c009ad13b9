# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compliance Findings as OCSF 1.5.0 wants them, which 1.3.0 takes, too. What is required there is in tables here."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    ACCOUNT,
    account,
    exemption,
    hostile_report,
    make,
    orphan,
    root,
    user,
    usual_report,
    written,
)

Json = dict[str, t.Any]

# By object: attributes that version 1.3.0, 1.5.0 or both require, and their types.
REQUIRED: dict[str, dict[str, type]] = {
    "": {
        "activity_id": int,
        "category_uid": int,
        "class_uid": int,
        "type_uid": int,
        "severity_id": int,
        "time": int,
        "metadata": dict,
        "finding_info": dict,
        "compliance": dict,
        "cloud": dict,
    },
    "metadata": {"product": dict, "version": str, "profiles": list},
    "metadata.product": {"vendor_name": str, "name": str},
    "finding_info": {"uid": str, "title": str},
    "compliance": {"standards": list, "status_id": int},
    "cloud": {"provider": str, "account": dict},
    "cloud.account": {"uid": str, "type_id": int},
    "remediation": {"desc": str},
}
# Attributes of these objects in version 1.5.0; nothing else may be there.
KNOWN = {
    "": "activity_id activity_name category_name category_uid class_name class_uid cloud compliance finding_info "
    "message metadata remediation resources severity severity_id status status_id time type_name type_uid",
    "finding_info": "desc product_uid title types uid",
    "compliance": "control requirements standards status status_details status_id",
}
# The caption that belongs to each number.
CAPTIONS: dict[str, dict[int, str]] = {
    "severity": {1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"},
    "status": {1: "New", 3: "Suppressed", 4: "Resolved"},
    "compliance.status": {1: "Pass", 2: "Warning", 3: "Fail", 99: "Not applicable"},
}


def at(finding: Json, place: str) -> t.Any:
    value: t.Any = finding
    for step in filter(None, place.split(".")):
        value = value[step]
    return value


def findings_of(report: Json) -> list[Json]:
    return list(json.loads(written(report, "ocsf")))


REPORTS: dict[str, t.Callable[[], Json]] = {"usual": usual_report, "hostile": hostile_report}


@pytest.mark.parametrize("name", REPORTS)
def test_what_the_schema_requires_is_there(name: str) -> None:
    found = findings_of(REPORTS[name]())
    assert found
    for finding in found:
        for place, attributes in REQUIRED.items():
            for attribute, kind in attributes.items():
                value = at(finding, place).get(attribute)
                # A boolean is an integer in Python, and none in the schema.
                assert isinstance(value, kind) and isinstance(value, bool) == (kind is bool), (place, attribute)
        for place, known in KNOWN.items():
            assert set(at(finding, place)) <= set(known.split()), place
        for place, captions in CAPTIONS.items():
            assert at(finding, place) == captions[at(finding, f"{place}_id")], place
        assert (finding["class_uid"], finding["category_uid"], finding["activity_id"]) == (2003, 2, 1)
        assert finding["type_uid"] == finding["class_uid"] * 100 + finding["activity_id"]
        assert finding["metadata"]["version"] == "1.5.0" and finding["metadata"]["profiles"] == ["cloud"]
        assert finding["time"] == 1773271536000
        assert all(resource["uid"] and resource["name"] for resource in finding["resources"])


def test_there_is_one_for_each_user_and_check() -> None:
    report = usual_report()
    checks = [check["id"] for check in report["checks"] if check["subject"] == "user"]
    found = [(item["resources"][0]["name"], item["compliance"]["control"]) for item in findings_of(report)]
    assert len(found) == len(set(found))
    assert {(name, check) for name in ("alice", "bob", "svc", "no-password") for check in checks} <= set(found)


@pytest.mark.parametrize(
    "who, params, status, compliance, severity",
    [
        (user("a", "fido"), {}, "Resolved", "Pass", "Informational"),
        (user("a"), {}, "New", "Fail", "High"),
        (user("a", console=False), {}, "Resolved", "Not applicable", "Informational"),
        (user("a", console=None), {}, "New", "Warning", "High"),
        (user("a"), {"exemptions": [exemption(["console_mfa"], user_name="a")]}, "Suppressed", "Fail", "High"),
    ],
)
def test_a_verdict_in_words_of_the_schema(
    who: Json, params: Json, status: str, compliance: str, severity: str
) -> None:  # fmt: skip
    (found,) = findings_of(make(account(who), checks=["console_mfa"], **params))
    assert (found["status"], found["compliance"]["status"], found["severity"]) == (status, compliance, severity)
    assert found["compliance"]["standards"] == ["CIS AWS Foundations Benchmark 7.0", "AWS Config"]
    assert found["compliance"]["requirements"] == ["2.10", "mfa-enabled-for-iam-console-access"]


def test_another_import_updates_the_same_finding() -> None:
    """Whatever the verdict has become, there is one uid for each subject and check."""

    def uids(**facts: t.Any) -> dict[tuple[str, str], str]:
        report = make(account(user("a", **facts), user("b"), root=root(), orphaned_devices=[orphan("a")]))
        return {
            (item["resources"][0]["uid"], item["compliance"]["control"]): item["finding_info"]["uid"]
            for item in findings_of(report)
        }

    before, after = uids(console=True), uids(console=False)
    assert before == after and len(set(before.values())) == len(before)


def test_accounts_do_not_share_findings() -> None:
    other = {"account_id": "999999999999", "partition": "aws-cn", "alias": None}
    ours, theirs = (findings_of(make(account(user("a"), **facts))) for facts in ({}, {"account": other}))
    uids = [{item["finding_info"]["uid"] for item in found} for found in (ours, theirs)]
    assert not uids[0] & uids[1]
    assert {item["cloud"]["account"]["uid"] for item in ours} == {ACCOUNT}
    roots = [item["resources"][0] for item in theirs if item["compliance"]["control"] == "root_mfa"]
    assert [item["uid"] for item in roots] == ["arn:aws-cn:iam::999999999999:root"]
