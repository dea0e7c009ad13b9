# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/permissions.md: the policies of each playbook are enough for it, and no more."""

from __future__ import annotations

import dataclasses
import fnmatch
import json
import pathlib
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import PARAMETERS, SECRETS, Controller, arn
from permissions_page import BLOCKS, MORE, PLAYBOOKS, RESOURCES, ROWS, SEEDS, actions_of, policy, together
from role_runner import users
from test_role_enforcement import DOCUMENT, OURS
from test_role_playbooks import run, start

ACCOUNT = "123456789012"
ROLE = {"aws_role_arn": f"arn:aws:iam::{ACCOUNT}:role/hardening"}
ENROL = {"iam_user_hardening_users": ["alice", "bob"], "iam_user_hardening_seed_store": SECRETS}
GROUP = {"enforce_policy": "group", "enforce_group": "mfa-required", "enforce_group_members": "add"}
TIDY = {
    "users": ["alice", "dave"],
    "enrol": False,
    "delete_passwords_after_days": 30,
    "deactivate_keys_unused_days": 30,
    "password_policy": {"min_pw_length": 14},
}
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
OLD = "2024-01-01T00:00:00Z"


def role_inputs(given: dict[str, t.Any]) -> dict[str, t.Any]:
    return {f"iam_user_hardening_{name}": value for name, value in given.items()}


@dataclasses.dataclass
class Use:
    """A playbook and its inputs.

    :param rows: The rows of modules that it runs, and of stores, for what it calls in some accounts only. That these
        need their actions is held by test_module_permissions.py.
    :param before: What is in the account: "nothing", "devices" that the playbook harden made, devices with "seeds
        elsewhere", one with "a lost seed", or a "policy" of an earlier release. The playbook is run in each.
    """

    playbook: str
    inputs: dict[str, t.Any]
    rows: tuple[tuple[str, str], ...] = ()
    before: tuple[str, ...] = ("nothing",)


WRITTEN, DELETED = ("secretsmanager", "write"), ("secretsmanager", "delete")
ENROLLED = ("iam_mfa_devices", "`state: enabled`, with `seed_store`")
USES: dict[str, Use] = {
    "`audit`": Use("audit", {}),
    "`harden`, seeds in Secrets Manager": Use("harden", ENROL, (ENROLLED, WRITTEN)),
    "`harden`, seeds in Parameter Store": Use(
        "harden", {**ENROL, "iam_user_hardening_seed_store": PARAMETERS}, (ENROLLED, ("ssm_parameter", "write"))
    ),
    "`harden`, seeds in a vaulted file": Use(
        "harden",
        {"iam_user_hardening_users": ["alice", "bob"], "iam_user_hardening_seed_vault_file": {"path": "seeds.yml"}},
        before=("a lost seed",),
    ),
    "`harden`, enforced on users": Use(
        "harden",
        {**ENROL, "iam_user_hardening_enforce_policy": "users"},
        (ENROLLED, WRITTEN),
        before=("nothing", "policy"),
    ),
    "`harden`, enforced by a group": Use(
        "harden", {**ENROL, **role_inputs(GROUP)}, (ENROLLED, WRITTEN), before=("nothing", "policy")
    ),
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
        (ENROLLED, WRITTEN),
        before=("devices",),
    ),
    "`resync`": Use("resync", {"resync_all": True, "resync_seed_store": SECRETS}, before=("devices",)),
    "`handover`": Use(
        "handover",
        {"handover_seed_store": SECRETS, "handover_sheets": {"dest": "sheets"}},
        (("iam_mfa_handover", "and codes"), DELETED),
        before=("devices",),
    ),
    "`adopt`": Use(
        "adopt",
        {"adopt_src": "seeds.json", "adopt_seed_store": SECRETS},
        (("iam_mfa_import", "virtual devices"), ("iam_mfa_import", "hardware tokens"), WRITTEN),
        before=("seeds elsewhere",),
    ),
    "`offboard`": Use(
        "offboard",
        {"offboard_users": ["alice"], "offboard_seed_store": {**SECRETS, "on_absent": "delete"}},
        (("iam_user_access", "`console_password: absent`"),),
        before=("devices",),
    ),
}


def test_each_use_of_the_page_is_run() -> None:
    assert list(PLAYBOOKS) == list(USES)
    assert {block for blocks in PLAYBOOKS.values() for block in blocks} == set(BLOCKS)


