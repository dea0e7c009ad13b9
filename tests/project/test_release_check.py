# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make release-check` on a copy that is ready, and with one thing broken at a time, which it names."""

from __future__ import annotations

import functools
import json
import pathlib
import re
import subprocess
import typing as t

import pytest
import release_check
import yaml
from collection_tree import COLLECTION, copy_dependencies, copy_files
from project import LEGS, MAIN, OLDEST, ROOT, Leg, list_files
from release_check import Collection

VERSION = "99.0.0"


def edit(collection: Collection, name: str, old: str, new: str) -> None:
    """Replace what a regular expression finds."""
    text = collection.text(name)
    changed = re.sub(old, new, text, count=1, flags=re.MULTILINE)
    assert changed != text, f"{name} has no {old}"
    (collection.folder / name).write_text(changed, encoding="utf-8")


def copied(folder: pathlib.Path) -> Collection:
    """A copy whose version is new."""
    copy_files(ROOT, folder / COLLECTION, list_files())
    collection = Collection(folder / COLLECTION)
    edit(collection, "galaxy.yml", r"^version: .*", f"version: {VERSION}")
    return collection


@pytest.fixture(scope="session", name="dumped")
def _dumped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, t.Any]:
    """What ansible-doc says of the collection, which takes it seconds."""
    folder = tmp_path_factory.mktemp("documented")
    copy_dependencies(MAIN.venv, folder / "ansible_collections")
    return copied(folder).docs


@pytest.fixture(name="ready")
def _ready(tmp_path: pathlib.Path, dumped: dict[str, t.Any]) -> Collection:
    """A copy that nothing is missing in."""
    collection = copied(tmp_path)
    collection.__dict__["docs"] = dumped
    return collection


def test_what_is_ready(ready: Collection) -> None:
    """And with a preview of its changelog, of which the part on the release is the notes for the forge."""
    assert release_check.problems(ready) == []
    assert f"v{VERSION}" in ready.text("CHANGELOG.rst") and "enrol_new_console_users" in ready.text("CHANGELOG.rst")
    notes = release_check.notes(ready)
    assert "## Release Summary" in notes and "enrol" in notes and "\n# " not in f"\n{notes}"


def released(collection: Collection) -> None:
    assert collection.call("antsibull-changelog", "release", "--version", VERSION).returncode == 0


def test_what_is_released_and_tagged(ready: Collection) -> None:
    released(ready)
    ready.tag = f"v{VERSION}"
    assert release_check.problems(ready) == []


def add(name: str, text: str, collection: Collection) -> None:
    (collection.folder / name).write_text(text, encoding="utf-8")


def remove(pattern: str, collection: Collection) -> None:
    for path in collection.folder.glob(pattern):
        path.unlink()


def leave_one_fragment(collection: Collection) -> None:
    """For tests of the changelog: antsibull-changelog takes a while for each line."""
    remove("changelogs/fragments/[a-z]*.yml", collection)


def tag(name: str, collection: Collection) -> None:
    collection.tag = name


def editing(name: str, old: str, new: str) -> t.Callable[[Collection], None]:
    return lambda collection: edit(collection, name, old, new)


