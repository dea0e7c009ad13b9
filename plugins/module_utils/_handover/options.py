# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of iam_mfa_handover, and which of their values are refused before the first call.

This module is private to hardening.aws. Each problem names the option, the item and the remedy. All are found at once.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._devices.options import CODE_OPTIONS, desired_of, duplicate_problems, run_options, run_problems, target_options
from .._devices.plan import Desired
from .._problems import Problems, refuse
from .seeds_for_sheets import check_place_of_seeds, seed_vault_file_option

LONGEST_AGE = 86400
_RECORD: dict[str, t.Any] = {
    **{name: {"type": "str"} for name in ("serial_number", "user_name", "created")},
    "seed": {"type": "str", "no_log": True},
}


@dataclasses.dataclass(frozen=True)
class Wanted:
    """One of O(devices), after validation."""

    target: Desired
    codes: tuple[str, ...] = dataclasses.field(default=(), repr=False)


def handover_options() -> dict[str, t.Any]:
    """Return the module's options."""
    item = {name: option for name, option in target_options().items() if name not in ("seed", "tags")}
    return {
        "devices": {"type": "list", "elements": "dict", "options": item},
        "all_devices": {"type": "bool", "default": False},
        "seed_store": run_options()["seed_store"],
        "seed_vault_file": seed_vault_file_option(),
        "seed_file_records": {"type": "list", "elements": "dict", "options": _RECORD},
        "max_code_age": {"type": "int", "default": 600},
        "concurrency": {"type": "int", "default": 16},
    }


def wanted_devices(items: t.Sequence[t.Mapping[str, t.Any]], params: t.Mapping[str, t.Any]) -> list[Wanted]:
    """Return what is asked for each device.

    :param items: O(devices), with their codes.
    :raises BadInput: There are problems with the devices or the run.
    """
    problems = Problems("")
    problems.take(run_problems({**params, "wait_timeout": 0}))
    check_place_of_seeds(problems, params)
    if params["seed_vault_file"] is not None and params["seed_file_records"] is None:
        problems.add("seed_vault_file", "is read on the controller: use the action of this module's name.")
    if bool(params["devices"]) == bool(params["all_devices"]):
        problems.add("devices", "give devices, or all_devices=true for all whose seed may be kept; one of the two.")
    if not 0 <= params["max_code_age"] <= LONGEST_AGE:
        problems.add("max_code_age", f"is {params['max_code_age']}: give a number of seconds from 0 to {LONGEST_AGE}.")
    wanted = []
    for index, item in enumerate(items):
        label = f"devices[{index}] ({item['user_name']})"
        found = Problems(f"{label}: ")
        codes = _codes(found, item)
        # Of what one may ask for a device, disabled needs no proof: it is only named here.
        run = {"state": "disabled", "purge_tags": True, "seed_store": params["seed_store"]}
        target, wrong = desired_of({**item, **dict.fromkeys(CODE_OPTIONS)}, run, label, f"{label}: ")
        if target is not None and not target.is_virtual:
            found.add("serial_number", "is not the ARN of a virtual device, and no other has a seed that AWS made.")
        problems.found += found.found + wrong
        if target is not None:
            wanted.append(Wanted(target, codes))
    refuse(problems.found or duplicate_problems([item.target for item in wanted], None))
    return wanted


def _codes(problems: Problems, item: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    codes = tuple(item[option] for option in CODE_OPTIONS if item.get(option) is not None)
    if item.get("authentication_code2") is not None and len(codes) == 1:
        problems.add("authentication_code1", "is missing: give the code that the device showed before.")
    for option in CODE_OPTIONS:
        if item.get(option) is not None and not re.fullmatch(r"[0-9]{6}", item[option]):
            problems.add(option, "is not six digits. Quote it in YAML: an unquoted 012345 loses its zero.")
    if len(codes) == 2 and codes[0] == codes[1]:
        problems.add("authentication_code2", "is the same as authentication_code1: wait for the device's next code.")
    return codes
