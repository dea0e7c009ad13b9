# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which records of a vaulted file are those of people who were offboarded. Pure.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._access.plan import DELETE_MFA
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import record_is_of

Data = t.Mapping[str, t.Any]


def seeds_to_remove(records: t.Mapping[str, Data], results: t.Sequence[Data], account: Data) -> list[str]:
    """Return the serial numbers of the devices whose seeds go.

    Someone who was offboarded has no device any more, so all records go that were made for this very person in this
    account: also that of a device which a run took away that was killed before it came to the file. Of someone for whom
    something failed, only those of devices that this run deleted.

    :param records: What the file holds, by serial number.
    :param results: Those of iam_user_access, with all that offboarding takes away.
    :param account: Has C(account_id), and C(arn), which tells the partition.
    """
    theirs = {result["user_name"].lower(): result for result in results}
    prefix = f"arn:{account['arn'].split(':')[1]}:iam::{account['account_id']}:mfa/"
    found = []
    for serial, record in records.items():
        result = theirs.get(str(record.get("user_name")).lower())
        if result is not None and serial.startswith(prefix) and _goes(serial, record, result):
            found.append(serial)
    return found


def _goes(serial: str, record: Data, result: Data) -> bool:
    if result["failed"]:
        deleted = {change["target"] for change in result["changes"] if change["action"] == DELETE_MFA}
        if serial not in deleted or result["create_date"] is None:
            return False
    return record_is_of(result["user_name"], result["create_date"], record)
