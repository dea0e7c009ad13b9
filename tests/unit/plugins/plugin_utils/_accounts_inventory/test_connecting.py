# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How options of the inventory become a connection to Organizations. No call is made."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory import connecting

ROLE = "arn:aws:iam::111111111111:role/reader"


class Opened:
    """A connection that was opened."""

    def __init__(self, options: t.Any, concurrency: int) -> None:
        self.options, self.concurrency = options, concurrency

    def client(self, service: str) -> tuple[str, Opened]:
        return service, self


@pytest.fixture(name="opened")
def fixture_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "Connection", Opened)
    monkeypatch.setattr(connecting, "Options", dict)
    monkeypatch.setattr(connecting, "Reader", lambda client, version, tell: vars())


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("role", [None, "", ROLE])
def test_a_role_is_assumed_if_one_is_given(role: str | None) -> None:
    given = {"profile": "dev", "region": "eu-west-1", "assume_role_arn": role}
    made: t.Any = connecting.open_reader(given, print)
    service, connection, version, tell = *made["client"], made["version"], made["tell"]
    assert (service, version, tell) == ("organizations", connecting.BOTOCORE, print)
    assumed = {"assume_role": {"role_arn": ROLE, "session_name": "hardening-aws-inventory"}} if role else {}
    assert connection.options == {"profile": "dev", "region": "eu-west-1", **assumed}
    assert connection.concurrency == connecting.CONCURRENCY
    assert given["assume_role_arn"] == role
