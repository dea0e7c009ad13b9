# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about refusals on the way to, and as, a member's root user.

This module is private to hardening.aws.
"""

from __future__ import annotations

from .._aws.refusals import short_code
from .._errors import AwsRefused, MfaError
from .features import Features
from .members import Member

_SPARE = (
    'Have it spare sessions of centralized root access: add "Null": {"aws:AssumedRoot": "true"} to the Condition of '
    "the statement that denies root, so that it applies to root itself only."
)
# How AWS says whose policy it is.
_SCP = "service control policy"


def about_entry(refusal: AwsRefused, member: Member, task: str, features: Features) -> MfaError:
    """Return why nobody becomes root in an account, with the remedy. AWS has one message for most causes."""
    if _SCP in refusal.aws_message:
        return _again(refusal, _by_policy("denies sts:AssumeRoot", member, refusal))
    if short_code(refusal.code or "") == "InvalidAction":
        text = (
            "The endpoint of STS does not know AssumeRoot: it is the global one. Leave endpoint_url out, or set it to "
            f"that of a region. AWS: {refusal.aws_message}"
        )
        return _again(refusal, text)
    if short_code(refusal.code or "") != "AccessDenied":
        return refusal
    if features.sessions is False and features.reason:
        return _again(refusal, f"{features.reason} AWS refused sts:AssumeRoot: {refusal.aws_message}")
    text = (
        f"{refusal.message} The task policy was {task}, which a condition on sts:TaskPolicyArn has to allow. Besides, "
        "the caller must be a user or role, not root, of the management account or of the delegated administrator for "
        "IAM, and no service control policy may deny root unless it spares aws:AssumedRoot."
    )
    return _again(refusal, text)


def about_call(refusal: AwsRefused, member: Member, task: str) -> MfaError:
    """Return why root may not do something in an account, with the remedy."""
    if _SCP in refusal.aws_message:
        return _again(refusal, _by_policy(f"denies {refusal.operation}", member, refusal))
    if short_code(refusal.code or "") == "AccessDenied":
        text = (
            f"AWS refused {refusal.operation} to root of account {member.label} in a session for {task}. Most likely a "
            f"service control policy denies root. {_SPARE} AWS: {refusal.aws_message}"
        )
        return _again(refusal, text)
    return refusal


def not_active(member: Member) -> MfaError:
    """Return why an account is left alone."""
    return MfaError(
        f"Account {member.label} is {member.state}, not ACTIVE: AWS lets nobody into it. Remove it from accounts, or "
        "have it reinstated first."
    )


def _by_policy(denies: str, member: Member, refusal: AwsRefused) -> str:
    return (
        f"A service control policy on account {member.label} or above it {denies} to root. {_SPARE} AWS: "
        f"{refusal.aws_message}"
    )


def _again(refusal: AwsRefused, text: str) -> AwsRefused:
    code, operation = refusal.code or "", refusal.operation or ""
    return AwsRefused(text, code, operation, refusal.aws_message, refusal.unsure)
