# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where files of the controller are that an input names: seeds, reports, task files.

This module is private to hardening.aws. One rule for all of them: a relative path is relative to the directory that
ansible-playbook was started in, never to the playbook: for a playbook of a collection, that is a directory which the
next upgrade deletes. If there is a file of that name beside the playbook, neither is used, so that nobody loses track
of seeds.
"""

from __future__ import annotations

import os
import pathlib

_COLLECTIONS = "ansible_collections"


class PathError(Exception):
    """A path that cannot be used. Its message does not name the option: the caller adds that."""


def in_collection(path: str) -> bool:
    """Return whether a path, or what its symbolic links lead to, is below a directory of installed collections."""
    return any(
        _COLLECTIONS in pathlib.PurePath(place).parent.parts
        for place in (os.path.abspath(path), os.path.realpath(path))
    )


def controller_path(path: object, playbook_dir: str, *, written: bool = True) -> str:
    """Return an absolute path, with symbolic links resolved.

    :param playbook_dir: The directory of the playbook, where relative paths were looked for up to version 0.1.0.
    :param written: Whether something is kept there. If so, it may not be inside an installed collection.
    :raises PathError: The path cannot be used; the message says what to do.
    """
    expanded = _expand(path)
    found = os.path.join(_working_directory(), expanded)
    if not os.path.isabs(expanded):
        _refuse_beside_playbook(expanded, found, playbook_dir)
    if written and in_collection(found):
        raise PathError(
            f"{found} is inside an installed collection, and an upgrade of the collection deletes it. Run "
            "ansible-playbook from another directory, or give an absolute path."
        )
    return os.path.realpath(found)


def _expand(path: object) -> str:
    if not isinstance(path, str) or not path.strip():
        raise PathError("is no path: give the name of a file or directory on the controller.")
    if not path.isprintable():
        raise PathError(f"{path!r} has characters that cannot be seen, such as a line break. Remove them.")
    expanded = os.path.expanduser(os.path.expandvars(path))
    if expanded.startswith("~"):
        raise PathError(f"{path!r} names the home of a user who does not exist. Give an absolute path.")
    return expanded


def _working_directory() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        raise PathError(
            "the directory that ansible-playbook was started in is gone. Change to one that exists."
        ) from None


def _refuse_beside_playbook(path: str, found: str, playbook_dir: str) -> None:
    """Refuse a relative path that also fits a file beside the playbook, where it was looked for in the past."""
    beside = os.path.join(os.path.abspath(playbook_dir), path)
    if not os.path.lexists(beside) or os.path.realpath(beside) == os.path.realpath(found):
        return
    meant = os.path.abspath(found)
    raise PathError(
        f"{path} is relative to the directory that ansible-playbook is started in, and so it means {meant}. But there "
        f"is {beside}, beside the playbook, where version 0.1.0 looked. Move that one to where it belongs, or give the "
        "absolute path of the one that you mean."
    )
