# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page for contributors, docs/architecture.md, names what is there: files, tests and lists to extend."""

from __future__ import annotations

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
TESTS = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py"))}
NAMED = re.findall(r"`([^`\n]+)`", PAGE)


def test_every_test_that_it_names_is_there() -> None:
    names = {name for name in NAMED if re.fullmatch(r"test_\w+", name)}
    defined = set(re.findall(r"^\s*def (test_\w+)\(", "\n".join(TESTS.values()), re.MULTILINE))
    assert len(names) > 10 and names - defined == set()


def test_every_file_that_it_names_is_there() -> None:
    tops = ("plugins/", "tests/", "docs/", "scripts/", "playbooks/", "examples/", "roles/", "meta/", "changelogs/")
    paths = {name for name in NAMED if name.startswith(tops) and "NAME" not in name}
    assert len(paths) > 20 and [name for name in sorted(paths) if not (ROOT / name).exists()] == []
    files = {name for name in NAMED if re.fullmatch(r"test_\w+\.py", name)}
    assert files - {path.name for path in TESTS} == set()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("STORES", "plugins/module_utils/_seeds/registry.py"),
        ("CHECKS", "plugins/module_utils/_report/checks.py"),
        ("FILES", "scripts/mutants.py"),
        ("BASE", "tests/integration/test_hostile_input.py"),
        ("USES", "tests/integration/role/test_permissions.py"),
        ("ALLOWED", "tests/unit/test_house.py"),
    ],
)
def test_every_list_that_it_names_is_there(name: str, file: str) -> None:
    assert name in NAMED
    assert re.search(rf"^{name}\b.* = ", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_no_fact_is_kept_in_a_cache() -> None:
    """Facts are set for the run, and no module returns any."""
    files = [path for top in ("plugins", "roles", "playbooks") for path in (ROOT / top).rglob("*") if path.is_file()]
    texts = {path: path.read_text(encoding="utf-8") for path in files if path.suffix in (".py", ".yml")}
    assert any("set_fact" in text for text in texts.values())
    assert [str(path) for path, text in texts.items() if re.search(r"cacheable|ansible_facts\b", text)] == []
