# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says which accounts an audit has read. Its documentation is that of the module."""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks.audited_accounts import audited


class ActionModule(ControllerAction):
    """The action. It makes no call."""

    _requires_connection = False

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Look at what became of each host of the play."""
        names = ("inputs", "account", "report")
        _result, args = self.validate_argument_spec(
            argument_spec={name: {"type": "str", "required": True} for name in names}
        )
        hosts = variables["ansible_play_hosts_all"]
        return {"changed": False, **audited(hosts, variables["hostvars"], args)}
