# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of seeds that people or other tools kept, CSV or JSON: who has which device, with which seed.

This module is private to hardening.aws. No error holds a seed.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import re
import stat
import typing as t

from .._errors import BadInput

# Names of a column, the one that the documentation uses first.
_COLUMNS = {
    "user_name": ("user", "user_name"),
    "serial_number": ("serial", "serial_number"),
    "seed": ("seed",),
}
_VAULT = "$ANSIBLE_VAULT"


@dataclasses.dataclass(frozen=True)
class Line:
    """One device. I(number) is the line of a CSV file, or the place in a JSON list, from 1."""

    number: int
    values: t.Mapping[str, str | None] = dataclasses.field(repr=False)


def is_open_to_others(path: str) -> bool:
    """Return whether others than its owner may read a file."""
    return bool(stat.S_IMODE(os.stat(path).st_mode) & 0o077)


def read_lines(path: str) -> list[Line]:
    """Return what a file holds. What a line lacks is None.

    :raises BadInput: It cannot be read, or is neither CSV with a header nor a JSON list.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except OSError as error:
        raise BadInput([f"src: {path} cannot be read on the host that runs the module: {error.strerror}."]) from None
    except UnicodeDecodeError:
        raise BadInput([f"src: {path} is not text in UTF-8."]) from None
    if text.startswith(_VAULT):
        raise BadInput(
            [
                f"src: {path} is encrypted by ansible-vault, which a module cannot read. Give devices: "
                "\"{{ lookup('ansible.builtin.file', path) | from_json }}\" instead, or a decrypted file."
            ]
        )
    lines = _of_json(path, text) if text.lstrip()[:1] in ("[", "{") else _of_csv(path, text)
    if not lines:
        raise BadInput([f"src: {path} has no devices."])
    return lines


def _of_json(path: str, text: str) -> list[Line]:
    try:
        found = json.loads(text)
    except ValueError as error:
        where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadInput([f"src: {path} is not valid JSON{where}."]) from None
    if not isinstance(found, list):
        raise BadInput([f'src: {path} must hold a list, such as [{{"user": …, "serial": …, "seed": …}}].'])
    return [Line(number, _values(item)) for number, item in enumerate(found, start=1)]


def _of_csv(path: str, text: str) -> list[Line]:
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first and "," not in first else ",")
    header = [(name or "").strip().lower() for name in reader.fieldnames or []]
    missing = [names[0] for names in _COLUMNS.values() if not set(names) & set(header)]
    if missing:
        raise BadInput([f"src: {path} has no column {missing[0]}. Its first line must be: user,serial,seed"])
    reader.fieldnames = header
    lines = []
    for row in reader:
        if any(isinstance(value, str) and value.strip() for value in row.values()):
            lines.append(Line(reader.line_num, _values(row)))
    return lines


def looks_like_a_seed(text: str) -> bool:
    """Return whether a text that should be a name or a serial number is rather a seed, as where columns are swapped."""
    return re.fullmatch(r"[A-Z2-7]{32,}=*", text) is not None


def _values(item: t.Any) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for option, names in _COLUMNS.items():
        value = next((item[name] for name in names if item.get(name)), None) if isinstance(item, dict) else None
        found[option] = value.strip() if isinstance(value, str) and value.strip() else None
    return found
