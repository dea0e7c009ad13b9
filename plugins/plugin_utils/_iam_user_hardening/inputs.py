# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the role's inputs.

This module is private to hardening.aws.
"""

from __future__ import annotations

import re
import string
import typing as t

from .common import PREFIX, Data

_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATH = re.compile(r"/|/[!-~]+/")
_SEED_PLACES = ("seed_store", "seed_vault_file", "seed_tasks")
_PLACEHOLDERS = ("user_name", "account_id")
_SELECTORS = ("paths", "groups", "tags", "console_password")


def problems(settings: Data) -> list[str]:
    """Return what is wrong with the role's inputs, each with the input's name and a remedy."""
    found: list[str] = []

    def add(option: str, text: str) -> None:
        found.append(f"{PREFIX}_{option}: {text}")

    given = [name for name in _SELECTORS if (settings["select"] or {}).get(name) not in (None, [], {})]
    if not settings["users"] and not given:
        add("users", f"is empty, and {PREFIX}_select has no criterion, so nobody is selected. Name users, or set "
            f"{PREFIX}_select, for example to {{console_password: true}}; {{paths: [/]}} is everybody.")  # fmt: skip
    for number, name in enumerate(settings["users"]):
        if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > 64:
            add(f"users[{number}]", f"{name!r} is not the name of an IAM user: up to 64 letters, digits and +=,.@_-.")
    for number, path in enumerate((settings["select"] or {}).get("paths") or []):
        if not isinstance(path, str) or not path.startswith("/"):
            add(f"select.paths[{number}]", f"{path!r} must begin with a slash, such as /staff/.")
    if not isinstance((settings["select"] or {}).get("console_password"), (bool, type(None))):
        add("select.console_password", "must be true or false.")
    for number, pattern in enumerate(settings["exclude_patterns"]):
        problem = _pattern_problem(pattern)
        if problem:
            add(f"exclude_patterns[{number}]", problem)
    for option, low, high in (
        ("batch_size", 1, 5000),
        ("concurrency", 1, 256),
        ("delete_passwords_after_days", 0, 36500),
        ("deactivate_keys_unused_days", 0, 36500),
    ):
        if not low <= settings[option] <= high:
            add(option, f"is {settings[option]}: give a whole number from {low} to {high}.")
    _enrolment_problems(settings, add)
    if settings["enforce_policy"] == "group" and not settings["enforce_group"]:
        add("enforce_group", f"is missing: {PREFIX}_enforce_policy is group, so name the group.")
    if settings["enforce_policy"] != "none" and not re.fullmatch(r"[\w+=,.@-]{1,128}", settings["enforce_policy_name"]):
        add("enforce_policy_name", "must have 1 to 128 letters, digits and +=,.@_-.")
    if settings["remove_orphans"] and not settings["orphan_pattern"]:
        add("orphan_pattern", f"is missing, and {PREFIX}_remove_orphans is true. Give a regular expression that the "
            "path and name of a device must match to be removed, such as ^/staff/.")  # fmt: skip
    problem = _regex_problem(settings["orphan_pattern"])
    if problem:
        add("orphan_pattern", problem)
    return found


def _enrolment_problems(settings: Data, add: t.Callable[[str, str], None]) -> None:
    if not settings["enrol"]:
        return
    places = [name for name in _SEED_PLACES if settings[name]]
    if not places:
        add("seed_store", "is missing, so the seeds of new devices have no place. Give one of "
            + ", ".join(f"{PREFIX}_{name}" for name in _SEED_PLACES)
            + f"; or set {PREFIX}_enrol to false, then nobody is enrolled.")  # fmt: skip
    if len(places) > 1:
        add(places[0], f"excludes {', '.join(f'{PREFIX}_{name}' for name in places[1:])}: seeds have one place, "
            "leave the others out.")  # fmt: skip
    vault_file = settings["seed_vault_file"]
    if vault_file and not vault_file.get("path"):
        add("seed_vault_file.path", "is missing: give the path of the file on the controller.")
    if settings["seed_tasks"] and not settings.get("seed_tasks_found"):
        add("seed_tasks", f"there is no file {settings['seed_tasks']} on the controller: give its absolute path, or "
            "one that is relative to the playbook.")  # fmt: skip
    template = settings["device_name"]
    try:
        fields = [(name, spec, conv) for _text, name, spec, conv in string.Formatter().parse(template)]
    except ValueError as error:
        add("device_name", f"{template!r} is not a valid template ({error}).")
        return
    wrong = [name for name, spec, conv in fields if name is not None and (name not in _PLACEHOLDERS or spec or conv)]
    if wrong:
        add("device_name", f"{template!r} has the unknown placeholder {{{wrong[0]}}}: there are "
            + " and ".join(f"{{{name}}}" for name in _PLACEHOLDERS) + ".")  # fmt: skip
    elif "user_name" not in [name for name, _spec, _conv in fields]:
        add("device_name", f"{template!r} lacks {{user_name}}, so all users would get the same device: put it in.")
    elif not _NAME.fullmatch(template.format(user_name="x", account_id="0")):
        add("device_name", f"{template!r} may have letters, digits and +=,.@_- besides its placeholders.")
    if len(settings["device_path"]) > 512 or not _PATH.fullmatch(settings["device_path"]):
        add("device_path", f"{settings['device_path']!r} must begin and end with a slash, such as /staff/.")


def _pattern_problem(pattern: t.Any) -> str | None:
    if not isinstance(pattern, str) or not pattern.strip("~ "):
        return f"{pattern!r} is empty: give a pattern such as break-glass-*, or a regular expression after a ~."
    return _regex_problem(pattern[1:]) if pattern.startswith("~") else None


def _regex_problem(pattern: str) -> str | None:
    try:
        re.compile(pattern or "")
    except re.error as error:
        return f"{pattern!r} is not a valid regular expression ({error})."
    return None
