# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugins with Ansible's own objects around them, for a task on the controller."""

from __future__ import annotations

import typing as t

from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar


def loader_with(**passwords: str) -> DataLoader:
    """Return a run's data loader with vault passwords by their IDs."""
    loader = DataLoader()
    loader.set_vault_secrets([(name, VaultSecret(text.encode())) for name, text in passwords.items()])
    return loader


def make(plugin: t.Any, arguments: dict[str, t.Any], check_mode: bool, loader: DataLoader | None = None) -> t.Any:
    """Return a plugin's action for a task with these arguments."""
    loader = loader or DataLoader()
    task = Task()
    task.args = arguments
    task.check_mode = check_mode
    connection = connection_loader.get("local", PlayContext(), "/dev/null")
    return plugin.ActionModule(task, connection, PlayContext(), loader, Templar(loader), None)
