# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides what the playbook rotate does. Its documentation is that of the module."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.plugin_utils._actions import ControllerAction
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import rotation_plan as core

_DICT: dict[str, t.Any] = {"type": "dict", "required": True}
_LIST: dict[str, t.Any] = {"type": "list", "elements": "dict", "default": []}


class ActionModule(ControllerAction):
    """The action. It makes no call."""

    _requires_connection = False

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Make the step's decision."""
        _result, args = self.validate_argument_spec(
            argument_spec={
                "step": {"type": "str", "required": True, "choices": ["begin", "retire", "outcome"]},
                "inputs": _DICT,
                "facts": _LIST,
                "unmatched": {"type": "list", "elements": "str", "default": []},
                "unusable": {"type": "list", "elements": "str", "default": []},
                "attached": _LIST,
                "listed": {"type": "list", "elements": "dict"},
                "not_signed_in": {"type": "dict", "default": {}},
                "retirement": {"type": "dict", "default": {}},
                "retired": _LIST,
            }
        )
        inputs, facts, attached = args["inputs"], args["facts"], args["attached"]
        if args["step"] == "begin":
            reasons = core.refusals(inputs, facts, args["unmatched"], args["unusable"])
            if reasons:
                raise AnsibleActionFail("\n- ".join(["Nothing was touched.", *reasons]))
            return {"changed": False, "devices": core.devices(facts)}
        if args["step"] == "retire":
            planned = core.retirement(inputs, facts, attached, args["listed"], args["not_signed_in"])
            return {"changed": False, **planned}
        return self._outcome(args)

    def _outcome(self, args: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        lines, failures = core.outcome(
            args["facts"], args["attached"], args["retirement"], args["retired"], bool(self._task.check_mode)
        )
        answer = {"changed": False, "msg": lines, "_ansible_verbose_always": True}
        if failures:
            text = "\n- ".join(["\n".join(lines), *failures])
            return {**answer, "failed": True, "msg": text}
        return answer
