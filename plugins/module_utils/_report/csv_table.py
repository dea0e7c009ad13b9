# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as CSV, a line for each user.

This module is private to hardening.aws.
"""

from __future__ import annotations

import csv
import io
import json
import typing as t

from .checks import UNKNOWN
from .findings import account_name, parts, subjects
from .words import account_alias, active_keys, csv_text, kinds_text, why, yes_no

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]


def render_csv(report: Json) -> str:
    """Return a line for each user, root and orphaned device, and for each account that could not be read."""
    checks = [check["id"] for check in report["checks"]]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(
        ["subject_type", "name", "path", "arn", "verdict", "console_password", "mfa_active", "mfa_kinds"]
        + ["mfa_serial_numbers", "mfa_enabled_since", "active_access_keys", "password_last_used", "groups", "tags"]
        + [*checks, "findings", "account_id", "account_name", "read_at"]
    )
    for part in parts(report):
        account = [account_name(part), account_alias(part), part["retrieved"] or ""]
        if part.get("read") is False:
            nothing = ["account", part["account_id"], "", "", part["verdict"], *[""] * 9, *[UNKNOWN] * len(checks)]
            writer.writerow([csv_text(cell) for cell in [*nothing, part["reason"], *account]])
        for kind, name, facts in subjects(part):
            row = [kind, name, *_cells(kind, facts, checks), *account]
            writer.writerow([csv_text(cell) for cell in row])
    return file.getvalue()


def _cells(kind: str, facts: Json, checks: t.Sequence[str]) -> list[str]:
    cells = {"root": _root_cells, "user": _user_cells, "device": _device_cells}[kind](facts)
    verdicts = [facts["checks"].get(check, {}).get("verdict", "") for check in checks]
    reasons = "; ".join(f"{check}: {why(item)}" for check, item in facts["checks"].items() if "reason" in item)
    return [*cells[:2], facts["verdict"], *cells[2:], *verdicts, reasons]


def _user_cells(user: Json) -> list[str]:
    keys = active_keys(user)
    devices = user["mfa_devices"]
    return [
        user["path"] or "",
        user["arn"] or "",
        yes_no(user["console_password"]),
        yes_no(user["mfa_active"]),
        kinds_text(user),
        " ".join(device["serial_number"] for device in devices),
        min((device["enable_date"] for device in devices if device["enable_date"]), default=""),
        "unknown" if keys is None else str(keys),
        user["password_last_used"] or "",
        ", ".join(user["groups"] or []),
        json.dumps(user["tags"], ensure_ascii=False, sort_keys=True) if user["tags"] else "",
    ]


def _root_cells(root: Json) -> list[str]:
    kind = root["mfa_type"] or "unknown"
    keys = yes_no(root["access_keys_active"])
    return ["", "", "yes", yes_no(root["mfa_active"]), kind, "", "", keys, root["password_last_used"] or "", "", ""]


def _device_cells(device: Json) -> list[str]:
    return [device["device_path"] or "", device["serial_number"], "", "", "virtual", device["serial_number"], *[""] * 5]
