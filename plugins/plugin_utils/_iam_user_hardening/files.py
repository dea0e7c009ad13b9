# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the controller that the role's inputs name.

This module is private to hardening.aws.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.words import PREFIX
from ansible_collections.hardening.aws.plugins.plugin_utils._enrolment_sheets.folder import FolderError, SheetFolder
from ansible_collections.hardening.aws.plugins.plugin_utils._paths import PathError, controller_path, in_collection


def locate(settings: dict[str, t.Any], playbook_dir: str) -> list[str]:
    """Make the paths among the settings absolute, and return what is wrong with them.

    :param playbook_dir: The directory of the playbook.
    """
    problems = []
    path = settings["seed_vault_file"].get("path")
    if path:
        try:
            settings["seed_vault_file"] = {**settings["seed_vault_file"], "path": _seed_file(path, playbook_dir)}
        except PathError as error:
            problems.append(f"{PREFIX}_seed_vault_file.path: {error}")
    sheets = settings["enrolment_sheets"]
    if sheets.get("dest"):
        try:
            settings["enrolment_sheets"] = {**sheets, "dest": _folder_of_sheets(sheets["dest"], playbook_dir)}
        except (PathError, FolderError) as error:
            problems.append(f"{PREFIX}_enrolment_sheets.dest: {error}")
    if settings["seed_tasks"]:
        try:
            settings["seed_tasks"] = _task_file(settings["seed_tasks"], playbook_dir)
        except PathError as error:
            problems.append(f"{PREFIX}_seed_tasks: {error}")
    return problems


def _seed_file(path: str, playbook_dir: str) -> str:
    found = controller_path(path, playbook_dir)
    folder = os.path.dirname(found)
    if os.path.isdir(found):
        raise PathError(f"{found} is a directory: give the path of a file in it.")
    if not os.path.isdir(folder):
        raise PathError(f"there is no directory {folder} on the controller: make it, or correct the path.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PathError(f"you may not write in {folder}, where the file and its lock are: change that, or the path.")
    return found


def _folder_of_sheets(path: str, playbook_dir: str) -> str:
    found = controller_path(path, playbook_dir)
    SheetFolder(found).check()
    return found


def _task_file(path: str, playbook_dir: str) -> str:
    """Return the path of a task file. A relative one is beside the playbook, or where ansible-playbook was started.

    Tasks are part of a playbook, so they may be beside it, unless it is a playbook of a collection.
    """
    beside = os.path.join(os.path.abspath(playbook_dir), os.path.expanduser(path))
    if os.path.isfile(beside) and not in_collection(beside):
        return beside
    found = controller_path(path, playbook_dir, written=False)
    if not os.path.isfile(found):
        raise PathError(
            f"there is no file {found} on the controller, and none {beside}: give an absolute path, or one that is "
            "relative to the playbook or to the directory that ansible-playbook is started in."
        )
    return found
