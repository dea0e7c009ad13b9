# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why nothing may be enforced, as far as the account shows it. Pure.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .decision import Data, members_of
from .managed_policy import TAG
from .words import PREFIX


def caller_refusals(info: Data, settings: Data, selected: t.Collection[str]) -> list[str]:
    """Return why the policy may not be attached: it would lock out the user whose credentials the run has.

    Refused whatever kind of credentials these are, as the run itself might be denied half-way.
    """
    name = (info["account"].get("caller") or {}).get("user_name")
    if name is None or settings["enforce_policy"] == "none":
        return []
    remedy = f"Put {name} into {PREFIX}_exclude, or run with the credentials of a role."
    if settings["enforce_policy"] == "users":
        if name not in selected:
            return []
        return [f"{PREFIX}_enforce_policy: this run has the credentials of the selected user {name}, whom the policy "
                f"would deny what the run has to do. {remedy}"]  # fmt: skip
    group = settings["enforce_group"]
    if name in members_of(info, [group]):
        return [f"{PREFIX}_enforce_group: this run has the credentials of {name}, a member of the group {group}, and "
                f"the policy would deny what the run has to do. Take {name} out of the group, or run with the "
                "credentials of a role."]  # fmt: skip
    if settings["enforce_group_members"] == "add" and name in selected:
        return [
            f"{PREFIX}_enforce_group_members: this run has the credentials of the selected user {name}, who would be "
            f"put into the group {group}, where the policy would deny what the run has to do. {remedy}"
        ]
    return []


def policy_refusals(policy: Data, settings: Data) -> list[str]:
    """Return why the policy may not be touched or attached, as far as it can be told before the first change.

    :param policy: What M(hardening.aws.iam_user_hardening_account) says of it.
    """
    if policy["unknown"]:
        return [f"{PREFIX}_enforce_policy: the policy could not be looked at: {policy['unknown']}"]
    found = []
    if not policy["is_ours"]:
        found.append(
            f"{PREFIX}_enforce_policy_name: there is a policy {policy['arn']} that this role did not create, and "
            f"whoever has it would get another one. Set {PREFIX}_enforce_policy_name to a name of its own. To hand "
            f"that very policy over to the role, give it the tag {TAG} with any value."
        )
    if policy["group_exists"] is False:
        found.append(
            f"{PREFIX}_enforce_group: there is no group {settings['enforce_group']}. Correct the name, or create the "
            "group with amazon.aws.iam_group."
        )
    return found


def unknown_refusals(info: Data) -> list[str]:
    """Return what of the account could not be read, and has to be known to decide.

    :param info: What M(hardening.aws.iam_user_hardening_account) says of the account, with its policy.
    """
    if info["policy"]["groups"] is None:
        return [f"Which groups have it could not be read: {info['policy']['groups_unknown']}"]
    lacking = [item["why"] for item in info["unknown"] if item["what"] in ("orphaned_devices", "user_details")]
    return [f"Who has an MFA device, and is in which group, could not be read: {lacking[0]}"] if lacking else []
