# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""By which clock signatures are dated. Fails if botocore's private way to date one goes away."""

from __future__ import annotations

import threading
import typing as t

import botocore.auth
import pytest

from ansible_collections.hardening.aws.plugins.module_utils._aws.signing import SessionKeys
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._aws.answering import (
    USERS,
    Answering,
    answer_from_memory,
    connection_of,
)

SERVICES = {"iam": "ListUsers", "secretsmanager": "ListSecrets", "ssm": "DescribeParameters"}


def dates(answering: Answering) -> list[str]:
    """The days at which the requests were signed, in both places that AWS compares."""
    found = []
    for request in answering.sent:
        day = bytes(request.headers["X-Amz-Date"]).decode()[:8]
        assert f"/{day}/" in bytes(request.headers["Authorization"]).decode()
        found.append(day)
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_the_first_call_is_dated_by_this_machine_and_the_next_by_aws(service: str) -> None:
    answering = Answering(USERS if service == "iam" else "{}", date="Thu, 26 Nov 2037 10:00:00 GMT")
    client = connection_of().client(service)
    answer_from_memory(client, answering)
    client.call(SERVICES[service], {})
    client.call(SERVICES[service], {})
    first, second = dates(answering)
    assert first != second == "20371126"


def test_two_connections_of_one_process_sign_each_on_its_own_clock() -> None:
    """As a plugin that speaks to two accounts would have them, with their calls in any order."""
    years = ("2037", "2038", "2039")
    clients, all_answering = [], []
    for year in years:
        answering = Answering(date=f"Thu, 26 Nov {year} 10:00:00 GMT")
        client = connection_of().client("iam")
        answer_from_memory(client, answering)
        clients.append(client)
        all_answering.append(answering)
    for _round in range(3):
        for client in clients:
            client.call("ListUsers", {})

    def call_often(client: t.Any) -> None:
        for _number in range(20):
            client.call("ListUsers", {})

    threads = [threading.Thread(target=call_often, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for year, answering in zip(years, all_answering, strict=True):
        assert set(dates(answering)[1:]) == {f"{year}1126"} and len(answering.sent) == 23


def test_clients_of_others_are_signed_as_ever() -> None:
    before = dict(botocore.auth.AUTH_TYPE_MAPS)
    connection_of().client("iam").open()
    assert before == botocore.auth.AUTH_TYPE_MAPS
    assert botocore.auth.AUTH_TYPE_MAPS["v4"] is botocore.auth.SigV4Auth


def test_a_client_signs_for_many_accounts() -> None:
    """Each call with the keys of its thread, and never with the caller's own."""
    keys = threading.local()
    connection = connection_of(session_token="of-the-caller")
    client = connection.client_of_others("iam", lambda: t.cast(SessionKeys, keys.now))
    answering = Answering()
    answer_from_memory(client, answering)

    def call_as(name: str) -> None:
        for number in range(10):
            keys.now = SessionKeys(f"ASIA{name}{number}", "secret", f"token-{name}{number}")
            client.call("ListUsers", {})

    threads = [threading.Thread(target=call_as, args=[name]) for name in ("A", "B", "C")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answering.sent) == 30
    signed = {
        (
            request.headers["Authorization"].split(b"Credential=")[1].split(b"/")[0],
            request.headers["X-Amz-Security-Token"],
        )
        for request in answering.sent
    }
    wanted = {f"{name}{number}" for name in ("A", "B", "C") for number in range(10)}
    assert signed == {(f"ASIA{one}".encode(), f"token-{one}".encode()) for one in wanted}


def test_without_keys_nothing_is_sent() -> None:
    def none() -> SessionKeys:
        raise KeyError("no session")

    client = connection_of().client_of_others("iam", none)
    answering = Answering()
    answer_from_memory(client, answering)
    with pytest.raises(KeyError):
        client.call("ListUsers", {})
    assert not answering.sent
