# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules on root users, and which of their values are refused before the first call.

This module is private to hardening.aws.
"""

from __future__ import annotations

import re
import typing as t

from .._problems import Problems, check_concurrency, refuse

ABSENT, RECOVERY = "absent", "password_recovery"
_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)


def info_options() -> dict[str, t.Any]:
    """Return the options of iam_root_credentials_info."""
    return {
        "accounts": {"type": "list", "elements": "str"},
        "exclude_accounts": {"type": "list", "elements": "str", "default": []},
        "concurrency": {"type": "int", "default": 16},
    }


def root_options() -> dict[str, t.Any]:
    """Return the options of iam_root_credentials."""
    return {
        **info_options(),
        "all_members": {"type": "bool", "default": False},
        "state": {"type": "str", "choices": [ABSENT, RECOVERY], "default": ABSENT},
    }


def check_options(params: t.Mapping[str, t.Any], needs_choice: bool) -> None:
    """Refuse what is wrong without asking AWS.

    :param needs_choice: Whether accounts have to be named, unless all members are meant.
    :raises BadInput: There are problems.
    """
    problems = Problems("")
    check_concurrency(problems, params["concurrency"])
    for option in ("accounts", "exclude_accounts"):
        _check_ids(problems, option, params[option] or [])
    if needs_choice:
        _check_choice(problems, params)
    refuse(problems.found)


def _check_choice(problems: Problems, params: t.Mapping[str, t.Any]) -> None:
    if params["accounts"] is None and not params["all_members"]:
        problems.add("accounts", "is missing: list account numbers, or set all_members to true for all members.")
    if params["accounts"] is not None and params["all_members"]:
        problems.add("all_members", "cannot be combined with accounts: leave one of them out.")
    if params["all_members"] and params["state"] == RECOVERY:
        problems.add("all_members", f"cannot be combined with state={RECOVERY}: list the accounts in accounts.")


def _check_ids(problems: Problems, option: str, values: t.Sequence[str]) -> None:
    seen: dict[str, int] = {}
    for index, value in enumerate(values):
        where = f"{option}[{index}]"
        if not _ACCOUNT_ID.fullmatch(value):
            problems.add(
                where,
                f"{value!r} is not the number of an account, which has 12 digits. Write it in quotes, as YAML would "
                "otherwise drop zeros at its start.",
            )
        elif value in seen:
            problems.add(where, f"{value} is the same account as {option}[{seen[value]}]: list it once.")
        seen.setdefault(value, index)
