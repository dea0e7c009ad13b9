# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make coverage` makes of a measurement, and whether tests/not-covered.txt is about what is there."""

from __future__ import annotations

import ast
import typing as t

import explained_list
import measure_coverage
import pytest
from project import ROOT

LIST = """# A comment.

a.py f
a.py Class.method
  They cannot
  happen.
b.py (module)
  Nor can this.
"""


def function(lines: t.Sequence[int] = (), branches: t.Sequence[tuple[int, int]] = ()) -> dict[str, t.Any]:
    return {"missing_lines": list(lines), "missing_branches": [list(branch) for branch in branches]}


def measured(**files: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"files": {f"/x/plugins/{name}.py": {"functions": found} for name, found in files.items()}}


MEASURED = measured(a={"f": function([3], [(2, -1), (3, 5)]), "g": function()}, b={"": function([1])})


def test_what_is_left() -> None:
    assert measure_coverage.left(MEASURED) == {("a.py", "f"): "2, 3", ("b.py", "(module)"): "1"}


def test_the_form_of_the_list() -> None:
    one, two = "They cannot happen.", "Nor can this."
    found = {("a.py", "f"): one, ("a.py", "Class.method"): one, ("b.py", "(module)"): two}
    assert explained_list.parse(LIST, "a list") == found
    with pytest.raises(SystemExit, match="no reason is below c.py f"):
        explained_list.parse(f"{LIST}c.py f\n", "a list")


def test_what_is_new_and_what_is_to_be_struck_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert measure_coverage.compare(MEASURED, explained_list.parse(LIST, "a list")) == 0
    assert "listed in tests/not-covered.txt, but covered or gone: a.py Class.method" in capsys.readouterr().out
    assert measure_coverage.compare(MEASURED, [("b.py", "(module)")]) == 1
    assert "new: plugins/a.py f: 2, 3\n" in capsys.readouterr().out


def functions(tree: ast.AST, inside: str = "") -> t.Iterator[str]:
    """The names of the functions in a file, as coverage tells them."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            name = f"{inside}{node.name}"
            if not isinstance(node, ast.ClassDef):
                yield name
            yield from functions(node, f"{name}.")
        else:
            yield from functions(node, inside)


def test_the_list_names_what_is_there() -> None:
    known = explained_list.read(measure_coverage.LISTED)
    assert known and all(reason.endswith(".") for reason in known.values())
    trees = {file: ast.parse((ROOT / "plugins" / file).read_text(encoding="utf-8")) for file, _name in known}
    there = {file: {*functions(tree), "(module)"} for file, tree in trees.items()}
    assert [f"{file} {name}" for file, name in known if name not in there[file]] == []
