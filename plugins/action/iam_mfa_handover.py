# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module iam_mfa_handover and shows how far it is. Its documentation is that of the module.

A vaulted file of seeds is read here, and what was handed over is removed from it once the module has tagged the device.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.module_utils._core_version import core_problem
from ansible_collections.hardening.aws.plugins.plugin_utils import _seed_vault_file
from ansible_collections.hardening.aws.plugins.plugin_utils._actions import BulkAction
from ansible_collections.hardening.aws.plugins.plugin_utils._handover_file import as_options, removed_from
from ansible_collections.hardening.aws.plugins.plugin_utils._modules import keep_seeds_out_of_files, run_module
from ansible_collections.hardening.aws.plugins.plugin_utils._progress_lines import shown
from ansible_collections.hardening.aws.plugins.plugin_utils._vaulted_seeds import VaultedSeedsError

_MODULE = "hardening.aws.iam_mfa_handover"


class ActionModule(BulkAction):
    """The action."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the module, with the records of the vaulted file if there is one."""
        given = self._task.args.get(_seed_vault_file.NAME)
        if given is None:
            return super().run(tmp, task_vars)
        variables = task_vars or {}
        problem = core_problem() or keep_seeds_out_of_files(self, "seed_store")
        if problem or self._task.async_val:
            raise AnsibleActionFail(problem or "async: leave it out, as its job file would hold seeds.")
        try:
            file, records = _seed_vault_file.opened(given, self._loader)
        except VaultedSeedsError as error:
            raise AnsibleActionFail(str(error)) from None
        options = {**self._task.args, "seed_file_records": as_options(records)}
        with shown(self, variables):
            result = run_module(self, _MODULE, options, variables)
        result.pop("invocation", None)
        return result if self._task.check_mode else removed_from(file, records, result)
