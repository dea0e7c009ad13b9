# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""iam_mfa_devices: every state in four steps, partial failures, the order of results, duplicates, satisfied_by."""

from __future__ import annotations

import collections
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import PARAMETERS, PLURAL, SECRETS, Controller, Result, arn, devices, four_steps, may_fail

SEEDS = {"GAHT00000001": "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", "GAHT00000002": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}
RESULT_KEYS = {"user_name", "serial_number", "changed", "actions", "failed", "msg"}


def named(*names: str) -> list[dict[str, t.Any]]:
    return [{"user_name": name} for name in names]


def assert_four_steps(
    results: t.Sequence[Result], actions: list[list[str]], always: bool = False, lists: int = 1
) -> None:
    """Check mode predicts for each device what is then done; the second round changes nothing and asks little."""
    check, applied, check_again, again = results
    changed = sum(1 for item in actions if item)
    for result in (check, applied):
        assert result.changed
        assert [item["actions"] for item in result["results"]] == actions
        assert result["summary"] == {
            "total": len(actions),
            "changed": changed,
            "unchanged": len(actions) - changed,
            "failed": 0,
        }
    assert check["diff"] == applied["diff"] and applied["diff"]["before"] != applied["diff"]["after"]
    assert len(applied["diff"]["after"].splitlines()) == changed
    for result in (check_again, again):
        assert result.changed is always
    assert check.calls and not check.writes and not check_again.writes and applied.writes
    if not always:
        assert again["summary"]["changed"] == 0 and again["diff"] == {"before": "", "after": ""}
        assert again.writes == []
        # nothing to do is seen in the account's lists, whatever their length
        assert len(again.calls) <= 2 + lists
    for result in results:
        assert [set(item) for item in result["results"]] == [RESULT_KEYS] * len(actions)


