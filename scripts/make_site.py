# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation as a site in build/site: python3 scripts/make_site.py

Pages of docs/ and what antsibull-docs makes of the plugins' documentation, in one site. A page that the site does not
list, a dead link, and every other warning of Sphinx is an error. Its tools are in build/site-env, which is made once.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv

from collection_tree import make_tree
from project import BUILD, MAIN, ROOT, plain_environment

FORGE = "https://github.com/hardening-aws/hardening.aws"
REQUIREMENTS = ROOT / "tests/requirements-site.txt"
ENVIRONMENT = BUILD / "site-env"
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


def call(*command: str) -> None:
    programs = os.pathsep.join([str(ENVIRONMENT / "bin"), os.environ.get("PATH", os.defpath)])
    tree = make_tree(MAIN.venv, MAIN.tree).parents[2]
    environment = {**plain_environment(), "PATH": programs, "ANSIBLE_COLLECTIONS_PATH": str(tree)}
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
    options = ("--fail-on-error", "--use-current", "--squash-hierarchy", "--no-indexes", "--no-breadcrumbs")
    reference = SOURCE / "collections"
    reference.mkdir(mode=0o700)
    call("antsibull-docs", "collection", *options, "--dest-dir", str(reference), "hardening.aws")
    call("sphinx-build", "-q", "-W", "--keep-going", "-b", "html", str(SOURCE), str(SITE))
    pages = len(list(SITE.rglob("*.html")))
    print(f"build/site/index.html: {pages} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
