# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module iam_mfa_import: which lines can be used, and what is returned of all of them.

This module is private to hardening.aws. Nothing that it returns holds a seed.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._aws.connection import Connection
from .._aws.iam import MfaApi
from .._errors import BadInput, MfaError
from .._problems import Problems, check_concurrency, refuse
from .._seeds.registry import open_store
from . import options, results, seed_file
from .adopt import Adopter
from .outcome import Outcome
from .plan import Desired
from .secrecy import refuse_kept_seeds

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

Item = t.Mapping[str, t.Any]
Result = dict[str, t.Any]
_SHOWN = 20


def import_options() -> dict[str, t.Any]:
    """Return the module's argument spec."""
    target = options.target_options()
    device = {name: {**target[name], "required": True} for name in ("user_name", "serial_number", "seed")}
    return {
        "src": {"type": "path"},
        "devices": {"type": "list", "elements": "dict", "options": device},
        "seed_store": {**options.run_options()["seed_store"], "required": True},
        "concurrency": {"type": "int", "default": 16},
    }


def run(module: AnsibleAWSModule) -> tuple[list[Outcome], list[Result], list[str]]:
    """Adopt the devices, and return what became of each, the same as the module's results, and warnings.

    :raises MfaError: Nothing was touched.
    """
    params = module.params
    problems = Problems("")
    if params["src"] is None and params["devices"] is None:
        problems.add("devices", "is null, and src is not given: give either the devices or the file that lists them.")
    check_concurrency(problems, params["concurrency"])
    options.check_store(problems, params["seed_store"])
    if not params["seed_store"]["verify"]:
        problems.add("seed_store.verify", "must be true, as what is stored already is read.")
    refuse(problems.found)
    options.require_libraries()
    lines, warnings = _lines(module)
    judged = _judged(lines, params)
    connection = Connection(module, params["concurrency"])
    api = MfaApi(connection)
    store = open_store(params["seed_store"], connection, api.account_id)
    good = [outcome.desired for outcome in judged if not outcome.failed]
    adopted = iter(Adopter(api, store, module.check_mode).many(good, params["concurrency"]))
    outcomes = [outcome if outcome.failed else next(adopted) for outcome in judged]
    told = [_result(line, outcome) for line, outcome in zip(lines, outcomes, strict=True)]
    return outcomes, told, [*warnings, *results.warnings_of(outcomes)]


def _result(line: seed_file.Line, outcome: Outcome) -> Result:
    told = results.item_result(outcome, [outcome.desired.seed])
    return {"line": line.number, **told, "user_name": told["user_name"] or None}


def _lines(module: AnsibleAWSModule) -> tuple[list[seed_file.Line], list[str]]:
    params = module.params
    if params["src"] is None:
        refuse_kept_seeds(module, "src")
        items = [options.take_secrets(module, item) for item in params["devices"]]
        return [seed_file.Line(number, item) for number, item in enumerate(items, start=1)], []
    lines = seed_file.read_lines(params["src"])
    warnings = [f"{params['src']} holds seeds in clear text. Delete it when all of them are adopted."]
    if seed_file.is_open_to_others(params["src"]):
        warnings.append(f"{params['src']} can be read by other users of its host. Make it readable for you alone.")
    return lines, warnings


def _judged(lines: t.Sequence[seed_file.Line], params: Item) -> list[Outcome]:
    """Return an outcome for each line, which has failed already if the line cannot be used.

    :raises BadInput: None can be used, or one of C(devices) cannot: then nothing is begun.
    """
    outcomes = []
    problems: list[str] = []
    seen: dict[tuple[str, str], int] = {}
    for line in lines:
        desired, texts = _desired(line, params)
        key = (line.values.get("serial_number") or "").lower(), (line.values.get("user_name") or "").lower()
        if not texts and key in seen:
            texts = [f"serial: the same device and user as in line {seen[key]}."]
        seen.setdefault(key, line.number)
        outcomes.append(Outcome(desired, desired.serial_number, error=MfaError(" ".join(texts)) if texts else None))
        where = f"src: line {line.number}" if params["src"] is not None else f"devices[{line.number - 1}]"
        problems += [f"{where}: {text}" for text in texts]
    if problems and (params["src"] is None or all(outcome.failed for outcome in outcomes)):
        raise BadInput(problems[:_SHOWN])
    return outcomes


def _desired(line: seed_file.Line, params: Item) -> tuple[Desired, list[str]]:
    """Return what a line asks for, as far as it can be told, and its problems."""
    values = line.values
    user, serial = _shown(values, "user_name"), _shown(values, "serial_number")
    label = f"line {line.number} ({user or 'no user'})"
    unusable = Desired(user or "", "enabled", label, serial_number=serial)
    missing = [name for name in ("user_name", "serial_number", "seed") if not values.get(name)]
    if missing:
        return unusable, [f"{missing[0]} is missing."]
    swapped = [name for name, shown in (("user_name", user), ("serial_number", serial)) if shown is None]
    if swapped:
        return unusable, [f"{swapped[0]} looks like a seed: the columns are swapped."]
    run = {"state": "enabled", "purge_tags": True, "seed_store": params["seed_store"]}
    desired, problems = options.desired_of(values, run, label)
    return (unusable if desired is None else dataclasses.replace(desired, stored=True)), problems


def _shown(values: t.Mapping[str, str | None], name: str) -> str | None:
    """Return a value as it may be shown: no seed, should one be in the wrong place."""
    value = values.get(name)
    return None if value and seed_file.looks_like_a_seed(value) else value
