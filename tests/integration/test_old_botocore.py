# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A botocore that is too old for the accounts of an organization: what needs a newer one says so. On the oldest leg."""

from __future__ import annotations

import json
import subprocess
import sys

import botocore
import pytest
from aws_emulator.client import Emulator
from controller import ROOTS, ROOTS_INFO, VENV, Controller, may_fail, task

NEEDED = "1.40.27"

pytestmark = [
    pytest.mark.smoke,
    pytest.mark.skipif(
        tuple(map(int, botocore.__version__.split("."))) >= tuple(map(int, NEEDED.split("."))),
        reason=f"botocore {botocore.__version__} is new enough for everything",
    ),
]


def test_modules_refuse_before_any_call(controller: Controller, emulator: Emulator) -> None:
    tasks = may_fail(task(ROOTS, accounts=["222222222222"]), task(ROOTS_INFO))
    for result in controller.run(*tasks).results:
        assert result.failed and f"botocore {botocore.__version__} is too old to tell active accounts" in result.msg
        assert f"Install boto3 and botocore {NEEDED} or later for {sys.executable}" in result.msg
    assert emulator.requests() == []


def test_inventory_adds_no_account(controller: Controller, emulator: Emulator) -> None:
    member = {"id": "222222222222", "name": "shop"}
    emulator.fixture({"organization": {"management_account_id": "111111111111", "accounts": [member]}})
    path = controller.home / "org.aws_accounts.yml"
    path.write_text(json.dumps({"plugin": "hardening.aws.aws_accounts"}), encoding="utf-8")
    environment = {**controller.environment(RECORDED_RESULTS="/dev/null"), **emulator.env()}
    command = [str(VENV / "bin/ansible-inventory"), "-i", str(path), "--list"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["_meta"]["hostvars"] == {}
    told = " ".join(done.stderr.split())
    assert "no account was added. The state of account 222222222222 is missing" in told, told
    assert f"botocore {botocore.__version__} is too old to know it. Install botocore {NEEDED} or later" in told, told
