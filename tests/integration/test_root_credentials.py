# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""iam_root_credentials and iam_root_credentials_info: root users of an organization's members, and AWS in trouble.

At no call of any run has root a password and not the MFA that was there: the emulator's log tells it.
"""

from __future__ import annotations

import collections
import typing as t

import permissions_page
import pytest
from aws_emulator.client import Emulator
from controller import ROOTS, ROOTS_INFO, Controller, may_fail, task
from test_kill import kill_at

pytestmark = pytest.mark.organizations

MANAGEMENT, DELEGATE, FIRST = "111111111111", "200000000001", "300000000001"
FEATURES = ["RootCredentialsManagement", "RootSessions"]
READINGS = ("GetLoginProfile", "ListAccessKeys", "ListMFADevices", "ListSigningCertificates")
DELETIONS = ("DeleteLoginProfile", "DeleteAccessKey", "DeleteSigningCertificate", "DeactivateMFADevice")
ALL = ["delete_password", "delete_access_key", "delete_access_key", "delete_signing_certificate", "deactivate_mfa"]
FULL: dict[str, t.Any] = {
    "password": True,
    "access_keys": [{"last_used": "2026-10-01T08:15:00Z"}, {"active": False}],
    "signing_certificates": [{}],
    "mfa_devices": [{"device_name": "any-name"}],
}


def account(number: int, root: dict[str, t.Any] | None = None, **more: t.Any) -> dict[str, t.Any]:
    fixture = {"fixture": {"root": root}} if root else {}
    return {"id": f"3{number:011d}", "name": f"member-{number}", **fixture, **more}


def organization(*accounts: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    own = {
        "id": "o-exampleorgid",
        "management_account_id": MANAGEMENT,
        "accounts": [{"id": DELEGATE, "name": "security"}, *accounts],
        "delegated_administrators": {DELEGATE: ["iam.amazonaws.com"]},
        "trusted_services": ["iam.amazonaws.com"],
        "root_features": FEATURES,
        **more,
    }
    return {"organization": own, "root": FULL}


def roots(*accounts: str, **options: t.Any) -> dict[str, t.Any]:
    return task(ROOTS, **({"accounts": list(accounts)} if accounts else {}), **options)


def roots_info(*accounts: str, **options: t.Any) -> dict[str, t.Any]:
    return task(ROOTS_INFO, **({"accounts": list(accounts)} if accounts else {}), **options)


def root_of(emulator: Emulator, account_id: str) -> dict[str, t.Any]:
    """What another client, in a session of its own, sees of a member's root."""
    made = emulator.boto3("sts").assume_root(
        TargetPrincipal=account_id,
        TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"},
    )["Credentials"]
    client = emulator.boto3(
        "iam",
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
        aws_session_token=made["SessionToken"],
    )
    try:
        password = bool(client.get_login_profile())
    except client.exceptions.NoSuchEntityException:
        password = False
    return {
        "password": password,
        "keys": len(client.list_access_keys()["AccessKeyMetadata"]),
        "certificates": len(client.list_signing_certificates()["Certificates"]),
        "devices": len(client.list_mfa_devices()["MFADevices"]),
    }


NOTHING = {"password": False, "keys": 0, "certificates": 0, "devices": 0}


def calls_of(emulator: Emulator) -> collections.Counter[str]:
    return collections.Counter(f"{item['service']}:{item['action']}" for item in emulator.requests())


def assert_mfa_outlives_the_rest(emulator: Emulator) -> None:
    """By the log: where a device was taken off, the password and the keys had gone before."""
    for item in emulator.requests():
        if item["action"] == "DeactivateMFADevice" and item["took_effect"]:
            earlier = [
                other
                for other in emulator.requests()
                if other["account_id"] == item["account_id"] and other["seq"] < item["seq"]
            ]
            done = {other["action"] for other in earlier if other["took_effect"] or other["code"] == "NoSuchEntity"}
            assert "DeleteLoginProfile" in done, item
            created = [other["seq"] for other in earlier if other["action"] == "CreateLoginProfile"]
            assert not created, item


