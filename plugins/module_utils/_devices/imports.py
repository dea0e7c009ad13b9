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
from .._errors import BadInput
from .._problems import Problems, check_concurrency, refuse
from .._seeds.registry import open_store
from . import options, results, seed_file
from .adopt import Adopter
from .plan import Desired

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


def run(module: AnsibleAWSModule) -> tuple[Result, list[str]]:
    """Adopt the devices, and return the module's result, and warnings.

    :raises MfaError: Nothing was touched.
    """
    params = module.params
    problems = Problems("")
    check_concurrency(problems, params["concurrency"])
    options.check_store(problems, params["seed_store"])
    if not params["seed_store"]["verify"]:
        problems.add("seed_store.verify", "must be true, as what is stored already is read.")
    refuse(problems.found)
    options.require_libraries()
    lines, warnings = _lines(module)
    good, bad = _judged(lines, params)
    connection = Connection(module, params["concurrency"])
    api = MfaApi(connection)
    store = open_store(params["seed_store"], connection, api.account_id)
    outcomes = Adopter(api, store, module.check_mode).many([desired for _line, desired in good], params["concurrency"])
    told = {line.number: result for line, result in bad}
    for (line, desired), outcome in zip(good, outcomes, strict=True):
        told[line.number] = results.item_result(outcome, [desired.seed])
        warnings += [outcome.warning] if outcome.warning else []
    found = [{"line": line.number, **told[line.number]} for line in lines]
    changed, failed = (sum(1 for result in found if result[key]) for key in ("changed", "failed"))
    unchanged = sum(1 for result in found if not result["changed"] and not result["failed"])
    summary = {
        "total": len(found),
        "changed": len(found) - unchanged - failed,
        "unchanged": unchanged,
        "failed": failed,
    }
    return {"changed": changed > 0, "results": found, "summary": summary}, warnings


def failures_text(answer: Result) -> str:
    """Return the message of a run in which some devices failed."""
    failed = [result for result in answer["results"] if result["failed"]]
    lines = [f"{len(failed)} of {len(answer['results'])} devices failed, the others are done:"]
    lines += [f"- line {item['line']} ({item['user_name'] or 'no user'}): {item['msg']}" for item in failed[:_SHOWN]]
    if len(failed) > _SHOWN:
        lines.append(f"- and {len(failed) - _SHOWN} more, see results.")
    return "\n".join(lines)


def _lines(module: AnsibleAWSModule) -> tuple[list[seed_file.Line], list[str]]:
    params = module.params
    if params["src"] is None:
        items = [options.take_secrets(module, item) for item in params["devices"]]
        return [seed_file.Line(number, item) for number, item in enumerate(items, start=1)], []
    lines = seed_file.read_lines(params["src"])
    warnings = [f"{params['src']} holds seeds in clear text. Delete it when all of them are adopted."]
    if seed_file.is_open_to_others(params["src"]):
        warnings.append(f"{params['src']} can be read by other users of its host. Make it readable for you alone.")
    return lines, warnings


def _judged(
    lines: t.Sequence[seed_file.Line], params: Item
) -> tuple[list[tuple[seed_file.Line, Desired]], list[tuple[seed_file.Line, Result]]]:
    """Return the lines that can be used, with what they ask for, and the others with their results.

    :raises BadInput: None can be used, or one of C(devices) cannot: then nothing is begun.
    """
    good: list[tuple[seed_file.Line, Desired]] = []
    bad: list[tuple[seed_file.Line, list[str]]] = []
    seen: dict[tuple[str, str], int] = {}
    for line in lines:
        desired, problems = _desired(line.values, params)
        key = (line.values.get("serial_number") or "").lower(), (line.values.get("user_name") or "").lower()
        if desired is not None and not problems and key in seen:
            problems = [f"serial: the same device and user as in line {seen[key]}."]
        if desired is None or problems:
            bad.append((line, problems))
            continue
        seen[key] = line.number
        good.append((line, desired))
    if bad and (params["src"] is None or not good):
        where = "devices[{}]" if params["src"] is None else "src: line {}"
        shift = 1 if params["src"] is None else 0
        raise BadInput(
            [f"{where.format(line.number - shift)}: {text}" for line, texts in bad for text in texts][:_SHOWN]
        )
    return good, [(line, _refused(line, texts)) for line, texts in bad]


def _desired(values: t.Mapping[str, str | None], params: Item) -> tuple[Desired | None, list[str]]:
    missing = [name for name in ("user_name", "serial_number", "seed") if not values.get(name)]
    if missing:
        return None, [f"{missing[0]} is missing."]
    swapped = [name for name in ("user_name", "serial_number") if _shown(values, name) != values[name]]
    if swapped:
        return None, [f"{swapped[0]} looks like a seed: the columns are swapped."]
    run = {"state": "enabled", "purge_tags": True, "seed_store": params["seed_store"]}
    none = {
        "device_name": None,
        "device_path": "/",
        "authentication_code1": None,
        "authentication_code2": None,
        "tags": None,
    }
    desired, problems = options.desired_of({**none, **values}, run)
    return (None if desired is None else dataclasses.replace(desired, stored=True)), problems


def _refused(line: seed_file.Line, texts: t.Sequence[str]) -> Result:
    return {
        "user_name": _shown(line.values, "user_name"),
        "serial_number": _shown(line.values, "serial_number"),
        "changed": False,
        "actions": [],
        "failed": True,
        "msg": " ".join(texts),
    }


def _shown(values: t.Mapping[str, str | None], name: str) -> str | None:
    """Return a value as it may be shown: no seed, should one be in the wrong place."""
    value = values.get(name)
    return None if value and seed_file.looks_like_a_seed(value) else value
