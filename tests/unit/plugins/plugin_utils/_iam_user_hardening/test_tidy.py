# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old passwords and unused keys: what the module is asked for, and what is said of its results."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import tidy

NOTHING: dict[str, list[t.Any]] = {"passwords_deleted": [], "keys_deactivated": [], "failures": [], "left_alone": []}


def result(name: str = "bob", **more: t.Any) -> dict[str, t.Any]:
    changes = more.get("changes", [])
    return {"user_name": name, "changed": bool(changes), "failed": False, "msg": "", "changes": [], "kept": [], **more}


def deactivated(key_id: str) -> dict[str, str]:
    return {"action": "deactivate_key", "target": key_id}


def test_what_the_module_is_asked_for() -> None:
    keys = [
        {"user_name": "bob", "days": 100},
        {"user_name": "bob", "days": 90},
        {"user_name": "carol", "days": 95},
    ]
    assert tidy.without_password([{"user_name": "alice", "days": 90}]) == [
        {"user_name": "alice", "console_password": "absent", "only_without_mfa": True}
    ]
    assert tidy.without_unused_keys(keys, 90) == [
        {"user_name": name, "access_keys": "inactive", "only_unused_days": 90} for name in ("bob", "carol")
    ]


USED = {"what": "access_key", "target": "AKIA1", "reason": "was last used at 2026-11-24T09:00:00Z"}
MFA = {"what": "console_password", "target": None, "reason": "the user has an MFA device now: GAHT12345678"}


@pytest.mark.parametrize(
    ("item", "expected", "said"),
    [
        (result(changes=[deactivated("AKIA1")]), 1, []),
        (result(kept=[USED]), 1, ["left alone: access key AKIA1 of bob, which was last used at 2026-11-24T09:00:00Z"]),
        (result(kept=[MFA]), 1, ["left alone: thing of bob: the user has an MFA device now: GAHT12345678"]),
        (result(), 1, ["gone already: thing of bob, which the credential report still shows"]),
        (
            result(changes=[deactivated("AKIA1")]),
            2,
            ["gone already: thing of bob, which the credential report still shows"],
        ),
        (result(failed=True, msg="refused"), 1, []),
    ],
)
def test_what_was_left_alone_is_said(item: dict[str, t.Any], expected: int, said: list[str]) -> None:
    asked_for = [{"user_name": "bob"}] * expected
    assert tidy.tidied({"results": [item]}, "thing", asked_for)["left_alone"] == said


def test_what_was_done() -> None:
    results = [
        result("alice", changes=[{"action": "delete_password", "target": None}]),
        result("bob", changes=[deactivated("AKIA1"), deactivated("AKIA2")]),
        result("carol", failed=True, msg="iam:UpdateAccessKey is missing"),
    ]
    done = tidy.tidied({"results": results, "failed": True, "msg": "1 of 3 users failed"}, "key", [])
    assert done == {
        **NOTHING,
        "passwords_deleted": ["alice"],
        "keys_deactivated": [{"user_name": "bob", "access_key_id": key_id} for key_id in ("AKIA1", "AKIA2")],
        "failures": [{"user_name": "carol", "msg": "iam:UpdateAccessKey is missing"}],
    }


def test_a_module_without_results() -> None:
    """It did not run; or it failed, which its task's rescue records."""
    assert tidy.tidied({}, "key", []) == tidy.tidied({"failed": True, "msg": "no credentials"}, "key", []) == NOTHING


@pytest.mark.parametrize(
    ("caller", "options"),
    [
        (None, []),
        ("carol", []),
        ("alice", ["iam_user_hardening_delete_passwords_after_days"]),
        ("bob", ["iam_user_hardening_deactivate_keys_unused_days"]),
    ],
)
def test_the_caller(caller: str | None, options: list[str]) -> None:
    found = tidy.caller_refusals(caller, [{"user_name": "alice"}], [{"user_name": "bob"}])
    assert [text.split(":")[0] for text in found] == options
    assert all(f"Put {caller} into iam_user_hardening_exclude" in text for text in found)
