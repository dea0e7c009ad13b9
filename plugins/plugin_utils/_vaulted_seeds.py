# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of seeds that ansible-vault encrypts: merged without losing one, and replaced in one step.

This module is private to hardening.aws. No clear text ever reaches the disk: it is encrypted in memory. Whenever the
process is killed, the file is either the old one or the new one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import tempfile
import time
import typing as t

import yaml

from ansible_collections.hardening.aws.plugins.module_utils._known_secrets import mask
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import record_is_of

Record = dict[str, t.Any]

TOP_KEY = "mfa_seeds"
FIELDS = ("seed", "serial_number", "user_name", "otpauth_uri", "created")
_HEAD = "# Seeds of virtual MFA devices by serial number, kept by hardening.aws. Whoever reads a seed can make codes.\n"
_Dumper: t.Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_Loader: t.Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class VaultedSeedsError(Exception):
    """A failure with a message for the person who runs the playbook. Never holds a seed."""


class Cipher(t.Protocol):
    """Encrypts and decrypts what the file holds."""

    def encrypt(self, text: str) -> bytes:
        """Return the file's new content."""

    def decrypt(self, content: bytes) -> str:
        """Return the clear text, or raise VaultedSeedsError."""


def parse(text: str) -> dict[str, Record]:
    """Return the records of a file's clear text, by serial number."""
    try:
        content = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError:
        # The error's own text would show lines of the file.
        raise VaultedSeedsError("it is not valid YAML inside.") from None
    if content is None:
        return {}
    records = content.get(TOP_KEY) if isinstance(content, dict) and set(content) == {TOP_KEY} else None
    if records is None and isinstance(content, dict) and TOP_KEY in content:
        records = {} if set(content) == {TOP_KEY} else None
    if not isinstance(records, dict) or not all(isinstance(record, dict) for record in records.values()):
        raise VaultedSeedsError(f"it holds something other than {TOP_KEY}, and is left as it is: name another file.")
    for serial, record in records.items():
        superseded = record.get("superseded") or []
        if not isinstance(superseded, list) or not all(isinstance(older, dict) for older in superseded):
            raise VaultedSeedsError(
                f"superseded of {serial} is no list of records, and the file is left as it is: correct that with "
                "ansible-vault edit."
            )
    return {str(serial): record for serial, record in records.items()}