def test_fifty_members(controller: Controller, emulator: Emulator) -> None:
    """Ten of fifty have credentials: found, removed in one run; the second changes nothing."""
    having = {f"3{number:011d}" for number in range(5, 51, 5)}
    emulator.fixture(organization(*(account(number, FULL if number % 5 == 0 else None) for number in range(1, 51))))
    emulator.clear_requests()
    play = controller.play(
        roots_info(exclude_accounts=[DELEGATE]), environment={"HARDENING_AWS_PROGRESS_SECONDS": "0.3"}
    )
    found = play[0]
    assert "read 50 of 50, 0 failed" in play.stdout
    assert found["summary"] == {"total": 50, "with_credentials": 10, "failed": 0}
    assert {item["account_id"] for item in found["results"] if item["has_credentials"]} == having
    assert found["features"] == {"root_credentials_management": True, "root_sessions": True, "reason": None}
    full = found["results"][4]
    assert full["password"] and len(full["access_keys"]) == 2 and len(full["signing_certificates"]) == 1
    assert sorted(key["status"] for key in full["access_keys"]) == ["Active", "Inactive"]
    assert {key["last_used"] for key in full["access_keys"]} == {"2026-10-01T08:15:00+00:00", None}
    assert [(item["type"], item["hardware"]) for item in full["mfa_devices"]] == [("virtual", False)]
    counts = calls_of(emulator)
    assert counts["sts:AssumeRoot"] == 50 and {counts[f"iam:{name}"] for name in READINGS} == {50}
    assert counts["iam:GetAccessKeyLastUsed"] == 20

    emulator.clear_requests()
    options: dict[str, t.Any] = {"all_members": True, "exclude_accounts": [DELEGATE]}
    checked, real, again = (
        controller.play(roots(**options, check_mode=check, diff=True))[0] for check in (True, False, False)
    )
    assert checked["summary"] == real["summary"] == {"total": 50, "changed": 10, "unchanged": 40, "failed": 0}
    assert [item["changes"] for item in checked["results"]] == [item["changes"] for item in real["results"]]
    assert checked["diff"] == real["diff"] and "300000000005 root: console password" in real["diff"]["before"]
    assert {tuple(item["actions"]) for item in real["results"]} == {(), tuple(ALL)}
    assert not again.changed and again["summary"]["unchanged"] == 50
    assert {key: root_of(emulator, key) for key in having} == dict.fromkeys(having, NOTHING)
    assert_mfa_outlives_the_rest(emulator)


def test_calls_of_runs_without_change(controller: Controller, emulator: Emulator) -> None:
    """Four readings and one AssumeRoot an account, and in check mode no session that could delete."""
    emulator.fixture(organization(account(1), account(2), account(3, FULL)))
    for check, members in ((False, [FIRST, "300000000002"]), (True, [FIRST, "300000000003"])):
        emulator.clear_requests()
        controller.run(roots(*members, check_mode=check))
        expected = {"sts:AssumeRoot": 2, "iam:ListOrganizationsFeatures": 1, "organizations:ListAccounts": 1}
        assert calls_of(emulator) == {**expected, **{f"iam:{name}": 2 for name in READINGS}}
        policies = [item["params"] for item in emulator.requests() if item["action"] == "AssumeRoot"]
        assert {item["TaskPolicyArn.arn"].rsplit("/", 1)[1] for item in policies} == {"IAMAuditRootUserCredentials"}


def test_order_of_results_and_devices_of_all_kinds(controller: Controller, emulator: Emulator) -> None:
    devices = [
        {"device_name": "one"},
        {"kind": "fido", "device_name": "key"},
        {"kind": "hardware", "serial_number": "GAHT12345678"},
    ]
    emulator.fixture(organization(account(1, {"mfa_devices": devices}), account(2, {"access_keys": [{}]}), account(3)))
    order = ["300000000003", "300000000001", "300000000002"]
    play = controller.run(roots_info(*order), roots(*order))
    assert [item["account_id"] for item in play[0]["results"]] == order
    kinds = {item["type"]: item["hardware"] for item in play[0]["results"][1]["mfa_devices"]}
    assert kinds == {"virtual": False, "fido": True, "hardware": True}
    assert [item["actions"] for item in play[1]["results"]] == [[], ["deactivate_mfa"] * 3, ["delete_access_key"]]
    assert_mfa_outlives_the_rest(emulator)


