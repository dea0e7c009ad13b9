# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Secrets Manager as a seed store: a secret for each device.

This module is private to hardening.aws.
"""

from __future__ import annotations

import json
import typing as t
import uuid

from .._aws.refusals import short_code
from .._errors import AwsRefused, MfaError, StoreConflict
from .base import SeedStore

_STAGE = "HARDENING_NEW"
_RECOVERY_DAYS = 30  # the most that AWS allows


class SecretsManagerStore(SeedStore):
    """Seeds as secrets."""

    service = "secretsmanager"
    title = "The secret"
    name_characters = r"[A-Za-z0-9/_+=.@-]"
    longest_name = 512
    default_name = "mfa/{user_name}"
    most_at_once = 20

    def _get(self, name: str) -> tuple[str, str] | None:
        try:
            answer = self._client.call(
                "GetSecretValue", {"SecretId": name}, expected=("ResourceNotFound",), requires=("VersionId",)
            )
        except AwsRefused as refusal:
            kind = short_code(refusal.code or "")
            if kind == "ResourceNotFound":
                return None
            if _is_scheduled(refusal):
                if self.deletes:
                    return None
                raise MfaError(self._scheduled(name), refusal.code, refusal.operation) from None
            raise
        return answer.get("SecretString", ""), answer["VersionId"]

    def _get_many(self, names: list[str]) -> dict[str, tuple[str, str]]:
        answer = self._client.call("BatchGetSecretValue", {"SecretIdList": names}, expected=("AccessDenied",))
        return {
            secret["Name"]: (secret.get("SecretString", ""), secret["VersionId"])
            for secret in answer.get("SecretValues", ())
        }

    def _delete(self, name: str) -> None:
        days = self._options.get("recovery_window_days") or _RECOVERY_DAYS
        try:
            self._client.call(
                "DeleteSecret", {"SecretId": name, "RecoveryWindowInDays": days}, expected=("ResourceNotFound",)
            )
        except AwsRefused as refusal:
            # Sent again after a lost reply, it finds that it has done its work.
            if short_code(refusal.code or "") != "ResourceNotFound" and not _is_scheduled(refusal):
                raise

    def _put(self, name: str, value: str, expected: str | None) -> str:
        token = str(uuid.uuid4())
        return self._create(name, value, token) if expected is None else self._replace(name, value, token, expected)

    def _create(self, name: str, value: str, token: str) -> str:
        params: dict[str, t.Any] = {"Name": name, "SecretString": value, "ClientRequestToken": token}
        params["Description"] = _description(value)
        if self._options.get("kms_key_id"):
            params["KmsKeyId"] = self._options["kms_key_id"]
        if self._options.get("tags"):
            params["Tags"] = self._tags()
        try:
            return t.cast(str, self._client.call("CreateSecret", params, requires=("VersionId",))["VersionId"])
        except AwsRefused as refusal:
            if _is_scheduled(refusal):
                if self.deletes:
                    return self._restore(name, value, token)
                raise MfaError(self._scheduled(name), refusal.code, refusal.operation) from None
            if short_code(refusal.code or "") != "ResourceExists":
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

    def _restore(self, name: str, value: str, token: str) -> str:
        """Take a secret back that is scheduled for deletion, and give it a new value.

        Its description tells whose it is while it cannot be read, so what somebody else scheduled is never restored.
        """
        described = self._client.call("DescribeSecret", {"SecretId": name}, expected=("ResourceNotFound",))
        if described.get("Description") != _description(value):
            raise MfaError(
                f"The secret {name} is scheduled for deletion, and its description does not say that it is the seed of "
                "an earlier device of this name and user. It was left unchanged: restore it, or set seed_store.name to "
                "another name."
            )
        self._client.call("RestoreSecret", {"SecretId": name})
        found = self._get(name)
        if found is None or not _is_of_the_same_device(found[0], value):
            self._delete(name)
            raise MfaError(
                f"{self._scheduled(name)} It holds something else than its description says, and is scheduled again."
            )
        return self._replace(name, value, token, found[1])

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
        return (
            f"The secret {name} is scheduled for deletion. Restore it, set seed_store.name to another name, or set "
            "seed_store.on_absent to delete, which takes back the secret of an earlier device."
        )


def _is_scheduled(refusal: AwsRefused) -> bool:
    """Whether AWS refused a call because the secret is scheduled for deletion."""
    return short_code(refusal.code or "") == "InvalidRequest" and "delet" in refusal.aws_message


def _description(value: str) -> str:
    """Return the description of the secret that holds a record."""
    record = json.loads(value)
    return f"Seed of the MFA device {record['serial_number']} of {record['user_name']}, kept by hardening.aws"


def _is_of_the_same_device(text: str, value: str) -> bool:
    """Whether what a secret holds is a record of the device and the user that a new record is of."""
    try:
        old, new = json.loads(text), json.loads(value)
        return all(old[field] == new[field] for field in ("serial_number", "user_name"))
    except (ValueError, TypeError, KeyError):
        return False
