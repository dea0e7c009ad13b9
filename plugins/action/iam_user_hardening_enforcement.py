# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enforces MFA for the role iam_user_hardening, and shows how far it is. Its documentation is that of the module.

An action, and not tasks: Ansible would carry all that is known of thousands of users from one task to the next.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import account, enforcement
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening.common import registered
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening.tally import tally
from ansible_collections.hardening.aws.plugins.plugin_utils._modules import run_module
from ansible_collections.hardening.aws.plugins.plugin_utils._progress_lines import shown


class ActionModule(ControllerAction):
    """Tells the module what the plan wants, unless the plan found that nothing has to be done."""

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return what was decided and done."""
        planned = registered(variables, "planned").get("plan")
        if planned is None:
            raise AnsibleActionFail("there is no plan: this action is private to the role iam_user_hardening.")
        if planned["settled"]:
            return {"changed": False, "enforcement": planned["settled"], "attached": [], "members": []}
        counted = tally(planned, registered(variables, "enrolled"))
        options = {
            **account.options(planned["settings"], dict(self._task.args)),
            "enforce": enforcement.options(planned, counted, predicted=self._task.check_mode),
        }
        with shown(self, variables):
            result = run_module(self, account.MODULE, options, variables)
        result.pop("invocation", None)  # thousands of names
        # Who failed stands in the results, for the role's report.
        return {**result, "failed": False} if "attached" in result else result
