# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people and programs read: each format is well-formed, complete, and inert whatever the account holds."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import re
import typing as t
from xml.etree import ElementTree

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._report import document as report_document
from ansible_collections.hardening.aws.plugins.module_utils._report import formats
from ansible_collections.hardening.aws.plugins.module_utils._report import html as report_html
from ansible_collections.hardening.aws.plugins.module_utils._report.page import EARLY_SCRIPT, SCRIPT, STYLE
from ansible_collections.hardening.aws.plugins.module_utils._report.words import (
    csv_text,
    markdown_text,
    visible,
)
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    HOSTILE,
    REFUSED,
    account,
    exemption,
    hostile_account,
    make,
    orphan,
    root,
    user,
    without_report,
)


def hostile_report() -> dict[str, t.Any]:
    """Hostile text in everything that comes from the account or the operator, and in what changed."""
    exempt = [exemption(["console_mfa"], text, user_name=text) for text in HOSTILE.values() if text.strip()]
    exempt += [exemption(["orphaned_devices"], text, serial_number=f"*{text}*") for text in list(HOSTILE.values())[:3]]
    report = make(hostile_account(), exemptions=exempt)
    report["changes"] = report_document.changes_since(
        make(account(*[user(text, "virtual") for text in HOSTILE.values()])), report
    )
    return report


def usual_report() -> dict[str, t.Any]:
    return make(
        account(
            user("alice", "virtual", "fido"),
            user("bob", keys=[True]),
            user("svc", keys=[True]),
            user("no-password", console=False),
            root=root("virtual"),
            orphaned_devices=[orphan()],
        ),
        exemptions=[exemption(["console_mfa", "access_key_mfa"], "a robot", user_name="svc")],
    )


def written(report: dict[str, t.Any], form: str) -> str:
    """The text of the file that is written."""
    return report_document.encode(formats.render(report, form)).decode("utf-8")


# Text


@pytest.mark.parametrize(
    "text, shown",
    [
        ("plain", "plain"),
        ("données 数据 🔑", "données 数据 🔑"),
        ("one\ntwo", "one␊two"),
        ("\t\r\x00\x7f", "␉␍␀␡"),
        ("a\u202eb", "a\\u{202e}b"),
        ("a\ud800b", "a\ufffdb"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", "＋1", "－1", "＠1"]
)
def test_a_formula_is_no_formula(text: str) -> None:
    assert csv_text(text).startswith("'")


@pytest.mark.parametrize("text", ["a=1", "1+1", "user@example.com", "a-b", ""])
def test_other_cells_are_left_alone(text: str) -> None:
    assert csv_text(text) == text


@pytest.mark.parametrize(
    "text, shown",
    [
        ("alice@example.com", "`alice@example.com`"),
        ("a|b", "<code>a&#124;b</code>"),
        ("a`b", "<code>a&#96;b</code>"),
        ("<b>", "<code>&#60;b&#62;</code>"),
        ("[x](y)", "<code>&#91;x&#93;&#40;y&#41;</code>"),
        ("", "<code></code>"),
        ("   ", "<code>   </code>"),
    ],
)
def test_markdown_text(text: str, shown: str) -> None:
    assert markdown_text(text) == shown


# HTML


class Page(html.parser.HTMLParser):
    """What a browser would make of the page: its elements, its texts, and whatever could run or load something."""

    VOID = {"meta", "input", "col", "circle", "line", "br"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, t.Any]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: t.Any) -> None:
        assert len({name for name, _value in attrs}) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: t.Any) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, t.Any]]:
        return [attrs for name, attrs in self.elements if name == tag]


PLAIN_TAGS = {name for name, _attrs in Page(written(usual_report(), "html")).elements}
PLAIN_ATTRIBUTES = {name for _tag, attrs in Page(written(usual_report(), "html")).elements for name in attrs}


def test_html_of_a_hostile_account_has_no_elements_but_ours() -> None:
    text = written(hostile_report(), "html")
    page = Page(text)
    assert {name for name, _attrs in page.elements} <= PLAIN_TAGS
    assert {name for _tag, attrs in page.elements for name in attrs} <= PLAIN_ATTRIBUTES
    assert text.count("<script>") == 2 == text.count("</script>")
    assert not any(name.startswith("on") for _tag, attrs in page.elements for name in attrs)
    # The texts are there, as texts.
    shown = "\n".join(page.texts)
    for name, hostile in HOSTILE.items():
        assert visible(hostile) in shown, name
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202e]", text)


def test_html_loads_nothing() -> None:
    page = Page(written(hostile_report(), "html"))
    for tag, attrs in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "base", "embed", "use", "image")
        for name, value in attrs.items():
            assert name not in ("src", "srcset", "style", "action", "xlink:href", "poster"), (tag, name)
            assert name != "href" or value.startswith("#")
    assert not re.search(r"url\(|@import|fetch|XMLHttpRequest|innerHTML|eval", STYLE + SCRIPT + EARLY_SCRIPT)


