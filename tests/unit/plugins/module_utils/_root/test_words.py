# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why nobody becomes root in an account, or root may not do something, and what to do about it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused
from ansible_collections.hardening.aws.plugins.module_utils._root import words
from ansible_collections.hardening.aws.plugins.module_utils._root.features import Features
from ansible_collections.hardening.aws.plugins.module_utils._root.members import Member

PROD = Member("222222222222", "prod", "ACTIVE", "aws", False)
ON = Features(True, True)
OFF = Features(True, False, "Root sessions are off: switch them on.")
UNKNOWN = Features(None, None, "Could not be read.")
BY_POLICY = "not authorized, with an explicit deny in a service control policy"
PLAIN = "not authorized to perform this"


def refused(code: str, text: str, operation: str) -> AwsRefused:
    return AwsRefused(f"AWS refused {operation}.", code, operation, text, unsure=True)


@pytest.mark.parametrize(
    ("code", "text", "features", "said", "not_said"),
    [
        ("AccessDenied", BY_POLICY, ON, ["222222222222 (prod)", "denies sts:AssumeRoot", "aws:AssumedRoot"], "task"),
        ("AccessDeniedException", PLAIN, ON, ["The task policy was IAMDelete", "sts:TaskPolicyArn"], "switch them on"),
        ("AccessDenied", PLAIN, OFF, ["switch them on", PLAIN], "task policy"),
        ("AccessDenied", PLAIN, UNKNOWN, ["The task policy was IAMDelete"], "Could not be read"),
        ("InvalidAction", "Could not find operation", ON, ["Leave endpoint_url out", "Could not find"], "task policy"),
        ("Throttling", "Rate exceeded", OFF, ["AWS refused sts:AssumeRoot."], "switch them on"),
    ],
)
def test_nobody_becomes_root(code: str, text: str, features: Features, said: list[str], not_said: str) -> None:
    found = words.about_entry(refused(code, text, "sts:AssumeRoot"), PROD, "IAMDelete", features)
    assert all(part in found.message for part in said) and not_said not in found.message
    _assert_same(found, code, "sts:AssumeRoot", text)


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        (
            "AccessDenied",
            BY_POLICY,
            ["A service control policy on account 222222222222 (prod)", "denies iam:X to root"],
        ),
        ("AccessDenied", PLAIN, ["AWS refused iam:X to root of account 222222222222", "Most likely", PLAIN]),
        ("ServiceFailure", "internal", ["AWS refused iam:X."]),
    ],
)
def test_root_may_not(code: str, text: str, said: list[str]) -> None:
    found = words.about_call(refused(code, text, "iam:X"), PROD, "IAMDelete")
    assert all(part in found.message for part in said)
    _assert_same(found, code, "iam:X", text)


def _assert_same(found: t.Any, code: str, operation: str, text: str) -> None:
    """What the error was is still known, whatever is said of it."""
    assert (found.code, found.operation, found.aws_message, found.unsure) == (code, operation, text, True)


def test_an_account_that_is_not_active() -> None:
    old = Member("444444444444", "", "SUSPENDED", "aws", False)
    assert words.not_active(old).message.startswith("Account 444444444444 is SUSPENDED, not ACTIVE")
