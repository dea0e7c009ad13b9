# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a run is refused because Ansible would show a seed, or leave it on a disk in clear text."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices import results
from ansible_collections.hardening.aws.plugins.module_utils._devices.plan import Desired
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput

STORE = {"type": "secretsmanager"}
SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"


@pytest.mark.parametrize(
    ("state", "store", "seed", "no_log", "job", "keeps", "problem"),
    [
        ("present", None, None, True, False, False, None),
        ("present", None, None, False, False, False, "Set no_log: true on the task"),
        ("present", None, None, True, True, False, "Leave out async"),
        ("present", None, None, True, False, True, None),
        ("present", STORE, None, False, True, True, None),
        ("enabled", STORE, None, False, True, True, None),
        ("enabled", None, SEED, False, False, False, None),
        ("enabled", None, SEED, True, False, True, "Unset ANSIBLE_KEEP_REMOTE_FILES"),
        ("resynced", None, SEED, True, False, True, "Unset ANSIBLE_KEEP_REMOTE_FILES"),
    ],
)
def test_seeds_in_the_open(
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    store: dict[str, t.Any] | None,
    seed: str | None,
    no_log: bool,
    job: bool,
    keeps: bool,
    problem: str | None,
) -> None:
    monkeypatch.delenv("ANSIBLE_ASYNC_DIR", raising=False)
    if job:
        monkeypatch.setenv("ANSIBLE_ASYNC_DIR", "~/.ansible_async")
    inner = types.SimpleNamespace(_keep_remote_files=keeps)
    module: t.Any = types.SimpleNamespace(params={"state": state, "seed_store": store}, no_log=no_log, _module=inner)
    inputs = [Desired(user_name="alice", state=state, device_name="alice", seed=seed)]
    if problem is None:
        results._refuse_seeds_in_the_open(module, inputs)
        return
    with pytest.raises(BadInput) as refused:
        results._refuse_seeds_in_the_open(module, inputs)
    assert problem in refused.value.message and SEED not in refused.value.message
