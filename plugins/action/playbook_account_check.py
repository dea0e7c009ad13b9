# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows which account a host of a playbook is, or refuses it. Its documentation is that of the module."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import accounts


class ActionModule(ControllerAction):
    """The action."""

    _requires_connection = False

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Compare the account with what was expected, and with those of the play's other hosts."""
        _result, args = self.validate_argument_spec(
            argument_spec={
                "registered": {"type": "str", "required": True},
                "expected_account_id": {"type": "str"},
            }
        )
        account = variables.get(args["registered"])
        if not isinstance(account, dict):
            raise AnsibleActionFail(f"registered: there is no result of a task in {args['registered']}.")
        numbers = self._numbers(variables, args["registered"])
        problems = accounts.account_problems(account, args["expected_account_id"], numbers)
        if problems:
            raise AnsibleActionFail("\n- ".join(["Nothing was touched.", *accounts.shortened(problems)]))
        # As ansible.builtin.debug does it: people shall read this line.
        return {"changed": False, "msg": accounts.account_line(account), "_ansible_verbose_always": True}

    @staticmethod
    def _numbers(variables: t.Mapping[str, t.Any], registered: str) -> dict[str, str]:
        """Return the numbers of all hosts' accounts if this is the first host, as one look at the others is enough.

        A host whose account could not be reached may still be in the play, and has no number.
        """
        found: dict[str, str] = {}
        for host in variables.get("ansible_play_hosts") or []:
            number = variables["hostvars"][host][registered].get("account_id")
            if number is None:
                continue
            if not found and host != variables["inventory_hostname"]:
                return {}
            found[host] = str(number)
        return found
