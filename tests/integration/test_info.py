# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""iam_mfa_device_info: one user, a list, the whole account, what may not be read, and lists longer than a page."""

from __future__ import annotations

import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import INFO, Controller, arn, may_fail, task

PASSKEY = "arn:aws:iam::123456789012:u2f/user/alice/key-ABCDEFGH"
PEOPLE: dict[str, t.Any] = {
    "account_alias": "example",
    "groups": ["dev"],
    "users": [
        {
            "user_name": "alice",
            "path": "/staff/",
            "groups": ["dev"],
            "tags": {"team": "red"},
            "console_password": True,
            "access_keys": [{"active": True}, {"active": False}],
            "mfa_devices": [
                {"kind": "virtual", "device_name": "alice", "tags": {"a": "b"}},
                {"kind": "fido", "serial_number": PASSKEY},
            ],
        },
        {"user_name": "bob", "mfa_devices": [{"kind": "hardware", "serial_number": "GAHT12345678"}]},
        {"user_name": "carol", "console_password": True},
        {"user_name": "dan", "mfa_devices": [{"kind": "sms"}]},
    ],
    "unassigned_virtual_devices": [{"device_name": "left-behind", "path": "/old/"}],
    "root": {"mfa": "hardware"},
}


def by_name(result: t.Any) -> dict[str, dict[str, t.Any]]:
    return {user["user_name"]: user for user in result["users"]}


