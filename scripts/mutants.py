# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the files that decide, one small thing at a time, and see whether their unit tests notice.

A changed file is a mutant; one that no test fails for is a survivor, printed with its place and the change. Each
mutant is a fork of this process, in which the changed file is loaded in place of the real one: nothing is written.
Survivors that behave like the original are listed in tests/mutants-equivalent.txt, with the reason for each. Run by
`make mutants`, in the tree that scripts/collection_tree.py makes; FILE is any part of a file's path.
"""

from __future__ import annotations

import argparse
import ast
import collections
import contextlib
import copy
import dataclasses
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import pathlib
import resource
import signal
import sys
import time
import types
import typing as t

import explained_list
from collection_tree import make_tree
from project import BUILD, MAIN, ROOT

PREFIX = "ansible_collections.hardening.aws."
EQUIVALENT = ROOT / "tests/mutants-equivalent.txt"
CPU_SECONDS = 5  # after which a mutant that goes round in circles counts as noticed
SECONDS = 300  # and one that waits
MEMORY = 2**30  # bytes, above which one that grows counts as noticed
UNITS = "tests/unit/plugins"

# Which tests belong to a file. All paths are below plugins/ and tests/unit/plugins/.
FILES = {
    "module_utils/_devices/plan.py": ("test_plan.py", "test_reconcile.py", "test_read.py", "test_wait.py"),
    "module_utils/_devices/codes.py": ("test_codes.py", "test_attach.py"),
    "module_utils/_seeds/totp.py": ("test_totp.py",),
    "module_utils/_report/judge.py": ("test_judge.py",),
    "module_utils/_access/plan.py": ("test_plan.py", "test_apply.py"),
    "module_utils/_access/attachment_plan.py": ("test_attachment_plan.py", "test_attachment_apply.py"),
    "module_utils/_rotation/names.py": ("test_names.py", "test_facts.py"),
    "module_utils/_rotation/plan.py": ("test_plan.py", "test_rotate.py"),
    "module_utils/_root/plan.py": ("test_plan.py",),
    "plugin_utils/_iam_user_hardening/selection.py": ("test_selection.py", "test_plan.py"),
    "module_utils/_enforcement/decision.py": ("test_decision.py",),
    "module_utils/_shape.py": ("test_shape.py",),
    "module_utils/_problems.py": ("test_problems.py",),
    "module_utils/_seeds/record.py": ("test_record.py",),
    "module_utils/_access/effect.py": ("test_effect.py",),
    "module_utils/_enforcement/exclusions.py": ("test_exclusions.py",),
    "module_utils/_handover/proof.py": ("test_proof.py",),
    "module_utils/_report/gate.py": ("test_gate.py",),
    "plugin_utils/_accounts_inventory/selection.py": ("test_selection.py",),
    "module_utils/_patterns.py": ("test_patterns.py",),
    "module_utils/_rotation/facts.py": ("test_facts.py",),
}

_OTHER_COMPARISON: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OTHER_OPERATOR: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_REMOVABLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)


@dataclasses.dataclass
class Mutant:
    """One change: its place, in words and as a number, and the changed file."""

    line: int
    change: str
    tree: ast.Module
    result: str = ""

    def __str__(self) -> str:
        return f"{self.line}: {self.change}"


def _others(node: ast.AST) -> t.Iterator[ast.AST]:
    """What may stand in place of a node."""
    if isinstance(node, ast.Constant):
        yield from _other_constants(node.value)
    elif isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            other = copy.deepcopy(node)
            other.ops[index] = _OTHER_COMPARISON[type(operator)]()
            yield other
    elif isinstance(node, ast.BinOp) and type(node.op) in _OTHER_OPERATOR:
        yield ast.BinOp(node.left, _OTHER_OPERATOR[type(node.op)](), node.right)
    elif isinstance(node, ast.Return):
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield ast.Return(ast.Constant(None))
    elif isinstance(node, _REMOVABLE) and not _is_text(node):
        yield ast.Pass()
    else:
        yield from _other_conditions(node)


def _other_conditions(node: ast.AST) -> t.Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, (ast.If, ast.IfExp, ast.While)):
        if not isinstance(node.test, (ast.Compare, ast.UnaryOp, ast.Constant)):
            other_test = copy.copy(node)
            other_test.test = ast.UnaryOp(ast.Not(), node.test)
            yield other_test


def _other_constants(value: object) -> t.Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and " " not in value:
        # Words of the program, not sentences: what messages say is for the integration tests.
        yield ast.Constant(f"{value}_")


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class _Walk:
    """Walks a file and makes its mutants, each with one node replaced for as long as it is copied."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._seen: collections.Counter[str] = collections.Counter()
        self.mutants: list[Mutant] = []

    def visit(self, node: ast.AST, scope: str = "") -> None:
        """Make the mutants of what is below a node."""
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "type_comment") or isinstance(node, (ast.Import, ast.ImportFrom)):
                continue
            if isinstance(value, ast.AST):
                self._at(value, _setter(node, field), scope)
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, ast.AST):
                        self._at(item, _setter(value, index), scope)

    def _at(self, node: ast.AST, put: t.Callable[[ast.AST], None], scope: str) -> None:
        if isinstance(node, ast.JoinedStr):
            # Of a text, only what is computed for it.
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    self.visit(part, scope)
            return
        if _is_text(node):
            return
        inside = bool(scope) or not isinstance(node, _REMOVABLE)
        for other in _others(node) if inside else ():
            self._add(node, other, put, scope)
        name = getattr(node, "name", "") if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else ""
        self.visit(node, ".".join(filter(None, [scope, name])))

    def _add(self, node: ast.AST, other: ast.AST, put: t.Callable[[ast.AST], None], scope: str) -> None:
        change = f"{scope or 'module'}: {_shown(node)} -> {_shown(other)}"
        self._seen[change] += 1
        if self._seen[change] > 1:
            change += f" #{self._seen[change]}"
        put(ast.copy_location(other, node))
        mutated = ast.fix_missing_locations(copy.deepcopy(self._tree))
        put(node)
        self.mutants.append(Mutant(getattr(node, "lineno", 0), change, mutated))


