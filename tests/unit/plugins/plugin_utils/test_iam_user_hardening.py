# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's decisions, as tables."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import batches, inputs, outcome, plan

NOW = "2026-06-30T12:00:00+00:00"
PREFIX = "arn:aws-cn:iam::123456789012"
SETTINGS: dict[str, t.Any] = {
    "users": [],
    "select": {},
    "exclude": [],
    "exclude_patterns": [],
    "enrol": True,
    "device_name": "{user_name}",
    "device_path": "/",
    "tags": {},
    "satisfied_by": "any",
    "batch_size": 100,
    "concurrency": 16,
    "seed_store": {"type": "secretsmanager"},
    "seed_vault_file": {},
    "seed_tasks": "",
    "seed_tasks_found": "",
    "enforce_policy": "none",
    "enforce_group": "",
    "enforce_policy_name": "deny-unless-mfa",
    "delete_passwords_after_days": 0,
    "deactivate_keys_unused_days": 0,
    "remove_orphans": False,
    "orphan_pattern": "",
}


def user(name: str, devices: t.Sequence[str] = (), **known: t.Any) -> dict[str, t.Any]:
    return {
        "user_name": name,
        "path": "/",
        "create_date": "2025-01-01T00:00:00+00:00",
        "mfa_devices": [{"serial_number": serial} for serial in devices],
        "mfa_active": bool(devices),
        "console_password": True,
        "password_last_changed": None,
        "access_keys": [],
        "groups": [],
        "tags": {},
        "attached_policies": [],
        **known,
    }


def info(*users: dict[str, t.Any], orphans: t.Sequence[str] = (), **more: t.Any) -> dict[str, t.Any]:
    return {
        "users": list(users),
        "orphaned_devices": [{"serial_number": f"{PREFIX}:mfa{name}"} for name in orphans],
        "account": {"partition": "aws-cn", "account_id": "123456789012"},
        "retrieved": NOW,
        "credential_report": {"generated_time": NOW},
        "unknown": [],
        **more,
    }


def planned(account: dict[str, t.Any], **settings: t.Any) -> dict[str, t.Any]:
    return plan.plan(account, {**SETTINGS, **settings})


PEOPLE = [
    user("alice", path="/staff/", groups=["dev", "ops"], tags={"team": "red", "mfa": "yes"}),
    user("bob", path="/staff/eu/", groups=["dev"], tags={"team": "blue"}, console_password=False),
    user("Carol", path="/ext/", tags={"team": "red"}),
    user("svc-1", console_password=False),
]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"users": ["bob"]}, ["bob"]),
        ({"users": ["bob", "bob"]}, ["bob"]),
        ({"select": {"paths": ["/"]}}, ["alice", "bob", "Carol", "svc-1"]),
        ({"select": {"paths": ["/staff/"]}}, ["alice", "bob"]),
        ({"select": {"paths": ["/staff/eu/", "/ext/"]}}, ["bob", "Carol"]),
        ({"select": {"groups": ["ops", "none"]}}, ["alice"]),
        ({"select": {"tags": {"team": "red"}}}, ["alice", "Carol"]),
        ({"select": {"tags": {"team": "red", "mfa": None}}}, ["alice"]),
        ({"select": {"tags": {"team": ["red", "blue"]}}}, ["alice", "bob", "Carol"]),
        ({"select": {"console_password": True}}, ["alice", "Carol"]),
        ({"select": {"console_password": False}}, ["bob", "svc-1"]),
        ({"select": {"console_password": True, "paths": ["/staff/"]}}, ["alice"]),
        ({"select": {"console_password": True, "paths": ["/staff/"]}, "users": ["svc-1"]}, ["alice", "svc-1"]),
        ({"select": {}}, []),
        ({"select": {"paths": []}}, []),
        ({"select": {"paths": ["/"]}, "exclude": ["ALICE", "carol"]}, ["bob", "svc-1"]),
        ({"select": {"paths": ["/"]}, "exclude_patterns": ["SVC-*", "a?ice"]}, ["bob", "Carol"]),
        ({"select": {"paths": ["/"]}, "exclude_patterns": ["~^(bob|carol)$", "~\\d"]}, ["alice"]),
        ({"users": ["alice", "bob"], "exclude_patterns": ["*"]}, []),
    ],
)
def test_selection(settings: dict[str, t.Any], expected: list[str]) -> None:
    assert planned(info(*PEOPLE), **settings)["selected"] == expected


