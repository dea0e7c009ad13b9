# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand-overs: a seed leaves the store once its person has shown codes of it, as boto3 sees it."""

from __future__ import annotations

import base64
import time
import typing as t

import pytest
from aws_emulator import totp
from aws_emulator.client import Emulator
from controller import HANDOVER, PARAMETERS, PLURAL, SECRETS, Controller, arn, may_fail, task

VAULTED = "hardening.aws.vaulted_seeds"
TAG = "hardening.aws/handed-over"
NAMES = ("alice", "bob", "carol")


def codes(seed: str, ago: float = 0) -> dict[str, str]:
    first, second = totp.code_pair(seed, time.time() - ago)
    return {"authentication_code1": first, "authentication_code2": second}


def seed_of(controller: Controller, store: dict[str, t.Any], name: str) -> str | None:
    """The seed in a store; None once it is deleted."""
    if store == SECRETS:
        client = controller.boto3("secretsmanager")
        if "DeletedDate" in client.describe_secret(SecretId=f"mfa/{name}"):
            return None
        return str(controller.secret(f"mfa/{name}")["seed"])
    found = controller.boto3("ssm").get_parameters(Names=[f"/mfa/{name}"])["Parameters"]
    return str(controller.parameter(f"/mfa/{name}")["seed"]) if found else None


def handover(controller: Controller, store: dict[str, t.Any], *devices: dict[str, t.Any], **options: t.Any) -> t.Any:
    given = {"devices": list(devices)} if devices else {"all_devices": True}
    return controller.run_module(HANDOVER, seed_store=store, **given, **options)


@pytest.fixture(name="enrolled", params=[SECRETS, PARAMETERS], ids=["secrets", "parameters"])
def _enrolled(request: pytest.FixtureRequest, controller: Controller, emulator: Emulator) -> dict[str, t.Any]:
    emulator.fixture({"users": [{"user_name": name} for name in NAMES]})
    store: dict[str, t.Any] = request.param
    made = controller.run_module(PLURAL, devices=[{"user_name": name} for name in NAMES], seed_store=store)
    assert made["summary"]["changed"] == 3
    return store


def test_hand_overs(controller: Controller, enrolled: dict[str, t.Any]) -> None:
    seeds = [seed_of(controller, enrolled, name) or "" for name in NAMES]
    asked = [
        {"user_name": "alice", **codes(seeds[0], ago=300)},
        {"user_name": "bob", **codes(seeds[2])},  # somebody else's
        {"user_name": "carol"},
    ]
    assert handover(controller, enrolled)["open_users"] == list(NAMES)
    predicted = handover(controller, enrolled, *asked, _ansible_check_mode=True)
    assert predicted["changed"] and [seed_of(controller, enrolled, name) for name in NAMES] == seeds
    real = handover(controller, enrolled, *asked)
    assert real["failed"] and [item["handover"] for item in real["results"]] == ["confirmed", "open", "open"]
    assert real["results"][0]["actions"] == predicted["results"][0]["actions"] == ["tag", "delete_seed"]
    assert "devices[1] (bob)" in real["msg"] and "not two in a row of this device" in real["msg"]
    assert [seed_of(controller, enrolled, name) for name in NAMES] == [None, *seeds[1:]]
    assert controller.tags(arn("alice"))[TAG] == real["results"][0]["handed_over"] and not controller.tags(arn("bob"))
    again = handover(controller, enrolled)
    assert not again["changed"] and not again.get("failed") and again["open_users"] == ["bob", "carol"]
    assert again["handovers"] == {"open": 2, "confirmed": 1, "none": 0}
    assert controller.attached("alice") == [arn("alice")]
    controller.assert_seed_works("alice", arn("alice"), seeds[0])


def test_no_seed_and_no_code_is_shown(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}]})
    controller.run_module(PLURAL, devices=[{"user_name": "alice"}], seed_store=SECRETS)
    seed = seed_of(controller, SECRETS, "alice") or ""
    right = codes(seed)
    wrong = {"authentication_code1": "840193", "authentication_code2": "751204"}
    refused = task(HANDOVER, devices=[{"user_name": "alice", **wrong}], seed_store=SECRETS)
    step = {**task(HANDOVER, devices=[{"user_name": "alice", **right}], seed_store=SECRETS), "diff": True}
    play = controller.play(*may_fail(refused), step, step, arguments=["-vvvv"])
    assert play[0].failed and "was kept" in play[0].msg
    assert [item.changed for item in play.results[1:]] == [True, False]
    assert play[1].writes == ["iam:TagMFADevice", "secretsmanager:DeleteSecret"] and not play[2].writes
    told = play.output + repr([result.data for result in play.results])
    assert seed not in told and not any(code in told for code in (*right.values(), *wrong.values()))


def test_lost_replies_and_refusals(controller: Controller, enrolled: dict[str, t.Any], emulator: Emulator) -> None:
    seeds = {name: seed_of(controller, enrolled, name) or "" for name in NAMES}
    asked = [{"user_name": name, **codes(seeds[name])} for name in NAMES]
    deletion = "secretsmanager:DeleteSecret" if enrolled == SECRETS else "ssm:DeleteParameter"
    emulator.set(denied_actions=[deletion])
    refused = handover(controller, enrolled, asked[0])
    assert refused["failed"] and refused["results"][0]["actions"] == ["tag"] and refused["open_users"] == ["alice"]
    assert refused["results"][0]["error"]["operation"] == deletion and deletion in refused["msg"]
    cut = {"kind": "cut", "actions": [deletion], "share": 0.4}
    emulator.set(denied_actions=[], damage=cut)
    rest = handover(controller, enrolled, *asked)
    emulator.set(damage=None)
    assert [item["handover"] for item in rest["results"]] == ["confirmed"] * 3, rest["msg"]
    assert rest["results"][0]["actions"] == ["delete_seed"]
    assert [seed_of(controller, enrolled, name) for name in NAMES] == [None] * 3
    assert all(TAG in controller.tags(arn(name)) for name in NAMES)


