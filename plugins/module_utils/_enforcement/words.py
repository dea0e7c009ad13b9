# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that the messages of the role iam_user_hardening share, on the controller and on the host.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

PREFIX = "iam_user_hardening"
SHOWN = 20


def listed(items: t.Sequence[str]) -> str:
    """Return how many names there are, and the first of them."""
    return f"{len(items):,} ({some(items)})" if items else "0"


def some(items: t.Sequence[str]) -> str:
    """Return the first of many names, and how many more there are."""
    rest = f" and {len(items) - SHOWN:,} more" if len(items) > SHOWN else ""
    return ", ".join(items[:SHOWN]) + rest
