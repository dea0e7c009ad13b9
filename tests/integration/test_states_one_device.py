# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every state of iam_mfa_device in four steps: check mode, for real, and both again."""

from __future__ import annotations

import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import (
    ACCOUNT,
    PARAMETERS,
    SECRETS,
    Controller,
    Result,
    Task,
    arn,
    device,
    emulator_task,
    four_steps,
    may_fail,
    task,
)

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
TOKEN = "GAHT12345678"
KEYS = {"user_name", "serial_number", "type", "enable_date", "tags"}


def assert_four_steps(
    results: t.Sequence[Result], actions: list[str], always: bool = False, same_diff: bool = False
) -> None:
    """Check mode predicts what is then done, writes nothing, and the second round finds nothing to do."""
    assert [result.changed for result in results] == [True, True, always, always]
    second = actions if always else []
    assert [result["actions"] for result in results] == [actions, actions, second, second]
    check, applied, check_again, again = results
    assert check.calls and not check.writes, check.calls
    assert applied.writes
    assert not check_again.writes, check_again.calls
    assert bool(again.writes) == always, again.calls
    assert check["diff"] == applied["diff"]
    assert (applied["diff"]["before"] == applied["diff"]["after"]) == same_diff
    assert again["diff"]["before"] == again["diff"]["after"] == applied["diff"]["after"]
    for result in results:
        assert result["mfa_device"] is None or set(result["mfa_device"]) == KEYS


# enabled


def test_enabled_with_codes(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        {"users": [{"user_name": "alice"}], "hardware_tokens": [{"serial_number": TOKEN, "seed": SEED}]},
    )
    fresh = emulator_task(codes_of=TOKEN, register="fresh")
    steps = four_steps(
        device(
            user_name="alice",
            serial_number=TOKEN,
            authentication_code1="{{ fresh.codes[0] }}",
            authentication_code2="{{ fresh.codes[1] }}",
        )
    )
    _fresh, *results = controller.play(fresh, *steps).results
    assert_four_steps(results, ["enable"])
    assert results[1]["mfa_device"]["type"] == "hardware"
    assert results[1]["mfa_device"]["enable_date"].endswith("+00:00")
    assert results[0]["mfa_device"]["enable_date"] is None
    assert controller.attached("alice") == [TOKEN]


def test_enabled_with_a_seed(controller: Controller, emulator: Emulator) -> None:
    """As base32, as an otpauth URI, and as people copy it."""
    given = {
        "alice": SEED,
        "bob": f"otpauth://totp/Amazon%20Web%20Services:x@{ACCOUNT}?secret={SEED}&issuer=Amazon%20Web%20Services",
        "carol": " ".join(SEED[place : place + 4] for place in range(0, 32, 4)).lower() + "======",
    }
    emulator.fixture(
        {
            "users": [{"user_name": name} for name in given],
            "unassigned_virtual_devices": [{"device_name": name, "path": "/staff/", "seed": SEED} for name in given],
        }
    )
    alice, bob, carol = (
        device(user_name=name, device_name=name, device_path="/staff/", seed=seed) for name, seed in given.items()
    )
    *results, bobs, carols = controller.run(*four_steps(alice), bob, carol).results
    assert_four_steps(results, ["enable"])
    assert bobs["actions"] == carols["actions"] == ["enable"]
    assert controller.virtual() == {arn(name, "/staff/"): name for name in given}


@pytest.mark.smoke
def test_enabled_with_a_new_device_in_secrets_manager(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}]})
    store = {**SECRETS, "name": "mfa/{account_id}/{user_name}/{device_name}", "tags": {"team": "platform"}}
    play = controller.play(*four_steps(device(user_name="alice", device_name="phone", seed_store=store)))
    assert_four_steps(play.results, ["create", "store", "enable"])
    # the seed is stored and read back before the device is attached
    calls = play[1].calls
    order = ["CreateVirtualMFADevice", "CreateSecret", "GetSecretValue", "EnableMFADevice"]
    places = [next(n for n, call in enumerate(calls) if call.endswith(":" + name)) for name in order]
    assert places == sorted(places)
    name = f"mfa/{ACCOUNT}/alice/phone"
    record = controller.secret(name)
    assert set(record) == {"seed", "serial_number", "user_name", "otpauth_uri", "created"}
    assert (record["serial_number"], record["user_name"]) == (arn("phone"), "alice")
    assert f"secret={record['seed']}" in record["otpauth_uri"]
    described = controller.boto3("secretsmanager").describe_secret(SecretId=name)
    assert described["Tags"] == [{"Key": "team", "Value": "platform"}]
    assert controller.attached("alice") == [arn("phone")]
    controller.assert_seed_works("alice", arn("phone"), record["seed"])
    for result in play.results:
        assert not {"seed", "otpauth_uri", "qr_code_png"} & set(result.data)


