# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that a module returns on purpose, or that the controller reads: Ansible masks them for the rest of the run.

This module is private to hardening.aws. ansible-core keeps a register of secrets from 2.22 on; before that, only no_log
protects them. What stays within a module is not registered, as the register itself is part of a module's result.
"""

from __future__ import annotations

import typing as t

try:
    from ansible.module_utils import secrets as _ansible_secrets
except ImportError:  # before 2.22
    _ansible_secrets = None


def mask(*secrets: t.Any) -> None:
    """Have Ansible mask secrets wherever it shows something. What is no text, or empty, is left out."""
    texts = [str.__str__(secret) for secret in secrets if isinstance(secret, str) and secret]
    if _ansible_secrets is not None and texts:
        _ansible_secrets.register_secrets(texts)