@pytest.mark.parametrize("use", USES)
def test_the_policies_are_enough_and_no_more(
    controller: Controller, emulator: Emulator, vault_password: pathlib.Path, use: str
) -> None:
    """Nothing is refused, not even what a run could do without, and nothing is allowed that nothing calls."""
    given = USES[use]
    allowed, called = actions_of(together(PLAYBOOKS[use])), set()
    for before in given.before:
        emulator.reset()
        _account(controller, emulator, before)
        _allow(emulator, together(PLAYBOOKS[use]))
        emulator.clear_requests()
        vault = f"--vault-password-file={vault_password}"
        output = run(controller, given.playbook, vault, **given.inputs, **ROLE)
        refused = [request for request in emulator.requests() if "AccessDenied" in (request["code"] or "")]
        assert not refused, (refused, output)
        for expected in ("No inventory was parsed", f"{controller.home / 'seeds.json'} holds seeds in clear text"):
            output = output.replace(f"[WARNING]: {expected}", "")
        assert "WARNING" not in output, output
        called |= {f"{request['service']}:{request['action']}" for request in emulator.requests()}
    elsewhere = {action for key in given.rows for action in (ROWS | SEEDS)[key].all}
    assert allowed - called - elsewhere == set()


KEPT, TAGGED = {**SECRETS, "on_absent": "delete"}, {**SECRETS, "tags": {"team": "a"}}
ROTATE = USES["`rotate`"].inputs
PERSON = {**ROTATE, "rotate_holder": "person"}
# By playbook and input: what is in the account before, and what is given. A secret's name: that one was given up.
INPUTS: dict[tuple[str, str], tuple[str, dict[str, t.Any]]] = {
    ("harden", "`iam_user_hardening_tags`"): ("nothing", {**ENROL, **role_inputs({"tags": {"team": "a"}})}),
    ("harden", "`iam_user_hardening_select` with `groups` or `tags`"): (
        "nothing",
        {**ENROL, **role_inputs({"users": [], "select": {"tags": {"team": "a"}}, "allow_empty": True})},
    ),
    ("harden", "`iam_user_hardening_seed_store` with `tags`"): (
        "nothing",
        {**ENROL, **role_inputs({"seed_store": TAGGED})},
    ),
    ("harden", "`iam_user_hardening_seed_store` with `on_absent: delete`"): (
        "mfa/alice",
        {**ENROL, **role_inputs({"seed_store": KEPT})},
    ),
    ("rotate", "`rotate_seed_store` with `tags`"): ("devices", {**ROTATE, "rotate_seed_store": TAGGED}),
    ("rotate", "`rotate_seed_store` with `on_absent: delete`"): (
        "mfa/alice/alice-2026",
        {**ROTATE, "rotate_seed_store": KEPT},
    ),
    ("rotate", "`rotate_holder: person` with `rotate_retire: true`"): (
        "new devices",
        {**PERSON, "rotate_retire": True},
    ),
}


# The call that AWS refuses for want of an action that only goes with it.
ASKED_BY = {
    "iam:TagMFADevice": "iam:CreateVirtualMFADevice",
    "secretsmanager:TagResource": "secretsmanager:CreateSecret",
}


@pytest.mark.parametrize(("playbook", "given"), INPUTS)
@pytest.mark.deep
def test_inputs_that_need_more(controller: Controller, emulator: Emulator, playbook: str, given: str) -> None:
    """With all that the page has for an input nothing is refused; without any of it, that very action is."""
    before, inputs = INPUTS[playbook, given]
    more = MORE[playbook, given]
    blocks = PLAYBOOKS[{"harden": "`harden`, seeds in Secrets Manager", "rotate": "`rotate`"}[playbook]]
    for missing in (None, *sorted(more)):
        emulator.reset()
        _account(controller, emulator, before)
        allowed = together(blocks)["Statement"] + policy(more - {missing})["Statement"]
        _allow(emulator, {"Version": "2012-10-17", "Statement": allowed})
        emulator.clear_requests()
        output, _nothing = start(controller, playbook, **inputs, **ROLE).communicate()
        assert "Traceback" not in output, output
        refused = {
            f"{request['service']}:{request['action']}"
            for request in emulator.requests()
            if "AccessDenied" in (request["code"] or "")
        }
        assert refused == ({ASKED_BY.get(missing, missing)} if missing else set()), output


def test_each_input_that_needs_more_is_run() -> None:
    assert list(MORE) == list(INPUTS)


