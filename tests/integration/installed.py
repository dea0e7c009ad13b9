# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as ansible-galaxy builds and installs it, for tests of what its users have."""

from __future__ import annotations

import hashlib
import json
import pathlib
import subprocess
import typing as t

from collection_tree import COLLECTION, copy_dependencies
from controller import VENV, Controller, collections_path


class Installed:
    """The collection as ansible-galaxy installs it, and somebody who works in a directory of their own."""

    def __init__(self, controller: Controller, folder: pathlib.Path, password: pathlib.Path | None = None) -> None:
        self.controller = controller
        self.collections = folder / "collections"
        self.here = folder / "here"
        self.here.mkdir()
        self.environment = {
            **controller.environment(RECORDED_RESULTS="/dev/null"),
            **controller.emulator.env(),
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
        }
        if password:
            self.environment["ANSIBLE_VAULT_PASSWORD_FILE"] = str(password)
        source = collections_path() / COLLECTION
        self._call("ansible-galaxy", "collection", "build", str(source), "--output-path", str(folder))
        self.artifact = next(folder.glob("hardening-aws-*.tar.gz"))
        (self.collections / "ansible_collections").mkdir(parents=True)
        copy_dependencies(VENV, self.collections / "ansible_collections")
        self.install()

    def install(self) -> None:
        """Install the artifact, in place of what is there, beside a version of amazon.aws that it asks for."""
        words = ("--force", "--offline", "-p", str(self.collections))
        self._call("ansible-galaxy", "collection", "install", str(self.artifact), *words)

    def play(self, playbook: str, **variables: t.Any) -> str:
        """Run a playbook from the directory of the person, and return what it says."""
        return self._call("ansible-playbook", playbook, "-e", json.dumps(variables))

    def files(self) -> dict[str, str]:
        """What the installed collection consists of."""
        return {
            str(path.relative_to(self.collections)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (self.collections / COLLECTION).rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        }

    def _call(self, program: str, *words: str) -> str:
        command = [str(VENV / "bin" / program), *words]
        done = subprocess.run(
            command, env=self.environment, cwd=self.here, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0 and "Traceback" not in done.stderr, done.stdout + done.stderr
        return done.stdout + done.stderr
