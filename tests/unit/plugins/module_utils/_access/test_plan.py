# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is listed × what is asked for → what is taken away, as tables."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._access import plan as plans
from ansible_collections.hardening.aws.plugins.module_utils._access.options import Wanted
from ansible_collections.hardening.aws.plugins.module_utils._access.plan import Key

NOW = datetime.datetime(2026, 11, 24, 12, 0, 0, tzinfo=datetime.timezone.utc)
ONE, TWO = Key("AKIAONE", True, NOW), Key("AKIATWO", False, NOW)
ALL = Wanted("bob", console_password=True, access_keys="inactive", sessions=True)
SESSIONS = Wanted("bob", sessions=True)


def minutes(number: float) -> datetime.datetime:
    return NOW + datetime.timedelta(minutes=number)


def days(number: float) -> datetime.datetime:
    return NOW + datetime.timedelta(days=number)


@pytest.mark.parametrize(
    ("document", "date"),
    [
        (plans.sessions_document("2026-11-24T12:00:00Z"), NOW),
        (plans.sessions_document("2026-11-24 12:00"), None),
        (plans.sessions_document("${aws:CurrentTime}"), None),
        ({**plans.sessions_document("2026-11-24T12:00:00Z"), "Id": "x"}, None),
        ({"Statement": []}, None),
        ({"Statement": [{"Effect": "Deny"}]}, None),
        ("no JSON", None),
        (None, None),
    ],
)
def test_whether_a_policy_is_ours(document: t.Any, date: datetime.datetime | None) -> None:
    assert plans.revoked_before(document) == date


@pytest.mark.parametrize(
    ("wanted", "date", "may_sign_in", "signs", "enough"),
    [
        (ALL, None, False, [], False),
        # Nobody can sign in any more: sessions began before the date, or there are signs of later ones.
        (ALL, days(-30), False, [], True),
        (ALL, days(-30), False, [days(-31), None], True),
        (ALL, days(-30), False, [days(-31), days(-29)], False),
        (SESSIONS, days(-30), False, [days(-31)], True),
        # Somebody can: the date has to lie ahead of what is taken away next.
        (ALL, days(-1), True, [], False),
        (ALL, minutes(9), True, [], False),
        (ALL, minutes(10), True, [], True),
        (SESSIONS, minutes(-1), True, [], False),
        (SESSIONS, minutes(1), True, [], True),
    ],
)
def test_whether_sessions_are_revoked(
    wanted: Wanted,
    date: datetime.datetime | None,
    may_sign_in: bool,
    signs: list[datetime.datetime | None],
    enough: bool,
) -> None:
    assert plans.sessions_are_revoked(wanted, date, NOW, may_sign_in, signs) is enough


def test_the_date_lies_ahead_of_what_is_taken_away() -> None:
    assert plans.new_date(ALL, NOW) >= NOW + 2 * plans.STILL_AHEAD
    assert NOW < plans.new_date(SESSIONS, NOW) <= NOW + datetime.timedelta(seconds=10)


@pytest.mark.parametrize(
    ("state", "named", "doomed", "missing"),
    [
        ("inactive", None, [ONE], []),
        ("absent", None, [ONE, TWO], []),
        ("inactive", ["AKIATWO"], [], []),
        ("absent", ["AKIATWO"], [TWO], []),
        ("absent", ["AKIAELSE", "AKIAONE"], [ONE], ["AKIAELSE"]),
    ],
)
def test_keys(state: str, named: list[str] | None, doomed: list[Key], missing: list[str]) -> None:
    wanted = Wanted("bob", access_keys=state, access_key_ids=tuple(named) if named else None)
    assert plans.plan_keys(wanted, [ONE, TWO]) == plans.KeyPlan(doomed, missing)


@pytest.mark.parametrize(
    ("created", "last_used", "reason"),
    [
        (days(-400), days(-90), None),
        (days(-400), days(-89.9), "was last used at 2026-08-26T14:24:00Z"),
        (days(-400), days(0), "was last used at 2026-11-24T12:00:00Z"),
        (days(-90), None, None),
        (days(-89), None, "was created at 2026-08-27T12:00:00Z and has not been used"),
    ],
)
def test_keys_in_use(created: datetime.datetime, last_used: datetime.datetime | None, reason: str | None) -> None:
    wanted = Wanted("bob", access_keys="inactive", only_unused_days=90)
    kept = plans.kept_key(wanted, Key("AKIAONE", True, created), last_used, NOW)
    assert (kept.reason if kept else None) == reason
    assert plans.kept_key(Wanted("bob", access_keys="inactive"), Key("AKIAONE", True, created), last_used, NOW) is None


