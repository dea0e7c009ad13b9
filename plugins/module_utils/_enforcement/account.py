# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role has to know of an account: its users and their devices, and beside that the policy that it enforces.

This module is private to hardening.aws. Changes nothing.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import typing as t

from .._account.gather import Gatherer, Request
from .._aws.connection import Connection
from .._aws.iam import MfaApi
from .._errors import AwsRefused
from .managed_policy import Policy
from .policy_look import look

# What the role decides by. The rest is left out, as Ansible takes its time over a result of thousands of users.
_OF_ACCOUNT = ("account", "credential_report", "orphaned_devices", "retrieved", "unknown")
_OF_USERS = (
    "user_name",
    "path",
    "create_date",
    "mfa_active",
    "console_password",
    "password_last_changed",
    "access_keys",
    "groups",
    "tags",
    "attached_policies",
)


@dataclasses.dataclass(frozen=True)
class Enforced:
    """What is enforced: the policy's name, what it should say, with C(PARTITION) in ARNs, and the group it is for."""

    policy_name: str
    document: str
    group: str | None


def read(
    connection: Connection, concurrency: int, user_details: bool, enforced: Enforced | None
) -> tuple[dict[str, t.Any], Policy | None]:
    """Return what there is, and the policy if it exists. I(info["policy"]) is None if nothing is enforced.

    :raises MfaError: It could not be read who there is.
    """
    request = Request(account=True, user_details=user_details, credential_report=True)
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        looking = executor.submit(_policy, connection, enforced) if enforced else None
        info = Gatherer(MfaApi(connection), request, concurrency).gather()
        seen, policy = looking.result() if looking else (None, None)
    found = {name: info[name] for name in _OF_ACCOUNT}
    return {**found, "users": [_shortened(user) for user in info["users"]], "policy": seen}, policy


def _shortened(user: dict[str, t.Any]) -> dict[str, t.Any]:
    devices = [{"serial_number": device["serial_number"]} for device in user["mfa_devices"]]
    return {**{name: user[name] for name in _OF_USERS}, "mfa_devices": devices}


def _policy(connection: Connection, enforced: Enforced) -> tuple[dict[str, t.Any], Policy | None]:
    """Return what there is of the policy; that AWS refused to show it is the role's to judge."""
    try:
        found, policy = look(connection, enforced.policy_name, enforced.document, enforced.group)
    except AwsRefused as refusal:
        return {"unknown": refusal.message}, None
    return {**found, "unknown": ""}, policy
