# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's inputs: typed as its argument spec says, and everything that can be judged without a look at the account.

This module is private to hardening.aws. All problems are reported at once, each with the input's name and a remedy.
"""

from __future__ import annotations

import functools
import pathlib
import re
import string
import typing as t

import yaml

from ansible_collections.hardening.aws.plugins.module_utils._devices import options as device_options
from ansible_collections.hardening.aws.plugins.module_utils._enforcement.words import PREFIX
from ansible_collections.hardening.aws.plugins.module_utils._handover.seeds_for_sheets import check_sheet_texts
from ansible_collections.hardening.aws.plugins.module_utils._patterns import pattern_problem, regex_problem
from ansible_collections.hardening.aws.plugins.module_utils._problems import Problems, check_user_name
from ansible_collections.hardening.aws.plugins.plugin_utils import _inputs

from .common import Data

# The variable that seed_tasks gets: people set it themselves to try their tasks.
_OTHER_NAMES = ("new_seeds",)
_SPEC = pathlib.Path(__file__).parents[3] / "roles" / PREFIX / "meta" / "argument_specs.yml"
_SEED_PLACES = ("seed_store", "seed_vault_file", "seed_tasks")
# The name of a group or a policy.
_GROUP = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_PLACEHOLDERS = ("user_name", "account_id")
_RANGES: dict[str, tuple[int, int]] = {
    "batch_size": (1, 5000),
    "concurrency": (1, 256),
    "stop_after_failures": (0, 100_000),
    "delete_passwords_after_days": (0, 36500),
    "deactivate_keys_unused_days": (0, 36500),
    "password_policy.min_pw_length": (6, 128),
    "password_policy.pw_max_age": (0, 1095),
    "password_policy.pw_reuse_prevent": (0, 24),
}
# An input that does nothing unless another has one of these values.
_NEEDS: tuple[tuple[str, str, str], ...] = (
    ("enforce_group", "enforce_policy", "group"),
    ("enforce_group_members", "enforce_policy", "group"),
    ("enforce_policy_name", "enforce_policy", "group or users"),
    ("enforce_self_enrolment", "enforce_policy", "group or users"),
    ("enforce_allow_password_change", "enforce_policy", "group or users"),
    ("orphan_pattern", "remove_orphans", "true"),
    ("delete_passwords_after_days", "enrol", "false"),
)
_FOR_ENROLMENT = ("device_name", "device_path", "tags", "satisfied_by", *_SEED_PLACES, "enrolment_sheets")


@functools.cache
def spec() -> dict[str, dict[str, t.Any]]:
    """Return the role's argument spec, with names that lack the prefix."""
    options = yaml.safe_load(_SPEC.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    return {
        name.removeprefix(f"{PREFIX}_"): {**option, "type": "dict"} if "options" in option else option
        for name, option in options.items()
    }


def read(variables: Data, template: t.Callable[[t.Any], t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """Return the typed inputs by their names without the prefix, and what is wrong with them.

    :param variables: Those of the task, not templated.
    :param template: Evaluates a value's templates.
    """
    found = _inputs.read(f"{PREFIX}_", spec(), variables, template, _OTHER_NAMES)
    # A value of the wrong type was replaced by its default: other problems are reported once that is corrected.
    return found.values, found.problems or problems(found.values)


def problems(settings: Data) -> list[str]:
    """Return what is wrong with inputs of the right types."""
    found = Problems(f"{PREFIX}_")
    _check_names(found, settings)
    _check_select(found, settings["select"])
    _check_patterns(found, settings)
    _check_ranges(found, settings)
    _check_enforcement(found, settings)
    _check_effect(found, settings)
    _check_enrolment(found, settings)
    _check_sheets(found, settings)
    return found.found


def without_effect(settings: Data) -> list[str]:
    """Return inputs of enrolment that are set although nobody is enrolled: worth a warning, not an error."""
    if settings["enrol"]:
        return []
    return [name for name in _FOR_ENROLMENT if settings[name] != spec()[name].get("default")]


def device_problems(device: Data, settings: Data, prefix: str = "") -> list[str]:
    """Return why one of the role's devices, or the record of its seed, cannot be made.

    :param prefix: What stands before an option's name in a problem.
    """
    run = {**module_options(settings), "seed_store": None}
    desired, found = device_options.desired_of({"user_name": "x", **device}, run, prefix=prefix)
    if desired is not None and settings["seed_store"] and not found:
        found = device_options.desired_of({"user_name": "x", **device}, module_options(settings), prefix=prefix)[1]
    return found


def module_options(settings: Data) -> dict[str, t.Any]:
    """Return the options of a run of M(hardening.aws.iam_mfa_devices) that makes the role's devices."""
    store = settings["seed_store"] or None
    return {
        "state": "present",
        "seed_store": {"name": None, "tags": None, **store} if store else None,
        "purge_tags": False,
        "wait_timeout": 60,
        "concurrency": settings["concurrency"],
    }


# Who ------------------------------------------------------------------------------------------------------------------


def _check_names(found: Problems, settings: Data) -> None:
    given = {name: value for name, value in settings["select"].items() if value is not None}
    if not settings["users"] and not given:
        found.add(
            "users",
            f"is empty, and {PREFIX}_select has no criterion, so nobody is selected. Name users, or set "
            f"{PREFIX}_select, for example to {{console_password: true}}; {{paths: [/]}} is everybody.",
        )
    for option in ("users", "exclude"):
        for number, name in enumerate(settings[option]):
            check_user_name(found, name, f"{option}[{number}]")
    excluded = {name.lower() for name in settings["exclude"]}
    for number, name in enumerate(settings["users"]):
        if name.lower() in excluded:
            found.add(f"users[{number}]", f"{name} is in {PREFIX}_exclude too: remove the name from one of the two.")


def _check_select(found: Problems, select: Data) -> None:
    for name in ("paths", "groups", "tags"):
        if name in select and not select[name]:
            found.add(f"select.{name}", "is empty, and would be no criterion at all: fill it, or leave it out.")
    for number, path in enumerate(select.get("paths", ())):
        if not path.startswith("/"):
            found.add(f"select.paths[{number}]", f"{path!r} must begin with a slash, such as /staff/.")
    for number, group in enumerate(select.get("groups", ())):
        if not _GROUP.fullmatch(group):
            found.add(
                f"select.groups[{number}]",
                f"{_inputs.shown(group)} cannot be the name of a group: give up to 128 letters, digits and +=,.@_-.",
            )
    for key, wanted in select.get("tags", {}).items():
        _check_wanted_tag(found, key, wanted)


def _check_wanted_tag(found: Problems, key: str, wanted: t.Any) -> None:
    values = wanted if isinstance(wanted, list) else [wanted]
    if not values:
        found.add(f"select.tags.{key}", "is an empty list, which no tag matches: give values, or null for any value.")
    for value in values:
        if isinstance(value, (bool, float, dict, list)) or (value is None and wanted is not None):
            found.add(
                f"select.tags.{key}",
                f"is or holds {_inputs.shown(value)}: give text, a list of texts of which one has to match, or null "
                "for any value. Put true, false and decimals into quotes.",
            )


def _check_patterns(found: Problems, settings: Data) -> None:
    for number, pattern in enumerate(settings["exclude_patterns"]):
        problem = pattern_problem(pattern)
        if problem:
            found.add(f"exclude_patterns[{number}]", problem)
    problem = regex_problem(settings["orphan_pattern"])
    if problem:
        found.add("orphan_pattern", problem)


# Numbers, enforcement, and what needs another input -------------------------------------------------------------------


def _check_ranges(found: Problems, settings: Data) -> None:
    for option, (low, high) in _RANGES.items():
        name, _dot, key = option.partition(".")
        value = settings[name].get(key, low) if key else settings[name]
        if not low <= value <= high:
            found.add(option, f"is {value}: give a whole number from {low} to {high}.")


def _check_enforcement(found: Problems, settings: Data) -> None:
    if settings["enforce_policy"] == "group" and not settings["enforce_group"]:
        found.add("enforce_group", f"is missing: {PREFIX}_enforce_policy is group, so name the group.")
    for option in ("enforce_group", "enforce_policy_name"):
        given = settings[option] or option == "enforce_policy_name"
        if given and not _GROUP.fullmatch(settings[option]):
            text = (
                f"{_inputs.shown(settings[option])} must be 1 to 128 letters, digits and +=,.@_-; give the name alone."
            )
            found.add(option, text)


def _check_effect(found: Problems, settings: Data) -> None:
    """Refuse inputs without effect that somebody may rely on."""
    for option, other, value in _NEEDS:
        is_set = option in settings and settings[option] != spec()[option].get("default")
        has = {"true": "True", "false": "False"}.get(value, value)
        if is_set and str(settings[other]) not in has.split(" or "):
            shown = _inputs.shown(settings[other]).strip("'")
            found.add(
                option,
                f"has no effect, as {PREFIX}_{other} is {shown}: set {PREFIX}_{other} to {value}, or leave "
                f"{PREFIX}_{option} out.",
            )
    if settings["remove_orphans"] and not settings["orphan_pattern"]:
        found.add(
            "orphan_pattern",
            f"is missing, and {PREFIX}_remove_orphans is true. Give a regular expression that the path and name of a "
            "device must match to be removed, such as ^/staff/.",
        )


# Enrolment ------------------------------------------------------------------------------------------------------------


def _check_enrolment(found: Problems, settings: Data) -> None:
    places = [name for name in _SEED_PLACES if settings[name]]
    if settings["enrol"] and not places:
        found.add(
            "seed_store",
            "is missing, so the seeds of new devices have no place. Give one of "
            + ", ".join(f"{PREFIX}_{name}" for name in _SEED_PLACES)
            + f"; or set {PREFIX}_enrol to false, then nobody is enrolled.",
        )
    if len(places) > 1:
        found.add(
            places[0],
            f"cannot be combined with {', '.join(f'{PREFIX}_{name}' for name in places[1:])}: seeds have one place, "
            "leave the others out.",
        )
    if settings["seed_vault_file"] and not settings["seed_vault_file"].get("path"):
        found.add("seed_vault_file.path", "is missing: give the path of the file on the controller.")
    store_is_fine = _check_store(found, settings["seed_store"], settings)
    if _check_device_name(found, settings["device_name"]):
        sample = settings if store_is_fine else {**settings, "seed_store": {}}
        found.found.extend(device_problems(_sample(settings), sample, f"{PREFIX}_"))


def _check_sheets(found: Problems, settings: Data) -> None:
    given = settings["enrolment_sheets"]
    if not given:
        return
    if not given.get("dest"):
        found.add("enrolment_sheets.dest", "is missing: give the directory on the controller.")
    if settings["seed_tasks"]:
        found.add(
            "enrolment_sheets",
            f"cannot be combined with {PREFIX}_seed_tasks, as the role cannot read those seeds again: have your tasks "
            "hand them over, or leave this out.",
        )
    problems = Problems("enrolment_sheets.")
    check_sheet_texts(problems, given.get("contact") or "", given.get("vault_id"), bool(given.get("encrypt")))
    if not (settings["seed_store"] or {}).get("verify", True):
        problems.add("dest", "needs the seeds, and seed_store.verify is false, for callers that may not read them.")
    found.take(problems.found)


def _sample(settings: Data) -> dict[str, t.Any]:
    """Return the device of a user with a short name."""
    device = {"device_name": settings["device_name"].format(user_name="x", account_id="0" * 12)}
    device["device_path"] = settings["device_path"]
    if not device["device_path"]:
        device["device_path"] = "(nothing)"  # the module takes none for the default
    if settings["tags"]:
        device["tags"] = settings["tags"]
    return device


def _check_store(found: Problems, store: Data, settings: Data) -> bool:
    """Refuse a store that cannot be used, whoever is enrolled."""
    if not store:
        return True
    before = len(found.found)
    if "type" not in store:
        found.add("seed_store.type", "is missing: give secretsmanager or ssm_parameter.")
    _check_store_texts(found, store)
    if len(found.found) == before:
        found.found.extend(f"{PREFIX}_{text}" for text in device_options.run_problems(module_options(settings)))
    if len(found.found) == before and "name" in store and not _fields(store["name"]) & {"user_name", "device_name"}:
        found.add(
            "seed_store.name",
            f"{_inputs.shown(store['name'])} lacks {{user_name}}, so all seeds would get the same name: put it in.",
        )
    return len(found.found) == before


def _check_store_texts(found: Problems, store: Data) -> None:
    for option in ("name", "region", "endpoint_url", "kms_key_id"):
        if not store.get(option, "x").strip():
            found.add(f"seed_store.{option}", "is empty: give one, or leave it out.")
    region = store.get("region", "").strip()
    if region and not re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-\d{1,2}", region):
        found.add("seed_store.region", f"{_inputs.shown(region)} is no region: give one such as eu-central-1.")
    endpoint = store.get("endpoint_url", "").strip()
    if endpoint and not re.match(r"https?://[^/\s]", endpoint):
        found.add("seed_store.endpoint_url", "must begin with https:// or http:// and a host.")


def _check_device_name(found: Problems, template: str) -> bool:
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError as error:
        found.add("device_name", f"{template!r} is not a valid template ({error}): write such as {{user_name}}-phone.")
        return False
    wrong = [
        name for _text, name, how, conv in fields if name is not None and (name not in _PLACEHOLDERS or how or conv)
    ]
    if wrong:
        known = " and ".join(f"{{{name}}}" for name in _PLACEHOLDERS)
        found.add("device_name", f"{template!r} has the unknown placeholder {{{wrong[0]}}}: there are {known}.")
    elif "user_name" not in _fields(template):
        found.add(
            "device_name", f"{template!r} lacks {{user_name}}, so all users would get the same device: put it in."
        )
    else:
        return True
    return False


def _fields(template: str) -> set[str]:
    """Return the placeholders of a valid template."""
    return {name for _text, name, _how, _conversion in string.Formatter().parse(template) if name is not None}
