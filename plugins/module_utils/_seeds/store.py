# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where seeds live: AWS Secrets Manager and SSM Parameter Store. Written, read back, never overwritten blindly.

This module is private to hardening.aws. A write says which version it expects to replace; if another run was faster,
it raises StoreConflict instead of burying the other's seed.
"""

from __future__ import annotations

import abc
import dataclasses
import json
import re
import string
import time
import typing as t
import uuid

from .._aws.client import Client, Connection
from .._aws.refusals import short_code
from .._errors import AwsRefused, MfaError, StoreConflict
from .totp import SeedError, normalize_seed

PLACEHOLDERS = ("user_name", "device_name", "account_id")
_FIELDS = ("seed", "serial_number", "user_name", "otpauth_uri", "created")
_READ_BACK_SECONDS = 15.0
_STAGE = "HARDENING_NEW"


@dataclasses.dataclass(frozen=True)
class Record:
    """What a store holds for a device. I(created) is ISO 8601; I(version) is the store's own name for this state."""

    seed: str = dataclasses.field(repr=False)
    serial_number: str
    user_name: str
    otpauth_uri: str = dataclasses.field(repr=False)
    created: str
    version: str | None = None

    def value(self) -> str:
        """Return the text that is stored."""
        return json.dumps({name: getattr(self, name) for name in _FIELDS})


def template_problem(template: str) -> str | None:
    """Return what is wrong with a name's placeholders, or None."""
    known = ", ".join("{" + name + "}" for name in PLACEHOLDERS)
    try:
        fields = [(name, spec, conv) for _text, name, spec, conv in string.Formatter().parse(template)]
    except ValueError as error:
        return f"{template!r} is not a valid template ({error}), the placeholders are {known}"
    for name, spec, conversion in fields:
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            return f"{template!r} has the unknown placeholder {{{name}}}, the placeholders are {known}"
    return None


def open_store(options: t.Mapping[str, t.Any], connection: Connection, account_id: t.Callable[[], str]) -> SeedStore:
    """Return the store that O(seed_store) describes. I(account_id) is asked only if a name has it."""
    kind = {"secretsmanager": SecretsManagerStore, "ssm_parameter": ParameterStore}[options["type"]]
    client = connection.client(kind.service, options.get("region"), options.get("endpoint_url"))
    return kind(client, options, account_id)


