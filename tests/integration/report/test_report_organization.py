# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook hardening.aws.audit on the accounts of an organization, and the merging of what slices have written."""

from __future__ import annotations

import collections
import csv
import io
import json
import pathlib
import subprocess
import typing as t
from xml.etree import ElementTree

import pytest
from audit_runner import Audit, audit
from aws_emulator.client import Emulator
from controller import MERGE, VENV, Controller, task
from project import ROOT

pytestmark = pytest.mark.organizations

PAYER, GOOD, BAD, DENIED = (digit * 12 for digit in "1234")
NAME = "iam-mfa-report-organization"
SAFE = {"user_name": "alice", "console_password": True, "mfa_devices": [{"kind": "virtual"}]}
OPEN = {"user_name": "bob", "console_password": True}
ORGANIZATION: dict[str, t.Any] = {
    "management_account_id": PAYER,
    "accounts": [
        {"id": PAYER, "name": "payer"},
        {"id": GOOD, "name": "shop", "fixture": {"users": [SAFE], "root": {"mfa": "hardware"}}},
        {"id": BAD, "name": "forum", "fixture": {"users": [SAFE, OPEN], "root": {"mfa": "none"}}},
        {"id": DENIED, "name": "legacy", "access_role": None},
    ],
}


@pytest.fixture(name="inventory")
def _inventory(controller: Controller, emulator: Emulator) -> str:
    """Three members, one of which has no role that anybody may assume."""
    emulator.fixture({"organization": ORGANIZATION})
    path = controller.home / "org.aws_accounts.yml"
    path.write_text(json.dumps({"plugin": "hardening.aws.aws_accounts"}), encoding="utf-8")
    return str(path)


def audit_all(controller: Controller, inventory: str, *arguments: str, **variables: t.Any) -> Audit:
    return audit(controller, "-i", inventory, *arguments, hosts="aws_accounts", **variables)


def text(folder: pathlib.Path, suffix: str) -> str:
    with open(folder / f"{NAME}.{suffix}", encoding="utf-8", newline="") as file:
        return file.read()


def told(run: Audit) -> list[dict[str, t.Any]]:
    """What was said of hosts at the end."""
    return [item for item in run.results if item["task"].startswith("Say what") and item["status"] == "failed"]


@pytest.mark.smoke
def test_three_accounts_of_which_one_cannot_be_read(controller: Controller, inventory: str) -> None:
    """The report has all three, whoever reads it, and the run says which account is missing and whose policy it is."""
    run = audit_all(controller, inventory, code=2)
    report = json.loads(text(run.folder, "json"))
    assert [(part["account_id"], part["account_name"], part["verdict"]) for part in report["accounts"]] == [
        (BAD, "forum", "fail"),
        (DENIED, "legacy", "unknown"),
        (GOOD, "shop", "pass"),
    ]
    assert (report["accounts_read"], report["accounts_unread"]) == (2, 1)
    reason = report["accounts"][1]["reason"]
    assert "sts:AssumeRole" in reason and "trust policy" in reason, reason
    checks = {check["id"]: check for check in report["checks"]}
    assert checks["root_mfa"]["counts"] == {"pass": 1, "fail": 1, "exempt": 0, "not_applicable": 0, "unknown": 1}
    rows = list(csv.DictReader(io.StringIO(text(run.folder, "csv"), newline=""), strict=True))
    users = [(row["account_id"], row["name"], row["console_mfa"]) for row in rows if row["subject_type"] == "user"]
    assert users == [(BAD, "alice", "pass"), (BAD, "bob", "fail"), (GOOD, "alice", "pass")]
    (gone,) = [row for row in rows if row["subject_type"] == "account"]
    assert (gone["account_id"], gone["verdict"], gone["console_mfa"]) == (DENIED, "unknown", "unknown")
    tree = ElementTree.fromstring(text(run.folder, "junit.xml").encode())
    failures = {case.get("name") for case in tree.iter("testcase") if case.find("failure") is not None}
    assert f"Console users have MFA: {BAD}/bob" in failures
    errors = {case.get("name") for case in tree.iter("testcase") if case.find("error") is not None}
    assert f"Root has MFA: {DENIED}" in errors
    findings = json.loads(text(run.folder, "ocsf.json"))
    assert {item["cloud"]["account"]["uid"] for item in findings} == {GOOD, BAD, DENIED}
    for suffix in ("html", "md", "sarif"):
        assert all(number in text(run.folder, suffix) for number in (GOOD, BAD, DENIED)), suffix
    failed = {item["host"] for item in told(run)}
    assert failed == {DENIED}
    assert f"{DENIED} " in run.output and "failed=1" in run.output


