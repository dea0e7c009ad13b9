# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's calls on what a user signs in with besides MFA devices: AWS's shapes as plain values.

This module is private to hardening.aws. Something that is already gone is no error; a user who is gone is UserGone.
"""

from __future__ import annotations

import contextlib
import json
import typing as t

from .._aws.iam import MfaApi
from .._aws.refusals import short_code
from .._errors import AwsRefused, MfaError
from . import plan as plans
from .plan import Credential, Key, Moment

# How each of the other credentials is deleted: the call, and the parameter that names the credential.
_DELETIONS = {
    plans.DELETE_SSH_KEY: ("DeleteSSHPublicKey", "SSHPublicKeyId"),
    plans.DELETE_CERTIFICATE: ("DeleteSigningCertificate", "CertificateId"),
    plans.DELETE_SERVICE_CREDENTIAL: ("DeleteServiceSpecificCredential", "ServiceSpecificCredentialId"),
}
OTHER_KINDS = tuple(_DELETIONS)


class UserGone(MfaError):
    """The user does not exist, or no longer exists."""


class AccessApi(MfaApi):
    """IAM's calls on one account about what users sign in with."""

    def user(self, user_name: str) -> dict[str, t.Any] | None:
        """Return a user in IAM's own shape, or None if there is no such user."""
        with contextlib.suppress(UserGone):
            return t.cast("dict[str, t.Any]", self._of_user("GetUser", user_name, ("User.UserName",))["User"])
        return None

    # Sessions

    def sessions_policy(self, user_name: str) -> t.Any:
        """Return the document of the user's policy that ends sessions, or None if there is none."""
        found = self._if_there("GetUserPolicy", user_name, ("PolicyDocument",), PolicyName=plans.SESSIONS_POLICY)
        if found is None:
            return None
        document = found["PolicyDocument"]
        # botocore parses it, and leaves what is not JSON as text.
        if isinstance(document, str):
            with contextlib.suppress(ValueError):
                return json.loads(document)
        return document

    def revoke_sessions(self, user_name: str, document: dict[str, t.Any]) -> None:
        """Write the user's policy that ends sessions."""
        text = json.dumps(document, separators=(",", ":"))
        self._of_user("PutUserPolicy", user_name, PolicyName=plans.SESSIONS_POLICY, PolicyDocument=text)

    # Password

    def has_password(self, user_name: str) -> bool:
        """Return whether the user has a console password."""
        return self._if_there("GetLoginProfile", user_name, ("LoginProfile",)) is not None

    def delete_password(self, user_name: str) -> bool:
        """Delete the user's console password. Return whether there was one."""
        return self._take("DeleteLoginProfile", user_name)

    # Access keys

    def keys(self, user_name: str) -> list[Key]:
        """Return the user's access keys."""
        found = self._pages_of_user("ListAccessKeys", "AccessKeyMetadata", user_name)
        return [Key(item["AccessKeyId"], item["Status"] == "Active", item["CreateDate"]) for item in found]

    def key_last_used(self, key_id: str) -> tuple[str | None, Moment | None]:
        """Return the name of a key's user, and when the key was last used; None if never."""
        answer = self._iam.call("GetAccessKeyLastUsed", {"AccessKeyId": key_id}, requires=("AccessKeyLastUsed",))
        return answer.get("UserName"), answer["AccessKeyLastUsed"].get("LastUsedDate")

    def deactivate_key(self, user_name: str, key_id: str) -> bool:
        """Deactivate a key. Return whether there was one."""
        return self._take("UpdateAccessKey", user_name, AccessKeyId=key_id, Status="Inactive")

    def delete_key(self, user_name: str, key_id: str) -> bool:
        """Delete a key. Return whether there was one."""
        return self._take("DeleteAccessKey", user_name, AccessKeyId=key_id)

    # Other credentials

    def other_credentials(self, user_name: str, action: str) -> list[Credential]:
        """Return the user's credentials of the kind that I(action) deletes."""
        if action == plans.DELETE_SSH_KEY:
            found = self._pages_of_user("ListSSHPublicKeys", "SSHPublicKeys", user_name)
            return [Credential(action, "SSH public key", item["SSHPublicKeyId"]) for item in found]
        if action == plans.DELETE_CERTIFICATE:
            found = self._pages_of_user("ListSigningCertificates", "Certificates", user_name)
            return [Credential(action, "signing certificate", item["CertificateId"]) for item in found]
        return [
            Credential(action, f"credential for {item['ServiceName']}", item["ServiceSpecificCredentialId"])
            for item in self._service_credentials(user_name)
        ]

    def _service_credentials(self, user_name: str) -> list[dict[str, t.Any]]:
        """Return those of all services. Older versions of botocore do not know that this call has pages."""
        found: list[dict[str, t.Any]] = []
        marker: dict[str, t.Any] = {}
        while True:
            answer = self._of_user("ListServiceSpecificCredentials", user_name, **marker)
            found += answer.get("ServiceSpecificCredentials", [])
            if not answer.get("IsTruncated"):
                return found
            marker = {"Marker": answer["Marker"]}

    def delete_credential(self, user_name: str, credential: Credential) -> bool:
        """Delete one of the other credentials. Return whether there was one."""
        operation, member = _DELETIONS[credential.action]
        return self._take(operation, user_name, **{member: credential.credential_id})

    # Calls on a user

    def _of_user(
        self, operation: str, user_name: str, requires: t.Sequence[str] = (), **params: t.Any
    ) -> dict[str, t.Any]:
        with _telling_users_apart(user_name):
            return self._iam.call(operation, {"UserName": user_name, **params}, requires=requires)

    def _pages_of_user(self, operation: str, member: str, user_name: str) -> list[dict[str, t.Any]]:
        with _telling_users_apart(user_name):
            return self._pages(operation, member, {"UserName": user_name})

    def _if_there(
        self, operation: str, user_name: str, requires: t.Sequence[str] = (), **params: t.Any
    ) -> dict[str, t.Any] | None:
        """Return the answer of a call, or None if what it asks for does not exist."""
        try:
            return self._of_user(operation, user_name, requires, **params)
        except AwsRefused as refusal:
            if short_code(refusal.code or "") != "NoSuchEntity":
                raise
        return None

    def _take(self, operation: str, user_name: str, **params: t.Any) -> bool:
        """Make a call that takes something away. Return whether it was there."""
        try:
            self._of_user(operation, user_name, **params)
        except AwsRefused as refusal:
            if short_code(refusal.code or "") != "NoSuchEntity":
                raise
            # If the reply to an attempt of our own was lost, that one took it away.
            return refusal.unsure
        return True


@contextlib.contextmanager
def _telling_users_apart(user_name: str) -> t.Iterator[None]:
    """Raise UserGone if it is the user who does not exist, and not something that the user had."""
    try:
        yield
    except AwsRefused as refusal:
        if short_code(refusal.code or "") == "NoSuchEntity" and refusal.aws_message.startswith("The user with name"):
            raise UserGone(
                f"There is no IAM user {user_name} any more: it was deleted while this ran. Remove it from users, or "
                "set ignore_missing_users to true if users may be gone.",
                refusal.code,
                refusal.operation,
            ) from None
        raise
