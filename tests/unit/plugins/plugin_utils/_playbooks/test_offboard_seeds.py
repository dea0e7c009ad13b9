# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose seeds leave a vaulted file, as a table."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks.offboard_seeds import seeds_to_remove

ACCOUNT = {"account_id": "123456789012", "arn": "arn:aws:sts::123456789012:assumed-role/x/y"}
SERIAL = "arn:aws:iam::123456789012:mfa/people/alice-2"
RECORD = {"user_name": "alice", "seed": "x", "created": "2026-02-01T00:00:00Z"}
RESULT = {"user_name": "alice", "create_date": "2026-01-01T00:00:00+00:00", "failed": False, "changes": []}
DELETED = {"changes": [{"action": "delete_mfa", "target": SERIAL}]}


@pytest.mark.parametrize(
    ("serial", "record", "result", "goes"),
    [
        (SERIAL, {}, {}, True),
        (SERIAL, {"user_name": "Alice"}, {}, True),
        (SERIAL, {"user_name": "bob"}, {}, False),
        (SERIAL, {"user_name": None}, {}, False),
        (SERIAL, {"created": "2025-12-31T00:00:00Z"}, {}, False),  # an earlier alice's
        (SERIAL, {"created": None}, {}, False),
        (SERIAL, {"created": None}, {"create_date": None}, True),  # there is no alice any more
        (SERIAL.replace("123456789012", "210987654321"), {}, {}, False),
        (SERIAL.replace("arn:aws:", "arn:aws-cn:"), {}, {}, False),
        (SERIAL, {}, {"failed": True}, False),
        (SERIAL, {}, {"failed": True, **DELETED}, True),
        (SERIAL, {}, {"failed": True, "create_date": None, **DELETED}, False),
        (SERIAL, {}, {"failed": True, "changes": [{"action": "disable_mfa", "target": SERIAL}]}, False),
    ],
)
def test_whose_seeds_go(serial: str, record: dict[str, t.Any], result: dict[str, t.Any], goes: bool) -> None:
    found = seeds_to_remove({serial: {**RECORD, **record}}, [{**RESULT, **result}], ACCOUNT)
    assert found == ([serial] if goes else [])
