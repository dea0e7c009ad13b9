# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/permissions.md: the policies of each use are enough for it."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import Controller
from project import ROOT
from role_runner import users
from test_role_playbooks import run

ACCOUNT = "123456789012"
ROLE = {"aws_role_arn": f"arn:aws:iam::{ACCOUNT}:role/hardening"}
PAGE = (ROOT / "docs/permissions.md").read_text(encoding="utf-8")
BLOCKS: dict[str, dict[str, t.Any]] = {
    name: json.loads(text)
    for name, text in re.findall(r"^## (.+?)\n.*?```json\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
}
SECRETS, PARAMETERS = {"type": "secretsmanager"}, {"type": "ssm_parameter"}
ENROL = {"iam_user_hardening_users": ["alice", "bob"], "iam_user_hardening_seed_store": SECRETS}
GROUP = {"enforce_policy": "group", "enforce_group": "mfa-required", "enforce_group_members": "add"}
TIDY = {
    "users": ["alice", "dave"],
    "enrol": False,
    "delete_passwords_after_days": 30,
    "deactivate_keys_unused_days": 30,
    "password_policy": {"min_pw_length": 14},
}
OLD = "2024-01-01T00:00:00Z"


def role_inputs(given: dict[str, t.Any]) -> dict[str, t.Any]:
    return {f"iam_user_hardening_{name}": value for name, value in given.items()}


@dataclasses.dataclass
class Use:
    """A playbook and its inputs. I(enrolled) is whether all have devices before."""

    playbook: str
    inputs: dict[str, t.Any]
    enrolled: bool = False


USES: dict[str, Use] = {
    "`audit`": Use("audit", {}),
    "`harden`, seeds in Secrets Manager": Use("harden", ENROL),
    "`harden`, seeds in Parameter Store": Use("harden", {**ENROL, "iam_user_hardening_seed_store": PARAMETERS}),
    "`harden`, seeds in a vaulted file": Use(
        "harden",
        {"iam_user_hardening_users": ["alice", "bob"], "iam_user_hardening_seed_vault_file": {"path": "seeds.yml"}},
    ),
    "`harden`, enforced on users": Use("harden", {**ENROL, "iam_user_hardening_enforce_policy": "users"}),
    "`harden`, enforced by a group": Use("harden", {**ENROL, **role_inputs(GROUP)}),
    "`harden`, tidying up only": Use("harden", role_inputs(TIDY)),
    "`rotate`": Use(
        "rotate",
        {
            "rotate_users": ["alice", "bob"],
            "rotate_suffix": "2026",
            "rotate_seed_store": SECRETS,
            "rotate_holder": "store",
            "rotate_retire_devices": ["{user_name}"],
        },
        enrolled=True,
    ),
    "`resync`": Use("resync", {"resync_users": ["alice"], "resync_seed_store": SECRETS}, enrolled=True),
    "`handover`": Use(
        "handover", {"handover_seed_store": SECRETS, "handover_sheets": {"dest": "sheets"}}, enrolled=True
    ),
    "`offboard`": Use(
        "offboard",
        {"offboard_users": ["alice"], "offboard_seed_store": {**SECRETS, "on_absent": "delete"}},
        enrolled=True,
    ),
}
ROWS = {use: blocks.split(", ") for use, blocks in re.findall(r"^\| (`.+?) \| (.+?) \|$", PAGE, re.MULTILINE)}


def test_each_use_of_the_page_is_run() -> None:
    assert list(ROWS) == list(USES)
    assert {block for blocks in ROWS.values() for block in blocks} == set(BLOCKS)


@pytest.mark.parametrize("use", USES)
def test_the_policies_are_enough(
    controller: Controller, emulator: Emulator, vault_password: pathlib.Path, use: str
) -> None:
    """Nothing is refused, not even what a run could do without."""
    _account(controller, emulator, USES[use].enrolled)
    _allow(emulator, [BLOCKS[name] for name in ROWS[use]])
    emulator.clear_requests()
    vault = f"--vault-password-file={vault_password}"
    output = run(controller, USES[use].playbook, vault, **USES[use].inputs, **ROLE)
    refused = [request for request in emulator.requests() if "AccessDenied" in (request["code"] or "")]
    assert not refused, (refused, output)
    assert "WARNING" not in output.replace("[WARNING]: No inventory was parsed", ""), output


def _account(controller: Controller, emulator: Emulator, enrolled: bool) -> None:
    """Users with all that the uses look for; the group that the page names."""
    leaver = {"access_keys": [{"created": OLD}], "ssh_public_keys": [{}], "signing_certificates": [{}]}
    leaver |= {"service_specific_credentials": [{"service_name": "bedrock.amazonaws.com"}]}
    dave = {"user_name": "dave", "console_password": True, "create_date": OLD, "password_last_changed": OLD}
    emulator.fixture({"users": [*users("alice", "bob", **leaver), dave], "groups": ["mfa-required"]})
    if enrolled:
        run(controller, "harden", **ENROL)


def _allow(emulator: Emulator, documents: list[dict[str, t.Any]]) -> None:
    policy = {"Version": "2012-10-17", "Statement": [one for document in documents for one in document["Statement"]]}
    emulator.fixture({"roles": [{"name": "hardening", "trusted": [ACCOUNT], "permissions": policy}]})


def test_no_block_allows_more_than_is_named_there() -> None:
    """No wildcards in actions; whoever attaches a policy may attach one only."""
    for name, document in BLOCKS.items():
        for statement in document["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert statement["Effect"] == "Allow" and not any("*" in action for action in actions), name
            if {"iam:AttachUserPolicy", "iam:AttachGroupPolicy"} & set(actions):
                assert list(statement["Condition"]["ArnLike"]) == ["iam:PolicyARN"], name
