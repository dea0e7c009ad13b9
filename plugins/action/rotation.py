# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module rotation and shows how far it is. Its documentation is that of the module."""

from __future__ import annotations

from ansible_collections.hardening.aws.plugins.plugin_utils._actions import BulkAction as ActionModule

__all__ = ["ActionModule"]
