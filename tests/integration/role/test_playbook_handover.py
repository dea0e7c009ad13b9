# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook handover: sheets, codes, and whose hand-over is open. No seed and no code is shown."""

from __future__ import annotations

import json
import time
import typing as t

import pytest
from aws_emulator import totp
from aws_emulator.client import Emulator
from controller import PLURAL, SECRETS, Controller, arn
from role_runner import users
from test_role_playbooks import changed, run

STORE = {"handover_seed_store": SECRETS}


def told(controller: Controller, name: str) -> dict[str, str]:
    """Two codes that the person's app showed, of the seed that boto3 reads."""
    first, second = totp.code_pair(controller.secret(f"mfa/{name}")["seed"], time.time() - 120)
    return {"user_name": name, "authentication_code1": first, "authentication_code2": second}


@pytest.fixture(autouse=True)
def _enrolled(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": users("alice", "bob", "carol")})
    names = [{"user_name": name} for name in ("alice", "bob", "carol")]
    assert not controller.run_module(PLURAL, devices=names, seed_store=SECRETS).get("failed")


def test_sheets_then_codes(controller: Controller, emulator: Emulator) -> None:
    seeds = {name: controller.secret(f"mfa/{name}")["seed"] for name in ("alice", "bob", "carol")}
    sheets = {**STORE, "handover_sheets": {"dest": "sheets", "contact": "the desk", "user_names": ["alice", "bob"]}}
    folder = controller.home / "sheets"
    assert changed(run(controller, "handover", "--check", **sheets)) == 1 and not folder.exists()
    output = run(controller, "handover", **sheets)
    assert "hand-overs: 3 open, 0 confirmed, 0 without a stored seed" in output and "open: alice, bob, carol" in output
    assert len(list(folder.iterdir())) == 2 and changed(run(controller, "handover", **sheets)) == 0

    right, wrong = told(controller, "alice"), {**told(controller, "carol"), "user_name": "bob"}
    # As -e with JSON text in it gives it.
    inputs: dict[str, t.Any] = {**STORE, "handover_codes": json.dumps([right, wrong])}
    output = run(controller, "handover", "--check", ok=False, **inputs)
    assert controller.secret("mfa/alice")["seed"] == seeds["alice"] and not controller.tags(arn("alice"))
    emulator.clear_requests()
    output = run(controller, "handover", "-vvvv", ok=False, **inputs)
    assert "devices[1] (bob): these are not two in a row of this device" in output or "(bob)" in output
    assert "hand-overs: 2 open, 1 confirmed, 0 without a stored seed" in output and "open: bob, carol" in output
    assert "DeletedDate" in controller.boto3("secretsmanager").describe_secret(SecretId="mfa/alice")
    assert controller.secret("mfa/bob")["seed"] == seeds["bob"]
    secret = [*seeds.values(), *(one[f"authentication_code{n}"] for one in (right, wrong) for n in (1, 2))]
    # What was given with -e is shown at -vvvv, as the command line that it is.
    shown = "\n".join(line for line in output.splitlines() if "handover_codes" not in line)
    assert not [text for text in secret if text in shown]
    assert changed(run(controller, "handover", **{**STORE, "handover_codes": [right]})) == 0


def test_who_may_not_delete_is_told_and_the_others_are_named(controller: Controller, emulator: Emulator) -> None:
    emulator.set(denied_actions=["secretsmanager:DeleteSecret"])
    output = run(controller, "handover", ok=False, **STORE, handover_codes=[told(controller, "alice")])
    assert "lacks the IAM permission secretsmanager:DeleteSecret" in output
    assert "open: alice, bob, carol" in output
    emulator.set(denied_actions=[])
    # The device is tagged: without a code the next run finishes it.
    output = run(controller, "handover", **STORE)
    assert "hand-overs: 2 open, 1 confirmed" in output and "open: bob, carol" in output
