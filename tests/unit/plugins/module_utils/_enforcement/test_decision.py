# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets the policy, who does not, and what is refused before the first change."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._enforcement import decision, refusals
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils._enforcement.settings import SETTINGS

ARN = "arn:aws:iam::123456789012:policy/deny-unless-mfa"
# name: (has a device, groups)
PEOPLE: dict[str, tuple[bool, list[str]]] = {
    "alice": (True, ["staff"]),
    "bob": (False, ["staff"]),
    "carol": (True, ["ops"]),
    "dave": (False, []),
}


def info(
    people: dict[str, tuple[bool, list[str]]], caller: str | None = None, with_policy: t.Sequence[str] = ()
) -> dict[str, t.Any]:
    return {
        "account": {"caller": {"arn": "arn", "user_name": caller}},
        "users": [
            {
                "user_name": name,
                "mfa_devices": [{"serial_number": "x"}] if has else [],
                "groups": groups,
                "attached_policies": [ARN] if name in with_policy else [],
            }
            for name, (has, groups) in people.items()
        ],
    }


def decided(
    settings: dict[str, t.Any],
    people: dict[str, tuple[bool, list[str]]] | None = None,
    selected: t.Sequence[str] = ("alice", "bob", "carol", "dave"),
    failed: t.Sequence[str] = (),
    differs: bool = False,
    exists: bool = True,
    users: t.Sequence[str] = (),
    groups: t.Sequence[str] = (),
    enabled: t.Sequence[str] = (),
    caller: str | None = None,
) -> dict[str, t.Any]:
    wanted = decision.Wanted({**SETTINGS, **settings}, selected, caller, ARN, told=failed, enabled=list(enabled))
    now = decision.Now(info(PEOPLE if people is None else people), enabled)
    policy = {"arn": ARN if exists else None, "differs": differs or not exists}
    return decision.decide(now, wanted, policy, {"users": list(users), "groups": list(groups)})


