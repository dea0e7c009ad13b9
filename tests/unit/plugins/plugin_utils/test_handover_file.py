# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hand-over makes of a vaulted file, and of its result if that fails."""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.plugin_utils._handover_file import as_options, removed_from
from ansible_collections.hardening.aws.plugins.plugin_utils._vaulted_seeds import VaultedSeedsError

ALICE = "arn:aws:iam::123456789012:mfa/alice"
BOB = "arn:aws:iam::123456789012:mfa/bob"
RECORDS = {serial: {"seed": "AAAA", "serial_number": serial, "user_name": serial[-3:]} for serial in (ALICE, BOB)}


class File:
    """Removes what it is told to, or fails."""

    def __init__(self, gone: list[str] | None) -> None:
        self.gone = gone

    def remove_unchanged(self, known: dict[str, t.Any]) -> list[str]:
        assert set(known) == {ALICE}
        if self.gone is None:
            raise VaultedSeedsError("it is locked.")
        return self.gone


def result() -> dict[str, t.Any]:
    ended = {"actions": ["tag", "delete_seed"], "handover": "confirmed", "changed": True, "failed": False, "msg": ""}
    other = {"actions": [], "handover": "open", "changed": False, "failed": True, "msg": "wrong"}
    results = [
        {"user_name": "alice", "serial_number": ALICE, **ended},
        {"user_name": "bob", "serial_number": BOB, **other},
    ]
    counts = {"handovers": {"open": 1, "confirmed": 1, "none": 0}, "open_users": ["bob"]}
    return {"results": results, "failed": True, "changed": True, "msg": "bob: wrong", **counts}


def removed(gone: list[str] | None) -> dict[str, t.Any]:
    return removed_from(t.cast(t.Any, File(gone)), RECORDS, result())


def test_what_was_handed_over_is_removed() -> None:
    assert removed([ALICE]) == result()
    nothing = {"failed": True, "msg": "denied"}
    assert removed_from(t.cast(t.Any, None), RECORDS, nothing) is nothing


def test_what_stays_is_told() -> None:
    for gone, why in (([], "another run has changed its record."), (None, "it is locked.")):
        answer = removed(gone)
        text = f"counts as handed over, but the seed is still in the file: {why} Run again."
        assert answer["msg"] == f"bob: wrong\nalice: {text}" and answer["failed"] and answer["changed"]
        assert answer["results"][0]["msg"] == f"{ALICE} {text}" and answer["results"][0]["actions"] == ["tag"]
        assert answer["summary"] == {"total": 2, "changed": 0, "unchanged": 0, "failed": 2}
        assert answer["handovers"] == {"open": 2, "confirmed": 0, "none": 0}
        assert answer["open_users"] == ["alice", "bob"]


def test_the_module_gets_what_it_needs() -> None:
    held = {
        ALICE: {**RECORDS[ALICE], "otpauth_uri": "otpauth://x", "superseded": [{"seed": "BBBB"}], "created": "2026"}
    }
    given = {"serial_number": ALICE, "user_name": "ice", "seed": "AAAA", "created": "2026"}
    assert as_options(held) == [given]
