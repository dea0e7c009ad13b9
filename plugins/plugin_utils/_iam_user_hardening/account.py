# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role has to know of the account, read by an action plugin.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.policy_look import PARTITION

from .._modules import run_module
from .common import Data
from .plan import needs_details
from .policy_document import document

MODULE = "hardening.aws.iam_user_hardening_account"


def look(action: t.Any, settings: Data, connection: Data, variables: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the users of the account and their devices, and with enforcement the I(policy); or why it failed.

    :param action: The plugin.
    :param settings: The role's typed inputs without their prefix.
    :param connection: Options of the connection to AWS.
    :param variables: Those of the task.
    """
    return run_module(action, MODULE, options(settings, connection), variables)


def options(settings: Data, connection: Data) -> dict[str, t.Any]:
    """Return the module's options: how much is read, and what is looked at for enforcement."""
    found = {**connection, "user_details": needs_details(settings), "concurrency": settings["concurrency"]}
    if settings["enforce_policy"] != "none":
        found.update(policy_name=settings["enforce_policy_name"], document=document(PARTITION, settings))
    if settings["enforce_policy"] == "group":
        found["group"] = settings["enforce_group"]
    return found
