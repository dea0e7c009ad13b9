# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a root user has, and in which order it is taken away. Pure: calls nothing.

This module is private to hardening.aws.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._access.change import Change
from .._access.plan import DELETE_PASSWORD

# Actions, in the words that RV(results[].actions) uses.
DELETE_KEY = "delete_access_key"
DELETE_CERTIFICATE = "delete_signing_certificate"
DEACTIVATE_MFA = "deactivate_mfa"
ALLOW_RECOVERY = "allow_password_recovery"


@dataclasses.dataclass(frozen=True)
class Key:
    """An access key. Moments are ISO 8601 here and below."""

    id: str
    status: str
    created: str
    last_used: str | None = None
    service: str | None = None  # that it was last used for


@dataclasses.dataclass(frozen=True)
class Certificate:
    """A signing certificate."""

    id: str
    status: str
    uploaded: str


@dataclasses.dataclass(frozen=True)
class RootDevice:
    """An MFA device. I(type) is virtual, hardware, fido or sms."""

    serial_number: str
    type: str
    enabled: str


@dataclasses.dataclass(frozen=True)
class Found:
    """All that a root user signs in with."""

    password_created: str | None
    keys: tuple[Key, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    devices: tuple[RootDevice, ...] = ()

    @property
    def has_credentials(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.password_created or self.keys or self.certificates or self.devices)

    def result(self) -> dict[str, t.Any]:
        """Return the keys of RV(results) that tell it."""
        return {
            "has_credentials": self.has_credentials,
            "password": self.password_created is not None,
            "password_created": self.password_created,
            "access_keys": [
                {
                    "access_key_id": key.id,
                    "status": key.status,
                    "created": key.created,
                    "last_used": key.last_used,
                    "last_used_service": key.service,
                }
                for key in self.keys
            ],
            "mfa_devices": [
                {
                    "serial_number": device.serial_number,
                    "type": device.type,
                    "hardware": device.type in ("hardware", "fido"),
                    "enable_date": device.enabled,
                }
                for device in self.devices
            ],
            "signing_certificates": [
                {"certificate_id": item.id, "status": item.status, "uploaded": item.uploaded}
                for item in self.certificates
            ],
        }


NOT_KNOWN: dict[str, t.Any] = dict.fromkeys(Found(None).result())


def password_change(account_id: str) -> Change:
    """Return the deletion of root's password."""
    return Change(DELETE_PASSWORD, None, f"{account_id} root: console password")


def recovery_change(account_id: str) -> Change:
    """Return that root may set a password again."""
    return Change(ALLOW_RECOVERY, None, None, f"{account_id} root: console password")


def removals(account_id: str, found: Found) -> tuple[list[Change], list[Change]]:
    """Return what has to go: the credentials, and after them the MFA devices that protect these."""
    credentials = [password_change(account_id)] if found.password_created else []
    credentials += [Change(DELETE_KEY, key.id, f"{account_id} root: access key {key.id}") for key in found.keys]
    credentials += [
        Change(DELETE_CERTIFICATE, item.id, f"{account_id} root: signing certificate {item.id}")
        for item in found.certificates
    ]
    devices = [
        Change(DEACTIVATE_MFA, device.serial_number, f"{account_id} root: MFA device {device.serial_number}")
        for device in found.devices
    ]
    return credentials, devices
