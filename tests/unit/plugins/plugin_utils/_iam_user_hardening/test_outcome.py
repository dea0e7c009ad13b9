# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's result, and the lines that show it."""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import outcome

# What tasks registered that did not run.
NOTHING: dict[str, t.Any] = dict.fromkeys(
    ("enrolled", "sheets", "enforced", "passwords", "keys", "password_policy", "orphans"), {}
)
DONE: dict[str, t.Any] = {**NOTHING, "failures": [], "check_mode": False}


def planned(names: t.Sequence[str] = (), **more: t.Any) -> dict[str, t.Any]:
    return {
        "selected": list(names),
        "excluded": [],
        "has_mfa": [],
        "failed": [],
        "devices": [{"user_name": name} for name in names],
        "passwords": [],
        "keys": [],
        "orphans": [],
        "credential_report": None,
        "warnings": [],
        "settings": {"enforce_group": ""},
        **more,
    }


def test_report_of_many_stays_readable() -> None:
    names = [f"user-{number:04}" for number in range(5000)]
    results = [{"user_name": name, "failed": False, "actions": ["enable"], "msg": ""} for name in names]
    found = outcome.outcome(planned(names), {**DONE, "enrolled": {"results": results}, "check_mode": True})
    lines = outcome.summary(found)
    assert "would be enabled now: 5,000 (user-0000, " in lines[3] and "and 4,980 more" in lines[3]
    assert max(len(line) for line in lines) < 400


def test_what_every_step_did() -> None:
    """Each step's results and failures are in the result, and nothing of a step that did not run."""
    ok = {"failed": False, "msg": ""}
    bad = {"failed": True, "msg": "no"}
    keys = [{"action": "deactivate_key", "target": "AKIA1"}]
    done = {
        **DONE,
        "enrolled": {"results": [{"user_name": "alice", "actions": ["enable"], **ok}]},
        "sheets": {
            "results": [{"user_name": "alice", "path": "/s/a", **ok}, {"user_name": "eve", "path": None, **bad}]
        },
        "passwords": {"results": [{"user_name": "bob", "changes": [{"action": "delete_password"}], "kept": [], **ok}]},
        "keys": {"results": [{"user_name": "carol", "changes": keys, "kept": [], **ok}]},
        "orphans": {"results": [{"serial_number": "x", **ok}, {"serial_number": "y", **bad}]},
        "password_policy": {"changed": True},
        "failures": [{"user_name": "policy p", "msg": "denied"}],
    }
    found = outcome.outcome(planned(["alice", "dave"], orphans=["x", "y"]), done)
    assert found["enabled"] == ["alice"] and found["passwords_deleted"] == ["bob"]
    assert found["keys_deactivated"] == [{"user_name": "carol", "access_key_id": "AKIA1"}]
    assert found["orphans"] == ["y"] and found["orphans_removed"] == ["x"] and found["password_policy"] == "changed"
    assert [item["user_name"] for item in found["failed"]] == ["dave", "policy p", "eve", "y"]
    assert found["enrolment_sheets"] == ["/s/a"]
    assert "enrolment sheets to hand over, in /s: 1" in outcome.summary(found)
    nothing = outcome.outcome(planned(), DONE)
    empty = {"check_mode": False, "credential_report": None, "password_policy": "", "policy": {}}
    assert nothing == {name: empty.get(name, []) for name in nothing}


def test_password_policy() -> None:
    for registered, text in (
        ({}, ""),
        ({"failed": True, "msg": "no"}, ""),
        ({"skipped": True}, "not compared in check mode"),
        ({"changed": False}, "in place"),
    ):
        assert outcome.outcome(planned(), {**DONE, "password_policy": registered})["password_policy"] == text
