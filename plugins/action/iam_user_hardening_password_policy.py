# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs amazon.aws's module for the password policy, as the role that is assumed. See the module's documentation."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.module_utils._aws.assumed_role import wanted_role
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._modules import run_module

# What amazon.aws calls the parameters of AssumeRole.
_OPTIONS = {
    "RoleArn": "role_arn",
    "RoleSessionName": "role_session_name",
    "DurationSeconds": "duration_seconds",
    "ExternalId": "external_id",
    "Policy": "policy",
}
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
        try:
            wanted = wanted_role(role)
        except BadInput as error:
            raise AnsibleActionFail(error.message) from None
        if wanted is None or "PolicyArns" in wanted.params:
            raise AnsibleActionFail(
                "assume_role.policy_arns: amazon.aws cannot narrow a session that way, so the password policy was not "
                "set. Use assume_role.policy, or leave out iam_user_hardening_password_policy."
            )
        options = {_OPTIONS[name]: value for name, value in wanted.params.items()}
        asked = {**connection, **options}
        session = run_module(self, "amazon.aws.sts_assume_role", asked, variables, check_mode=False, no_log=True)
        if "sts_creds" not in session:
            raise AnsibleActionFail(f"The role {wanted.arn} could not be assumed: {session.get('msg')}")
        return {**connection, "profile": "", **{name: session["sts_creds"][name] for name in _KEYS}}
