# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from an account is made harmless."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._report.words import (
    csv_text,
    headline,
    markdown_text,
    visible,
)


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


def test_a_report_without_checks_says_so() -> None:
    assert headline({"checks": []}) == "No check was made."
