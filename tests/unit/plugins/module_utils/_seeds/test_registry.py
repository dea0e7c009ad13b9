# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for each store of the registry: its names, and what it keeps. On the emulator they are tested whole."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices.options import run_options
from ansible_collections.hardening.aws.plugins.module_utils._seeds.base import SeedStore, template_problem
from ansible_collections.hardening.aws.plugins.module_utils._seeds.registry import (
    STORES,
    store_name,
    store_name_problem,
)
from ansible_collections.hardening.aws.plugins.module_utils._seeds.secretsmanager import SecretsManagerStore
from ansible_collections.hardening.aws.plugins.module_utils._seeds.ssm_parameter import ParameterStore
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._seeds.stores_in_memory import (
    ONE,
    OTHER,
    Parameters,
    Secrets,
    store_on,
)


def test_the_choices_of_the_option_are_the_stores_there_are() -> None:
    assert run_options()["seed_store"]["options"]["type"]["choices"] == list(STORES)


@pytest.mark.parametrize("kind", STORES.values())
def test_a_store_says_what_it_needs_to(kind: type[SeedStore]) -> None:
    assert kind.service and kind.title.startswith("The ")
    assert kind.name_problem(kind.name_of(None, "alice", "phone", "123456789012")) is None


@pytest.mark.parametrize(
    ("kind", "template", "name"),
    [
        ("secretsmanager", None, "mfa/bob@example.com"),
        ("secretsmanager", "{account_id}/{user_name}/{device_name}", "123456789012/bob@example.com/phone"),
        ("secretsmanager", "fixed", "fixed"),
        ("ssm_parameter", None, "/mfa/bob_x40_example.com"),
        ("ssm_parameter", "mfa/{device_name}", "/mfa/phone"),
        ("ssm_parameter", "/mfa/{device_name}", "/mfa/phone"),
        ("ssm_parameter", "seed-{device_name}", "seed-phone"),
    ],
)
def test_name(kind: str, template: str | None, name: str) -> None:
    assert store_name({"type": kind, "name": template}, "bob@example.com", "phone", "123456789012") == name


def test_a_comma_is_possible_in_iam_and_not_in_secrets_manager() -> None:
    assert store_name({"type": "secretsmanager"}, "a,b", "x", "") == "mfa/a_x2C_b"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("mfa/{user}", "has the unknown placeholder {user}"),
        ("mfa/{user_name!r}", "has the unknown placeholder"),
        ("mfa/{user_name:>10}", "has the unknown placeholder"),
        ("mfa/{}", "has the unknown placeholder {}"),
        ("mfa/{user_name", "is not a valid template"),
        ("mfa/{user_name}-{device_name}-{account_id}", None),
    ],
)
def test_template(template: str, problem: str | None) -> None:
    found = template_problem(template)
    assert (problem in (found or "")) if problem else (found is None)


@pytest.mark.parametrize(
    ("kind", "template", "problem"),
    [
        ("secretsmanager", "x" * 512, None),
        ("secretsmanager", "x" * 513, "the limit is 512"),
        ("ssm_parameter", "/" + "a/" * 15 + "b", "the limit is 15"),
        ("ssm_parameter", "/aws/mfa", "reserved by AWS"),
        ("ssm_parameter", "ssm-seeds", "reserved by AWS"),
        ("ssm_parameter", "/mfa/{user_name}", None),
    ],
)
def test_name_that_a_store_cannot_hold(kind: str, template: str, problem: str | None) -> None:
    found = store_name_problem({"type": kind, "name": template}, "alice", "alice")
    assert (problem in (found or "")) if problem else (found is None)


@pytest.mark.parametrize("kind", [SecretsManagerStore, ParameterStore])
def test_what_may_not_be_read_is_replaced_and_kept_as_the_version_before(kind: type[SeedStore]) -> None:
    client: t.Any = Secrets() if kind is SecretsManagerStore else Parameters()
    store = store_on(client, kind, verify=False)
    plain_call = client.call

    def call(operation: str, params: dict[str, t.Any], **more: t.Any) -> t.Any:
        assert not operation.startswith("Get"), "the caller may not read"
        return plain_call(operation, params, **more)

    client.call = call
    store.write("x", ONE, None)
    store.write("x", OTHER, None)
    values = list(client.versions.values()) if kind is SecretsManagerStore else client.values
    assert values == [ONE.value(), OTHER.value()]


@pytest.mark.parametrize("kind", [SecretsManagerStore, ParameterStore])
def test_tags_that_are_numbers(kind: type[SeedStore]) -> None:
    client: t.Any = Secrets() if kind is SecretsManagerStore else Parameters()
    store = store_on(client, kind, tags={"floor": 3, 7: True, "team": "x"})
    assert store._tags() == [
        {"Key": "7", "Value": "True"},
        {"Key": "floor", "Value": "3"},
        {"Key": "team", "Value": "x"},
    ]
    assert store.write("x", ONE, None).version
