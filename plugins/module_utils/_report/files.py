# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and writing the files of a report.

This module is private to hardening.aws.
"""

from __future__ import annotations

import os
import stat
import tempfile
import typing as t


def read_text(path: str) -> str | None:
    """Return what a file holds, None if there is none that is text."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def encode(text: str) -> bytes:
    """Return a file's content. What is no character, such as half a surrogate pair, becomes a question mark."""
    return text.encode("utf-8", "replace")


def folder_problem(path: str) -> str | None:
    """Return why a path cannot be a directory that files are written to, made or not, or None."""
    place = os.path.abspath(path)
    while True:
        try:
            found = os.stat(place)
        except FileNotFoundError:
            place = os.path.dirname(place)  # which ends at the root directory
            continue
        except OSError as error:
            return error.strerror
        if not stat.S_ISDIR(found.st_mode):
            return f"{place} is none"
        return None if os.access(place, os.W_OK | os.X_OK) else f"{place} may not be written to"


def write_atomically(path: str, content: bytes, finish: t.Callable[[str], t.Any]) -> None:
    """Write a file that is there as a whole or not at all.

    :param finish: Is given the temporary file's name, to set its mode before anyone sees it by its own name.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=".iam-mfa-report-", dir=os.path.dirname(path) or ".")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        finish(temporary)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