def _setter(holder: t.Any, key: t.Any) -> t.Callable[[ast.AST], None]:
    """Return what puts a node into a field of a node, or into a place of a list."""
    if isinstance(holder, list):
        return lambda node: holder.__setitem__(key, node)
    return lambda node: setattr(holder, key, node)


def _shown(node: ast.AST) -> str:
    if isinstance(node, (ast.If, ast.While)):
        return f"{'if' if isinstance(node, ast.If) else 'while'} {ast.unparse(node.test)}"
    return " ".join(ast.unparse(node).split())


def mutants_of(path: pathlib.Path) -> list[Mutant]:
    """Return the mutants of a file, in the order of their lines."""
    walk = _Walk(ast.parse(path.read_text(encoding="utf-8")))
    walk.visit(walk._tree)
    return sorted(walk.mutants, key=lambda mutant: mutant.line)


class _Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a tree in place of its file."""

    def __init__(self, name: str, path: pathlib.Path, tree: ast.Module) -> None:
        self._name, self._path, self._mutated = name, path, tree

    def find_spec(self, name: str, _path: t.Any, _target: t.Any = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self._name else None

    def exec_module(self, module: types.ModuleType) -> None:
        module.__file__ = str(self._path)
        exec(compile(self._mutated, str(self._path), "exec"), module.__dict__)


def _test(name: str, path: pathlib.Path, tree: ast.Module, tests: t.Sequence[str]) -> t.NoReturn:
    """In a process of its own: load the mutant and run the tests. Ends with pytest's status."""
    import pytest

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    sys.meta_path.insert(0, _Instead(name, path, tree))
    status = 3
    with contextlib.suppress(BaseException):
        status = int(pytest.main(["-x", "-q", "--tb=no", "-p", "no:cacheprovider", "--import-mode=importlib", *tests]))
    os._exit(status)


