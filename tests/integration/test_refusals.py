# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS refuses, and what the message says to do about it; and stores that hold something unexpected."""

from __future__ import annotations

import json
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import (
    PARAMETERS,
    SECRETS,
    Controller,
    Task,
    arn,
    device,
    devices,
    emulator_task,
    may_fail,
)

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
TOKEN = "GAHT12345678"


def record(seed: str, serial_number: str = arn("alice"), user_name: str = "alice") -> str:
    """What the store holds for a device."""
    return json.dumps(
        {
            "seed": seed,
            "serial_number": serial_number,
            "user_name": user_name,
            "otpauth_uri": f"otpauth://totp/x?secret={seed}",
            "created": "2026-01-01T00:00:00Z",
        }
    )


# Codes


def test_supplied_codes_that_are_refused(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        {
            "users": [
                {"user_name": "alice"},
                {"user_name": "bob", "mfa_devices": [{"kind": "hardware", "serial_number": "GAHT00000002"}]},
            ],
            "hardware_tokens": [{"serial_number": TOKEN, "seed": SEED}],
        }
    )
    before = emulator.devices()
    fresh = emulator_task(codes_of=TOKEN, register="fresh")
    wrong = {"authentication_code1": "000001", "authentication_code2": "000002"}
    swapped = {"authentication_code1": "{{ fresh.codes[1] }}", "authentication_code2": "{{ fresh.codes[0] }}"}
    play = controller.play(
        fresh,
        *may_fail(
            device(user_name="alice", serial_number=TOKEN, **wrong),
            device(user_name="alice", serial_number=TOKEN, **swapped),
            device(user_name="bob", serial_number="GAHT00000002", state="resynced", **wrong),
            devices([{"user_name": "alice", "serial_number": TOKEN, **wrong}]),
        ),
    )
    for result in play.of("iam_mfa_device"):
        assert (
            result.failed
            and not result.changed
            and result["actions" if "actions" in result.data else "results"] is not None
        )
        for advice in (
            "two consecutive codes of this very device",
            "the older one first as authentication_code1",
            "fresh",
            "quoted in YAML, where an unquoted 012345 loses its zero",
            "nothing was changed",
        ):
            assert advice in result.msg
        assert len(result.writes) == 1, "codes that a person gave are sent once"
    alone, _swapped, resync, many = play.of("iam_mfa_device")
    assert alone["error"] == {"code": "InvalidAuthenticationCode", "operation": "iam:EnableMFADevice"}
    assert resync["error"] == {"code": "InvalidAuthenticationCode", "operation": "iam:ResyncMFADevice"}
    assert many["results"][0]["error"] == alone["error"]
    assert emulator.devices() == before
    assert controller.attached("alice") == []


def test_a_wrong_seed_and_codes_that_were_used_a_moment_ago(controller: Controller, emulator: Emulator) -> None:
    """Refused codes may be ones that were used: then the next two are waited for. With a wrong seed they fail too."""
    emulator.fixture(
        {
            "users": [{"user_name": "alice"}, {"user_name": "bob"}],
            "hardware_tokens": [
                {"serial_number": TOKEN, "seed": SEED},
                {"serial_number": "GAHT00000002", "seed": SEED[::-1]},
            ],
        }
    )
    bob = {"user_name": "bob", "serial_number": "GAHT00000002"}
    only_bob, only_alice = ({"when": f"inventory_hostname == '{name}'"} for name in ("bob", "alice"))
    play = controller.play(
        device(seed=SEED[::-1], **bob, **only_bob),
        device(state="disabled", **bob, **only_bob),
        device(seed=SEED[::-1], **bob, **only_bob),
        *may_fail(device(user_name="alice", serial_number=TOKEN, seed=SEED[::-1], **only_alice)),
        hosts=["alice", "bob"],
        strategy="free",
    )
    done = {name: [r for r in play.results if r.host == name and r.status != "skipped"] for name in ("alice", "bob")}
    assert [result.changed for result in done["bob"]] == [True, True, True]
    assert controller.attached("bob") == ["GAHT00000002"]
    (failed,) = done["alice"]
    assert failed.failed and "The seed is most likely not this device's: check it" in failed.msg
    assert failed["error"]["code"] == "InvalidAuthenticationCode" and controller.attached("alice") == []
    assert 2 <= failed.writes.count("iam:EnableMFADevice") <= 3