def test_the_second_run_changes_nothing_and_the_third_tells_what_changed(
    controller: Controller, inventory: str, emulator: Emulator
) -> None:
    first = audit_all(controller, inventory, "--check", code=2)
    assert not first.folder.exists()
    audit_all(controller, inventory, code=2)
    before = text(controller.home / "report", "json")
    again = audit_all(controller, inventory, code=2)
    assert "changed=1" not in again.output and text(again.folder, "json") == before
    emulator.fixture({"account_id": BAD, "users": [{"user_name": "carol"}]})
    third = audit_all(controller, inventory, code=2)
    changes = json.loads(text(third.folder, "json"))["changes"]
    assert changes["users_added"] == [f"{BAD}/carol"] and changes["users_removed"] == []


def test_a_gate_stops_the_account_that_fails_it_and_the_report_is_whole(controller: Controller, inventory: str) -> None:
    run = audit_all(controller, inventory, fail_on=["console_mfa"], formats=["csv"], code=2)
    assert sorted(path.name for path in run.folder.iterdir() if "organization" in path.name) == [f"{NAME}.csv"]
    said = {item["host"]: item["result"]["msg"] for item in told(run)}
    assert set(said) == {BAD, DENIED} and "console_mfa: bob" in said[BAD]


def test_nobody_can_be_read(controller: Controller, inventory: str, emulator: Emulator) -> None:
    emulator.set(denied_actions=["sts:AssumeRole"])
    run = audit_all(controller, inventory, code=2)
    report = json.loads(text(run.folder, "json"))
    assert (report["verdict"], report["accounts_unread"]) == ("unknown", 3)


def test_one_account_has_no_report_of_an_organization(controller: Controller, inventory: str) -> None:
    run = audit_all(controller, inventory, "--limit", GOOD)
    assert [path.name for path in run.folder.iterdir() if "organization" in path.name] == []
    run = audit_all(controller, inventory, "--limit", GOOD, organization=True)
    assert json.loads(text(run.folder, "json"))["accounts_read"] == 1


BOTH = ["RootCredentialsManagement", "RootSessions"]


@pytest.mark.parametrize(
    "features, verdict, said", [(BOTH, "pass", ""), (BOTH[:1], "fail", "enable-organizations-root-sessions")]
)
def test_centralized_root_access_is_known_in_the_management_account(
    controller: Controller, emulator: Emulator, features: list[str], verdict: str, said: str
) -> None:
    trusted = {"trusted_services": ["iam.amazonaws.com"], "root_features": features}
    emulator.fixture({"organization": {**ORGANIZATION, **trusted}})
    run = audit(controller)
    (check,) = [item for item in run.result["checks"] if item["id"] == "root_centralized"]
    assert (check["verdict"], check["cis"]) == (verdict, "2.1.1")
    assert said in "".join(item["reason"] for item in run.result["findings"] if item["check"] == check["id"])


def test_centralized_root_access_is_left_out_elsewhere(controller: Controller, inventory: str) -> None:
    """With the reason, and without a verdict; asked for by name it is unknown."""
    run = audit_all(controller, inventory, "--limit", GOOD, organization=True)
    (item,) = [item for item in json.loads(text(run.folder, "json"))["not_made"] if item["check"] == "root_centralized"]
    assert "neither to the management account of the organization nor to its delegated administrator" in item["why"]
    assert "root_centralized" not in {check["id"] for check in run.result["checks"]}
    run = audit_all(controller, inventory, "--limit", GOOD, checks=["root_centralized"])
    assert [check["verdict"] for check in run.result["checks"]] == ["unknown"]


def merge(controller: Controller, code: int = 0, **variables: t.Any) -> str:
    """Run the playbook that merges."""
    given = {f"merge_reports_{name}": value for name, value in variables.items()}
    return play_here(controller, "hardening.aws.merge_reports", "-e", json.dumps(given), code=code)