def test_enabled_with_a_new_device_in_parameter_store(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice@example.org"}]})
    store = {**PARAMETERS, "region": "eu-central-1", "kms_key_id": "alias/mfa"}
    steps = four_steps(device(user_name="alice@example.org", device_name="phone", seed_store=store))
    assert_four_steps(controller.run(*steps).results, ["create", "store", "enable"])
    client = emulator.boto3("ssm", region_name="eu-central-1")
    # a parameter's name cannot have @
    found = client.get_parameter(Name="/mfa/alice_x40_example.org", WithDecryption=True)["Parameter"]
    assert found["Type"] == "SecureString"
    assert client.describe_parameters()["Parameters"][0]["KeyId"] == "alias/mfa"
    seed = emulator.device(arn("phone"))["seed"]
    assert seed in found["Value"]
    controller.assert_seed_works("alice@example.org", arn("phone"), seed)


def test_enabled_takes_the_seed_of_an_existing_device_from_the_store(
    controller: Controller, emulator: Emulator
) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}]})
    phone: dict[str, t.Any] = {"user_name": "alice", "seed_store": SECRETS}
    made = device(device_name="phone", state="present", **phone)
    play = controller.run(made, *four_steps(device(serial_number=arn("phone"), **phone)))
    assert_four_steps(play.results[1:], ["enable"])
    assert "iam:CreateVirtualMFADevice" not in play[2].calls
    assert controller.virtual() == {arn("phone"): "alice"}


def test_enabled_without_reading_the_store(controller: Controller, emulator: Emulator) -> None:
    """verify: false is for callers that may write seeds and not read them."""
    emulator.fixture({"users": [{"user_name": "alice"}, {"user_name": "bob"}]})
    emulator.set(denied_actions=["secretsmanager:GetSecretValue", "ssm:GetParameter"])
    blind = [
        device(user_name="alice", device_name="alice", seed_store={**SECRETS, "verify": False}),
        device(user_name="bob", device_name="bob", seed_store={**PARAMETERS, "verify": False}),
    ]
    for result in controller.run(*blind).results:
        assert result["actions"] == ["create", "store", "enable"]
        assert not [call for call in result.calls if "GetSecretValue" in call or "GetParameter" in call]
    assert controller.virtual() == {arn("alice"): "alice", arn("bob"): "bob"}


# disabled, absent


def test_disabled(controller: Controller, emulator: Emulator) -> None:
    key = f"arn:aws:iam::{ACCOUNT}:u2f/user/alice/key"
    emulator.fixture(
        {
            "users": [
                {
                    "user_name": "alice",
                    "mfa_devices": [
                        {"device_name": "phone"},
                        {"device_name": "spare"},
                        {"kind": "hardware", "serial_number": TOKEN},
                        {"kind": "fido", "serial_number": key},
                    ],
                },
                {"user_name": "bob", "mfa_devices": [{"device_name": "bob"}, {"device_name": "bob-2"}]},
            ]
        }
    )
    targets: list[dict[str, t.Any]] = [{"device_name": "phone"}, {"serial_number": TOKEN}, {"serial_number": key}]
    steps = [step for item in targets for step in four_steps(device(user_name="alice", state="disabled", **item))]
    steps += four_steps(device(user_name="bob", all_devices=True, state="disabled"))
    results = controller.run(*steps).results
    for start in (0, 4, 8):
        assert_four_steps(results[start : start + 4], ["disable"])
    assert_four_steps(results[12:], ["disable", "disable"])
    assert results[13]["mfa_device"] is None and results[13]["mfa_devices"] == []
    assert [item["serial_number"] for item in results[1]["mfa_devices"]] == [TOKEN, arn("spare"), key]
    assert controller.attached("alice") == [arn("spare")] and controller.attached("bob") == []
    # virtual devices go on to exist
    assert controller.virtual() == {arn("phone"): None, arn("spare"): "alice", arn("bob"): None, arn("bob-2"): None}


