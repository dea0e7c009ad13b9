# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workflows only call make, with what exists; actions are pinned; secrets stay where they belong."""

from __future__ import annotations

import pathlib
import re
import typing as t

import gates
import pytest
import yaml
from project import LEGS, ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")
# Targets that judge nothing, or that another one runs; the benchmark is for a machine that does nothing else.
NO_CHECKS = {"help", "setup", "tree", "clean", "distclean", "demo", "bench"}
VARIABLES = {"PYTHON", "LEGS", "GATES", "TAG"}

Job = dict[str, t.Any]


def load(path: pathlib.Path) -> dict[str, t.Any]:
    # A name of our own for the key "on", which YAML 1.1 takes for a boolean.
    found: dict[t.Any, t.Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in found.items()}


def jobs(path: pathlib.Path) -> dict[str, Job]:
    found: dict[str, Job] = load(path)["jobs"]
    return found


def steps(path: pathlib.Path) -> list[dict[str, t.Any]]:
    return [step for job in jobs(path).values() for step in job["steps"]]


def matrix(job: Job) -> list[dict[str, str]]:
    """The combinations of a job's matrix: those that are listed, or one for each value of its only key."""
    found = job.get("strategy", {}).get("matrix", {})
    if "include" in found:
        return list(found["include"])
    return [{key: value} for key, values in found.items() for value in values] or [{}]


def commands(path: pathlib.Path) -> list[str]:
    """Every command of a workflow, with the values of its environment and of the matrix in place."""
    found = []
    for job in jobs(path).values():
        for values in matrix(job):
            for step in job["steps"]:
                command = step.get("run", "")
                for name, value in step.get("env", {}).items():
                    key = re.fullmatch(r"\${{ matrix\.(\w+) }}", value)
                    command = command.replace(f"${name}", values[key[1]] if key else "x")
                found.append(command)
    return [command for command in found if command]


def targets() -> set[str]:
    """The targets of the Makefile that are described, as `make` lists them."""
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_there_are_workflows() -> None:
    assert [path.stem for path in WORKFLOWS] == ["extras", "release", "test"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
class TestWorkflow:
    """Each workflow."""

    def test_actions_are_pinned(self, path: pathlib.Path) -> None:
        used = re.findall(r"uses:\s*(.+)", path.read_text(encoding="utf-8"))
        assert used and [line for line in used if not PINNED.fullmatch(line)] == []

    def test_it_may_read_and_no_more(self, path: pathlib.Path) -> None:
        assert load(path)["permissions"] == {"contents": "read"}
        assert [name for name, job in jobs(path).items() if "permissions" in job or "timeout-minutes" not in job] == []
        checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
        assert checkouts and all(step["with"]["persist-credentials"] is False for step in checkouts)

    def test_it_calls_make(self, path: pathlib.Path) -> None:
        found = commands(path)
        assert found
        for command in found:
            words = re.findall(r'(?:[^\s"]|"[^"]*")+', command)
            target, settings = words[1].strip('"'), dict(word.split("=", 1) for word in words[2:])
            assert words[0] == "make" and target in targets(), command
            assert set(settings) <= VARIABLES, command
            assert set(settings.get("LEGS", "").strip('"').split()) <= set(LEGS), command
            assert gates.select(settings.get("GATES", "").strip('"').split()), command

    def test_nothing_is_put_into_a_command(self, path: pathlib.Path) -> None:
        """What a workflow puts into a command becomes a part of it: values go by the environment."""
        assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []

    def test_secrets_are_in_the_environment_of_one_step(self, path: pathlib.Path) -> None:
        text = path.read_text(encoding="utf-8")
        held = [step for step in steps(path) if "secrets." in str(step.get("env", ""))]
        assert text.count("secrets.") == len(held) == (1 if path.stem == "release" else 0)
        assert "pull_request_target" not in text
        for job in jobs(path).values():
            if any(step in held for step in job["steps"]):
                assert job["environment"], "somebody has to approve"


def test_every_gate_runs_somewhere() -> None:
    """Pylint and the sanity tests on the main leg, too, would find nothing; extras.yml has what takes long."""
    found = " ".join(commands(GITHUB / "workflows/test.yml"))
    words = [word for listed in re.findall(r'GATES="([^"]*)"', found) for word in listed.split()]
    run = {gate.name for gate in gates.select(words)}
    extras = {command.split()[1].strip('"') for command in commands(GITHUB / "workflows/extras.yml")}
    run |= {gate.name for gate in gates.GATES if gate.group in extras}
    assert run >= {gate.name for gate in gates.GATES} - {"sanity", "pylint"}


def test_every_check_runs_somewhere() -> None:
    """The site where pages are changed, so that a broken one is not found after it; what takes long each week."""
    runs = {path.stem: {command.split()[1].strip('"') for command in commands(path)} for path in WORKFLOWS}
    assert "pull_request" in load(GITHUB / "workflows/test.yml")["on"] and "site" in runs["test"]
    checks = targets() - NO_CHECKS - {gate.group for gate in gates.GATES}
    assert checks | {"search", "deep"} <= runs["test"] | runs["extras"] | runs["release"]


def test_legs_have_their_pythons() -> None:
    for leg in (entry for entry in matrix(jobs(GITHUB / "workflows/test.yml")["gates"])):
        pythons = {tuple(map(int, version.split("."))) for version in leg["pythons"].split()}
        for name in leg["legs"].split():
            assert pythons & set(LEGS[name].pythons), f"{leg['name']}: no Python for {name}"


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_issue_forms(path: pathlib.Path) -> None:
    form = load(path)
    assert {"name", "description", "body"} <= set(form)
    asked = [item for item in form["body"] if item["type"] != "markdown"]
    assert asked and {item["type"] for item in form["body"]} <= {"markdown", "input", "textarea", "dropdown"}
    assert all(item["attributes"]["label"] for item in asked)
    names = [item["id"] for item in asked]
    assert len(set(names)) == len(names)


def test_other_files_of_github() -> None:
    assert load(GITHUB / "ISSUE_TEMPLATE/config.yml")["blank_issues_enabled"] is False
    (update,) = load(GITHUB / "dependabot.yml")["updates"]
    assert update["package-ecosystem"] == "github-actions"
