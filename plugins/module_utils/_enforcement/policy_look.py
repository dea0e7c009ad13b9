# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is of enforcement: the policy, whether it says what it should, the groups that have it, and their group.

This module is private to hardening.aws. Changes nothing.
"""

from __future__ import annotations

import json
import typing as t

from .._access.attachment_apply import PolicyApi
from .._aws.connection import Connection
from .._errors import AwsRefused
from .group_members import GroupApi
from .managed_policy import Policy, PolicyKeeper

# Stands in a document for the partition of the account, which nobody knows before AWS has answered.
PARTITION = "PARTITION"


def look(connection: Connection, name: str, document: str, group: str | None) -> tuple[dict[str, t.Any], Policy | None]:
    """Return the policy's I(arn) if it exists, whether it I(is_ours) and I(differs) from the document, the I(groups)
    that have it, or why they are not known (I(groups_unknown)), and whether the group that it is for exists; and beside
    that the policy.

    :param name: The policy's, which is found on any path.
    :param document: What it should say, as JSON, with C(PARTITION) in ARNs.
    :param group: The name of the group, or None.
    :raises AwsRefused: The policy or the group could not be looked at.
    """
    policy = PolicyKeeper(connection, name).find()
    found: dict[str, t.Any] = {
        "arn": policy.arn if policy else None,
        "is_ours": policy is None or policy.is_ours,
        "differs": policy is None or not policy.says(for_partition(document, policy.arn.split(":")[1])),
        "groups": [],
        "groups_unknown": "",
        "group_exists": None if group is None else GroupApi(connection, group).exists(),
    }
    if policy:
        try:
            found["groups"] = sorted(PolicyApi(connection, policy.arn).attached(["group"]).values())
        except AwsRefused as refusal:
            found.update(groups=None, groups_unknown=refusal.message)
    return found, policy


def for_partition(document: str, partition: str) -> dict[str, t.Any]:
    """Return a document whose ARNs are of a partition.

    :param document: JSON, with C(PARTITION) in ARNs.
    """
    return dict(json.loads(document.replace(f"arn:{PARTITION}:", f"arn:{partition}:")))
