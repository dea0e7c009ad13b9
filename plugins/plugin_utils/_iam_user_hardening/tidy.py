# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old passwords and unused keys: what M(hardening.aws.iam_user_access) is asked for, and what it did.

This module is private to hardening.aws. The plan stands on a credential report of up to four hours ago, so the module
looks again before it takes anything away, and the role says what it left alone.
"""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.words import PREFIX

from .common import Data

_ROLE = "or run with the credentials of a role"


def caller_refusals(caller: str | None, passwords: t.Iterable[Data], keys: t.Iterable[Data]) -> list[str]:
    """Return why nothing may be touched: the user whose credentials the run has would lose them.

    :param passwords: Those that the plan deletes.
    :param keys: Those that the plan deactivates.
    """
    found = []
    for option, doomed in (("delete_passwords_after_days", passwords), ("deactivate_keys_unused_days", keys)):
        if caller is not None and any(item["user_name"] == caller for item in doomed):
            found.append(
                f"{PREFIX}_{option}: this run has the credentials of the selected user {caller}, who would lose "
                f"sign-in credentials. Put {caller} into {PREFIX}_exclude, {_ROLE}."
            )
    return found


def without_password(passwords: t.Iterable[Data]) -> list[dict[str, t.Any]]:
    """Return the users whose passwords are deleted, as the module takes them.

    :param passwords: Those that the plan deletes.
    """
    return [
        {"user_name": item["user_name"], "console_password": "absent", "only_without_mfa": True} for item in passwords
    ]


def without_unused_keys(keys: t.Iterable[Data], days: int) -> list[dict[str, t.Any]]:
    """Return the users whose unused keys are deactivated, as the module takes them.

    :param keys: Those that the plan deactivates.
    :param days: How long a key has not been used.
    """
    names = dict.fromkeys(item["user_name"] for item in keys)
    return [{"user_name": name, "access_keys": "inactive", "only_unused_days": days} for name in names]


def tidied(result: Data, what: str, asked_for: t.Sequence[Data]) -> dict[str, t.Any]:
    """Return what came of it: I(passwords_deleted), I(keys_deactivated), I(failures), and what was I(left_alone).

    :param result: That of the module. Without C(results) in it, the module did not run, or failed as a whole.
    :param what: What was to be taken away, as messages call one of it.
    :param asked_for: The same as the plan has it, with the names of the users.
    """
    if "results" not in result:
        return {"passwords_deleted": [], "keys_deactivated": [], "failures": [], "left_alone": []}
    results = result["results"]
    expected = collections.Counter(item["user_name"] for item in asked_for)
    changes = [(str(item["user_name"]), change) for item in results for change in item["changes"]]
    return {
        "passwords_deleted": [name for name, change in changes if change["action"] == "delete_password"],
        "keys_deactivated": [
            {"user_name": name, "access_key_id": str(change["target"])}
            for name, change in changes
            if change["action"] == "deactivate_key"
        ],
        "failures": [_failure(item["user_name"], item["msg"]) for item in results if item["failed"]],
        "left_alone": [text for item in results for text in _left_alone(item, what, expected[item["user_name"]])],
    }


def _failure(name: str, msg: str) -> dict[str, str]:
    return {"user_name": str(name), "msg": str(msg)}


def _left_alone(item: Data, what: str, expected: int) -> list[str]:
    """Return what of a user's was left alone, and why; and what was not there any more."""
    name = item["user_name"]
    found = []
    for kept in item["kept"]:
        which = f"access key {kept['target']} of {name}, which" if kept["target"] else f"{what} of {name}:"
        found.append(f"left alone: {which} {kept['reason']}")
    if len(found) + len(item["changes"]) < expected and not item["failed"]:
        found.append(f"gone already: {what} of {name}, which the credential report still shows")
    return found
