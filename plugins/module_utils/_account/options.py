# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules that read an account, and what of their values is refused before the first call.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .._problems import Problems, check_concurrency, check_user_name


def account_options() -> dict[str, t.Any]:
    """Return the options that say how much of an account is read, and how."""
    return {
        "all_kinds": {"type": "bool", "default": False},
        "device_tags": {"type": "bool", "default": False},
        "user_details": {"type": "bool", "default": False},
        "concurrency": {"type": "int", "default": 16},
    }


def info_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    """Return the problems with the options of a request for information."""
    problems = Problems("")
    scopes = [option for option in ("user_name", "user_names", "account") if params[option] not in (None, False)]
    if len(scopes) > 1:
        problems.add(scopes[0], f"excludes {' and '.join(scopes[1:])}: give one of them.")
    for option in ("all_kinds", "user_details"):
        if params[option] and not params["account"]:
            problems.add(option, "goes with account=true only.")
    if params["user_names"] == []:
        problems.add("user_names", "is empty: name users, or set account=true for all of them.")
    if params["user_name"] == "":
        problems.add("user_name", "is empty: give the name of a user, or leave it out for the caller's own devices.")
    for option, names in (("user_name", [params["user_name"] or None]), ("user_names", params["user_names"] or [])):
        for name in names:
            if name is not None:
                check_user_name(problems, name, option)
    check_concurrency(problems, params["concurrency"])
    return problems.found


def report_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    """Return the problems with the options that say where a report's facts come from."""
    problems = Problems("")
    for option in ("all_kinds", "device_tags", "user_details"):
        if params["account_info"] is not None and params[option]:
            problems.add(option, "has no effect on account_info, which is read already: set it where that is read.")
    check_concurrency(problems, params["concurrency"])
    return problems.found
