# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides whom the role iam_user_hardening attaches its policy to. Its documentation is that of the module.

An action, and not tasks: Ansible would carry all that is known of thousands of users from one task to the next.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import account, enforcement
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening.common import registered
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening.policy_document import document
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening.tally import tally
from ansible_collections.hardening.aws.plugins.plugin_utils._modules import told


class ActionModule(ControllerAction):
    """Looks once more at devices, groups and the policy, and decides."""

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the decision."""
        planned = registered(variables, "planned").get("plan")
        if planned is None:
            raise AnsibleActionFail("there is no plan: this action is private to the role iam_user_hardening.")
        if planned["settled"]:
            return {"changed": False, "enforcement": planned["settled"]}
        counted = tally(planned, registered(variables, "enrolled"))
        info = self._look(planned["settings"], variables)
        decision = enforcement.due(info, planned, counted, predicted=self._task.check_mode)
        decision["document"] = document(planned["partition"], planned["settings"])
        return {"changed": False, "enforcement": decision, **told(info)}

    def _look(self, settings: t.Mapping[str, t.Any], variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return what is known of the account at this moment, or refuse to enforce anything."""
        info = account.look(self, settings, dict(self._task.args), variables)
        if info.get("failed"):
            raise AnsibleActionFail(str(info.get("msg", "the account could not be read")))
        reasons = enforcement.policy_refusals(info["policy"], settings)
        if not reasons and info["policy"]["groups"] is None:
            reasons.append(f"Which groups have it could not be read: {info['policy']['groups_unknown']}")
        if reasons:
            raise AnsibleActionFail("\n- ".join(["The policy was left as it is.", *reasons]))
        lacking = [item["why"] for item in info["unknown"] if item["what"] in ("orphaned_devices", "user_details")]
        if lacking:
            raise AnsibleActionFail(f"Who has an MFA device, and is in which group, could not be read: {lacking[0]}")
        return info
