# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services behind the seed stores, in memory, and records to keep there."""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused
from ansible_collections.hardening.aws.plugins.module_utils._seeds.base import SeedStore
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record


def refused(code: str, text: str = "") -> AwsRefused:
    return AwsRefused(code, code, "store:Call", text)


class Secrets:
    """Secrets Manager, as far as the store calls it: versions by token, and which one is current."""

    def __init__(self) -> None:
        self.exists = False
        self.versions: dict[str, str] = {}
        self.current: str | None = None
        self.description: str | None = None
        self.scheduled = False
        self.restored = 0

    def call(self, operation: str, params: dict[str, t.Any], **_more: t.Any) -> dict[str, t.Any]:
        if self.scheduled and operation not in ("RestoreSecret", "DescribeSecret"):
            raise refused("InvalidRequestException", "it was marked for deletion")
        answer: dict[str, t.Any] = getattr(self, operation)(params)
        return answer

    def CreateSecret(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        assert all(isinstance(text, str) for tag in params.get("Tags", []) for text in tag.values())
        if self.exists:
            raise refused("ResourceExistsException")
        self.exists = True
        self.description = params.get("Description")
        return self.PutSecretValue({**params, "VersionStages": ["AWSCURRENT"]})

    def PutSecretValue(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        token = params["ClientRequestToken"]
        self.versions[token] = params["SecretString"]
        if "AWSCURRENT" in params.get("VersionStages", ["AWSCURRENT"]) or len(self.versions) == 1:
            self.current = token
        return {"VersionId": token}

    def UpdateSecretVersionStage(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        if self.current not in (params.get("RemoveFromVersionId"), params["MoveToVersionId"]):
            raise refused("InvalidParameterException")
        self.current = params["MoveToVersionId"]
        return {}

    def DeleteSecret(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        assert 7 <= params["RecoveryWindowInDays"] <= 30 and "ForceDeleteWithoutRecovery" not in params
        self.scheduled = True
        return {}

    def DescribeSecret(self, _params: dict[str, t.Any]) -> dict[str, t.Any]:
        return {"Name": "mfa/alice", **({"Description": self.description} if self.description else {})}

    def RestoreSecret(self, _params: dict[str, t.Any]) -> dict[str, t.Any]:
        self.scheduled = False
        self.restored += 1
        return {}

    def GetSecretValue(self, _params: dict[str, t.Any]) -> dict[str, t.Any]:
        if self.current is None:
            raise refused("ResourceNotFoundException")
        return {"SecretString": self.versions[self.current], "VersionId": self.current}


class Parameters:
    """Parameter Store with one parameter. I(before_put) has what other runs do just before a call."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self.before_put: list[t.Callable[[], None]] = []

    def call(self, operation: str, params: dict[str, t.Any], **_more: t.Any) -> dict[str, t.Any]:
        if operation == "GetParameter":
            _name, _colon, version = params["Name"].partition(":")
            if not self.values:
                raise refused("ParameterNotFound")
            number = int(version or len(self.values))
            return {"Parameter": {"Value": self.values[number - 1], "Version": number, "Type": "SecureString"}}
        if operation == "DeleteParameter":
            if not self.values:
                raise refused("ParameterNotFound")
            self.values.clear()
            return {}
        assert operation == "PutParameter"
        assert all(isinstance(text, str) for tag in params.get("Tags", []) for text in tag.values())
        if self.before_put:
            self.before_put.pop(0)()
        if self.values and not params["Overwrite"]:
            raise refused("ParameterAlreadyExists")
        self.values.append(params["Value"])
        return {"Version": len(self.values)}


def store_on(client: t.Any, kind: type[SeedStore], **options: t.Any) -> SeedStore:
    return kind(client, {"type": "x", "verify": True, **options}, lambda: "123456789012")


def record_with(seed: str) -> Record:
    return Record(seed, "arn:x", "alice", "", "2026-01-01T00:00:00Z")


ONE, OTHER = record_with("A" * 32), record_with("B" * 32)
