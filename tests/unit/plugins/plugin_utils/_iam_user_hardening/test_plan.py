# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role plans, as tables."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.hardening.aws.plugins.module_utils import _patterns
from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import inputs, plan

NOW = "2026-06-30T12:00:00+00:00"
PREFIX = "arn:aws-cn:iam::123456789012"
SETTINGS: dict[str, t.Any] = {name: option["default"] for name, option in inputs.spec().items()}
SETTINGS["seed_store"] = {"type": "secretsmanager"}


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
    return plan.plan(account, {**SETTINGS, "allow_empty": True, **settings})


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
        # A pattern means whole names.
        ({"select": {"paths": ["/"]}, "exclude_patterns": ["ob", "l*"]}, ["alice", "bob", "Carol", "svc-1"]),
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
    assert made["refusals"] == [
        "iam_user_hardening_users[2]: there is no IAM user ghost in this account: correct the name, or remove it.",
        "iam_user_hardening_exclude: there is no IAM user alicia in this account: correct the name, or remove it.",
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"users": ["Alice"]}, "users[0]: there is no IAM user Alice in this account: write it alice."),
        ({"select": {"groups": ["dev", "employes"]}}, "select.groups: no user of this account is in a group employes"),
        (
            {"select": {"paths": ["/staff/", "/stafff/"]}},
            "select.paths: no user of this account has a path that begins",
        ),
        ({"select": {"tags": {"taem": "red"}}}, "select.tags: no user of this account has the tag taem=red"),
        ({"select": {"tags": {"team": ["red", "gren"]}}}, "select.tags: no user of this account has the tag team=gren"),
        ({"select": {"tags": {"taem": None}}}, "select.tags: no user of this account has the tag taem:"),
        ({"select": {"groups": ["ops"], "paths": ["/ext/"]}}, "select: selects nobody, as nobody meets all criteria"),
        (
            {"users": ["alice"], "exclude_patterns": ["a*"]},
            "select: selects nobody, as everybody who is meant is excluded",
        ),
        (
            {"users": ["alice"], "exclude_patterns": ["b*", "break-glas-*"]},
            "exclude_patterns: 'break-glas-*' matches no",
        ),
        ({"users": ["alice"], "exclude": ["glas"]}, "exclude: there is no IAM user glas in this account"),
    ],
)
def test_what_means_nobody_is_refused(settings: dict[str, t.Any], message: str) -> None:
    refusals = planned(info(*PEOPLE), **settings, allow_empty=False)["refusals"]
    assert len(refusals) == 1 and refusals[0].startswith(f"iam_user_hardening_{message}")
    named = "users" in message[:6] or message.startswith("exclude:")
    assert bool(planned(info(*PEOPLE), **settings)["refusals"]) is named


def test_who_may_have_a_password_is_told() -> None:
    people = [*PEOPLE, user("new", console_password=None), user("new-too", console_password=None, path="/ext/")]
    made = planned(info(*people), select={"console_password": True, "paths": ["/ext/"]})
    assert made["selected"] == ["Carol"] and "leaves them out: 1 (new-too)." in made["warnings"][0]


@pytest.mark.parametrize("option", ["exclude_patterns", "orphan_pattern"])
def test_a_regular_expression_cannot_hang_the_run(option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_patterns, "PATIENCE_SECONDS", 1.0)
    endless = "(a+)+$"
    assert inputs.problems({**SETTINGS, "users": ["x"], "exclude_patterns": [f"~{endless}"]}) == []
    account = info(user("a" * 40 + "b"), user("alice"), orphans=["/" + "a" * 40 + "b"])
    given: t.Any = {"exclude_patterns": ["x*", "alice", f"~{endless}"]}
    if option == "orphan_pattern":
        given = {"orphan_pattern": endless, "remove_orphans": True}
    (refusal,) = planned(account, users=["alice"], **given)["refusals"]
    assert refusal.startswith(f"iam_user_hardening_{option}") and "a repetition inside of a repetition" in refusal


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
    device = {"user_name": "carol", "device_name": "carol-mfa", "device_path": "/staff/", "tags": {"a": "b"}}
    # A store's seeds do not pass through the controller: there are no batches, and nothing to know of devices.
    assert made["devices"] == [device] and made["batches"] == made["kept_here"] == []
    here = {"seed_store": {}, "seed_tasks": "keep.yml"}
    made = planned(info(*people, orphans=["/staff/carol-mfa"]), **options, **here)
    own = {"serial_number": f"{PREFIX}:mfa/staff/carol-mfa", "user_since": "2025-01-01T00:00:00+00:00"}
    assert made["devices"] == [device] and made["kept_here"] == [{**own, "is_unassigned": True}]
    assert made["batches"] == [{"number": 0, "label": "user 1 of 1"}]
    made = planned(info(*people), **options, satisfied_by="this")
    assert made["has_mfa"] == ["bob"] and [item["user_name"] for item in made["devices"]] == ["alice", "carol"]
    assert planned(info(*people), **options, enrol=False)["devices"] == []


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
    assert len(made["refusals"]) == 1 and "lock out without MFA: glass. Take" in made["refusals"][0]
    made = planned(info(*people), **options, enforce_policy="users")
    assert made["refusals"] == []


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
    made = planned(info(user("alice", **known)), **options)
    assert bool(made["passwords"]) is bool(made["users_without_password"]) is deleted
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
    assert bool(made["users_without_unused_keys"]) is bool(expected)
    assert not planned(info(user("alice", access_keys=keys)), users=["alice"])["keys"]


