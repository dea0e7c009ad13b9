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
# What a gateway also answers for a moment. 501 and the like are final.
_PASSING_STATUSES = {500, 502, 503, 504}
_CLOCK_CODES = {"SignatureDoesNotMatch", "InvalidSignature", "RequestExpired", "RequestTimeTooSkewed"}
_CREDENTIAL_CODES = {"ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient", "AuthFailure", "InvalidAccessKeyId"}
_CREDENTIAL_CODES |= {"MissingAuthenticationToken", "IncompleteSignature"}


def short_code(code: str) -> str:
    """Return an error code without the suffix that JSON services add to it."""
    return code[: -len("Exception")] if code.endswith("Exception") else code


@dataclasses.dataclass(frozen=True)
class Refusal:
    """An error answered by AWS, or by something on the way to it."""

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
        """Whether it is not one of AWS's errors, or was damaged on the way."""
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
        """Whether AWS refused the time that the call was signed at."""
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
            f"AWS refused {name} because of the time the call was signed at ({code}), even when that was AWS's own "
            "time. Correct the clock of the host that runs the module, and check any proxy between it and AWS: it may "
            f"delay or replay calls. AWS: {text}"
        )
    if kind in _CLOCK_CODES:
        return (
            f"AWS refused the signature of {name} ({code}). The secret key most likely does not belong to the access "
            f"key: check both, and whether a proxy changes calls on the way. AWS: {text}"
        )
    if kind in _CREDENTIAL_CODES:
        return f"AWS does not accept the caller's credentials ({code}). Renew or correct them. AWS: {text}"
    if refusal.is_passing:
        return f"AWS could not carry out {name} ({_said(code, text)}), even after retries. Run again later."
    return f"AWS refused {name} ({code}): {text}"


def _said(code: str, text: str) -> str:
    return text if code.isdigit() or not code else f"{code}: {text}"


def _explain_denial(name: str, text: str) -> str:
    action = re.search(r"not authorized to perform:? ?\[?([\w-]+:\w+)", text)
    resource = re.search(r"on resource:? (\S+)", text)
    missing = action.group(1) if action else name
    where = f" on {resource.group(1)}" if resource else ""
    if "explicit deny" in text:
        return f"A policy explicitly denies {missing}{where}. Lift that deny for this caller. AWS: {text}"
    return f"The caller lacks the IAM permission {missing}. Grant it{where}. AWS: {text}"
