# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of devices that are gone: only the very record is deleted, and a secret is taken back only for its device."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError, StoreConflict
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

NAME = "mfa/alice"
STORES: list[tuple[type[t.Any], type[SeedStore]]] = [(Secrets, SecretsManagerStore), (Parameters, ParameterStore)]


@pytest.mark.parametrize(("service", "kind"), STORES)
def test_only_the_very_record_is_deleted(service: type[t.Any], kind: type[SeedStore]) -> None:
    store = store_on(service(), kind, on_absent="delete")
    assert store.deletes and not store.delete(NAME, ONE)
    store.write(NAME, ONE, None)
    with pytest.raises(StoreConflict):
        store.delete(NAME, OTHER)
    assert store.find(NAME) is not None
    assert store.delete(NAME, ONE) and store.find(NAME) is None
    assert not store.delete(NAME, ONE)


@pytest.mark.parametrize(("service", "kind"), STORES)
def test_a_new_record_follows_a_deleted_one(service: type[t.Any], kind: type[SeedStore]) -> None:
    store = store_on(service(), kind, on_absent="delete")
    store.write(NAME, ONE, None)
    store.delete(NAME, ONE)
    assert store.write(NAME, OTHER, None).seed == OTHER.seed
    found = store.find(NAME)
    assert found is not None and found.seed == OTHER.seed


def test_without_being_asked_no_secret_is_taken_back() -> None:
    secrets = Secrets()
    store_on(secrets, SecretsManagerStore).write(NAME, ONE, None)
    secrets.scheduled = True
    keeping = store_on(secrets, SecretsManagerStore, on_absent="keep")
    for work in (lambda: keeping.find(NAME), lambda: keeping.write(NAME, OTHER, None)):
        with pytest.raises(MfaError, match="is scheduled for deletion. Restore it, set seed_store.name"):
            work()
    assert secrets.scheduled and not keeping.deletes


OURS = "Seed of the MFA device arn:x of alice, kept by hardening.aws"


@pytest.mark.parametrize("description", [None, "of the payroll database", OURS.replace("alice", "bob"), f"{OURS} "])
def test_what_its_description_does_not_claim_is_never_taken_back(description: str | None) -> None:
    """Not even to be looked at: that would restart the days until it is deleted."""
    secrets = Secrets()
    secrets.CreateSecret({"ClientRequestToken": "t", "SecretString": ONE.value(), "Description": description})
    secrets.scheduled = True
    with pytest.raises(MfaError, match="its description does not say that it is the seed of"):
        store_on(secrets, SecretsManagerStore, on_absent="delete").write(NAME, OTHER, None)
    assert secrets.scheduled and not secrets.restored


@pytest.mark.parametrize("text", ["a password", "[1]", dataclasses.replace(ONE, user_name="bob").value()])
def test_what_is_not_of_the_same_device_stays_deleted(text: str) -> None:
    secrets = Secrets()
    secrets.CreateSecret({"ClientRequestToken": "t", "SecretString": text, "Description": OURS})
    secrets.scheduled = True
    with pytest.raises(MfaError, match="It holds something else"):
        store_on(secrets, SecretsManagerStore, on_absent="delete").write(NAME, OTHER, None)
    assert secrets.scheduled and secrets.versions["t"] == text and secrets.current == "t"


def test_a_run_that_died_after_taking_a_secret_back() -> None:
    """The next one finds the old record, and replaces it by its version."""
    secrets = Secrets()
    store = store_on(secrets, SecretsManagerStore, on_absent="delete")
    store.write(NAME, ONE, None)
    store.delete(NAME, ONE)
    secrets.scheduled = False
    found = store.find(NAME)
    assert found is not None and found.seed == ONE.seed
    store.write(NAME, OTHER, found.version)
    replaced = store.find(NAME)
    assert replaced is not None and replaced.seed == OTHER.seed
