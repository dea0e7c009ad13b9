# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Red Hat's certification asks of a collection's files, and what each rule says of a copy that breaks it.

The rules are those of https://github.com/ansible-collections/partner-certification-requirements, in docs: readmes.md,
readme-template.md, dependencies.md, ansible-core-compatibility.md, licensing.md, static-analysis.md, sanity-testing.md.
That requirements.yml names the dependencies is checked by validate_collection_dependencies.py of
https://github.com/ansible-collections/partner-certification-checker. What tools check there, gates run here: the
importer, ansible-lint and the sanity tests, with the checker's versions in `make certification`.
"""

from __future__ import annotations

import pathlib
import re
import shutil
import typing as t

import pytest
import yaml
from check_links import links
from project import ROOT

SECTIONS = ("Requirements", "Installation", "Use cases", "Testing", "Support", "Release notes and roadmap", "License")
CERTIFIED_COLLECTIONS = {"amazon.aws"}
SUPPORTED_CORES = {"2.16", "2.18"}  # 2.19 and 2.20 are previews on Automation Platform
OSI_LICENSES = {"GPL-3.0-or-later", "Apache-2.0", "MIT"}
NEVER_SKIPPED = {
    "command-instead-of-module",
    "command-instead-of-shell",
    "meta-no-info",
    "meta-runtime[unsupported-version]",
    "no-changed-when",
    "no-handler",
    "no-log-password",
    "package-latest",
    "risky-file-permissions",
    "risky-shell-pipe",
    "unnamed-task",
}
CONTENT = ("plugins", "roles", "playbooks", "extensions")
FILES = (
    ".ansible-lint",
    "COPYING",
    "README.md",
    "bindep.txt",
    "galaxy.yml",
    "meta/runtime.yml",
    "requirements.txt",
    "requirements.yml",
    "tests/config.yml",
)


def text(root: pathlib.Path, name: str) -> str:
    path = root / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def data(root: pathlib.Path, name: str) -> dict[str, t.Any]:
    return dict(yaml.safe_load(text(root, name)) or {})


def sections(root: pathlib.Path) -> dict[str, str]:
    """The README's sections by heading; what comes before the first has none."""
    code = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
    parts = re.split(
        r"^## (.+)$", code.sub(lambda found: found[0].replace("\n#", "\n "), text(root, "README.md")), flags=re.M
    )
    return dict(zip(["", *parts[1::2]], [parts[0], *parts[2::2]], strict=True))


def readme_sections(root: pathlib.Path) -> list[str]:
    found = sections(root)
    wrong = [f"README.md has no section {name}" for name in SECTIONS if not found.get(name, "").strip()]
    described = re.sub(r"<!--.*?-->|^# [^\n]*|```.*?```", "", found[""], flags=re.DOTALL | re.MULTILINE)
    if len(described.strip().split("\n\n")[0].split()) < 20:
        wrong.append("README.md does not begin with a description")
    return wrong


def readme_says_where(root: pathlib.Path) -> list[str]:
    """Sections that have to lead somewhere."""
    goals = {"Support": "/issues", "Release notes and roadmap": "/changelog", "License": "/COPYING"}
    found = sections(root)
    return [
        f"README.md: {name} has no link to {goal[1:]}"
        for name, goal in goals.items()
        if not [link for link in links(found.get(name, "")) if goal in link]
    ]


def readme_links(root: pathlib.Path) -> list[str]:
    return [
        f"README.md: {link} is no full URL"
        for link in links(text(root, "README.md"))
        if not link.startswith("https://")
    ]


def readme_does_not_install_ansible(root: pathlib.Path) -> list[str]:
    commands = re.findall(r"pip3? install[^\n`#]*", text(root, "README.md"))
    return [f"README.md: {command}" for command in commands if re.search(r"\sansible(-core)?(?![\w.-])", command)]


def dependencies_are_listed(root: pathlib.Path) -> list[str]:
    wanted = dict(data(root, "galaxy.yml").get("dependencies") or {})
    listed = {one["name"]: one.get("version") for one in data(root, "requirements.yml").get("collections") or []}
    if not wanted:
        return ["galaxy.yml has no dependencies"]
    return [] if listed == wanted else [f"requirements.yml has {listed}, and galaxy.yml {wanted}"]


