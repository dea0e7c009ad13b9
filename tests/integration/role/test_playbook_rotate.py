# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rotation takes no device away before its successor is attached, and known to be used by whoever holds it."""

from __future__ import annotations

import json
import re
import time
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import Controller, arn
from role_runner import STORE, users
from test_role_playbooks import changed, run

ROTATION = {"rotate_users": ["alice", "bob"], "rotate_suffix": "2026", "rotate_seed_store": STORE}
RETIRING = {
    **ROTATION,
    "rotate_retire": True,
    "rotate_retire_devices": ["{user_name}", "{user_name}-2025"],
    "rotate_min_age_days": 7,
}
BY_AGE = {"rotate_all": True, "rotate_older_than_days": 90, "rotate_seed_store": STORE}
WEEK = 7 * 86400


@pytest.fixture(autouse=True)
def _account(emulator: Emulator) -> None:
    """Two users with devices of an earlier rotation, and one that alice made herself."""
    emulator.fixture(
        {
            "users": [
                *users("alice", mfa_devices=[{"device_name": "alice-2025"}, {"device_name": "her-own-phone"}]),
                *users("bob", mfa_devices=[{}, {"kind": "fido", "device_name": "key"}]),
            ]
        }
    )


def later(emulator: Emulator, seconds: int) -> None:
    emulator.set(clock_offset=emulator.settings()["clock_offset"] + seconds, check_signature_age=False)


def test_two_runs_and_a_week(controller: Controller, emulator: Emulator) -> None:
    output = run(controller, "rotate", **ROTATION)
    assert "new devices: 2 attached, 0 were there, 0 failed" in output
    assert "AWS account 123456789012" in output
    assert arn("bob-2026") in controller.attached("bob") and len(controller.attached("bob")) == 3
    controller.assert_seed_works("bob", arn("bob-2026"), controller.secret("mfa/bob/bob-2026")["seed"])

    output = run(controller, "rotate", ok=False, **RETIRING)
    assert "the new device was attached 0 days ago, and rotate_min_age_days is 7" in output
    assert len(controller.virtual()) == 5

    later(emulator, WEEK)
    output = run(controller, "rotate", "--check", **RETIRING)
    assert "Check mode" in output and len(controller.virtual()) == 5
    emulator.clear_requests()
    assert "older devices: 2 removed, of 2 users" in run(controller, "rotate", **RETIRING)
    assert set(controller.virtual()) == {arn("alice-2026"), arn("her-own-phone"), arn("bob-2026")}
    assert len(controller.attached("bob")) == 2
    assert changed(run(controller, "rotate", **RETIRING)) == 0


@pytest.mark.parametrize("suffix", ["2026", "2O26"])
def test_first_run_and_mistyped_suffix_take_nothing_away(
    controller: Controller, emulator: Emulator, suffix: str
) -> None:
    if suffix != "2026":
        run(controller, "rotate", **ROTATION)
        later(emulator, WEEK)
    before = controller.virtual()
    emulator.clear_requests()
    output = run(controller, "rotate", ok=False, **{**RETIRING, "rotate_suffix": suffix, "rotate_min_age_days": 0})
    assert f"none of these users has the new device, whose name ends in -{suffix}" in output
    assert controller.virtual() == before
    assert all(request["action"].startswith(("Get", "List")) for request in emulator.requests())


def test_who_has_no_proof_keeps_all_devices_and_others_go_on(controller: Controller, emulator: Emulator) -> None:
    """alice's new device is of this run; bob's seed is another bob's; carol's is lost; dave is fine."""
    emulator.fixture({"users": users("carol", "dave", mfa_devices=[{}])})
    people = {"rotate_users": ["bob", "carol", "dave"]}
    run(controller, "rotate", **{**ROTATION, **people})
    secrets = controller.boto3("secretsmanager")
    secrets.delete_secret(SecretId="mfa/carol/carol-2026", ForceDeleteWithoutRecovery=True)
    record = {**controller.secret("mfa/bob/bob-2026"), "created": "2001-01-01T00:00:00Z"}
    secrets.put_secret_value(SecretId="mfa/bob/bob-2026", SecretString=json.dumps(record))
    later(emulator, WEEK)
    people = {"rotate_users": ["alice", "bob", "carol", "dave"]}
    output = run(controller, "rotate", ok=False, **{**RETIRING, **people})
    for text in (
        "alice: keeps all devices: the new device was attached by this run",
        "bob: keeps all devices: The secret mfa/bob/bob-2026 was made for bob on 2001-01-01",
        "carol: keeps all devices: The secret mfa/carol/carol-2026 does not exist",
        "older devices: 1 removed, of 1 user",
    ):
        assert text in output, output
    assert arn("alice-2025") in controller.attached("alice") and arn("alice-2026") in controller.attached("alice")
    assert {arn("bob"), arn("carol")} <= set(controller.virtual())
    assert controller.attached("dave") == [arn("dave-2026")]


