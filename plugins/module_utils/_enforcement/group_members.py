# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts many users into a group.

This module is private to hardening.aws. AddUserToGroup may be sent again after a lost reply: a member stays one.
"""

from __future__ import annotations

import typing as t

from .._access.bulk import Outcome, counted_by, for_each
from .._aws.connection import Connection
from .._aws.iam import IamApi
from .._aws.refusals import short_code
from .._errors import AwsRefused
from .._progress import Progress

ADD = "add"


class GroupApi(IamApi):
    """IAM's calls on one group."""

    def __init__(self, connection: Connection, name: str) -> None:
        super().__init__(connection)
        self.name = name

    def exists(self) -> bool:
        """Return whether there is such a group. One call, however many members it has."""
        return self._exists("GetGroup", {"GroupName": self.name, "MaxItems": 1})

    def add(self, user_name: str) -> None:
        """Put a user into the group.

        :raises AwsRefused: With words for the causes that are this call's own.
        """
        params = {"GroupName": self.name, "UserName": user_name}
        try:
            self._iam.call("AddUserToGroup", params, expected=("NoSuchEntity", "LimitExceeded"))
        except AwsRefused as refusal:
            raise self._explained(refusal, user_name) from None

    def _explained(self, refusal: AwsRefused, user_name: str) -> AwsRefused:
        code = short_code(refusal.code or "")
        text = refusal.message
        if code == "NoSuchEntity":
            text = (
                f"The user {user_name} was not put into the group {self.name}, as one of the two does not exist any "
                f"more. AWS: {refusal.aws_message}"
            )
        elif code == "LimitExceeded":
            text = (
                f"The user {user_name} is in as many groups as the account's quota allows, so it was not put into "
                f"{self.name}: take it out of another group. AWS: {refusal.aws_message}"
            )
        return AwsRefused(text, refusal.code or "", refusal.operation or "", refusal.aws_message, refusal.unsure)


def put_into_group(api: GroupApi, user_names: t.Sequence[str], concurrency: int, check_mode: bool) -> list[Outcome]:
    """Put users into the group, I(concurrency) at once, and return what became of each. In check mode, predict it."""
    outcomes = [Outcome(name, {"user_name": name}) for name in user_names]

    def add(outcome: Outcome) -> None:
        name = outcome.identity["user_name"]
        if not check_mode:
            api.add(name)
        outcome.actions.append(ADD)
        outcome.before.append(f"{api.name}: without {name}")
        outcome.after.append(f"{api.name}: with {name}")

    progress = Progress("put into the group", len(outcomes), api.seconds_waited)
    for_each(add, outcomes, concurrency, counted_by(progress))
    return outcomes
