# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project for ansible-runner and AWX in examples/, as it stands, on an organization of the emulator."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess

import pytest
import yaml

pytest.importorskip("ansible_runner")

from aws_emulator.client import Emulator
from controller import VENV, Controller
from installed import Installed
from project import ROOT
from runner_project import MEMBERS, SECRET_KEY, RunnerProject, organization

SLICES = 5


@pytest.fixture
def project(controller: Controller, emulator: Emulator, tmp_path: pathlib.Path) -> RunnerProject:
    """The example, with the collection built and installed."""
    return RunnerProject(Installed(controller, tmp_path), tmp_path)


def test_as_it_stands(project: RunnerProject, emulator: Emulator) -> None:
    """Two accounts are audited, hardened, and audited again: what ansible-runner records of it has no seed."""
    emulator.fixture(organization(2, generate={"count": 25}))
    emulator.set(latency=0.02)
    before = project.run("audit.yml")
    assert sorted(before.recap["ok"]) == MEMBERS[:2] and not before.recap["failures"] and not before.recap["dark"]
    assert sorted(project.reports()) == MEMBERS[:2], "relative to the directory of the project"

    hardened = project.run("harden.yml")
    assert sorted(hardened.recap["changed"]) == MEMBERS[:2] and not hardened.recap["failures"]
    assert f"[{MEMBERS[0]}] enrolled " in hardened.stdout and "of 25, 0 failed" in hardened.stdout
    shown = "\n".join(event["stdout"] for event in hardened.events)
    assert f"[{MEMBERS[1]}] enrolled " in shown, "progress is among the events, which AWX shows"
    seeds = [device["seed"] for device in emulator.devices() if device["user_name"]]
    assert len(seeds) == 50
    assert hardened.files_with(SECRET_KEY, *seeds) == []

    again = project.run("audit.yml")
    for report in project.reports().values():
        (console,) = [check for check in report["checks"] if check["id"] == "console_mfa"]
        assert console["verdict"] == "pass"
    assert again.files_with(SECRET_KEY, *seeds) == []


def hosts_of(project: RunnerProject) -> list[str]:
    """The enabled hosts of the inventory by name, which is the order that AWX slices them in."""
    command = [str(VENV / "bin/ansible-inventory"), "-i", "inventory", "--list"]
    done = subprocess.run(
        command, env=project.environment, cwd=project.folder, capture_output=True, text=True, check=True
    )
    return sorted(json.loads(done.stdout)["_meta"]["hostvars"])


def test_slices_merged_are_what_a_single_run_writes(project: RunnerProject, emulator: Emulator) -> None:
    """As AWX deals an inventory out: slice N of 5 has every fifth host, from the Nth. One account lets nobody in."""
    emulator.fixture(organization(len(MEMBERS), users=[{"user_name": "alice", "console_password": True}]))
    emulator.account(MEMBERS[3], denied_actions=["sts:AssumeRole"])
    hosts = hosts_of(project)
    assert hosts == MEMBERS
    for number in range(SLICES):
        mine = hosts[number::SLICES]
        given = {"audit_organization": True, "audit_organization_dest": f"../slices/{number}"}
        project.write("env/extravars", json.dumps(given))
        run = project.run("audit.yml", "--limit", ",".join(mine), code=2 if MEMBERS[3] in mine else 0)
        assert sorted({*run.recap["ok"], *run.recap["failures"]}) == mine and not run.recap["dark"]
    project.write("env/extravars", "{}")
    read = [account for account in MEMBERS if account != MEMBERS[3]]
    assert sorted(project.reports()) == read, "all of them in one directory"
    assert not (project.folder / "reports/iam-mfa-report-organization.json").exists()

    project.run("merge_reports.yml")
    merged = project.report_on_all()
    shutil.rmtree(project.folder / "reports")
    project.run("audit.yml", code=2)
    assert merged == project.report_on_all()
    assert merged["accounts_read"] == len(read)
    (unread,) = [account for account in merged["accounts"] if account["account_id"] == MEMBERS[3]]
    assert "could not be assumed" in json.dumps(unread)


