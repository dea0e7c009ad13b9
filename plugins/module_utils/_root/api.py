# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's calls as a member's root user: no user name, and AWS's shapes as plain values.

This module is private to hardening.aws. Something that is already gone is no error.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._aws.model import device_type
from .._aws.refusals import short_code
from .._errors import AwsRefused
from . import plan as plans
from .session import RootSession

# How each credential goes: the call, and the parameter that names the credential.
_DELETIONS: dict[str, tuple[str, str | None]] = {
    plans.DELETE_PASSWORD: ("DeleteLoginProfile", None),
    plans.DELETE_KEY: ("DeleteAccessKey", "AccessKeyId"),
    plans.DELETE_CERTIFICATE: ("DeleteSigningCertificate", "CertificateId"),
    plans.DEACTIVATE_MFA: ("DeactivateMFADevice", "SerialNumber"),
}


class RootApi:
    """The calls on one root user."""

    def __init__(self, session: RootSession) -> None:
        self._session = session

    def read(self) -> plans.Found:
        """Return all that root signs in with, by four calls."""
        return plans.Found(self.password_created(), self.keys(), self.certificates(), self.devices())

    def password_created(self) -> str | None:
        """Return when root's password was made, or None if there is none."""
        try:
            answer = self._session.call("GetLoginProfile", {}, requires=("LoginProfile.CreateDate",))
        except AwsRefused as refusal:
            if short_code(refusal.code or "") == "NoSuchEntity":
                return None
            raise
        return t.cast(str, answer["LoginProfile"]["CreateDate"].isoformat())

    def keys(self) -> tuple[plans.Key, ...]:
        """Return root's access keys, without when they were used."""
        found = self._pages("ListAccessKeys", "AccessKeyMetadata")
        return tuple(plans.Key(item["AccessKeyId"], item["Status"], item["CreateDate"].isoformat()) for item in found)

    def with_last_use(self, found: plans.Found) -> plans.Found:
        """Return the same with when and for what each key was last used, which takes a call for each."""
        return dataclasses.replace(found, keys=tuple(self._last_use(key) for key in found.keys))

    def _last_use(self, key: plans.Key) -> plans.Key:
        try:
            answer = self._session.call("GetAccessKeyLastUsed", {"AccessKeyId": key.id})
        except AwsRefused as refusal:
            if short_code(refusal.code or "") == "NoSuchEntity":  # it was deleted since it was listed
                return key
            raise
        used = answer.get("AccessKeyLastUsed") or {}
        moment = used.get("LastUsedDate")
        if moment is None:
            return key
        return dataclasses.replace(key, last_used=moment.isoformat(), service=used.get("ServiceName"))

    def certificates(self) -> tuple[plans.Certificate, ...]:
        """Return root's signing certificates."""
        found = self._pages("ListSigningCertificates", "Certificates")
        return tuple(
            plans.Certificate(item["CertificateId"], item["Status"], item["UploadDate"].isoformat()) for item in found
        )

    def devices(self) -> tuple[plans.RootDevice, ...]:
        """Return all of root's MFA devices."""
        found = self._pages("ListMFADevices", "MFADevices")
        return tuple(
            plans.RootDevice(item["SerialNumber"], device_type(item["SerialNumber"]), item["EnableDate"].isoformat())
            for item in found
        )

    def take(self, change: plans.Change) -> bool:
        """Take a credential away. Return whether it was there."""
        operation, member = _DELETIONS[change.action]
        try:
            self._session.call(operation, {member: change.target} if member else {})
        except AwsRefused as refusal:
            if short_code(refusal.code or "") != "NoSuchEntity":
                raise
            # If the reply to an attempt of our own was lost, that one took it away.
            return refusal.unsure
        return True

    def is_there(self, change: plans.Change) -> bool:
        """Return whether AWS still lists what a change takes away."""
        return {
            plans.DELETE_PASSWORD: lambda: self.password_created() is not None,
            plans.DELETE_KEY: lambda: change.target in [key.id for key in self.keys()],
            plans.DELETE_CERTIFICATE: lambda: change.target in [item.id for item in self.certificates()],
            plans.DEACTIVATE_MFA: lambda: change.target in [item.serial_number for item in self.devices()],
        }[change.action]()

    def allow_recovery(self) -> bool:
        """Let root's password be recovered by e-mail. Return whether that was new."""
        try:
            self._session.call("CreateLoginProfile", {})
        except AwsRefused as refusal:
            if short_code(refusal.code or "") != "EntityAlreadyExists":
                raise
            return refusal.unsure
        return True

    def _pages(self, operation: str, member: str) -> t.Iterator[dict[str, t.Any]]:
        marker: dict[str, t.Any] = {}
        while True:
            answer = self._session.call(operation, marker, requires=(member,))
            yield from answer[member]
            if not answer.get("IsTruncated"):
                return
            marker = {"Marker": answer["Marker"]}
