# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of AssumeRoot: as the root user of a member account, for one task, at most 15 minutes, renewed if needed.

This module is private to hardening.aws. No session token and no key is in any message.
"""

from __future__ import annotations

import threading
import typing as t

from .._aws.connection import Connection
from .._aws.refusals import short_code
from .._aws.signing import SESSION, SESSION_UNTIL, SessionKeys
from .._errors import AwsRefused
from . import words
from .features import Features
from .members import Member

AUDIT = "IAMAuditRootUserCredentials"
DELETE = "IAMDeleteRootUserCredentials"
CREATE = "IAMCreateRootUserPassword"
LONGEST_SECONDS = 900  # AWS grants no more
# A session that ends within so many seconds is renewed before the next call.
_MARGIN_SECONDS = 60


class RootSessions:
    """Opens sessions. Safe to use from several threads, each of which has one session at a time.

    :param features: For the words about a refusal.
    """

    def __init__(self, connection: Connection, features: Features) -> None:
        connection.use_regional_sts()
        self.clock = connection.clock
        self.features = features
        self._current = threading.local()
        self._sts = connection.client("sts").open()
        self._iam = connection.client_of_others("iam", self._keys).open()

    def _keys(self) -> SessionKeys:
        return t.cast(SessionKeys, self._current.keys)

    def open(self, member: Member, task: str) -> RootSession:
        """Return a session, which begins with its first call."""
        return RootSession(self, member, task)

    def assume(self, member: Member, task: str) -> tuple[SessionKeys, float]:
        """Return the keys of a new session, and when it ends on AWS's clock."""
        params = {
            "TargetPrincipal": member.id,
            "TaskPolicyArn": {"arn": f"arn:{member.partition}:iam::aws:policy/root-task/{task}"},
            "DurationSeconds": LONGEST_SECONDS,
        }
        try:
            made = self._sts.call("AssumeRoot", params, requires=(*SESSION, SESSION_UNTIL))["Credentials"]
        except AwsRefused as refusal:
            raise words.about_entry(refusal, member, task, self.features) from None
        keys = SessionKeys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        return keys, made["Expiration"].timestamp()

    def call(self, keys: SessionKeys, operation: str, params: dict[str, t.Any], more: dict[str, t.Any]) -> t.Any:
        """Make a call that is signed with a session's keys."""
        self._current.keys = keys
        try:
            return self._iam.call(operation, params, **more)
        finally:
            del self._current.keys


class RootSession:
    """One account's session for one task. It has the C(call) of a client of IAM."""

    def __init__(self, sessions: RootSessions, member: Member, task: str) -> None:
        self.member = member
        self._sessions = sessions
        self._task = task
        self._keys: SessionKeys | None = None
        self._ends = 0.0

    def call(self, operation: str, params: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
        """Make a call as root. See Client.call.

        :raises MfaError: As that one does; a refusal says which account, and what a service control policy needs.
        """
        unsure = False
        while True:
            keys, renewed = self._begin()
            try:
                return t.cast("dict[str, t.Any]", self._sessions.call(keys, operation, params, more))
            except AwsRefused as refusal:
                unsure = refusal.unsure = refusal.unsure or unsure
                if renewed or short_code(refusal.code or "") != "ExpiredToken":
                    raise words.about_call(refusal, self.member, self._task) from None
            self._keys = None

    def _begin(self) -> tuple[SessionKeys, bool]:
        """Open the session, unless it is open for some time. Return its keys, and whether it was opened."""
        if self._keys is not None and self._sessions.clock.best_guess() < self._ends - _MARGIN_SECONDS:
            return self._keys, False
        self._keys, self._ends = self._sessions.assume(self.member, self._task)
        return self._keys, True
