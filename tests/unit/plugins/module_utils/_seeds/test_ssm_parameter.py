# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs on one parameter: Parameter Store cannot insist on a version."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import StoreConflict
from ansible_collections.hardening.aws.plugins.module_utils._seeds.ssm_parameter import ParameterStore
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._seeds.stores_in_memory import (
    ONE,
    OTHER,
    Parameters,
    store_on,
)


def test_a_run_that_is_killed_does_not_bury_a_parameter() -> None:
    """Two runs replace version 1. The other's write arrives late, and it is killed before it puts ours back."""
    parameters = Parameters()
    parameters.values = ["of an earlier device"]
    store = store_on(parameters, ParameterStore)
    written = store.write("/mfa/alice", ONE, "1")
    parameters.values.append(OTHER.value())  # and then it is killed
    store.confirm("/mfa/alice", written)
    assert parameters.values[-1] == ONE.value()
    store.confirm("/mfa/alice", written)
    assert len(parameters.values) == 4, "confirmed once more, nothing is written"


def test_a_parameter_is_looked_at_just_before_it_is_replaced() -> None:
    parameters = Parameters()
    parameters.values = ["of an earlier device", ONE.value()]
    with pytest.raises(StoreConflict):
        store_on(parameters, ParameterStore).write("/mfa/alice", OTHER, "1")
    assert parameters.values[-1] == ONE.value() and len(parameters.values) == 2


def test_a_write_in_between_is_put_back() -> None:
    parameters = Parameters()
    parameters.values = ["of an earlier device"]
    parameters.before_put = [lambda: parameters.values.append(ONE.value())]
    with pytest.raises(StoreConflict):
        store_on(parameters, ParameterStore).write("/mfa/alice", OTHER, "1")
    assert parameters.values[-1] == ONE.value()
