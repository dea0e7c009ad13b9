# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused as information about an account."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._report.account_info import check_info
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    ACCOUNT,
    account,
    device,
    orphan,
    root,
    user,
)


@pytest.mark.parametrize(
    "info, problem",
    [
        ("text", "account_info: is not a dictionary"),
        ({"users": []}, "account_info.retrieved: is missing"),
        ({"skipped": True, "changed": False}, "account_info.users: is missing"),
        (account(users="x"), "account_info.users: is not a list"),
        (account({"user_name": "a"}), "account_info.users[0].mfa_devices: is missing"),
        (account(user("a"), "x"), "account_info.users[1]: is not a dictionary"),
        (account(user("a", mfa_devices=["x"])), "account_info.users[0].mfa_devices[0]: is not a dictionary"),
        (account(user("a", access_keys=["x"])), "account_info.users[0].access_keys[0]: is not a dictionary"),
        (account(user("a", mfa_active="yes")), "account_info.users[0].mfa_active: is not true or false"),
        (account(user("a", mfa_active=1)), "account_info.users[0].mfa_active: is not true or false"),
        (account(user("a", exists="no")), "account_info.users[0].exists: is not true or false"),
        (account(user("a", groups=[1])), "account_info.users[0].groups[0]: is not a text"),
        (account(user("a", tags={"team": 1})), "account_info.users[0].tags.team: is not a text"),
        (account(user("a", tags={1: "x"})), "account_info.users[0].tags: has a key that is no text"),
        (account(user("a", attached_policies=[1])), "account_info.users[0].attached_policies[0]: is not a text"),
        (account(user("a", password_last_used=1)), "account_info.users[0].password_last_used: is not a text"),
        (account(user("a", create_date=[])), "account_info.users[0].create_date: is not a text"),
        (account(user("a", mfa_devices_complete="x")), "account_info.users[0].mfa_devices_complete: is not true"),
        (
            account(user("a", access_keys=[{"active": "no"}])),
            "account_info.users[0].access_keys[0].active: is not true",
        ),
        (account(user("a", access_keys=[{"active": True, "last_rotated": 1}])), "[0].last_rotated: is not a text"),
        (account(user("a", mfa_devices=[{**device("fido"), "type": 1}])), "mfa_devices[0].type: is not a text"),
        (account(user("a", mfa_devices=[{**device("fido"), "tags": {"a": 1}}])), "[0].tags.a: is not a text"),
        (account(orphaned_devices=["x"]), "account_info.orphaned_devices[0]: is not a dictionary"),
        (account(orphaned_devices=[{**orphan(), "device_name": 1}]), "orphaned_devices[0].device_name: is not a text"),
        (account(orphaned_devices=[{**orphan(), "device_path": 1}]), "orphaned_devices[0].device_path: is not a text"),
        (account(unknown=["x"]), "account_info.unknown[0]: is not a dictionary"),
        (account(unknown=[{"what": "x", "why": 1}]), "account_info.unknown[0].why: is not a text"),
        (account(root={"mfa_active": "no"}), "account_info.root.mfa_active: is not true or false"),
        (account(root=root(mfa_type=1)), "account_info.root.mfa_type: is not a text"),
        (account(root=root(password_last_used=1)), "account_info.root.password_last_used: is not a text"),
        (
            account(account={"account_id": 123456789012}),
            "account_info.account.account_id: is not a number of 12 digits",
        ),
        (account(account={"account_id": "../../x"}), "account_info.account.account_id: is not a number of 12 digits"),
        (account(account={"account_id": "12345678901\n"}), "account_info.account.account_id: is not a number of 12"),
        (account(account={}), "account_info.account.account_id: is missing"),
        (account(account={"account_id": ACCOUNT, "alias": 1}), "account_info.account.alias: is not a text"),
        (account(credential_report={"available": 1}), "account_info.credential_report.available: is not true or false"),
        (account(credential_report={"msg": ["x"]}), "account_info.credential_report.msg: is not a text"),
        (account(credential_report={"generated_time": 1}), "account_info.credential_report.generated_time: is not a"),
        (account(retrieved=1), "account_info.retrieved: is not a text"),
    ],
)
def test_information_that_is_refused(info: t.Any, problem: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_info(info)
    assert problem in caught.value.message


def test_all_problems_are_named_up_to_a_number() -> None:
    with pytest.raises(BadInput) as caught:
        check_info(account(*({} for _number in range(30))))
    assert len(caught.value.problems) == 21 and "and 40 more" in caught.value.problems[-1]
