# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a managed policy is attached to or taken off, and which options are refused."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._access import attachment_plan as plans

ARN = "arn:aws:iam::123456789012:policy/deny-unless-mfa"
DEFAULTS: dict[str, t.Any] = {
    "policy_arn": ARN,
    "users": None,
    "groups": None,
    "state": "present",
    "purge": False,
    "concurrency": 16,
}


def given(**options: t.Any) -> dict[str, t.Any]:
    return {**DEFAULTS, **options}


REFUSED: list[tuple[dict[str, t.Any], list[str]]] = [
    ({}, ["users: is missing, and so is groups"]),
    ({"users": ["alice"], "policy_arn": ""}, ["policy_arn: is empty"]),
    ({"users": ["alice"], "policy_arn": "deny-unless-mfa"}, ["policy_arn: 'deny-unless-mfa' is not the ARN"]),
    ({"users": ["alice"], "policy_arn": "arn:aws:iam::123:policy/x"}, ["policy_arn:", "arn:aws:iam::ACCOUNT:policy/"]),
    ({"users": ["alice"], "policy_arn": f"{ARN}\n"}, ["policy_arn:"]),
    ({"users": ["alice"], "policy_arn": "arn:aws:iam::123456789012:role/x"}, ["policy_arn:"]),
    ({"users": ["alice"], "policy_arn": f"arn:aws:iam::aws:policy/{'x' * 3000}"}, ["policy_arn:"]),
    ({"users": ["alice", ""]}, ["users[1]: is empty"]),
    ({"users": ["arn:aws:iam::123456789012:user/alice"]}, ["users[0]: is an ARN"]),
    ({"users": ["x" * 65]}, ["users[0]:", "65 characters"]),
    ({"users": ["a b"]}, ["users[0]: 'a b'"]),
    ({"users": ["alice\n"]}, ["users[0]:"]),
    ({"groups": ["staff", ""]}, ["groups[1]: is empty"]),
    ({"groups": ["arn:aws:iam::123456789012:group/staff"]}, ["groups[0]: is an ARN"]),
    ({"groups": ["x" * 129]}, ["groups[0]: is 129 characters long; the limit is 128"]),
    ({"groups": ["a/b"]}, ["groups[0]: 'a/b' may contain only"]),
    ({"users": ["alice", "bob", "Alice"]}, ["users[2]: Alice and alice of users[0] are the same user", "remove one"]),
    ({"groups": ["staff", "STAFF"]}, ["groups[1]: STAFF and staff of groups[0] are the same group"]),
    ({"users": ["alice"], "state": "absent", "purge": True}, ["purge: has no effect with state=absent"]),
    ({"users": [], "purge": True}, ["purge: would detach the policy from all users"]),
    ({"users": ["alice"], "groups": [], "purge": True}, ["purge: would detach the policy from all groups"]),
    ({"users": ["alice"], "concurrency": 0}, ["concurrency:"]),
    ({"users": ["alice"], "concurrency": 257}, ["concurrency:"]),
    (
        {"users": ["", "b b"], "groups": [""], "policy_arn": "x"},
        ["policy_arn:", "users[0]:", "users[1]:", "groups[0]:"],
    ),
]


@pytest.mark.parametrize(("options", "texts"), REFUSED)
def test_refused(options: dict[str, t.Any], texts: list[str]) -> None:
    found = "\n".join(plans.problems(given(**options)))
    for text in texts:
        assert text in found


@pytest.mark.parametrize(
    ("options", "quoted"),
    [
        ({"users": ["alice"], "policy_arn": "x" * 300}, "x" * 200),
        ({"groups": ["arn:" + "x" * 300]}, "arn:" + "x" * 196),
        ({"groups": ["x" * 300]}, "x" * 200),
    ],
)
def test_long_values_are_quoted_in_part(options: dict[str, t.Any], quoted: str) -> None:
    (problem,) = plans.problems(given(**options))
    assert quoted in problem and quoted + "x" not in problem


@pytest.mark.parametrize(
    "options",
    [
        {"users": []},
        {"users": [], "groups": []},
        {"users": ["alice"], "groups": ["alice"]},
        {"users": ["a+b=c,d.e@f-g_h"], "purge": True},
        {"groups": ["x" * 128], "policy_arn": "arn:aws-us-gov:iam::aws:policy/job-function/Billing"},
        {"groups": ["staff"], "policy_arn": "arn:aws-cn:iam::123456789012:policy/a/{b}/c"},
    ],
)
def test_accepted(options: dict[str, t.Any]) -> None:
    assert plans.problems(given(**options)) == []


def test_targets_keep_the_order_of_the_input() -> None:
    found = plans.targets(given(users=["carol", "alice"], groups=["staff"]))
    assert [(target.kind, target.name) for target in found] == [
        ("user", "carol"),
        ("user", "alice"),
        ("group", "staff"),
    ]
    assert [target.label for target in found] == ["users[0] (carol)", "users[1] (alice)", "groups[0] (staff)"]


ALICE = plans.Target("user", "Alice", "users[0] (Alice)")


@pytest.mark.parametrize(
    ("state", "attached", "action"),
    [
        ("present", {}, "attach"),
        ("present", {("user", "alice"): "alice"}, None),
        ("present", {("group", "alice"): "alice"}, "attach"),
        ("absent", {("user", "alice"): "alice"}, "detach"),
        ("absent", {}, None),
        ("absent", {("group", "alice"): "alice"}, None),
    ],
)
def test_action(state: str, attached: dict[plans.Key, str], action: str | None) -> None:
    assert plans.action(ALICE, state, attached) == action


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"users": ["alice"]}, []),
        ({"users": ["ALICE"], "purge": True}, ["bob"]),
        ({"groups": ["staff"], "purge": True}, ["auditors"]),
        ({"users": ["bob"], "groups": ["auditors"], "purge": True}, ["staff", "alice"]),
    ],
)
def test_purge_reaches_the_kinds_that_are_named_and_nobody_who_is(options: dict[str, t.Any], names: list[str]) -> None:
    params = given(**options)
    attached = {
        ("user", "alice"): "alice",
        ("user", "bob"): "bob",
        ("group", "staff"): "staff",
        ("group", "auditors"): "auditors",
    }
    found = plans.purged(params, plans.targets(params), attached)
    assert [target.name for target in found] == names
    assert [target.label for target in found] == [f"{target.kind} {target.name}, purged" for target in found]


def test_a_line_of_a_diff() -> None:
    assert plans.shown(ALICE, True) == "user Alice: attached"
    assert plans.shown(ALICE, False) == "user Alice: not attached"


def test_the_options() -> None:
    assert plans.attachment_options() == {
        "policy_arn": {"type": "str", "required": True},
        "users": {"type": "list", "elements": "str"},
        "groups": {"type": "list", "elements": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "purge": {"type": "bool", "default": False},
        "concurrency": {"type": "int", "default": 16},
    }


@pytest.mark.parametrize(("length", "problems"), [(2048, 0), (2049, 1)])
def test_the_longest_arn(length: int, problems: int) -> None:
    start = "arn:aws:iam::123456789012:policy/"
    arn = f"{start}{'p' * (length - len(start) - 2)}/x"
    assert len(arn) == length and len(plans.problems(given(users=["alice"], policy_arn=arn))) == problems


def test_each_problem_is_told_once() -> None:
    found = plans.problems(given(users=["bob", "Bob", "arn:aws:iam::123456789012:user/x"], groups=["g" * 300]))
    assert [problem.split(":")[0] for problem in found] == ["users[2]", "groups[0]", "users[1]"]
