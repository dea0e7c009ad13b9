# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans what the role iam_user_hardening does. Its documentation is that of the module.

An action, and not tasks: Ansible would carry all that is known of thousands of users from one task to the next.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import inputs, plan

_INFO = "hardening.aws.iam_mfa_device_info"


class ActionModule(ActionBase):
    """The action."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Judge the inputs, read the account, and return the plan."""
        super().run(tmp, task_vars)
        connection = dict(self._task.args)
        settings = connection.pop("settings", None)
        if not isinstance(settings, t.Mapping):
            raise AnsibleActionFail(
                "settings: is missing, or no dictionary: give the role's inputs without their prefix."
            )
        self._refuse(inputs.problems(settings))
        options = {
            "account": True,
            "user_details": plan.needs_details(settings),
            "concurrency": settings["concurrency"],
        }
        info = self._execute_module(_INFO, module_args={**connection, **options}, task_vars=task_vars)
        if info.get("failed"):
            return dict(info)
        planned = plan.plan(info, settings)
        self._refuse(planned.pop("refusals"))
        told = {name: info[name] for name in ("warnings", "deprecations") if name in info}
        return {"changed": False, "plan": planned, **told}

    @staticmethod
    def _refuse(reasons: t.Sequence[str]) -> None:
        if reasons:
            raise AnsibleActionFail("\n- ".join(["Nothing was touched.", *reasons]))