def dependencies_are_certified(root: pathlib.Path) -> list[str]:
    others = set(data(root, "galaxy.yml").get("dependencies") or {}) - CERTIFIED_COLLECTIONS
    return [f"galaxy.yml: {name} is no certified collection" for name in sorted(others)]


def python_requirements(root: pathlib.Path) -> list[str]:
    lines = [line.split("#")[0].strip() for line in text(root, "requirements.txt").splitlines()]
    wrong = [] if any(lines) else ["requirements.txt is empty or missing"]
    for line in filter(None, lines):
        if re.match(r"ansible(-core)?\b(?!-)", line):
            wrong.append(f"requirements.txt: {line}: execution environments have it")
        if not re.fullmatch(r"[\w-]+(>=[\d.]+)?", line):
            wrong.append(f"requirements.txt: {line}: only >= is allowed")
    return wrong


def system_requirements(root: pathlib.Path) -> list[str]:
    return [] if text(root, "bindep.txt") else ["bindep.txt is missing"]


def ansible_core(root: pathlib.Path) -> list[str]:
    required = str(data(root, "meta/runtime.yml").get("requires_ansible", ""))
    lowest = re.match(r">=(\d+\.\d+)\.\d+", required)
    return [] if lowest and lowest[1] in SUPPORTED_CORES else [f"meta/runtime.yml: requires_ansible is {required!r}"]


def license_is_open(root: pathlib.Path) -> list[str]:
    found = data(root, "galaxy.yml")
    if "license_file" in found or not found.get("license") or set(found["license"]) - OSI_LICENSES:
        return ["galaxy.yml: license must list approved licenses, and license_file must not be there"]
    return [] if text(root, "COPYING") else ["COPYING is missing"]


def ansible_lint_settings(root: pathlib.Path) -> list[str]:
    settings = data(root, ".ansible-lint")
    wrong = (
        [] if settings.get("profile", "production") == "production" else [".ansible-lint: profile is not production"]
    )
    ignored = {
        line.split("#")[0].split()[1] for line in text(root, ".ansible-lint-ignore").splitlines() if line.strip()
    }
    skipped = {rule for key in ("skip_list", "warn_list") for rule in settings.get(key) or []} | ignored
    wrong += [f"{rule} must not be skipped" for rule in sorted(skipped & NEVER_SKIPPED)]
    for path in settings.get("exclude_paths") or []:
        if path.strip("./").split("/")[0] in CONTENT:
            wrong.append(f".ansible-lint: {path} has content, and must not be excluded")
    return wrong


def python_of_sanity_tests(root: pathlib.Path) -> list[str]:
    required = (data(root, "tests/config.yml").get("modules") or {}).get("python_requires")
    return [] if required else ["tests/config.yml: modules.python_requires is missing"]


RULES: tuple[t.Callable[[pathlib.Path], list[str]], ...] = (
    readme_sections,
    readme_says_where,
    readme_links,
    readme_does_not_install_ansible,
    dependencies_are_listed,
    dependencies_are_certified,
    python_requirements,
    system_requirements,
    ansible_core,
    license_is_open,
    ansible_lint_settings,
    python_of_sanity_tests,
)


