# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report's dates: for people, and left out of account where a new report is compared with a file.

This module is private to hardening.aws.
"""

from __future__ import annotations

import datetime
import re
import secrets
import typing as t

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

_MARK = re.compile(r"date[0-9a-f]{32}")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)|\d{4}-\d\d-\d\d \d\d:\d\d UTC")


def human_date(date: str | None) -> str:
    """Return a time as people like it, V(2026-03-11 23:25 UTC). A mark of M(Dates) becomes the mark of that."""
    if date is None:
        return "never"
    if _MARK.fullmatch(date):
        return f"{date}h"
    try:
        moment = datetime.datetime.fromisoformat(date.replace("Z", "+00:00"))
    except ValueError:
        return date
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.timezone.utc)
    return moment.strftime("%Y-%m-%d %H:%M UTC")


class Dates:
    """Stands in for a report's dates while it is rendered, so that a file on disk can be compared but for its dates."""

    def __init__(self, report: Json) -> None:
        self._real: dict[str, str] = {}
        self.report = {
            **report,
            "generated": self._mark(report["generated"]),
            "retrieved": self._mark(report["retrieved"]),
            "credential_report": {
                **report["credential_report"],
                "generated_time": self._mark(report["credential_report"]["generated_time"]),
            },
        }

    def _mark(self, date: str | None) -> str | None:
        if date is None:
            return None
        # Nobody can guess it, so no text of the account can be taken for it.
        mark = f"date{secrets.token_hex(16)}"
        self._real[f"{mark}h"] = human_date(date)
        self._real[mark] = date
        return mark

    def put(self, text: str) -> str:
        """Return the text with the real dates in it."""
        for mark, date in self._real.items():
            text = text.replace(mark, date)
        return text

    def same(self, text: str, written: str) -> bool:
        """Return whether a text that was written earlier is this one but for the dates."""
        if not self._real:
            return text == written
        position = 0
        parts = re.split("|".join(self._real), text)
        for index, part in enumerate(parts):
            if index:
                found = _DATE.match(written, position)
                if found is None:
                    return False
                position = found.end()
            if not written.startswith(part, position):
                return False
            position += len(part)
        return position == len(written)
