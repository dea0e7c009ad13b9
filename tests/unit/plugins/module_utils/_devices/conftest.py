# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time that passes by sleeping only, for whoever asks for it."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import Time, still_time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Time that passes by sleeping only; codes are the numbers of their steps."""
    return still_time(monkeypatch)
