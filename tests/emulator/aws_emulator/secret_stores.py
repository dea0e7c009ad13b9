# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets Manager and SSM Parameter Store: moto's, called without its web layer, corrected where AWS is stricter.

It also answers the monitor's question: is this seed stored right now?
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    ResourceNotFoundException,
    SecretNotFoundException,
    ValidationException,
)
from moto.secretsmanager.models import (
    FakeSecret,
    ReplicaSecret,
    SecretsManagerBackend,
    SecretsStore,
    secretsmanager_backends,
)
from moto.secretsmanager.responses import SecretsManagerResponse

from .answers import Answer, ApiError, json_answer

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
MOST_AT_ONCE = 20  # secrets that one BatchGetSecretValue may name
SEED = re.compile(r"[A-Z2-7]{64}")
SECRET_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")
PARAMETER_NAME = re.compile(r"[A-Za-z0-9_./-]+")


class IndexedStore(SecretsStore):
    """moto's store of secrets, which walks through all secrets for each look-up, with look-ups by key."""

    has_replicas = False

    def __setitem__(self, key: str, value: FakeSecret | ReplicaSecret) -> None:
        if isinstance(value, ReplicaSecret):
            self.has_replicas = True
        dict.__setitem__(self, key, value)

    def _find(self, key: str) -> FakeSecret | ReplicaSecret | None:
        if not key.startswith("arn:"):
            return dict.get(self, key)
        name = key.split(":", 6)[-1]
        found = dict.get(self, name)
        if found is None and len(name) > 7:
            found = dict.get(self, name[:-7])
            if found is not None and found.arn != key:
                return None
        return found

    def __getitem__(self, key: str) -> FakeSecret | ReplicaSecret:
        if self.has_replicas:
            return super().__getitem__(key)
        found = self._find(key)
        if found is None:
            raise SecretNotFoundException
        return found

    def __contains__(self, key: object) -> bool:
        if self.has_replicas:
            return super().__contains__(str(key))
        return self._find(str(key)) is not None

    def get(self, key: str, default: Any = None) -> Any:
        if self.has_replicas:
            return super().get(key) or default
        return self._find(key) or default

    def pop(self, key: str, default: Any = None) -> Any:
        if self.has_replicas:
            return super().pop(key) or default
        found = self._find(key)
        return default if found is None else dict.pop(self, found.name)


