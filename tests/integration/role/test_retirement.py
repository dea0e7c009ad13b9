# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seed of a device that is gone goes as well, and a new person of the same name gets a new one."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from aws_emulator.client import Emulator
from botocore.exceptions import ClientError
from controller import ACCESS, PARAMETERS, PLURAL, SECRETS, SINGULAR, Controller, arn, task
from role_runner import users
from test_kill import kill_at
from test_role_playbooks import changed, run

ON_ABSENT = {"on_absent": "delete"}


def seed_kept(controller: Controller, store: dict[str, t.Any], name: str) -> str | None:
    """The seed that is kept for a user, as boto3 reads it; None if there is none, or it is scheduled for deletion."""
    try:
        record = controller.secret(f"mfa/{name}") if store["type"] == "secretsmanager" else None
        return str((record or controller.parameter(f"/mfa/{name}"))["seed"])
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("InvalidRequestException", "ParameterNotFound")
        return None


def enrol(controller: Controller, store: dict[str, t.Any], *names: str) -> None:
    answer = controller.run_module(PLURAL, devices=[{"user_name": name} for name in names], seed_store=store)
    assert not answer.get("failed"), answer


@pytest.mark.parametrize("kind", [SECRETS, PARAMETERS], ids=["secrets", "parameters"])
def test_a_leaver_and_a_new_person_of_the_same_name(
    controller: Controller, emulator: Emulator, kind: dict[str, t.Any]
) -> None:
    """Offboarded, deleted by amazon.aws, made anew, and enrolled: no orphan, and the old seed is used nowhere."""
    store = {**kind, **ON_ABSENT}
    emulator.fixture({"users": users("alice", "bob")})
    enrol(controller, store, "alice", "bob")
    old, others = seed_kept(controller, store, "alice"), seed_kept(controller, store, "bob")
    inputs = {"offboard_users": ["alice"], "offboard_seed_store": store}
    assert changed(run(controller, "offboard", "--check", **inputs)) == 1
    assert seed_kept(controller, store, "alice") == old
    output = run(controller, "offboard", "-vvvv", **inputs)
    assert str(old) not in output and "retire_seed" in output
    assert seed_kept(controller, store, "alice") is None and seed_kept(controller, store, "bob") == others
    assert changed(run(controller, "offboard", **inputs)) == 0
    anew = [
        {"name": f"alice is {state}", "amazon.aws.iam_user": {"name": "alice", "state": state}}
        for state in ("absent", "present")
    ]
    controller.play(*anew, environment={"ANSIBLE_DEPRECATION_WARNINGS": "0"})
    assert controller.virtual() == {arn("bob"): "bob"}
    hardened = {"iam_user_hardening_users": ["alice"], "iam_user_hardening_seed_store": store}
    run(controller, "harden", **hardened)
    new = seed_kept(controller, store, "alice")
    assert new not in (None, old) and controller.virtual() == {arn("alice"): "alice", arn("bob"): "bob"}
    controller.assert_seed_works("alice", arn("alice"), str(new))
    assert not emulator.violations()
    assert changed(run(controller, "harden", **hardened)) == 0


@pytest.mark.parametrize("kind", [SECRETS, PARAMETERS], ids=["secrets", "parameters"])
def test_killed_at_each_call(controller: Controller, emulator: Emulator, kind: dict[str, t.Any]) -> None:
    """The record is there as long as the device is, and the next run deletes what is left of both."""
    store = {**kind, **ON_ABSENT}
    names = [f"user-{number}" for number in range(1, 12)]
    emulator.fixture({"users": users(*names)})
    enrol(controller, store, *names)
    gone = {"state": "absent", "seed_store": store}
    killed = 0
    for call, name in enumerate(names, start=1):
        if not kill_at(controller, SINGULAR, call, "after", user_name=name, device_name=name, **gone):
            break
        killed += 1
        assert seed_kept(controller, store, name) is not None or arn(name) not in controller.virtual()
    assert 5 <= killed < len(names)
    left = [{"user_name": name} for name in names]
    assert not controller.run_module(PLURAL, devices=left, **gone).get("failed")
    assert controller.virtual() == {} and [seed_kept(controller, store, name) for name in names] == [None] * len(names)
    assert not controller.run_module(PLURAL, devices=left, **gone)["changed"]