def test_orphans() -> None:
    account = info(user("alice"), user("unassigned-device"), orphans=["/a", "/staff/b", "/alice"])
    made = planned(account, users=["alice"], remove_orphans=True, orphan_pattern="^/staff/|^/alice$")
    # alice's own is about to be attached
    assert made["removable_orphans"] == [{"user_name": "unassigned-device-2", "serial_number": f"{PREFIX}:mfa/staff/b"}]
    assert made["nobody"] == "unassigned-device-2"
    assert planned(account, users=["alice"], orphan_pattern=".")["removable_orphans"] == []


def test_missing_facts() -> None:
    account = info(unknown=[{"what": "console_password", "why": "no"}, {"what": "account_alias", "why": "no"}])
    assert planned(account)["refusals"] == []
    text = "console_password could not be read, and the inputs need it: no"
    assert planned(account, select={"console_password": False})["refusals"] == [text]
    assert planned(account, deactivate_keys_unused_days=1)["refusals"] == [text]


@pytest.mark.parametrize(
    ("name", "path", "store", "message"),
    [
        ("u" * 64, f"/{'p' * 180}/", {"type": "secretsmanager"}, "an ARN of more than 256 characters"),
        ("u" * 64, "/", {"type": "secretsmanager", "name": "n" * 480 + "/{user_name}"}, "seed_store.name: "),
        ("a_x40_b", "/", {"type": "ssm_parameter"}, "which is the place of a@b's"),
    ],
)
def test_a_name_that_cannot_be_made_fails_its_user_alone(name: str, path: str, store: t.Any, message: str) -> None:
    people = [user("a@b"), user("bob"), user(name)]
    made = planned(info(*people), select={"paths": ["/"]}, device_path=path, seed_store=store)
    assert made["refusals"] == [] and [item["user_name"] for item in made["failed"]] == [name]
    assert message in made["failed"][0]["msg"]
    assert [device["user_name"] for device in made["devices"]] == ["a@b", "bob"]


def test_orphans_that_no_call_takes_do_not_stop_the_others() -> None:
    account = info(user("alice"), orphans=["/old/{{x}}/a", "/root-account-mfa-device", "/old/b"])
    made = planned(account, users=["alice"], remove_orphans=True, orphan_pattern=".")
    assert [item["serial_number"] for item in made["removable_orphans"]] == [f"{PREFIX}:mfa/old/b"] and len(
        made["orphans"]
    ) == 3
    assert "2 unassigned devices cannot be removed" in made["warnings"][0] and "{{x}}" in made["warnings"][0]


def test_idle_inputs_of_enrolment_are_told() -> None:
    made = planned(info(user("alice")), users=["alice"], enrol=False, tags={"a": "b"})
    assert made["warnings"] == [
        "iam_user_hardening_enrol is false, so these have no effect: iam_user_hardening_tags, "
        "iam_user_hardening_seed_store"
    ]


def test_the_defaults_are_those_of_the_argument_spec() -> None:
    path = inputs._SPEC.parent.parent / "defaults" / "main.yml"
    defaults = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert defaults == {f"iam_user_hardening_{name}": option["default"] for name, option in inputs.spec().items()}
