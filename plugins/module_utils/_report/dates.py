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

from .findings import is_organization

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

_MARK = re.compile(r"date[0-9a-f]{32}")
# With the letter of a mark for people, or of one for a number; no other letter can follow one.
_MARKED = re.compile(r"date[0-9a-f]{32}[he]?")
_DATE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)|\d{4}-\d\d-\d\d \d\d:\d\d UTC|\d{12,14}"
)


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


def epoch_milliseconds(date: str) -> str:
    """Return a time as the number of milliseconds since 1970, 0 if it is none. A mark becomes the mark of that."""
    if _MARK.fullmatch(date):
        return f"{date}e"
    try:
        moment = datetime.datetime.fromisoformat(date.replace("Z", "+00:00"))
    except ValueError:
        return "0"
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return str(int(moment.timestamp() * 1000))


class Dates:
    """Stands in for a report's dates while it is rendered, so that a file on disk can be compared but for its dates."""

    def __init__(self, report: Json) -> None:
        self._real: dict[str, str] = {}
        self.report = {**self._marked(report), "generated": self._mark(report["generated"])}
        if is_organization(report):
            self.report["accounts"] = [self._marked(part) for part in report["accounts"]]

    def _marked(self, part: Json) -> Json:
        marked = {**part, "retrieved": self._mark(part["retrieved"])}
        if part.get("credential_report"):
            generated = self._mark(part["credential_report"]["generated_time"])
            marked["credential_report"] = {**part["credential_report"], "generated_time": generated}
        return marked

    def _mark(self, date: str | None) -> str | None:
        if date is None:
            return None
        # Nobody can guess it, so no text of the account can be taken for it.
        mark = f"date{secrets.token_hex(16)}"
        self._real[f"{mark}h"] = human_date(date)
        self._real[f"{mark}e"] = epoch_milliseconds(date)
        self._real[mark] = date
        return mark

    def put(self, text: str) -> str:
        """Return the text with the real dates in it."""
        return _MARKED.sub(lambda mark: self._real.get(mark[0], mark[0]), text)

    def same(self, text: str, written: str) -> bool:
        """Return whether a text that was written earlier is this one but for the dates."""
        position = end = 0
        for mark in _MARKED.finditer(text):
            if mark[0] not in self._real:
                continue
            part = text[end : mark.start()]
            date = _DATE.match(written, position + len(part))
            if date is None or not written.startswith(part, position):
                return False
            position, end = date.end(), mark.end()
        return text[end:] == written[position:]
