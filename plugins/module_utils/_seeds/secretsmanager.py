# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Secrets Manager as a seed store: a secret for each device.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t
import uuid

from .._aws.refusals import short_code
from .._errors import AwsRefused, ScheduledForDeletion, StoreConflict
from .base import SeedStore

_STAGE = "HARDENING_NEW"
# For how long a deleted secret can be restored; the least that AWS offers.
RECOVERY_DAYS = 7


class SecretsManagerStore(SeedStore):
    """Seeds as secrets."""

    service = "secretsmanager"
    title = "The secret"
    name_characters = r"[A-Za-z0-9/_+=.@-]"
    longest_name = 512
    default_name = "mfa/{user_name}"

    def _get(self, name: str) -> tuple[str, str] | None:
        try:
            answer = self._client.call(
                "GetSecretValue", {"SecretId": name}, expected=("ResourceNotFound",), requires=("VersionId",)
            )
        except AwsRefused as refusal:
            kind = short_code(refusal.code or "")
            if kind == "ResourceNotFound":
                return None
            if kind == "InvalidRequest" and "delet" in refusal.aws_message:
                raise ScheduledForDeletion(self._scheduled(name), refusal.code, refusal.operation) from None
            raise
        return answer.get("SecretString", ""), answer["VersionId"]

    def _delete(self, name: str) -> None:
        params = {"SecretId": name, "RecoveryWindowInDays": RECOVERY_DAYS}
        try:
            self._client.call("DeleteSecret", params, expected=("ResourceNotFound", "InvalidRequest"))
        except AwsRefused as refusal:
            kind = short_code(refusal.code or "")
            if kind != "ResourceNotFound" and not (kind == "InvalidRequest" and "delet" in refusal.aws_message):
                raise

    def _put(self, name: str, value: str, expected: str | None) -> str:
        token = str(uuid.uuid4())
        return self._create(name, value, token) if expected is None else self._replace(name, value, token, expected)

    def _create(self, name: str, value: str, token: str) -> str:
        params: dict[str, t.Any] = {"Name": name, "SecretString": value, "ClientRequestToken": token}
        if self._options.get("kms_key_id"):
            params["KmsKeyId"] = self._options["kms_key_id"]
        if self._options.get("tags"):
            params["Tags"] = self._tags()
        try:
            return t.cast(str, self._client.call("CreateSecret", params, requires=("VersionId",))["VersionId"])
        except AwsRefused as refusal:
            kind = short_code(refusal.code or "")
            if kind == "InvalidRequest" and "delet" in refusal.aws_message:
                raise ScheduledForDeletion(self._scheduled(name), refusal.code, refusal.operation) from None
            if kind != "ResourceExists":
                raise
        if not self.readable:
            # What is there cannot be read; it is kept as the previous version.
            params = {"SecretId": name, "SecretString": value, "ClientRequestToken": token}
            self._client.call("PutSecretValue", params)
            return token
        found = self._get(name)
        if found is None:
            # The secret exists without a value, as Terraform makes them.
            return self._replace(name, value, token, None)
        if found == (value, token):
            return token  # our own: the reply to the first attempt was lost
        raise StoreConflict(f"The secret {name} already exists.")

    def _replace(self, name: str, value: str, token: str, expected: str | None) -> str:
        # AWSCURRENT moves in a call of its own, because only that one can insist on the version to replace, or, without
        # one, on there being none.
        params: dict[str, t.Any] = {"SecretId": name, "SecretString": value, "ClientRequestToken": token}
        self._client.call("PutSecretValue", {**params, "VersionStages": [_STAGE]})
        move = {"SecretId": name, "VersionStage": "AWSCURRENT", "MoveToVersionId": token}
        if expected is not None:
            move["RemoveFromVersionId"] = expected
        try:
            self._client.call("UpdateSecretVersionStage", move)
        except AwsRefused as refusal:
            if short_code(refusal.code or "") != "InvalidParameter":
                raise
            if self._get(name) != (value, token):
                raise StoreConflict(f"The secret {name} was changed by another run.") from None
        return token

    @staticmethod
    def _scheduled(name: str) -> str:
        return f"The secret {name} is scheduled for deletion. Restore it, or set seed_store.name to another name."