class SeedStore(abc.ABC):
    """Reads and writes records. I(options) are those of O(seed_store)."""

    service: t.ClassVar[str]
    title: t.ClassVar[str]

    def __init__(self, client: Client, options: t.Mapping[str, t.Any], account_id: t.Callable[[], str]) -> None:
        self._client = client
        self._options = options
        self._account_id = account_id

    @property
    def readable(self) -> bool:
        """Whether the caller may read what is stored."""
        return bool(self._options["verify"])

    def prepare(self) -> None:
        """Connect, while the caller does something else."""
        self._client.open_soon()

    def name_for(self, user_name: str, device_name: str) -> str:
        """Return the name under which the seed of this device is kept."""
        account_id = self._account_id() if "{account_id}" in (self._options.get("name") or "") else ""
        return store_name(self._options, user_name, device_name, account_id)

    def read(self, name: str, serial_number: str) -> Record | None:
        """Return the record of a device, or None if the store has none.

        :raises MfaError: Something else is kept under this name.
        """
        found = self._get(name)
        if found is None:
            return None
        text, version = found
        try:
            fields = json.loads(text)
            record = Record(**{field: str(fields[field]) for field in _FIELDS}, version=version)
            normalize_seed(record.seed)
        except (ValueError, TypeError, KeyError, SeedError):
            raise MfaError(
                f"{self.title} {name} holds something that is not a seed record, and is left as it is: "
                "set seed_store.name to a name of its own."
            ) from None
        if record.serial_number != serial_number:
            raise MfaError(
                f"{self.title} {name} holds the seed of {record.serial_number} ({record.user_name}), not of "
                f"{serial_number}, and is left as it is: set seed_store.name to a name of its own, for example "
                "with {device_name} in it."
            )
        return record

    def write(self, name: str, record: Record, expected: str | None) -> Record:
        """Write a record in place of version I(expected) (None: of nothing) and read it back.

        :returns: The record with its new version.
        :raises StoreConflict: Another version than the expected one is there; it stays.
        :raises MfaError: What was read back is not what was written.
        """
        version = self._put(name, record.value(), expected)
        if self._options["verify"]:
            self._read_back(name, record, version)
        return dataclasses.replace(record, version=version)

    def confirm(self, name: str, record: Record) -> None:
        """Make sure that a record is still the current one, now that its device is attached and it is proven."""
        # Where a write insists on the version that it replaces, no other can have buried it.
        return

    def _tags(self) -> list[dict[str, str]]:
        """The tags of a new secret or parameter, as the stores take them: strings only."""
        tags = self._options.get("tags") or {}
        return sorted(({"Key": str(key), "Value": str(value)} for key, value in tags.items()), key=lambda t: t["Key"])

    def _read_back(self, name: str, record: Record, version: str) -> None:
        give_up_at = time.monotonic() + _READ_BACK_SECONDS
        while True:
            found = self._get(name)
            if found == (record.value(), version):
                return
            if found is not None and found[1] != version and self._is_newer(found[1], version):
                raise StoreConflict(f"{self.title} {name} was changed by another run.")
            if time.monotonic() > give_up_at:
                raise MfaError(
                    f"{self.title} {name} does not give back what was written to it, so the device was not "
                    "attached. Run again; if it stays so, look at who else writes to it."
                )
            time.sleep(0.2)

    @staticmethod
    def _is_newer(_found: str, _written: str) -> bool:
        """Whether a version that was read is known to have replaced the one that was written."""
        return True

    @abc.abstractmethod
    def _get(self, name: str) -> tuple[str, str] | None:
        """Return the value and its version, or None."""

    @abc.abstractmethod
    def _put(self, name: str, value: str, expected: str | None) -> str:
        """Write the value in place of the version I(expected), and return the new version."""


class SecretsManagerStore(SeedStore):
    """Seeds as secrets: one a device."""

    service = "secretsmanager"
    title = "The secret"

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
                raise MfaError(self._scheduled(name), refusal.code, refusal.operation) from None
            raise
        return answer.get("SecretString", ""), answer["VersionId"]

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
                raise MfaError(self._scheduled(name), refusal.code, refusal.operation) from None
            if kind != "ResourceExists":
                raise
        if not self.readable:
            # What is there cannot be looked at, and stays as the version before.
            params = {"SecretId": name, "SecretString": value, "ClientRequestToken": token}
            self._client.call("PutSecretValue", params)
            return token
        found = self._get(name)
        if found is None:
            # The secret is there without a value, as Terraform makes them.
            return self._replace(name, value, token, None)
        if found == (value, token):
            return token  # our own: the reply to the first attempt was lost
        raise StoreConflict(f"The secret {name} exists already.")

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
        return f"The secret {name} is scheduled for deletion: restore it, or set seed_store.name to another name."


