# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request for information may combine, and what is refused before the first call."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._account.options import (
    account_options,
    info_problems,
    report_problems,
)

DEFAULTS: dict[str, t.Any] = {name: option["default"] for name, option in account_options().items()}
INFO = {**DEFAULTS, "user_name": None, "user_names": None, "account": False}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"user_name": "alice", "device_tags": True},
        {"user_names": ["alice", "bob"]},
        {"account": True, "all_kinds": True, "user_details": True, "concurrency": 1},
    ],
)
def test_what_goes_together(given: dict[str, t.Any]) -> None:
    assert info_problems({**INFO, **given}) == []


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"user_name": "alice", "user_names": ["bob"]}, ["user_name: excludes user_names: give one of them."]),
        (
            {"user_name": "alice", "user_names": ["bob"], "account": True},
            ["user_name: excludes user_names and account: give one of them."],
        ),
        ({"user_names": [], "account": True}, ["user_names: excludes account", "user_names: is empty: name users"]),
        ({"user_name": ""}, ["user_name: is empty: give the name of a user, or leave it out"]),
        ({"all_kinds": True}, ["all_kinds: goes with account=true only."]),
        ({"user_name": "alice", "user_details": True}, ["user_details: goes with account=true only."]),
        ({"user_name": "al ice"}, ["user_name: "]),
        ({"user_names": ["alice", "b/b", ""]}, ["user_names: ", "user_names: "]),
        ({"account": True, "concurrency": 0}, ["concurrency: "]),
    ],
)
def test_what_is_refused(given: dict[str, t.Any], problems: list[str]) -> None:
    found = info_problems({**INFO, **given})
    assert len(found) == len(problems)
    for text, start in zip(found, problems, strict=True):
        assert text.startswith(start), text


def test_a_report_on_facts_that_were_read_reads_no_more() -> None:
    assert report_problems({**DEFAULTS, "account_info": None, "all_kinds": True, "device_tags": True}) == []
    found = report_problems({**DEFAULTS, "account_info": {}, "device_tags": True, "user_details": True})
    assert [text.partition(":")[0] for text in found] == ["device_tags", "user_details"]
    assert all("set it where that is read" in text for text in found)
    assert report_problems({**DEFAULTS, "account_info": {}, "concurrency": 1000})[0].startswith("concurrency: ")
