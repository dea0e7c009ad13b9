# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of iam_user_access, and which of their values are refused before the first call.

This module is private to hardening.aws. Each problem names the option, the user and the remedy. All are found at once.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._devices.options import check_store, run_options
from .._problems import Problems, check_concurrency, check_user_name, refuse

INACTIVE, ABSENT = "inactive", "absent"
_TAKEN_AWAY = ("console_password", "access_keys", "other_credentials", "sessions", "mfa_devices")
_KEY_ID = re.compile(r"\w{16,128}", re.ASCII)


def access_options() -> dict[str, t.Any]:
    """Return the module's options."""
    return {
        "users": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "user_name": {"type": "str", "required": True},
                "console_password": {"type": "str", "choices": [ABSENT], "no_log": False},
                "access_keys": {"type": "str", "choices": [INACTIVE, ABSENT], "no_log": False},
                "access_key_ids": {"type": "list", "elements": "str", "no_log": False},
                "other_credentials": {"type": "str", "choices": [ABSENT]},
                "sessions": {"type": "str", "choices": ["revoked"]},
                "mfa_devices": {"type": "str", "choices": [ABSENT]},
                "only_without_mfa": {"type": "bool", "default": False},
                "only_unused_days": {"type": "int"},
            },
        },
        "seed_store": run_options()["seed_store"],
        "ignore_missing_users": {"type": "bool", "default": False},
        "concurrency": {"type": "int", "default": 16},
    }


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What is asked for one user, after validation."""

    user_name: str
    label: str = ""  # the user in messages, such as "users[3] (bob)"
    console_password: bool = False
    access_keys: str | None = None
    access_key_ids: tuple[str, ...] | None = None  # all of the user's if None
    other_credentials: bool = False
    sessions: bool = False
    mfa_devices: bool = False
    only_without_mfa: bool = False
    only_unused_days: int | None = None

    @property
    def ends_sign_in(self) -> bool:
        """Whether anything is taken away that the user could begin new sessions with."""
        return self.console_password or self.access_keys is not None


def wanted_users(params: t.Mapping[str, t.Any]) -> list[Wanted]:
    """Return what is asked for each user.

    :raises BadInput: There are problems with the users or the run.
    """
    run = Problems("")
    check_concurrency(run, params["concurrency"])
    if params.get("seed_store") is not None:
        check_store(run, params["seed_store"])
    problems = run.found
    wanted = []
    for index, item in enumerate(params["users"]):
        label = f"users[{index}] ({item['user_name']})"
        found = Problems(f"{label}: ")
        check_user_name(found, item["user_name"])
        _check_keys(found, item)
        _check_conditions(found, item)
        problems += found.found
        wanted.append(_wanted(item, label))
    refuse(problems + _duplicates(wanted))
    return wanted


def refuse_caller(wanted: t.Sequence[Wanted], caller: str | None) -> None:
    """Refuse to take away what this run itself signs in with.

    :param caller: The name of the IAM user whose credentials are used, or None if it is a role or the root user.
    :raises BadInput: The caller is among the users.
    """
    if caller is not None:
        found = [item for item in wanted if item.user_name.lower() == caller.lower()]
        refuse([
            f"{item.label}: is the caller, whose credentials this run uses, so the run would lock itself out half way. "
            "Leave the user out, or run with the credentials of a role or of another user."
            for item in found
        ])  # fmt: skip


def _wanted(item: t.Mapping[str, t.Any], label: str) -> Wanted:
    ids = item["access_key_ids"]
    return Wanted(
        user_name=item["user_name"],
        label=label,
        console_password=item["console_password"] is not None,
        access_keys=item["access_keys"],
        access_key_ids=tuple(ids) if ids is not None else None,
        other_credentials=item["other_credentials"] is not None,
        sessions=item["sessions"] is not None,
        mfa_devices=item["mfa_devices"] is not None,
        only_without_mfa=item["only_without_mfa"],
        only_unused_days=item["only_unused_days"],
    )


def _check_keys(problems: Problems, item: t.Mapping[str, t.Any]) -> None:
    if all(item[option] is None for option in _TAKEN_AWAY):
        problems.add("user_name", f"has nothing to take away: give one or more of {', '.join(_TAKEN_AWAY)}.")
    ids = item["access_key_ids"]
    if ids is None:
        return
    if item["access_keys"] is None:
        problems.add("access_key_ids", "has no effect without access_keys: set that to inactive or absent.")
    if not ids:
        problems.add("access_key_ids", "is empty: name keys, or leave it out for all keys of the user.")
    if len(set(ids)) < len(ids):
        problems.add("access_key_ids", "names the same key twice: remove one.")
    for key_id in ids:
        if not _KEY_ID.fullmatch(key_id):
            problems.add("access_key_ids", f"{key_id!r} is not the ID of an access key, such as AKIAIOSFODNN7EXAMPLE.")


def _check_conditions(problems: Problems, item: t.Mapping[str, t.Any]) -> None:
    days = item["only_unused_days"]
    if days is not None:
        if item["access_keys"] is None:
            problems.add("only_unused_days", "has no effect without access_keys: set that to inactive or absent.")
        if not 1 <= days <= 36500:
            problems.add("only_unused_days", f"is {days}: give a number of days from 1 to 36500.")
    if item["only_without_mfa"] and item["console_password"] is None and item["access_keys"] is None:
        problems.add("only_without_mfa", "has no effect without console_password or access_keys: set one of them.")
    if item["mfa_devices"] is not None:
        for option in ("only_without_mfa", "only_unused_days"):
            if item[option]:
                problems.add(
                    "mfa_devices",
                    f"cannot be combined with {option}, which may leave a password or keys in use: leave one out.",
                )


def _duplicates(wanted: t.Sequence[Wanted]) -> list[str]:
    problems = []
    seen: dict[str, int] = {}
    for index, item in enumerate(wanted):
        # IAM ignores the case of names.
        first = seen.setdefault(item.user_name.lower(), index)
        if first != index:
            problems.append(f"{wanted[first].label} and {item.label} name the same user: remove one.")
    return problems