@pytest.mark.parametrize(
    ("asked_for", "has_password", "keys_are_done", "text"),
    [
        (True, False, True, None),
        (False, False, True, None),
        (True, True, True, "there may be a console password"),
        (True, None, True, "there may be a console password"),
        (False, None, True, "there may be a console password"),
        (False, True, True, "also set console_password to absent"),
        (True, False, False, "there may be access keys that are not inactive"),
    ],
)
def test_when_mfa_devices_stay_on(
    asked_for: bool, has_password: bool | None, keys_are_done: bool, text: str | None
) -> None:
    wanted = Wanted("bob", console_password=asked_for, access_keys="inactive", mfa_devices=True)
    found = plans.mfa_obstacle(wanted, has_password, keys_are_done)
    assert found is None if text is None else text in str(found)


def test_what_changes_look_like() -> None:
    wanted = Wanted("bob", access_keys="absent")
    changes = [
        plans.session_change(wanted, None, NOW),
        plans.session_change(wanted, NOW, days(1)),
        plans.password_change(wanted),
        plans.key_change(wanted, TWO),
        plans.key_change(Wanted("bob", access_keys="inactive"), ONE),
        *plans.mfa_changes(wanted, "arn:aws:iam::123456789012:mfa/bob", True),
        *plans.mfa_changes(wanted, "GAHT12345678", False),
    ]
    assert [(change.action, change.before, change.after) for change in changes] == [
        ("revoke_sessions", None, "bob: sessions that began before 2026-11-24T12:00:00Z are denied"),
        (
            "revoke_sessions",
            "bob: sessions that began before 2026-11-24T12:00:00Z are denied",
            "bob: sessions that began before 2026-11-25T12:00:00Z are denied",
        ),
        ("delete_password", "bob: console password", None),
        ("delete_key", "bob: access key AKIATWO: inactive", None),
        ("deactivate_key", "bob: access key AKIAONE: active", "bob: access key AKIAONE: inactive"),
        ("disable_mfa", "bob: MFA device arn:aws:iam::123456789012:mfa/bob", None),
        ("delete_mfa", None, None),
        ("disable_mfa", "bob: MFA device GAHT12345678", None),
    ]


def test_what_a_change_is_made_to() -> None:
    serial = "arn:aws:iam::123456789012:mfa/bob"
    wanted = Wanted("bob", access_keys="absent")
    credential = plans.Credential("delete_ssh_key", "SSH public key", "APKAONE")
    changes = [
        plans.session_change(wanted, None, NOW),
        plans.password_change(wanted),
        plans.key_change(wanted, TWO),
        plans.key_change(Wanted("bob", access_keys="inactive"), ONE),
        plans.credential_change(wanted, credential),
        *plans.mfa_changes(wanted, serial, True),
        plans.seed_change(serial),
    ]
    assert [(change.action, change.target) for change in changes] == [
        ("revoke_sessions", None),
        ("delete_password", None),
        ("delete_key", "AKIATWO"),
        ("deactivate_key", "AKIAONE"),
        ("delete_ssh_key", "APKAONE"),
        ("disable_mfa", serial),
        ("delete_mfa", serial),
        ("retire_seed", serial),
    ]
    assert changes[4].before == "bob: SSH public key APKAONE" and changes[4].after is None
    assert changes[7].before is None and changes[7].after is None


def test_the_words_for_actions() -> None:
    assert (plans.DELETE_CERTIFICATE, plans.DELETE_SERVICE_CREDENTIAL) == (
        "delete_certificate",
        "delete_service_credential",
    )
    assert plans.SESSIONS_POLICY == "hardening-aws-revoked-sessions"


def test_the_policy_that_ends_sessions() -> None:
    assert plans.sessions_document("2026-11-24T12:00:00Z") == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "RevokedSessions",
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-11-24T12:00:00Z"}},
            }
        ],
    }


def test_how_far_dates_lie_ahead() -> None:
    assert plans.new_date(ALL, NOW) == minutes(20)
    assert plans.new_date(Wanted("bob", access_keys="absent", sessions=True), NOW) == minutes(20)
    assert plans.new_date(SESSIONS, NOW) == NOW + datetime.timedelta(seconds=5)
    assert plans.sessions_are_revoked(SESSIONS, NOW, NOW, True, []) is True
    assert plans.sessions_are_revoked(ALL, NOW, NOW, False, [NOW]) is True


def test_a_key_that_is_kept() -> None:
    wanted = Wanted("bob", access_keys="inactive", only_unused_days=90)
    kept = plans.kept_key(wanted, Key("AKIAONE", True, days(-400)), days(-1), NOW)
    assert kept is not None and (kept.what, kept.target) == ("access_key", "AKIAONE")


@pytest.mark.parametrize("similar", [None, "Bob"])
def test_a_user_who_does_not_exist(similar: str | None) -> None:
    text = plans.nothing_such(Wanted("bob"), similar)
    assert text.startswith("There is no IAM user bob in this account")
    assert ("there is Bob: write Bob" in text) is (similar is not None)
    assert ("set ignore_missing_users to true" in text) is (similar is None)