def test_exclusions_are_shown_with_their_reason() -> None:
    made = planned(
        info(*PEOPLE), users=["alice", "bob", "ghost"], exclude=["Alice", "alicia"], exclude_patterns=["b*", "Car*"]
    )
    assert made["excluded"] == [
        {"user_name": "alice", "reason": "named in iam_user_hardening_exclude"},
        {"user_name": "bob", "reason": "matches b* of iam_user_hardening_exclude_patterns"},
    ]
    assert made["unknown_exclusions"] == ["alicia"] and made["not_found"] == ["ghost"]


@pytest.mark.parametrize(
    ("count", "size", "labels"),
    [
        (0, 100, []),
        (1, 100, ["user 1 of 1"]),
        (101, 100, ["users 1–100 of 101", "user 101 of 101"]),
        (1432, 1000, ["users 1–1,000 of 1,432", "users 1,001–1,432 of 1,432"]),
    ],
)
def test_batches(count: int, size: int, labels: list[str]) -> None:
    people = [user(f"user-{number:04}") for number in range(count)]
    batches = planned(info(*people), select={"paths": ["/"]}, batch_size=size)["batches"]
    assert [batch["label"] for batch in batches] == labels
    assert sum(len(batch["devices"]) for batch in batches) == count


def test_devices_and_who_has_mfa() -> None:
    people = [user("alice", [f"{PREFIX}:mfa/other"]), user("bob", [f"{PREFIX}:mfa/staff/bob-mfa"]), user("carol")]
    options = {
        "select": {"paths": ["/"]},
        "device_name": "{user_name}-mfa",
        "device_path": "/staff/",
        "tags": {"a": "b"},
    }
    made = planned(info(*people, orphans=["/staff/carol-mfa", "/left"]), **options)
    assert made["has_mfa"] == ["alice", "bob"] and made["orphans"] == [f"{PREFIX}:mfa/left"]
    (batch,) = made["batches"]
    device = {"user_name": "carol", "device_name": "carol-mfa", "device_path": "/staff/", "tags": {"a": "b"}}
    assert batch["devices"] == [device] and batch["unassigned"] == [f"{PREFIX}:mfa/staff/carol-mfa"]
    made = planned(info(*people), **options, satisfied_by="this")
    assert made["has_mfa"] == ["bob"] and list(made["batches"][0]["serial_numbers"]) == ["alice", "carol"]
    assert planned(info(*people), **options, enrol=False)["batches"] == []


def test_enforcement() -> None:
    policy = f"{PREFIX}:policy/deny-unless-mfa"
    people = [
        user("alice", groups=["staff"]),
        user("bob", attached_policies=[policy]),
        user("glass", groups=["staff"]),
        user("other", groups=["Staff"]),
    ]
    options = {"select": {"paths": ["/"]}, "exclude": ["GLASS"]}
    made = planned(info(*people), **options, enforce_policy="group", enforce_group="staff")
    assert made["uncovered"] == ["bob", "other"]
    assert len(made["refusals"]) == 1 and "lock out without MFA: glass. Take" in made["refusals"][0]
    made = planned(info(*people), **options, enforce_policy="users")
    assert made["uncovered"] == ["alice", "other"] and made["refusals"] == []
    assert planned(info(*people), **options)["uncovered"] == []


@pytest.mark.parametrize(
    ("known", "deleted"),
    [
        ({"password_last_changed": "2026-05-31T11:00:00+00:00"}, True),
        ({"password_last_changed": "2026-05-31T13:00:00+00:00"}, False),
        ({"create_date": "2026-05-01T00:00:00+00:00"}, True),
        ({"create_date": "2026-06-29T00:00:00+00:00"}, False),
        ({"console_password": False}, False),
        ({"console_password": None}, False),
        ({"mfa_active": None}, True),
        ({"mfa_active": True}, False),
    ],
)
def test_old_passwords(known: dict[str, t.Any], deleted: bool) -> None:
    options = {"users": ["alice"], "enrol": False, "delete_passwords_after_days": 30}
    assert bool(planned(info(user("alice", **known)), **options)["passwords"]) is deleted
    assert not planned(info(user("alice", **known)), **options, exclude=["alice"])["passwords"]
    assert not planned(info(user("alice", **known)), **{**options, "enrol": True})["passwords"]
    assert not planned(info(user("alice", [f"{PREFIX}:mfa/x"], **known)), **options)["passwords"]


