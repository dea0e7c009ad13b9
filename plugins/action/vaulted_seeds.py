# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps seeds in a file on the controller that ansible-vault encrypts. Its documentation is that of the module."""

from __future__ import annotations

import time
import typing as t

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.parsing.vault import VaultLib, match_encrypt_secret
from ansible.plugins.action import ActionBase

from ansible_collections.hardening.aws.plugins.module_utils._core_version import core_problem
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import record_is_of
from ansible_collections.hardening.aws.plugins.plugin_utils._paths import PathError, controller_path
from ansible_collections.hardening.aws.plugins.plugin_utils._vaulted_seeds import (
    Record,
    SeedFile,
    VaultedSeedsError,
    clean,
)

_REQUIRED = ("serial_number", "seed")


def _is_owned(serial: str, record: Record, owners: t.Mapping[str, t.Any]) -> bool:
    """Whether a record is of the person that the caller says the device is for, if it says so."""
    owner = owners.get(serial)
    return owner is None or record_is_of(str(owner["user_name"]), owner["create_date"], record)


class VaultCipher:
    """Encrypts with one of the vault secrets of this run, and decrypts with any of them."""

    def __init__(self, vault: t.Any, vault_id: str | None) -> None:
        secrets = vault.secrets or []
        if not secrets:
            raise VaultedSeedsError(
                "no vault password is loaded, so nothing can be encrypted. Run ansible-playbook with --ask-vault-pass, "
                "--vault-password-file or --vault-id, or set ANSIBLE_VAULT_PASSWORD_FILE."
            )
        names = [name for name, _secret in secrets]
        if vault_id is not None and vault_id not in names:
            raise VaultedSeedsError(
                f"vault_id: no password with the vault ID {vault_id} is loaded, there are {', '.join(names)}. Run "
                f"ansible-playbook with --vault-id {vault_id}@…"
            )
        self._vault = VaultLib(secrets)
        self._vault_id, self._secret = match_encrypt_secret(secrets, encrypt_vault_id=vault_id)

    def encrypt(self, text: str) -> bytes:
        """Return the text as ansible-vault writes it."""
        # The default ID stays out of the header, as ansible-vault does it.
        vault_id = None if self._vault_id == "default" else self._vault_id
        return t.cast(bytes, self._vault.encrypt(text, self._secret, vault_id=vault_id))

    def decrypt(self, content: bytes) -> str:
        """Return the clear text of a file that ansible-vault or this class wrote."""
        if not content.strip():
            return ""
        if not VaultLib.is_encrypted(content):
            raise VaultedSeedsError(
                "is not encrypted, and is left as it is. If it holds seeds, run ansible-vault encrypt on it; if not, "
                "name another file."
            )
        try:
            return t.cast(bytes, self._vault.decrypt(content)).decode()
        except AnsibleError:
            raise VaultedSeedsError(
                "cannot be decrypted with the vault passwords of this run: give the one that it was encrypted with."
            ) from None


class ActionModule(ActionBase):
    """The action."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Add records if there are any, and tell what the file holds."""
        super().run(tmp, task_vars)
        too_old = core_problem()
        if too_old:
            raise AnsibleActionFail(too_old)
        _result, args = self.validate_argument_spec(
            argument_spec={
                "path": {"type": "path", "required": True},
                "vault_id": {"type": "str"},
                "records": {"type": "list", "elements": "dict", "default": [], "no_log": False},
                "return_seeds": {"type": "bool", "default": False},
                "serial_numbers": {"type": "list", "elements": "str"},
                "owners": {"type": "dict", "default": {}},
            },
        )
        silent = bool(self._task.no_log)
        if (args["records"] or args["return_seeds"]) and not silent:
            option = "records" if args["records"] else "return_seeds"
            raise AnsibleActionFail(f"{option}: passes seeds, which Ansible would print. Set no_log: true on the task.")
        records = self._records(args["records"])
        path = self._path(args["path"])
        try:
            seeds = SeedFile(path, VaultCipher(self._vault(), args["vault_id"]))
            held, changed = seeds.add(records, write=not self._task.check_mode) if records else (seeds.read(), [])
        except VaultedSeedsError as error:
            raise AnsibleActionFail(f"The seed file: {error}") from None
        wanted = set(held) if args["serial_numbers"] is None else {str(serial) for serial in args["serial_numbers"]}
        listed = sorted(
            serial for serial in held if serial in wanted and _is_owned(serial, held[serial], args["owners"])
        )
        answer: dict[str, t.Any] = {
            "changed": bool(changed),
            "path": seeds.path,
            "serial_numbers": listed,
            "added": changed,
            "diff": {"before": "", "after": "".join(f"{serial}\n" for serial in changed)},
        }
        if args["return_seeds"]:
            answer["seeds"] = {serial: str(held[serial].get("seed", "")) for serial in listed}
        return answer

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

    def _vault(self) -> t.Any:
        """Return what holds the vault secrets that this run was started with."""
        return self._loader._vault  # pylint: disable=protected-access
