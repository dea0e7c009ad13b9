# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory of enrolment sheets, which nobody but its owner may look into.

This module is private to hardening.aws. A sheet takes its place in one step. Whenever the run is killed, each file is
either the old sheet or the new one; what it left unfinished is removed by the next.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._aws.model import account_of

if t.TYPE_CHECKING:
    from .._vaulted_seeds import Cipher

_PREFIX = "mfa-"
_UNFINISHED = ".new"
# A name of a file may have 255 bytes on all usual file systems, and some are needed for what goes around it.
_LONGEST = 200


class FolderError(Exception):
    """A failure with a message for the person who runs the playbook. Never holds a seed."""


def file_stem(user_name: str, serial_number: str) -> str:
    """Return the name of a device's sheet, without its ending. No two devices have the same.

    The account is in it, so that the users of several accounts can share a directory, and the device too if it is not
    named as its user. C(~) is in no name of IAM's.
    """
    device = serial_number.split(":mfa/", 1)[1]
    stem = f"{_PREFIX}{account_of(serial_number)}-{user_name}"
    if device != user_name:
        stem += "~" + device.replace("/", "~")
    if len(stem) > _LONGEST:
        stem = f"{stem[:_LONGEST]}~{hashlib.sha256(serial_number.encode()).hexdigest()[:16]}"
    return stem


class SheetFolder:
    """The directory.

    :param path: An absolute path.
    :param cipher: Encrypts the sheets, or None for sheets in clear text.
    """

    def __init__(self, path: str, cipher: Cipher | None = None) -> None:
        self.path = path
        self._cipher = cipher

    def check(self) -> bool:
        """Return whether the directory exists.

        :raises FolderError: It cannot be used, or could not be made.
        """
        try:
            found = os.lstat(self.path)
        except FileNotFoundError:
            parent = os.path.dirname(self.path)
            if not os.path.isdir(parent):
                raise FolderError(f"there is no directory {parent} to make it in: make that first.") from None
            return False
        except OSError as error:
            raise FolderError(f"{self.path} cannot be looked at ({error.strerror}).") from None
        if not stat.S_ISDIR(found.st_mode):
            raise FolderError(f"{self.path} is not a directory: name another.")
        if found.st_uid != os.geteuid():
            raise FolderError(
                f"{self.path} belongs to another user, who could read the sheets: name another directory."
            )
        mode = stat.S_IMODE(found.st_mode) & 0o777
        if mode != 0o700:
            raise FolderError(
                f"{self.path} has mode {mode:04o}; the mode of a directory of seeds has to be 0700. Make a directory "
                f"of its own for the sheets, or run: chmod 0700 {self.path}"
            )
        return True

    @contextlib.contextmanager
    def writing(self) -> t.Iterator[None]:
        """Make the directory if need be, and keep other runs out of it meanwhile.

        :raises FolderError: It cannot be made, or another run is in it.
        """
        try:
            if not self.check():
                os.mkdir(self.path, 0o700)
                self.check()  # a default ACL may have widened its mode
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise FolderError(f"{self.path} cannot be made or opened ({error.strerror}).") from None
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise FolderError(f"{self.path}: another run writes sheets there. Run again after it.") from None
            self._sweep()
            yield
        finally:
            os.close(descriptor)

    def place(self, stem: str) -> str:
        """Return the path of a sheet."""
        return os.path.join(self.path, stem + (".html" if self._cipher is None else ".html.vault"))

    def other_form(self, stem: str) -> str | None:
        """Return the path of the same sheet in the other form, encrypted or not, if there is one."""
        other = os.path.join(self.path, stem + (".html.vault" if self._cipher is None else ".html"))
        return other if os.path.lexists(other) else None

    def differs(self, stem: str, page: str) -> bool:
        """Return whether a sheet is missing, or is another than this one, or can be read by others."""
        try:
            descriptor = os.open(self.place(stem), os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            return True
        with os.fdopen(descriptor, "rb") as stream:
            if stat.S_IMODE(os.fstat(descriptor).st_mode) != 0o600:
                return True
            return self._text(stream.read()) != page

    def write(self, stem: str, page: str) -> None:
        """Write a sheet. Only within M(writing)."""
        content = page.encode() if self._cipher is None else self._cipher.encrypt(page)
        unfinished = os.path.join(self.path, f".{stem}{_UNFINISHED}")
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(descriptor, 0o600)
                stream.write(content)
            os.replace(unfinished, self.place(stem))
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(unfinished)
            raise FolderError(f"{self.place(stem)} cannot be written ({error.strerror}).") from None

    def _text(self, content: bytes) -> str | None:
        try:
            return content.decode() if self._cipher is None else self._cipher.decrypt(content)
        except Exception:  # noqa: BLE001 - damaged, or encrypted with another password: it is written again
            return None

    def _sweep(self) -> None:
        """Remove what a killed run did not finish."""
        for name in os.listdir(self.path):
            if name.startswith(f".{_PREFIX}") and name.endswith(_UNFINISHED):
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(self.path, name))
