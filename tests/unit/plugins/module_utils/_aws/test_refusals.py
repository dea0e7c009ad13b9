# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What errors of AWS are turned into."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.refusals import Refusal, explain, short_code

DENIED = "User: arn:aws:iam::123456789012:user/ops is not authorized to perform: iam:TagMFADevice on resource: arn:x"
CALL = "iam:CreateVirtualMFADevice"


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        (
            "AccessDenied",
            f"{DENIED} because no identity-based policy allows it",
            "lacks the IAM permission iam:TagMFADevice. Grant it on arn:x",
        ),
        (
            "AccessDenied",
            f"{DENIED} with an explicit deny in a service control policy",
            "explicitly denies iam:TagMFADevice",
        ),
        ("AccessDenied", "You may not.", "The caller lacks the IAM permission iam:CreateVirtualMFADevice. Grant it."),
        (
            "ExpiredToken",
            "The security token is expired",
            "does not accept the caller's credentials (ExpiredToken). Renew",
        ),
        (
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            "because of the time the call was signed at (RequestTimeTooSkewed)",
        ),
        (
            "SignatureDoesNotMatch",
            "Signature expired: 20261124T010000Z is now earlier than 20261124T020000Z (20261124T020500Z - 5 min.)",
            "because of the time the call was signed at",
        ),
        (
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided.",
            "The secret key most likely does not belong to the access key",
        ),
        ("ServiceFailure", "Oops", "even after retries. Run again later."),
        ("InvalidInput", "Strange", "AWS refused iam:CreateVirtualMFADevice (InvalidInput): Strange"),
    ],
)
def test_refusals_say_what_to_do(code: str, text: str, said: str) -> None:
    words = explain(CALL, Refusal(code, text, 400))
    assert said in words
    assert ("Renew" in words) == (code == "ExpiredToken"), "only where new credentials would help"


@pytest.mark.parametrize(("status", "passing"), [(500, True), (502, True), (503, True), (504, True), (501, False)])
def test_a_body_is_never_quoted(status: int, passing: bool) -> None:
    """botocore gives the whole body as the message where it finds no code of AWS's."""
    response: dict[str, t.Any] = {
        "Error": {"Code": str(status), "Message": "<Base32StringSeed>MFRGGZDFMZTWQ2LK</Base32StringSeed>"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    refusal = Refusal.of(response)
    assert refusal.is_passing == passing
    words = explain(CALL, refusal)
    assert "MFRG" not in words and "Base32" not in words and f"HTTP status {status}" in words


@pytest.mark.parametrize(
    ("code", "short"),
    [("ResourceNotFoundException", "ResourceNotFound"), ("NoSuchEntity", "NoSuchEntity"), ("", "")],
)
def test_short_code(code: str, short: str) -> None:
    assert short_code(code) == short
