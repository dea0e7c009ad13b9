# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds that pass through the controller: whose they are, and that nothing of them stays in the play."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import Controller, arn
from role_runner import Role, is_seed_of, users, view


@pytest.mark.parametrize("denied", ["", "iam:EnableMFADevice", "iam:CreateVirtualMFADevice"])
def test_seeds_are_forgotten(
    role: Role,
    emulator: Emulator,
    controller: Controller,
    vault_password: pathlib.Path,
    tmp_path: pathlib.Path,
    denied: str,
) -> None:
    """A later task that prints every variable shows no seed, whether the batch went well or not."""
    emulator.fixture({"users": users("alice", "bob")})
    emulator.set(denied_actions=[denied] if denied else [])
    path = tmp_path / "seeds.yml"
    inputs: dict[str, t.Any] = {"users": ["alice", "bob"], "seed_vault_file": {"path": str(path)}}
    (harden,) = role.tasks(inputs)
    names = ["planned", "created", "enrolled", "decided"]
    show = {
        "name": "show",
        "ansible.builtin.debug": {
            "msg": [f"{{{{ __iam_user_hardening_{name} | default('nothing') | to_json }}}}" for name in names]
        },
    }
    block = {"name": "all", "block": [harden], "always": [show]}
    process, finish = controller.start(block, arguments=["--vault-password-file", str(vault_password), "-v"])
    play = finish(process)
    assert (play.code != 0) is bool(denied) and "Traceback" not in play.output, play.output
    shown = [item for item in play.results if item.name == "show"]
    assert len(shown) == 1 and len(shown[0]["msg"]) == len(names)
    assert "'seed'" not in str(shown[0]["msg"]) and '"seed"' not in str(shown[0]["msg"])
    records = view(path, vault_password, controller) if path.exists() else {}
    assert bool(records) is (denied != "iam:CreateVirtualMFADevice")
    for record in records.values():
        assert record["seed"] not in play.output and record["seed"] not in str(shown[0]["msg"])


def test_a_leavers_seed_is_not_the_new_persons(
    role: Role, emulator: Emulator, controller: Controller, vault_password: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """The user was deleted and another of the name made: the kept seed is on the leaver's phone."""
    path = tmp_path / "seeds.yml"
    password = ("--vault-password-file", str(vault_password))
    inputs: dict[str, t.Any] = {"users": ["bob"], "seed_vault_file": {"path": str(path)}}
    emulator.fixture({"users": users("bob")})
    role(*password, violations=True, **inputs)
    (leavers,) = view(path, vault_password, controller).values()
    iam = controller.boto3("iam")
    iam.deactivate_mfa_device(UserName="bob", SerialNumber=arn("bob"))
    iam.delete_login_profile(UserName="bob")
    iam.delete_user(UserName="bob")
    # AWS tells whole seconds, and its servers' clocks are not quite the same
    emulator.set(clock_offset=5)
    iam.create_user(UserName="bob")

    plan = role("--check", *password, violations=True, **inputs)
    assert plan.result["enabled"] == ["bob"] and plan.writes == {}
    run = role(*password, violations=True, **inputs)
    assert run.result["enabled"] == ["bob"]
    record = view(path, vault_password, controller)[arn("bob")]
    device = emulator.device(arn("bob"))
    assert device["attached"] and is_seed_of(record["seed"], device)
    assert record["seed"] != leavers["seed"] and [item["seed"] for item in record["superseded"]] == [leavers["seed"]]
    assert role(*password, violations=True, **inputs).changed == 0
