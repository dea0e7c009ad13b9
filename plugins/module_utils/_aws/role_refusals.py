# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why AWS does not let somebody assume a role, and what to look at, as AWS itself tells little.

This module is private to hardening.aws.
"""

from __future__ import annotations

import re
import typing as t

from .._errors import AwsRefused
from .client import Params
from .refusals import short_code

NAME = "assume_role"
_EXPIRED = ("ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient")


def explain_role(role: Params, refusal: AwsRefused, caller_of: t.Callable[[], str | None]) -> str:
    """Say what to do.

    :param role: The parameters of the call.
    :param caller_of: Finds out who was refused. Is called if AWS has not said it.
    """
    kind, text = short_code(refusal.code or ""), refusal.aws_message
    arn = role["RoleArn"]
    if kind in _EXPIRED:
        return (
            f"{NAME}: the credentials that assume {arn} have expired or are not valid ({refusal.code}). Renew them: "
            f"sign in again (aws sso login, with SSO), or replace the keys. AWS: {text}"
        )
    if kind == "RegionDisabled":
        return (
            f"{NAME}: {arn} cannot be assumed, as AWS STS is switched off in this region for the account of the "
            f"credentials ({refusal.code}). Set region to one where it is on, or switch it on in the account settings "
            f"of IAM. AWS: {text}"
        )
    said = re.search(r"User: (\S+)", text)
    caller = said.group(1) if said else caller_of()
    whose = f" The caller is {caller}." if caller else ""
    begin = f"{NAME}: the role {arn} could not be assumed ({refusal.code}).{whose}"
    if kind == "AccessDenied":
        return f"{begin} {_denied(role, text, caller or 'the caller')} AWS: {text}"
    return f"{begin} {_invalid(role, kind, text)}AWS: {text}"


def _denied(role: Params, text: str, caller: str) -> str:
    by = next((words for pattern, words in _WHOSE_POLICY if re.search(pattern, text)), None)
    if by:
        return f"{by}."
    given = "it was given one, which must be that of the condition" if role.get("ExternalId") else "none was given"
    account = role["RoleArn"].split(":")[4]
    return (
        "AWS gives no reason, and the same answer for all of these, so look at each: "
        f"(1) the role exists in account {account}, and its ARN has the role's path; "
        f"(2) its trust policy allows sts:AssumeRole to {caller}, or to that account; "
        f"(3) a condition on sts:ExternalId in the trust policy: {given} ({NAME}.external_id). Other conditions there, "
        "such as MFA or the organization, hold as well; "
        f"(4) the caller's own policies and permissions boundary allow sts:AssumeRole on {role['RoleArn']}; "
        "(5) no service control policy of the organization denies it."
    )


# Where AWS does say whose policy it is.
_WHOSE_POLICY = (
    (
        r"explicit deny in a service control policy|no service control policy",
        "A service control policy (SCP) of the organization denies it: have it changed there",
    ),
    (
        r"resource control policy",
        "A resource control policy (RCP) of the organization denies it: have it changed there",
    ),
    (
        r"permissions boundary",
        "The permissions boundary of the caller does not allow sts:AssumeRole on the role: extend it",
    ),
    (
        r"session policy",
        "The session policy of the caller does not allow sts:AssumeRole on the role: extend it",
    ),
    (
        r"no identity-based policy|explicit deny in an identity-based policy",
        "The caller's own policies do not allow sts:AssumeRole on the role: change them",
    ),
    (
        r"resource-based policy|role trust policy",
        "The trust policy of the role does not allow it to the caller: change it in the role's account",
    ),
)


def _invalid(role: Params, kind: str, text: str) -> str:
    seconds = role["DurationSeconds"]
    if "role chaining" in text:
        return (
            f"{NAME}.duration_seconds is {seconds}, and the caller is itself a role's session: AWS limits a chain of "
            "roles to one hour. Give at most 3600. A run may take longer, as the credentials are renewed. "
        )
    if "MaxSessionDuration" in text:
        return (
            f"{NAME}.duration_seconds is {seconds}, more than the maximum session duration of the role. Give less, "
            "such as 3600, or raise that of the role. A run may take longer, as the credentials are renewed. "
        )
    if kind == "PackedPolicyTooLarge":
        return f"{NAME}.policy and {NAME}.policy_arns are too large together. Shorten them. "
    if kind == "MalformedPolicyDocument":
        return f"{NAME}.policy, or one of {NAME}.policy_arns, is no policy that AWS can read. Correct it. "
    return ""
