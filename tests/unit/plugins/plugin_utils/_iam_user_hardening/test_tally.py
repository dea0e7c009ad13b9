# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who was enrolled, failures by cause, and when it makes no sense to go on."""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import outcome, tally


def refused(count: int) -> list[dict[str, t.Any]]:
    """Results of users of whom AWS refused all for the same reason."""
    results = []
    for number in range(count):
        name = f"user-{number:04}"
        text = f"The caller lacks the permission secretsmanager:CreateSecret. Grant it on arn:aws:x:mfa/{name}."
        error = {"code": "AccessDeniedException", "operation": "secretsmanager:CreateSecret"}
        results.append({"user_name": name, "failed": True, "msg": text, "actions": [], "error": error})
    return results


def planned(*names: str) -> dict[str, t.Any]:
    return {"devices": [{"user_name": name} for name in names]}


def test_counting() -> None:
    results = [
        {"user_name": "carol", "failed": False, "msg": "", "actions": []},
        {"user_name": "bob", "failed": True, "msg": "down", "actions": ["create"]},
        {"user_name": "alice", "failed": False, "msg": "", "actions": ["create", "store", "enable"]},
    ]
    people = planned("alice", "bob", "carol", "dave")
    found = tally.tally(people, {"results": results, "failed": True, "msg": "not reached"})
    assert found == {
        "enabled": ["alice"],
        "had_mfa": ["carol"],
        "failed": [{"user_name": "bob", "msg": "down"}, {"user_name": "dave", "msg": "not reached"}],
    }
    assert "run again" in tally.tally(planned("dave"), {"results": []})["failed"][0]["msg"]
    assert tally.tally(people, {}) == {"enabled": [], "had_mfa": [], "failed": []}  # left out by a tag


def test_failures_are_told_by_cause() -> None:
    failed = [*refused(1000), {"user_name": "zoe", "msg": "something else"}]
    lines = tally.causes(failed)
    assert len(lines) == 2 and lines[1] == "zoe: something else"
    assert lines[0].startswith(
        "1,000 users, first user-0000, user-0001, user-0002 and 997 more: The caller lacks the permission secretsm"
    )
    text = outcome.failure({"failed": failed})
    assert len(text) < 500 and text.startswith("1,001 failed") and text.count("CreateSecret") == 1


def test_equal_failures_in_a_row_stop_enrolling() -> None:
    results = refused(20)
    assert tally.reason_to_stop(results[:19], 20) == ""
    text = tally.reason_to_stop(results, 20)
    assert text.startswith("was not tried, as 20 users in a row had failed for the same reason.")
    done = {**results[10], "failed": False, "actions": ["enable"]}
    # Those whom the module did not try any more come after them.
    assert tally.reason_to_stop([*results, done], 20) == text
    assert tally.reason_to_stop(results, 0) == ""  # 0 is never
    assert tally.reason_to_stop([*results[:10], done, *results[11:]], 20) == ""
    passing = [{**result, "error": {"code": "ServiceFailure"}} for result in results]
    assert tally.reason_to_stop(passing, 20) == ""
