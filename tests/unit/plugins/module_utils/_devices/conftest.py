# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time that passes by sleeping only, for whoever asks for it."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws import deadline
from ansible_collections.hardening.aws.plugins.module_utils._devices import (
    account_lists,
    apply,
    attach,
    codes,
    converge,
    seed_records,
    wait,
)
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._devices.in_memory import Time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Time that passes by sleeping only; codes are the numbers of their steps."""
    fake = Time()
    for module in (account_lists, apply, attach, codes, converge, seed_records, wait):
        monkeypatch.setattr(module, "time", fake)
    # Its default is bound when the module is loaded.
    defaults = deadline.Deadline.__init__.__defaults__ or ()
    monkeypatch.setattr(deadline.Deadline.__init__, "__defaults__", (*defaults[:-1], fake.monotonic))
    monkeypatch.setattr(codes, "codes_at_step", lambda _seed, step: (f"{step - 1:06d}", f"{step:06d}"))
    return fake
