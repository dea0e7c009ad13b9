# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the site is made of. `make site` builds it, with warnings as errors."""

from __future__ import annotations

import re

import make_site
import pytest
from project import ROOT

MAIN_BRANCH = "https://github.com/hardening-aws/hardening.aws/blob/main"


def test_the_index_lists_every_page() -> None:
    text = (ROOT / "docs/docsite/index.rst").read_text(encoding="utf-8")
    listed = re.findall(r"^   guide/(\S+)$", text, re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in (ROOT / "docs").glob("*.md"))
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize(
    ("link", "goal"),
    [
        ("playbooks.md#rotation", "playbooks.md#rotation"),
        ("#below", "#below"),
        ("benchmark.svg", "benchmark.svg"),
        ("https://example.org/x", "https://example.org/x"),
        ("../roles/iam_user_hardening/README.md#who", f"{MAIN_BRANCH}/roles/iam_user_hardening/README.md#who"),
        ("schema/report-1.1.json", f"{MAIN_BRANCH}/docs/schema/report-1.1.json"),
        ("../examples/awx", f"{MAIN_BRANCH.replace('blob', 'tree')}/examples/awx"),
        ("../nowhere.md", "../nowhere.md"),
    ],
)
def test_links_out_of_the_pages_lead_to_the_forge(link: str, goal: str) -> None:
    code = f"```\n[x]({link})\n```\n"
    assert make_site.for_site(f"See [x]({link}).\n\n{code}") == f"See [x]({goal}).\n\n{code}"
