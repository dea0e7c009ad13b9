# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that actions run, and what makes sure that no seed among their options reaches a file.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from ansible import constants

# What an action passes on of what a module said besides its result.
_TOLD = ("warnings", "deprecations")


def run_module(
    action: t.Any,
    name: str,
    options: dict[str, t.Any],
    variables: dict[str, t.Any],
    check_mode: bool | None = None,
    no_log: bool | None = None,
) -> dict[str, t.Any]:
    """Run a module and return its result, also of one that failed.

    :param action: The plugin that needs it.
    :param variables: Those of the task.
    :param check_mode: Whether it only predicts; as the task does, if None.
    :param no_log: Whether Ansible keeps quiet about it; as about the task, if None.
    """
    task = action._task
    action._task = task.copy()
    try:
        if check_mode is not None:
            action._task.check_mode = check_mode
        if no_log is not None:
            action._task.no_log = no_log
        return dict(action._execute_module(name, module_args=options, task_vars=variables))
    finally:
        action._task = task


def told(*results: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the warnings and deprecations of modules, for the action's own result."""
    found: dict[str, t.Any] = {}
    for result in results:
        for name in _TOLD:
            if result.get(name):
                found[name] = [*found.get(name, []), *result[name]]
    return found


def keep_seeds_out_of_files(action: t.Any, store_option: str) -> str | None:
    """Have a plugin's modules get their options through a pipe. Return why that is not possible, or None.

    Otherwise Ansible writes a module's options, and with them the seeds, into a temporary file of the host.

    :param store_option: The option with which no seed passes through a module.
    """
    remedy = f"or keep seeds in AWS, with {store_option}."
    if constants.DEFAULT_KEEP_REMOTE_FILES:
        return (
            "Seeds pass through modules of this run, and Ansible is told to leave the files of modules where they ran. "
            f"Unset ANSIBLE_KEEP_REMOTE_FILES (keep_remote_files in ansible.cfg), {remedy}"
        )
    try:
        action._connection.set_option("pipelining", True)
    except Exception:  # noqa: BLE001 - a connection without that option: what it does is asked next
        action._play_context.pipelining = True
    if action._is_pipelining_enabled("new"):
        return None
    return (
        f"Seeds pass through modules of this run, and the connection {action._connection.transport} cannot pipeline, "
        f"so they would be written to a file. Run on the controller with connection: local and without su, {remedy}"
    )