# Devices and users


def test_devices_and_users_that_do_not_fit(controller: Controller, emulator: Emulator) -> None:
    eight = [{"device_name": f"phone-{n}"} for n in range(8)]
    emulator.fixture(
        {
            "users": [
                {"user_name": "alice"},
                {
                    "user_name": "bob",
                    "mfa_devices": [{"device_name": "bobs"}, {"kind": "hardware", "serial_number": TOKEN}],
                },
                {"user_name": "full", "mfa_devices": eight},
            ],
            "root": {"mfa": "virtual"},
            "unassigned_virtual_devices": [{"device_name": "spare", "seed": SEED}],
        }
    )
    before = emulator.devices()
    cases: dict[str, tuple[Task, list[str]]] = {
        "another user's device": (
            device(user_name="alice", device_name="bobs", seed=SEED),
            ["is attached to the user bob, not to alice", "remove it from that user first"],
        ),
        "another user's device by ARN, with a store": (
            device(user_name="alice", serial_number=arn("bobs"), seed_store=SECRETS),
            ["attached to the user bob"],
        ),
        "another user's device to be deleted": (
            device(user_name="alice", device_name="bobs", state="absent"),
            ["attached to the user bob"],
        ),
        "another user's device, many": (
            devices([{"user_name": "alice", "device_name": "bobs"}], seed_store=SECRETS),
            ["devices[0] (alice)", "attached to the user bob"],
        ),
        "another user's token": (
            device(user_name="alice", serial_number=TOKEN, seed=SEED),
            [f"The token {TOKEN} is attached to another user", "hardening.aws.iam_mfa_device_info"],
        ),
        "eight devices and one more": (
            device(user_name="full", device_name="ninth", seed_store=SECRETS),
            ["full has 8 MFA devices already, and AWS allows 8", "Remove one with state=absent first"],
        ),
        "eight devices and one more, in check mode": (
            device(user_name="full", device_name="ninth", seed_store=SECRETS, check_mode=True),
            ["full has 8 MFA devices already"],
        ),
        "eight devices and one more, many": (
            devices([{"user_name": "full", "device_name": "spare", "seed": SEED}]),
            ["full has 8 MFA devices already"],
        ),
        "no such user": (
            device(user_name="nobody", device_name="x", seed_store=SECRETS),
            ["There is no IAM user nobody in this account"],
        ),
        "no such user to resynchronize": (
            device(user_name="nobody", device_name="x", seed=SEED, state="resynced"),
            ["There is no IAM user nobody"],
        ),
        "no such device": (
            device(user_name="alice", serial_number=arn("missing"), seed_store=SECRETS),
            [f"{arn('missing')} does not exist", "name it with device_name and give a seed_store"],
        ),
        "no such device for a seed": (
            device(user_name="alice", device_name="missing", seed=SEED),
            ["does not exist", "AWS makes the seed", "seed_store"],
        ),
        "no such device to resynchronize": (
            device(user_name="alice", device_name="spare", seed=SEED, state="resynced"),
            ["not attached to alice", "state=enabled"],
        ),
        "no such token": (
            device(user_name="alice", serial_number="GAHT99999999", seed=SEED),
            ["AWS knows no token with the serial number GAHT99999999"],
        ),
        "ARN of another account": (
            device(user_name="alice", serial_number=arn("x", account="210987654321"), seed=SEED),
            [f"{arn('x', account='210987654321')} belongs to the account 210987654321, but the credentials are"],
        ),
    }
    play = controller.run(*may_fail(*[{**item, "name": case} for case, (item, _texts) in cases.items()]))
    assert [result.name for result in play.results] == list(cases)
    for result in play.results:
        assert result.failed and not result.changed, result.name
        for text in cases[result.name][1]:
            assert text in result.msg, f"{result.name}: {result.msg}"
    assert emulator.devices() == before
    assert emulator.counts()["by_action"].get("iam:CreateVirtualMFADevice") is None