def test_one_user_as_amazon_aws_and_a_list(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(PEOPLE)
    play = controller.play(
        task(INFO, user_name="alice", device_tags=True),
        task("amazon.aws.iam_mfa_device_info", user_name="alice"),
        task(INFO, user_names=["bob", "nobody", "carol"]),
    )
    ours, theirs, several = play.results
    same = [
        [(one["user_name"], one["serial_number"], one["enable_date"]) for one in result["mfa_devices"]]
        for result in (ours, theirs)
    ]
    assert sorted(same[0]) == sorted(same[1]) and len(same[0]) == 2
    assert {one["type"]: one["tags"] for one in ours["mfa_devices"]} == {"virtual": {"a": "b"}, "fido": None}
    found = by_name(several)
    assert (found["nobody"]["exists"], found["nobody"]["mfa_active"]) == (False, None)
    assert (found["carol"]["exists"], found["carol"]["mfa_active"]) == (True, False)
    assert found["bob"]["mfa_devices"][0]["type"] == "hardware"
    assert not ours.changed and ours.writes == []


def test_in_place_of_amazon_aws(controller: Controller, emulator: Emulator) -> None:
    """What a task of amazon.aws.iam_mfa_device_info returns is there too: devices, none, and AWS's refusal."""
    key = {"active": True, "access_key_id": "AKIABOBBOBBOBBOBBOB"}
    emulator.fixture({"users": [*PEOPLE["users"][:1], {**PEOPLE["users"][1], "access_keys": [key]}], "groups": ["dev"]})
    modules = (INFO, "amazon.aws.iam_mfa_device_info")
    for options in ({"user_name": "alice"}, {"user_name": "nobody"}, {"access_key": key["access_key_id"]}):
        play = controller.run(*(task(module, **options) for module in modules))
        ours, theirs = (
            sorted(result["mfa_devices"], key=lambda device: device["serial_number"]) for result in play.results
        )
        assert len(ours) == len(theirs) == {"alice": 2, "nobody": 0}.get(options.get("user_name", ""), 1)
        for mine, other in zip(ours, theirs, strict=True):
            assert {name: mine.get(name) for name in other} == other
    emulator.set(denied_actions=["iam:ListMFADevices"])
    # amazon.aws's result has a traceback with ansible-core 2.18
    ours, theirs = controller.play(*may_fail(*(task(module, user_name="alice") for module in modules))).results
    assert ours.failed and theirs.failed
    assert {name: ours["error"][name] for name in ("code", "message")} == {
        name: theirs["error"][name] for name in ("code", "message")
    }


def test_the_account(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(PEOPLE)
    play = controller.run(
        task(INFO, account=True, user_details=True),
        task(INFO, account=True, all_kinds=True, credential_report=False),
    )
    result = play[0]
    users = by_name(result)
    assert [user["user_name"] for user in result["users"]] == ["alice", "bob", "carol", "dan"]
    assert {key: value for key, value in result["account"].items() if key != "caller"} == {
        "account_id": "123456789012",
        "partition": "aws",
        "alias": "example",
    }
    assert result["unknown"] == [] and result["credential_report"]["available"]
    alice = users["alice"]
    assert (alice["path"], alice["groups"], alice["tags"]) == ("/staff/", ["dev"], {"team": "red"})
    assert [key["active"] for key in alice["access_keys"]] == [True, False]
    assert {name: user["console_password"] for name, user in users.items()} == {
        "alice": True,
        "bob": False,
        "carol": True,
        "dan": False,
    }
    assert {name: [one["type"] for one in user["mfa_devices"]] for name, user in users.items()} == {
        "alice": ["virtual"],
        "bob": ["hardware"],
        "carol": [],
        "dan": ["sms"],
    }
    assert {name: user["mfa_devices_complete"] for name, user in users.items()} == {
        "alice": False,
        "bob": True,
        "carol": True,
        "dan": True,
    }
    assert [orphan["serial_number"] for orphan in result["orphaned_devices"]] == [arn("left-behind", "/old/")]
    assert (result["root"]["mfa_active"], result["root"]["mfa_type"]) == (True, "hardware")
    # A user without any device, of whom a fresh credential report says so, is not asked for.
    assert result.calls.count("iam:ListMFADevices") == 2
    complete = by_name(play[1])
    assert [one["type"] for one in complete["alice"]["mfa_devices"]] == ["virtual", "fido"]
    assert complete["alice"]["console_password"] is None


def test_the_report_is_not_trusted_when_it_is_old(controller: Controller, emulator: Emulator) -> None:
    """A passkey that was enrolled after AWS made its report is found all the same."""
    emulator.fixture({"users": [{"user_name": "carol", "console_password": True}]})
    controller.run(task(INFO, account=True))
    emulator.set(clock_offset=3600)
    emulator.fixture({"users": [{"user_name": "erin", "console_password": True, "mfa_devices": [{"kind": "fido"}]}]})
    result = controller.run(task(INFO, account=True))[0]
    found = by_name(result)
    assert result["credential_report"]["age_minutes"] == 60
    assert [(item["what"], item["user_names"]) for item in result["unknown"]] == [
        ("console_password_of_users", ["erin"])
    ]
    assert found["carol"]["mfa_active"] is False
    assert found["erin"]["mfa_active"] is True and found["erin"]["console_password"] is None


def test_who_calls(controller: Controller, emulator: Emulator) -> None:
    """An IAM user is named, whatever the path; a role's session and root are nobody's name."""
    key = {"active": True, "access_key_id": "AKIAALICEALICEALICE"}
    root_key = {"active": True, "access_key_id": "AKIAROOTROOTROOTROO"}
    emulator.fixture(
        {"users": [{"user_name": "alice", "path": "/ops/", "access_keys": [key]}], "root": {"access_keys": [root_key]}}
    )
    role = controller.boto3("sts").assume_role(
        RoleArn="arn:aws:iam::123456789012:role/ops/auditor", RoleSessionName="alice"
    )["Credentials"]
    session = {
        "access_key": role["AccessKeyId"],
        "secret_key": role["SecretAccessKey"],
        "session_token": role["SessionToken"],
    }
    play = controller.run(
        task(INFO, account=True, access_key=key["access_key_id"]),
        task(INFO, account=True, access_key=root_key["access_key_id"]),
        task(INFO, account=True, **session),
        task(INFO, user_name="alice"),
    )
    user, root, assumed, without = (result["account"] for result in play.results)
    assert user["caller"] == {"arn": "arn:aws:iam::123456789012:user/ops/alice", "user_name": "alice"}
    assert root["caller"] == {"arn": "arn:aws:iam::123456789012:root", "user_name": None}
    assert assumed["caller"]["user_name"] is None and ":assumed-role/auditor/alice" in assumed["caller"]["arn"]
    assert without is None and "sts:GetCallerIdentity" not in play[3].calls


@pytest.mark.parametrize("root", ["none", "virtual", "hardware"])
def test_root(controller: Controller, emulator: Emulator, root: str) -> None:
    emulator.fixture({"users": [{"user_name": "alice"}], "root": {"mfa": root}})
    found = controller.run(task(INFO, account=True))[0]["root"]
    assert (found["mfa_type"], found["mfa_active"]) == (root, root != "none")


@pytest.mark.parametrize(
    ("action", "what", "still_known"),
    [
        ("iam:GenerateCredentialReport", "console_password", "orphaned_devices"),
        ("iam:ListVirtualMFADevices", "orphaned_devices", "users"),
        ("iam:GetAccountSummary", "root", "users"),
        ("iam:ListAccountAliases", "account_alias", "users"),
        ("iam:GetAccountAuthorizationDetails", "user_details", "users"),
        ("iam:ListUsers", "users_since_report", "users"),
        ("sts:GetCallerIdentity", "caller", "account"),
    ],
)
def test_what_may_not_be_read_is_said_to_be_unknown(
    controller: Controller, emulator: Emulator, action: str, what: str, still_known: str
) -> None:
    emulator.fixture(PEOPLE)
    emulator.set(denied_actions=[action])
    details = action == "iam:GetAccountAuthorizationDetails"
    result = controller.run(task(INFO, account=True, user_details=details))[0]
    assert [entry["what"] for entry in result["unknown"]] == [what]
    assert action in result["unknown"][0]["why"]
    assert result[still_known]
    assert {name: user["mfa_active"] for name, user in by_name(result).items()} == {
        "alice": True,
        "bob": True,
        "carol": False,
        "dan": True,
    }
    if what == "console_password":
        assert all(user["console_password"] is None for user in result["users"])


def test_bad_input(controller: Controller, emulator: Emulator) -> None:
    cases = [
        ({"user_name": "a b"}, "user_name: 'a b' may contain only letters"),
        (
            {"user_name": ""},
            "user_name: is empty: give the name of a user, or leave it out for the caller's own devices.",
        ),
        ({"user_name": "a", "account": True}, "user_name: excludes account"),
        ({"user_names": []}, "user_names: is empty"),
        ({"user_name": "a", "user_details": True}, "user_details: goes with account=true only"),
        ({"account": True, "concurrency": 0}, "concurrency: is 0"),
    ]
    play = controller.run(*may_fail(*(task(INFO, **options) for options, _problem in cases)))
    for result, (_options, problem) in zip(play.results, cases, strict=True):
        assert result.failed and problem in result.msg, result.msg
    assert emulator.requests() == []


@pytest.mark.parametrize(("count", "calls"), [(101, 10), (1001, 12), (5000, 20)])
def test_lists_over_a_page_long_lose_nobody(controller: Controller, emulator: Emulator, count: int, calls: int) -> None:
    emulator.fixture({"generate": {"count": count, "prefix": "user-", "console_password": True, "device": "virtual"}})
    result = controller.run(task(INFO, account=True))[0]
    assert result["summary"]["users"] == result["summary"]["users_with_mfa"] == count
    assert len({device["serial_number"] for device in result["mfa_devices"]}) == count
    assert all(user["console_password"] for user in result["users"])
    assert 0 < len(result.calls) <= calls, result.calls
