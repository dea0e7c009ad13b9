# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody but the owner can look into the directory of sheets, and no sheet is ever half written."""

from __future__ import annotations

import os
import pathlib
import stat

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._enrolment_sheets.folder import (
    FolderError,
    SheetFolder,
    file_stem,
)


class Cipher:
    def encrypt(self, text: str) -> bytes:
        return text[::-1].encode()

    def decrypt(self, content: bytes) -> str:
        return content.decode()[::-1]


def mode(path: pathlib.Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("cipher", [None, Cipher()])
def test_written_once(tmp_path: pathlib.Path, cipher: Cipher | None) -> None:
    old = os.umask(0)
    try:
        folder = SheetFolder(str(tmp_path / "sheets"), cipher)
        assert not folder.check() and folder.differs("mfa-a", "page")
        with folder.writing():
            folder.write("mfa-a", "page")
    finally:
        os.umask(old)
    file = tmp_path / "sheets" / ("mfa-a.html.vault" if cipher else "mfa-a.html")
    assert file.read_text(encoding="utf-8") == ("egap" if cipher else "page")
    assert mode(tmp_path / "sheets") == 0o700 and mode(file) == 0o600
    assert folder.check() and not folder.differs("mfa-a", "page") and folder.differs("mfa-a", "newer")
    file.chmod(0o644)
    assert folder.differs("mfa-a", "page")
    file.unlink()
    file.symlink_to("/etc/hostname")
    with folder.writing():
        folder.write("mfa-a", "page")
    assert not file.is_symlink() and not folder.differs("mfa-a", "page")
    assert SheetFolder(folder.path, None if cipher else Cipher()).other_form("mfa-a") == str(file)
    assert folder.other_form("mfa-a") is None


def test_what_a_killed_run_left_is_removed(tmp_path: pathlib.Path) -> None:
    folder = SheetFolder(str(tmp_path / "sheets"))
    with folder.writing():
        (tmp_path / "sheets/.mfa-a.new").write_text("half", encoding="utf-8")
        (tmp_path / "sheets/notes").touch()
    with folder.writing():
        assert [path.name for path in (tmp_path / "sheets").iterdir()] == ["notes"]
        with pytest.raises(FolderError, match="another run"), SheetFolder(folder.path).writing():
            pass


@pytest.mark.parametrize("wrong", [0o755, 0o750, 0o600, 0o701])
def test_another_mode_is_refused(tmp_path: pathlib.Path, wrong: int) -> None:
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets").chmod(wrong)
    with pytest.raises(FolderError, match=f"has mode {wrong:04o}.*chmod 0700"):
        SheetFolder(str(tmp_path / "sheets")).check()


def test_other_places_are_refused(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match="is not a directory"):
        SheetFolder(str(tmp_path / "file")).check()
    with pytest.raises(FolderError, match="there is no directory .*missing"):
        SheetFolder(str(tmp_path / "missing/sheets")).check()
    with pytest.raises(FolderError, match="cannot be looked at"):
        SheetFolder(str(tmp_path / "file/sheets")).check()


def test_no_two_devices_have_one_file() -> None:
    devices = {
        (user, f"arn:aws:iam::{account}:mfa/{device}")
        for account in ("123456789012", "210987654321")
        for user, device in (
            ("alice", "alice"),
            ("alice", "phone"),
            ("alice", "staff/alice"),
            ("alice", "staff/a/alice"),
            ("..", ".."),
            ("-rf", "-rf"),
            ("a+=,.@_-b", "a+=,.@_-b"),
            ("alice", "d/" * 90 + "x" * 40 + "1"),
            ("alice", "d/" * 90 + "x" * 40 + "2"),
        )
    }
    stems = {file_stem(user, serial) for user, serial in devices}
    assert len(stems) == len(devices)
    for stem in stems:
        assert stem.startswith("mfa-") and "/" not in stem and len(stem) <= 217


def test_a_sheet_that_cannot_be_decrypted_is_written_again(tmp_path: pathlib.Path) -> None:
    class OtherPassword(Cipher):
        def decrypt(self, content: bytes) -> str:
            raise ValueError("the password is another one")

    folder = SheetFolder(str(tmp_path / "sheets"), Cipher())
    with folder.writing():
        folder.write("mfa-a", "page")
    assert not folder.differs("mfa-a", "page")
    assert SheetFolder(folder.path, OtherPassword()).differs("mfa-a", "page")
