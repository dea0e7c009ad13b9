# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that something on the way has damaged: they are refused, and not taken for an answer of nothing."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._access.api import AccessApi
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._aws.answering import (
    Answering,
    answer_from_memory,
    connection_of,
)


@pytest.mark.parametrize(
    ("operation", "ask", "lacks"),
    [
        ("GetUser", lambda api: api.user("alice"), "User.UserName"),
        ("GetUserPolicy", lambda api: api.sessions_policy("alice"), "PolicyDocument"),
        ("GetLoginProfile", lambda api: api.has_password("alice"), "LoginProfile"),
        ("GetAccessKeyLastUsed", lambda api: api.key_last_used("AKIAONE123456789"), "AccessKeyLastUsed"),
    ],
)
def test_an_answer_without_what_was_asked_for(operation: str, ask: t.Callable[[AccessApi], t.Any], lacks: str) -> None:
    connection = connection_of(aws_config={"retries": {"total_max_attempts": 1}})
    api = AccessApi(connection)
    body = f"<{operation}Response><{operation}Result></{operation}Result></{operation}Response>"
    answer_from_memory(api._iam, Answering(body))
    with pytest.raises(MfaError, match=f"{operation} .* lacks {lacks}"):
        ask(api)


@pytest.mark.parametrize(
    ("document", "shown"),
    [({"Version": "2012-10-17"}, {"Version": "2012-10-17"}), ('{"Statement": []}', {"Statement": []}), ("{no", "{no")],
)
def test_a_policy_is_a_document_even_if_botocore_left_it_as_text(
    document: t.Any, shown: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccessApi, "_if_there", lambda *_args, **_more: {"PolicyDocument": document})
    assert AccessApi.sessions_policy(object.__new__(AccessApi), "alice") == shown
