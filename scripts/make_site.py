# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation as a site in build/site: python3 scripts/make_site.py

Pages of docs/ and what antsibull-docs makes of the plugins' documentation, in one site. Plugins whose documentation
begins with "Private to" are left out, and the site may not mention their pages. A page that the site does not list, a
dead link, and every other warning of Sphinx is an error. Its tools are in build/site-env, which is made once.
"""

from __future__ import annotations

import ast
import os
import pathlib
import re
import shutil
import subprocess
import sys
import venv

import yaml
from collection_tree import make_tree
from project import BUILD, MAIN, ROOT, list_files, plain_environment
from release_check import is_private

FORGE = "https://github.com/hardening-aws/hardening.aws"
REQUIREMENTS = ROOT / "tests/requirements-site.txt"
ENVIRONMENT = BUILD / "site-env"
TREE = BUILD / "tree-site"
SOURCE = BUILD / "site-source"
SITE = BUILD / "site"
LINK = re.compile(r"(\]\(<?)(\.\./[^)\s>]+|[\w./-]+(?<!\.md)(?<!\.svg))(>?\))")
FENCED = re.compile(r"(^```.*?^```\s*$)", re.MULTILINE | re.DOTALL)


def make_environment() -> None:
    """Install the tools, unless those that are asked for are there."""
    stamp = ENVIRONMENT / "requirements.txt"
    if stamp.is_file() and stamp.read_bytes() == REQUIREMENTS.read_bytes():
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    venv.create(ENVIRONMENT, with_pip=True)
    options = ("--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS))
    subprocess.run([str(ENVIRONMENT / "bin/pip"), "install", *options], check=True)
    shutil.copy2(REQUIREMENTS, stamp)


def for_site(text: str) -> str:
    """A page whose links to files that are no pages lead to the forge."""

    def absolute(match: re.Match[str]) -> str:
        path = match[2].removeprefix("../") if match[2].startswith("../") else f"docs/{match[2]}"
        file, _separator, fragment = path.partition("#")
        if not (ROOT / file).exists() or match[2].startswith(("http", "#")):
            return match[0]
        kind = "tree" if (ROOT / file).is_dir() else "blob"
        return f"{match[1]}{FORGE}/{kind}/main/{file}{'#' + fragment if fragment else ''}{match[3]}"

    parts = FENCED.split(text)
    return "".join(part if part.startswith("```") else LINK.sub(absolute, part) for part in parts)


def copy_pages() -> None:
    """Put the pages, and what they show, where Sphinx reads them."""
    guide = SOURCE / "guide"
    guide.mkdir(parents=True)
    shutil.copy2(ROOT / "docs/docsite/index.rst", SOURCE)
    shutil.copy2(ROOT / "docs/docsite/conf.py", SOURCE)
    for path in sorted((ROOT / "docs").iterdir()):
        if path.suffix == ".md":
            (guide / path.name).write_text(for_site(path.read_text(encoding="utf-8")), encoding="utf-8")
        elif path.suffix == ".svg":
            shutil.copy2(path, guide)


def private_plugins() -> list[str]:
    """The files of plugins whose documentation says that they are for this collection alone."""
    return [name for name in list_files() if re.match(r"plugins/\w+/[a-z]\w*\.py$", name) and _is_for_us(ROOT / name)]


def _is_for_us(path: pathlib.Path) -> bool:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            return is_private({"doc": yaml.safe_load(ast.literal_eval(node.value))})
    return False


def pages_of(names: list[str]) -> set[str]:
    """What antsibull-docs would call the pages of plugins, without a suffix."""
    paths = [pathlib.PurePath(name) for name in names]
    return {f"{path.stem}_{path.parent.name.removesuffix('s')}" for path in paths}


def strays(site: pathlib.Path, pages: set[str]) -> list[str]:
    """Which files of a site are, link to, or find pages that it must not have."""
    one_of = re.compile(rf"\b(?:{'|'.join(sorted(pages))})\b")
    files = [*site.rglob("*.html"), *site.glob("searchindex.js")]
    return sorted(
        path.relative_to(site).as_posix()
        for path in files
        if path.stem in pages or one_of.search(path.read_text(encoding="utf-8"))
    )


def call(*command: str) -> None:
    programs = os.pathsep.join([str(ENVIRONMENT / "bin"), os.environ.get("PATH", os.defpath)])
    environment = {**plain_environment(), "PATH": programs, "ANSIBLE_COLLECTIONS_PATH": str(TREE)}
    done = subprocess.run(command, cwd=SOURCE, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with {done.returncode}")


def main() -> int:
    BUILD.mkdir(exist_ok=True)
    make_environment()
    for folder in (SOURCE, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    SOURCE.mkdir(mode=0o700)
    copy_pages()
    private = private_plugins()
    make_tree(MAIN.venv, TREE, [name for name in list_files() if name not in private])
    options = ("--fail-on-error", "--use-current", "--squash-hierarchy", "--no-indexes", "--no-breadcrumbs")
    reference = SOURCE / "collections"
    reference.mkdir(mode=0o700)
    call("antsibull-docs", "collection", *options, "--dest-dir", str(reference), "hardening.aws")
    call("sphinx-build", "-q", "-W", "--keep-going", "-b", "html", str(SOURCE), str(SITE))
    if found := strays(SITE, pages_of(private)):
        raise SystemExit(f"private plugins are in {', '.join(found)}")
    pages = len(list(SITE.rglob("*.html")))
    print(f"build/site/index.html: {pages} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
