# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module whose arguments may be thousands of items: they are kept out of the system's log, and of the result.

This module is private to hardening.aws, and the only place that uses Ansible's private C(_log_invocation). Ansible logs
a module's arguments, and looks for each no_log value in them: for 5,000 devices with a seed each that took longer than
the module's own work. Up to 2.20 it returns them, too, and it walks through all that is returned several times.
"""

from __future__ import annotations

import typing as t

from . import _messages
from ._errors import MfaError
from ._explained_input import ExplainingModule, aws_module

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

# How many items of an option are returned below -vvv, where one asks for them.
_FEW = 20
_ASKED_FOR = 3

# The options that may be long. The log shows only how many items each has.
_BULKY = ("account_info", "devices", "enforce", "groups", "inputs", "user_names", "users")


class _BulkModule(ExplainingModule):
    def _log_invocation(self) -> None:
        given = self.params
        self.params = _counted(given, 0)
        try:
            super()._log_invocation()
        finally:
            self.params = given

    def exit_json(self, **kwargs: t.Any) -> None:
        """End the module."""
        super().exit_json(**{**self._invocation(), **kwargs})

    def fail_json(self, msg: t.Any, **kwargs: t.Any) -> None:
        """End the module with an error."""
        super().fail_json(msg, **{**self._invocation(), **kwargs})

    def _invocation(self) -> dict[str, t.Any]:
        if self._verbosity >= _ASKED_FOR:
            return {}
        return {"invocation": {"module_args": _counted(self.params, _FEW)}}


def _counted(params: dict[str, t.Any], few: int) -> dict[str, t.Any]:
    """Return a module's arguments with only the number of items, where these are not few."""
    given = {name: params[name] for name in _BULKY if isinstance(params.get(name), (list, dict))}
    return {**params, **{name: f"{len(items)} items" for name, items in given.items() if len(items) > few}}


def bulk_module(**kwargs: t.Any) -> AnsibleAWSModule:
    """Return an AnsibleAWSModule. The arguments are those of its class."""
    return aws_module(_BulkModule, kwargs)


def run_bulk_module(argument_spec: dict[str, t.Any], run: t.Callable[[AnsibleAWSModule], None], **rules: t.Any) -> None:
    """Make a module that has a check mode, and run it. A failure that I(run) raises ends it with a message.

    :param rules: Further arguments of AnsibleAWSModule, such as I(required_by).
    """
    module = bulk_module(argument_spec=argument_spec, supports_check_mode=True, **rules)
    try:
        run(module)
    except MfaError as error:
        _messages.fail(module, error)
