# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs amazon.aws's module for the password policy, as the role that is assumed. See the module's documentation."""

from __future__ import annotations

import json
import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._modules import run_module

_ROLE = ("role_arn", "external_id", "duration_seconds", "policy")
_KEYS = ("access_key", "secret_key", "session_token")


class ActionModule(ControllerAction):
    """The action."""

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Set the policy. amazon.aws's modules assume no role, so they get a session's credentials, through a pipe."""
        connection = dict(self._task.args)
        policy, role = connection.pop("policy", None) or {}, connection.pop("assume_role", None)
        if role:
            connection = self._as_role(connection, role, variables)
        options = {**connection, **policy, "state": "present"}
        result = run_module(self, "amazon.aws.iam_password_policy", options, variables, no_log=bool(role))
        result.pop("invocation", None)
        return result

    def _as_role(
        self, connection: dict[str, t.Any], role: dict[str, t.Any], variables: dict[str, t.Any]
    ) -> dict[str, t.Any]:
        """Return the options of a connection with the credentials of a session in place of the caller's."""
        if role.get("policy_arns"):
            raise AnsibleActionFail(
                "assume_role.policy_arns: amazon.aws cannot narrow a session that way, so the password policy was not "
                "set. Use assume_role.policy, or leave out iam_user_hardening_password_policy."
            )
        options = {name: role[name] for name in _ROLE if role.get(name) is not None}
        if isinstance(options.get("policy"), dict):
            options["policy"] = json.dumps(options["policy"])
        options["role_session_name"] = role.get("session_name") or "hardening-aws"
        asked = {**connection, **options}
        session = run_module(self, "amazon.aws.sts_assume_role", asked, variables, check_mode=False, no_log=True)
        if "sts_creds" not in session:
            raise AnsibleActionFail(f"The role {role.get('role_arn')} could not be assumed: {session.get('msg')}")
        return {**connection, "profile": "", **{name: session["sts_creds"][name] for name in _KEYS}}
