# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the organization has centralized root access switched on, and what to do if not.

This module is private to hardening.aws.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._aws.connection import Connection
from .._aws.refusals import short_code
from .._errors import AwsRefused, MfaError

_CALL = "iam:ListOrganizationsFeatures"
_TRUST = (
    "Trusted access for IAM is off in AWS Organizations, and with it centralized root access. In the management "
    "account, run: aws organizations enable-aws-service-access --service-principal iam.amazonaws.com. Then run: aws "
    "iam enable-organizations-root-credentials-management, and aws iam enable-organizations-root-sessions."
)
_FEATURES = (
    ("credentials", "RootCredentialsManagement", "enable-organizations-root-credentials-management"),
    ("sessions", "RootSessions", "enable-organizations-root-sessions"),
)
# What AWS's errors mean, and whether the features are off then.
_REFUSALS: dict[str, tuple[str, bool | None]] = {
    "ServiceAccessNotEnabled": (_TRUST, False),
    "AccountNotManagementOrDelegatedAdministrator": (
        "The credentials belong neither to the management account of the organization nor to its delegated "
        "administrator for IAM. Use those of one of them.",
        None,
    ),
    "OrganizationNotFound": (
        "The account that the credentials belong to is in no organization. Use those of another account.",
        None,
    ),
    "OrganizationNotInAllFeaturesMode": (
        "The organization does not have all features enabled, so that there is no centralized root access. Enable all "
        "features of AWS Organizations first.",
        False,
    ),
}


@dataclasses.dataclass(frozen=True)
class Features:
    """Which features of centralized root access are on; None where it is not known.

    :param reason: Why one is off or not known, with the remedy.
    :param error: The refusal, if AWS did not tell.
    """

    credentials: bool | None
    sessions: bool | None
    reason: str | None = None
    error: MfaError | None = None

    @property
    def obstacle(self) -> MfaError | None:
        """Why no root user can be managed at all. A missing permission to ask is none, as another may be there."""
        if self.error is not None and short_code(self.error.code or "") != "AccessDenied":
            return self.error
        return MfaError(self.reason or "") if self.credentials is False else None

    def result(self) -> dict[str, t.Any]:
        """Return RV(features)."""
        return {
            "root_credentials_management": self.credentials,
            "root_sessions": self.sessions,
            "reason": self.reason,
        }


def read_features(connection: Connection) -> Features:
    """Return which features are on. A refusal is part of the answer.

    :raises MfaError: AWS could not be asked.
    """
    try:
        answer = connection.client("iam").call("ListOrganizationsFeatures", {}, requires=("OrganizationId",))
    except AwsRefused as refusal:
        return _of_refusal(refusal)
    enabled = answer.get("EnabledFeatures") or []
    found = {member: name in enabled for member, name, _command in _FEATURES}
    off = [(name, command) for member, name, command in _FEATURES if not found[member]]
    reason = None
    if off:
        names, commands = (" and ".join(part) for part in zip(*off, strict=True))
        reason = (
            f"Centralized root access is not fully switched on: {names} {'is' if len(off) == 1 else 'are'} off. In the "
            f"management account, run: aws iam {commands.replace(' and ', ', and aws iam ')}."
        )
    return Features(found["credentials"], found["sessions"], reason)


def _of_refusal(refusal: AwsRefused) -> Features:
    kind = short_code(refusal.code or "")
    known = _REFUSALS.get(kind)
    if known is None:
        if kind != "AccessDenied":
            raise refusal
        return Features(None, None, refusal.message, refusal)
    text, state = known
    error = AwsRefused(f"{text} AWS: {refusal.code}", refusal.code or "", _CALL, refusal.aws_message)
    return Features(state, state, error.message, error)
