# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs on one secret."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import StoreConflict
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import Record
from ansible_collections.hardening.aws.plugins.module_utils._seeds.secretsmanager import SecretsManagerStore
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._seeds.stores_in_memory import (
    ONE,
    OTHER,
    Secrets,
    store_on,
)


def test_two_runs_fill_a_secret_that_has_no_value() -> None:
    """As Terraform makes them. The second one to come finds the first one's, and does not bury it."""
    secrets = Secrets()
    secrets.exists = True
    store = store_on(secrets, SecretsManagerStore)
    plain_get = store._get
    first: list[Record] = []

    def get(name: str) -> tuple[str, str] | None:
        found = plain_get(name)
        if found is None and not first:
            first.append(ONE)
            first[0] = store_on(secrets, SecretsManagerStore).write(name, ONE, None)
        return found

    store._get = get  # type: ignore[method-assign]
    with pytest.raises(StoreConflict):
        store.write("mfa/alice", OTHER, None)
    assert first[0].version == secrets.current and plain_get("mfa/alice") == (ONE.value(), first[0].version)
