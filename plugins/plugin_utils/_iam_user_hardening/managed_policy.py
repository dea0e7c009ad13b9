# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy that the role keeps, and the group that it is for, looked at from an action plugin.

This module is private to hardening.aws.
"""

from __future__ import annotations

import json
import typing as t

from ansible.errors import AnsibleActionFail

from .common import PREFIX, Data
from .modules import run_module
from .policy_document import document

_MODULE = "hardening.aws.iam_user_hardening_policy"


def look(action: t.Any, planned: Data, connection: Data, variables: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the policy's I(arn), whether it I(exists), I(is_ours) and I(differs) from what it should say, its
    I(document) as it should be, the I(groups) that have it, and whether the I(group_exists) that it is for.

    Its name is found on any path, as IAM has a name only once. A path is part of the ARN.

    :param action: The plugin.
    :param connection: Options of the connection to AWS.
    :raises AnsibleActionFail: It could not be looked at.
    """
    settings = planned["settings"]
    wanted = document(planned["partition"], settings)
    options: dict[str, t.Any] = {
        **connection,
        "name": settings["enforce_policy_name"],
        "document": json.dumps(wanted),
        "with_groups": True,
    }
    if settings["enforce_policy"] == "group":
        options["group"] = settings["enforce_group"]
    found = run_module(action, _MODULE, options, variables, check_mode=True)
    if found.get("failed"):
        text = found.get("msg", f"{_MODULE} failed")
        raise AnsibleActionFail(f"{PREFIX}_enforce_policy: the policy could not be looked at: {text}")
    policy = found.get("policy")
    return {
        "arn": policy["arn"] if policy else planned["policy_arn"],
        "exists": policy is not None,
        "is_ours": policy is None or policy["is_ours"],
        "differs": bool(found.get("changed")),
        "document": wanted,
        "groups": found["groups"],
        "groups_unknown": found["groups_unknown"],
        "group_exists": found["group_exists"],
    }