# Refused before anything is touched ----------------------------------------------------------------------------------

BAD = {
    "the management account": (
        {"accounts": [FIRST, MANAGEMENT]},
        "accounts[1]: 111111111111 (management) is the management",
    ),
    "not in the organization": ({"accounts": ["999999999999"]}, "accounts[0]: 999999999999 is no account of this"),
    "a typo in what is spared": (
        {"all_members": True, "exclude_accounts": ["999999999999"]},
        "exclude_accounts[0]: 99",
    ),
    "no digits": ({"accounts": ["prod"]}, "accounts[0]: 'prod' is not the number of an account"),
    "a zero that YAML dropped": ({"accounts": ["12345678901"]}, "Write it in quotes"),
    "twice": ({"accounts": [FIRST, FIRST]}, "accounts[1]: 300000000001 is the same account as accounts[0]"),
    "neither": ({}, "accounts: is missing: list account numbers, or set all_members to true"),
    "both": ({"accounts": [FIRST], "all_members": True}, "all_members: cannot be combined with accounts"),
    "nothing where a number is": ({"accounts": [None]}, "accounts"),
    "text": ({"accounts": "prod, test"}, "accounts[0]: 'prod' is not the number"),
    "a mistyped option": ({"accounts": [FIRST], "exclude_account": [FIRST]}, "did you mean exclude_accounts?"),
    "recovery for all": ({"all_members": True, "state": "password_recovery"}, "list the accounts in accounts"),
    "concurrency": ({"accounts": [FIRST], "concurrency": 0}, "concurrency: is 0: give a number from 1 to 256"),
}