def test_an_account_that_cannot_be_reached_fails_alone(project: RunnerProject, emulator: Emulator) -> None:
    document = organization(2)
    document["organization"]["accounts"] = [{"id": "333333333333", "name": "closed", "access_role": None}]
    emulator.fixture(document)
    run = project.run("audit.yml", code=2)
    assert list(run.recap["failures"]) == ["333333333333"]
    assert sorted(project.reports()) == MEMBERS[:2]


def test_nothing_to_do_is_no_success_in_silence(project: RunnerProject, emulator: Emulator) -> None:
    """A mistyped --limit, and an organization that cannot be read."""
    emulator.fixture(organization(1))
    run = project.run("audit.yml", "--limit", f"{MEMBERS[0]}0", code=1)
    assert "leaves us with no hosts to target" in run.stdout and project.reports() == {}
    emulator.set(denied_actions=["organizations:ListAccounts"])
    run = project.run("audit.yml", code=1)
    assert "no account was added" in " ".join(run.stdout.split())


def test_a_seed_file_is_relative_to_the_project(project: RunnerProject, emulator: Emulator) -> None:
    """Where a playbook imports the collection's, seeds are where the person stands, not in the collection."""
    emulator.fixture({"users": [{"user_name": "alice", "console_password": True}]})
    book = [
        {
            "name": "Harden one account",
            "ansible.builtin.import_playbook": "hardening.aws.harden",
            "vars": {
                "iam_user_hardening_users": ["alice"],
                "iam_user_hardening_seed_vault_file": {"path": "../vault/seeds.yml"},
            },
        }
    ]
    project.write("project/one.yml", json.dumps(book))
    (project.folder / "inventory/org.aws_accounts.yml").unlink()
    project.write("inventory/hosts", "localhost\n")
    project.write("vault-password", "correct horse\n")
    (project.folder / "vault").mkdir()
    password = {"ANSIBLE_VAULT_PASSWORD_FILE": str(project.folder / "vault-password")}
    run = project.run("one.yml", **password)
    (device,) = emulator.devices()
    assert device["user_name"] == "alice"
    assert "$ANSIBLE_VAULT" in (project.folder / "vault/seeds.yml").read_text(encoding="utf-8")
    assert run.files_with(device["seed"], SECRET_KEY) == []


def test_with_a_survey_and_a_credential_of_awx(project: RunnerProject, emulator: Emulator) -> None:
    """AWX hands on the answers as extra variables, and so says the credential what account it is of."""
    emulator.fixture({"users": [{"user_name": "alice", "console_password": True}]})
    (project.folder / "inventory/org.aws_accounts.yml").unlink()
    project.write("inventory/hosts", "localhost\n")
    project.write("project/one.yml", json.dumps([{"ansible.builtin.import_playbook": "hardening.aws.audit"}]))
    spec = yaml.safe_load((ROOT / "examples/awx/survey_audit.yml").read_text(encoding="utf-8"))["spec"]
    answers = {item["variable"]: item["default"] for item in spec}
    answers.update({name: answers[name].splitlines() for name in ("audit_formats", "audit_fail_on")})
    answers["audit_dest"] = str(project.folder / "shared")
    credential = yaml.safe_load((ROOT / "examples/awx/credential_type_account.yml").read_text(encoding="utf-8"))
    given = {"account_id": "123456789012", "access_key": "AKIADEFAULT", "secret_key": SECRET_KEY}
    rendered = json.dumps(credential["injectors"])
    for name, value in given.items():
        rendered = rendered.replace("{{ " + name + " }}", value)
    injected = json.loads(rendered)
    project.environment.pop("AWS_PROFILE")

    project.write("env/extravars", json.dumps({**answers, **injected["extra_vars"]}))
    run = project.run("one.yml", code=2, **injected["env"])
    assert "console_mfa" in run.stdout, "alice has no MFA, and high severity fails the job"
    assert sorted(project.reports("shared")) == ["123456789012"]

    emulator.clear_requests()
    project.write("env/extravars", json.dumps({**answers, "expected_account_id": "210987654321"}))
    refused = project.run("one.yml", code=2, **injected["env"])
    assert "210987654321" in refused.stdout and "Nothing was touched" in refused.stdout
    assert {request["action"] for request in emulator.requests()} == {"GetCallerIdentity", "ListAccountAliases"}
