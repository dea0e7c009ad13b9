# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS's error codes mean for a call, and the words that tell a person what to do about them.

This module is private to hardening.aws. The body of an answer is never quoted: a new device's seed may be in it.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

_THROTTLES = {"Throttling", "Throttled", "RequestLimitExceeded", "RequestThrottled", "TooManyRequests", "SlowDown"}
_THROTTLES |= {"TooManyUpdates"}
_PASSING = {"ServiceFailure", "InternalFailure", "InternalServiceError", "InternalServerError", "InternalError"}
_PASSING |= {"ServiceUnavailable", "ConcurrentModification", "EntityTemporarilyUnmodifiable", "RequestTimeout"}
# What a gateway says of a moment, too. 501 and the like are said for good.
_PASSING_STATUSES = {500, 502, 503, 504}
_CLOCK_CODES = {"SignatureDoesNotMatch", "InvalidSignature", "RequestExpired", "RequestTimeTooSkewed"}
_CREDENTIAL_CODES = {"ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient", "AuthFailure", "InvalidAccessKeyId"}
_CREDENTIAL_CODES |= {"MissingAuthenticationToken", "IncompleteSignature"}


def short_code(code: str) -> str:
    """Return an error code without the suffix that JSON services add to it."""
    return code[: -len("Exception")] if code.endswith("Exception") else code


@dataclasses.dataclass(frozen=True)
class Refusal:
    """An error that AWS, or something on the way to it, answered with."""

    code: str
    text: str
    status: int

    @classmethod
    def of(cls, response: t.Mapping[str, t.Any]) -> Refusal:
        """Return what botocore's I(response) of an error says."""
        error, metadata = response.get("Error", {}), response.get("ResponseMetadata", {})
        code, status = str(error.get("Code", "")), int(metadata.get("HTTPStatusCode") or 0)
        refusal = cls(code, str(error.get("Message", "")), status)
        # Where an answer has no code of AWS's, botocore gives the status as the code, and the whole body as the text.
        return dataclasses.replace(refusal, text=f"HTTP status {status}") if refusal.is_unreadable else refusal

    @property
    def kind(self) -> str:
        """The code without the suffix that JSON services add to it."""
        return short_code(self.code)

    @property
    def is_unreadable(self) -> bool:
        """Whether it is no error of AWS's, or was damaged on its way."""
        return not self.code or self.code.isdigit()

    @property
    def is_throttle(self) -> bool:
        """Whether calls came too fast."""
        return self.kind in _THROTTLES or self.status == 429

    @property
    def is_passing(self) -> bool:
        """Whether another attempt may succeed."""
        return self.kind in _PASSING or self.status in _PASSING_STATUSES

    @property
    def is_about_time(self) -> bool:
        """Whether the call was dated by a clock that is off."""
        if self.kind in ("RequestTimeTooSkewed", "RequestExpired"):
            return True
        return self.kind in _CLOCK_CODES and bool(re.search(r"expired|not yet current|time", self.text, re.IGNORECASE))


def explain(name: str, refusal: Refusal) -> str:
    """Say what to do about a refusal. I(name) is the call, C(service:Operation)."""
    kind, code, text = refusal.kind, refusal.code, refusal.text
    if kind in ("AccessDenied", "UnauthorizedOperation"):
        return _explain_denial(name, text)
    if refusal.is_about_time:
        return (
            f"AWS refused {name} because the call was dated by a clock that is off ({code}), and it stayed so when the "
            "call was dated by AWS's own clock. Correct the clock of the host that runs the module, and look at what "
            f"lies between it and AWS: something may delay or replay calls. AWS: {text}"
        )
    if kind in _CLOCK_CODES:
        return (
            f"AWS refused the signature of {name} ({code}). The secret key is most likely not the access key's: check "
            f"both, and whether a proxy changes calls on their way. AWS: {text}"
        )
    if kind in _CREDENTIAL_CODES:
        return f"AWS does not accept the credentials of the caller ({code}): renew or correct them. AWS: {text}"
    if refusal.is_passing:
        return f"AWS could not carry out {name} ({_said(code, text)}), also when tried again. Run again later."
    return f"AWS refused {name} ({code}): {text}"


def _said(code: str, text: str) -> str:
    return text if code.isdigit() or not code else f"{code}: {text}"


def _explain_denial(name: str, text: str) -> str:
    action = re.search(r"not authorized to perform:? ?\[?([\w-]+:\w+)", text)
    resource = re.search(r"on resource:? (\S+)", text)
    missing = action.group(1) if action else name
    where = f" on {resource.group(1)}" if resource else ""
    if "explicit deny" in text:
        return f"A policy explicitly denies the action {missing}{where}. Lift that deny for this caller. AWS: {text}"
    return f"The IAM action {missing} is missing: allow it{where} to the caller. AWS: {text}"
