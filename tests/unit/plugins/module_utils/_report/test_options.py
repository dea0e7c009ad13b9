# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator may ask for, and what is refused."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._report import judge, options
from ansible_collections.hardening.aws.plugins.module_utils._report.account_info import lacks_kinds
from ansible_collections.hardening.aws.plugins.module_utils._report.checks import CHECKS
from ansible_collections.hardening.aws.plugins.module_utils._report.gate import (
    gate_problems,
)
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._report.report_cases import (
    account,
    exemption,
    read,
    user,
)


@pytest.mark.parametrize(
    "params, problem",
    [
        ({"max_device_age_days": 0}, "max_device_age_days: 0 is less than 1"),
        ({"exemptions": [exemption(["console_mfa"], " ", user_name="a")]}, "exemptions[0].reason: is empty"),
        ({"exemptions": [exemption([], user_name="a")]}, "exemptions[0].checks: is empty"),
        (
            {"exemptions": [exemption(["console_mfa"], user_name="a", until="soon")]},
            "exemptions[0].until: 'soon' is not a day",
        ),
        (
            {"exemptions": [exemption(["console_mfa"], user_name="a", until="2026-02-30")]},
            "exemptions[0].until: '2026-02-30' is not a day",
        ),
        ({"exemptions": [exemption(["orphaned_devices"], user_name="a")]}, "exemptions[0].user_name: an orphaned"),
        ({"exemptions": [exemption(["console_mfa"], serial_number="a")]}, "exemptions[0].serial_number: is for"),
    ],
)
def test_options_that_are_refused(params: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(**params)
    assert problem in caught.value.message


def test_what_was_read_tells_itself_which_kinds_are_known() -> None:
    """Given account_info, it is looked at after the options."""
    asked = read(fail_on=["single_device"], account_info={})
    complete, narrow = account(user("a", "fido")), account(user("a", "virtual", mfa_devices_complete=False))
    for info, made in ((complete, True), (narrow, False)):
        not_made = options.checks_not_made(asked, all_kinds=not lacks_kinds(info))
        assert ("single_device" not in not_made) == made == ("single_device" in judge.active_checks(info, asked))
        assert (gate_problems(["single_device"], not_made) == []) == made


@pytest.mark.parametrize(
    ("check", "given", "name", "covered"),
    [
        ("console_mfa", {"user_name": "ali*"}, "alice", True),
        ("console_mfa", {"user_name": "ali*"}, "bob", False),
        ("console_mfa", {"serial_number": "alice"}, "alice", False),
        ("orphaned_devices", {"serial_number": "*/old-*"}, "arn:aws:iam::1:mfa/old-phone", True),
        ("orphaned_devices", {"user_name": "*"}, "arn:aws:iam::1:mfa/old-phone", False),
        ("root_mfa", {"user_name": "*"}, "<root_account>", False),
        ("root_mfa", {"user_name": "<root_account>"}, "<root_account>", True),
        ("single_device", {"user_name": "*"}, "alice", False),
    ],
)
def test_whom_an_exemption_is_for(check: str, given: dict[str, str], name: str, covered: bool) -> None:
    """It is for the checks that it names, of users by a pattern, of devices by theirs, and of root by its own name."""
    found = options.Exemption(0, ("console_mfa", "orphaned_devices", "root_mfa"), "because", **given)
    assert found.covers(next(one for one in CHECKS if one.id == check), name) is covered