def play_here(controller: Controller, *arguments: str, code: int) -> str:
    """Run ansible-playbook without an inventory, and return what it said."""
    done = subprocess.run(
        [str(VENV / "bin/ansible-playbook"), *arguments],
        env=controller.environment(
            RECORDED_RESULTS="/dev/null", ANSIBLE_LOCALHOST_WARNING="false", ANSIBLE_INVENTORY_UNPARSED_WARNING="false"
        ),
        cwd=controller.home,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    output = done.stdout + done.stderr
    assert done.returncode == code and "Traceback" not in output, output
    return " ".join(output.split())


def test_slices_are_merged_later(controller: Controller, inventory: str, emulator: Emulator) -> None:
    """As jobs of AWX write them, each in a folder of its own. It is what a single run writes, and no call is made."""
    whole = controller.home / "whole"
    audit_all(controller, inventory, dest=str(whole), code=2)
    for number, hosts in enumerate((f"{GOOD},{DENIED}", BAD)):
        folder = str(controller.home / f"slices/{number}")
        audit_all(controller, inventory, "--limit", hosts, dest=folder, organization=True, code=0 if number else 2)
    emulator.clear_requests()
    merge(controller, sources=[f"slices/*/{NAME}.json"], dest="merged", formats=["json", "html"])
    assert emulator.counts()["total"] == 0
    one, other = (json.loads(text(folder, "json")) for folder in (whole, controller.home / "merged"))
    times = ("generated", "retrieved", "credential_report")
    for report in (one, other):
        for part in (report, *report["accounts"]):
            for name in times:
                part.pop(name, None)
    assert one == other
    stopped = merge(controller, sources=[f"slices/*/{NAME}.json"], dest="merged", fail_on=["root_mfa"], code=2)
    assert f"root_mfa: {BAD}/<root_account>, {DENIED}" in stopped


BAD_INPUTS: dict[str, tuple[dict[str, t.Any], str]] = {
    "no sources": ({}, "merge_reports_sources: is missing"),
    "nothing matches": ({"sources": ["nothing/*.json"]}, "no file matches"),
    "typo": ({"source": ["x"]}, "merge_reports_source: there is no such input. Did you mean merge_reports_sources?"),
    "format": ({"sources": ["x"], "formats": ["pdf"]}, "merge_reports_formats[0]: is 'pdf'"),
    "unread": ({"sources": [], "unread": [{"account_id": "12", "reason": "x"}]}, "unread[0].account_id: '12' is no"),
    "a file for dest": ({"sources": ["x"], "dest": "file"}, "is no directory"),
}


def test_bad_inputs_of_the_merging_playbook(controller: Controller) -> None:
    controller.home.mkdir(exist_ok=True)
    (controller.home / "file").write_text("", encoding="utf-8")
    for name, (variables, problem) in BAD_INPUTS.items():
        assert problem in merge(controller, code=2, **variables), name
    assert not (controller.home / "mfa-report").exists()


def test_the_module_in_four_steps(controller: Controller, inventory: str) -> None:
    """In check mode it writes nothing; what it wrote is then as it is, and no source of itself."""
    audit_all(controller, inventory, code=2)
    folder = controller.home / "report"
    options = {"sources": [f"{folder}/*.json"], "dest": str(folder), "name": "all", "formats": ["json", "md"]}
    for path in [*folder.glob(f"{NAME}.*"), *folder.glob("*.ocsf.json")]:
        path.unlink(missing_ok=True)
    steps = [{**task(MERGE, **options), "check_mode": check, "diff": True} for check in (True, False, True, False)]
    play = controller.play(*steps)
    assert [result.changed for result in play] == [True, True, False, False]
    counted = collections.Counter(item["check"] for item in play[1]["findings"] if item["verdict"] == "fail")
    assert counted["root_mfa"] == 1 and play[1]["accounts_read"] == 2 and play[1]["unread"] == []
    assert "accounts: 2, 0 of them not read" in json.dumps(play[1]["diff"])


def test_the_documented_task(controller: Controller, inventory: str) -> None:
    """As docs/report.md has it. An account that is both read and unread is told to be from an earlier run."""
    documented = (ROOT / "docs/report.md").read_text(encoding="utf-8").split("## Many accounts, one report")[1]
    book = documented.split("```yaml\n")[1].split("```")[0]
    (controller.home / "merge.yml").write_text(book, encoding="utf-8")
    audit_all(controller, inventory, dest=str(controller.home / "reports/accounts"), formats=["json"], code=2)
    (controller.home / f"reports/accounts/{NAME}.json").unlink()
    said = play_here(controller, "merge.yml", code=2)
    assert f"What reports/accounts/iam-mfa-report-{BAD}.json tells of account {BAD} is left out" in said
    assert f"console_mfa: {BAD}" in said and "root_mfa" in said
    assert json.loads(text(controller.home / "reports", "json"))["accounts_unread"] == 1