def test_a_user_whose_name_ends_in_the_suffix(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": users("svc-2026", mfa_devices=[{"device_name": "svc-2026"}])})
    inputs = {**RETIRING, "rotate_users": ["svc-2026"]}
    run(controller, "rotate", **{**ROTATION, "rotate_users": ["svc-2026"]})
    later(emulator, WEEK)
    run(controller, "rotate", **inputs)
    assert controller.attached("svc-2026") == [arn("svc-2026-2026")]


def test_many_users_are_one_task(controller: Controller, emulator: Emulator) -> None:
    """Lists of the account, and for each user what makes a device, or proves its seed and takes the older one away."""
    many = 50
    emulator.fixture({"generate": {"count": many, "device": "virtual", "prefix": "many-"}})
    names = [f"many-{number:04}" for number in range(1, many + 1)]
    inputs = {**RETIRING, "rotate_users": names, "rotate_min_age_days": 0}
    emulator.clear_requests()
    run(controller, "rotate", **{**ROTATION, "rotate_users": names})
    # Seeds are read back several at a time.
    made = ["iam:CreateVirtualMFADevice", "secretsmanager:CreateSecret", "iam:EnableMFADevice"]
    assert_calls(emulator, many, *made, some=("secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"))
    later(emulator, 120)
    emulator.clear_requests()
    output = run(controller, "rotate", **inputs)
    assert "older devices: 50 removed, of 50 users" in output
    assert "changed=1 " in output
    removed = ["secretsmanager:GetSecretValue", "iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice"]
    assert_calls(emulator, many, *removed)
    assert controller.virtual() == {arn(f"{name}-2026"): name for name in names} | {
        arn("alice-2025"): "alice",
        arn("her-own-phone"): "alice",
        arn("bob"): "bob",
    }


def assert_calls(emulator: Emulator, many: int, *expected: str, some: t.Sequence[str] = ()) -> None:
    """So many of these calls were made, fewer of I(some), and none else but a few for the account as a whole."""
    counts = emulator.counts()["by_action"]
    assert sum(counts.pop(name, 0) for name in some) < many
    assert {name: counts.pop(name, 0) for name in expected} == dict.fromkeys(expected, many)
    assert sum(counts.values()) <= 10, counts


def handed_over(controller: Controller, *serials: str) -> None:
    """Mark devices as iam_mfa_handover does once a person has shown a code."""
    for serial in serials:
        now = time.time() + controller.emulator.settings()["clock_offset"]
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        tag = {"Key": "hardening.aws/handed-over", "Value": moment}
        controller.boto3("iam").tag_mfa_device(SerialNumber=serial, Tags=[tag])


def test_where_everybody_uses_the_store_one_run_does_both(controller: Controller, emulator: Emulator) -> None:
    """By age, for all: names follow each other, and devices that people made themselves stay."""
    emulator.fixture({"users": users("break-glass", mfa_devices=[{}])})
    later(emulator, 100 * 86400)
    inputs = {**BY_AGE, "rotate_holder": "store", "rotate_exclude": ["break-*"]}
    before = controller.virtual()
    emulator.clear_requests()
    output = run(controller, "rotate", "--check", **inputs)
    assert "new devices: 2 attached" in output and "older devices: 2 removed, of 2 users" in output
    assert controller.virtual() == before
    assert all(request["action"].startswith(("Get", "List")) for request in emulator.requests())
    output = run(controller, "rotate", "--diff", environment={"HARDENING_AWS_PROGRESS_SECONDS": "0.2"}, **inputs)
    assert "new devices: 2 attached, 0 were there, 0 failed" in output
    assert "older devices: 2 removed, of 2 users" in output
    assert "enrolled 2 of 2, 0 failed" in output and "removed 2 of 2, 0 failed, in " in output
    assert re.findall(r"\+alice: .*/(\S+) enabled", output) == ["alice-2026"], output
    assert re.findall(r"\+bob: .*/(\S+) absent", output) == ["bob"], output
    left = {arn("alice-2026"): "alice", arn("her-own-phone"): "alice", arn("bob-2"): "bob"}
    assert controller.virtual() == left | {arn("break-glass"): "break-glass"}
    new = (("alice", "alice-2026"), ("bob", "bob-2"))
    stored = [(name, arn(device), controller.secret(f"mfa/{name}/{device}")["seed"]) for name, device in new]
    controller.assert_seeds_work(stored)
    assert changed(run(controller, "rotate", **inputs)) == 0
    # As a run leaves it that is killed between the two calls that remove a device; carol's is another user's.
    orphans = [{"device_name": name} for name in ("bob", "bob-3", "carol")]
    emulator.fixture({"users": users("carol", "bob-3"), "unassigned_virtual_devices": orphans})
    later(emulator, 0)
    assert "older devices: 1 removed, of 1 user" in run(controller, "rotate", **inputs)
    assert set(controller.virtual()) == {*left, arn("break-glass"), arn("bob-3"), arn("carol")}


def test_where_people_hold_seeds_the_older_device_waits_for_the_hand_over(
    controller: Controller, emulator: Emulator
) -> None:
    later(emulator, 100 * 86400)
    inputs = {**BY_AGE, "rotate_retire": True}
    output = run(controller, "rotate", ok=False, **inputs)
    assert "alice and bob: keeps all devices: the new device was attached by this run" in output
    later(emulator, 30 * 86400)
    output = run(controller, "rotate", ok=False, **inputs)
    assert "alice and bob: keeps all devices: nobody has confirmed yet that the new device was handed over" in output
    handed_over(controller, arn("bob-2"))
    # What was handed over leaves the store.
    controller.boto3("secretsmanager").delete_secret(SecretId="mfa/bob/bob-2", ForceDeleteWithoutRecovery=True)
    output = run(controller, "rotate", ok=False, **inputs)
    assert "alice: keeps all devices: nobody has confirmed" in output and "1 removed, of 1 user" in output
    assert controller.virtual() == {
        arn("alice-2025"): "alice",
        arn("alice-2026"): "alice",
        arn("her-own-phone"): "alice",
        arn("bob-2"): "bob",
    }


def test_a_run_that_was_killed_is_finished_by_the_next(controller: Controller, emulator: Emulator) -> None:
    """alice-2 is attached and bob-2 is not, and the older devices are all there: no third device comes of that."""
    emulator.fixture({"users": users("carol", mfa_devices=[{}])})
    later(emulator, 100 * 86400)
    run(controller, "rotate", **{**BY_AGE, "rotate_all": False, "rotate_users": ["bob"]})
    controller.boto3("iam").create_virtual_mfa_device(VirtualMFADeviceName="carol-2")
    run(controller, "rotate", **{**BY_AGE, "rotate_holder": "store"}, violations=True)
    assert sorted(controller.virtual()) == sorted(arn(n) for n in ("alice-2026", "her-own-phone", "bob-2", "carol-2"))


def test_what_keeps_a_user_from_a_new_device_is_told_and_others_go_on(
    controller: Controller, emulator: Emulator
) -> None:
    """full has eight devices, lost a new one that nobody has the seed of, and alice is fine."""
    eight = [{"device_name": "full"}, *({"device_name": f"phone-{number}"} for number in range(7))]
    emulator.fixture({"users": [*users("full", mfa_devices=eight), *users("lost", mfa_devices=[{}])]})
    later(emulator, 100 * 86400)
    emulator.fixture({"users": users("lost-2-owner"), "unassigned_virtual_devices": []})
    inputs = {**BY_AGE, "rotate_holder": "store", "rotate_all": False, "rotate_users": ["alice", "full", "lost"]}
    run(controller, "rotate", **{**inputs, "rotate_users": ["lost"], "rotate_retire": False})
    controller.boto3("secretsmanager").delete_secret(SecretId="mfa/lost/lost-2", ForceDeleteWithoutRecovery=True)
    output = run(controller, "rotate", ok=False, **inputs)
    assert "full: has 8 MFA devices, and AWS allows 8" in output
    assert "lost: keeps all devices: The secret mfa/lost/lost-2 does not exist" in output
    assert len(controller.attached("full")) == 8 and len(controller.attached("lost")) == 2
    assert sorted(controller.attached("alice")) == sorted([arn("alice-2026"), arn("her-own-phone")])


def test_a_session_proves_the_new_device_where_a_key_is_at_hand(controller: Controller, emulator: Emulator) -> None:
    """svc's key signs in, and its older device goes; ops's key is switched off in the meantime, and it keeps both."""
    keys = {name: f"AKIA{name.upper()}KEYKEYKEYKEY0"[:20] for name in ("svc", "ops")}
    people = [users(name, mfa_devices=[{}], access_keys=[{"access_key_id": key}])[0] for name, key in keys.items()]
    emulator.fixture({"users": people})
    profiles = controller.home / "profiles"
    sections = [f"[{name}-cli]\naws_access_key_id={key}\naws_secret_access_key=x\n" for name, key in keys.items()]
    profiles.write_text("".join(sections), encoding="utf-8")
    later(emulator, 100 * 86400)
    rotation = {**BY_AGE, "rotate_all": False, "rotate_users": ["svc", "ops", "bob"], "rotate_holder": "store"}
    inputs = {**rotation, "rotate_profiles": {"svc": "svc-cli", "ops": "ops-cli"}}
    shared = {"AWS_SHARED_CREDENTIALS_FILE": str(profiles)}
    wrong = {"svc": "svc-cil", "ops": "svc-cli", "svk": "svc-cli"}
    output = run(controller, "rotate", ok=False, environment=shared, **{**inputs, "rotate_profiles": wrong})
    for text in (
        "Nothing was touched",
        "rotate_profiles.svc: profile: there is no profile svc-cil",
        "rotate_profiles.ops: the credentials of svc-cli are those of arn:aws:iam::123456789012:user/svc",
        "rotate_profiles: svk is none of the users who are rotated",
    ):
        assert text in output, output
    assert len(controller.virtual()) == 5
    run(controller, "rotate", "--check", environment=shared, **inputs)
    assert len(controller.virtual()) == 5
    emulator.set(denied_actions=["sts:GetSessionToken"])
    output = run(controller, "rotate", ok=False, environment=shared, **inputs)
    for name in keys:
        assert f"{name}: keeps all devices: no sign-in with the new device: " in output, output
    assert "older devices: 1 removed, of 1 user" in output and len(controller.attached("svc")) == 2
    emulator.set(denied_actions=[])
    later(emulator, 120)
    emulator.clear_requests()
    output = run(controller, "rotate", "-vvvv", environment=shared, **inputs)
    assert "older devices: 2 removed, of 2 users" in output
    assert emulator.counts()["by_action"]["sts:GetSessionToken"] == 2
    assert controller.attached("svc") == [arn("svc-2")] and controller.attached("ops") == [arn("ops-2")]
    assert controller.secret("mfa/svc/svc-2")["seed"] not in output and "SessionToken" not in output
    assert changed(run(controller, "rotate", environment=shared, **inputs)) == 0


# What is wrong whatever the account is like is in bad_inputs.py.
BAD: list[tuple[dict[str, t.Any], str]] = [
    ({"rotate_users": ["nobody"]}, "rotate_users: there is no IAM user nobody"),
    ({"rotate_suffix": None}, "rotate_suffix: is missing"),
    ({"rotate_exclude": ["al*", "zed"]}, "rotate_exclude: 'zed' matches no IAM user"),
]


@pytest.mark.parametrize(("inputs", "refusal"), BAD, ids=[refusal[:40] for _inputs, refusal in BAD])
def test_bad_input(controller: Controller, emulator: Emulator, inputs: dict[str, t.Any], refusal: str) -> None:
    emulator.clear_requests()
    output = run(controller, "rotate", ok=False, **{**ROTATION, **inputs})
    assert refusal in output and "Nothing was touched" in output, output
    if "IAM user" not in refusal:
        assert not emulator.requests()
    assert all(request["action"].startswith(("Get", "List")) for request in emulator.requests())