def test_bad_input(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(organization(account(1, FULL)))
    play = controller.run(*may_fail(*(task(ROOTS, name=title, **options) for title, (options, _msg) in BAD.items())))
    for result, (title, (_options, message)) in zip(play.results, BAD.items(), strict=True):
        assert result.failed and message in result.msg, f"{title}: {result.msg}"
    assert "sts:AssumeRoot" not in calls_of(emulator)
    info = controller.run(*may_fail(roots_info(MANAGEMENT)))[0]
    assert "is the management account" in info.msg
    assert root_of(emulator, FIRST)["password"]


def test_management_account_is_never_among_all(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(organization(account(1, FULL)))
    play = controller.run(roots_info(), roots(all_members=True, exclude_accounts=[MANAGEMENT]))
    for result in play.results:
        assert [item["account_id"] for item in result["results"]] == [DELEGATE, FIRST]
    assert MANAGEMENT not in {item["params"].get("TargetPrincipal") for item in emulator.requests()}


# Features and permissions --------------------------------------------------------------------------------------------

OFF = {
    "both": (
        organization(account(1, FULL), root_features=[]),
        "RootCredentialsManagement and RootSessions are off",
        False,
    ),
    "management": (
        organization(account(1, FULL), root_features=FEATURES[1:]),
        "RootCredentialsManagement is off",
        False,
    ),
    "sessions": (
        organization(account(1, FULL), root_features=FEATURES[:1]),
        "enable-organizations-root-sessions",
        True,
    ),
    "trust": (
        organization(account(1, FULL), trusted_services=[]),
        "enable-aws-service-access --service-principal iam",
        False,
    ),
    "all features": (organization(account(1, FULL), features="CONSOLIDATED_BILLING"), "all features of AWS Org", False),
}


@pytest.mark.parametrize("title", OFF)
def test_feature_is_off(controller: Controller, emulator: Emulator, title: str) -> None:
    fixture, message, tried = OFF[title]
    emulator.fixture(fixture)
    play = controller.run(*may_fail(roots(FIRST), roots_info(FIRST)), roots_info(name="features", accounts=[]))
    removal, info, features = play.results
    assert removal.failed and message in removal.msg and not removal.changed
    assert info.failed and message in info.msg and info["results"][0]["has_credentials"] is None
    assert message in features["features"]["reason"] and features["results"] == []
    assert features["features"]["root_sessions"] is (title == "management")
    assert features["features"]["root_credentials_management"] is (title == "sessions")
    assert ("sts:AssumeRoot" in calls_of(emulator)) is tried


def test_delegated_administrator(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(organization(account(1, FULL)))
    key = emulator.admin_key(DELEGATE)
    play = controller.run(
        roots(FIRST, access_key=key), *may_fail(roots_info(FIRST, access_key=emulator.admin_key(FIRST)))
    )
    assert play[0]["results"][0]["actions"] == ALL
    assert "delegated administrator for IAM" in play[1].msg and "organizations:ListAccounts" in play[1].msg
    # of another service
    emulator.reset()
    emulator.fixture(organization(account(1, FULL), delegated_administrators={DELEGATE: ["sso.amazonaws.com"]}))
    play = controller.run(*may_fail(roots(FIRST, access_key=key), roots_info(FIRST, access_key=key)))
    for result in play.results:
        assert "neither to the management account of the organization nor to its delegated administrator" in result.msg
    assert play[1]["features"]["root_sessions"] is None
    assert "sts:AssumeRoot" not in calls_of(emulator)


@pytest.mark.parametrize("action", ["organizations:ListAccounts", "iam:ListOrganizationsFeatures", "sts:AssumeRoot"])
def test_missing_permission(controller: Controller, emulator: Emulator, action: str) -> None:
    emulator.fixture(organization(account(1, FULL)))
    emulator.set(denied_actions=[action])
    play = controller.run(*may_fail(roots(FIRST), roots_info(FIRST)))
    removal, info = play.results
    assert removal.failed and f"The caller lacks the IAM permission {action}." in removal.msg
    if action == "iam:ListOrganizationsFeatures":
        # it can be read all the same
        assert not info.failed and info["results"][0]["password"] is True
        assert info["features"]["root_sessions"] is None and action in info["features"]["reason"]
        assert any(action in str(warning) for warning in info.data["warnings"])
    else:
        assert f"The caller lacks the IAM permission {action}." in info.msg
    emulator.set(denied_actions=[])
    assert root_of(emulator, FIRST) == {"password": True, "keys": 2, "certificates": 1, "devices": 1}


def test_caller_is_root(controller: Controller, emulator: Emulator) -> None:
    made = emulator.fixture(organization(account(1, FULL)))
    key = made["access_keys"]["<root_account>"][0]["access_key_id"]
    result = controller.run(*may_fail(roots(FIRST, access_key=key)))[0]
    assert "must be a user or role, not root" in result.msg


# One account in trouble stops no other -------------------------------------------------------------------------------


def test_service_control_policy(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        organization(
            account(1, FULL, scp_on_root="denies"),
            account(2, FULL, scp_on_root="spares_assumed_root"),
            account(3, FULL),
        )
    )
    members = [FIRST, "300000000002", "300000000003"]
    info, removal = controller.run(*may_fail(roots_info(*members), roots(*members))).results
    for result in (info, removal):
        assert [item["failed"] for item in result["results"]] == [True, False, False]
        message = result["results"][0]["msg"]
        assert message.startswith("A service control policy on account 300000000001 (member-1) or above it denies iam:")
        assert '"Null": {"aws:AssumedRoot": "true"}' in message and message in result.msg
    assert [item["changed"] for item in removal["results"]] == [False, True, True]


@pytest.mark.smoke
def test_suspended_member(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(organization(account(1, FULL, state="SUSPENDED"), account(2, FULL)))
    every, named = controller.run(*may_fail(roots_info(), roots(FIRST, "300000000002"))).results
    assert [item["account_id"] for item in every["results"]] == [DELEGATE, "300000000002"]
    assert every["left_out"] == [{"account_id": FIRST, "account_name": "member-1", "state": "SUSPENDED"}]
    assert "Account 300000000001 (member-1) is SUSPENDED, not ACTIVE" in named["results"][0]["msg"]
    assert named["results"][1]["changed"] and named["summary"]["failed"] == 1


@pytest.mark.parametrize("action", DELETIONS)
def test_deletion_is_denied(controller: Controller, emulator: Emulator, action: str) -> None:
    """What cannot be taken away keeps the MFA devices on, and nothing else."""
    emulator.fixture(organization(account(1, FULL), account(2, FULL)))
    emulator.account(FIRST, denied_actions=[f"iam:{action}"])
    result = controller.run(*may_fail(roots(FIRST, "300000000002")))[0]
    first, second = result["results"]
    assert first["failed"] and f"iam:{action}" in first["msg"] and second["actions"] == ALL
    left = root_of(emulator, FIRST)
    assert left["devices"] == 1 and "deactivate_mfa" not in first["actions"]
    if action != "DeactivateMFADevice":
        assert "The MFA devices of root in account 300000000001 (member-1) stay on" in first["msg"]
        assert sum(map(bool, left.values())) == 2
    emulator.account(FIRST, denied_actions=[])
    assert controller.run_module(ROOTS, accounts=[FIRST])["changed"]
    assert root_of(emulator, FIRST) == NOTHING
    assert_mfa_outlives_the_rest(emulator)


# AWS in trouble ------------------------------------------------------------------------------------------------------


def test_lost_replies(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(organization(*(account(number, FULL) for number in range(1, 9))))
    members = [f"3{number:011d}" for number in range(1, 9)]
    emulator.set(lost_reply_probability=0.3, random_seed=7)
    first = controller.run_module(ROOTS, accounts=members)
    assert first.get("summary") == {"total": 8, "changed": 8, "unchanged": 0, "failed": 0}, first
    assert [item["actions"] for item in first["results"]] == [ALL] * 8
    emulator.set(lost_reply_probability=0)
    assert controller.run_module(ROOTS, accounts=members)["changed"] is False
    assert_mfa_outlives_the_rest(emulator)


def test_when_a_key_was_used_is_not_told(controller: Controller, emulator: Emulator) -> None:
    """The account fails, and what is known is there."""
    emulator.fixture(organization(account(1, FULL)))
    emulator.account(FIRST, denied_actions=["iam:GetAccessKeyLastUsed"])
    [found] = controller.run_module(ROOTS_INFO, accounts=[FIRST])["results"]
    assert found["failed"] and "iam:GetAccessKeyLastUsed" in found["msg"]
    assert found["password"] is True and {key["last_used"] for key in found["access_keys"]} == {None}


def test_every_reply_about_recovery_is_lost(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(organization(account(1)))
    emulator.set(damage={"kind": "cut", "actions": ["iam:CreateLoginProfile"]})
    answer = controller.run_module(ROOTS, accounts=[FIRST], state="password_recovery")
    assert answer.get("msg") is None and answer["results"][0]["actions"] == ["allow_password_recovery"]


@pytest.mark.parametrize("action", DELETIONS)
def test_every_reply_to_a_call_is_lost(controller: Controller, emulator: Emulator, action: str) -> None:
    """All attempts took effect or found nothing: what AWS lists then tells it."""
    emulator.fixture(organization(account(1, FULL)))
    emulator.set(damage={"kind": "cut", "actions": [f"iam:{action}"]})
    answer = controller.run_module(ROOTS, accounts=[FIRST])
    assert answer.get("msg") is None and answer["results"][0]["actions"] == ALL
    emulator.set(damage=None)
    assert root_of(emulator, FIRST) == NOTHING
    assert_mfa_outlives_the_rest(emulator)


@pytest.mark.parametrize("state", ["absent", "password_recovery"])
def test_killed_at_each_call(controller: Controller, emulator: Emulator, state: str) -> None:
    for call in range(1, 40):
        emulator.reset()
        emulator.fixture(organization(account(1, FULL if state == "absent" else None)))
        killed = kill_at(controller, ROOTS, call, "after", accounts=[FIRST], state=state)
        assert controller.run_module(ROOTS, accounts=[FIRST], state=state).get("msg") is None
        assert controller.run_module(ROOTS, accounts=[FIRST], state=state)["changed"] is False
        assert root_of(emulator, FIRST) == (NOTHING if state == "absent" else {**NOTHING, "password": True})
        assert_mfa_outlives_the_rest(emulator)
        if not killed:
            break
    assert not killed and call > (12 if state == "absent" else 5)


def test_lists_that_lag_behind(controller: Controller, emulator: Emulator) -> None:
    """A password that was made a moment ago, and that no list shows yet, does not outlive the MFA device."""
    emulator.fixture(organization(account(1, {"mfa": "virtual"})))
    assert controller.run_module(ROOTS, accounts=[FIRST], state="password_recovery")["changed"]
    emulator.set(lag=30)
    answer = controller.run_module(ROOTS, accounts=[FIRST])
    assert answer["results"][0]["actions"] == ["delete_password", "deactivate_mfa"]
    emulator.set(lag=0)
    assert root_of(emulator, FIRST) == NOTHING


def test_session_that_ends_in_between(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(organization(account(1, FULL)))
    emulator.set(hang_actions=["iam:DeleteAccessKey"])
    process = controller.spawn(ROOTS, accounts=[FIRST])
    while not emulator.halted()["hanging"]:
        assert not process.ended(0.05)
    emulator.set(clock_offset=1000)
    emulator.set(hang_actions=[])
    answer = process.answer()
    assert answer.get("msg") is None and answer["results"][0]["actions"] == ALL, answer
    assert calls_of(emulator)["sts:AssumeRoot"] == 3
    emulator.set(clock_offset=0)
    assert root_of(emulator, FIRST) == NOTHING


def test_two_runs_at_once(controller: Controller, emulator: Emulator) -> None:
    """Each thing is taken away once, by either of them, and neither fails."""
    emulator.fixture(organization(*(account(number, FULL) for number in range(1, 9))))
    emulator.set(latency=0.05)
    members = [f"3{number:011d}" for number in range(1, 9)]
    running = [controller.spawn(ROOTS, accounts=members) for _run in range(2)]
    answers = [process.answer() for process in running]
    assert [answer["summary"]["failed"] for answer in answers] == [0, 0]
    done = [
        one.get("target") or one["action"]
        for answer in answers
        for item in answer["results"]
        for one in item["changes"]
    ]
    assert len(done) == 8 * len(ALL)
    assert {key: root_of(emulator, key) for key in members} == dict.fromkeys(members, NOTHING)
    assert_mfa_outlives_the_rest(emulator)


def test_throttled(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(organization(*(account(number, FULL) for number in range(1, 6))))
    emulator.set(throttle_probability=0.2, random_seed=3)
    answer = controller.run_module(ROOTS, all_members=True)
    assert answer["summary"]["changed"] == 5 and answer["summary"]["failed"] == 0


# Through a role ------------------------------------------------------------------------------------------------------


def test_with_a_role_of_the_delegated_administrator(controller: Controller, emulator: Emulator) -> None:
    permissions = permissions_page.policy(permissions_page.ROWS["iam_root_credentials", "always"].actions)
    role = {"name": "roots", "trusted": [MANAGEMENT], "permissions": permissions}
    emulator.fixture(organization(account(1, FULL)))
    emulator.fixture({"account_id": DELEGATE, "roles": [role]})
    assumed = {"assume_role": {"role_arn": f"arn:aws:iam::{DELEGATE}:role/roots"}}
    info, removal = controller.run(roots_info(FIRST, **assumed), roots(FIRST, **assumed)).results
    assert info["results"][0]["has_credentials"] and removal["results"][0]["actions"] == ALL
    entered = {item["account_id"] for item in emulator.requests() if item["action"] == "AssumeRoot"}
    assert entered == {DELEGATE}, "it is the role that becomes root"
    assert root_of(emulator, FIRST) == NOTHING


# Password recovery ---------------------------------------------------------------------------------------------------


def test_password_recovery(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(organization(account(1), account(2, FULL)))
    members = [FIRST, "300000000002"]
    steps = [roots(*members, state="password_recovery", check_mode=check) for check in (True, False, True, False)]
    results = controller.run(*steps).results
    assert [result.changed for result in results] == [True, True, False, False]
    assert [item["actions"] for item in results[1]["results"]] == [["allow_password_recovery"], []]
    assert root_of(emulator, FIRST) == {**NOTHING, "password": True}
    assert not {"Password", "UserName"} & {
        name for item in emulator.requests() if item["action"] == "CreateLoginProfile" for name in item["params"]
    }


# Secrets -------------------------------------------------------------------------------------------------------------


def test_no_session_key_is_shown(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(organization(account(1, FULL, scp_on_root="denies"), account(2, FULL)))
    play = controller.play(*may_fail(roots(FIRST, "300000000002", diff=True)), arguments=["-vvvv"])
    keys = {item["access_key"] for item in emulator.requests() if item["access_key"].startswith("ASIA")}
    assert len(keys) == 3 and not [key for key in keys if key in play.output]
