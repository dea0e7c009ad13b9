# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page is whole, accessible, and inert whatever the account holds."""

from __future__ import annotations

import html.parser
import re
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._report import columns
from ansible_collections.hardening.aws.plugins.module_utils._report import html as report_html
from ansible_collections.hardening.aws.plugins.module_utils._report.page import EARLY_SCRIPT, SCRIPT, STYLE
from ansible_collections.hardening.aws.plugins.module_utils._report.words import visible
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

# Where a person may go from the page: to the standard, and to AWS's own words on a rule.
LINKS = (
    "https://www.cisecurity.org/benchmark/amazon_web_services",
    "https://docs.aws.amazon.com/config/latest/developerguide/",
)


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
            assert name != "href" or value.startswith("#") or (tag == "a" and value.startswith(LINKS))
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
        if attrs.get("href", "").startswith("#"):
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


def test_columns_are_known_by_their_names() -> None:
    text = written(usual_report(), "html")
    for table, titles in (("users", columns.USERS), ("checks", columns.CHECKS)):
        rows = re.findall(r"<tr.*?</tr>", text.split(f'<table id="{table}"')[1].split("</table>")[0], re.S)
        assert len(rows) > 2
        for row in rows:
            assert re.findall(r'<t[hd][^>]* class="c-(\w+)', row) == list(titles)
    used = set(re.findall(r"\.c-(\w+)", STYLE)) | set(re.findall(r"\bplace\.(\w+)", SCRIPT))
    assert used <= {*columns.USERS, *columns.CHECKS, *columns.ACCOUNTS}
    assert "nth-child" not in STYLE
