# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told when a role cannot be assumed: each answer of AWS's leads to its own remedy."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.role_refusals import explain_role
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused

ARN = "arn:aws:iam::210987654321:role/team/Hardening"
ROLE = {"RoleArn": ARN, "DurationSeconds": 7200}
CALLER = "arn:aws:iam::123456789012:user/ops"
DENIED = f"User: {CALLER} is not authorized to perform: sts:AssumeRole on resource: {ARN}"


def explained(code: str, text: str, role: dict[str, t.Any] | None = None, caller: str | None = CALLER) -> str:
    refusal = AwsRefused("refused", code, "sts:AssumeRole", text)
    return explain_role(role or ROLE, refusal, lambda: caller)


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        ("ExpiredToken", "it expired", "have expired or are not valid (ExpiredToken). Renew them"),
        ("ExpiredTokenException", "it expired", "have expired or are not valid"),
        ("InvalidClientTokenId", "invalid", "have expired or are not valid"),
        ("UnrecognizedClientException", "invalid", "have expired or are not valid"),
        ("RegionDisabledException", "off", "AWS STS is switched off in this region"),
        ("AccessDenied", f"{DENIED} with an explicit deny in a service control policy", "A service control policy"),
        (
            "AccessDenied",
            f"{DENIED} because no service control policy allows the sts:AssumeRole action",
            "A service control policy",
        ),
        ("AccessDenied", f"{DENIED} with an explicit deny in a resource control policy", "A resource control policy"),
        ("AccessDenied", f"{DENIED} because no permissions boundary allows it", "The permissions boundary"),
        ("AccessDenied", f"{DENIED} because no session policy allows it", "The session policy of the caller"),
        ("AccessDenied", f"{DENIED} because no identity-based policy allows it", "The caller's own policies"),
        ("AccessDenied", f"{DENIED} because no resource-based policy allows it", "The trust policy of the role"),
        ("AccessDenied", f"{DENIED} because the role trust policy denies it", "The trust policy of the role"),
        ("ValidationError", "DurationSeconds exceeds the 1 hour limit for role chaining", "Give at most 3600"),
        ("ValidationError", "DurationSeconds exceeds the MaxSessionDuration set for this role", "Give less, such as"),
        ("PackedPolicyTooLarge", "109 %", "assume_role.policy and assume_role.policy_arns are too large together"),
        ("MalformedPolicyDocument", "syntax", "is no policy that AWS can read"),
        ("Throttling", "slow down", "could not be assumed (Throttling)"),
    ],
)
def test_each_refusal_has_its_remedy(code: str, text: str, told: str) -> None:
    message = explained(code, text)
    assert told in message and message.startswith("assume_role: ") and ARN in message
    assert message.endswith(f"AWS: {text}")


def test_where_aws_gives_no_reason_all_are_listed() -> None:
    message = explained("AccessDenied", DENIED)
    assert all(f"({number})" in message for number in range(1, 6))
    assert "exists in account 210987654321" in message and f"allows sts:AssumeRole to {CALLER}" in message
    assert "none was given (assume_role.external_id)" in message
    assert "it was given one" in explained("AccessDenied", DENIED, {**ROLE, "ExternalId": "x"})


def test_the_caller_is_asked_for_only_if_aws_does_not_say_it() -> None:
    refusal = AwsRefused("refused", "AccessDenied", "sts:AssumeRole", DENIED)
    assert f"The caller is {CALLER}." in explain_role(ROLE, refusal, lambda: pytest.fail("the caller was asked for"))
    other = "arn:aws:sts::123456789012:assumed-role/ci/run"
    assert f"The caller is {other}." in explained("AccessDenied", "no", caller=other)
    assert "The caller is" not in explained("AccessDenied", "no", caller=None)
