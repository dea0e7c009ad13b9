# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which users and groups a managed policy is attached to or detached from: the options, and the plan. Pure.

This module is private to hardening.aws. IAM ignores the case of the names of users and groups.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._problems import NAME, Problems, check_concurrency, check_user_name

ATTACH, DETACH = "attach", "detach"
KINDS = ("user", "group")
_ARN = r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy(/[!-.0-~]*)*/[\w+=,.@-]{1,128}"
_MAX_ARN = 2048
_MAX_GROUP_NAME = 128

Key = tuple[str, str]


def attachment_options() -> dict[str, t.Any]:
    """Return the module's options."""
    return {
        "policy_arn": {"type": "str", "required": True},
        "users": {"type": "list", "elements": "str"},
        "groups": {"type": "list", "elements": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "purge": {"type": "bool", "default": False},
        "concurrency": {"type": "int", "default": 16},
    }


@dataclasses.dataclass(frozen=True)
class Target:
    """A user or group.

    :param label: What messages call it.
    """

    kind: str
    name: str
    label: str

    @property
    def key(self) -> Key:
        """What identifies it."""
        return self.kind, self.name.lower()


def problems(params: t.Mapping[str, t.Any]) -> list[str]:
    """Return what is wrong with the options, each with the item and a remedy."""
    found = Problems("")
    _check_arn(found, params["policy_arn"])
    if params["users"] is None and params["groups"] is None:
        found.add("users", "is missing, and so is groups: give users, groups or both.")
    for number, name in enumerate(params["users"] or ()):
        check_user_name(found, name, f"users[{number}]")
    for number, name in enumerate(params["groups"] or ()):
        _check_group_name(found, name, f"groups[{number}]")
    for option in ("users", "groups"):
        _check_duplicates(found, option, params[option] or ())
    if params["purge"] and params["state"] == "absent":
        found.add("purge", "has no effect with state=absent: leave it out.")
    elif params["purge"]:
        for option in ("users", "groups"):
            if params[option] is not None and not params[option]:
                found.add(
                    "purge",
                    f"would detach the policy from all {option}, as {option} is empty. Leave {option} out if they are "
                    "to keep the policy, or name those who are to lose it with state=absent.",
                )
    check_concurrency(found, params["concurrency"])
    return found.found


def targets(params: t.Mapping[str, t.Any]) -> list[Target]:
    """Return the users and then the groups that are named, in their order."""
    return [
        Target(kind, name, f"{kind}s[{number}] ({name})")
        for kind in KINDS
        for number, name in enumerate(params[f"{kind}s"] or ())
    ]


def action(target: Target, state: str, attached: t.Container[Key]) -> str | None:
    """Return what has to be done for a target, or None."""
    if state == "present":
        return None if target.key in attached else ATTACH
    return DETACH if target.key in attached else None


def purged(params: t.Mapping[str, t.Any], named: t.Sequence[Target], attached: t.Mapping[Key, str]) -> list[Target]:
    """Return who loses the policy without being named: others of a kind of which some are named."""
    if not params["purge"]:
        return []
    keys = {target.key for target in named}
    kinds = [kind for kind in KINDS if params[f"{kind}s"] is not None]
    others = [
        (kind, name) for (kind, lowered), name in attached.items() if kind in kinds and (kind, lowered) not in keys
    ]
    return [Target(kind, name, f"{kind} {name}, purged") for kind, name in sorted(others)]


def shown(target: Target, attached: bool) -> str:
    """Return a target's line in a diff."""
    return f"{target.kind} {target.name}: {'attached' if attached else 'not attached'}"


def _check_arn(found: Problems, arn: str) -> None:
    if not arn:
        found.add("policy_arn", "is empty: give the ARN of a managed policy.")
    elif len(arn) > _MAX_ARN or not re.fullmatch(_ARN, arn, re.ASCII):
        found.add(
            "policy_arn",
            f"{arn[:200]!r} is not the ARN of a managed policy: arn:aws:iam::ACCOUNT:policy/NAME, or "
            "arn:aws:iam::aws:policy/NAME for one of AWS's own.",
        )


def _check_group_name(found: Problems, name: str, option: str) -> None:
    if not name:
        found.add(option, "is empty: give the name of the IAM group.")
    elif name.startswith("arn:"):
        found.add(option, f"is an ARN ({name[:200]}): give the name alone.")
    elif len(name) > _MAX_GROUP_NAME:
        found.add(option, f"is {len(name)} characters long; the limit is {_MAX_GROUP_NAME}: {name[:200]}")
    elif not re.fullmatch(NAME, name, re.ASCII):
        found.add(option, f"{name!r} may contain only letters, digits and +=,.@_-.")


def _check_duplicates(found: Problems, option: str, names: t.Sequence[str]) -> None:
    first: dict[str, int] = {}
    for number, name in enumerate(names):
        earlier = first.setdefault(name.lower(), number)
        if earlier != number:
            found.add(
                f"{option}[{number}]",
                f"{name} and {names[earlier]} of {option}[{earlier}] are the same {option[:-1]}, as IAM ignores "
                "case: remove one.",
            )
