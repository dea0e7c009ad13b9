# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy that the role keeps, looked at from an action plugin.

This module is private to hardening.aws.
"""

from __future__ import annotations

import contextlib
import json
import typing as t

from ansible.errors import AnsibleActionFail

from .common import PREFIX, Data

_MODULE = "hardening.aws.iam_user_hardening_policy"


@contextlib.contextmanager
def _check_mode(action: t.Any) -> t.Iterator[None]:
    """Let a plugin's modules run in check mode."""
    task = action._task
    action._task = task.copy()
    action._task.check_mode = True
    try:
        yield
    finally:
        action._task = task


def look(
    action: t.Any, planned: Data, connection: Data, variables: dict[str, t.Any], document: t.Any = None
) -> dict[str, t.Any]:
    """Return the policy's I(arn), whether it I(exists) and I(differs) from the document, and the I(policy) itself.

    Its name is found on any path, as a name is IAM's own only once. A path is part of the ARN.

    :param action: The plugin.
    :param connection: Options of the connection to AWS.
    :param document: What the policy should say.
    :raises AnsibleActionFail: It could not be looked at.
    """
    settings = planned["settings"]
    module_args = {**connection, "name": settings["enforce_policy_name"]}
    if document is not None:
        module_args["document"] = document if isinstance(document, str) else json.dumps(document)
    with _check_mode(action):
        found = action._execute_module(_MODULE, module_args=module_args, task_vars=variables)
    if found.get("failed"):
        text = found.get("msg", f"{_MODULE} failed")
        raise AnsibleActionFail(f"{PREFIX}_enforce_policy: the policy could not be looked at: {text}")
    policy = found.get("policy")
    return {
        "arn": policy["arn"] if policy else planned["policy_arn"],
        "exists": policy is not None,
        "differs": bool(found.get("changed")),
        "policy": policy,
    }
