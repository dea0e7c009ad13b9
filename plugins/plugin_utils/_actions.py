# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection's action plugins have in common.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as NormalAction

from ansible_collections.hardening.aws.plugins.module_utils._core_version import core_problem

from ._progress_lines import flush_each_line, shown
from ._readable_errors import readable_errors

# Here and not in a task, as tasks run in other processes than the one that writes the output.
flush_each_line()


class ControllerAction(ActionBase):
    """An action that decides or keeps something on the controller. M(work) does what it is there for."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Refuse an ansible-core that is too old, do the work, and say in readable words what was refused."""
        super().run(tmp, task_vars)
        too_old = core_problem()
        if too_old:
            raise AnsibleActionFail(too_old)
        with readable_errors():
            return self.work(task_vars or {})

    def work(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the task's result.

        :param variables: Those of the task.
        """
        raise NotImplementedError


class BulkAction(NormalAction):
    """Runs the module of its name as any task does, and shows how far it is."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the module."""
        with shown(self, task_vars or {}):
            return dict(super().run(tmp, task_vars))
