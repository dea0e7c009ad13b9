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

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.module_utils._devices.options import require_libraries
from ansible_collections.hardening.aws.plugins.module_utils._enforcement import decision
from ansible_collections.hardening.aws.plugins.module_utils._enforcement.refusals import policy_refusals
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._enrolment_sheets.document import HAS_SEGNO, NEEDS_SEGNO
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import (
    account,
    enforcement,
    files,
    inputs,
    plan,
    steps,
)
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening.common import STORE_INPUT
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening.tally import tally
from ansible_collections.hardening.aws.plugins.plugin_utils._modules import keep_seeds_out_of_files, run_module, told
from ansible_collections.hardening.aws.plugins.plugin_utils._vault_cipher import cipher_of, seed_file
from ansible_collections.hardening.aws.plugins.plugin_utils._vaulted_seeds import VaultedSeedsError

_DEVICES = "hardening.aws.iam_mfa_devices"
_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


class ActionModule(ControllerAction):
    """Judges the inputs, reads the account, and returns the plan."""

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Refuse what cannot be right before anything is called, and then before anything is changed."""
        connection = dict(self._task.args)
        settings, problems = inputs.read(variables, self._templar.template)
        self._refuse(problems + files.locate(settings, self._loader.get_basedir()))
        self._look_for_library(settings, variables)
        self._open_place_of_seeds(settings, connection, variables)
        info = account.look(self, settings, connection, variables)
        if info.get("failed"):
            return info
        planned = plan.plan(info, settings)
        refusals = planned.pop("refusals")
        self._refuse(refusals + (policy_refusals(info["policy"], settings) if info["policy"] else []))
        planned["settled"] = self._settled(info, planned)
        planned["warnings"] += steps.left_out(variables, self._task.tags)
        return {"changed": False, "plan": planned, **told(info)}

    @staticmethod
    def _refuse(reasons: t.Sequence[str]) -> None:
        if reasons:
            raise AnsibleActionFail("\n- ".join(["Nothing was touched.", *reasons]))

    @staticmethod
    def _settled(info: t.Mapping[str, t.Any], planned: dict[str, t.Any]) -> dict[str, t.Any] | None:
        """Return the decision on enforcement, if nobody is enrolled and nothing has to be done: then the role does not
        look at the account a second time.
        """
        if not info["policy"] or planned["devices"] or info["policy"]["groups"] is None:
            return None
        found = decision.due(info, enforcement.wanted(planned, tally(planned, {})))
        return found if decision.is_settled(found) else None

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

    def _open_place_of_seeds(
        self, settings: t.Mapping[str, t.Any], connection: t.Mapping[str, t.Any], variables: dict[str, t.Any]
    ) -> None:
        """Refuse to begin where seeds cannot be kept, or would end up in a file in clear text."""
        if not settings["enrol"]:
            return
        self._look_for_what_sheets_need(settings["enrolment_sheets"])
        if settings["seed_store"]:
            self._open_store(settings, connection, variables)
            return
        problem = keep_seeds_out_of_files(self, STORE_INPUT)
        self._refuse([problem] if problem else [])
        given = settings["seed_vault_file"]
        if given:
            try:
                seed_file(given["path"], given.get("vault_id"), self._loader).read()
            except VaultedSeedsError as error:
                self._refuse([f"{inputs.PREFIX}_seed_vault_file: The seed file: {error}"])

    def _look_for_what_sheets_need(self, sheets: t.Mapping[str, t.Any]) -> None:
        """Refuse to enrol people who would then get no sheet."""
        if not sheets:
            return
        self._refuse([] if HAS_SEGNO else [f"{inputs.PREFIX}_enrolment_sheets: {NEEDS_SEGNO}"])
        if sheets.get("encrypt"):
            try:
                cipher_of(self._loader, sheets.get("vault_id"))
            except VaultedSeedsError as error:
                self._refuse([f"{inputs.PREFIX}_enrolment_sheets.encrypt: {error}"])

    def _open_store(
        self, settings: t.Mapping[str, t.Any], connection: t.Mapping[str, t.Any], variables: dict[str, t.Any]
    ) -> None:
        """Let the module open the seed store for no device, unless it is plain that there is a region for it.

        The region may be in a file that only the host has, and a store's client is made before the first call.
        """
        store = settings["seed_store"]
        if "region" in store or connection.get("region"):
            return
        if self._connection.transport == "local" and any(os.environ.get(name) for name in _REGION_VARIABLES):
            return
        arguments = {**connection, "devices": [], "state": "enabled", "seed_store": store}
        result = run_module(self, _DEVICES, arguments, variables)
        if result.get("failed"):
            remedy = f"Or give {inputs.PREFIX}_seed_store.region."
            self._refuse([f"{inputs.PREFIX}_seed_store: {result.get('msg', 'cannot be opened')} {remedy}"])
