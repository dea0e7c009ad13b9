# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role's decisions share."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.words import SHOWN
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import common

NOON = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.timezone.utc)


@pytest.mark.parametrize(
    ("registered", "result"),
    [
        (None, {}),
        ({}, {}),
        ({"skipped": True, "users": ["alice"]}, {}),
        ({"skipped": False, "users": ["alice"]}, {"skipped": False, "users": ["alice"]}),
    ],
)
def test_a_task_that_was_skipped_registered_nothing(registered: t.Any, result: dict[str, t.Any]) -> None:
    variables = {"__iam_user_hardening_plan": registered, "iam_user_hardening_plan": {"users": ["mallory"]}}
    found = common.registered(variables, "plan")
    assert found == result and found is not registered
    assert common.registered({}, "plan") == {}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T12:00:00Z", NOON),
        ("2026-11-24T12:00:00", NOON),
        ("2026-11-24T13:00:00+01:00", NOON),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_moments(text: t.Any, moment: datetime.datetime | None) -> None:
    found = common.moment(text)
    assert found == moment and (found is None or found.tzinfo is not None)


def test_numbers_of_things() -> None:
    assert [common.count(range(many), "user") for many in (0, 1, 2, 5000)] == [
        "0 users",
        "1 user",
        "2 users",
        "5,000 users",
    ]
    assert common.more(range(SHOWN)) == []
    assert common.more(range(SHOWN + 1)) == ["  and 1 more"]
    assert common.more(range(SHOWN + 1234)) == ["  and 1,234 more"]
