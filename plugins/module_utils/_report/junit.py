# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as JUnit XML, for a pipeline's test results.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree

from .checks import EXEMPT, FAIL, NOT_APPLICABLE, UNKNOWN
from .findings import findings, label
from .words import account_title, why, xml_text

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

_COUNTS = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
_TAGS = {FAIL: "failure", UNKNOWN: "error", EXEMPT: "skipped"}


def render_junit(report: Json) -> str:
    """Return a test suite for each check, and in it a test case for each finding.

    A check without a finding is one test case that passes. Unknown is an error, exempt is skipped with its reason.
    """
    root = ElementTree.Element("testsuites", name=xml_text(f"MFA audit of {account_title(report)}"))
    by_check: dict[str, list[Json]] = {check["id"]: [] for check in report["checks"]}
    for item in findings(report):
        by_check[item["check"]].append(item)
    for check in report["checks"]:
        _suite(ElementTree.SubElement(root, "testsuite"), check, by_check[check["id"]])
        root[-1].set("timestamp", report["retrieved"])
    for name in _COUNTS:
        if name != "skipped":  # Jenkins' schema has it for a suite, and not for all of them
            root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(suite: ElementTree.Element, check: Json, found: t.Sequence[Json]) -> None:
    suite.set("name", f"{check['title']}{' (CIS ' + check['cis'] + ')' if check['cis'] else ''}")
    group = f"iam_mfa.{check['id']}"
    for item in found:
        name = xml_text(f"{check['title']}: {label(item)}")
        case = ElementTree.SubElement(suite, "testcase", name=name, classname=group)
        message = xml_text(f"{label(item)}: {why(item)}")
        outcome = ElementTree.SubElement(case, _TAGS[item["verdict"]], message=message)
        if item["verdict"] != EXEMPT:
            outcome.set("type", check["id"])
            outcome.text = check["remedy"]
    if all(item["verdict"] == EXEMPT for item in found):
        case = ElementTree.SubElement(suite, "testcase", name=check["title"], classname=group)
        if check["verdict"] == NOT_APPLICABLE:
            ElementTree.SubElement(case, "skipped", message="Not applicable: there is nobody to ask this of.")
    for name, tag in _COUNTS.items():
        suite.set(name, str(sum(1 for _element in suite.iter(tag))))
