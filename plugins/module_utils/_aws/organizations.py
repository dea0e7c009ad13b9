# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of AWS Organizations, page by page, and what their refusals mean.

This module is private to hardening.aws.
"""

from __future__ import annotations

import re
import typing as t

from .._errors import AwsRefused, MfaError
from .client import Client, Params
from .refusals import short_code

PAGE = 20  # the most that AWS puts into one
_ARN = re.compile(r"arn:(aws[a-z-]*):organizations::([0-9]{12}):account/")


def pages(
    client: Client, operation: str, member: str, for_members: str, size: int | None = PAGE, **params: str
) -> t.Iterator[list[Params]]:
    """Return what is in each page of a list. One that is empty need not be the last.

    :param member: The name of the list in an answer.
    :param for_members: What is said to a caller of whom AWS Organizations only says that it has no permission.
    :raises MfaError: It cannot be read; the message says what to do.
    """
    request: Params = {**params, **({"MaxResults": size} if size else {})}
    while True:
        try:
            answer = client.call(operation, request, requires=(member,))
        except AwsRefused as refusal:
            raise _in_plain_words(refusal, for_members) from None
        yield answer[member]
        token = answer.get("NextToken")
        if not token:
            return
        if token == request.get("NextToken"):
            raise MfaError(f"AWS's answer to {operation} leads to the same page again: run again later.")
        request["NextToken"] = token


def place_of(account: Params) -> tuple[str, bool] | None:
    """Return the partition of a listed account, and whether it is the management account; None if its ARN is none."""
    arn = _ARN.match(account.get("Arn") or "")
    return None if arn is None else (arn.group(1), arn.group(2) == account["Id"])


def _in_plain_words(refusal: AwsRefused, for_members: str) -> AwsRefused:
    kind, said = short_code(refusal.code or ""), f"AWS: {refusal.code}: {refusal.aws_message}"
    if kind == "AWSOrganizationsNotInUse":
        text = "The account that the credentials belong to is in no organization. Use those of another account."
    elif kind == "AccessDenied" and "not authorized to perform" not in refusal.aws_message:
        text = for_members
    else:
        return refusal
    return AwsRefused(f"{text} {said}", refusal.code or "", refusal.operation or "", refusal.aws_message)
