# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the site is made of. `make site` builds it, with warnings as errors."""

from __future__ import annotations

import pathlib
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


def test_private_plugins_are_left_out() -> None:
    """Those whose documentation says that they are private, and no others."""
    found = make_site.private_plugins()
    files = [path for kind in ("modules", "filter") for path in (ROOT / "plugins" / kind).glob("*.py")]
    private = [path for path in files if "  - Private to th" in path.read_text(encoding="utf-8")]
    assert found == sorted(str(path.relative_to(ROOT)) for path in private)
    assert {"plugins/modules/rotation.py", "plugins/filter/iam_user_hardening.py"} < set(found)
    assert "plugins/modules/iam_mfa_device.py" not in found


def test_a_private_plugin_in_the_site_is_noticed(tmp_path: pathlib.Path) -> None:
    pages = make_site.pages_of(["plugins/modules/rotation.py", "plugins/filter/playbook_connection.py"])
    assert pages == {"rotation_module", "playbook_connection_filter"}
    (tmp_path / "collections").mkdir()
    (tmp_path / "collections/index.html").write_text('<a href="iam_mfa_device_module.html">', encoding="utf-8")
    (tmp_path / "searchindex.js").write_text('["my_rotation_module", "rotation"]', encoding="utf-8")
    assert make_site.strays(tmp_path, pages) == []
    (tmp_path / "collections/rotation_module.html").write_text("", encoding="utf-8")
    (tmp_path / "collections/index.html").write_text('<a href="rotation_module.html">', encoding="utf-8")
    (tmp_path / "searchindex.js").write_text('["collections/playbook_connection_filter"]', encoding="utf-8")
    expected = ["collections/index.html", "collections/rotation_module.html", "searchindex.js"]
    assert make_site.strays(tmp_path, pages) == expected
