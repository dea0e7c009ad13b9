# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store deletes the very record that it is told to delete, and nothing else."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import StoreConflict
from ansible_collections.hardening.aws.plugins.module_utils._seeds.base import SeedStore
from ansible_collections.hardening.aws.plugins.module_utils._seeds.secretsmanager import SecretsManagerStore
from ansible_collections.hardening.aws.plugins.module_utils._seeds.ssm_parameter import ParameterStore
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._seeds.stores_in_memory import (
    ONE,
    OTHER,
    Parameters,
    Secrets,
    store_on,
)


@pytest.fixture(name="store", params=[(Secrets, SecretsManagerStore), (Parameters, ParameterStore)])
def _store(request: pytest.FixtureRequest) -> SeedStore:
    service, kind = request.param
    return store_on(service(), kind)


def gone(store: SeedStore) -> bool:
    client: t.Any = store._client
    return bool(client.deleted if isinstance(client, Secrets) else not client.values)


def test_deleted_and_deleted_again(store: SeedStore) -> None:
    store.write("mfa/alice", ONE, None)
    record = store.read("mfa/alice", ONE.serial_number)
    assert record is not None
    store.delete("mfa/alice", record)
    assert gone(store)
    store.delete("mfa/alice", record)


def test_one_that_never_was(store: SeedStore) -> None:
    store.delete("mfa/alice", ONE)


@pytest.mark.parametrize("newer", [OTHER, ONE, dataclasses.replace(ONE, serial_number="arn:y")])
def test_another_record_stays(store: SeedStore, newer: t.Any) -> None:
    """Also one that says the same and was written later, and one of another device."""
    first = store.write("mfa/alice", ONE, None)
    store.write("mfa/alice", newer, first.version)
    with pytest.raises(StoreConflict):
        store.delete("mfa/alice", first)
    assert not gone(store)


def test_gone_between_the_look_and_the_deletion(store: SeedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    record = store.write("mfa/alice", ONE, None)
    monkeypatch.setattr(store, "read", lambda _name, _serial: record)
    store.delete("mfa/alice", record)
    store.delete("mfa/alice", record)
    assert gone(store)