@pytest.mark.smoke
def test_enabled_disabled_absent(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": [*named("alice", "carol"), {"user_name": "bob", "mfa_devices": [{}]}]})
    team = named("carol", "alice", "bob")
    steps = [
        *four_steps(devices(team, seed_store=SECRETS)),
        *four_steps(devices(team[:2], state="disabled")),
        *four_steps(devices(team, state="absent")),
    ]
    results = controller.play(*steps).results
    new = ["create", "store", "enable"]
    assert_four_steps(results[:4], [new, new, []])
    assert_four_steps(results[4:8], [["disable"]] * 2)
    assert_four_steps(results[8:], [["delete"], ["delete"], ["disable", "delete"]])
    # results come in the order of the input
    assert [item["user_name"] for item in results[1]["results"]] == ["carol", "alice", "bob"]
    assert [item["serial_number"] for item in results[1]["results"]] == [arn("carol"), arn("alice"), arn("bob")]
    assert controller.virtual() == {}
    assert {controller.secret(f"mfa/{name}")["user_name"] for name in ("alice", "carol")} == {"alice", "carol"}


def test_enabled_with_what_each_device_has(controller: Controller, emulator: Emulator) -> None:
    """Seeds, a new device with tags and a path, an existing device whose seed is in the store: all in one task."""
    emulator.fixture(
        {
            "users": named("alice", "bob", "carol", "dave"),
            "hardware_tokens": [{"serial_number": serial, "seed": seed} for serial, seed in SEEDS.items()],
        }
    )
    controller.run(devices(named("dave"), seed_store=PARAMETERS, state="present"))
    team: list[dict[str, t.Any]] = [
        {"user_name": "alice", "serial_number": "GAHT00000001", "seed": SEEDS["GAHT00000001"]},
        {"user_name": "bob", "serial_number": "GAHT00000002", "seed": SEEDS["GAHT00000002"].lower()},
        {"user_name": "carol", "device_name": "phone", "device_path": "/staff/", "tags": {"team": "x"}},
        {"user_name": "dave", "serial_number": arn("dave")},
    ]
    results = controller.run(*four_steps(devices(team, seed_store=PARAMETERS))).results
    # hardware tokens are in no list of the account, so their users are asked for; and so are tags
    assert_four_steps(results, [["enable"], ["enable"], ["create", "store", "enable"], ["enable"]], lists=4)
    assert controller.attached("alice") == ["GAHT00000001"] and controller.attached("bob") == ["GAHT00000002"]
    assert controller.virtual() == {arn("phone", "/staff/"): "carol", arn("dave"): "dave"}
    assert controller.tags(arn("phone", "/staff/")) == {"team": "x"}
    controller.assert_seed_works("carol", arn("phone", "/staff/"), controller.parameter("/mfa/carol")["seed"])


def test_present_and_resynced(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture({"users": named("alice", "bob")})
    team = named("alice", "bob")
    steps = [
        *four_steps(devices(team, seed_store=SECRETS, state="present")),
        devices(team, seed_store=SECRETS),
    ]
    # of each device that nobody has, it is looked up whether its seed is there
    assert_four_steps(controller.run(*steps).results[:4], [["create", "store"]] * 2, lists=2)
    emulator.set(clock_offset=120)
    check, applied = controller.run(*four_steps(devices(team, seed_store=SECRETS, state="resynced"))[:2]).results
    for result in (check, applied):
        assert [item["actions"] for item in result["results"]] == [["resync"]] * 2
    assert check.writes == [] and applied.writes == ["iam:ResyncMFADevice"] * 2


def test_satisfied_by(controller: Controller, emulator: Emulator) -> None:
    token = {"kind": "hardware", "serial_number": "GAHT00000001"}
    key = {"kind": "fido", "serial_number": "arn:aws:iam::123456789012:u2f/user/bob/key"}
    emulator.fixture(
        {
            "users": [
                {"user_name": "alice", "mfa_devices": [token]},
                {"user_name": "bob", "mfa_devices": [key]},
                {"user_name": "carol", "mfa_devices": [{"device_name": "another"}]},
                {"user_name": "dave"},
            ]
        }
    )
    team = named("alice", "bob", "carol", "dave")
    new = ["create", "store", "enable"]
    by_any, by_this = (four_steps(devices(team, seed_store=SECRETS, satisfied_by=what)) for what in ("any", "this"))
    results = controller.run(*by_any, *by_this).results
    # whoever has nothing in the account's lists is asked for one by one: three of the four, then two
    assert_four_steps(results[:4], [[], [], [], new], lists=3)
    assert_four_steps(results[4:], [new, new, new, []])
    assert controller.attached("alice") == ["GAHT00000001", arn("alice")]


def test_one_failure_stops_no_other(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        {
            "users": [*named("alice", "bob", "carol"), {"user_name": "dave", "mfa_devices": [{"device_name": "dave"}]}],
            "hardware_tokens": [{"serial_number": "GAHT00000001", "seed": SEEDS["GAHT00000001"]}],
        }
    )
    emulator.set(denied_actions=["iam:TagMFADevice"])
    team: list[dict[str, t.Any]] = [
        {"user_name": "alice"},
        {"user_name": "nobody"},
        {
            "user_name": "bob",
            "serial_number": "GAHT00000001",
            "authentication_code1": "111111",
            "authentication_code2": "222222",
        },
        {"user_name": "dave", "tags": {"team": "x"}},
        {"user_name": "carol"},
    ]
    (failed,) = controller.run(*may_fail(devices(team, seed_store=SECRETS))).results
    assert failed.failed and failed.changed
    assert failed["summary"] == {"total": 5, "changed": 2, "unchanged": 0, "failed": 3}
    assert [item["user_name"] for item in failed["results"]] == ["alice", "nobody", "bob", "dave", "carol"]
    assert [item["failed"] for item in failed["results"]] == [False, True, True, True, False]
    messages = [item["msg"] for item in failed["results"]]
    assert messages[0] == messages[4] == ""
    assert "no IAM user nobody" in messages[1]
    assert "two consecutive codes of this very device" in messages[2]
    assert "iam:TagMFADevice" in messages[3]
    errors = [item.get("error") for item in failed["results"]]
    assert errors[2] == {"code": "InvalidAuthenticationCode", "operation": "iam:EnableMFADevice"}
    assert errors[3] == {"code": "AccessDenied", "operation": "iam:TagMFADevice"}
    assert "3 of 5 devices failed" in failed.msg
    for index, name in ((1, "nobody"), (2, "bob"), (3, "dave")):
        assert f"devices[{index}] ({name}): " in failed.msg
    assert controller.virtual() == {arn("alice"): "alice", arn("carol"): "carol", arn("dave"): "dave"}
    assert controller.attached("bob") == []


def test_duplicates_are_refused_with_both_indexes(controller: Controller, emulator: Emulator) -> None:
    cases: list[tuple[list[dict[str, t.Any]], dict[str, t.Any], str]] = [
        (
            [*named("alice", "bob"), {"user_name": "carol", "device_name": "alice"}],
            {"seed_store": SECRETS},
            "devices[0] (alice) and devices[2] (carol) name the same device",
        ),
        (
            [{"user_name": "alice", "device_name": "one"}, {"user_name": "alice", "device_name": "two"}],
            {"seed_store": SECRETS},
            "devices[0] (alice) and devices[1] (alice) would keep their seeds under the same seed_store.name",
        ),
        (
            [
                {"user_name": "alice", "serial_number": "GAHT00000001"},
                {"user_name": "b", "serial_number": "GAHT00000001"},
            ],
            {"state": "disabled"},
            "devices[0] (alice) and devices[1] (b) name the same device",
        ),
        (
            [{"user_name": "alice"}, {"user_name": "Alice"}],
            {"state": "absent"},
            "devices[0] (alice) and devices[1] (Alice) name the same device",
        ),
        (
            [{"user_name": "alice"}, {"user_name": "alice", "serial_number": arn("alice")}],
            {"state": "absent"},
            "devices[0] (alice) and devices[1] (alice) name the same device",
        ),
    ]
    play = controller.run(*may_fail(*[devices(items, **options) for items, options, _message in cases]))
    assert len(play) == len(cases)
    for result, (_items, _options, message) in zip(play.results, cases, strict=True):
        assert result.failed and message in result.msg, result.msg
        assert result.calls == []


def test_nothing_to_do(controller: Controller, emulator: Emulator) -> None:
    (result,) = controller.run(devices([], seed_store=SECRETS)).results
    assert not result.changed and result["results"] == []
    assert result["summary"] == {"total": 0, "changed": 0, "unchanged": 0, "failed": 0}


def test_more_than_a_page(controller: Controller, emulator: Emulator) -> None:
    """1,100 users, of whom 40 have no device: lists of several pages, and each device attached once."""
    emulator.fixture(
        {
            "generate": [
                {"count": 1060, "prefix": "old-", "device": "virtual"},
                {"count": 40, "prefix": "new-", "device": "none"},
            ]
        }
    )
    team = named(*(f"old-{n:04d}" for n in range(1, 1061)), *(f"new-{n:04d}" for n in range(1, 41)))
    first, again = controller.run(*[devices(team, seed_store=SECRETS)] * 2).results
    assert first["summary"] == {"total": 1100, "changed": 40, "unchanged": 1060, "failed": 0}
    assert not again.changed and len(again.calls) <= 10
    assert sorted(controller.virtual().items()) == sorted((arn(item["user_name"]), item["user_name"]) for item in team)


@pytest.mark.parametrize(
    ("store", "one_by_one", "together"),
    [(SECRETS, "GetSecretValue", "BatchGetSecretValue"), (PARAMETERS, "GetParameter", "GetParameters")],
    ids=["secrets", "parameters"],
)
def test_seeds_are_read_back_together(
    controller: Controller, emulator: Emulator, store: dict[str, t.Any], one_by_one: str, together: str
) -> None:
    """With a few calls for many users; one by one, after one denial, for a caller who may not do that."""
    names = [f"user-{number:02d}" for number in range(40)]
    emulator.fixture({"users": named(*names)})
    emulator.set(latency=0.05)
    answer = controller.run_module(PLURAL, devices=named(*names[:20]), seed_store=store)
    assert answer["summary"]["changed"] == 20, answer
    counts = collections.Counter(request["action"] for request in emulator.requests())
    assert counts[together] >= 1 and counts[one_by_one] + counts[together] < 15, counts
    denied = {"secretsmanager": "secretsmanager:BatchGetSecretValue", "ssm_parameter": "ssm:GetParameters"}
    emulator.set(denied_actions=[denied[store["type"]]])
    emulator.clear_requests()
    answer = controller.run_module(PLURAL, devices=named(*names[20:]), seed_store=store)
    assert answer["summary"]["changed"] == 20, answer
    counts = collections.Counter(request["action"] for request in emulator.requests())
    assert counts[together] == 1 and counts[one_by_one] >= 20, counts
    assert not emulator.violations() and sorted(controller.virtual().values(), key=str) == names


def test_what_an_enrolled_user_costs(controller: Controller, emulator: Emulator) -> None:
    """Two calls of IAM's, three for a device to be made anew; whatever else is asked, is asked once for all."""
    fresh, again = [f"new-{number:02d}" for number in range(12)], [f"old-{number:02d}" for number in range(12)]
    emulator.fixture({"users": named(*fresh, *again)})
    team = named(*fresh, *again)
    controller.run(devices(named(*again), state="present", seed_store=PARAMETERS))
    # Their seeds are in another store, so that they are unknown to this one.
    result = controller.run(devices(team, seed_store=SECRETS))[0]
    assert result["summary"]["changed"] == 24 and result["results"][23]["actions"] == ["recreate", "store", "enable"]
    calls = collections.Counter(call for call in result.calls if not call.startswith("secretsmanager:"))
    per_user = {"iam:CreateVirtualMFADevice": 24, "iam:EnableMFADevice": 24, "iam:DeleteVirtualMFADevice": 12}
    lists = calls - collections.Counter(per_user)
    assert calls - lists == per_user
    assert set(lists) <= {"iam:ListVirtualMFADevices", "iam:ListUsers", "sts:GetCallerIdentity"}, lists
    assert sum(lists.values()) <= 4, lists