def test_quota_of_virtual_devices(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}], "unassigned_virtual_devices": [{"device_name": "spare"}]})
    emulator.set(virtual_device_quota=1)
    one, many = controller.run(
        *may_fail(
            device(user_name="alice", device_name="phone", seed_store=SECRETS),
            devices([{"user_name": "alice"}], seed_store=SECRETS),
        )
    ).results
    for result in (one, many):
        assert result.failed and "reached its quota of virtual MFA devices" in result.msg
        assert (
            "LimitExceeded" in json.dumps(result.data) and "Delete unassigned devices, or raise the quota" in result.msg
        )


@pytest.mark.parametrize("holder", ["root", "alice"])
def test_roots_device_is_roots_and_a_users_of_that_name_is_the_users(
    controller: Controller, emulator: Emulator, holder: str
) -> None:
    name = "root-account-mfa-device"
    users = [{"user_name": "alice", "mfa_devices": [{"device_name": name}] if holder == "alice" else []}]
    emulator.fixture({"users": users, "root": {"mfa": "virtual" if holder == "root" else "none"}})
    (result,) = controller.run(*may_fail(device(user_name="alice", serial_number=arn(name), state="absent"))).results
    if holder == "root":
        assert result.failed and "is attached to the root user" in result.msg
        assert list(controller.virtual()) == [arn(name)]
    else:
        assert result.changed and controller.virtual() == {}


# Permissions


DENIED: dict[str, tuple[str, dict[str, t.Any]]] = {
    "iam:ListMFADevices": ("enabled", {}),
    "iam:ListVirtualMFADevices": ("enabled", {}),
    "sts:GetCallerIdentity": ("enabled", {}),
    "iam:CreateVirtualMFADevice": ("enabled", {}),
    "secretsmanager:CreateSecret": ("enabled", {}),
    "secretsmanager:GetSecretValue": ("enabled", {"device_name": "other"}),
    "ssm:PutParameter": ("enabled", {"device_name": "third", "seed_store": PARAMETERS}),
    "ssm:GetParameter": ("enabled", {"device_name": "fourth", "seed_store": {**PARAMETERS, "name": "/other"}}),
    "iam:EnableMFADevice": ("enabled", {"device_name": "fifth", "seed_store": {**PARAMETERS, "name": "/fifth"}}),
    "iam:ListMFADeviceTags": ("enabled", {"user_name": "bob", "device_name": "bobs", "tags": {"a": "b"}}),
    "iam:UntagMFADevice": ("enabled", {"user_name": "bob", "device_name": "bobs", "tags": {}}),
    "iam:TagMFADevice": ("enabled", {"user_name": "bob", "device_name": "bobs", "tags": {"x": "z"}}),
    "iam:ResyncMFADevice": ("resynced", {"user_name": "bob", "device_name": "bobs", "seed": SEED, "seed_store": None}),
    "iam:DeactivateMFADevice": ("disabled", {"user_name": "bob", "device_name": "bobs"}),
    "iam:DeleteVirtualMFADevice": ("absent", {"device_name": "spare"}),
}


def test_denied_actions(controller: Controller, emulator: Emulator) -> None:
    """For each action: the message names it and the resource, and nothing is attached."""
    emulator.fixture(
        {
            "users": [
                {"user_name": "alice"},
                {"user_name": "bob", "mfa_devices": [{"device_name": "bobs", "seed": SEED, "tags": {"x": "y"}}]},
            ],
            "unassigned_virtual_devices": [{"device_name": "spare"}],
        }
    )
    book: list[Task] = []
    for action, (state, options) in DENIED.items():
        given = {"user_name": "alice", "device_name": "alice", "seed_store": SECRETS, "state": state, **options}
        book.append(emulator_task(set={"denied_actions": [action]}))
        item = device(**{name: value for name, value in given.items() if value is not None})
        book += may_fail({**item, "name": action})
    play = controller.play(*book)
    results = [result for result in play.results if result.name in DENIED]
    assert [result.name for result in results] == list(DENIED)
    for result in results:
        assert result.failed and f"lacks the IAM permission {result.name}. Grant it" in result.msg, result.msg
        assert result["error"]["operation"] == result.name
        assert result["error"]["code"].startswith("AccessDenied")
        assert "is not authorized to perform" in result.msg, "AWS's own words are kept"
    assert controller.attached("alice") == [] and controller.attached("bob") == [arn("bobs")]
    assert controller.tags(arn("bobs")) == {"x": "y"}


