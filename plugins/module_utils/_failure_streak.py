# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stopping after many users in a row failed for the same reason, which the rest would fail for as well.

This module is private to hardening.aws. Only failures that no further attempt cures count, such as a missing permission
or a key that is disabled.
"""

from __future__ import annotations

import re
import threading

from ._errors import MfaError

_HOPELESS = {"AccessDenied", "UnauthorizedOperation", "AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId"}
_HOPELESS |= {"ExpiredToken", "UnrecognizedClient", "IncompleteSignature", "SignatureDoesNotMatch", "InvalidSignature"}
_HOPELESS |= {"MissingAuthenticationToken", "LimitExceeded", "OptInRequired", "SubscriptionRequired"}
# The key that a seed store encrypts with cannot be used.
_HOPELESS |= {"EncryptionFailure", "DecryptionFailure", "InvalidKeyId"}
# A limit of one user, which says nothing about the next.
_OWN_LIMITS = {"iam:EnableMFADevice", "iam:AttachUserPolicy", "iam:AddUserToGroup"}


class NotTried(MfaError):
    """A user was left out because too many before had failed for the same reason."""


class FailureStreak:
    """Counts equal failures in a row. Safe to use from several threads.

    :param limit: After how many to stop. 0 is never.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._cause = ""
        self._length = 0
        self._message = ""

    def note(self, user_name: str, message: str, code: str | None = None, operation: str | None = None) -> None:
        """Take in what became of one user: a message and AWS's error code, or no message if all went well."""
        with self._lock:
            if self.reached:
                return
            cause = cause_of(user_name, message) if message and _is_hopeless(code, operation) else ""
            if not cause or cause != self._cause:
                self._cause, self._length, self._message = cause, 0, message
            self._length += bool(cause)

    @property
    def reached(self) -> bool:
        """Whether to stop. Stays true once it is."""
        return 0 < self._limit <= self._length

    def not_tried(self, user_name: str) -> NotTried:
        """Return the failure of a user who is not tried any more."""
        return NotTried(
            f"{user_name} was not tried, because {self._limit:,} users in a row had failed for the same reason (see "
            f"stop_after_failures). The first of them: {self._message}"
        )


def cause_of(user_name: str, message: str) -> str:
    """Return what failures of the same cause have in common: the message without names, numbers and ARNs."""
    name = re.compile(rf"(?<!\w){re.escape(user_name)}(?!\w)")
    words = message.split()
    return " ".join(
        word for word in words if "/" not in word and not any(map(str.isdigit, word)) and not name.search(word)
    )


def _is_hopeless(code: str | None, operation: str | None) -> bool:
    kind = (code or "").removesuffix("Exception")
    return kind in _HOPELESS and not (kind == "LimitExceeded" and operation in _OWN_LIMITS)
