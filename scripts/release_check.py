# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what is missing for a release: python3 scripts/release_check.py [v1.2.3]

With a tag, the release of that version has to be complete, its changelog included. Without one, a preview of the
changelog is left in build/changelog. With or without, the part on this version is there as notes.md, for the release on
the forge. Ends with 1 and names each thing that is missing.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing as t

import check_links
import yaml
from collection_tree import make_tree
from packaging.version import Version
from project import BUILD, MAIN, OLDEST, plain_environment

PREVIEW = BUILD / "changelog"
CHANGELOGS = ("CHANGELOG.rst", "CHANGELOG.md")
KINDS = ("module", "lookup", "filter", "inventory", "role")
GALAXY_TEXTS = (
    "namespace",
    "name",
    "version",
    "readme",
    "description",
    "repository",
    "documentation",
    "homepage",
    "issues",
)
GALAXY_LISTS = ("authors", "license", "tags")
SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
MOST_TAGS = 20

Doc = dict[str, t.Any]


@dataclasses.dataclass
class Collection:
    """A copy of the collection, at …/ansible_collections/hardening/aws, with amazon.aws beside it."""

    folder: pathlib.Path
    tag: str = ""

    def text(self, name: str) -> str:
        """What a file has; nothing if there is none."""
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def data(self, name: str) -> dict[str, t.Any]:
        found = yaml.safe_load(self.text(name)) if self.text(name) else {}
        return found if isinstance(found, dict) else {}

    @property
    def version(self) -> str:
        return str(self.data("galaxy.yml").get("version", ""))

    def tells(self, changelog: str) -> bool:
        """Whether a changelog has the version. Markdown has its dots behind backslashes."""
        return f"v{self.version}" in self.text(changelog).replace("\\", "")

    @property
    def releases(self) -> dict[str, t.Any]:
        """What changelogs/changelog.yaml has, by version."""
        return dict(self.data("changelogs/changelog.yaml").get("releases") or {})

    def call(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in the folder."""
        programs = os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        environment = {
            **plain_environment(),
            "PATH": programs,
            "HOME": str(MAIN.home),
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder.parents[2]),
            "ANSIBLE_NOCOLOR": "true",
        }
        return subprocess.run(
            [program, *words], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    @functools.cached_property
    def docs(self) -> dict[str, dict[str, Doc]]:
        """What ansible-doc says of the collection's plugins and roles: {kind: {name: document}}."""
        answer = self.call("ansible-doc", "--metadata-dump", "--no-fail-on-errors", "hardening.aws")
        if answer.returncode:
            raise SystemExit(f"ansible-doc failed: {answer.stderr}")
        return dict(json.loads(answer.stdout)["all"])

    @property
    def public_modules(self) -> dict[str, Doc]:
        """Modules that are for everybody, by their short names."""
        found = {name.rpartition(".")[2]: entry for name, entry in self.docs.get("module", {}).items()}
        return {name: entry for name, entry in found.items() if not is_private(entry)}


def is_private(entry: Doc) -> bool:
    lines = entry.get("doc", {}).get("description") or [""]
    return str([lines] if isinstance(lines, str) else lines[0]).lstrip("['").startswith("Private to")


def galaxy(collection: Collection) -> list[str]:
    """galaxy.yml has what Galaxy shows and asks for."""
    found = collection.data("galaxy.yml")
    wrong = [f"galaxy.yml: {name} is missing" for name in GALAXY_TEXTS if not isinstance(found.get(name), str)]
    wrong += [f"galaxy.yml: {name} is no list of texts" for name in GALAXY_LISTS if not found.get(name)]
    if "amazon.aws" not in (found.get("dependencies") or {}):
        wrong.append("galaxy.yml: dependencies lacks amazon.aws")
    tags = found.get("tags") or []
    if len(tags) > MOST_TAGS or [tag for tag in tags if not re.fullmatch(r"[a-z0-9]+", str(tag))]:
        wrong.append(f"galaxy.yml: tags may be {MOST_TAGS}, of lower-case letters and digits")
    if found.get("readme") and not collection.text(found["readme"]):
        wrong.append(f"galaxy.yml: readme names {found['readme']}, which is not there or empty")
    return wrong


def version(collection: Collection) -> list[str]:
    """The version is a new one, the same everywhere, and not older than what is documented to come with it."""
    own, wrong = collection.version, []
    if not SEMANTIC.fullmatch(own):
        return [f"galaxy.yml: version {own!r} is not like 1.2.3"]
    if collection.tag and collection.tag != f"v{own}":
        wrong.append(f"the tag is {collection.tag}, and galaxy.yml has version {own}")
    if collection.tag and own not in collection.releases:
        wrong.append(f"changelogs/changelog.yaml: {own} is not released, run antsibull-changelog release")
    newer = [name for name in collection.releases if Version(name) > Version(own)]
    if newer:
        wrong.append(f"changelogs/changelog.yaml: {newer[0]} is released, and galaxy.yml has version {own}")
    later: dict[str, list[str]] = {}
    for kind, name, doc in _documents(collection):
        added = str(doc.get("version_added") or "")
        if SEMANTIC.fullmatch(added) and Version(added) > Version(own):
            later.setdefault(added, []).append(f"{kind} {name}")
    for added, names in sorted(later.items()):
        wrong.append(
            f"galaxy.yml: version is {own}, and {names[0]} ({len(names)} in all) is documented as new in {added}"
        )
    return wrong


def changelog(collection: Collection) -> list[str]:
    """Fragments can be rendered; or the release is in the changelog, and no fragment is left."""
    fragments = sorted(path.name for path in (collection.folder / "changelogs/fragments").glob("*.y*ml"))
    if collection.version in collection.releases:
        left = [
            f"changelogs/fragments/{name}: is not in the changelog, and {collection.version} is" for name in fragments
        ]
        missing = [name for name in CHANGELOGS if not collection.tells(name)]
        return left + [f"{name}: {collection.version} is not in it" for name in missing]
    if not fragments:
        return ["changelogs/fragments: there is none, so nothing has changed"]
    for words in (("lint",), ("release", "--version", collection.version)):
        answer = collection.call("antsibull-changelog", *words)
        if answer.returncode:
            return [f"changelogs: {line}" for line in (answer.stdout + answer.stderr).strip().splitlines()]
    return [f"{name}: was not made" for name in CHANGELOGS if not collection.tells(name)]


def runtime(collection: Collection) -> list[str]:
    """meta/runtime.yml has a lowest ansible-core, and the group has every module that connects to AWS."""
    found = collection.data("meta/runtime.yml")
    wrong = []
    if not re.fullmatch(r">=\d+\.\d+\.\d+", str(found.get("requires_ansible", ""))):
        wrong.append("meta/runtime.yml: requires_ansible is not like >=2.18.0")
    group = [name for name in (found.get("action_groups") or {}).get("aws", []) if isinstance(name, str)]
    modules = {name.rpartition(".")[2]: entry for name, entry in collection.docs.get("module", {}).items()}
    connecting = {name for name, entry in modules.items() if "access_key" in entry.get("doc", {}).get("options", {})}
    wrong += [f"meta/runtime.yml: action_groups.aws lacks {name}" for name in sorted(connecting - set(group))]
    wrong += [
        f"meta/runtime.yml: action_groups.aws has {name}, no such module" for name in group if name not in modules
    ]
    return wrong


def floors(collection: Collection) -> list[str]:
    """What is promised as the oldest that works is what the oldest leg installs, wherever it is written."""
    libraries = _versions(collection.text("requirements.txt"), ">=")
    amazon = _lowest(collection.data("galaxy.yml").get("dependencies") or {})
    builder = collection.data("execution-environment.yml").get("dependencies", {}).get("galaxy", {})
    needed = {item["name"]: item.get("version", "") for item in builder.get("collections", [])}
    pages = {name: _promises(collection.text(name)) for name in ("README.md", "docs/versions.md")}
    written = [
        (OLDEST.constraints, libraries, _versions(collection.text(OLDEST.constraints), "==")),
        ("execution-environment.yml", amazon, _lowest(needed)),
        *(
            (page, libraries | amazon, {name: row.split()[0] for name, row in rows.items()})
            for page, rows in pages.items()
        ),
    ]
    wrong = [
        f"{place}: {name} is {found.get(name)}, and {version} is promised"
        for place, promised, found in written
        for name, version in promised.items()
        if found.get(name) != version
    ]
    newer = _versions(collection.text(OLDEST.requirements_apart("organizations")), "==")
    for page, rows in pages.items():
        wrong += [
            f"{page}: {name} lacks {newer[name]}, which some modules require"
            for name in libraries
            if newer.get(name, "") not in rows.get(name, "")
        ]
    for kind, short, doc in _documents(collection):
        for name, version in re.findall(r"(\w+) >= ([\d.]*\d)", str(doc.get("requirements"))):
            if version not in (libraries.get(name, version), newer.get(name)):
                wrong.append(f"{kind} {short}: requires {name} {version}, and {libraries[name]} is promised")
    return wrong


def _versions(requirements: str, sign: str) -> dict[str, str]:
    return dict(re.findall(rf"^([\w.-]+){sign}([\w.]+)", requirements, re.MULTILINE))


def _lowest(collections: dict[str, t.Any]) -> dict[str, str]:
    """The oldest amazon.aws that is accepted, if it is there at all."""
    name = "amazon.aws"
    return {name: str(collections[name]).removeprefix(">=")} if name in collections else {}


def _promises(page: str) -> dict[str, str]:
    """What the table of a page says after the names of libraries and of amazon.aws."""
    rows = re.findall(r"^\| ([a-z\d., ]+) \| (\d.*) \|$", page, re.MULTILINE)
    return {name: row for names, row in rows for name in names.split(", ")}


def _documents(collection: Collection) -> t.Iterator[tuple[str, str, Doc]]:
    """Everything that is documented and public: kind, short name, document."""
    for kind in KINDS:
        for name, entry in sorted(collection.docs.get(kind, {}).items()):
            short = name.rpartition(".")[2]
            if kind == "role":
                yield kind, short, dict(entry.get("entry_points", {}).get("main", {}))
            elif not is_private(entry):
                yield kind, short, dict(entry.get("doc", {}))


def documented(collection: Collection) -> list[str]:
    """Every public module and plugin is documented, and says since when it is there."""
    wrong = []
    for kind in KINDS:
        for name, entry in sorted(collection.docs.get(kind, {}).items()):
            if "error" in entry:
                wrong.append(f"{kind} {name}: {entry['error']}")
    for kind, name, doc in _documents(collection):
        needed = ("short_description",) if kind == "role" else ("short_description", "description", "version_added")
        wrong += [f"{kind} {name}: {key} is missing" for key in needed if not doc.get(key)]
    for name, entry in collection.public_modules.items():
        wrong += [f"module {name}: {key} is missing" for key in ("examples", "return") if not entry.get(key)]
    on_disk = {path.stem for path in (collection.folder / "plugins/modules").glob("[a-z]*.py")}
    known = {name.rpartition(".")[2] for name in collection.docs.get("module", {})}
    return wrong + [f"module {name}: ansible-doc does not know it" for name in sorted(on_disk - known)]


def readme(collection: Collection) -> list[str]:
    """Galaxy shows README.md without the repository: its links are absolute. It lists modules, and docs are listed."""
    text = collection.text("README.md")
    relative = [target for target in check_links.links(text) if not re.match(r"https?://|#|mailto:", target)]
    wrong = [f"README.md: {target} is relative, and leads nowhere on Galaxy" for target in relative]
    wrong += [f"README.md: does not name {name}" for name in collection.public_modules if f"`{name}`" not in text]
    listing = text + collection.text("CONTRIBUTING.md")
    pages = sorted(path.name for path in (collection.folder / "docs").glob("*.md"))
    return wrong + [
        f"docs/{name}: neither README.md nor CONTRIBUTING.md lists it"
        for name in pages
        if f"docs/{name}" not in listing
    ]


# The changelog last: it removes the fragments from the copy.
Check = t.Callable[[Collection], list[str]]
CHECKS: tuple[Check, ...] = (galaxy, version, runtime, floors, documented, readme, changelog)


def notes(collection: Collection) -> str:
    """The changelog's part on this version, in Markdown: what the forge shows beside the release."""
    path = collection.folder / "notes.md"
    words = ("--only-latest", "--output-format", "md", "--output", str(path), collection.version)
    answer = collection.call("antsibull-changelog", "generate", *words)
    if answer.returncode:
        raise SystemExit(f"antsibull-changelog failed: {answer.stderr}")
    return path.read_text(encoding="utf-8")


def problems(collection: Collection, checks: t.Sequence[Check] = CHECKS) -> list[str]:
    return [problem for check in checks for problem in check(collection)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tag", nargs="?", default="", help="such as v1.2.3")
    collection = Collection(make_tree(MAIN.venv, BUILD / "release-check"), parser.parse_args().tag)
    found = problems(collection)
    PREVIEW.mkdir(exist_ok=True)
    for name in CHANGELOGS:
        if (collection.folder / name).is_file():
            shutil.copy2(collection.folder / name, PREVIEW / name)
    if collection.version in collection.releases:
        (PREVIEW / "notes.md").write_text(notes(collection), encoding="utf-8")
    print(*found, sep="\n")
    print(
        f"{collection.version}: {len(found)} things are missing for a release"
        if found
        else f"{collection.version} is ready"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
