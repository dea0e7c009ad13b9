# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides whom the role iam_user_hardening attaches its policy to. Its documentation is that of the module.

An action, and not tasks: Ansible would carry all that is known of thousands of users from one task to the next.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import enforcement, managed_policy

_INFO = "hardening.aws.iam_mfa_device_info"
_ATTACHMENT = "hardening.aws.iam_policy_attachment"


class ActionModule(ActionBase):
    """Looks once more at devices, groups and the policy, and decides."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the decision."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        connection = dict(self._task.args)
        planned, tally, document = (connection.pop(name, None) for name in ("plan", "tally", "document"))
        if not isinstance(planned, t.Mapping) or not isinstance(tally, t.Mapping) or document is None:
            raise AnsibleActionFail("plan, tally or document is missing: this action is private to the role.")
        settings = planned["settings"]
        predicted = tally["enabled"] if self._task.check_mode else ()
        policy = managed_policy.look(self, planned, connection, variables, document)
        reasons = enforcement.policy_refusals(policy["policy"], settings)
        if reasons:
            raise AnsibleActionFail("\n- ".join(["The policy was left as it is.", *reasons]))
        attached: t.Mapping[str, t.Any] = {"users": [], "groups": []}
        if policy["exists"]:
            question = {"policy_arn": policy["arn"], "users": [], "groups": []}
            attached = self._read(_ATTACHMENT, {**connection, **question}, variables)["attached"]
        options = {"account": True, "user_details": True, "concurrency": settings["concurrency"]}
        info = self._read(_INFO, {**connection, **options}, variables)
        lacking = [item["why"] for item in info["unknown"] if item["what"] in ("orphaned_devices", "user_details")]
        if lacking:
            raise AnsibleActionFail(f"Who has an MFA device, and is in which group, could not be read: {lacking[0]}")
        now = enforcement.Now(info, predicted)
        return {"changed": False, "enforcement": enforcement.decide(now, planned, tally, policy, attached)}

    def _read(self, module: str, arguments: dict[str, t.Any], variables: dict[str, t.Any]) -> dict[str, t.Any]:
        result = self._execute_module(module, module_args=arguments, task_vars=variables)
        if result.get("failed"):
            raise AnsibleActionFail(str(result.get("msg", f"{module} failed")))
        return dict(result)
