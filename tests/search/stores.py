# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets Manager and Parameter Store, as strict as AWS's about versions."""

from __future__ import annotations

import dataclasses
import json
import typing as t


class Refused(Exception):
    """AWS refuses a call."""

    def __init__(self, code: str, text: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.text, self.status = code, text, status


@dataclasses.dataclass
class Secret:
    """Versions by token, and which one is current."""

    description: str | None = None
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    current: str | None = None
    scheduled: bool = False


class Secrets:
    """Secrets Manager."""

    def __init__(self) -> None:
        self.secrets: dict[str, Secret] = {}

    def text(self, name: str) -> str | None:
        """What is kept under a name now."""
        secret = self.secrets.get(name)
        return None if secret is None or secret.scheduled or secret.current is None else secret.versions[secret.current]

    def texts(self, name: str) -> list[str]:
        """What can still be read of what was kept under a name."""
        text = self.text(name)
        return [] if text is None else [text]

    def _named(self, params: dict[str, t.Any]) -> Secret:
        secret = self.secrets.get(params["SecretId"])
        if secret is None:
            raise Refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        return secret

    def _usable(self, params: dict[str, t.Any]) -> Secret:
        secret = self._named(params)
        if secret.scheduled:
            raise Refused("InvalidRequestException", "You can't perform this operation: it was marked for deletion.")
        return secret

    def create_secret(self, Name: str, SecretString: str, ClientRequestToken: str, **more: t.Any) -> dict[str, t.Any]:
        there = self.secrets.get(Name)
        if there is not None and there.scheduled:
            raise Refused("InvalidRequestException", "A secret of this name is already scheduled for deletion.")
        if there is not None:
            raise Refused("ResourceExistsException", f"The secret {Name} already exists.")
        versions = {ClientRequestToken: SecretString}
        self.secrets[Name] = Secret(more.get("Description"), versions, ClientRequestToken)
        return {"VersionId": ClientRequestToken, "Name": Name}

    def put_secret_value(self, **params: t.Any) -> dict[str, t.Any]:
        secret, token = self._usable(params), params["ClientRequestToken"]
        if secret.versions.setdefault(token, params["SecretString"]) != params["SecretString"]:
            raise Refused("ResourceExistsException", "A version of this token has another value.")
        if "AWSCURRENT" in params.get("VersionStages", ["AWSCURRENT"]) or secret.current is None:
            secret.current = token
        return {"VersionId": token}

    def update_secret_version_stage(self, **params: t.Any) -> dict[str, t.Any]:
        secret = self._usable(params)
        removed, target = params.get("RemoveFromVersionId"), params["MoveToVersionId"]
        if removed not in (None, secret.current) or (removed is None and secret.current not in (None, target)):
            raise Refused("InvalidParameterException", "The parameter RemoveFromVersionId is wrong.")
        secret.current = target
        return {}

    def get_secret_value(self, **params: t.Any) -> dict[str, t.Any]:
        secret = self._usable(params)
        if secret.current is None:
            raise Refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret value.")
        return {"SecretString": secret.versions[secret.current], "VersionId": secret.current}

    def delete_secret(self, **params: t.Any) -> dict[str, t.Any]:
        self._usable(params).scheduled = True
        return {}

    def describe_secret(self, **params: t.Any) -> dict[str, t.Any]:
        return {"Description": self._named(params).description}

    def restore_secret(self, **params: t.Any) -> dict[str, t.Any]:
        self._named(params).scheduled = False
        return {}


class Parameters:
    """Parameter Store. It cannot insist on a version, but older ones stay readable."""

    def __init__(self) -> None:
        self.values: dict[str, list[str]] = {}

    def text(self, name: str) -> str | None:
        """What is kept under a name now."""
        return self.values[name][-1] if name in self.values else None

    def texts(self, name: str) -> list[str]:
        """What can still be read of what was kept under a name."""
        return self.values.get(name, [])

    def get_parameter(self, Name: str, **_more: t.Any) -> dict[str, t.Any]:
        name, _colon, version = Name.partition(":")
        values = self.values.get(name)
        if not values:
            raise Refused("ParameterNotFound", f"Parameter {name} not found.")
        number = int(version or len(values))
        if not 1 <= number <= len(values):
            raise Refused("ParameterVersionNotFound", f"{name} has no version {number}.")
        return {"Parameter": {"Name": name, "Value": values[number - 1], "Version": number, "Type": "SecureString"}}

    def put_parameter(self, Name: str, Value: str, Overwrite: bool, **_more: t.Any) -> dict[str, t.Any]:
        if self.values.get(Name) and not Overwrite:
            raise Refused("ParameterAlreadyExists", "The parameter already exists.")
        self.values.setdefault(Name, []).append(Value)
        return {"Version": len(self.values[Name])}

    def delete_parameter(self, Name: str) -> dict[str, t.Any]:
        if self.values.pop(Name, None) is None:
            raise Refused("ParameterNotFound", f"Parameter {Name} not found.")
        return {}


def record_in(text: str | None) -> dict[str, str]:
    """The record that a text is, or an empty one."""
    return t.cast("dict[str, str]", json.loads(text)) if text else {}
