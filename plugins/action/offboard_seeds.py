# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes the seeds of people who were offboarded from a vaulted file. Its documentation is that of the module."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.plugin_utils import _seed_vault_file
from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks.offboard_seeds import seeds_to_remove
from ansible_collections.hardening.aws.plugins.plugin_utils._vaulted_seeds import VaultedSeedsError


class ActionModule(ControllerAction):
    """The action. It makes no call."""

    _requires_connection = False
    _supports_diff = True

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Remove the records of those who are gone, and tell which these were."""
        _result, args = self.validate_argument_spec(
            argument_spec={
                "seed_vault_file": {"type": "dict", "required": True},
                "results": {"type": "list", "elements": "dict", "required": True},
                "account": {"type": "dict", "required": True},
            }
        )
        try:
            file, records = _seed_vault_file.opened(args["seed_vault_file"], self._loader, may_be_empty=True)
            serials = seeds_to_remove(records, args["results"], args["account"])
            _left, gone = file.remove(serials, {}, write=not self._task.check_mode) if serials else ({}, [])
        except VaultedSeedsError as error:
            raise AnsibleActionFail(
                f"The seeds of those who are gone are still in the file: {error} Run again once that is mended."
            ) from None
        before = "".join(f"{serial}\n" for serial in gone)
        return {"changed": bool(gone), "removed": gone, "diff": {"before": before, "after": ""}}
