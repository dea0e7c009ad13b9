# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JUnit XML says what it should, and Jenkins takes it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    HOSTILE,
    REFUSED,
    account,
    hostile_report,
    make,
    user,
    usual_report,
    without_report,
    written,
)


def suites(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.encode())


def test_junit() -> None:
    tree = suites(written(usual_report(), "junit"))
    by_name = {suite.get("name"): suite for suite in tree}
    console = by_name["Console users have MFA (CIS 2.10)"]
    assert {name: console.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    assert [case.get("name") for case in console] == ["Console users have MFA: bob", "Console users have MFA: svc"]
    assert console[0][0].get("message") == "bob: has a console password and no MFA device"
    assert console[1][0].get("message") == "svc: has a console password and no MFA device – exempt: a robot"
    passed = by_name["Root has MFA (CIS 2.5)"]
    assert [(case.get("name"), len(case)) for case in passed] == [("Root has MFA", 0)]
    for name in ("tests", "failures", "errors"):
        assert tree.get(name) == str(sum(int(suite.get(name, "")) for suite in tree))


# What the schema junit-10.xsd of Jenkins' xUnit plugin allows, and an asterisk at what it requires.
JENKINS = {
    "testsuites": ("name time tests failures errors", "testsuite"),
    "testsuite": (
        "name* tests* failures* errors* group time skipped timestamp hostname id package file log url",
        "testsuite properties testcase system-out system-err",
    ),
    "testcase": ("name* time classname group", "skipped error failure system-out system-err"),
    "failure": ("type message", ""),
    "error": ("type message", ""),
    "skipped": ("type message", ""),
}


@pytest.mark.parametrize("case", ["usual", "hostile", "unknown", "whole", "empty"])
def test_junit_is_valid_to_jenkins(case: str) -> None:
    report = {
        "usual": usual_report,
        "hostile": hostile_report,
        "unknown": lambda: make(without_report(user("alice", "virtual"))),
        "whole": lambda: make(account(account=None, root=None)),
        "empty": lambda: make(account(), checks=[]),
    }[case]()
    tree = suites(written(report, "junit"))
    assert tree.tag == "testsuites"
    for element in tree.iter():
        attributes, children = (words.split() for words in JENKINS[element.tag])
        assert set(element.keys()) <= {name.rstrip("*") for name in attributes}, element.attrib
        assert {name.rstrip("*") for name in attributes if name.endswith("*")} <= set(element.keys())
        assert {child.tag for child in element} <= set(children)
        # Only what says why a test case did not pass may hold text.
        assert not (element.text or "").strip() or element.tag in ("failure", "error", "skipped")


def test_junit_shows_unknown_as_an_error() -> None:
    tree = suites(written(make(without_report(user("alice", "virtual"))), "junit"))
    suite = next(suite for suite in tree if str(suite.get("name")).startswith("Console"))
    assert suite.get("errors") == "1" and REFUSED in str(suite[0][0].get("message"))


def test_junit_shows_a_check_that_is_unknown_as_a_whole() -> None:
    tree = suites(written(make(account(account=None, root=None)), "junit"))
    assert all(suite.get("errors") == "1" for suite in tree if "orphaned" in str(suite.get("name")))


def test_junit_of_a_hostile_account_is_xml() -> None:
    text = written(hostile_report(), "junit")
    tree = suites(text)
    assert {element.tag for element in tree.iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "error",
        "skipped",
    }
    assert not re.search("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    assert any(HOSTILE["closing"] in str(case.get("name")) for case in tree.iter("testcase"))
