# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the role looks for the files that its inputs name, and what it refuses before the first call."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import files


def located(playbook: pathlib.Path, **given: t.Any) -> tuple[dict[str, t.Any], list[str]]:
    settings = {"seed_vault_file": {}, "seed_tasks": "", "enrolment_sheets": {}, **given}
    problems = files.locate(settings, str(playbook))
    return settings, problems


@pytest.fixture
def places(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, pathlib.Path]:
    """The directories of a playbook, of a playbook of a collection, and where the person stands."""
    found = {name: tmp_path / name for name in ("playbook", "here")}
    found["collection"] = tmp_path / "ansible_collections" / "hardening" / "aws" / "playbooks"
    for path in found.values():
        path.mkdir(parents=True)
    monkeypatch.chdir(found["here"])
    return found


@pytest.mark.parametrize(
    ("exists", "playbook", "expected"),
    [
        (["playbook"], "playbook", "playbook"),
        (["here"], "playbook", "here"),
        (["here"], "collection", "here"),
        ([], "playbook", None),
        (["collection"], "collection", None),
    ],
)
def test_a_task_file(places: dict[str, pathlib.Path], exists: list[str], playbook: str, expected: str | None) -> None:
    for name in exists:
        (places[name] / "keep.yml").touch()
    settings, problems = located(places[playbook], seed_tasks="keep.yml")
    if expected is None:
        assert len(problems) == 1 and problems[0].startswith("iam_user_hardening_seed_tasks: ")
    else:
        assert problems == [] and settings["seed_tasks"] == str(places[expected] / "keep.yml")


def test_a_file_of_seeds(places: dict[str, pathlib.Path]) -> None:
    settings, problems = located(places["collection"], seed_vault_file={"path": "seeds.yml", "vault_id": "x"})
    assert problems == []
    assert settings["seed_vault_file"] == {"path": str(places["here"] / "seeds.yml"), "vault_id": "x"}
    for path, text in (
        (str(places["here"]), "is a directory"),
        ("none/seeds.yml", "there is no directory"),
        (str(places["collection"] / "seeds.yml"), "is inside an installed collection"),
    ):
        problems = located(places["playbook"], seed_vault_file={"path": path})[1]
        assert len(problems) == 1 and text in problems[0], problems
        assert problems[0].startswith("iam_user_hardening_seed_vault_file.path: ")


def test_a_folder_of_sheets(places: dict[str, pathlib.Path]) -> None:
    settings, problems = located(places["playbook"], enrolment_sheets={"dest": "sheets", "encrypt": True})
    assert problems == [] and settings["enrolment_sheets"] == {"dest": str(places["here"] / "sheets"), "encrypt": True}
    (places["here"] / "file").touch()
    for dest in ("file", "not/there"):
        problems = located(places["playbook"], enrolment_sheets={"dest": dest})[1]
        assert len(problems) == 1 and problems[0].startswith("iam_user_hardening_enrolment_sheets.dest: ")
