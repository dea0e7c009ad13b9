# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role makes of inputs: regions, tags, names that mean nobody, names that are too long, one cause for many."""

from __future__ import annotations

import pathlib
import re
import typing as t

from aws_emulator.client import Emulator
from controller import Controller, arn
from role_runner import STORE, Hardening, Role, users
from test_role_playbooks import run as run_playbook


def start(role: Role, inputs: dict[str, t.Any], *arguments: str, defaults: dict[str, t.Any] | None = None) -> t.Any:
    """Run the role with options of its own for all modules."""
    role.emulator.clear_requests()
    process, finish = role.controller.start(*role.tasks(inputs), defaults=defaults, arguments=arguments)
    play = finish(process)
    assert "Traceback" not in play.output, play.output
    return Hardening(play, role.emulator.counts())


def test_one_message_if_there_is_no_region(role: Role, emulator: Emulator) -> None:
    """A store needs a region, and IAM needs none: what amazon.aws's modules want for it is given to them."""
    emulator.fixture({"users": users("alice", "bob", groups=["staff"])})
    nowhere = {name: value for name, value in role.controller.access.items() if name != "region"}
    inputs: dict[str, t.Any] = {
        "users": ["alice", "bob"],
        "seed_store": STORE,
        "password_policy": {"min_pw_length": 16},
        "enforce_policy": "group",
        "enforce_group": "staff",
    }
    refused = start(role, inputs, defaults=nowhere)
    assert refused.play.code == 2 and refused.total == 0
    assert refused.refusal.count("region") >= 1 and "iam_user_hardening_seed_store.region" in refused.refusal
    assert refused.output.count("Set region or AWS_REGION") <= 2  # Ansible shows a message twice
    run = start(role, {**inputs, "seed_store": {**STORE, "region": "eu-west-1"}}, defaults=nowhere)
    assert run.play.code == 0, run.output
    assert run.result["enabled"] == ["alice", "bob"] and run.result["password_policy"] == "changed"
    assert run.result["policy"]["changed"] is True


def test_without_the_library_for_codes_nothing_begins(role: Role, emulator: Emulator, tmp_path: pathlib.Path) -> None:
    """With a file of seeds, devices would be made that cannot be attached."""
    (tmp_path / "pyotp.py").write_text("raise ImportError", encoding="utf-8")
    emulator.fixture({"users": users("alice")})
    emulator.clear_requests()
    (harden,) = role.tasks({"users": ["alice"], "seed_store": STORE})
    process, finish = role.controller.start(harden, environment={"PYTHONPATH": str(tmp_path)})
    run = Hardening(finish(process), emulator.counts())
    assert run.play.code == 2 and run.total == 0
    assert "Python library pyotp, which is not installed" in run.refusal and "Nothing was touched" in run.refusal


def test_tags_choose_steps(controller: Controller, emulator: Emulator) -> None:
    emulator.fixture(
        {"users": users("alice", groups=["staff"]), "unassigned_virtual_devices": [{"device_name": "old"}]}
    )
    inputs = {
        "iam_user_hardening_users": ["alice"],
        "iam_user_hardening_seed_store": STORE,
        "iam_user_hardening_enforce_policy": "group",
        "iam_user_hardening_enforce_group": "staff",
        "iam_user_hardening_remove_orphans": True,
        "iam_user_hardening_orphan_pattern": "/old$",
    }
    iam = controller.boto3("iam")

    def state() -> tuple[bool, bool, bool]:
        """Whether alice is enrolled, MFA is enforced, and the orphan is gone."""
        attached = bool(iam.list_mfa_devices(UserName="alice")["MFADevices"])
        enforced = bool(iam.list_attached_group_policies(GroupName="staff")["AttachedPolicies"])
        return attached, enforced, arn("old") not in controller.virtual()

    nothing = run_playbook(controller, "harden", "--tags", "enrolment", **inputs)
    assert state() == (False, False, False)
    assert "left out, because of --tags or --skip-tags: enrol, enforce, tidy" in nothing
    output = run_playbook(controller, "harden", "--tags", "enrol", **inputs)
    assert state() == (True, False, False) and "enforce, tidy. The steps are" in output
    run_playbook(controller, "harden", "--skip-tags", "enforce", **inputs)
    assert state() == (True, False, True)
    output = run_playbook(controller, "harden", **inputs)
    assert state() == (True, True, True) and "left out" not in output


