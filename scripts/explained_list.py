# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of what is known about files of plugins/, each thing with its reason: tests/not-covered.txt and the like.

A line is FILE THING; the reason stands, indented, below one or more of them. Standard library only.
"""

from __future__ import annotations

import pathlib

Known = dict[tuple[str, str], str]


def read(path: pathlib.Path) -> Known:
    """Return the reason of each thing, by its file and itself."""
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, name: str) -> Known:
    """Return what a list holds.

    :param name: How an error names the list.
    """
    found: Known = {}
    waiting: list[tuple[str, str]] = []
    reason: list[str] = []
    for line in [*text.splitlines(), "the end"]:
        if line.startswith(" "):
            reason.append(line.strip())
        elif line and not line.startswith("#"):
            if reason:
                found.update(dict.fromkeys(waiting, " ".join(reason)))
                waiting, reason = [], []
            file, _blank, thing = line.partition(" ")
            waiting.append((file, thing))
    if waiting[:-1]:
        raise SystemExit(f"{name}: no reason is below {' '.join(waiting[0])}")
    return found