def _account(controller: Controller, emulator: Emulator, before: str) -> None:
    """Users with all that the uses look for, one of whom has a hardware token; the group that the page names."""
    leaver: dict[str, t.Any] = {
        "access_keys": [{"created": OLD}],
        "ssh_public_keys": [{}],
        "signing_certificates": [{}],
    }
    leaver |= {"service_specific_credentials": [{"service_name": "bedrock.amazonaws.com"}]}
    dave = {"user_name": "dave", "console_password": True, "create_date": OLD, "password_last_changed": OLD}
    token = {"kind": "hardware", "serial_number": "GAHT12345678"}
    erin = {"user_name": "erin", "console_password": True, "mfa_devices": [token]}
    team = users("alice", "bob", **leaver)
    if before == "seeds elsewhere":
        for user in team:
            user["mfa_devices"] = [{"device_name": user["user_name"], "seed": SEED}]
        lines = [{"user": name, "serial": arn(name), "seed": SEED} for name in ("alice", "bob")]
        seeds = controller.home / "seeds.json"
        seeds.write_text(json.dumps(lines), encoding="utf-8")
        seeds.chmod(0o600)
    if before in ("devices", "new devices"):
        # Somebody whose seed is nowhere.
        team += [{"user_name": "frank", "mfa_devices": [{"device_name": "frank"}]}]
    spare = [{"device_name": "alice"}] if before == "a lost seed" else []
    emulator.fixture({"users": [*team, dave, erin], "groups": ["mfa-required"], "unassigned_virtual_devices": spare})
    if before in ("devices", "new devices", "mfa/alice", "mfa/alice/alice-2026"):
        place = "mfa/{user_name}/{device_name}" if before == "mfa/alice/alice-2026" else "mfa/{user_name}"
        run(controller, "harden", **ENROL | role_inputs({"seed_store": {**SECRETS, "name": place}}))
    if before == "new devices":
        run(controller, "rotate", **PERSON)
    if before.startswith("mfa/"):
        _give_up(controller, before)
    if before == "policy":
        _make_old_policy(controller)


def _give_up(controller: Controller, name: str) -> None:
    """The secret of a device of alice's that is gone was given up, and can still be taken back."""
    manager, iam = controller.boto3("secretsmanager"), controller.boto3("iam")
    source = "mfa/alice" if name == "mfa/alice" else "mfa/alice/alice"
    text = manager.get_secret_value(SecretId=source)["SecretString"]
    if name == "mfa/alice":
        iam.deactivate_mfa_device(UserName="alice", SerialNumber=arn("alice"))
        iam.delete_virtual_mfa_device(SerialNumber=arn("alice"))
    else:
        about = manager.describe_secret(SecretId=source)["Description"]
        manager.create_secret(
            Name=name,
            SecretString=text.replace(arn("alice"), arn("alice-2026")),
            Description=about.replace(arn("alice"), arn("alice-2026")),
        )
    manager.delete_secret(SecretId=name, RecoveryWindowInDays=7)


def _make_old_policy(controller: Controller) -> None:
    """The policy as an earlier release made it, with as many versions as there may be."""
    iam = controller.boto3("iam")
    made = iam.create_policy(PolicyName="deny-unless-mfa", PolicyDocument=DOCUMENT, Description=OURS)["Policy"]
    for number in range(2, 6):
        document = DOCUMENT.replace("s3:*", f"s3:Get{number}*")
        iam.create_policy_version(PolicyArn=made["Arn"], PolicyDocument=document, SetAsDefault=number == 4)


def _allow(emulator: Emulator, policy: dict[str, t.Any]) -> None:
    emulator.fixture({"roles": [{"name": "hardening", "trusted": [ACCOUNT], "permissions": policy}]})


def test_no_block_allows_more_than_is_named_there() -> None:
    """No wildcards in actions; whoever attaches a policy may attach one only."""
    for name, document in BLOCKS.items():
        for statement in document["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert statement["Effect"] == "Allow" and not any("*" in action for action in actions), name
            if {"iam:AttachUserPolicy", "iam:AttachGroupPolicy"} & set(actions):
                assert list(statement["Condition"]["ArnLike"]) == ["iam:PolicyARN"], name


def test_the_blocks_agree_with_the_resources() -> None:
    """A block may be narrower than the page's list of resources: it names one policy or group."""
    for name, document in BLOCKS.items():
        for statement in document["Statement"]:
            for action in actions_of({"Statement": [statement]}):
                assert fnmatch.fnmatchcase(statement["Resource"], RESOURCES[action]), (name, action)