GROUP: dict[str, t.Any] = {"enforce_policy": "group", "enforce_group": "staff"}
ADDING: dict[str, t.Any] = {**GROUP, "enforce_group_members": "add"}
OPEN: dict[str, t.Any] = {"enforce_self_enrolment": True}
# What is given; users, groups, write; who is withheld; who failed; words of failures and warnings
DECISIONS: dict[str, tuple[dict[str, t.Any], list[str], list[str], bool, list[str], list[str], list[str]]] = {
    "only those with a device": (
        {"settings": {}, "failed": ["bob", "dave"]},
        ["alice", "carol"], [], False, ["bob", "dave"], [], [],
    ),
    "one lost the device while the role ran": (
        {"settings": {}, "failed": ["bob"]},
        ["alice", "carol"], [], False, ["bob", "dave"], ["dave"], ["has no MFA device at this moment"],
    ),
    "nobody is enrolled": (
        {"settings": {"enrol": False}},
        ["alice", "carol"], [], False, ["bob", "dave"], [], ["not attached to 2 (bob, dave)", "self_enrolment"],
    ),
    "users enrol themselves": (
        {"settings": {**OPEN, "enrol": False}},
        ["alice", "bob", "carol", "dave"], [], False, [], [], [],
    ),
    "users enrol themselves, though the role tried": (
        {"settings": OPEN, "failed": ["bob"]},
        ["alice", "bob", "carol", "dave"], [], False, [], [], [],
    ),
    "check mode": (
        {"settings": {}, "enabled": ["bob", "dave"], "exists": False},
        ["alice", "bob", "carol", "dave"], [], True, [], [], [],
    ),
    "deleted meanwhile": (
        {"settings": {}, "selected": ["alice", "erin"]},
        ["alice"], [], False, [], ["erin"], ["was deleted while the role ran"],
    ),
    "a group whose members have devices": (
        {"settings": {**GROUP, "enforce_group": "ops"}},
        [], ["ops"], False, [], [], [],
    ),
    "a group, by its name in other letters": (
        {"settings": {**GROUP, "enforce_group": "OPS"}},
        [], ["OPS"], False, [], [], [],
    ),
    "a group with a member without": (
        {"settings": GROUP, "selected": ["alice"]},
        [], [], False, ["bob"], ["policy deny-unless-mfa"], ["did not get", "have no MFA device: 1 (bob)"],
    ),
    "a group that has it already, with a member without": (
        {"settings": GROUP, "groups": ["staff"]},
        [], [], False, ["bob"], ["policy deny-unless-mfa"],
        ["staff keeps arn:", "nothing until somebody enrols them", "take them out of the group"],
    ),
    "a group of users who enrol themselves": (
        {"settings": {**GROUP, **OPEN}},
        [], ["staff"], False, [], [], [],
    ),
    "an excluded user has joined": (
        {"settings": {**GROUP, "enforce_group": "ops", "exclude_patterns": ["CAR*"]}},
        [], [], False, [], ["policy deny-unless-mfa"], ["have joined it meanwhile: carol"],
    ),
    "the caller has joined": (
        {"settings": {**GROUP, "enforce_group": "ops"}, "caller": "carol"},
        [], [], False, [], ["policy deny-unless-mfa"], ["have joined it meanwhile: carol"],
    ),
    "another document would lock out a holder": (
        {"settings": {}, "differs": True, "users": ["alice", "dave"]},
        [], [], False, [], ["policy deny-unless-mfa"], ["was left as it is", "no MFA device: 1 (dave)"],
    ),
    "another document would lock out a member of a group that has it": (
        {"settings": {}, "differs": True, "groups": ["staff"]},
        [], [], False, [], ["policy deny-unless-mfa"], ["was left as it is", "bob"],
    ),
    "another document for those who have devices": (
        {"settings": {}, "differs": True, "users": ["alice"], "groups": ["ops"], "failed": ["bob", "dave"]},
        ["alice", "carol"], [], True, ["bob", "dave"], [], [],
    ),
    "another document for those who enrol themselves": (
        {"settings": OPEN, "differs": True, "users": ["alice", "dave"]},
        ["alice", "bob", "carol", "dave"], [], True, [], [], [],
    ),
    "the same document, whoever has it": (
        {"settings": {}, "users": ["dave"], "failed": ["bob", "dave"]},
        ["alice", "carol"], [], False, ["bob", "dave"], [], [],
    ),
    "a policy that is not there yet": (
        {"settings": {}, "exists": False, "differs": True, "failed": ["bob", "dave"]},
        ["alice", "carol"], [], True, ["bob", "dave"], [], [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", DECISIONS)
def test_decide(title: str) -> None:
    given, users, groups, write, withheld, failed, texts = DECISIONS[title]
    found = decided(**given)
    assert (found["users"], found["groups"], found["write"]) == (users, groups, write)
    assert found["withheld"] == withheld and [item["user_name"] for item in found["failures"]] == failed
    said = "\n".join([*(item["msg"] for item in found["failures"]), *found["warnings"]])
    for text in texts:
        assert text in said
    assert bool(said) is bool(texts)


@pytest.mark.parametrize("exists", [True, False])
def test_which_policy(exists: bool) -> None:
    """One that does not exist yet has the ARN that it will have."""
    found = decided({}, exists=exists)
    assert (found["arn"], found["exists"]) == (ARN, exists)


CALLERS: list[tuple[dict[str, t.Any], str | None, bool]] = [
    ({}, "alice", True),
    ({}, "carol", False),  # not selected
    ({}, None, False),
    ({"enforce_policy": "none"}, "alice", False),
    (GROUP, "bob", True),
    ({**GROUP, "enforce_group": "STAFF"}, "bob", True),
    (GROUP, "carol", False),
    ({**OPEN}, "alice", True),
    ({**ADDING, "enforce_group": "ops"}, "alice", True),  # would be put into the group
    ({**ADDING, "enforce_group": "ops"}, "dave", False),
    ({**GROUP, "enforce_group": "ops"}, "alice", False),
]


@pytest.mark.parametrize(("settings", "caller", "refused"), CALLERS)
def test_caller(settings: dict[str, t.Any], caller: str | None, refused: bool) -> None:
    found = refusals.caller_refusals(info(PEOPLE, caller), {**SETTINGS, **settings}, ["alice", "bob"])
    assert bool(found) is refused
    if refused:
        assert str(caller) in found[0] and "the credentials of a role" in found[0]


@pytest.mark.parametrize(
    ("policy", "option"),
    [
        ({"is_ours": True, "group_exists": None}, ""),
        ({"unknown": "denied"}, "enforce_policy: the policy could not be looked at: denied"),
        ({"is_ours": True, "group_exists": True}, ""),
        ({"is_ours": False, "group_exists": None}, "enforce_policy_name: there is a policy arn"),
        ({"is_ours": True, "group_exists": False}, "enforce_group: there is no group staff"),
    ],
)
def test_policy_of_somebody_else_and_no_group(policy: dict[str, t.Any], option: str) -> None:
    found = refusals.policy_refusals({"arn": ARN, "unknown": "", **policy}, {**SETTINGS, **GROUP})
    assert len(found) == bool(option)
    assert all(text.startswith(f"iam_user_hardening_{option}") for text in found)


@pytest.mark.parametrize(
    ("settings", "caller", "members", "uncovered"),
    [
        ({**GROUP, "enforce_group": "ops"}, None, [], ["alice", "bob", "dave"]),
        ({**ADDING, "enforce_group": "ops"}, None, ["alice"], ["alice", "bob", "dave"]),
        ({**ADDING, "enforce_group": "OPS"}, None, ["alice"], ["alice", "bob", "dave"]),
        ({**ADDING, **OPEN, "enforce_group": "ops"}, None, ["alice"], ["alice", "bob", "dave"]),  # never without MFA
        ({**ADDING, "enforce_group": "ops"}, "alice", [], ["alice", "bob", "dave"]),  # never the caller
        (ADDING, None, ["carol"], ["carol", "dave"]),  # also if the group does not get the policy, for bob's sake
        ({}, None, [], []),
    ],
)
def test_members(settings: dict[str, t.Any], caller: str | None, members: list[str], uncovered: list[str]) -> None:
    found = decided(settings, caller=caller)
    assert (found["members"], found["uncovered"]) == (members, uncovered)


def due(settings: dict[str, t.Any], with_policy: t.Sequence[str] = (), **policy: t.Any) -> dict[str, t.Any]:
    """What is left to be done for users who are all selected."""
    wanted = decision.Wanted({**SETTINGS, **settings}, list(PEOPLE), None, ARN, told=("bob", "dave"))
    seen = {"arn": ARN, "differs": False, "groups": [], **policy}
    return decision.due({**info(PEOPLE, with_policy=with_policy), "policy": seen}, wanted)


@pytest.mark.parametrize(
    ("found", "users", "groups", "in_place", "settled"),
    [
        (due({}), ["alice", "carol"], [], 0, False),
        (due({}, ["alice"]), ["carol"], [], 1, False),
        (due({}, ["alice", "carol"]), [], [], 2, True),
        (due({}, ["alice", "carol"], differs=True), [], [], 2, False),
        (due({**GROUP, "enforce_group": "ops"}), [], ["ops"], 0, False),
        (due({**GROUP, "enforce_group": "OPS"}, groups=["ops"]), [], [], 1, True),
        (due({**ADDING, "enforce_group": "ops"}, groups=["ops"]), [], [], 1, False),
        (due(GROUP), [], [], 0, True),  # a member has no device, which is said
    ],
)
def test_what_is_in_place_is_not_done_again(
    found: dict[str, t.Any], users: list[str], groups: list[str], in_place: int, settled: bool
) -> None:
    assert (found["users"], found["groups"], found["in_place"]) == (users, groups, in_place)
    assert decision.is_settled(found) is settled


@pytest.mark.parametrize(
    ("policy", "unknown", "text"),
    [
        ({"groups": []}, [], ""),
        ({"groups": []}, [{"what": "account_alias", "why": "denied"}], ""),  # decides nothing
        ({"groups": None, "groups_unknown": "iam:X"}, [], "Which groups have it could not be read: iam:X"),
        ({"groups": []}, [{"what": "orphaned_devices", "why": "denied"}], "could not be read: denied"),
        ({"groups": []}, [{"what": "user_details", "why": "denied"}], "could not be read: denied"),
    ],
)
def test_what_has_to_be_known(policy: dict[str, t.Any], unknown: list[dict[str, str]], text: str) -> None:
    found = refusals.unknown_refusals({"policy": policy, "unknown": unknown})
    assert len(found) == bool(text) and text in "".join(found)