def test_what_is_somebody_elses_stays(controller: Controller, emulator: Emulator) -> None:
    """An earlier alice's record, another device's, something else entirely; and carol's own goes all the same."""
    emulator.fixture({"users": users("alice", "bob", "carol", "dave", mfa_devices=[{}])})
    secrets = controller.boto3("secretsmanager")
    record = {"seed": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "otpauth_uri": "", "created": "2999-01-01T00:00:00Z"}
    own = {name: {**record, "user_name": name, "serial_number": arn(name)} for name in ("alice", "bob", "carol")}
    own["alice"]["created"] = "2001-01-01T00:00:00Z"
    own["bob"]["serial_number"] = arn("other")
    for name, fields in own.items():
        secrets.create_secret(Name=f"mfa/{name}", SecretString=json.dumps(fields))
    secrets.create_secret(Name="mfa/dave", SecretString="a password")
    left = [{"user_name": name} for name in ("alice", "bob", "carol", "dave")]
    store = {**SECRETS, **ON_ABSENT}
    answer = controller.run_module(PLURAL, devices=left, state="absent", seed_store=store)
    actions = {one["user_name"]: one["actions"] for one in answer["results"]}
    assert actions["alice"] == actions["bob"] == ["disable", "delete"]
    assert actions["carol"] == ["disable", "delete", "retire_seed"]
    assert "holds something that is not a seed record" in answer["results"][3]["msg"]
    assert [seed_kept(controller, store, name) is not None for name in own] == [True, True, False]
    assert secrets.get_secret_value(SecretId="mfa/dave")["SecretString"] == "a password"


def test_a_missing_permission_and_lost_replies(controller: Controller, emulator: Emulator) -> None:
    store = {**SECRETS, **ON_ABSENT}
    emulator.fixture({"users": users("alice", "bob")})
    enrol(controller, store, "alice", "bob")
    emulator.set(denied_actions=["secretsmanager:DeleteSecret"])
    gone: dict[str, t.Any] = {"user_name": "alice", "all_devices": True, "state": "absent", "seed_store": store}
    answer = controller.run_module(SINGULAR, **gone)
    assert answer["failed"] and answer["changed"] and answer["actions"] == ["disable", "delete"]
    assert "lacks the IAM permission secretsmanager:DeleteSecret" in answer["msg"]
    emulator.set(denied_actions=[])
    assert controller.run_module(SINGULAR, **gone)["actions"] == ["retire_seed"]
    emulator.set(lost_reply_probability=0.4, random_seed=5)
    answer = controller.run_module(SINGULAR, **{**gone, "user_name": "bob"})
    emulator.set(lost_reply_probability=0)
    assert not answer.get("failed"), answer["msg"]
    assert controller.virtual() == {} and seed_kept(controller, store, "bob") is None
    # Made anew on an AWS that loses replies: the secret is taken back and holds the new seed only.
    emulator.set(lost_reply_probability=0.4, random_seed=6)
    enrol(controller, store, "bob")
    emulator.set(lost_reply_probability=0)
    controller.assert_seed_works("bob", arn("bob"), str(seed_kept(controller, store, "bob")))


def test_a_secret_that_somebody_else_scheduled_stays_scheduled(controller: Controller, emulator: Emulator) -> None:
    """It is not even restored to be looked at, which would restart the days that are left."""
    store = {**SECRETS, **ON_ABSENT}
    emulator.fixture({"users": users("alice", "bob")})
    secrets = controller.boto3("secretsmanager")
    secrets.create_secret(Name="mfa/alice", SecretString="a password", Description="of the payroll database")
    secrets.delete_secret(SecretId="mfa/alice", RecoveryWindowInDays=7)
    date = secrets.describe_secret(SecretId="mfa/alice")["DeletedDate"]
    answer = controller.run_module(PLURAL, devices=[{"user_name": "alice"}, {"user_name": "bob"}], seed_store=store)
    assert "mfa/alice is scheduled for deletion, and its description does not say" in answer["results"][0]["msg"]
    assert answer["results"][1]["changed"] and controller.attached("alice") == []
    assert secrets.describe_secret(SecretId="mfa/alice")["DeletedDate"] == date
    assert "RestoreSecret" not in {request["action"] for request in emulator.requests()}


def test_a_secret_that_may_not_be_taken_back(controller: Controller, emulator: Emulator) -> None:
    """Each permission that is missing is named, and a run that is killed on the way is finished by the next."""
    store = {**SECRETS, **ON_ABSENT}
    emulator.fixture({"users": users("alice")})
    enrol(controller, store, "alice")
    old = seed_kept(controller, store, "alice")
    one = {"user_name": "alice", "device_name": "alice", "seed_store": store}
    assert not controller.run_module(SINGULAR, state="absent", **one).get("failed")
    for action in ("secretsmanager:DescribeSecret", "secretsmanager:RestoreSecret"):
        emulator.set(denied_actions=[action])
        answer = controller.run_module(SINGULAR, **one)
        assert answer["failed"] and f"lacks the IAM permission {action}" in answer["msg"]
        assert controller.attached("alice") == [] and seed_kept(controller, store, "alice") is None
    emulator.set(denied_actions=[])
    killed = 0
    for call in range(1, 15):
        if not kill_at(controller, SINGULAR, call, "after", **one):
            break
        killed += 1
        attached = controller.attached("alice")
        if attached:
            controller.assert_seed_works("alice", arn("alice"), str(seed_kept(controller, store, "alice")))
        controller.run_module(SINGULAR, state="absent", **one)
    assert killed >= 6
    assert not controller.run_module(SINGULAR, **one).get("failed")
    new = seed_kept(controller, store, "alice")
    assert new != old
    controller.assert_seed_works("alice", arn("alice"), str(new))


