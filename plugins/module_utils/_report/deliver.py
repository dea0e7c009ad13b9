# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a report: its files, what changed since an earlier one, the gate, and what the module returns.

This module is private to hardening.aws.
"""

from __future__ import annotations

import datetime
import os
import re
import typing as t

from .. import _messages
from .._errors import BadInput
from .._problems import Problems
from . import changes, files, formats, gate, reading
from .dates import Dates
from .findings import findings

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    Json = dict[str, t.Any]


_LONGEST_NAME = 200
_CHANGE = "[ugoa]*([-+=][rwxXstugo]*)+"  # of a symbolic mode


def output_options(name: str) -> Json:
    """Return the options that say where a report goes, and what of it stops a pipeline.

    :param name: What its files are called by default.
    """
    return {
        "dest": {"type": "path"},
        "formats": {"type": "list", "elements": "str", "choices": list(formats.FORMATS), "default": ["html", "json"]},
        "name": {"type": "str", "default": name},
        "mode": {"type": "raw", "default": "0640"},
        "force": {"type": "bool", "default": False},
        "previous": {"type": "path"},
        "fail_on": {"type": "list", "elements": "str", "default": []},
        "fail_on_unknown": {"type": "bool", "default": True},
    }


def output_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    """Return the problems with the options that say where a report goes."""
    problems = Problems("")
    name = params["name"]
    if not name or os.sep in name or name.startswith(".") or not name.isprintable():
        problems.add("name", f"{name!r} is no file name: leave the directory to dest, and the suffix to formats.")
    for option in ("dest", "previous"):
        if "\0" in (params[option] or ""):
            problems.add(option, "has a null character, which no path can have.")
        elif params[option] is not None and not params[option].strip():
            problems.add(option, "is empty: give a path, or leave it out.")
    if not _is_mode(params["mode"]):
        problems.add("mode", f"{params['mode']!r} is no file mode: give one in quotes, such as '0640' or 'u=rw,g=r'.")
    if not problems.found:
        _check_files(problems, params)
    return problems.found


def _check_files(problems: Problems, params: t.Mapping[str, t.Any]) -> None:
    """Refuse places for files that cannot be, before an account is read for them."""
    if len(os.fsencode(params["name"])) > _LONGEST_NAME:
        problems.add("name", f"is longer than {_LONGEST_NAME} bytes, and a file's name may not be much longer.")
    place = params["dest"]
    if place is not None:
        reason = files.folder_problem(place)
        if reason:
            problems.add("dest", f"{place!r} cannot be a directory: {reason}.")


def read_asked(params: t.Mapping[str, t.Any]) -> Json | None:
    """Return the report that O(previous) names, before an account is read to be compared with it. None: there is none.

    :raises BadInput: What is there is something else.
    """
    return None if params["previous"] is None else reading.read_report(params["previous"], "previous")


def _is_mode(mode: t.Any) -> bool:
    """Whether Ansible can set this mode, octal or symbolic. It says so no earlier than when a file is written."""
    if isinstance(mode, int) and not isinstance(mode, bool):
        return 0 <= mode <= 0o7777
    return isinstance(mode, str) and re.fullmatch(rf"(0o?)?[0-7]{{1,4}}|{_CHANGE}(,{_CHANGE})*", mode) is not None


def now() -> str:
    """Return the time that a report bears."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_gate(params: t.Mapping[str, t.Any], not_made: t.Mapping[str, str]) -> None:
    """Refuse a gate that could not close, and name what it does not cover.

    :param not_made: The checks that are not made, each with the reason.
    """
    problems = gate.gate_problems(params["fail_on"], not_made)
    if problems:
        raise BadInput(problems)
    gaps = gate.gate_gaps(params["fail_on"], not_made)
    if gaps:
        _messages.warn(gaps)


def deliver(module: AnsibleModule, report: Json, name: str, asked: Json | None, **more: t.Any) -> None:
    """Write the report, and end the module: with an error if a check of fail_on does.

    :param name: What the files are called.
    :param asked: What M(read_asked) returned.
    :param more: What else the module returns.
    """
    params = module.params
    paths = output_paths(params, name)
    earlier = _add_changes(params, report, paths, asked)
    changed = bool(paths) and _write(module, report, paths)
    answer = {
        "changed": changed,
        "verdict": report["verdict"],
        "checks": report["checks"],
        "coverage": report["coverage"],
        "paths": paths,
        "diff": changes.summary_diff(earlier, report),
        **more,
    }
    stopped = gate.gate(report, params["fail_on"], params["fail_on_unknown"])
    if stopped:
        # Ansible prints a failed result as a whole: it has no list of users.
        module.fail_json(msg=gate.gate_text(stopped, paths), **answer)
    module.exit_json(findings=findings(report), changes=report["changes"], **answer)


def output_paths(params: t.Mapping[str, t.Any], name: str) -> dict[str, str]:
    """Return the files to write, by format."""
    if params["dest"] is None:
        return {}
    return {form: os.path.join(params["dest"], f"{name}.{formats.SUFFIXES[form]}") for form in params["formats"]}


def _add_changes(params: t.Mapping[str, t.Any], report: Json, paths: dict[str, str], asked: Json | None) -> Json | None:
    """Compare the report with an earlier one, and return that."""
    path, replaced = params["previous"], paths.get("json")
    if path is None:
        previous = _replaced(replaced, report)
    else:
        previous = None if asked is None else changes.comparable(asked, report, path, "previous")
    if previous is None:
        return None
    report["changes"] = changes.changes_since(previous, report)
    is_replaced = replaced is not None and os.path.realpath(path or replaced) == os.path.realpath(replaced)
    if is_replaced and changes.without_dates(previous) == changes.without_dates(report):
        # Everything is as it was: what is written already tells what changed before that.
        report["changes"] = previous["changes"]
    return previous


def _replaced(path: str | None, report: Json) -> Json | None:
    """Return the report that is about to be replaced, if it is one of the same account."""
    try:
        return None if path is None else changes.read_previous(path, report, "dest")
    except BadInput as error:
        _messages.warn(f"{path} is replaced, and what changed since is not known: {error.message}")
        return None


def _write(module: AnsibleModule, report: Json, paths: dict[str, str]) -> bool:
    """Write the files that differ by more than their dates, and return whether there were any."""
    changed = False
    dates = Dates(report)
    directory = module.params["dest"]
    artifact = formats.artifact(paths)
    if not os.path.isdir(directory):
        changed = True
        if not module.check_mode:
            os.makedirs(directory, 0o750, exist_ok=True)
    for form, path in paths.items():
        text = formats.render(dates.report, form, artifact)
        written = None if module.params["force"] else files.read_text(path)
        if written is not None and dates.same(files.encode(text).decode("utf-8"), written):
            changed = module.set_mode_if_different(path, module.params["mode"], changed)
            continue
        changed = True
        if not module.check_mode:
            content = files.encode(dates.put(text))
            files.write_atomically(
                path, content, lambda name: module.set_mode_if_different(name, module.params["mode"], False)
            )
    return changed
