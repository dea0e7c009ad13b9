# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module whose arguments may be thousands of items: they are kept out of the system's log.

This module is private to hardening.aws, and the only place that uses Ansible's private C(_log_invocation). Ansible logs
a module's arguments, and looks for each no_log value in them: for 5,000 devices with a seed each that took longer than
the module's own work.
"""

from __future__ import annotations

import typing as t

from . import _messages
from ._errors import MfaError
from ._explained_input import ExplainingModule, aws_module

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

# The options that may be long. The log shows only how many items each has.
_BULKY = ("account_info", "devices", "groups", "inputs", "user_names", "users")


class _BulkModule(ExplainingModule):
    def _log_invocation(self) -> None:
        given = self.params
        counts = {name: f"{len(given[name])} items" for name in _BULKY if given.get(name)}
        self.params = {**given, **counts}
        try:
            super()._log_invocation()
        finally:
            self.params = given


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