def test_absent(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        {
            "users": [
                {
                    "user_name": "alice",
                    "mfa_devices": [{"device_name": "phone"}, {"kind": "hardware", "serial_number": TOKEN}],
                },
                {
                    "user_name": "bob",
                    "mfa_devices": [{"device_name": "bob"}, {"kind": "hardware", "serial_number": "GAHT00000001"}],
                },
            ],
            "unassigned_virtual_devices": [{"device_name": "left-behind"}],
        }
    )
    steps = [
        *four_steps(device(user_name="alice", device_name="phone", state="absent")),
        *four_steps(device(user_name="alice", serial_number=TOKEN, state="absent")),
        *four_steps(device(user_name="alice", device_name="left-behind", state="absent")),
        *four_steps(device(user_name="bob", all_devices=True, state="absent")),
    ]
    results = controller.run(*steps).results
    assert_four_steps(results[:4], ["disable", "delete"])
    assert_four_steps(results[4:8], ["disable"])
    assert_four_steps(results[8:12], ["delete"])
    assert_four_steps(results[12:], ["disable", "disable", "delete"])
    assert controller.virtual() == {}
    assert controller.attached("alice") == controller.attached("bob") == []
    # what blocked the user's deletion is gone
    controller.boto3("iam").delete_user(UserName="bob")


def test_disabled_and_absent_for_a_user_who_is_gone(controller: Controller, emulator: Emulator) -> None:
    """Nothing is attached to such a user: ok, with a warning that names her. An orphan of hers is deleted."""
    orphans = [{"device_name": "gone"}, {"device_name": "of-hers"}]
    emulator.fixture({"unassigned_virtual_devices": orphans})
    gone: dict[str, t.Any] = {"user_name": "gone"}
    results = controller.run(
        device(state="disabled", **gone),
        device(device_name="of-hers", state="absent", **gone),
        device(all_devices=True, state="absent", **gone),
        device(all_devices=True, state="absent", **gone),
        device(state="absent", **gone),
    ).results
    assert [result["actions"] for result in results] == [[], ["delete"], ["delete"], [], []]
    for result in results:
        # what was found was not mistyped
        warned = any("no IAM user gone" in str(warning) for warning in result.data.get("warnings", []))
        assert warned is not result.changed
    assert controller.virtual() == {}


# present


def test_present_with_a_store(controller: Controller, emulator: Emulator) -> None:
    steps = four_steps(device(user_name="alice", device_name="phone", state="present", seed_store=SECRETS))
    play = controller.run(*steps)
    assert_four_steps(play.results, ["create", "store"])
    assert controller.virtual() == {arn("phone"): None}
    assert controller.secret("mfa/alice")["seed"] == emulator.device(arn("phone"))["seed"]
    assert not [result for result in play.results if "seed" in result.data]


def test_present_without_a_store_returns_the_seed_under_no_log(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}]})
    emulator.set(monitor_store=False)  # where this seed is kept is the playbook's business
    present = {"user_name": "alice", "device_name": "phone", "state": "present"}
    play = controller.play(
        *may_fail(device(**present)),
        device(**present, check_mode=True, no_log=True, register="checked"),
        device(**present, no_log=True, register="made"),
        device(**present, no_log=True, register="again"),
        task(
            "ansible.builtin.assert",
            that=[
                "checked is changed and checked.seed is not defined",
                "made is changed and made.seed | length == 64 and made.qr_code_png | b64decode(encoding='latin-1') | "
                "length > 60",
                "made.otpauth_uri == 'otpauth://totp/Amazon%20Web%20Services:phone@" + ACCOUNT + "?secret=' + "
                "made.seed + '&issuer=Amazon%20Web%20Services'",
                "again is not changed and again.seed is not defined",
            ],
        ),
        device(user_name="alice", device_name="phone", seed="{{ made.seed }}"),
    )
    refused, *others = play.results
    assert refused.failed and "no_log: true" in refused.msg and "seed_store" in refused.msg
    assert refused.calls == []
    assert [result.failed for result in others] == [False] * 5
    assert controller.virtual() == {arn("phone"): "alice"}
    assert emulator.device(arn("phone"))["seed"] not in play.output


# resynced


