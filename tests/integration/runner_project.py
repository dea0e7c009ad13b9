# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs examples/runner-project with ansible-runner, from the installed collection, on the emulator."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import sys
import typing as t

from installed import Installed
from project import ROOT

SECRET_KEY = "not-for-anybodys-artifacts"
PATIENCE_SECONDS = 300
MOMENT = re.compile(r"20\d\d-\d\d-\d\dT[0-9:.]+(Z|\+00:00)")
PAYER, FIRST = "1" * 12, 200000000001
MEMBERS = [str(FIRST + number) for number in range(10)]


def organization(count: int, **fixture: t.Any) -> dict[str, t.Any]:
    """An organization of so many member accounts with the same users."""
    members = {"count": count, "first_id": str(FIRST), "fixture": fixture}
    return {"organization": {"management_account_id": PAYER, "generate": members}}


@dataclasses.dataclass
class Run:
    """A run of ansible-runner."""

    code: int
    stdout: str
    artifacts: pathlib.Path

    @property
    def events(self) -> list[dict[str, t.Any]]:
        """What ansible-runner hands to AWX, in order."""
        paths = (self.artifacts / "job_events").glob("*.json")
        found = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        return sorted(found, key=lambda event: int(event["counter"]))

    @property
    def recap(self) -> dict[str, dict[str, int]]:
        """How many tasks went how on each host: ``{"ok": {host: count}, …}``."""
        (stats,) = [event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"]
        return {name: dict(stats[name]) for name in ("ok", "changed", "failures", "dark")}

    def files_with(self, *texts: str) -> list[str]:
        """Artifacts that have one of these texts in them, in what they hold or in their names."""
        found = []
        for path in self.artifacts.rglob("*"):
            content = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            found += [str(path) for text in texts if text in content or text in path.name]
        return found


class RunnerProject:
    """A copy of the example, and somebody with a profile of the management account."""

    def __init__(self, installed: Installed, folder: pathlib.Path) -> None:
        self.folder = folder / "runner-project"
        shutil.copytree(ROOT / "examples/runner-project", self.folder)
        credentials = folder / "credentials"
        credentials.write_text(
            f"[org]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = {SECRET_KEY}\n", encoding="utf-8"
        )
        environment = {**installed.environment, "HARDENING_AWS_PROGRESS_SECONDS": "0.2"}
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ANSIBLE_CALLBACKS_ENABLED"):
            environment.pop(name)
        self.environment = {**environment, "AWS_PROFILE": "org", "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}

    def write(self, name: str, text: str) -> None:
        """Add a file to the project, or replace one."""
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, playbook: str, *arguments: str, code: int = 0, **environment: str) -> Run:
        """Run a playbook as the README of the project has it."""
        before = set((self.folder / "artifacts").glob("*"))
        command = [sys.executable, "-m", "ansible_runner", "run", ".", "-p", playbook, *arguments]
        done = subprocess.run(
            command,
            env={**self.environment, **environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        assert done.returncode == code, done.stdout + done.stderr
        (artifacts,) = set((self.folder / "artifacts").glob("*")) - before
        return Run(done.returncode, done.stdout, artifacts)

    def reports(self, folder: str = "reports") -> dict[str, dict[str, t.Any]]:
        """The JSON reports on accounts that were left, by number of account."""
        paths = (self.folder / folder).glob("iam-mfa-report-[0-9]*.json")
        found = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        return {str(report["account"]["account_id"]): report for report in found}

    def report_on_all(self, folder: str = "reports") -> dict[str, t.Any]:
        """The JSON report on all accounts, without the moments at which it and its parts were made."""
        path = self.folder / folder / "iam-mfa-report-organization.json"
        return t.cast("dict[str, t.Any]", _without_moments(json.loads(path.read_text(encoding="utf-8"))))


def _without_moments(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _without_moments(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_moments(item) for item in value]
    return "a moment" if isinstance(value, str) and MOMENT.fullmatch(value) else value