@pytest.fixture(name="copy")
def _copy(tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of the files that the rules are about."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_holds(rule: t.Callable[[pathlib.Path], list[str]]) -> None:
    assert rule(ROOT) == []


Break = t.Callable[[pathlib.Path], t.Any]


def edit(name: str, old: str, new: str) -> Break:
    """Replace the first place that a regular expression finds."""

    def change(root: pathlib.Path) -> None:
        changed, count = re.subn(old, new, text(root, name), count=1, flags=re.MULTILINE)
        assert count, f"{name} has no {old}"
        (root / name).write_text(changed, encoding="utf-8")

    return change


def remove(name: str) -> Break:
    return lambda root: (root / name).unlink()


def put(name: str, words: str) -> Break:
    return lambda root: (root / name).write_text(words, encoding="utf-8")


BROKEN: tuple[tuple[Break, str], ...] = (
    *((edit("README.md", f"^## {name}$", "## Other"), f"README.md has no section {name}") for name in SECTIONS),
    (edit("README.md", r"(?s)^(# hardening.aws\n).*?(?=^```yaml)", r"\1"), "a description"),
    (
        edit("README.md", r"\(https://[^)]*/changelogs/changelog.yaml\)", "(https://example.org)"),
        "no link to changelog",
    ),
    (edit("README.md", r"\(https://[^)]*/COPYING\)", "(https://example.org)"), "no link to COPYING"),
    (edit("README.md", r"\(https://[^)]*/docs/awx.md\)", "(docs/awx.md)"), "docs/awx.md is no full URL"),
    (edit("README.md", "pip install boto3", "pip install ansible boto3"), "pip install ansible boto3"),
    (edit("README.md", "pip install boto3", "pip install 'x' ansible-core>=2.18"), "ansible-core"),
    (remove("requirements.yml"), "requirements.yml has {}"),
    (edit("requirements.yml", r"amazon\.aws", "amazon.cloud"), "requirements.yml has"),
    (edit("requirements.yml", r"^    version: .*\n", ""), "requirements.yml has"),
    (edit("galaxy.yml", r"^  amazon\.aws: .*", '  amazon.aws: ">=99.0.0"'), "and galaxy.yml"),
    (
        edit("galaxy.yml", r"^  amazon\.aws: .*", r'\g<0>\n  community.aws: "*"'),
        "community.aws is no certified collection",
    ),
    (edit("requirements.txt", r"^pyotp>=.*", "pyotp==2.9.0"), "only >= is allowed"),
    (edit("requirements.txt", r"^pyotp>=.*", "pyotp>=2.9.0,<3"), "only >= is allowed"),
    (edit("requirements.txt", r"^pyotp>=.*", "ansible-core>=2.18"), "execution environments have it"),
    (remove("requirements.txt"), "requirements.txt is empty"),
    (remove("bindep.txt"), "bindep.txt is missing"),
    (edit("meta/runtime.yml", "2.18.0", "2.19.0"), "requires_ansible is"),
    (edit("meta/runtime.yml", "^requires_ansible: .*", ""), "requires_ansible is"),
    (edit("galaxy.yml", "^  - GPL-3.0-or-later", "  - proprietary"), "approved licenses"),
    (edit("galaxy.yml", "^license:", "license_file: COPYING\nlicense:"), "approved licenses"),
    (remove("COPYING"), "COPYING is missing"),
    (edit(".ansible-lint", "production", "basic"), "profile is not production"),
    (
        edit(".ansible-lint", "^exclude_paths:", "skip_list: [no-handler]\nexclude_paths:"),
        "no-handler must not be skipped",
    ),
    (put(".ansible-lint-ignore", "playbooks/audit.yml risky-shell-pipe\n"), "risky-shell-pipe must not be skipped"),
    (edit(".ansible-lint", "^  - changelogs/", "  - roles/"), "roles/ has content"),
    (edit("tests/config.yml", "python_requires: .*", "python_requires:"), "python_requires is missing"),
)


@pytest.mark.parametrize(("change", "words"), BROKEN, ids=[words for _change, words in BROKEN])
def test_what_breaks_a_rule_is_named(copy: pathlib.Path, change: Break, words: str) -> None:
    change(copy)
    found = [problem for rule in RULES for problem in rule(copy)]
    assert [problem for problem in found if words in problem], found


def test_every_rule_can_be_broken(copy: pathlib.Path) -> None:
    """By one of the changes above, at least."""
    names = set()
    for number, (change, _words) in enumerate(BROKEN):
        folder = copy / str(number)
        shutil.copytree(copy, folder, ignore=lambda path, _names: [n for n in _names if n.isdigit()])
        change(folder)
        names |= {rule.__name__ for rule in RULES if rule(folder)}
    assert names == {rule.__name__ for rule in RULES}