def test_denied_lists_of_the_account(controller: Controller, emulator: Emulator) -> None:
    """What the plural module cannot do without fails once, not once for each user."""
    emulator.fixture({"generate": {"count": 20}})
    team = [{"user_name": f"user-{n:04d}"} for n in range(1, 21)]
    book: list[Task] = []
    for action in ("iam:ListVirtualMFADevices", "iam:ListUsers"):
        book.append(emulator_task(set={"denied_actions": [action]}))
        book += may_fail({**devices(team, seed_store=SECRETS), "name": action})
    play = controller.play(*book)
    for result in [result for result in play.results if result.name.startswith("iam:")]:
        assert result.failed and result.msg.count(f"The caller lacks the IAM permission {result.name}") == 1
    assert emulator.devices() == []


# Stores


def test_stores_that_hold_something_else(controller: Controller, emulator: Emulator) -> None:
    """What is not ours is never overwritten, and no device is attached whose seed could not be stored."""
    emulator.fixture(
        {
            "users": [{"user_name": "alice"}, {"user_name": "bob"}],
            "unassigned_virtual_devices": [{"device_name": "alice", "seed": SEED}],
        }
    )
    secrets, parameters = emulator.boto3("secretsmanager"), emulator.boto3("ssm")
    secrets.create_secret(Name="text", SecretString="a password")
    secrets.create_secret(Name="json", SecretString='{"user": "x"}')
    secrets.create_secret(Name="binary", SecretBinary=b"\x00")
    secrets.create_secret(Name="bobs", SecretString=record(SEED, arn("bob"), "bob"))
    secrets.create_secret(Name="doomed", SecretString=record(SEED))
    secrets.delete_secret(SecretId="doomed")
    parameters.put_parameter(Name="/plain", Value=record(SEED), Type="String")
    parameters.put_parameter(Name="/text", Value="a password", Type="SecureString")
    cases: dict[str, tuple[str, dict[str, t.Any], list[str]]] = {
        "a text": ("alice", {**SECRETS, "name": "text"}, ["The secret text holds something that is not a seed record"]),
        "a text, for a new device": ("bob", {**SECRETS, "name": "text"}, ["is not a seed record", "left unchanged"]),
        "other JSON": ("alice", {**SECRETS, "name": "json"}, ["is not a seed record", "set seed_store.name"]),
        "bytes": ("alice", {**SECRETS, "name": "binary"}, ["is not a seed record"]),
        "another device's seed": (
            "alice",
            {**SECRETS, "name": "bobs"},
            [f"the seed of {arn('bob')} (bob)", "{device_name}"],
        ),
        "a deleted secret": (
            "alice",
            {**SECRETS, "name": "doomed"},
            ["The secret doomed is scheduled for deletion. Restore"],
        ),
        "a deleted secret, for a new device": ("bob", {**SECRETS, "name": "doomed"}, ["scheduled for deletion"]),
        "a String parameter": (
            "alice",
            {**PARAMETERS, "name": "/plain"},
            ["The parameter /plain is a String", "clear text"],
        ),
        "a String parameter, for a new device": ("bob", {**PARAMETERS, "name": "/plain"}, ["is a String"]),
        "a text in a parameter": ("alice", {**PARAMETERS, "name": "/text"}, ["is not a seed record"]),
    }
    book = [
        {**device(user_name=name, device_name=name, seed_store=store), "name": case}
        for case, (name, store, _texts) in cases.items()
    ]
    play = controller.run(*may_fail(*book))
    assert [result.name for result in play.results] == list(cases)
    for result in play.results:
        assert result.failed, result.name
        for text in cases[result.name][2]:
            assert text in result.msg, f"{result.name}: {result.msg}"
        assert "iam:EnableMFADevice" not in result.calls
    assert secrets.get_secret_value(SecretId="text")["SecretString"] == "a password"
    assert secrets.get_secret_value(SecretId="json")["SecretString"] == '{"user": "x"}'
    assert parameters.get_parameter(Name="/plain")["Parameter"]["Version"] == 1
    assert controller.attached("alice") == controller.attached("bob") == []