def render(records: t.Mapping[str, Record]) -> str:
    """Return the clear text of a file."""
    ordered = {serial: records[serial] for serial in sorted(records)}
    return _HEAD + yaml.dump({TOP_KEY: ordered}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


def clean(record: t.Mapping[str, t.Any], now: str) -> Record:
    """Return a record with the fields that are kept, as plain strings. Other keys are dropped."""
    kept = {field: _plain(record[field]) for field in FIELDS if record.get(field) not in (None, "")}
    kept.setdefault("created", now)
    return {field: kept[field] for field in FIELDS if field in kept}


def _plain(value: t.Any) -> str:
    """Return plain text: Ansible marks text that comes from a module by a class that YAML cannot write."""
    return str.__str__(str(value))


def owned(held: t.Mapping[str, Record], owners: t.Mapping[str, t.Any]) -> dict[str, Record]:
    """Return the records that were not made for somebody else.

    :param held: Records by serial number.
    :param owners: By serial number, whose the device is: C(user_name) and C(create_date). Others count in any case.
    """
    return {
        serial: record
        for serial, record in held.items()
        if owners.get(serial) is None
        or record_is_of(str(owners[serial]["user_name"]), owners[serial]["create_date"], record)
    }


def without(
    have: t.Mapping[str, Record], serials: t.Iterable[str], owners: t.Mapping[str, t.Any]
) -> tuple[dict[str, Record], list[str]]:
    """Return the records without those of the devices I(serials), and the serial numbers that went.

    A record that was made for somebody else than I(owners) says stays. With a record go those that it superseded, which
    are of the same device.
    """
    wanted = set(serials)
    gone = [serial for serial in owned(have, owners) if serial in wanted]
    return {serial: record for serial, record in have.items() if serial not in gone}, gone


def merge(have: t.Mapping[str, Record], new: t.Iterable[Record]) -> tuple[dict[str, Record], list[str]]:
    """Return the records with the new ones added, and the serial numbers that changed.

    A seed that is there already changes nothing. Another seed of the same serial number takes its place, and the older
    record moves to C(superseded): only AWS knows which of the two is the device's, so neither is dropped.
    """
    merged = dict(have)
    changed = []
    for record in new:
        serial = record["serial_number"]
        old = merged.get(serial)
        if old is not None and old.get("seed") == record["seed"]:
            continue
        superseded: list[Record] = []
        if old is not None:
            superseded = [{key: old[key] for key in old if key != "superseded"}, *(old.get("superseded") or [])]
            superseded = [item for item in superseded if item.get("seed") != record["seed"]]
        merged[serial] = {**record, "superseded": superseded} if superseded else dict(record)
        changed.append(serial)
    return merged, changed


class SeedFile:
    """The file, its lock, and how it is replaced.

    :param path: An absolute path. A symbolic link stays one: the file that it leads to is replaced.
    """

    def __init__(self, path: str, cipher: Cipher, lock_timeout: float = 60.0) -> None:
        self.path = os.path.realpath(path)
        self._cipher = cipher
        self._lock_timeout = lock_timeout

    def read(self) -> dict[str, Record]:
        """Return the records, none if there is no file. Needs no lock, as the file is never half written."""
        try:
            with open(self.path, "rb") as stream:
                content = stream.read()
        except FileNotFoundError:
            self._check_folder()
            return {}
        except OSError as error:
            raise VaultedSeedsError(f"{self.path}: cannot be read ({error.strerror}).") from None
        try:
            records = parse(self._cipher.decrypt(content))
        except VaultedSeedsError as error:
            raise VaultedSeedsError(f"{self.path}: {error}") from None
        mask(*(one.get("seed") for record in records.values() for one in (record, *(record.get("superseded") or ()))))
        return records

    def add(self, new: t.Sequence[Record], write: bool = True) -> tuple[dict[str, Record], list[str]]:
        """Add records, durably. Return all records as the file then has them, and the serial numbers that changed."""
        return self._change(lambda have: merge(have, new), write)

    def remove(
        self, serials: t.Sequence[str], owners: t.Mapping[str, t.Any], write: bool = True
    ) -> tuple[dict[str, Record], list[str]]:
        """Remove records, see M(without). Return the records that are left, and the serial numbers that went."""
        return self._change(lambda have: without(have, serials, owners), write)

    def remove_unchanged(self, known: t.Mapping[str, Record]) -> list[str]:
        """Remove those of these records that the file still holds as they are here.

        :returns: The serial numbers that it holds no longer.
        """

        def change(have: dict[str, Record]) -> tuple[dict[str, Record], list[str]]:
            gone = [serial for serial, record in known.items() if have.get(serial) == record]
            return {serial: record for serial, record in have.items() if serial not in gone}, gone

        left, _gone = self._change(change, write=True)
        return [serial for serial in known if serial not in left]

    def _change(
        self, change: t.Callable[[dict[str, Record]], tuple[dict[str, Record], list[str]]], write: bool
    ) -> tuple[dict[str, Record], list[str]]:
        if not write:
            return change(self.read())
        self._check_folder()
        with self._locked():
            self._sweep()
            records, changed = change(self.read())
            if not changed:
                return records, changed
            self._replace(self._cipher.encrypt(render(records)))
            found = self.read()
            if found != records:
                raise VaultedSeedsError(
                    f"{self.path}: does not give back what was written to it. Is it on a file system that can be "
                    "trusted? No device of new seeds has been attached."
                )
            return found, changed

    @property
    def _prefix(self) -> str:
        return f".{os.path.basename(self.path)}."

    def _replace(self, content: bytes) -> None:
        folder = os.path.dirname(self.path)
        try:
            descriptor, temporary = tempfile.mkstemp(prefix=self._prefix, suffix=".new", dir=folder)
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(content)
                    stream.flush()
                    self._keep_access(stream.fileno())
                    os.fsync(stream.fileno())
                os.replace(temporary, self.path)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
                raise
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise VaultedSeedsError(f"{self.path}: cannot be written ({error.strerror}).") from None

    def _keep_access(self, descriptor: int) -> None:
        """Give the new file the owner, group and mode of the older one. Without one, only its owner may read it."""
        try:
            old = os.stat(self.path)
        except FileNotFoundError:
            return
        mode = old.st_mode & 0o7777
        # Only root may change a file's owner; others may only give it to a group that they are in.
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, -1)
        try:
            os.fchown(descriptor, -1, old.st_gid)
        except PermissionError:
            mode &= ~0o070  # what the older group was allowed, this one is not
        os.fchmod(descriptor, mode)

    def _sweep(self) -> None:
        """Remove what killed runs left behind: encrypted files that never replaced the seed file."""
        folder = os.path.dirname(self.path)
        for name in os.listdir(folder):
            # mkstemp uses eight such characters: temporary files of seeds.yml are not mistaken for those of seeds.
            if re.fullmatch(re.escape(self._prefix) + r"[a-z0-9_]{8}\.new", name):
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(folder, name))

    def _check_folder(self) -> None:
        folder = os.path.dirname(self.path)
        if not os.path.isdir(folder):
            raise VaultedSeedsError(f"there is no directory {folder} for it: make that, or name another file.")

    @contextlib.contextmanager
    def _locked(self) -> t.Iterator[None]:
        lock = f"{self.path}.lock"
        give_up_at = time.monotonic() + self._lock_timeout
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            if os.path.islink(lock):
                raise VaultedSeedsError(f"{self.path}: the lock {lock} is a symbolic link. Remove it.") from None
            raise VaultedSeedsError(
                f"{self.path}: the lock {lock} cannot be opened ({error.strerror}). May you write in its directory?"
            ) from None
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError as error:
                    if error.errno not in (errno.EAGAIN, errno.EACCES):
                        raise VaultedSeedsError(f"{self.path}: cannot be locked ({error.strerror}).") from None
                if time.monotonic() > give_up_at:
                    raise VaultedSeedsError(
                        f"{self.path}: another run has had it locked for {self._lock_timeout:g} s. Wait for that run."
                    )
                time.sleep(0.05)
            yield
        finally:
            os.close(descriptor)