def test_resynced(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        {
            "users": [
                {
                    "user_name": "alice",
                    "mfa_devices": [
                        {"kind": "hardware", "serial_number": TOKEN, "seed": SEED},
                        {"kind": "hardware", "serial_number": "GAHT00000002", "seed": SEED[::-1]},
                    ],
                },
                {"user_name": "bob"},
            ],
        }
    )
    # AWS takes no code twice, so the second round of each comes two minutes later.
    later = [emulator_task(set={"clock_offset": seconds}) for seconds in (0, 120, 240, 360)]
    fresh = emulator_task(codes_of=TOKEN, register="fresh")
    codes = {f"authentication_code{n + 1}": f"{{{{ fresh.codes[{n}] }}}}" for n in (0, 1)}
    by_seed = four_steps(device(user_name="alice", serial_number="GAHT00000002", seed=SEED[::-1], state="resynced"))
    by_code = four_steps(device(user_name="alice", serial_number=TOKEN, state="resynced", **codes))
    stored: dict[str, t.Any] = {"user_name": "bob", "device_name": "bob", "seed_store": SECRETS}
    by_store = four_steps(device(state="resynced", **stored))
    book: list[Task] = [device(**stored)]
    for first, then, when in ((0, 2, later[1]), (2, 4, later[2])):
        book += [when, fresh, *by_code[first:then], *by_seed[first:then], *by_store[first:then]]
    play = controller.play(*book)
    found = [result for result in play.results if result.name.startswith("iam_mfa_device")][1:]
    for start in (0, 2, 4):
        results = found[start : start + 2] + found[start + 6 : start + 8]
        assert_four_steps(results, ["resync"], always=True, same_diff=True)
        assert results[1].writes == ["iam:ResyncMFADevice"]


# tags


def test_tags(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}]})
    phone: dict[str, t.Any] = {"user_name": "alice", "device_name": "phone", "seed_store": SECRETS}
    tagged = {
        "created with": device(tags={"team": "platform", "floor": 3}, **phone),
        "replaced": device(tags={"team": "security", "room": ""}, **phone),
        "added": device(resource_tags={"city": "Kraków"}, purge_tags=False, **phone),
        "none left": device(tags={}, **phone),
        "left alone": device(**phone),
    }
    play = controller.run(
        *four_steps(tagged["created with"]),
        *four_steps(tagged["replaced"]),
        *four_steps(tagged["added"]),
        tagged["left alone"],
        *four_steps(tagged["none left"]),
    )
    assert_four_steps(play.results[:4], ["create", "store", "enable"])
    assert_four_steps(play.results[4:8], ["untag", "tag"])
    assert_four_steps(play.results[8:12], ["tag"])
    assert_four_steps(play.results[13:], ["untag"])
    assert play[1]["mfa_device"]["tags"] == {"team": "platform", "floor": "3"}
    assert play[5]["mfa_device"]["tags"] == {"team": "security", "room": ""}
    assert play[9]["mfa_device"]["tags"] == {"team": "security", "room": "", "city": "Kraków"}
    left_alone = play[12]
    assert not left_alone.changed and left_alone["mfa_device"]["tags"] is None
    assert "iam:ListMFADeviceTags" not in left_alone.calls
    assert controller.tags(arn("phone")) == {}
    controller.run(tagged["replaced"])
    assert controller.tags(arn("phone")) == {"team": "security", "room": ""}


# wait


def test_wait(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": name} for name in ("alice", "bob", "carol")]})
    emulator.set(lag=2.0)
    patient, hasty, disappointed = controller.run(
        device(user_name="alice", device_name="alice", seed_store=SECRETS),
        device(user_name="bob", device_name="bob", seed_store=SECRETS, wait=False),
        *may_fail(device(user_name="carol", device_name="carol", seed_store=SECRETS, wait_timeout=0)),
    ).results
    assert patient["mfa_device"]["enable_date"] and patient.calls[-1] == "iam:ListMFADevices"
    assert hasty["mfa_device"]["enable_date"] is None and hasty.calls[-1] == "iam:EnableMFADevice"
    assert hasty["mfa_device"]["serial_number"] == arn("bob")
    assert disappointed.failed and "wait_timeout=0" in disappointed.msg and "create, store, enable" in disappointed.msg
    assert disappointed["actions"] == ["create", "store", "enable"]
    emulator.set(lag=0)
    assert controller.virtual() == {arn(name): name for name in ("alice", "bob", "carol")}


# diff


def test_diff_shows_devices_and_tags(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [{"user_name": "alice", "mfa_devices": [{"kind": "hardware", "serial_number": TOKEN}]}]})
    result = controller.run(
        device(user_name="alice", device_name="phone", seed_store=SECRETS, tags={"team": "x"}, diff=True)
    )[0]
    assert result["diff"]["before"] == {
        "user_name": "alice",
        "mfa_devices": [TOKEN],
        "device": {"serial_number": arn("phone"), "status": "absent"},
    }
    assert result["diff"]["after"] == {
        "user_name": "alice",
        "mfa_devices": [TOKEN, arn("phone")],
        "device": {"serial_number": arn("phone"), "status": "enabled", "tags": {"team": "x"}},
    }
