# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as JSON.

This module is private to hardening.aws.
"""

from __future__ import annotations

import json
import typing as t

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]


def render_json(report: Json) -> str:
    """Return JSON with one line for each user and each other item of a list, which is quick and good to compare."""
    return _document(report) + "\n"


def _document(report: Json) -> str:
    return "{\n" + ",\n".join(f" {json.dumps(key)}: {_value(key, value)}" for key, value in report.items()) + "\n}"


def _value(key: str, value: t.Any) -> str:
    if key == "accounts":
        return "[\n" + ",\n".join(_document(account) for account in value) + "\n]"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_compact(item)}" for item in value) + "\n ]"
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"  {json.dumps(key)}: {_compact(item)}" for key, item in value.items()) + "\n }"
    return _compact(value)


def _compact(value: t.Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
