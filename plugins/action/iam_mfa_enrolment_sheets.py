# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes enrolment sheets on the controller. Its documentation is that of the module, which reads what is in AWS.

Seeds come from the module through a pipe and go into the sheets: they are never variables, options or results.
"""

from __future__ import annotations

import typing as t

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.hardening.aws.plugins.module_utils._explained_input import input_hints
from ansible_collections.hardening.aws.plugins.module_utils._handover.seeds_for_sheets import sheet_options
from ansible_collections.hardening.aws.plugins.plugin_utils import _seed_vault_file
from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._enrolment_sheets.document import HAS_SEGNO, NEEDS_SEGNO
from ansible_collections.hardening.aws.plugins.plugin_utils._enrolment_sheets.folder import FolderError, SheetFolder
from ansible_collections.hardening.aws.plugins.plugin_utils._enrolment_sheets.writer import SheetWriter, answer
from ansible_collections.hardening.aws.plugins.plugin_utils._modules import run_module, told
from ansible_collections.hardening.aws.plugins.plugin_utils._paths import PathError, controller_path
from ansible_collections.hardening.aws.plugins.plugin_utils._progress_lines import shown
from ansible_collections.hardening.aws.plugins.plugin_utils._vault_cipher import VaultCipher, cipher_of
from ansible_collections.hardening.aws.plugins.plugin_utils._vaulted_seeds import VaultedSeedsError

_MODULE = "hardening.aws.iam_mfa_enrolment_sheets"
# The options that this plugin itself uses; all are the module's to check again, with the others.
_OWN: dict[str, t.Any] = {
    "dest": {"type": "path", "required": True},
    "encrypt": {"type": "bool", "default": False},
    "vault_id": {"type": "str"},
    "contact": {"type": "str", "default": ""},
}


class ActionModule(ControllerAction):
    """The action."""

    _supports_diff = True

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Have the module read the seeds, and write the sheets."""
        given = dict(self._task.args)
        own = _own_options(given)
        self._refuse_in_the_open()
        try:
            folder = self._folder(own)
            in_file = given.get(_seed_vault_file.NAME)
            kept = None if in_file is None else _seed_vault_file.opened(in_file, self._loader)[1]
            exists = folder.check()
        except (PathError, FolderError) as error:
            raise AnsibleActionFail(f"dest: {error}") from None
        except VaultedSeedsError as error:
            raise AnsibleActionFail(str(error)) from None
        with shown(self, variables):
            read = run_module(self, _MODULE, given, variables, no_log=True)
        if "results" not in read:
            return {"failed": True, "msg": str(read.get("msg") or "the module returned nothing."), **told(read)}
        writer = SheetWriter(folder, read, own["contact"], kept, bool(self._task.check_mode))
        try:
            results = writer.write(every_user_named=given.get("user_names") is not None)
        except FolderError as error:
            raise AnsibleActionFail(f"dest: {error}") from None
        found = answer(results, folder.path, str(read["sign_in_url"]), made=not exists and bool(results))
        warnings = [*told(read).get("warnings", []), *writer.warnings]
        return {**told(read), **({"warnings": warnings} if warnings else {}), **found}

    def _refuse_in_the_open(self) -> None:
        """Refuse to begin where a seed would be shown, or a sheet could not be made."""
        if constants.DEFAULT_DEBUG:
            raise AnsibleActionFail("ANSIBLE_DEBUG prints what modules return, and here that is seeds. Unset it.")
        if not HAS_SEGNO:
            raise AnsibleActionFail(NEEDS_SEGNO)

    def _folder(self, own: t.Mapping[str, t.Any]) -> SheetFolder:
        path = controller_path(own["dest"], self._loader.get_basedir())
        return SheetFolder(path, self._cipher(own["vault_id"]) if own["encrypt"] else None)

    def _cipher(self, vault_id: str | None) -> VaultCipher:
        try:
            return cipher_of(self._loader, vault_id)
        except VaultedSeedsError as error:
            raise VaultedSeedsError(f"encrypt: {error}") from None


def _own_options(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    checked = ArgumentSpecValidator(_OWN).validate({name: given[name] for name in _OWN if given.get(name) is not None})
    if checked.error_messages:
        hints = input_hints(given, sheet_options())
        raise AnsibleActionFail("; ".join([*hints, *checked.error_messages]))
    return dict(checked.validated_parameters)