class StrictSecretsBackend(SecretsManagerBackend):
    """moto's Secrets Manager with AWS's rules on tokens, staging labels and secrets marked for deletion."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.secrets = IndexedStore()

    def _own(self, secret_id: str, changing: bool = True) -> FakeSecret:
        secret = self.secrets.get(secret_id)
        if secret is None:
            raise SecretNotFoundException
        if isinstance(secret, ReplicaSecret):
            if changing:
                raise InvalidParameterException(
                    "Operation not permitted on a replica secret. Call must be made in primary secret's region."
                )
            return secret.source
        if secret.is_deleted():
            raise InvalidRequestException(
                "You can't perform this operation on the secret because it was marked for deletion."
            )
        return secret

    def _same_version(self, secret: FakeSecret, token: str | None, string: Any, binary: Any) -> bool:
        """Whether this token has already made exactly this version."""
        version = secret.versions.get(token) if token else None
        if version is None:
            return False
        if "secret_string" not in version and "secret_binary" not in version:
            return False  # a rotation has reserved it
        if version.get("secret_string") == string and version.get("secret_binary") == binary:
            return True
        raise ResourceExistsException(
            f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret "
            f"{secret.arn}."
        )

    def create_secret(self, name: str, *args: Any, **kwargs: Any) -> str:
        if not isinstance(name, str) or not SECRET_NAME.fullmatch(name):
            raise ValidationException(
                "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
                "-/_+=.@!"
            )
        existing = self.secrets.get(name)
        if existing is None:
            return super().create_secret(name, *args, **kwargs)
        if isinstance(existing, ReplicaSecret):
            raise InvalidParameterException("Operation not permitted on a replica secret.")
        if existing.is_deleted():
            raise InvalidRequestException(
                "You can't create this secret because a secret with this name is already scheduled for deletion."
            )
        token = kwargs.get("client_request_token")
        string, binary = kwargs.get("secret_string"), kwargs.get("secret_binary")
        if self._same_version(existing, token, string, binary):
            return existing.to_short_dict(version_id=token)
        raise ResourceExistsException(f"The operation failed because the secret {name} already exists.")

    def _move_label(self, secret: FakeSecret, label: str, target: str) -> None:
        """Put a label on a version; what AWS does to AWSPREVIOUS when AWSCURRENT moves comes with it."""
        source = _version_with(secret, label)
        if source == target:
            return
        if source is not None:
            secret.versions[source]["version_stages"].remove(label)
        secret.versions[target]["version_stages"].append(label)
        if label != CURRENT:
            return
        secret.set_default_version_id(target)
        if source is not None:
            for version in secret.versions.values():
                if PREVIOUS in version["version_stages"]:
                    version["version_stages"].remove(PREVIOUS)
            secret.versions[source]["version_stages"].append(PREVIOUS)

    def _new_version(self, secret: FakeSecret, token: str, string: Any, binary: Any, labels: list[str]) -> None:
        version: dict[str, Any] = secret.versions.setdefault(token, {"version_stages": []})
        version["createdate"] = int(time.time())
        version["version_id"] = token
        if string is not None:
            version["secret_string"] = string
        if binary is not None:
            version["secret_binary"] = binary
        for label in labels:
            self._move_label(secret, label, token)
        secret.last_changed_date = int(time.time())

    def put_secret_value(
        self, secret_id: str, secret_string: Any, secret_binary: Any, client_request_token: Any, version_stages: Any
    ) -> str:
        secret = self._own(secret_id)
        token = self._from_client_request_token(client_request_token)
        if not self._same_version(secret, token, secret_string, secret_binary):
            labels = list(version_stages)
            if not secret.versions and CURRENT not in labels:
                labels.append(CURRENT)
            self._new_version(secret, token, secret_string, secret_binary, labels)
        return secret.to_short_dict(include_version_stages=True, version_id=token)

    def update_secret(
        self,
        secret_id: str,
        secret_string: Any = None,
        secret_binary: Any = None,
        client_request_token: Any = None,
        kms_key_id: Any = None,
        description: Any = None,
    ) -> str:
        secret = self._own(secret_id)
        new_version = secret_string is not None or secret_binary is not None
        token = self._from_client_request_token(client_request_token)
        if new_version and not self._same_version(secret, token, secret_string, secret_binary):
            self._new_version(secret, token, secret_string, secret_binary, [CURRENT])
        if description is not None:
            secret.description = description
        if kms_key_id is not None:
            secret.kms_key_id = kms_key_id
        return secret.to_short_dict(version_id=token if new_version else None, include_version_id=new_version)

    def get_secret_value(self, secret_id: str, version_id: Any, version_stage: Any) -> dict[str, Any]:
        secret = self._own(secret_id, changing=False)
        stage = version_stage or CURRENT
        if version_id:
            version = secret.versions.get(version_id)
            missing = f"VersionId: {version_id}"
            if version is not None and version_stage and version_stage not in version["version_stages"]:
                message = "You provided a VersionStage that is not associated to the provided VersionId."
                raise InvalidRequestException(message)
        else:
            version = secret.versions.get(_version_with(secret, stage) or "")
            missing = f"staging label: {stage}"
        if version is None or not ("secret_string" in version or "secret_binary" in version):
            raise ResourceNotFoundException(f"Secrets Manager can't find the specified secret value for {missing}")
        shown = self.secrets[secret_id]
        result = {
            "ARN": shown.arn,
            "Name": shown.name,
            "VersionId": version["version_id"],
            "VersionStages": version["version_stages"],
            "CreatedDate": version["createdate"],
        }
        if "secret_string" in version:
            result["SecretString"] = version["secret_string"]
        if "secret_binary" in version:
            result["SecretBinary"] = version["secret_binary"]
        return result

    def update_secret_version_stage(
        self, secret_id: str, version_stage: str, remove_from_version_id: Any, move_to_version_id: Any
    ) -> tuple[str, str]:
        secret = self._own(secret_id)
        holder = _version_with(secret, version_stage)
        for parameter, version in (
            ("RemoveFromVersionId", remove_from_version_id),
            ("MoveToVersionId", move_to_version_id),
        ):
            if version and version not in secret.versions:
                raise ResourceNotFoundException(
                    f"Secrets Manager can't find the specified secret version: {parameter} {version}"
                )
        if remove_from_version_id and remove_from_version_id != holder:
            raise InvalidParameterException(
                f"The parameter RemoveFromVersionId is wrong. Staging label {version_stage} isn't attached to version "
                f"{remove_from_version_id}."
            )
        if holder is not None and not remove_from_version_id and move_to_version_id != holder:
            raise InvalidParameterException(
                f"The parameter RemoveFromVersionId can't be empty. Staging label {version_stage} is currently "
                f"attached to version {holder}, so you must explicitly reference that version in RemoveFromVersionId."
            )
        if move_to_version_id:
            self._move_label(secret, version_stage, move_to_version_id)
        elif holder is not None:
            if version_stage == CURRENT:
                raise InvalidParameterException(
                    f"You can only move staging label {CURRENT} to a different secret version. "
                    "It can't be completely removed."
                )
            secret.versions[holder]["version_stages"].remove(version_stage)
        return secret.arn, secret.name


def _version_with(secret: FakeSecret | ReplicaSecret, label: str) -> str | None:
    for version_id, version in secret.versions.items():
        if label in version["version_stages"]:
            return version_id
    return None


# moto finds a backend's URLs next to the module that it believes the backend to be in.
StrictSecretsBackend.__module__ = SecretsManagerBackend.__module__


class _ParsedDocument:
    """What moto's request handling is fed with in place of a request: a parsed document."""

    def __init__(self, account_id: str, region: str, document: dict[str, Any]) -> None:
        self.current_account = account_id
        self.region = region
        self.document = document

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = self.document.get(param_name)
        return if_none if value is None else value