@pytest.mark.parametrize(
    ("store", "text"),
    [
        ({**ON_ABSENT, "verify": False}, "seed_store.on_absent: delete cannot be combined with verify=false"),
        ({"on_absent": "remove"}, "on_absent"),
        ({"recovery_window_days": 3}, "seed_store.recovery_window_days: is 3: AWS takes 7 to 30"),
    ],
)
def test_bad_input(controller: Controller, emulator: Emulator, store: dict[str, t.Any], text: str) -> None:
    emulator.clear_requests()
    answer = controller.run_module(SINGULAR, user_name="x", device_name="x", state="absent", seed_store=SECRETS | store)
    assert answer["failed"] and text in answer["msg"] and not emulator.requests()


def test_offboarding_killed_at_each_call(controller: Controller, emulator: Emulator) -> None:
    """iam_user_access, with seeds that go as well: the next run finishes it, also where only the seed was left."""
    store = {**SECRETS, **ON_ABSENT}
    names = [f"user-{number}" for number in range(1, 19)]
    emulator.fixture({"users": users(*names)})
    enrol(controller, store, *names)
    leaving = {"sessions": "revoked", "console_password": "absent", "access_keys": "inactive", "mfa_devices": "absent"}
    killed = 0
    for call, name in enumerate(names, start=1):
        if not kill_at(controller, ACCESS, call, "after", users=[{"user_name": name, **leaving}], seed_store=store):
            break
        killed += 1
        assert seed_kept(controller, store, name) is not None or arn(name) not in controller.virtual()
    assert 8 <= killed < len(names)
    left = [{"user_name": name, **leaving} for name in names]
    assert not controller.run_module(ACCESS, users=left, seed_store=store).get("failed")
    # A device that was taken off and not deleted is nobody's.
    assert list(controller.virtual().values()) in ([], [None])
    assert [seed_kept(controller, store, name) for name in names] == [None] * len(names)
    assert not controller.run_module(ACCESS, users=left, seed_store=store)["changed"]


def test_seeds_of_leavers_leave_the_vaulted_file(controller: Controller, emulator: Emulator) -> None:
    """Also that of a device which a run took away that was killed; nobody else's, and none of another account."""
    seeds = {name: base64.b32encode(f"{name:-<20}".encode()).decode() for name in ("alice", "bob", "carol")}
    people = [users(name, mfa_devices=[{"seed": seed}])[0] for name, seed in seeds.items()]
    emulator.fixture({"users": [*people, *users("dave")]})
    (controller.home / "password").write_text("correct horse", encoding="utf-8")
    vault = ["--vault-password-file", str(controller.home / "password")]
    records = [{"serial_number": arn(name), "seed": seed, "user_name": name} for name, seed in seeds.items()]
    elsewhere = arn("alice", account="999999999999")
    records += [
        {"serial_number": elsewhere, "seed": seeds["bob"], "user_name": "alice"},
        {"serial_number": arn("alice-2"), "seed": seeds["bob"], "user_name": "alice"},
        {"serial_number": arn("dave"), "seed": seeds["bob"], "user_name": "dave", "created": "2001-01-01T00:00:00Z"},
    ]
    kept = task("hardening.aws.vaulted_seeds", path="seeds.yml", records=records, no_log=True)
    controller.play(kept, arguments=vault)
    inputs = {"offboard_users": ["alice", "carol", "dave"], "offboard_seed_vault_file": {"path": "seeds.yml"}}
    everything = {arn(name) for name in ("alice", "alice-2", "bob", "carol", "dave")} | {elsewhere}
    before = controller.virtual()
    for wrong, text in (
        ({"path": "sedes.yml"}, "offboard_seed_vault_file.path: there is no file"),
        ("seeds.yml", "offboard_seed_vault_file: "),
    ):
        output = run(controller, "offboard", *vault, ok=False, **{**inputs, "offboard_seed_vault_file": wrong})
        assert text in output and controller.virtual() == before
    output = run(controller, "offboard", ok=False, **inputs)
    assert "no vault password is loaded" in output and controller.virtual() == before
    assert changed(run(controller, "offboard", "--check", *vault, **inputs)) == 2
    assert in_vault(controller, vault) == everything
    emulator.set(denied_actions=["iam:DeactivateMFADevice"])
    output = run(controller, "offboard", *vault, ok=False, **{**inputs, "offboard_users": ["carol"]})
    assert "lacks the IAM permission iam:DeactivateMFADevice" in output and in_vault(controller, vault) == everything
    emulator.set(denied_actions=[])
    output = run(controller, "offboard", "-vvvv", *vault, **inputs)
    # dave's record was made for an earlier dave.
    assert in_vault(controller, vault) == {arn("bob"), arn("dave"), elsewhere}
    assert controller.virtual() == {arn("bob"): "bob"} and not [seed for seed in seeds.values() if seed in output]
    assert changed(run(controller, "offboard", *vault, **inputs)) == 0


def in_vault(controller: Controller, vault: list[str]) -> set[str]:
    """The devices whose seeds the file has, as ansible-vault shows it."""
    return set(controller.vaulted(controller.home / "seeds.yml", *vault))
