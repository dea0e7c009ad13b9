# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seed stores there are, by the name that the option seed_store.type gives them.

This module is private to hardening.aws. A new store is a file with a subclass of SeedStore, and a line in STORES; the
choices of the option follow. Its documentation is in plugins/doc_fragments/_mfa.py.
"""

from __future__ import annotations

import typing as t

from .base import SeedStore
from .secretsmanager import SecretsManagerStore
from .ssm_parameter import ParameterStore

if t.TYPE_CHECKING:
    from .._aws.connection import Connection

STORES: dict[str, type[SeedStore]] = {
    "secretsmanager": SecretsManagerStore,
    "ssm_parameter": ParameterStore,
}


def open_store(options: t.Mapping[str, t.Any], connection: Connection, account_id: t.Callable[[], str]) -> SeedStore:
    """Return the store that O(seed_store) describes. I(account_id) is asked only if a name has it."""
    kind = STORES[options["type"]]
    client = connection.client(kind.service, options.get("region"), options.get("endpoint_url"))
    return kind(client, options, account_id)


def store_name(options: t.Mapping[str, t.Any], user_name: str, device_name: str, account_id: str) -> str:
    """Return the name of a device's record in the store that O(seed_store) describes."""
    return STORES[options["type"]].name_of(options.get("name"), user_name, device_name, account_id)


def store_name_problem(options: t.Mapping[str, t.Any], user_name: str, device_name: str) -> str | None:
    """Return why the store that O(seed_store) describes cannot keep the record of a device, or None."""
    name = store_name(options, user_name, device_name, "0" * 12)
    return STORES[options["type"]].name_problem(name)
