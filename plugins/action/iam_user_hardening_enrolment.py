# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrols users whose seeds pass through the controller. Its documentation is that of the module.

An action, and not tasks: so seeds are never variables of the play, unless the user's own tasks have to keep them.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import batches, enrolment
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening.common import STORE_INPUT, registered
from ansible_collections.hardening.aws.plugins.plugin_utils._modules import keep_seeds_out_of_files, run_module, told
from ansible_collections.hardening.aws.plugins.plugin_utils._progress_lines import display, how_far, shown
from ansible_collections.hardening.aws.plugins.plugin_utils._vault_cipher import seed_file
from ansible_collections.hardening.aws.plugins.plugin_utils._vaulted_seeds import SeedFile, VaultedSeedsError, owned

_DEVICES = "hardening.aws.iam_mfa_devices"
_STEPS = ("all", "create", "enable", "give_up")

Result = dict[str, t.Any]


class ActionModule(ControllerAction):
    """Enrols everybody with a file of seeds; or makes one of the steps around the user's own tasks."""

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Make the step, and return results in which no seed is. What fails for some users does not fail the task."""
        planned = registered(variables, "planned").get("plan")
        connection = dict(self._task.args)
        step, number, reason = (connection.pop(name, None) for name in ("step", "batch", "reason"))
        if planned is None or step not in _STEPS or (number is None and step != "all"):
            raise AnsibleActionFail("there is no plan, step or batch: this action is private to the role.")
        problem = None if self._task.check_mode else keep_seeds_out_of_files(self, STORE_INPUT)
        if problem:
            raise AnsibleActionFail(f"Nobody was enrolled. {problem}")
        said: list[dict[str, t.Any]] = []

        def run(options: dict[str, t.Any], batch_number: int) -> dict[str, t.Any]:
            of_all = f"batch {batch_number:,} of {len(planned['batches']):,}: "
            with shown(self, variables, of_all if len(planned["batches"]) > 1 else ""):
                result = run_module(self, _DEVICES, {**connection, **options}, variables, no_log=True)
            said.append(told(result))
            return result

        work = enrolment.Enrolment(planned, run)
        if step == "all":
            results = self._predict(planned) if self._task.check_mode else self._with_file(planned, work)
            return {**_answer([], results), **told(*said)}
        before = list(registered(variables, "enrolled").get("results") or [])
        batch = batches.batch_of(planned, int(number))
        if step == "create":
            return {**_create(work, batch, before), **told(*said)}
        if step == "enable":
            results = _enable(work, batch, registered(variables, "created"))
        else:
            results = batches.all_failed(batch, str(reason))
        self._show(planned, [*before, *results])
        return {**_answer(before, results), **told(*said)}

    def _with_file(self, planned: t.Mapping[str, t.Any], work: enrolment.Enrolment) -> list[Result]:
        return work.with_file(self._file(planned), lambda results: self._show(planned, results))

    def _predict(self, planned: t.Mapping[str, t.Any]) -> list[Result]:
        """Return what would be done. The file is read, as a device whose seed is there is not recreated."""
        records = self._file(planned).read() if planned["settings"]["seed_vault_file"] else {}
        results = []
        for item in planned["batches"]:
            batch = batches.batch_of(planned, item["number"])
            results += batches.predicted(batch, owned(records, batch["owners"]))
        return results

    def _file(self, planned: t.Mapping[str, t.Any]) -> SeedFile:
        given = planned["settings"]["seed_vault_file"]
        try:
            return seed_file(given["path"], given.get("vault_id"), self._loader)
        except VaultedSeedsError as error:
            raise AnsibleActionFail(f"The seed file: {error}") from None

    @staticmethod
    def _show(planned: t.Mapping[str, t.Any], results: t.Sequence[Result]) -> None:
        """Show how far this is, in a line that holds numbers alone."""
        failed = sum(1 for result in results if result["failed"])
        display(how_far("enrolled", len(results), failed, len(planned["devices"])))


def _create(work: enrolment.Enrolment, batch: t.Mapping[str, t.Any], before: list[Result]) -> Result:
    """Create the devices of a batch, for the user's tasks to keep their seeds.

    :param before: Results of earlier batches.
    """
    answer: Result = {"changed": False, "made": [], "new_seeds": [], "problem": work.reason_to_stop(before)}
    if not answer["problem"]:
        try:
            answer["made"], answer["new_seeds"] = work.create(batch)
        except Exception as error:  # noqa: BLE001 - the other batches go on
            answer["problem"] = enrolment.reason_of(error)
    return {**answer, "changed": bool(answer["new_seeds"])}


def _enable(work: enrolment.Enrolment, batch: t.Mapping[str, t.Any], created: t.Mapping[str, t.Any]) -> list[Result]:
    """Attach the devices of a batch, whose seeds the user's tasks have kept.

    :param created: What M(_create) returned.
    """
    if created["problem"]:
        return batches.all_failed(batch, created["problem"])
    return work.enable(batch, created["made"], created["new_seeds"])


def _answer(before: list[Result], results: list[Result]) -> Result:
    """Return the results of all batches so far.

    :param before: Those of earlier batches.
    """
    return {"changed": any(result["changed"] for result in results), "results": [*before, *results]}