# Seeds of a vaulted file ----------------------------------------------------------------------------------------------

SEEDS = {name: base64.b32encode(f"{name:-<20}".encode()).decode() for name in NAMES}
FILE = {"seed_vault_file": {"path": "seeds.yml"}}


@pytest.fixture(name="vault")
def _vault(controller: Controller, emulator: Emulator) -> list[str]:
    """Everybody is enrolled, and the seeds are in a vaulted file; carol's was made for an earlier carol."""
    emulator.fixture({"users": [{"user_name": name, "mfa_devices": [{"seed": SEEDS[name]}]} for name in NAMES]})
    (controller.home / "password").write_text("correct horse", encoding="utf-8")
    vault = ["--vault-id", f"mfa@{controller.home / 'password'}"]
    records = [{"serial_number": arn(name), "seed": SEEDS[name], "user_name": name} for name in NAMES]
    records[2]["created"] = "2001-01-01T00:00:00Z"
    controller.play(task(VAULTED, path="seeds.yml", records=records, no_log=True), arguments=vault)
    return vault


def held(controller: Controller, vault: list[str]) -> set[str]:
    """The devices whose seeds the file has, as ansible-vault shows it."""
    return set(controller.vaulted(controller.home / "seeds.yml", *vault))


def test_the_seed_leaves_the_vaulted_file(controller: Controller, vault: list[str]) -> None:
    step = task(HANDOVER, devices=[{"user_name": "alice", **codes(SEEDS["alice"])}], **FILE)
    wrong = task(HANDOVER, devices=[{"user_name": "bob", **codes(SEEDS["alice"])}], **FILE)
    look = task(HANDOVER, all_devices=True, **FILE)
    play = controller.play({**step, "check_mode": True}, *may_fail(look), arguments=vault)
    assert play[0].changed and held(controller, vault) == {arn(name) for name in NAMES}
    assert play[1]["open_users"] == ["alice", "bob"] and "made for carol at 2001-01-01" in play[1].msg
    play = controller.play(step, *may_fail(wrong), step, *may_fail(look), arguments=[*vault, "-vvvv"])
    assert [result.changed for result in play.results] == [True, False, False, False]
    assert play[0]["results"][0]["actions"] == ["tag", "delete_seed"] and "The seed of" in play[1].msg
    assert held(controller, vault) == {arn("bob"), arn("carol")}
    assert controller.tags(arn("alice"))[TAG] == play[0]["results"][0]["handed_over"]
    assert play[3]["open_users"] == ["bob"] and play[3]["handovers"]["confirmed"] == 1
    assert not [seed for seed in SEEDS.values() if seed in play.output]


def test_a_seed_that_could_not_be_removed_from_the_file(controller: Controller, vault: list[str]) -> None:
    """As after a kill, the next run removes it without a code."""
    lock = controller.home / "seeds.yml.lock"
    lock.unlink()
    lock.symlink_to("nowhere")
    step = task(HANDOVER, devices=[{"user_name": "alice", **codes(SEEDS["alice"])}], **FILE)
    again = task(HANDOVER, devices=[{"user_name": "alice"}], **FILE)
    play = controller.play(*may_fail(step), arguments=vault)
    assert play[0].changed and "counts as handed over, but the seed is still in the file" in play[0].msg
    assert play[0]["summary"] == {"total": 1, "changed": 0, "unchanged": 0, "failed": 1}
    assert play[0]["open_users"] == ["alice"] and arn("alice") in held(controller, vault)
    lock.unlink()
    play = controller.play(again, again, arguments=vault)
    assert play[0]["results"][0]["actions"] == ["delete_seed"] and not play[1].changed
    assert held(controller, vault) == {arn("bob"), arn("carol")}


def test_a_vaulted_file_that_cannot_be_used(controller: Controller, emulator: Emulator, vault: list[str]) -> None:
    emulator.clear_requests()
    refused = {
        "seed_vault_file: ": task(HANDOVER, all_devices=True, seed_vault_file="seeds.yml"),
        "holds no seeds, or does not exist": task(HANDOVER, all_devices=True, seed_vault_file={"path": "sedes.yml"}),
        "give either seed_store or seed_vault_file": task(HANDOVER, all_devices=True, seed_store=SECRETS, **FILE),
        "vault_id: no password with the vault ID": task(
            HANDOVER, all_devices=True, seed_vault_file={"path": "seeds.yml", "vault_id": "other"}
        ),
    }
    kept = task(HANDOVER, all_devices=True, **FILE)
    play = controller.play(*may_fail(*refused.values()), arguments=vault)
    for result, text in zip(play.results, refused, strict=True):
        assert result.failed and text in result.msg, result.msg
    play = controller.play(*may_fail(kept), arguments=vault, environment={"ANSIBLE_KEEP_REMOTE_FILES": "1"})
    assert "Unset ANSIBLE_KEEP_REMOTE_FILES" in play[0].msg
    assert not emulator.requests()
