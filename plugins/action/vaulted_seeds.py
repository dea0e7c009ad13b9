# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps seeds in a file on the controller that ansible-vault encrypts. Its documentation is that of the module."""

from __future__ import annotations

import time
import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._paths import PathError, controller_path
from ansible_collections.hardening.aws.plugins.plugin_utils._vault_cipher import seed_file
from ansible_collections.hardening.aws.plugins.plugin_utils._vaulted_seeds import (
    Record,
    SeedFile,
    VaultedSeedsError,
    clean,
    owned,
)

_REQUIRED = ("serial_number", "seed")


class ActionModule(ControllerAction):
    """The action."""

    _requires_connection = False
    _supports_diff = True

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Add or remove records, and tell what the file holds."""
        _result, args = self.validate_argument_spec(
            argument_spec={
                "path": {"type": "path", "required": True},
                "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
                "vault_id": {"type": "str"},
                "records": {"type": "list", "elements": "dict", "default": [], "no_log": False},
                "return_seeds": {"type": "bool", "default": False},
                "serial_numbers": {"type": "list", "elements": "str"},
                "owners": {"type": "dict", "default": {}},
            },
        )
        self._insist_on_silence(args)
        if args["state"] == "absent":
            _check_removal(args)
        records = self._records(args["records"])
        path = self._path(args["path"])
        try:
            file = seed_file(path, args["vault_id"], self._loader)
            held, changed = self._apply(file, args, records)
        except VaultedSeedsError as error:
            raise AnsibleActionFail(f"The seed file: {error}") from None
        return {"changed": bool(changed), "path": file.path, **_told(args, held, changed)}

    def _apply(
        self, file: SeedFile, args: t.Mapping[str, t.Any], records: list[Record]
    ) -> tuple[dict[str, Record], list[str]]:
        """Do what is asked for. Return what the file then holds, and the serial numbers that changed."""
        write = not self._task.check_mode
        if args["state"] == "absent":
            return file.remove([str(serial) for serial in args["serial_numbers"]], args["owners"], write)
        return file.add(records, write) if records else (file.read(), [])

    def _insist_on_silence(self, args: t.Mapping[str, t.Any]) -> None:
        """Refuse to handle seeds in a task that Ansible would print."""
        if (args["records"] or args["return_seeds"]) and not self._task.no_log:
            option = "records" if args["records"] else "return_seeds"
            raise AnsibleActionFail(f"{option}: passes seeds, which Ansible would print. Set no_log: true on the task.")

    @staticmethod
    def _records(given: t.Sequence[t.Mapping[str, t.Any]]) -> list[Record]:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        records = []
        for number, record in enumerate(given):
            missing = [field for field in _REQUIRED if not record.get(field)]
            if missing:
                raise AnsibleActionFail(f"records[{number}]: lacks {' and '.join(missing)}.")
            records.append(clean(record, now))
        return records

    def _path(self, path: object) -> str:
        try:
            return controller_path(path, self._loader.get_basedir())
        except PathError as error:
            raise AnsibleActionFail(f"path: {error}") from None


def _check_removal(args: t.Mapping[str, t.Any]) -> None:
    """Refuse to remove what nobody has named."""
    if not args["serial_numbers"]:
        raise AnsibleActionFail("serial_numbers: names no device, so state=absent has nothing to remove.")
    if args["records"]:
        raise AnsibleActionFail("records: cannot be combined with state=absent; name the devices in serial_numbers.")
    for serial, owner in args["owners"].items():
        if owner is not None and not (isinstance(owner, dict) and {"user_name", "create_date"} <= set(owner)):
            raise AnsibleActionFail(f"owners: {serial} lacks user_name or create_date. Give both.")


def _told(args: t.Mapping[str, t.Any], held: dict[str, Record], changed: t.Sequence[str]) -> dict[str, t.Any]:
    """Return what the caller asked to know of the file.

    :param held: All records, by serial number.
    :param changed: The serial numbers of those that were added or removed.
    """
    removing = args["state"] == "absent"
    lines = "".join(f"{serial}\n" for serial in changed)
    wanted = set(held) if args["serial_numbers"] is None else {str(serial) for serial in args["serial_numbers"]}
    theirs = owned(held, args["owners"])
    listed = sorted(serial for serial in theirs if serial in wanted)
    answer: dict[str, t.Any] = {
        "serial_numbers": listed,
        "added": [] if removing else list(changed),
        "removed": list(changed) if removing else [],
        "diff": {"before": lines if removing else "", "after": "" if removing else lines},
    }
    if args["return_seeds"]:
        answer["seeds"] = {serial: str(held[serial].get("seed", "")) for serial in listed}
    return answer