def test_html_policy_allows_its_own_style_and_scripts_only() -> None:
    policies = [item for item in Page(written(usual_report(), "html")).all("meta") if item.get("http-equiv")]
    policy = policies[0]["content"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for text in (STYLE, SCRIPT, EARLY_SCRIPT):
        assert report_html._hash(text) in policy
        assert "</" not in text


def test_html_is_accessible() -> None:
    text = written(usual_report(), "html")
    page = Page(text)
    assert page.all("html")[0]["lang"] == "en"
    assert page.all("h1") and len(page.all("main")) == 1
    for table in re.findall(r"<table.*?</table>", text, re.S):
        assert "<caption>" in table
        body = table.split("<tbody>")[1]
        assert len(re.findall(r"<tr", body)) == len(re.findall(r'<th scope="row"', body))
        assert "<th>" not in table
    labelled = {label["for"] for label in page.all("label") if "for" in label}
    fields = {attrs["id"] for tag in ("input", "select") for attrs in page.all(tag)}
    assert fields - labelled == {"size"}  # is inside its label
    ids = [attrs["id"] for _tag, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _tag, attrs in page.elements:
        for name in ("aria-labelledby", "for"):
            assert set(attrs.get(name, "").split()) <= set(ids)
        if "href" in attrs:
            assert attrs["href"][1:] in ids
    pictures = [attrs for attrs in page.all("svg") if attrs.get("role") == "img"]
    assert pictures and all(attrs["aria-labelledby"] == "donut-title donut-desc" for attrs in pictures)
    assert all(attrs.get("role") == "img" or attrs.get("aria-hidden") == "true" for attrs in page.all("svg"))


def luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("place", [0, 1], ids=["light", "dark"])
def test_contrast_is_that_of_wcag_aa(place: int) -> None:
    block = re.findall(r":root \{(.*?)\}", STYLE, re.S)[place]
    colors = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    pairs = [
        (ink, paper)
        for ink in ("ink", "soft", "accent", "pass", "fail", "unknown", "exempt", "na")
        for paper in ("page", "card")
    ]
    pairs += [(name, f"{name}-bg") for name in ("pass", "fail", "unknown", "exempt", "na")]
    for ink, paper in pairs:
        light, dark = sorted((luminance(colors[ink]), luminance(colors[paper])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


def test_html_has_every_user_without_scripts() -> None:
    report = make(account(*[user(f"user-{number:04d}", "virtual") for number in range(1001)]))
    assert len(re.findall(r'<tr data-k="', written(report, "html"))) == 1001


def test_html_says_what_is_unknown() -> None:
    text = written(make(without_report(user("alice", "virtual"))), "html")
    assert "What is not known" in text and REFUSED in text
    assert '<span class="v unknown">unknown</span>' in text


# CSV


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_csv_has_a_line_for_everyone() -> None:
    rows = cells(written(usual_report(), "csv"))
    assert [row[1] for row in rows[1:]] == [
        "<root_account>",
        "alice",
        "bob",
        "no-password",
        "svc",
        "arn:aws:iam::123456789012:mfa/left-behind",
    ]
    table = {row[1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert table["alice"]["console_mfa"] == "pass"
    assert table["alice"]["mfa_kinds"] == "fido, virtual" or table["alice"]["mfa_kinds"] == "virtual, fido"
    assert table["bob"]["console_mfa"] == "fail"
    assert table["svc"]["verdict"] == "exempt"
    assert table["no-password"]["console_mfa"] == "not_applicable"
    assert table["<root_account>"]["root_hardware_mfa"] == "fail"
    assert all(len(row) == len(rows[0]) for row in rows)


def test_csv_of_a_hostile_account_has_no_formula() -> None:
    text = written(hostile_report(), "csv")
    rows = cells(text)
    assert text.count("\n") == len(rows) == 1 + 1 + 3 * len(HOSTILE)
    for row in rows:
        assert len(row) == len(rows[0])
        for cell in row:
            assert not re.match(r"\s*[=+\-@\t\r\n＝＋－＠]", cell), cell
            assert not re.search(r"[\x00-\x1f\x7f]", cell)


def test_csv_of_a_hostile_account_has_no_formula_where_cells_are_split_at_semicolons() -> None:
    """A spreadsheet with a European locale may take each line apart there, whether or not it heeds the quotes."""
    text = written(hostile_report(), "csv")
    heeding = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") for cell in row]
    blind = [cell.strip('"') for line in text.splitlines() for cell in line.split(";")]
    assert len(blind) > text.count("\n") and "'=1+1/" in " ".join(blind)
    for cell in heeding + blind:
        assert not re.match(r"[\s\"]*[=+\-@＝＋－＠]", cell), cell


# Markdown


def test_markdown_of_a_hostile_account_keeps_its_structure() -> None:
    text = written(hostile_report(), "md")
    width = 0
    for line in text.splitlines():
        if line.startswith("|"):
            columns = len(re.findall(r"\|", line))
            assert width in (0, columns), line
            width = columns
        else:
            width = 0
            assert re.match(r"(# |## |\*\*|- |$|\d+ more)", line), line
    outside = re.sub(r"`[\w+=,.@/: -]*`", "", text)
    assert set(re.findall(r"<[^>]*>", outside)) <= {"<code>", "</code>"}
    assert not re.search(r"http://|javascript:|@everyone|\]\(|`", outside)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029\u202e]", text)


def test_markdown_says_all_that_matters() -> None:
    text = written(usual_report(), "md")
    assert "**4 of 6 checks fail.**" in text
    assert (
        "| Console users have MFA | high | 2.10 | `mfa-enabled-for-iam-console-access` | **fail** | 1 | 1 | 1 | 0 | 1 |"
        in text
    )
    assert "| console_mfa | high | `bob` | fail | `has a console password and no MFA device` |" in text
    assert "| console_mfa | high | `svc` | exempt | `a robot` |" in text
    assert "| With a console password | 3 | 1 | 1 | 1 | 0 | 33.3% |" in text


def test_markdown_ends_somewhere() -> None:
    text = written(make(account(*[user(f"user-{number}") for number in range(800)])), "md")
    assert "300 more findings: see the HTML, JSON or CSV report." in text


# JUnit


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
    assert console[1][0].get("message") == "svc: a robot"
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


# SARIF


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


def test_json_keeps_a_hostile_account_as_it_is() -> None:
    found = json.loads(written(hostile_report(), "json"))
    tags = {key for item in found["users"] for key in item["tags"] or {}}
    assert tags >= {text for name, text in HOSTILE.items() if name != "half a pair"}
