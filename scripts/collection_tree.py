# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lay the checkout out as Ansible wants to find it: OUT/ansible_collections/hardening/aws, with amazon.aws beside it.

The tree holds the checkout's tracked and untracked, unignored files as a real folder (no symlinks, no .git), and
amazon.aws as the virtual environment's ansible package brings it. Each call brings it up to date: changed files are
replaced one by one, files that are gone from the checkout are removed. Prints OUT/ansible_collections/hardening/aws.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

from project import MAIN, ROOT, list_files, locked

COLLECTION = pathlib.PurePath("ansible_collections/hardening/aws")
DEPENDENCIES = ("amazon/aws",)
# What tools write into the tree and may still be reading.
KEPT = ("tests/output/",)


def _same(source: pathlib.Path, target: pathlib.Path) -> bool:
    if target.is_symlink() or not target.is_file():
        return False
    one, other = source.stat(), target.stat()
    return (one.st_size, one.st_mtime_ns, one.st_mode) == (other.st_size, other.st_mtime_ns, other.st_mode)


def copy_files(source: pathlib.Path, target: pathlib.Path, names: list[str]) -> None:
    """Make target hold exactly these files of source, besides what tools keep there."""
    for name in names:
        if _same(source / name, target / name):
            continue
        path = target / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.new")
        shutil.copy2(source / name, temporary)
        os.replace(temporary, path)
    wanted = set(names)
    for folder, folders, files in os.walk(target, topdown=False):
        relative = pathlib.Path(folder).relative_to(target)
        for name in files:
            path = source_of = relative / name
            if relative.name == "__pycache__":
                source_of = relative.parent / f"{name.split('.')[0]}.py"
            if str(source_of) not in wanted and not str(path).startswith(KEPT):
                (target / path).unlink()
        for name in folders:
            path = target / relative / name
            if path.is_symlink():
                path.unlink()
            elif not any(path.iterdir()):
                path.rmdir()


def _installed(venv: pathlib.Path) -> pathlib.Path:
    """Where an environment's ansible package has its collections: apart from the other packages, or among them."""
    apart = venv / "collections/ansible_collections"
    if apart.is_dir():
        return apart
    python = venv / "bin/python"
    code = "import ansible_collections, pathlib; print(pathlib.Path(next(iter(ansible_collections.__path__))))"
    answer = subprocess.run([str(python), "-I", "-c", code], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(f"{python}: no ansible package with collections here; run 'make setup'\n{answer.stderr}")
    return pathlib.Path(answer.stdout.strip())


def copy_dependencies(venv: pathlib.Path, collections: pathlib.Path) -> None:
    """Put the collections that ours needs beside it, as the environment's ansible package has them."""
    installed = _installed(venv)
    for name in DEPENDENCIES:
        source, target = installed / name, collections / name
        if _same(source / "MANIFEST.json", target / "MANIFEST.json"):
            continue
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "MANIFEST.json"))
        shutil.copy2(source / "MANIFEST.json", target / "MANIFEST.json")


def make_tree(venv: pathlib.Path, out: pathlib.Path, names: list[str] | None = None) -> pathlib.Path:
    """Bring the tree under out up to date and return the collection's folder in it.

    :param names: The files that it holds, if not all of the checkout's.
    """
    out = out.absolute()
    with locked(f"tree-{out.name}"):
        copy_files(ROOT, out / COLLECTION, list_files() if names is None else names)
        copy_dependencies(venv.absolute(), out / "ansible_collections")
    return out / COLLECTION


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--venv", type=pathlib.Path, default=MAIN.venv, help="the environment that brings amazon.aws")
    parser.add_argument("--out", type=pathlib.Path, default=MAIN.tree, help="where ansible_collections/ is made")
    arguments = parser.parse_args()
    print(make_tree(arguments.venv, arguments.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