def test_one_cause_for_many_users_is_told_once(role: Role, emulator: Emulator) -> None:
    emulator.fixture({"generate": {"count": 300}})
    emulator.set(denied_actions=["secretsmanager:CreateSecret"])
    run = role(ok=False, select={"paths": ["/"]}, seed_store=STORE)
    failed = run.result["failed"]
    assert len(failed) == 300 and "CreateSecret" in failed[0]["msg"]
    # The first users show what no other is spared; those who are under way then are finished.
    tried = run.calls["iam:CreateVirtualMFADevice"]
    assert 20 <= tried < 20 + 16 and not emulator.devices()
    assert sum("not tried" in item["msg"] for item in failed) == 300 - tried
    assert f"{300 - tried} users, first user-" in run.output and f"{tried} users, first user-0001, " in run.output
    assert len(run.output) < 20_000 and max(map(len, run.play.stdout.splitlines())) < 3000
    emulator.set(denied_actions=[])
    again = role(select={"paths": ["/"]}, seed_store=STORE)
    assert len(again.result["enabled"]) == 300


def test_stopping_can_be_switched_off(role: Role, emulator: Emulator) -> None:
    emulator.fixture({"generate": {"count": 6}})
    emulator.set(denied_actions=["secretsmanager:CreateSecret"])
    inputs: dict[str, t.Any] = {"select": {"paths": ["/"]}, "seed_store": STORE, "concurrency": 1}
    run = role(ok=False, **inputs, stop_after_failures=0)
    assert len(run.result["failed"]) == 6 and run.calls["iam:CreateVirtualMFADevice"] == 6
    run = role(ok=False, **inputs, stop_after_failures=3)
    assert run.calls["iam:CreateVirtualMFADevice"] == 3
    assert sum("not tried" in item["msg"] for item in run.result["failed"]) == 3


def test_stopping_where_seeds_pass_through_the_controller(
    role: Role, emulator: Emulator, vault_password: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Failures in a row count on from batch to batch."""
    emulator.fixture({"generate": {"count": 6}})
    emulator.set(denied_actions=["iam:CreateVirtualMFADevice"])
    password = ("--vault-password-file", str(vault_password))
    inputs: dict[str, t.Any] = {"select": {"paths": ["/"]}, "seed_vault_file": {"path": str(tmp_path / "seeds.yml")}}
    run = role(*password, ok=False, **inputs, batch_size=2, stop_after_failures=3)
    assert run.calls["iam:CreateVirtualMFADevice"] == 4
    assert sum("was not tried" in item["msg"] for item in run.result["failed"]) == 2


def test_a_name_that_is_too_long_fails_its_user_alone(role: Role, emulator: Emulator) -> None:
    name = "u" * 64
    emulator.fixture({"users": users("alice", name, "bob")})
    run = role(ok=False, select={"paths": ["/"]}, seed_store=STORE, device_path=f"/{'p' * 180}/")
    assert run.result["enabled"] == ["alice", "bob"]
    assert [item["user_name"] for item in run.result["failed"]] == [name]
    assert "256 characters" in run.result["failed"][0]["msg"]


def test_fleets_may_select_nobody(role: Role, emulator: Emulator) -> None:
    emulator.fixture({"users": users("alice")})
    inputs: dict[str, t.Any] = {
        "select": {"groups": ["employees"]},
        "exclude_patterns": ["glass-*"],
        "seed_store": STORE,
    }
    refused = role(ok=False, **inputs)
    assert "iam_user_hardening_select.groups" in refused.refusal and refused.writes == {}
    assert "iam_user_hardening_exclude_patterns" in refused.refusal
    run = role(**inputs, allow_empty=True)
    assert run.result["selected"] == [] and run.writes == {}


def test_orphans_that_no_call_takes_are_told_and_the_others_removed(role: Role, emulator: Emulator) -> None:
    odd = {"device_name": "gone-2", "path": "/old/{{x}}/"}
    emulator.fixture({"users": users("alice"), "unassigned_virtual_devices": [{"device_name": "gone-1"}, odd]})
    run = role(users=["alice"], seed_store=STORE, remove_orphans=True, orphan_pattern="gone")
    assert run.result["orphans_removed"] == [arn("gone-1")]
    (warning,) = [text for text in run.result["warnings"] if "cannot be removed" in text]
    assert "/old/{{x}}/gone-2" in warning
    assert re.search(r"warning: 1 unassigned device cannot be removed here", run.output)
