# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""execution-environment.yml, as ansible-builder reads it. No container is built."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

import pytest
import yaml
from controller import VENV, Controller
from installed import Installed
from project import ROOT

pytest.importorskip("ansible_builder")

NEEDED = {"boto3", "botocore", "pyotp", "segno"}


def builder(*words: str) -> str:
    command = [str(VENV / "bin/ansible-builder"), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def names(text: str) -> set[str]:
    """The packages of a requirements file."""
    return {re.split(r"[<>=]", line)[0] for line in text.splitlines() if line and not line.startswith("#")}


def test_the_context_has_what_the_collection_needs(tmp_path: pathlib.Path) -> None:
    builder("create", "--output-filename", "Containerfile", "--context", str(tmp_path))
    recipe = (tmp_path / "Containerfile").read_text(encoding="utf-8")
    assert 'ARG EE_BASE_IMAGE="almalinux:10"' in recipe
    assert "ansible-galaxy collection install" in recipe and "ansible-core>=2.19,<2.22" in recipe
    collections = yaml.safe_load((tmp_path / "_build/requirements.yml").read_text(encoding="utf-8"))["collections"]
    assert [item["name"] for item in collections] == ["hardening.aws", "amazon.aws"]
    wanted = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["dependencies"]
    assert collections[1]["version"] == wanted["amazon.aws"]
    assert names((tmp_path / "_build/requirements.txt").read_text(encoding="utf-8")) == NEEDED
    assert (tmp_path / "_build/bindep.txt").read_text(encoding="utf-8") == (ROOT / "bindep.txt").read_text("utf-8")


def test_a_file_that_is_not_there_is_named(tmp_path: pathlib.Path) -> None:
    """What the test above would miss if ansible-builder took no notice of missing files."""
    definition = yaml.safe_load((ROOT / "execution-environment.yml").read_text(encoding="utf-8"))
    definition["dependencies"]["python"] = "requirments.txt"
    path = tmp_path / "execution-environment.yml"
    path.write_text(yaml.safe_dump(definition), encoding="utf-8")
    command = [sys.executable, "-m", "ansible_builder", "create", "-f", str(path), "-c", str(tmp_path / "context")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "requirments.txt" in done.stdout + done.stderr


def test_the_installed_collection_tells_what_it_needs(controller: Controller, tmp_path: pathlib.Path) -> None:
    """In other execution environments than this repository's, its meta/execution-environment.yml does."""
    installed = Installed(controller, tmp_path)
    found = yaml.safe_load(builder("introspect", str(installed.collections)))
    own = {re.split(r"[<>=]", line)[0] for line in found["python"] if line.endswith("from collection hardening.aws")}
    assert own == NEEDED
    assert not [line for line in found["system"] if line.endswith("from collection hardening.aws")]
