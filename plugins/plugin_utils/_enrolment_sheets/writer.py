# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes sheets of what the module read, and writes those that differ.

This module is private to hardening.aws. What it returns holds no seed.
"""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._errors import unforeseen
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import record_is_of
from ansible_collections.hardening.aws.plugins.module_utils._seeds.totp import SeedError, normalize_seed

from .document import Sheet, render
from .folder import FolderError, SheetFolder, file_stem

Result = dict[str, t.Any]

_SHOWN_FAILURES = 20


class SheetWriter:
    """Writes the sheets of one account.

    :param read: What the module returned.
    :param kept: Records of a vaulted file by serial number; None if the module read the seeds.
    :param predicting: Whether nothing is written.
    """

    def __init__(
        self,
        folder: SheetFolder,
        read: t.Mapping[str, t.Any],
        contact: str,
        kept: t.Mapping[str, t.Mapping[str, t.Any]] | None,
        predicting: bool,
    ) -> None:
        self._folder = folder
        self._read = read
        self._contact = contact
        self._kept = kept
        self._predicting = predicting
        self.warnings: list[str] = []

    def write(self, every_user_named: bool) -> list[Result]:
        """Write the sheets, and return a result for each device.

        :param every_user_named: Whether a device without a seed is a failure. If not, it is left out.
        :raises FolderError: The directory cannot be used.
        """
        found = [item for item in self._read["results"] if self._is_wanted(item, every_user_named)]
        if not found:
            return []
        with contextlib.nullcontext() if self._predicting else self._folder.writing():
            return [self._one(item) for item in found]

    def _is_wanted(self, item: t.Mapping[str, t.Any], named: bool) -> bool:
        """Whether a device belongs among the results. A user who is named may have others."""
        if item["failed"] or self._kept is None or self._record(item) is not None:
            return True
        theirs = (other for other in self._read["results"] if other["user_name"] == item["user_name"])
        return named and all(self._record(other) is None for other in theirs)

    def _one(self, item: t.Mapping[str, t.Any]) -> Result:
        result: Result = {
            "user_name": item["user_name"],
            "serial_number": item["serial_number"],
            "path": None,
            "handed_over": item.get("handed_over"),
            "changed": False,
            "failed": bool(item["failed"]),
            "msg": str(item["msg"]),
        }
        if item.get("error"):
            result["error"] = item["error"]
        if not result["failed"] and not result["handed_over"]:
            try:
                self._make(item, result)
            except (FolderError, SeedError) as error:
                result.update(failed=True, msg=str(error))
            except Exception as error:  # noqa: BLE001 - a defect must not lose the results of the others
                result.update(failed=True, msg=unforeseen(error, str(item["user_name"])).message)
        return result

    def _make(self, item: t.Mapping[str, t.Any], result: Result) -> None:
        serial, stem = str(item["serial_number"]), file_stem(str(item["user_name"]), str(item["serial_number"]))
        sheet = Sheet(
            user_name=str(item["user_name"]),
            serial_number=serial,
            seed=self._seed(item),
            account_id=str(self._read["account_id"]),
            account_alias=self._read["account_alias"],
            sign_in_url=str(self._read["sign_in_url"]),
            contact=self._contact,
        )
        page = render(sheet)
        result["path"] = self._folder.place(stem)
        differs = self._folder.differs(stem, page)
        if differs and not self._predicting:
            self._folder.write(stem, page)
        result["changed"] = differs
        other = self._folder.other_form(stem)
        if other:
            self.warnings.append(f"{other} is an earlier sheet of {sheet.user_name} in the other form. Delete it.")

    def _seed(self, item: t.Mapping[str, t.Any]) -> str:
        if self._kept is None:
            return normalize_seed(str(item["seed"]))
        record = self._record(item)
        if record is None:
            raise FolderError(
                f"seed_vault_file has no seed of {item['serial_number']} that was made for {item['user_name']}. Leave "
                "the user out, or name the file that has it."
            )
        try:
            return normalize_seed(str(record.get("seed") or ""))
        except SeedError as error:
            raise SeedError(f"The seed of {item['serial_number']} in seed_vault_file {error}.") from None

    def _record(self, item: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any] | None:
        """Return the record of a device in the vaulted file, if it was made for the user of today."""
        record = (self._kept or {}).get(str(item["serial_number"]))
        if record is None or not record_is_of(str(item["user_name"]), item.get("user_created"), record):
            return None
        return record


def answer(results: list[Result], path: str, sign_in_url: str, made: bool) -> Result:
    """Return the task's result.

    :param made: Whether the directory is new.
    """
    changed = [result for result in results if result["changed"]]
    failed = [result for result in results if result["failed"]]
    found: Result = {
        "changed": bool(changed) or made,
        "dest": path,
        "sign_in_url": sign_in_url,
        "results": results,
        "summary": {
            "total": len(results),
            "changed": sum(1 for result in changed if not result["failed"]),
            "unchanged": sum(1 for result in results if not result["changed"] and not result["failed"]),
            "failed": len(failed),
        },
        "diff": {"before": "", "after": "".join(f"{result['path']}\n" for result in changed)},
    }
    if failed:
        lines = [f"- {result['user_name']}: {result['msg']}" for result in failed[:_SHOWN_FAILURES]]
        lines += (
            [f"- and {len(failed) - _SHOWN_FAILURES:,} more, see results."] if len(failed) > _SHOWN_FAILURES else []
        )
        head = f"{len(failed):,} of {len(results):,} sheets could not be made; the others are written:"
        found.update(failed=True, msg="\n".join([head, *lines]))
    return found
