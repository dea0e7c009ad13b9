# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of users whose seeds pass through the controller, and what results mean for them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import batches


def result(name: str, *actions: str, failed: bool = False) -> dict[str, t.Any]:
    return {
        "user_name": name,
        "serial_number": f"arn:aws:iam::123456789012:mfa/{name}",
        "changed": bool(actions),
        "actions": list(actions),
        "failed": failed,
        "msg": "AWS refused" if failed else "",
    }


def test_proven() -> None:
    """alice's was made and attached, bob's was made and then attached by another run, carol's was there before."""
    given = [result("alice", "enable"), result("bob"), result("carol"), result("dave", failed=True)]
    alice, bob, carol, dave = batches.proven(given, ["alice", "bob", "dave"])
    assert (alice, carol, dave) == (given[0], given[2], given[3])
    assert bob["failed"] and "Somebody else attached arn:aws:iam::123456789012:mfa/bob to bob" in bob["msg"]


@pytest.mark.parametrize(
    ("count", "size", "expected"),
    [
        (0, 100, []),
        (1, 100, ["user 1 of 1"]),
        (20, 100, ["users 1–20 of 20"]),
        (121, 100, ["users 1–100 of 121", "users 101–121 of 121"]),
        (11, 5, ["users 1–5 of 11", "users 6–10 of 11", "user 11 of 11"]),
        (1432, 1000, ["users 1–1,000 of 1,432", "users 1,001–1,432 of 1,432"]),
    ],
)
def test_labels(count: int, size: int, expected: list[str]) -> None:
    found = batches.labels(count, size)
    assert [item["label"] for item in found] == expected
    assert [item["number"] for item in found] == list(range(len(expected)))


PREFIX = "arn:aws:iam::123456789012:mfa/"
PLAN: dict[str, t.Any] = {
    "settings": {"batch_size": 3},
    "devices": [{"user_name": name, "device_name": name} for name in ("alice", "bob", "carol", "dave")],
    "kept_here": [
        {"serial_number": PREFIX + name, "user_since": "2025-01-01", "is_unassigned": name == "alice"}
        for name in ("alice", "bob", "carol", "dave")
    ],
}


def test_a_batch_and_a_part_of_it() -> None:
    batch = batches.batch_of(PLAN, 0)
    assert [device["user_name"] for device in batch["devices"]] == ["alice", "bob", "carol"]
    assert batch["unassigned"] == [PREFIX + "alice"]
    assert batch["owners"][PREFIX + "bob"] == {"user_name": "bob", "create_date": "2025-01-01"}
    assert list(batches.batch_of(PLAN, 1)["serial_numbers"]) == ["dave"]
    part = batches.subset(batch, ["bob"])
    assert part["serial_numbers"] == {"bob": PREFIX + "bob"} and part["unassigned"] == []
    assert part["devices"] == [{"user_name": "bob", "device_name": "bob"}] and list(part["owners"]) == [PREFIX + "bob"]


def test_devices_and_their_seeds() -> None:
    error = {"code": "AccessDenied", "operation": "iam:CreateVirtualMFADevice"}
    made = [result("alice", "create"), {**result("bob", failed=True), "error": error}, result("carol")]
    devices, failures = batches.with_seeds(batches.batch_of(PLAN, 0), made, {PREFIX + "alice": "AAAA"})
    assert devices == [{"user_name": "alice", "serial_number": PREFIX + "alice", "seed": "AAAA"}]
    assert [(item["user_name"], item["failed"]) for item in failures] == [("bob", True), ("carol", True)]
    assert failures[0]["error"] == error and "by somebody else" in failures[1]["msg"]


def test_what_may_hold_a_seed_is_not_kept() -> None:
    given = {**result("alice", "create"), "seed": "AAAA", "otpauth_uri": "otpauth://AAAA", "qr_code_png": "AAAA"}
    assert "AAAA" not in str([batches.kept(given), *batches.proven([given], [])])


def test_check_mode() -> None:
    batch = batches.batch_of(PLAN, 0)
    actions = [item["actions"] for item in batches.predicted(batch, [])]
    assert actions == [["recreate", "store", "enable"]] + [["create", "store", "enable"]] * 2
    assert batches.predicted(batch, [PREFIX + "alice"])[0]["actions"] == ["enable"]