def test_a_secret_without_a_value_is_filled(controller: Controller, emulator: Emulator) -> None:
    """As Terraform makes them: the secret, its policy and its tags, and no value."""
    emulator.fixture({"users": [{"user_name": "alice"}]})
    secrets = emulator.boto3("secretsmanager")
    secrets.create_secret(Name="mfa/alice", Tags=[{"Key": "made-by", "Value": "terraform"}])
    result = controller.run(device(user_name="alice", device_name="alice", seed_store=SECRETS))[0]
    assert result["actions"] == ["create", "store", "enable"]
    controller.assert_seed_works("alice", arn("alice"), controller.secret("mfa/alice")["seed"])
    assert secrets.describe_secret(SecretId="mfa/alice")["Tags"] == [{"Key": "made-by", "Value": "terraform"}]


def test_a_store_that_is_down(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}, {"user_name": "bob"}]})
    quick = {"aws_config": {"retries": {"total_max_attempts": 2}}}
    emulator.set(unavailable_services=["secretsmanager"])
    alice = device(user_name="alice", device_name="alice", seed_store=SECRETS, **quick)
    down, up = controller.play(*may_fail(alice), emulator_task(set={"unavailable_services": []}), alice).of(
        "iam_mfa_device"
    )
    assert down.failed and "secretsmanager:CreateSecret" in down.msg and "Run again later" in down.msg
    # the device whose seed found no place was not left behind
    assert down["actions"] == [] and not down.changed and down.calls[-1] == "iam:DeleteVirtualMFADevice"
    assert up["actions"] == ["create", "store", "enable"]
    assert controller.virtual() == {arn("alice"): "alice"}
    controller.assert_seed_works("alice", arn("alice"), controller.secret("mfa/alice")["seed"])


def test_stale_seeds_in_the_store(controller: Controller, emulator: Emulator) -> None:
    """The device was deleted by somebody, or made anew with a seed that nobody kept: the store gets the new seed."""
    cases = {
        "deleted": ["create", "store", "enable"],
        "remade": ["recreate", "store", "enable"],
        "orphan": ["recreate", "store", "enable"],
    }
    names = {f"{case}-{kind}": (case, kind) for case in cases for kind in ("secretsmanager", "ssm_parameter")}
    emulator.fixture({"users": [{"user_name": name} for name in names]})
    for name, (case, kind) in names.items():
        if case != "deleted":
            emulator.fixture({"unassigned_virtual_devices": [{"device_name": name}]})
        if case == "orphan":
            continue
        value = record(SEED, arn(name), name)
        if kind == "secretsmanager":
            emulator.boto3("secretsmanager").create_secret(Name=f"mfa/{name}", SecretString=value)
        else:
            emulator.boto3("ssm").put_parameter(Name=f"/mfa/{name}", Value=value, Type="SecureString")
    # A host for each, as the wait for unused codes of a seed that turns out to be wrong takes up to a minute.
    host = "{{ inventory_hostname }}"
    store = {"type": "{{ inventory_hostname.split('-')[1] }}"}
    play = controller.play(
        device(user_name=host, device_name=host, seed_store=store), hosts=list(names), strategy="free"
    )
    assert {result.host: result["actions"] for result in play.results} == {
        name: cases[case] for name, (case, _kind) in names.items()
    }
    stored = []
    for name, (_case, kind) in names.items():
        found = controller.secret(f"mfa/{name}") if kind == "secretsmanager" else controller.parameter(f"/mfa/{name}")
        assert found["serial_number"] == arn(name) and found["seed"] != SEED
        stored.append((name, arn(name), found["seed"]))
    controller.assert_seeds_work(stored)
