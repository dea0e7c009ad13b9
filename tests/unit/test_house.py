# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/architecture.md promises: wings import downwards only, functions are short, names lead to files."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
PREFIX = "ansible_collections.hardening.aws."
MOST_LINES = 40
GROUND = "module_utils"
# Which other folders a folder may import from.
ALLOWED = {
    "module_utils": set(),
    "module_utils/_aws": {GROUND},
    "module_utils/_seeds": {GROUND, "module_utils/_aws"},
    "module_utils/_devices": {GROUND, "module_utils/_aws", "module_utils/_seeds"},
    "module_utils/_access": {GROUND, "module_utils/_aws", "module_utils/_devices"},
    "module_utils/_root": {GROUND, "module_utils/_aws", "module_utils/_access"},
    "module_utils/_handover": {
        GROUND,
        "module_utils/_aws",
        "module_utils/_seeds",
        "module_utils/_devices",
        "module_utils/_access",
    },
    "module_utils/_account": {GROUND, "module_utils/_aws", "module_utils/_seeds", "module_utils/_devices"},
    "module_utils/_rotation": {GROUND, "module_utils/_aws", "module_utils/_seeds", "module_utils/_devices"},
    "module_utils/_enforcement": {GROUND, "module_utils/_aws", "module_utils/_access", "module_utils/_account"},
    "module_utils/_report": {GROUND},
}


def sources() -> dict[pathlib.Path, ast.Module]:
    found = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PLUGINS.rglob("*.py"))}
    assert len(found) > 50
    return found


def imported(path: pathlib.Path, tree: ast.Module) -> t.Iterator[str]:
    """The folders under plugins that a file imports from."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        module = node.module or ""
        if node.level:
            parts = path.relative_to(ROOT).parts[: -node.level]
            module = ".".join([*parts, *filter(None, [module])])
        elif module.startswith(PREFIX):
            module = module.removeprefix(PREFIX)
        else:
            continue
        for name in node.names:
            folder = ROOT.joinpath(*module.split("."), name.name)
            while not folder.is_dir():
                folder = folder.parent
            yield folder.relative_to(PLUGINS).as_posix()


def test_wings_import_only_what_is_below() -> None:
    wrong = []
    for path, tree in sources().items():
        own = path.parent.relative_to(PLUGINS).as_posix()
        if own in ALLOWED:
            wrong += [
                f"{path.relative_to(ROOT)}: {used}" for used in imported(path, tree) if used not in {own, *ALLOWED[own]}
            ]
    wings = {path.parent.relative_to(PLUGINS).as_posix() for path in (PLUGINS / "module_utils").rglob("*.py")}
    assert wings == set(ALLOWED)
    assert wrong == []


def test_functions_are_short() -> None:
    """One that has to be longer says why, in a comment that begins with "Long:" above it."""
    long = []
    for path, tree in sources().items():
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                count = (node.end_lineno or node.lineno) - node.lineno + 1
                if count > MOST_LINES and not lines[node.lineno - 2].strip().startswith("# Long:"):
                    long.append(f"{path.relative_to(ROOT)}: {node.name} has {count} lines")
    assert long == []


def test_architecture_names_files_that_are_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .* \| `([\w./-]+\.\w+(?:\.j2)?)` \|$", text, re.MULTILINE)
    assert len(rows) >= 14
    assert [name for name in rows if not (ROOT / name).is_file()] == []
    named = set(re.findall(r"`((?:_\w+|module_utils|plugin_utils)/[\w/]+\.py)`", text))
    assert len(named) >= 10
    places = (PLUGINS, PLUGINS / "module_utils", PLUGINS / "plugin_utils")
    assert [name for name in named if not any((place / name).is_file() for place in places)] == []


def test_every_plugin_has_a_target() -> None:
    """As ansible-test runs them: a folder of its name, or its name among the aliases of another."""
    kinds = ("modules", "filter", "lookup", "inventory")
    plugins = {path.stem for kind in kinds for path in (PLUGINS / kind).glob("[a-z]*.py")}
    assert len(plugins) > 30 and {"iam_mfa_device", "iam_user_hardening_plan"} <= plugins
    targets = ROOT / "tests/integration/targets"
    tested = {path.name for path in targets.iterdir()}
    tested |= {line for path in targets.glob("*/aliases") for line in path.read_text(encoding="utf-8").splitlines()}
    assert not plugins - tested, sorted(plugins - tested)
    assert "iam_user_hardening" in tested
