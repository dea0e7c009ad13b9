# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another program's opinion: Prowler's checks of the same account, user by user.

Prowler brings two hundred packages of its own, so it is not among the project's: make prowler installs it and runs
these tests. PROWLER names the path of another one.

The same verdicts are in test_report_audit.py, worked out by hand.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess

import pytest
from audit_runner import audit
from aws_emulator.client import Emulator
from controller import Controller
from test_report_audit import ACCOUNT

PROWLER = os.environ.get("PROWLER") or shutil.which("prowler")
CHECKS = {
    "iam_user_mfa_enabled_console_access": "console_mfa",
    "iam_root_mfa_enabled": "root_mfa",
    "iam_root_hardware_mfa_enabled": "root_hardware_mfa",
}
ROOT = "<root_account>"

pytestmark = pytest.mark.skipif(not PROWLER, reason="Prowler is not installed; its path can be given as PROWLER")


def opinions(controller: Controller, emulator: Emulator) -> dict[tuple[str, str], str]:
    """Prowler's verdicts, by check and user."""
    assert PROWLER
    folder = controller.home / "prowler"
    command = [PROWLER, "aws", "--check", *CHECKS, "--region", "us-east-1", "--output-formats", "csv"]
    command += ["--output-directory", str(folder), "--output-filename", "found", "--no-banner", "--ignore-exit-code-3"]
    environment = {**controller.environment(), **emulator.env()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    with open(folder / "found.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    names = {row["RESOURCE_NAME"] or row["RESOURCE_UID"].rsplit("/", 1)[-1] for row in rows}
    assert names, "Prowler found nothing to judge"
    return {
        (CHECKS[row["CHECK_ID"]], ROOT if "root" in row["CHECK_ID"] else row["RESOURCE_UID"].rsplit("/", 1)[-1]): row[
            "STATUS"
        ]
        for row in rows
    }


@pytest.mark.parametrize("mfa", ["none", "virtual", "hardware"])
def test_prowler_agrees(controller: Controller, emulator: Emulator, mfa: str) -> None:
    # Prowler judges a root that has credentials.
    emulator.fixture({**ACCOUNT, "root": {"mfa": mfa, "access_keys": [{}]}})
    report = audit(controller).report
    ours = {("console_mfa", user["user_name"]): user["checks"]["console_mfa"]["verdict"] for user in report["users"]}
    ours.update({(check, ROOT): item["verdict"] for check, item in report["root"]["checks"].items()})
    found = opinions(controller, emulator)
    # Prowler says PASS of a user without a password, we say that the check does not apply.
    words = {"pass": "PASS", "not_applicable": "PASS", "fail": "FAIL"}
    assert {key: words[verdict] for key, verdict in ours.items()} == found
