# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written to files."""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._report.files import write_atomically


def test_a_file_is_there_as_a_whole_or_not_at_all(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "report"
    path.write_text("old", encoding="utf-8")

    def broken(_name: str) -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        write_atomically(str(path), b"new", broken)
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["report"]
    write_atomically(str(path), b"new", lambda name: os.chmod(name, 0o640))
    assert path.read_text(encoding="utf-8") == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["report"]
