# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrols users whose seeds pass through the controller: creates devices, has their seeds kept, then attaches them.

This module is private to hardening.aws. A device is attached only once its seed is kept. If the run is killed between
any two steps, the next one finds devices that nobody has: it attaches those whose seed is kept, and recreates the
others. No result holds a seed, apart from what M(Enrolment.create) returns for the user's own tasks.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError

from ansible_collections.hardening.aws.plugins.module_utils._errors import unforeseen

from .._vaulted_seeds import Record, SeedFile, VaultedSeedsError, clean, owned
from . import batches
from .common import Data
from .tally import reason_to_stop

Result = dict[str, t.Any]
RunModule = t.Callable[[dict[str, t.Any], int], t.Mapping[str, t.Any]]


class EnrolmentError(Exception):
    """A batch cannot go on. The message is for the person who runs the playbook, and holds no seed."""


class Enrolment:
    """Enrols the users of a plan.

    :param planned: The plan.
    :param run: Runs hardening.aws.iam_mfa_devices with the options given, for the batch of this number, from 1, and
        returns its result.
    """

    def __init__(self, planned: Data, run: RunModule) -> None:
        self._planned = planned
        self._settings = planned["settings"]
        self._run = run

    def with_file(self, file: SeedFile, show: t.Callable[[t.Sequence[Result]], None]) -> list[Result]:
        """Enrol everybody, with seeds in a file, and return the result of each user.

        :param show: Is given the results so far, after each batch.
        """
        results: list[Result] = []
        for item in self._planned["batches"]:
            batch = batches.batch_of(self._planned, item["number"])
            stopped = self.reason_to_stop(results)
            results += batches.all_failed(batch, stopped) if stopped else self._batch_with_file(batch, file)
            show(results)
        return results

    def reason_to_stop(self, results: t.Sequence[Result]) -> str:
        """Return why no other batch is tried after these results, or nothing."""
        return reason_to_stop(results, self._settings["stop_after_failures"])

    def _batch_with_file(self, batch: Data, file: SeedFile) -> list[Result]:
        results = self._attempt(batch, lambda: self._round(batch, file, self._held(batch, file)))
        refused = {
            result["user_name"]
            for result in results
            if result["failed"]
            and (result.get("error") or {}).get("code") == "InvalidAuthenticationCode"
            and result["serial_number"] in batch["unassigned"]
        }
        if refused:  # the seed that was kept is not that of the device, which is recreated
            again = batches.subset(batch, refused)
            results = [result for result in results if result["user_name"] not in refused]
            results += self._attempt(again, lambda: self._round(again, file, {}))
        order = {name: number for number, name in enumerate(batch["serial_numbers"])}
        return sorted(results, key=lambda result: order[result["user_name"]])

    def _attempt(self, batch: Data, work: t.Callable[[], list[Result]]) -> list[Result]:
        """Do a part of the work. Whatever stops it fails the users of this batch, and no others."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - the other batches go on
            return batches.all_failed(batch, reason_of(error))

    def _held(self, batch: Data, file: SeedFile) -> dict[str, Record]:
        """Return the records that the file has of devices that exist already."""
        held = owned(file.read(), batch["owners"]) if batch["unassigned"] else {}
        return {serial: held[serial] for serial in batch["unassigned"] if serial in held}

    def _round(self, batch: Data, file: SeedFile, held: t.Container[str]) -> list[Result]:
        made = self._create(batch, held)
        # Dated by AWS's clock, which tells a record from that of an earlier user of the same name.
        records = [
            clean({"created": self._planned["retrieved"], **result}, self._planned["retrieved"])
            for result in made
            if result.get("seed")
        ]
        everything = owned(file.add(records)[0] if records else file.read(), batch["owners"])
        seeds = {serial: str(record.get("seed") or "") for serial, record in everything.items()}
        return self._enable(batch, made, seeds, _names_of_new(made))

    # For the user's own tasks, which keep the seeds between these two

    def create(self, batch: Data) -> tuple[list[Result], list[Result]]:
        """Create the devices of a batch. Return results without seeds, and those of new devices with their seeds.

        :raises EnrolmentError: No device was created.
        """
        made = self._create(batch, ())
        return [batches.kept(result) for result in made], [dict(result) for result in made if result.get("seed")]

    def enable(self, batch: Data, made: t.Sequence[Data], new: t.Sequence[Data]) -> list[Result]:
        """Attach the devices of a batch whose seeds are kept, and return the result of each user.

        :param made: The results of M(create) without seeds.
        :param new: Those with seeds.
        """
        seeds = {str(result["serial_number"]): result["seed"] for result in new}
        return self._attempt(batch, lambda: self._enable(batch, made, seeds, _names_of_new(new)))

    # The calls of the module

    def _create(self, batch: Data, held: t.Container[str]) -> list[t.Mapping[str, t.Any]]:
        unusable = [serial for serial in batch["unassigned"] if serial not in held]
        if unusable:
            self._devices(batch, devices=batches.of_nobody(unusable, self._planned["nobody"]), state="absent")
        return self._devices(batch, devices=batch["devices"], state="present", purge_tags=False)

    def _enable(self, batch: Data, made: t.Sequence[Data], seeds: Data, new: t.Container[str]) -> list[Result]:
        devices, failures = batches.with_seeds(batch, made, seeds)
        results = self._devices(batch, devices=devices, state="enabled", satisfied_by="this") if devices else []
        return batches.proven(results, new) + failures

    def _devices(self, batch: Data, **options: t.Any) -> list[t.Mapping[str, t.Any]]:
        options["concurrency"] = self._settings["concurrency"]
        if options["state"] != "absent":
            options["stop_after_failures"] = self._settings["stop_after_failures"]
        result = self._run(options, batch["number"] + 1)
        if "results" not in result:
            raise EnrolmentError(str(result.get("msg") or "hardening.aws.iam_mfa_devices returned no results."))
        return list(result["results"])


def reason_of(error: Exception) -> str:
    """Return the words for an error; of one that nobody expected, what may be said of it without showing a seed."""
    if isinstance(error, VaultedSeedsError):
        return f"The seed file: {error}"
    if isinstance(error, EnrolmentError):
        return str(error)
    if isinstance(error, AnsibleError):
        return str(error.message)
    return unforeseen(error, "these users").message


def _names_of_new(made: t.Iterable[Data]) -> set[str]:
    return {str(result["user_name"]) for result in made if result.get("seed")}
