# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds that are kept on the controller: a device that somebody else attached is not this run's success."""

from __future__ import annotations

import typing as t

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
