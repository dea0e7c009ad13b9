# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inputs of the playbook handover: their types, and which values are refused before the first call.

This module is private to hardening.aws. Codes are looked at here, and are not among the values that are returned:
Ansible would show those.
"""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._handover.options import handover_options, wanted_devices
from ansible_collections.hardening.aws.plugins.module_utils._handover.seeds_for_sheets import (
    check_sheets,
    sheet_options,
)
from ansible_collections.hardening.aws.plugins.module_utils._problems import Problems

from .._enrolment_sheets.folder import FolderError, SheetFolder
from .._inputs import Spec
from .._paths import PathError, controller_path

Values = dict[str, t.Any]

_OF_SHEETS = {name: sheet_options()[name] for name in ("dest", "encrypt", "vault_id", "contact", "user_names")}


def spec() -> Spec:
    """Return the options, by their names without C(handover_)."""
    module = handover_options()
    return {
        "seed_store": module["seed_store"],
        "seed_vault_file": module["seed_vault_file"],
        "codes": {**module["devices"], "default": []},
        "max_code_age": module["max_code_age"],
        "sheets": {"type": "dict", "options": _OF_SHEETS},
    }


def complete(values: Values, problems: Problems, playbook_dir: str) -> Values:
    """Return the inputs as the tasks use them, with C(has_codes) in place of the codes, and note what is wrong."""
    codes = values.pop("codes")
    values["has_codes"] = bool(codes)
    for name in ("seed_store", "seed_vault_file", "sheets"):
        values[name] = values[name] or None
    if values["sheets"] is not None:
        defaults = {name: option.get("default") for name, option in _OF_SHEETS.items()}
        values["sheets"] = {**defaults, **values["sheets"]}
    file, sheets = values["seed_vault_file"], values["sheets"]
    if file is not None:
        values["seed_vault_file"] = {
            **file,
            "path": _path(problems, "seed_vault_file.path", file["path"], playbook_dir),
        }
    run = {**values, "all_devices": not codes, "seed_file_records": [], "concurrency": 1}
    _take(problems, lambda: wanted_devices(codes, {**run, "devices": codes}))
    if sheets is not None:
        path = _path(problems, "sheets.dest", sheets["dest"], playbook_dir)
        values["sheets"] = {**sheets, "dest": path}
        found = Problems("sheets.")
        check_sheets(found, sheets)
        problems.take(found.found)
    return values


def _take(problems: Problems, check: t.Callable[[], t.Any]) -> None:
    """Note what the module would refuse, by the names that the playbook has for it."""
    try:
        check()
    except BadInput as error:
        problems.take(text.replace("devices[", "codes[") for text in error.problems)


def _path(problems: Problems, name: str, path: str, playbook_dir: str) -> str:
    """Return an absolute path, and note what is wrong with it."""
    try:
        found = controller_path(path, playbook_dir)
        if name == "sheets.dest":
            SheetFolder(found).check()
        return found
    except (PathError, FolderError) as error:
        problems.add(name, str(error))
        return path