class _DirectSecrets(_ParsedDocument, SecretsManagerResponse):
    """moto's request handling for Secrets Manager, fed with a parsed document."""

    def batch_get_secret_value(self) -> str:
        ids = self._get_param("SecretIdList") or []
        if len(ids) > MOST_AT_ONCE:
            raise ValidationException(
                f"1 validation error detected: Value at 'secretIdList' failed to satisfy constraint: Member must have "
                f"length less than or equal to {MOST_AT_ONCE}"
            )
        answer: str = super().batch_get_secret_value()
        return answer

    def list_secret_version_ids(self) -> str:
        secret = self.backend.describe_secret(self._get_param("SecretId", ""))
        versions = [
            {
                "VersionId": version_id,
                "VersionStages": version["version_stages"],
                "CreatedDate": version.get("createdate"),
            }
            for version_id, version in secret.versions.items()
            if version["version_stages"] or self._get_param("IncludeDeprecated")
        ]
        return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": versions})


_SECRETS_METHODS = frozenset(method_names_from_class(_DirectSecrets)) - frozenset(dir(BaseResponse))
_SSM_ACTIONS = frozenset({"DeleteParameter", "DeleteParameters", "GetParameter", "GetParameters", "PutParameter"})


def _json_default(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=timezone.utc).timestamp()
    raise TypeError(f"can't write {type(value).__name__} as JSON")


def batch_of_denials(document: dict[str, Any], principal: str) -> Answer:
    """The answer to BatchGetSecretValue of a caller who may call it, and may read none of the secrets."""
    text = f"User: {principal} is not authorized to perform: secretsmanager:GetSecretValue on resource: "
    reasons = "because no identity-based policy allows the secretsmanager:GetSecretValue action"
    errors = [
        {"SecretId": name, "ErrorCode": "AccessDeniedException", "Message": f"{text}{name} {reasons}"}
        for name in document.get("SecretIdList") or []
    ]
    return json_answer(json.dumps({"SecretValues": [], "Errors": errors}))


