# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on an enrolment sheet. Whether a camera can read it, the integration tests tell."""

from __future__ import annotations

import dataclasses
import re

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._enrolment_sheets.document import Sheet, render

pytest.importorskip("segno", reason="segno is not installed, so no sheet can be made")

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SHEET = Sheet(
    user_name="alice",
    serial_number="arn:aws:iam::123456789012:mfa/staff/alice-phone",
    seed=SEED,
    account_id="123456789012",
    account_alias="acme",
    sign_in_url="https://acme.signin.aws.amazon.com/console",
)


def text(page: str) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]+>", "", page, flags=re.DOTALL)


def test_what_a_person_needs() -> None:
    page = render(SHEET)
    for needed in ("alice", "acme (123456789012)", SHEET.sign_in_url, "Destroy this sheet", "your administrator"):
        assert needed in text(page)
    assert re.search(r"JBSW Y3DP( \w{4}){14}", text(page))
    assert SHEET.uri == (
        "otpauth://totp/Amazon%20Web%20Services:alice-phone@123456789012"
        f"?secret={SEED}&issuer=Amazon%20Web%20Services"
    )
    assert render(SHEET) == page


def test_without_an_alias_the_number_has_to_do() -> None:
    assert "AWS account123456789012" in text(render(dataclasses.replace(SHEET, account_alias=None)))


def test_everything_is_escaped() -> None:
    hostile = '"><script>alert(1)</script>&\u202e'
    page = render(dataclasses.replace(SHEET, user_name=hostile, account_alias=hostile, contact=hostile))
    assert "<script" not in page and "\u202e" not in page and page.count("&lt;script&gt;") >= 4


def test_nothing_is_loaded_or_run() -> None:
    page = render(SHEET)
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|img|link|iframe|object)|@import|url\(|\son\w+=", page)
    assert set(re.findall(r'href="(\w+:)', page)) == {"https:", "otpauth:"}


def test_the_seed_is_not_in_its_representation() -> None:
    assert SEED not in repr(SHEET)
