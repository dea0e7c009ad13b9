# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SSM Parameter Store as a seed store: a SecureString parameter for each device.

This module is private to hardening.aws.
"""

from __future__ import annotations

import re
import typing as t

from .._aws.refusals import short_code
from .._errors import AwsRefused, MfaError, StoreConflict
from .base import SeedStore
from .record import Record


class ParameterStore(SeedStore):
    """Seeds as SecureString parameters."""

    service = "ssm"
    title = "The parameter"
    name_characters = r"[A-Za-z0-9/_.-]"
    longest_name = 900
    default_name = "/mfa/{user_name}"
    most_at_once = 10

    @classmethod
    def name_of(cls, template: str | None, user_name: str, device_name: str, account_id: str) -> str:
        """Return the name of a device's record. A name with levels begins with a slash."""
        if template and "/" in template and not template.startswith("/"):
            template = "/" + template
        return super().name_of(template, user_name, device_name, account_id)

    @classmethod
    def name_problem(cls, name: str) -> str | None:
        """Return why no record can be kept under this name, or None."""
        problem = super().name_problem(name)
        if problem is None and name.count("/") > 15:
            problem = f"gives a name of {name.count('/')} levels ({name}); the limit is 15"
        if problem is None and re.match(r"/?(aws|ssm)", name, re.IGNORECASE):
            problem = f"gives the name {name}, and names that begin with aws or ssm are reserved by AWS"
        return problem

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
                f"The parameter {name} is a {answer['Type']}, which keeps its value in clear text. "
                "Set seed_store.name to another name."
            )
        return answer["Value"], str(answer["Version"])

    def _get_many(self, names: list[str]) -> dict[str, tuple[str, str]]:
        params = {"Names": names, "WithDecryption": True}
        answer = self._client.call("GetParameters", params, expected=("AccessDenied",))
        return {
            found["Name"]: (found["Value"], str(found["Version"]))
            for found in answer.get("Parameters", ())
            if found["Type"] == "SecureString"
        }

    def _delete(self, name: str) -> None:
        try:
            self._client.call("DeleteParameter", {"Name": name}, expected=("ParameterNotFound",))
        except AwsRefused as refusal:
            if short_code(refusal.code or "") != "ParameterNotFound":
                raise

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
            # What is there cannot be read; it is kept in the parameter's history.
            return self._put_parameter({**params, "Overwrite": True})
        found = self._get(name)
        if found is not None and found[0] == value:
            return found[1]  # our own: the reply to the first attempt was lost
        raise StoreConflict(f"The parameter {name} already exists.")

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
