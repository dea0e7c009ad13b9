# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run hardening.aws.audit on the emulator's account and read what it wrote."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import subprocess
import sys
import time
from typing import Any

from controller import VENV, Controller

ALL_FORMATS = ["html", "json", "csv", "md", "junit", "sarif", "ocsf"]
NAME = "iam-mfa-report-123456789012"


@dataclasses.dataclass
class Audit:
    """A run of the playbook."""

    code: int
    output: str
    seconds: float
    folder: pathlib.Path
    results: list[dict[str, Any]]

    @property
    def changed(self) -> int:
        found = re.search(r"localhost +: ok=\d+ +changed=(\d+)", self.output)
        assert found, self.output
        return int(found[1])

    @property
    def result(self) -> dict[str, Any]:
        """What the report's task returned."""
        told = [item for item in self.results if item["status"] != "skipped" and not item["task"].startswith("Forget")]
        return dict(told[-1]["result"])

    def text(self, suffix: str) -> str:
        with open(self.folder / f"{NAME}.{suffix}", encoding="utf-8", newline="") as file:
            return file.read()

    @property
    def report(self) -> dict[str, Any]:
        return dict(json.loads(self.text("json")))

    def verdicts(self, check: str) -> dict[str, str]:
        """The verdicts of a check, by user."""
        return {item["user_name"]: item["checks"][check]["verdict"] for item in self.report["users"]}

    def verdict(self, check: str) -> str:
        return str(next(item["verdict"] for item in self.report["checks"] if item["id"] == check))


def audit(controller: Controller, *arguments: str, code: int = 0, **variables: Any) -> Audit:
    """Run the playbook as its documentation says, with variables such as fail_on for audit_fail_on."""
    folder = controller.home / "report"
    given = {"audit_dest": str(folder), "audit_formats": ALL_FORMATS}
    given.update({f"audit_{name}": value for name, value in variables.items()})
    given["ansible_python_interpreter"] = sys.executable
    recorded = controller.home / "audit.jsonl"
    recorded.unlink(missing_ok=True)
    command = [str(VENV / "bin/ansible-playbook"), "hardening.aws.audit", "-e", json.dumps(given), *arguments]
    environment = controller.environment(**controller.emulator.env(), RECORDED_RESULTS=str(recorded))
    environment.update(ANSIBLE_LOCALHOST_WARNING="false", ANSIBLE_INVENTORY_UNPARSED_WARNING="false")
    started = time.monotonic()
    done = subprocess.run(
        command, env=environment, cwd=controller.home, capture_output=True, text=True, check=False, timeout=300
    )
    seconds = time.monotonic() - started
    output = done.stdout + done.stderr
    assert "Traceback" not in output, output
    assert "[DEPRECATION" not in output, output
    assert "[WARNING" not in output, output
    assert done.returncode == code, output
    lines = recorded.read_text(encoding="utf-8").splitlines() if recorded.exists() else []
    return Audit(code, output, seconds, folder, [json.loads(line) for line in lines])
