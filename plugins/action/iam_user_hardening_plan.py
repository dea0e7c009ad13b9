# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans what the role iam_user_hardening does. Its documentation is that of the module.

An action, and not tasks: it sees the role's inputs as they were given, and Ansible would carry all that is known of
thousands of users from one task to the next.
"""

from __future__ import annotations

import os
import sys
import typing as t

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.hardening.aws.plugins.module_utils._core_version import core_problem
from ansible_collections.hardening.aws.plugins.module_utils._devices.options import require_libraries
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import (
    enforcement,
    files,
    inputs,
    managed_policy,
    plan,
    steps,
)

_INFO = "hardening.aws.iam_mfa_device_info"
_DEVICES = "hardening.aws.iam_mfa_devices"
_SEED_FILE = "hardening.aws.vaulted_seeds"
_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


class ActionModule(ActionBase):
    """Judges the inputs, reads the account, and returns the plan."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Refuse what cannot be right before anything is called, and then before anything is changed."""
        super().run(tmp, task_vars)
        too_old = core_problem()
        if too_old:
            raise AnsibleActionFail(too_old)
        variables = task_vars or {}
        connection = dict(self._task.args)
        settings, problems = inputs.read(variables, self._templar.template)
        self._refuse(problems + files.locate(settings, self._loader.get_basedir()))
        self._look_for_library(settings, variables)
        self._open_seed_file(settings, variables)
        self._open_store(settings, connection, variables)
        options = {
            "account": True,
            "user_details": plan.needs_details(settings),
            "concurrency": settings["concurrency"],
        }
        info = self._execute_module(_INFO, module_args={**connection, **options}, task_vars=task_vars)
        if info.get("failed"):
            return dict(info)
        planned = plan.plan(info, settings)
        self._refuse(planned.pop("refusals"))
        self._look_at_policy(planned, connection, variables)
        planned["warnings"] += steps.left_out(variables, self._task.tags)
        told = {name: info[name] for name in ("warnings", "deprecations") if name in info}
        return {"changed": False, "plan": planned, **told}

    @staticmethod
    def _refuse(reasons: t.Sequence[str]) -> None:
        if reasons:
            raise AnsibleActionFail("\n- ".join(["Nothing was touched.", *reasons]))

    def _look_at_policy(
        self, planned: dict[str, t.Any], connection: dict[str, t.Any], variables: dict[str, t.Any]
    ) -> None:
        """Refuse to go on if the policy to enforce is not the role's own."""
        if planned["settings"]["enforce_policy"] == "none":
            return
        policy = managed_policy.look(self, planned, connection, variables)
        self._refuse(enforcement.policy_refusals(policy["policy"], planned["settings"]))
        planned["policy_arn"] = policy["arn"]

    def _look_for_library(self, settings: t.Mapping[str, t.Any], variables: dict[str, t.Any]) -> None:
        """Refuse to begin without the library that computes codes, if modules run in this very environment."""
        python = str(self._templar.template(variables.get("ansible_python_interpreter")) or "")
        folders = {os.path.realpath(os.path.dirname(path)) for path in (python, sys.executable)}
        if not settings["enrol"] or self._connection.transport != "local" or len(folders) > 1:
            return
        try:
            require_libraries()
        except BadInput as error:
            self._refuse(error.problems)

    def _open_seed_file(self, settings: t.Mapping[str, t.Any], variables: dict[str, t.Any]) -> None:
        """Open the file of seeds, so that a missing vault password ends the run here."""
        if not settings["enrol"] or not settings["seed_vault_file"]:
            return
        task = self._task.copy()
        task.args = {**settings["seed_vault_file"], "serial_numbers": []}
        action = self._shared_loader_obj.action_loader.get(
            _SEED_FILE,
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        try:
            action.run(task_vars=variables)
        except AnsibleError as error:
            self._refuse([f"{inputs.PREFIX}_seed_vault_file: {error.message}"])

    def _open_store(
        self, settings: t.Mapping[str, t.Any], connection: t.Mapping[str, t.Any], variables: dict[str, t.Any]
    ) -> None:
        """Let the module open the seed store for no device, unless it is plain that there is a region for it.

        The region may be in a file that only the host has, and a store's client is made before the first call.
        """
        store = settings["seed_store"]
        if not settings["enrol"] or not store or "region" in store or connection.get("region"):
            return
        if self._connection.transport == "local" and any(os.environ.get(name) for name in _REGION_VARIABLES):
            return
        arguments = {**connection, "devices": [], "state": "enabled", "seed_store": store}
        result = self._execute_module(_DEVICES, module_args=arguments, task_vars=variables)
        if result.get("failed"):
            remedy = f"Or give {inputs.PREFIX}_seed_store.region."
            self._refuse([f"{inputs.PREFIX}_seed_store: {result.get('msg', 'cannot be opened')} {remedy}"])
