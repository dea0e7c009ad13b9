# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand-overs of seeds that a vaulted file keeps: what the module gets of it, and what is removed from it afterwards.

This module is private to hardening.aws.
"""

from __future__ import annotations

import types
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._handover.handover import DELETE_SEED, OPEN, counts
from ansible_collections.hardening.aws.plugins.module_utils._summary import summary

from ._vaulted_seeds import Record, SeedFile, VaultedSeedsError

_FIELDS = ("serial_number", "user_name", "created", "seed")


def as_options(records: t.Mapping[str, Record]) -> list[dict[str, str]]:
    """Return the records as the module's option has them."""
    return [
        {**{field: str(record[field]) for field in _FIELDS if record.get(field)}, "serial_number": serial}
        for serial, record in records.items()
    ]


def removed_from(file: SeedFile, records: t.Mapping[str, Record], result: dict[str, t.Any]) -> dict[str, t.Any]:
    """Remove the seeds that were handed over from the file, and return the module's result with what came of it.

    The devices are tagged by now. What stays in the file is removed by the next run, which needs no codes.

    :param records: What the module was given, by serial number.
    """
    ended = [item for item in result.get("results") or () if DELETE_SEED in item["actions"] and not item["failed"]]
    if not ended:
        return result
    problem = "another run has changed its record."
    try:
        gone = file.remove_unchanged({item["serial_number"]: records[item["serial_number"]] for item in ended})
    except VaultedSeedsError as error:
        gone, problem = [], str(error)
    left = [item for item in ended if item["serial_number"] not in gone]
    reason = f"counts as handed over, but the seed is still in the file: {problem} Run again."
    for item in left:
        item["actions"].remove(DELETE_SEED)
        msg = f"{item['serial_number']} {reason}"
        item.update(failed=True, handover=OPEN, changed=bool(item["actions"]), msg=msg)
    return _with_failures(result, left, reason) if left else result


def _with_failures(result: dict[str, t.Any], left: t.Sequence[dict[str, t.Any]], reason: str) -> dict[str, t.Any]:
    """Return a result with its counts, after some of its items turned out to have failed."""
    results = result["results"]
    names = sorted({item["user_name"] for item in left})
    earlier = [str(result["msg"])] if result.get("failed") else []
    return {
        **result,
        "failed": True,
        "changed": any(item["changed"] for item in results),
        "summary": summary([types.SimpleNamespace(changed=item["changed"], failed=item["failed"]) for item in results]),
        **counts(results),
        "msg": "\n".join([*earlier, f"{', '.join(names[:20])}: {reason}"]),
    }
