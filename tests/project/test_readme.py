# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the README repeats is the same where it comes from."""

from __future__ import annotations

import json
import re

from project import ROOT


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def allowed(documents: list[str]) -> dict[str, set[str]]:
    """What policies allow together: the actions on each resource."""
    found: dict[str, set[str]] = {}
    for document in documents:
        for statement in json.loads(document)["Statement"]:
            assert statement.keys() == {"Effect", "Action", "Resource"} and statement["Effect"] == "Allow"
            found.setdefault(statement["Resource"], set()).update(statement["Action"])
    return found


def test_the_policy_to_paste_is_all_that_an_audit_needs() -> None:
    """It has the blocks of docs/permissions.md in one."""
    [names] = re.findall(r"^\| `audit` \| (.*) \|$", page("docs/permissions.md"), re.MULTILINE)
    blocks = dict(re.findall(r"^## (.*)\n\n```json\n([^`]*)^```", page("docs/permissions.md"), re.MULTILINE))
    given = re.findall(r"^```json\n([^`]*)^```", page("README.md"), re.MULTILINE)
    assert len(given) == 1 and allowed(given) == allowed([blocks[name] for name in names.split(", ")])


def rows(name: str) -> list[list[str]]:
    """The rows of versions that are tested together: ansible-core, amazon.aws, boto3 and botocore, pyotp, segno."""
    lines = re.findall(r"^\| (\d+\.\d+\.\d+\w* \| .*) \|$", page(name), re.MULTILINE)
    return [line.split(" | ")[:5] for line in lines]


def test_tested_versions_are_those_of_the_promise() -> None:
    assert rows("README.md") == rows("docs/versions.md") and len(rows("README.md")) == 4
    assert "| ansible-core | amazon.aws | boto3, botocore | PyOTP | segno |" in page("README.md")
