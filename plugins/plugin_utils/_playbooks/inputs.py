# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inputs of the playbooks: their names, their types, and which values are refused before the first call.

This module is private to hardening.aws. Pure, except that paths are resolved.
"""

from __future__ import annotations

import collections
import os
import re
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._devices import options
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._handover.seeds_for_sheets import seed_vault_file_option
from ansible_collections.hardening.aws.plugins.module_utils._problems import Problems, check_user_name
from ansible_collections.hardening.aws.plugins.module_utils._report.checks import BENCHMARKS, CHECK_IDS, SEVERITIES
from ansible_collections.hardening.aws.plugins.module_utils._report.formats import FORMATS
from ansible_collections.hardening.aws.plugins.module_utils._report.options import (
    CHECKS_OPTION,
    EXEMPTION_OPTIONS,
    read_options,
)
from ansible_collections.hardening.aws.plugins.module_utils._report.sources import UNREAD_OPTIONS, input_problems

from .._inputs import Spec
from .._paths import PathError, controller_path
from . import handover_inputs

Values = dict[str, t.Any]

_NAMES: dict[str, t.Any] = {"type": "list", "elements": "str", "required": True}
# Where a report goes, and what of it stops a pipeline.
_REPORT: dict[str, t.Any] = {
    "dest": {"type": "str", "default": "mfa-report"},
    "formats": {"type": "list", "elements": "str", "choices": FORMATS, "default": ["html", "json", "csv", "md"]},
    "previous": {"type": "str"},
    "fail_on": {"type": "list", "elements": "str", "choices": [*SEVERITIES, *CHECK_IDS], "default": []},
    "fail_on_unknown": {"type": "bool", "default": True},
    "force": {"type": "bool", "default": False},
}

# The inputs of each playbook, by names without its prefix. hosts is read by Ansible itself.
SPECS: dict[str, Spec] = {
    "audit": {
        **_REPORT,
        "benchmark": {"type": "raw", "default": "7.0"},
        "checks": CHECKS_OPTION,
        "exemptions": {"type": "list", "elements": "dict", "options": EXEMPTION_OPTIONS, "default": []},
        "max_device_age_days": {"type": "int"},
        "user_details": {"type": "bool", "default": True},
        "all_kinds": {"type": "bool"},
        "organization": {"type": "bool"},
        "organization_dest": {"type": "str"},
    },
    "adopt": {
        "src": {"type": "str", "required": True},
        "seed_store": {**options.run_options()["seed_store"], "required": True},
    },
    "handover": handover_inputs.spec(),
    "harden": {},
    "merge_reports": {
        "sources": {**_NAMES},
        "unread": {"type": "list", "elements": "dict", "options": UNREAD_OPTIONS, "default": []},
        "account_names": {"type": "dict", "default": {}},
        **_REPORT,
    },
    "offboard": {
        "users": _NAMES,
        "ignore_missing_users": {"type": "bool", "default": False},
        "seed_store": options.run_options()["seed_store"],
        "seed_vault_file": seed_vault_file_option(),
    },
    "resync": {
        "users": {"type": "list", "elements": "str"},
        "all": {"type": "bool", "default": False},
        "seed_store": {**options.run_options()["seed_store"], "required": True},
    },
    "rotate": {
        "users": {"type": "list", "elements": "str"},
        "all": {"type": "bool", "default": False},
        "exclude": {"type": "list", "elements": "str", "default": []},
        "suffix": {"type": "str"},
        "older_than_days": {"type": "int"},
        "seed_store": {**options.run_options()["seed_store"], "required": True},
        "holder": {"type": "str", "choices": ["person", "store"], "default": "person"},
        "retire": {"type": "bool"},
        "retire_devices": {"type": "list", "elements": "str", "default": []},
        "min_age_days": {"type": "int"},
        "profiles": {"type": "dict", "default": {}},
    },
}
ALLOWED = ("hosts",)


def completed(playbook: str, values: Values, playbook_dir: str) -> tuple[Values, list[str]]:
    """Return the inputs as the tasks use them, and the problems with them.

    :param values: Typed, by names without the playbook's prefix.
    """
    problems = Problems(f"{playbook}_")
    done = _COMPLETE[playbook](dict(values), problems, playbook_dir)
    return done, problems.found


def _resolve_output(values: Values, problems: Problems, playbook_dir: str) -> None:
    """Make the paths of a report absolute."""
    for name in ("dest", "organization_dest"):
        if values.get(name) is not None:
            values[name] = _resolved(problems, name, values[name], playbook_dir, written=True)
            if os.path.exists(values[name]) and not os.path.isdir(values[name]):
                problems.add(name, f"{values[name]} is no directory: name another.")
    if values["previous"] is not None:
        values["previous"] = _resolved(problems, "previous", values["previous"], playbook_dir, written=False)


def _merge_reports(values: Values, problems: Problems, playbook_dir: str) -> Values:
    _resolve_output(values, problems, playbook_dir)
    values["sources"] = [
        _resolved(problems, f"sources[{index}]", path, playbook_dir, written=False)
        for index, path in enumerate(values["sources"])
    ]
    problems.take(input_problems(values["sources"], values["unread"], values["account_names"]))
    return values


def _audit(values: Values, problems: Problems, playbook_dir: str) -> Values:
    _resolve_output(values, problems, playbook_dir)
    for index, exemption in enumerate(values["exemptions"]):
        if len({"user_name", "serial_number"} & set(exemption)) != 1:
            problems.add(f"exemptions[{index}]", "give user_name or serial_number, one of the two.")
    # An unquoted 7.0 is a number in YAML and in JSON.
    values["benchmark"] = str(values["benchmark"])
    if values["benchmark"] not in BENCHMARKS:
        problems.add("benchmark", f"is {values['benchmark'][:20]!r}: choose one of {', '.join(BENCHMARKS)}.")
    if values["all_kinds"] is None:
        values["all_kinds"] = values["max_device_age_days"] is not None
    try:
        read_options(values)
    except BadInput as error:
        problems.take(error.problems)
    return values


def _harden(values: Values, _problems: Problems, _playbook_dir: str) -> Values:
    return values


def _offboard(values: Values, problems: Problems, playbook_dir: str) -> Values:
    _check_users(problems, values["users"])
    if values["seed_store"]:
        _check_store_given(problems, values["seed_store"])
    file = values["seed_vault_file"]
    if file:
        path = _resolved(problems, "seed_vault_file.path", file["path"], playbook_dir, written=True)
        values["seed_vault_file"] = {**file, "path": path}
        if not problems.found and not os.path.isfile(path):
            problems.add("seed_vault_file.path", f"there is no file {path}: correct the path.")
    return values


def _adopt(values: Values, problems: Problems, playbook_dir: str) -> Values:
    values["src"] = _resolved(problems, "src", values["src"], playbook_dir, written=False)
    _check_store_given(problems, values["seed_store"])
    return values


def _resync(values: Values, problems: Problems, _playbook_dir: str) -> Values:
    _check_users_or_all(problems, values, "resync")
    _check_store_given(problems, values["seed_store"])
    return values


def _check_users_or_all(problems: Problems, values: Values, playbook: str) -> None:
    if values["users"] is not None and values["all"]:
        problems.add("all", f"cannot be combined with {playbook}_users: give one of the two.")
    elif values["users"] is not None:
        _check_users(problems, values["users"])
    elif not values["all"]:
        problems.add(
            "users", f"is missing: give a list of user names, such as [alice, bob], or set {playbook}_all to true."
        )


def _check_store_given(problems: Problems, store: Values) -> None:
    if not store:
        problems.add("seed_store", "is empty: give a store, such as {type: secretsmanager}.")
        return
    found = Problems("")
    options.check_store(found, store)
    problems.take(found.found)


def _rotate(values: Values, problems: Problems, _playbook_dir: str) -> Values:
    _check_users_or_all(problems, values, "rotate")
    _check_names_of_new(problems, values)
    if values["min_age_days"] is not None and values["min_age_days"] < 0:
        problems.add("min_age_days", f"is {values['min_age_days']}: give a number of days from 0.")
    if values["retire"] is None:
        values["retire"] = values["holder"] == "store"
    _check_retired(problems, values)
    _check_profiles(problems, values["profiles"])
    if not values["seed_store"]:
        problems.add("seed_store", "is empty: give a store, such as {type: secretsmanager}.")
    values["seed_store"] = {"name": "mfa/{user_name}/{device_name}", **values["seed_store"]}
    if not problems.found:
        _check_store(problems, values)
    return values


def _check_names_of_new(problems: Problems, values: Values) -> None:
    suffix, days = values["suffix"], values["older_than_days"]
    if suffix is not None and not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", suffix):
        problems.add("suffix", f"{suffix[:70]!r} may contain only letters, digits and _.-, at most 64 of them.")
    if days is not None and days < 1:
        problems.add("older_than_days", f"is {days}: give 1 or more, or each run would attach another device.")
    if suffix is not None and days is not None:
        problems.add("older_than_days", "cannot be combined with rotate_suffix: give one of the two.")
    if suffix is None and days is None:
        problems.add(
            "suffix",
            'is missing: give one for the names of the new devices, such as "2026", or give older_than_days: then '
            "devices that are older are replaced, and alice is followed by alice-2.",
        )


def _check_store(problems: Problems, values: Values) -> None:
    """Refuse a seed store that cannot keep the seeds of the new devices, as the module would."""
    run = {"state": "enabled", "purge_tags": True, "wait_timeout": 0, "seed_store": values["seed_store"]}
    found = options.run_problems(run)
    if not found:
        suffix = values["suffix"] or "2"
        new = [{"user_name": name, "device_name": f"{name}-{suffix}"} for name in values["users"] or ["x"]]
        judged = [options.desired_of(device, run) for device in new]
        found = [text for _desired, texts in judged for text in texts]
        if options.duplicate_problems([desired for desired, _texts in judged if desired], values["seed_store"]):
            found.append(
                f"seed_store.name: {values['seed_store']['name']!r} would keep the seeds of several users under the "
                "same name: put {user_name} and {device_name} into it."
            )
    problems.take(dict.fromkeys(found))
    if not found and "{device_name}" not in values["seed_store"]["name"]:
        problems.add(
            "seed_store.name",
            f"{values['seed_store']['name']!r} lacks {{device_name}}: the new seed would replace that of a device that "
            "is still in use.",
        )


def _check_users(problems: Problems, names: t.Sequence[str]) -> None:
    if not names:
        problems.add("users", "is empty: give a list of user names, such as [alice, bob].")
    for index, name in enumerate(names):
        check_user_name(problems, name, f"users[{index}]")
    # IAM ignores the case of names.
    for name, count in collections.Counter(name.lower() for name in names).items():
        if count > 1:
            problems.add("users", f"has {name} {count} times: name each user once.")


def _check_retired(problems: Problems, values: Values) -> None:
    patterns = values["retire_devices"]
    if values["retire"] and values["suffix"] is not None and not patterns:
        problems.add(
            "retire_devices",
            'is missing: name the devices to remove, such as ["{user_name}", "{user_name}-2025"]. Devices that it does '
            "not name stay.",
        )
    for index, pattern in enumerate(patterns):
        bare = pattern.replace("{user_name}", "x")
        if not re.fullmatch(r"[\w+=,.@*?-]+", bare, re.ASCII):
            problems.add(
                f"retire_devices[{index}]",
                f"{pattern!r} cannot be a device's name: it may contain letters, digits, +=,.@_-, the wildcards * and "
                "?, and {user_name}.",
            )
        elif not bare.strip("*?"):
            problems.add(
                f"retire_devices[{index}]",
                f"{pattern!r} names every device, also those that users made themselves: be more specific.",
            )


def _check_profiles(problems: Problems, profiles: t.Mapping[t.Any, t.Any]) -> None:
    for name, profile in profiles.items():
        if not isinstance(profile, str) or not profile:
            problems.add(f"profiles.{name}", "is no profile: give the name of one that has an access key of the user.")


def _resolved(problems: Problems, name: str, path: str, playbook_dir: str, written: bool) -> str:
    try:
        return controller_path(path, playbook_dir, written=written)
    except PathError as error:
        problems.add(name, str(error))
        return path


_COMPLETE: dict[str, t.Callable[[Values, Problems, str], Values]] = {
    "audit": _audit,
    "adopt": _adopt,
    "handover": handover_inputs.complete,
    "harden": _harden,
    "merge_reports": _merge_reports,
    "offboard": _offboard,
    "resync": _resync,
    "rotate": _rotate,
}