class SecretStores:
    """Both stores, and the index of the seeds in them."""

    def __init__(self) -> None:
        self.locks = {"secretsmanager": threading.RLock(), "ssm": threading.RLock()}
        self._ssm_response: Callable[[str, str, dict[str, Any]], Any] | None = None
        # seed -> where it was written: (service, account, region, name)
        self._written: dict[str, set[tuple[str, str, str, str]]] = {}

    def install(self) -> None:
        """Make moto use the strict backend."""
        secretsmanager_backends.backend = StrictSecretsBackend

    def clear(self) -> None:
        self._written.clear()

    # Calls

    def handles(self, service: str, action: str) -> bool:
        """Whether the call is answered here rather than through moto's web layer."""
        if service == "secretsmanager":
            return camelcase_to_underscores(action) in _SECRETS_METHODS
        return service == "ssm" and action in _SSM_ACTIONS

    def call(self, service: str, action: str, account_id: str, region: str, document: dict[str, Any]) -> Answer:
        with self.locks[service]:
            try:
                if service == "secretsmanager":
                    response: Any = _DirectSecrets(account_id, region, document)
                else:
                    if action == "PutParameter":
                        check_parameter_name(document.get("Name"))
                    response = self._ssm(account_id, region, document)
                result = getattr(response, camelcase_to_underscores(action))()
            except JsonRESTError as error:
                # moto answers 404 where AWS answers 400
                raise ApiError(error.relative_error_type, str(error.message), 400) from None
            except ServiceException as error:
                raise ApiError(error.code, error.message, 400) from None
            except KeyError as error:
                if error.args == (region,):
                    raise ApiError("UnrecognizedClientException", f"There is no region {region}.", 400) from None
                raise
            self._note(service, action, account_id, region, document)
        if isinstance(result, ActionResult):
            return json_answer(json.dumps(result.result or {}, default=_json_default))
        return json_answer(result)

    def _ssm(self, account_id: str, region: str, document: dict[str, Any]) -> Any:
        if self._ssm_response is None:
            self._ssm_response = direct_ssm()
        return self._ssm_response(account_id, region, document)

    # The monitor

    def _note(self, service: str, action: str, account_id: str, region: str, document: dict[str, Any]) -> None:
        if service == "secretsmanager" and action in ("CreateSecret", "PutSecretValue", "UpdateSecret"):
            name, value = document.get("Name") or document.get("SecretId"), document.get("SecretString")
        elif action == "PutParameter":
            name, value = document.get("Name"), document.get("Value")
        else:
            return
        for seed in SEED.findall(value or ""):
            self._written.setdefault(seed, set()).add((service, account_id, region, str(name)))

    def holds(self, seed: str) -> bool:
        """Whether the seed is in the current value of a secret or of a SecureString parameter, in any region."""
        with self.locks["secretsmanager"], self.locks["ssm"]:
            for service, account_id, region, name in self._written.get(seed, ()):
                value = self._current(service, account_id, region, name)
                if value is not None and seed in value:
                    return True
            return any(seed in value or seed in _plain(value) for value in self._every_current_value())

    def _current(self, service: str, account_id: str, region: str, name: str) -> str | None:
        if service == "secretsmanager":
            secret = secretsmanager_backends[account_id][region].secrets.get(name)
            return None if secret is None else _secret_text(secret)
        from moto.ssm.models import ssm_backends

        return _parameter_text(_parameters(ssm_backends[account_id][region]).get(name) or [])

    def _every_current_value(self) -> list[str]:
        found: list[str | None] = []
        for _account, _region, backend in secretsmanager_backends.iter_backends():
            found += [_secret_text(secret) for secret in dict.values(getattr(backend, "secrets"))]
        if self._ssm_response is not None:
            from moto.ssm.models import ssm_backends

            for _account, _region, backend in ssm_backends.iter_backends():
                found += [_parameter_text(versions) for versions in dict.values(_parameters(backend))]
        return [value for value in found if value]


def _plain(value: str) -> str:
    return re.sub(r"[\s-]", "", value).upper()


def _secret_text(secret: FakeSecret | ReplicaSecret) -> str | None:
    if secret.is_deleted():
        return None
    version = secret.versions.get(_version_with(secret, CURRENT) or "")
    if version is None:
        return None
    text = version.get("secret_string") or ""
    try:
        text += base64.b64decode(version.get("secret_binary") or "").decode("latin-1")
    except (binascii.Error, ValueError):
        pass
    return text


def _parameters(backend: Any) -> dict[str, list[Any]]:
    """The parameters of one of moto's backends, all versions of each."""
    found: dict[str, list[Any]] = getattr(backend, "_parameters")
    return found


def _parameter_text(versions: list[Any]) -> str | None:
    if not versions or versions[-1].parameter_type != "SecureString":
        return None
    value: str = versions[-1].value
    return value


def check_parameter_name(name: Any) -> None:
    """What AWS demands of a parameter's name and moto lets pass."""
    if not isinstance(name, str) or not PARAMETER_NAME.fullmatch(name):
        raise ApiError(
            "ValidationException",
            'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of '
            "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the "
            "following 3 symbols .-_",
        )
    if "/" in name and not name.startswith("/"):
        raise ApiError("ValidationException", "Parameter name must be a fully qualified name.")


def direct_ssm() -> Callable[[str, str, dict[str, Any]], Any]:
    """moto's request handling for SSM, fed with a parsed document. Its import is slow, so it waits for a first use."""
    from moto.ssm.responses import SimpleSystemManagerResponse

    class DirectSsm(_ParsedDocument, SimpleSystemManagerResponse):
        pass

    return DirectSsm
