# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces of HTML that the parts of the page share.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .dates import human_date
from .words import VERDICT_WORDS, html_text

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]


def verdict_tag(verdict: str, words: str | None = None) -> str:
    """Return a verdict as a badge."""
    return f'<span class="v {verdict}">{words or VERDICT_WORDS[verdict]}</span>'


def time_tag(date: str) -> str:
    """Return a time as people like it, with the exact one behind it."""
    return f'<time datetime="{html_text(date)}">{html_text(human_date(date))}</time>'


def root_mfa_text(root: Json | None) -> str:
    """Return what MFA root has."""
    if root is None or root["mfa_active"] is None:
        return "unknown"
    return html_text(root["mfa_type"] or "active")