def judge(name: str, path: pathlib.Path, mutants: t.Sequence[Mutant], tests: t.Sequence[str], jobs: int) -> None:
    """Run the tests on each mutant, I(jobs) at a time, and note which of them survived."""
    gc.freeze()  # so that pytest does not go through the trees of all mutants each time that it collects garbage
    running: dict[int, Mutant] = {}
    waiting = list(reversed(mutants))
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            child = os.fork()
            if not child:
                _test(name, path, mutant.tree, tests)
            running[child] = mutant
        child, status = os.waitpid(-1, 0)
        running.pop(child).result = "survived" if status == 0 else "noticed"


def equivalents() -> dict[str, set[str]]:
    """Return the changes, by file, that are known to change nothing that can be seen."""
    found: dict[str, set[str]] = collections.defaultdict(set)
    for file, change in explained_list.read(EQUIVALENT):
        found[file].add(change)
    return found


def _prepare() -> pathlib.Path:
    """Make the tree, and load what every test needs and no file of ours is in. Return the collection's folder."""
    tree = make_tree(MAIN.venv, MAIN.tree)
    sys.path.insert(0, str(MAIN.tree))
    sys.pycache_prefix = str(BUILD / "cache/mutants")
    os.environ |= {"HOME": str(BUILD / "home"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for name in ("pytest", "botocore.session", "pyotp", "yaml", "jinja2", "ansible.plugins.action"):
        importlib.import_module(name)
    importlib.import_module("ansible_collections.amazon.aws.plugins.module_utils.modules")
    return pathlib.Path(tree)


def one_file(collection: pathlib.Path, file: str, jobs: int, known: set[str]) -> tuple[int, int, int, list[Mutant]]:
    """Judge a file's mutants. Return how many there are, were noticed, are equivalent, and the survivors."""
    path = collection / "plugins" / file
    folder = collection / UNITS / pathlib.PurePath(file).parent
    tests = [str(folder / test) for test in FILES[file] if (folder / test).exists()]
    name = f"{PREFIX}plugins.{file.removesuffix('.py').replace('/', '.')}"
    original = Mutant(0, "nothing", ast.parse(path.read_text(encoding="utf-8")))
    judge(name, path, [original], tests, 1)
    if original.result != "survived":
        raise SystemExit(f"{file}: its tests fail without any change")
    mutants = mutants_of(path)
    # The first test file notices most of them: the others are for what it does not notice.
    for some in filter(None, (tests[:1], tests[1:])):
        judge(name, path, [mutant for mutant in mutants if mutant.result != "noticed"], some, jobs)
    survivors = [mutant for mutant in mutants if mutant.result == "survived"]
    strangers = [mutant for mutant in survivors if mutant.change not in known]
    for change in sorted(known - {mutant.change for mutant in survivors}):
        print(f"{file}: listed as equivalent, but noticed or gone: {change}")
    return len(mutants), len(mutants) - len(survivors), len(survivors) - len(strangers), strangers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help="only files whose path has this in it")
    parser.add_argument("--jobs", type=int, default=2, help="how many mutants are tested at a time")
    arguments = parser.parse_args()
    files = [file for file in FILES if not arguments.files or any(part in file for part in arguments.files)]
    collection, known, left = _prepare(), equivalents(), 0
    for file in files:
        began = time.monotonic()
        count, noticed, equivalent, survivors = one_file(collection, file, arguments.jobs, known[file])
        for mutant in survivors:
            print(f"plugins/{file}:{mutant}")
        share = 100 * noticed / (count - equivalent)
        print(
            f"{file}: {count} mutants, {noticed} noticed, {equivalent} equivalent, {len(survivors)} survived "
            f"({share:.1f} % of those that differ), {time.monotonic() - began:.0f} s",
            flush=True,
        )
        left += len(survivors)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
