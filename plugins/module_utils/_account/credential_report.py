# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS's credential report: its rows, and what its words mean.

This module is private to hardening.aws. It is pure. AWS writes the names and paths of users into the report as they
are, and both may hold commas and quotes: a row is read from both ends, and the number of its other columns is known.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import typing as t

from .._errors import MfaError

Row = dict[str, str]

ROOT_ROW = "<root_account>"
_KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
COLUMNS = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"),
    *("password_next_rotation", "mfa_active"),
    *(f"access_key_{number}_{what}" for number in (1, 2) for what in _KEY),
    *("cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"),
)
# Of a user who was deleted and made anew, the report may still have the predecessor's row.
_SAME_MOMENT = datetime.timedelta(seconds=1)


@dataclasses.dataclass
class Report:
    """The credential report by user, or why there is none."""

    rows: dict[str, Row] = dataclasses.field(default_factory=dict)
    generated: datetime.datetime | None = None
    why: str = ""

    @property
    def available(self) -> bool:
        """Whether there is one."""
        return self.generated is not None

    def row(self, name: str, created: datetime.datetime | None = None) -> Row | None:
        """Return a user's row, None if there is none or it is that of a predecessor of the same name.

        :param created: When the user was created, if that is known.
        """
        found = self.rows.get(name)
        if found is None or created is None or self.generated is None:
            return found
        told = moment(found["user_creation_time"])
        is_another = created > self.generated or (told is not None and abs(told - created) > _SAME_MOMENT)
        return None if is_another else found


def read_rows(text: str) -> dict[str, Row]:
    """Return the rows of a report by user name. A row that is not whole tells nothing and is left out.

    :raises MfaError: The text is no credential report.
    """
    head, *lines = text.replace("\r", "").split("\n")
    columns = head.split(",")
    if columns[: len(COLUMNS)] != list(COLUMNS):
        raise MfaError("The credential report that AWS returned has other columns than those it is documented to have.")
    rows = (_cells(line, len(columns)) for line in lines)
    return {cells[0]: dict(zip(columns, cells, strict=True)) for cells in rows if cells}


def _cells(line: str, count: int) -> list[str] | None:
    """Return the cells of a row, None if there are not as many as there are columns."""
    cells = _split(line)
    if len(cells) == count and (cells[1].endswith(f"/{cells[0]}") or cells[0] == ROOT_ROW):
        return cells
    # The name has no colon, so the ARN begins at the first one that could; the name ends it.
    name, mark, rest = line.partition(",arn:")
    end = rest.find(f"/{name},")
    while mark and end >= 0:
        arn_end = end + 1 + len(name)
        others = _split(rest[arn_end + 1 :])
        if len(others) == count - 2:
            return [name, f"arn:{rest[:arn_end]}", *others]
        end = rest.find(f"/{name},", end + 1)
    return None


def _split(line: str) -> list[str]:
    return next(csv.reader([line]), []) if '"' in line else line.split(",")


def enabled(text: str) -> bool | None:
    """Return a yes or no of the report; of the root user it may say not_supported."""
    return {"true": True, "false": False}.get(text.lower())


def access_keys(row: t.Mapping[str, str]) -> list[dict[str, t.Any]]:
    """Return the access keys that a row tells of: those that are active, or were used or rotated at some time."""
    keys = []
    for number in ("1", "2"):
        active = row[f"access_key_{number}_active"] == "true"
        rotated = iso(moment(row[f"access_key_{number}_last_rotated"]))
        if active or rotated:
            used = iso(moment(row[f"access_key_{number}_last_used_date"]))
            keys.append({"active": active, "last_rotated": rotated, "last_used": used})
    return keys


def moment(text: str) -> datetime.datetime | None:
    """Return a moment of the report; it has words such as N/A and no_information where there is none."""
    try:
        found = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)


def iso(found: datetime.datetime | None) -> str | None:
    """Return a moment as ISO 8601."""
    return found.isoformat() if found is not None else None