class ParameterStore(SeedStore):
    """Seeds as SecureString parameters: one a device."""

    service = "ssm"
    title = "The parameter"

    def _get(self, name: str, version: str = "") -> tuple[str, str] | None:
        selector = f"{name}:{version}" if version else name
        try:
            answer = self._client.call(
                "GetParameter",
                {"Name": selector, "WithDecryption": True},
                expected=("ParameterNotFound",),
                requires=("Parameter.Value", "Parameter.Version", "Parameter.Type"),
            )["Parameter"]
        except AwsRefused as refusal:
            if short_code(refusal.code or "") in ("ParameterNotFound", "ParameterVersionNotFound"):
                return None
            raise
        if answer["Type"] != "SecureString":
            raise MfaError(
                f"The parameter {name} is a {answer['Type']}, which keeps its value in clear text: "
                "set seed_store.name to another name."
            )
        return answer["Value"], str(answer["Version"])

    def _put(self, name: str, value: str, expected: str | None) -> str:
        params: dict[str, t.Any] = {"Name": name, "Value": value, "Type": "SecureString"}
        if self._options.get("kms_key_id"):
            params["KeyId"] = self._options["kms_key_id"]
        if expected is not None:
            return self._replace(name, value, params, expected)
        new = {**params, "Tags": self._tags()} if self._options.get("tags") else params
        try:
            return self._put_parameter({**new, "Overwrite": False})
        except AwsRefused as refusal:
            if short_code(refusal.code or "") != "ParameterAlreadyExists":
                raise
        if not self.readable:
            # What is there cannot be looked at, and stays in the parameter's history.
            return self._put_parameter({**params, "Overwrite": True})
        found = self._get(name)
        if found is not None and found[0] == value:
            return found[1]  # our own: the reply to the first attempt was lost
        raise StoreConflict(f"The parameter {name} exists already.")

    def _replace(self, name: str, value: str, params: dict[str, t.Any], expected: str) -> str:
        # Parameter Store cannot insist on a version. So it is looked at just before, and again by confirm() once the
        # device is attached: another run that is killed at the wrong moment must not have the last word.
        there = self._get(name)
        if there is None or there[1] != expected:
            raise StoreConflict(f"The parameter {name} was changed by another run.")
        version = int(self._put_parameter({**params, "Overwrite": True}))
        if version == int(expected) + 1:
            return str(version)
        # Another write came between: put it back on top.
        between = self._get(name, str(version - 1))
        if between is None or between[0] == value:
            return str(version)
        self._put_parameter({**params, "Value": between[0], "Overwrite": True})
        raise StoreConflict(f"The parameter {name} was changed by another run.")

    def confirm(self, name: str, record: Record) -> None:
        """Put the record back on top if another run, killed since, has buried it. A first version cannot be buried."""
        if not self.readable or record.version in (None, "1"):
            return
        found = self._get(name)
        if found is None or found[0] == record.value():
            return
        params: dict[str, t.Any] = {"Name": name, "Value": record.value(), "Type": "SecureString", "Overwrite": True}
        if self._options.get("kms_key_id"):
            params["KeyId"] = self._options["kms_key_id"]
        self._put_parameter(params)

    def _put_parameter(self, params: dict[str, t.Any]) -> str:
        return str(self._client.call("PutParameter", params, requires=("Version",))["Version"])

    @staticmethod
    def _is_newer(found: str, written: str) -> bool:
        return int(found) > int(written)


# What a name may consist of, its longest length in characters, and the name where none is given.
_NAMES = {
    "secretsmanager": (r"[A-Za-z0-9/_+=.@-]", 512, "mfa/{user_name}"),
    "ssm_parameter": (r"[A-Za-z0-9/_.-]", 900, "/mfa/{user_name}"),
}


def store_name(options: t.Mapping[str, t.Any], user_name: str, device_name: str, account_id: str) -> str:
    """Return the name of a device's record.

    IAM allows characters in names that a store does not, such as C(@) in Parameter Store. They become C(_x40_).
    """
    allowed, _longest, default = _NAMES[options["type"]]
    template = options.get("name") or default
    if options["type"] == "ssm_parameter" and "/" in template and not template.startswith("/"):
        template = "/" + template
    name = template.format(user_name=user_name, device_name=device_name, account_id=account_id)
    return "".join(char if re.match(allowed, char) else f"_x{ord(char):02X}_" for char in name)


def store_name_problem(options: t.Mapping[str, t.Any], user_name: str, device_name: str) -> str | None:
    """Return why a record of this name cannot be kept, or None."""
    name = store_name(options, user_name, device_name, "0" * 12)
    longest = _NAMES[options["type"]][1]
    if len(name) > longest:
        return f"gives a name of {len(name)} characters, at most {longest} are possible"
    if options["type"] == "ssm_parameter":
        if name.count("/") > 15:
            return f"gives a name of {name.count('/')} levels ({name}), at most 15 are possible"
        if re.match(r"/?(aws|ssm)", name, re.IGNORECASE):
            return f"gives the name {name}, and names that begin with aws or ssm are Amazon's own"
    return None