def key(last_used: str | None, active: bool = True) -> dict[str, t.Any]:
    return {"active": active, "last_rotated": "2026-01-01T00:00:00+00:00", "last_used": last_used}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (None, []),
        ([key("2026-06-29T00:00:00+00:00")], []),
        ([key("2026-03-01T00:00:00+00:00")], [False]),
        ([key(None)], [True]),
        ([key(None, active=False)], []),
        ([key("2026-03-01T00:00:00+00:00"), key(None)], [False, True]),
    ],
)
def test_unused_keys(keys: list[dict[str, t.Any]] | None, expected: list[bool]) -> None:
    made = planned(info(user("alice", access_keys=keys)), users=["alice"], deactivate_keys_unused_days=90)
    assert [item["never_used"] for item in made["keys"]] == expected
    assert not planned(info(user("alice", access_keys=keys)), users=["alice"])["keys"]


def test_key_ids_by_moment() -> None:
    keys = [
        {"access_key_id": "AKIA1", "status": "Active", "create_date": "2026-01-01T00:00:00+00:00"},
        {"access_key_id": "AKIA2", "status": "Inactive", "create_date": "2026-01-01T00:00:00Z"},
        {"access_key_id": "AKIA3", "status": "Active", "create_date": "2026-01-02T00:00:00+00:00"},
    ]
    assert plan.access_key_ids(keys, "2026-01-01T00:00:00Z") == ["AKIA1"]
    assert plan.access_key_ids(keys, "None") == []


def test_orphans() -> None:
    account = info(user("alice"), user("unassigned-device"), orphans=["/a", "/staff/b", "/alice"])
    made = planned(account, users=["alice"], remove_orphans=True, orphan_pattern="^/staff/|^/alice$")
    assert made["removable_orphans"] == [f"{PREFIX}:mfa/staff/b"]  # alice's own is about to be attached
    assert made["nobody"] == "unassigned-device-2"
    assert planned(account, users=["alice"], orphan_pattern=".")["removable_orphans"] == []


def test_missing_facts() -> None:
    account = info(unknown=[{"what": "console_password", "why": "no"}, {"what": "account_alias", "why": "no"}])
    assert planned(account, users=["alice"])["refusals"] == []
    text = "console_password could not be read, and the inputs need it: no"
    assert planned(account, select={"console_password": False})["refusals"] == [text]
    assert planned(account, users=["alice"], deactivate_keys_unused_days=1)["refusals"] == [text]


@pytest.mark.parametrize(
    ("settings", "option"),
    [
        ({"users": []}, "users: is empty"),
        ({"users": ["a b"]}, "users[0]"),
        ({"select": {"paths": ["staff"]}}, "select.paths[0]"),
        ({"select": {"console_password": "yes"}}, "select.console_password"),
        ({"exclude_patterns": ["x", "~["]}, "exclude_patterns[1]"),
        ({"exclude_patterns": ["~"]}, "exclude_patterns[0]"),
        ({"batch_size": 0}, "batch_size"),
        ({"concurrency": 257}, "concurrency"),
        ({"delete_passwords_after_days": -1}, "delete_passwords_after_days"),
        ({"seed_store": {}}, "seed_store: is missing"),
        ({"seed_vault_file": {"path": "x"}}, "seed_store: excludes iam_user_hardening_seed_vault_file"),
        ({"seed_store": {}, "seed_vault_file": {"vault_id": "x"}}, "seed_vault_file.path"),
        ({"seed_store": {}, "seed_tasks": "x.yml"}, "seed_tasks: there is no file x.yml"),
        ({"device_name": "mfa"}, "device_name: 'mfa' lacks {user_name}"),
        ({"device_name": "{user_name}{x}"}, "device_name: '{user_name}{x}' has the unknown placeholder {x}"),
        ({"device_name": "{user_name!r}"}, "device_name"),
        ({"device_name": "{user_name"}, "device_name"),
        ({"device_name": "a b {user_name}"}, "device_name"),
        ({"device_path": "staff"}, "device_path"),
        ({"enforce_policy": "group"}, "enforce_group"),
        ({"enforce_policy": "users", "enforce_policy_name": "a b"}, "enforce_policy_name"),
        ({"remove_orphans": True}, "orphan_pattern: is missing"),
        ({"orphan_pattern": "("}, "orphan_pattern"),
    ],
)
def test_refusals(settings: dict[str, t.Any], option: str) -> None:
    found = inputs.problems({**SETTINGS, "users": ["alice"], **settings})
    assert len(found) == 1 and found[0].startswith(f"iam_user_hardening_{option}"), found
    assert inputs.problems({**SETTINGS, "users": ["alice"]}) == []
    if "seed" in option or "device" in option:
        assert inputs.problems({**SETTINGS, "users": ["alice"], **settings, "enrol": False}) == []


