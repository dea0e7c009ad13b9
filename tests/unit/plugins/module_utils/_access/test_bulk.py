# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Working on many at once: one failure stops no other, and what was done is told."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._access import bulk
from ansible_collections.hardening.aws.plugins.module_utils._access.bulk import Outcome
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError


def outcomes(*names: str) -> list[Outcome]:
    return [Outcome(f"users[{index}] ({name})", {"user_name": name}) for index, name in enumerate(names)]


def denied(name: str) -> AwsRefused:
    return AwsRefused(f"{name} is denied", "AccessDenied", "iam:DeleteLoginProfile", f"User: {name} is not authorized")


@pytest.mark.parametrize("concurrency", [1, 4])
def test_failures_stop_no_other(concurrency: int) -> None:
    def work(outcome: Outcome) -> None:
        name = outcome.identity["user_name"]
        outcome.actions.append("first")
        if name == "refused":
            raise denied(name)
        if name == "odd":
            raise KeyError("a secret of AWS's")
        outcome.actions.append("second")

    found = outcomes("alice", "refused", "bob", "odd", "carol")
    bulk.for_each(work, found, concurrency)
    assert [outcome.actions for outcome in found] == [["first", "second"], ["first"]] * 2 + [["first", "second"]]
    assert [outcome.failed for outcome in found] == [False, True, False, True, False]
    assert "KeyError in test_bulk.py, line" in found[3].msg and "a secret" not in found[3].msg
    assert bulk.summary(found) == {"total": 5, "changed": 3, "unchanged": 0, "failed": 2}
    assert found[1].result() == {
        "user_name": "refused",
        "changed": True,
        "actions": ["first"],
        "failed": True,
        "msg": "refused is denied",
        "error": {"code": "AccessDenied", "operation": "iam:DeleteLoginProfile"},
    }


def test_several_are_worked_on_at_once() -> None:
    together = threading.Barrier(3, timeout=30)
    found = outcomes("alice", "bob", "carol")
    bulk.for_each(lambda outcome: together.wait() and None, found, 3)
    assert not any(outcome.failed for outcome in found)


def test_nobody() -> None:
    bulk.for_each(lambda outcome: None, [], 4)
    assert bulk.summary([]) == {"total": 0, "changed": 0, "unchanged": 0, "failed": 0}


def test_each_thing_is_said_once() -> None:
    (outcome,) = outcomes("bob")
    for text in ("no such user", "no such user", "MFA stays on"):
        outcome.errors.append(MfaError(text))
    assert outcome.msg == "no such user\nMFA stays on"
    assert "error" not in outcome.result()


def test_one_line_for_a_cause() -> None:
    found = outcomes(*(f"user-{number}" for number in range(1000)), "other", "fine")
    for outcome in found[:1000]:
        outcome.errors.append(denied(outcome.identity["user_name"]))
    found[1000].errors.append(MfaError("something else"))
    assert bulk.failures_text(found, "users").splitlines() == [
        "1,001 of 1,002 users failed; everything else is done:",
        "- users[0] (user-0), users[1] (user-1), users[2] (user-2), users[3] (user-3), users[4] (user-4) and 995 more: "
        "user-0 is denied",
        "- users[1000] (other): something else",
    ]
