# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change of what somebody signs in with. In a file of its own, as a module that needs no more starts faster.

This module is private to hardening.aws.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Change:
    """One thing that is taken away, and its lines in the diff."""

    action: str
    target: str | None
    before: str | None
    after: str | None = None