def test_joining_devices_and_seeds() -> None:
    people = [user("alice"), user("bob"), user("carol")]
    (batch,) = planned(info(*people, orphans=["/alice"]), select={"paths": ["/"]})["batches"]
    results = [{"failed": False, "msg": ""}, {"failed": True, "msg": "no"}, {"failed": False, "msg": ""}]
    made = batches.seeded(batch, results, {f"{PREFIX}:mfa/alice": "AAAA"})
    assert made["devices"] == [{"user_name": "alice", "serial_number": f"{PREFIX}:mfa/alice", "seed": "AAAA"}]
    assert [(item["user_name"], item["failed"]) for item in made["failures"]] == [("bob", True), ("carol", True)]
    assert made["failures"][0]["msg"] == "no" and "by somebody else" in made["failures"][1]["msg"]
    actions = [item["actions"] for item in batches.predicted(batch, [])]
    assert actions == [["recreate", "store", "enable"]] + [["create", "store", "enable"]] * 2
    assert batches.predicted(batch, [f"{PREFIX}:mfa/alice"])[0]["actions"] == ["enable"]
    assert list(batches.narrow(batch, ["bob"])["serial_numbers"]) == ["bob"]


def test_counting_a_batch() -> None:
    (batch,) = planned(info(*(user(name) for name in ("alice", "bob", "carol", "dave"))), select={"paths": ["/"]})[
        "batches"
    ]
    before = {"enabled": ["zoe"], "had_mfa": [], "failed": [{"user_name": "yan", "msg": "no"}]}
    results = [
        {"user_name": "carol", "failed": False, "msg": "", "actions": []},
        {"user_name": "bob", "failed": True, "msg": "down", "actions": ["create"]},
        {"user_name": "alice", "failed": False, "msg": "", "actions": ["create", "store", "enable"]},
        {"user_name": "zoe", "failed": True, "msg": "of another batch", "actions": []},
    ]
    tally = outcome.counted(before, batch, results, msg="not reached")
    assert tally == {
        "enabled": ["zoe", "alice"],
        "had_mfa": ["carol"],
        "failed": [*before["failed"], {"user_name": "bob", "msg": "down"}, {"user_name": "dave", "msg": "not reached"}],
    }
    assert before["enabled"] == ["zoe"]
    assert outcome.failed_lines(tally, batch) == ["bob: down", "dave: not reached"]


def test_report_of_many_stays_readable() -> None:
    people = [user(f"user-{number:04}") for number in range(5000)]
    made = planned(info(*people), select={"paths": ["/"]})
    tally: t.Any = {"enabled": [], "had_mfa": [], "failed": []}
    for batch in made["batches"]:
        tally = outcome.counted(tally, batch, batches.predicted(batch, []))
    done = {"tally": tally, "failures": [], "orphans_removed": [], "passwords_deleted": [], "keys_deactivated": []}
    done.update(policy={}, password_policy="", check_mode=True)
    lines = outcome.summary(outcome.outcome(made, done))
    assert "would be enabled now: 5,000 (user-0000, " in lines[3] and "and 4,980 more" in lines[3]
    assert max(len(line) for line in lines) < 400
