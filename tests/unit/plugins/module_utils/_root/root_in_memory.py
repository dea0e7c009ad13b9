# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The root user of a member account in memory, and the sessions that lead to it."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError
from ansible_collections.hardening.aws.plugins.module_utils._root.members import Member

NOW = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
DAY = NOW.isoformat()
MEMBER = Member("222222222222", "shop", "ACTIVE", "aws", False)
PHONE = "arn:aws:iam::222222222222:mfa/root"


def refusal(code: str, unsure: bool = False) -> AwsRefused:
    """An error of AWS's. I(unsure): the reply to an earlier attempt was lost."""
    error = AwsRefused(f"refused: {code}", code, "iam:X", code)
    error.unsure = unsure
    return error


class Root:
    """What a root user has, and every call that was made as it.

    :param spoil: What comes in place of an answer, by the operation; with C(after), once it took effect.
    """

    def __init__(self) -> None:
        self.password = True
        self.lists = {
            "ListAccessKeys": ["AKIAONE", "AKIATWO"],
            "ListSigningCertificates": ["CERT"],
            "ListMFADevices": [PHONE],
        }
        self.used: dict[str, dict[str, t.Any]] = {}
        self.calls: list[str] = []
        self.opened: list[str] = []
        self.spoil: dict[str, Exception] = {}
        self.page = 1  # how many items of a list come in an answer

    def open(self, member: Member, task: str) -> Root:
        assert member is MEMBER
        self.opened.append(task)
        return self

    def call(self, operation: str, params: dict[str, t.Any], requires: t.Sequence[str] = ()) -> dict[str, t.Any]:
        self.calls.append(" ".join([operation, *map(str, params.values())]))
        if operation in self.spoil:
            raise self.spoil[operation]
        answer = self._answer(operation, params)
        for path in requires:
            assert path.split(".", maxsplit=1)[0] in answer
        if f"after {operation}" in self.spoil:
            raise self.spoil[f"after {operation}"]
        return answer

    def _answer(self, operation: str, params: dict[str, t.Any]) -> dict[str, t.Any]:
        if operation in self.lists:
            return self._page(operation, int(params.get("Marker", 0)))
        if operation == "GetAccessKeyLastUsed":
            return {"UserName": "root", "AccessKeyLastUsed": self.used.get(params["AccessKeyId"], {})}
        if operation == "CreateLoginProfile":
            if self.password:
                raise refusal("EntityAlreadyExists")
            self.password = True
            return {}
        if operation in ("GetLoginProfile", "DeleteLoginProfile"):
            if not self.password:
                raise refusal("NoSuchEntity")
            self.password = operation == "GetLoginProfile"
            return {"LoginProfile": {"CreateDate": NOW}}
        (name,) = params.values()
        kept = next(items for items in self.lists.values() if name in items or items is self.lists["ListMFADevices"])
        if name not in kept:
            raise refusal("NoSuchEntity")
        kept.remove(name)
        return {}

    def _page(self, operation: str, first: int) -> dict[str, t.Any]:
        member, name, day = {
            "ListAccessKeys": ("AccessKeyMetadata", "AccessKeyId", "CreateDate"),
            "ListSigningCertificates": ("Certificates", "CertificateId", "UploadDate"),
            "ListMFADevices": ("MFADevices", "SerialNumber", "EnableDate"),
        }[operation]
        items = self.lists[operation]
        shown = [{name: item, day: NOW, "Status": "Active"} for item in items[first : first + self.page]]
        more = {"IsTruncated": True, "Marker": str(first + self.page)} if items[first + self.page :] else {}
        return {member: shown, **more}


class Lost(MfaError):
    """No reply came."""