MODULE = "iam_mfa_devices"
QUICK = [check for check in release_check.CHECKS if check is not release_check.changelog]
BROKEN: dict[str, tuple[t.Callable[[Collection], None], str]] = {
    "version": (editing("galaxy.yml", r"^version: .*", "version: 1.2"), "galaxy.yml: version '1.2' is not like 1.2.3"),
    "earlier version": (
        editing("galaxy.yml", r"^version: .*", "version: 0.1.0"),
        "is documented as new in 0.2.0",
    ),
    "tag": (functools.partial(tag, "v98.0.0"), f"the tag is v98.0.0, and galaxy.yml has version {VERSION}"),
    "not in the changelog": (
        functools.partial(tag, f"v{VERSION}"),
        f"changelogs/changelog.yaml: {VERSION} is not released",
    ),
    "no fragment": (functools.partial(remove, "changelogs/fragments/*.yml"), "changelogs/fragments: there is none"),
    "section of a fragment": (
        functools.partial(add, "changelogs/fragments/typo.yml", "---\nminor_change:\n  - something\n"),
        "minor_change",
    ),
    "text of a fragment": (
        functools.partial(add, "changelogs/fragments/text.yml", "---\nbugfixes: something\n"),
        "text.yml",
    ),
    "YAML of a fragment": (functools.partial(add, "changelogs/fragments/yaml.yml", "---\n- [\n"), "yaml.yml"),
    "issues": (editing("galaxy.yml", r"^issues: .*\n", ""), "galaxy.yml: issues is missing"),
    "authors": (editing("galaxy.yml", r"^authors:\n.*\n", ""), "galaxy.yml: authors is no list of texts"),
    "tags": (editing("galaxy.yml", r"^  - mfa$", "  - MFA-Device"), "galaxy.yml: tags may be 20"),
    "dependency": (
        editing("galaxy.yml", r"^  amazon.aws: .*", "  community.aws: '*'"),
        "dependencies lacks amazon.aws",
    ),
    "readme": (editing("galaxy.yml", r"^readme: .*", "readme: READ.md"), "galaxy.yml: readme names READ.md"),
    "requires_ansible": (
        editing("meta/runtime.yml", r"^requires_ansible: .*", 'requires_ansible: "2.18"'),
        "meta/runtime.yml: requires_ansible is not like",
    ),
    "module not in the group": (
        editing("meta/runtime.yml", rf"^    - {MODULE}\n", ""),
        f"meta/runtime.yml: action_groups.aws lacks {MODULE}",
    ),
    "no such module in the group": (
        editing("meta/runtime.yml", rf"^    - {MODULE}$", f"    - {MODULE}\n    - iam_mfa_devises"),
        "meta/runtime.yml: action_groups.aws has iam_mfa_devises, no such module",
    ),
    "oldest version in the README": (
        editing("README.md", r"^\| amazon.aws \| [\d.]+", "| amazon.aws | 10.0.0"),
        "README.md: amazon.aws is 10.0.0, and ",
    ),
    "oldest version in docs": (
        editing("docs/versions.md", r"^\| segno .*\n", ""),
        "docs/versions.md: segno is None, and ",
    ),
    "oldest version that is tested": (
        editing("tests/constraints-oldest.txt", r"^botocore==.*", "botocore==1.35.0"),
        "tests/constraints-oldest.txt: botocore is 1.35.0, and ",
    ),
    "oldest version in execution environments": (
        editing("execution-environment.yml", r'version: ">=10.*"', 'version: ">=9.0.0"'),
        "execution-environment.yml: amazon.aws is 9.0.0, and ",
    ),
    "what some modules require": (
        editing("README.md", r"1\.40\.27", "1.40.26"),
        "README.md: boto3 lacks 1.40.27, which some modules require",
    ),
    "relative link": (
        editing("README.md", r"https://github.com/hardening-aws/hardening.aws/blob/main/docs/awx.md", "docs/awx.md"),
        "README.md: docs/awx.md is relative",
    ),
    "module not in the README": (editing("README.md", rf"`{MODULE}`", MODULE), f"README.md: does not name {MODULE}"),
    "page not listed": (
        functools.partial(add, "docs/new.md", "# New\n"),
        "docs/new.md: neither README.md nor CONTRIBUTING.md lists it",
    ),
    "module without documentation": (
        functools.partial(add, "plugins/modules/iam_new.py", "#!/usr/bin/python\n"),
        "module iam_new: ansible-doc does not know it",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named(ready: Collection, name: str) -> None:
    change, words = BROKEN[name]
    leave_one_fragment(ready)
    change(ready)
    # Rendering takes seconds, and is for those that are about it.
    slow = "fragment" in name or "changelog" in name
    found = release_check.problems(ready, release_check.CHECKS if slow else QUICK)
    assert [problem for problem in found if words in problem] and len(found) <= 2, found


@pytest.mark.parametrize("key", ["version_added", "short_description", "description"])
def test_what_is_not_documented_is_named(ready: Collection, dumped: dict[str, t.Any], key: str) -> None:
    entry = dumped["module"][f"hardening.aws.{MODULE}"]
    poorer = {**entry, "doc": {name: value for name, value in entry["doc"].items() if name != key}}
    modules = {**dumped["module"], f"hardening.aws.{MODULE}": poorer}
    ready.__dict__["docs"] = {**dumped, "module": modules}
    assert release_check.problems(ready, QUICK) == [f"module {MODULE}: {key} is missing"]


def test_a_documented_requirement_is_what_is_promised(ready: Collection, dumped: dict[str, t.Any]) -> None:
    entry = dumped["module"][f"hardening.aws.{MODULE}"]
    older = {**entry, "doc": {**entry["doc"], "requirements": ["python >= 3.11", "botocore >= 1.33.0"]}}
    ready.__dict__["docs"] = {**dumped, "module": {**dumped["module"], f"hardening.aws.{MODULE}": older}}
    [problem] = release_check.problems(ready, QUICK)
    assert problem.startswith(f"module {MODULE}: requires botocore 1.33.0, and 1.34.0 is promised")


def test_a_fragment_that_was_left_behind_is_named(ready: Collection) -> None:
    leave_one_fragment(ready)
    released(ready)
    add("changelogs/fragments/late.yml", "---\nbugfixes:\n  - something\n", ready)
    remove("CHANGELOG.md", ready)
    assert release_check.problems(ready) == [
        f"changelogs/fragments/late.yml: is not in the changelog, and {VERSION} is",
        f"CHANGELOG.md: {VERSION} is not in it",
    ]


def test_no_galaxy_yml_at_all(ready: Collection) -> None:
    (ready.folder / "galaxy.yml").write_text("[]\n", encoding="utf-8")
    found = release_check.problems(ready, QUICK)
    assert "galaxy.yml: namespace is missing" in found and "galaxy.yml: version '' is not like 1.2.3" in found


def test_the_promise_names_what_is_tested() -> None:
    """docs/versions.md and the README go together with what the legs install."""
    lowest = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    tested = "Tested: 2.18.0, 2.19, 2.21, and the preview of 2.22"
    assert lowest == ">=2.18.0" and tested in (ROOT / "docs/versions.md").read_text(encoding="utf-8")
    for name, release in (("oldest", "2.18.0"), ("newest", "2.21."), ("coming", "2.22.")):
        text = (ROOT / f"tests/requirements-{name}.txt").read_text(encoding="utf-8")
        assert f"ansible-core=={release}" in text


COLUMNS = ("ansible-core", "boto3", "botocore", "pyotp", "segno")
INSTALLED = "import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]))"


@pytest.mark.parametrize("leg", LEGS.values(), ids=list(LEGS))
def test_the_table_has_what_a_leg_installs(leg: Leg, tmp_path: pathlib.Path) -> None:
    if not leg.python.exists():
        pytest.skip(f"no {leg.venv.name} here")
    command = [str(leg.python), "-I", "-c", INSTALLED, *COLUMNS]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    core, boto3, botocore, pyotp, segno = found
    copy_dependencies(leg.venv, tmp_path)
    manifest = json.loads((tmp_path / "amazon/aws/MANIFEST.json").read_text(encoding="utf-8"))
    amazon = manifest["collection_info"]["version"]
    assert boto3 == botocore
    row = f"| {core} | {amazon} | {boto3} | {pyotp} | {segno} | "
    assert row in (ROOT / "docs/versions.md").read_text(encoding="utf-8"), row


def test_the_oldest_leg_has_what_is_promised() -> None:
    """Those versions, no newer ones: as installed, and apart from them what some modules require."""
    if not OLDEST.python.exists():
        pytest.skip(f"no {OLDEST.venv.name} here")
    promised = dict(re.findall(r"^(\w+)>=(.+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE))
    command = [str(OLDEST.python), "-I", "-c", INSTALLED, *promised]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert found == list(promised.values()) and set(promised) == {"boto3", "botocore", "pyotp", "segno"}
    accepted = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["dependencies"]["amazon.aws"]
    manifest = OLDEST.venv / "collections/ansible_collections/amazon/aws/MANIFEST.json"
    assert accepted == f">={json.loads(manifest.read_text(encoding='utf-8'))['collection_info']['version']}"
    required = (ROOT / "plugins/modules/iam_root_credentials.py").read_text(encoding="utf-8")
    for name in ("boto3", "botocore"):
        [apart] = (OLDEST.venv / "organizations").glob(f"{name}-*.dist-info")
        assert f"  - {name} >= {apart.stem.removeprefix(f'{name}-')}\n" in required
