# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many of the items of a run were changed, unchanged and failed. Private to hardening.aws."""

from __future__ import annotations

import typing as t


class Counted(t.Protocol):
    """What became of one item."""

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or would be in check mode."""

    @property
    def failed(self) -> bool:
        """Whether anything that was asked for is not so."""


def summary(outcomes: t.Sequence[Counted]) -> dict[str, int]:
    """Return the counts of RV(summary). What failed half way has failed."""
    failed = sum(1 for outcome in outcomes if outcome.failed)
    changed = sum(1 for outcome in outcomes if outcome.changed and not outcome.failed)
    return {
        "total": len(outcomes),
        "changed": changed,
        "unchanged": len(outcomes) - changed - failed,
        "failed": failed,
    }
