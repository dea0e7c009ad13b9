# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts an audit has read, from what its hosts have registered."""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks.audited_accounts import audited

GOOD, GATED, DENIED = (digit * 12 for digit in "123")
REGISTERED = {"inputs": "inputs", "account": "account", "report": "report"}


def host(account: t.Any = None, report: t.Any = None, dest: str = "/r", **variables: t.Any) -> dict[str, t.Any]:
    return {"inputs": {"inputs": {"dest": dest}}, "account": account, "report": report, **variables}


def paths(number: str) -> dict[str, t.Any]:
    return {"paths": {"json": f"/r/{number}.json", "csv": f"/r/{number}.csv"}}


def test_who_was_read_and_who_was_not() -> None:
    skipped = {"skipped": True}
    hosts = {
        "good": {**host({"account_id": GOOD}, paths(GOOD)), "account_name": "shop"},
        "gated": host({"account_id": GATED}, {"failed": True, "msg": "the gate", **paths(GATED)}),
        "denied": {
            **host({"failed": True, "msg": "denied"}, skipped, aws_role_arn=f"arn:aws:iam::{DENIED}:role/x"),
            "account_name": "legacy",
        },
        "broken": host({"account_id": "4" * 12}, {"failed": True, "msg": "no list of users"}),
        "expected": host({"failed": True, "msg": "no keys"}, skipped, expected_account_id="5" * 12),
        "nobody knows": host({"failed": True, "msg": "no profile"}, skipped),
        "silent": host(),
        "nothing registered": {},
    }
    found = audited(list(hosts), hosts, REGISTERED)
    assert found["sources"] == [f"/r/{GOOD}.json", f"/r/{GATED}.json"]
    assert found["account_names"] == {GOOD: "shop"}
    assert found["unread"] == [
        {"account_id": DENIED, "account_name": "legacy", "reason": "denied"},
        {"account_id": "4" * 12, "account_name": "broken", "reason": "no list of users"},
        {"account_id": "5" * 12, "account_name": "expected", "reason": "no keys"},
        {"account_id": "nobody knows", "reason": "no profile"},
        {"account_id": "silent", "reason": "the tasks of its host failed without a reason"},
        {"account_id": "nothing registered", "reason": "the tasks of its host failed without a reason"},
    ]


def test_where_the_report_on_all_goes() -> None:
    one = {"a": host({}, {}, "/r"), "b": host({}, {}, "/r")}
    each = {"a": host({}, {}, "/r/a"), "b": host({}, {}, "/r/b")}
    assert audited(["a", "b"], one, REGISTERED)["dest"] == "/r"
    assert audited(["a", "b"], each, REGISTERED)["dest"] == "/r"
