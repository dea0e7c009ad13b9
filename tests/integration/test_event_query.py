# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""extensions/audit/event_query.yml on the events of real runs, counted as AWX counts: accounts, and nobody in them."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
import yaml

jq = pytest.importorskip("jq")
pytest.importorskip("ansible_runner")

from aws_emulator.client import Emulator
from controller import INFO, PLURAL, SINGULAR, Controller
from installed import Installed
from project import ROOT
from runner_project import MEMBERS, Run, RunnerProject, organization

QUERIES: dict[str, dict[str, str]] = yaml.safe_load((ROOT / "extensions/audit/event_query.yml").read_text("utf-8"))
FACTS = {"infra_type": "PublicCloud", "infra_bucket": "Security & Identity", "device_type": "AWS Account"}


def counted(results: t.Iterable[t.Any]) -> list[dict[str, t.Any]]:
    """What the query finds in results of tasks of this collection."""
    program = jq.compile(QUERIES["hardening.aws.*"]["query"])
    found = {json.dumps(node, sort_keys=True) for result in results for node in program.input_value(result).all()}
    return [json.loads(text) for text in sorted(found)]


def of_own_modules(run: Run) -> list[t.Any]:
    """The results that the query is asked about, by the name of the action that AWX sees."""
    data = [event.get("event_data", {}) for event in run.events]
    return [item["res"] for item in data if "res" in item and item["resolved_action"].startswith("hardening.aws.")]


def account(number: str) -> dict[str, t.Any]:
    return {"name": number, "canonical_facts": {"account_id": number}, "facts": FACTS}


def test_there_is_one_query_for_the_collection() -> None:
    assert list(QUERIES) == ["hardening.aws.*"] and list(QUERIES["hardening.aws.*"]) == ["query"]


def test_two_accounts_of_many_users_count_two(
    controller: Controller, emulator: Emulator, tmp_path: pathlib.Path
) -> None:
    emulator.fixture(organization(2, generate={"count": 7}))
    project = RunnerProject(Installed(controller, tmp_path), tmp_path)
    results = of_own_modules(project.run("audit.yml")) + of_own_modules(project.run("harden.yml"))
    assert len(results) > 10
    assert counted(results) == [account(number) for number in MEMBERS[:2]]


def test_tasks_of_ones_own_playbook(controller: Controller, emulator: Emulator) -> None:
    """Each module tells its account by itself, and a result without one counts nothing."""
    emulator.fixture({"users": [{"user_name": "alice", "console_password": True}]})
    store = {"type": "secretsmanager"}
    one = {SINGULAR: {"user_name": "alice", "device_name": "alice", "seed_store": store}}
    many = {PLURAL: {"devices": [{"user_name": "alice", "device_name": "alice"}], "seed_store": store}}
    looked = {INFO: {"account": True}}
    play = controller.play(*({"name": next(iter(item)), **item} for item in (one, many, looked)))
    for result in play.results:
        assert counted([result.data]) == [account("123456789012")], result.name
    invocation = {"module_args": {"assume_role": {"role_arn": "arn:aws:iam::222222222222:role/x"}}}
    policy = {"policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "changed": False}
    assert counted([{"failed": True, "msg": "refused"}, {"invocation": invocation}, policy, {"account_id": None}]) == []
