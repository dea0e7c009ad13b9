# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the installed artifact, from another directory with relative paths: an upgrade loses nothing."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess

import pytest
from aws_emulator.client import Emulator
from collection_tree import COLLECTION
from controller import VENV, Controller, arn
from installed import Installed
from role_runner import STORE, users, view


@pytest.fixture
def installed(controller: Controller, tmp_path: pathlib.Path, vault_password: pathlib.Path) -> Installed:
    """The collection, built and installed."""
    return Installed(controller, tmp_path, vault_password)


def test_an_upgrade_loses_nothing(
    installed: Installed, controller: Controller, emulator: Emulator, vault_password: pathlib.Path
) -> None:
    emulator.fixture({"users": users("alice", "bob"), "groups": []})
    before = installed.files()
    hardening = {
        "iam_user_hardening_users": ["alice", "bob"],
        "iam_user_hardening_seed_vault_file": {"path": "seeds.yml"},
    }
    installed.play("hardening.aws.harden", **hardening)
    installed.play("hardening.aws.audit", audit_dest="reports")
    rotation = {"rotate_users": ["alice"], "rotate_suffix": "2026", "rotate_seed_store": STORE}
    installed.play("hardening.aws.rotate", **rotation)
    installed.play("hardening.aws.offboard", offboard_users=["bob"])
    assert installed.files() == before
    reports = sorted(path.name for path in (installed.here / "reports").iterdir())
    assert reports == [f"iam-mfa-report-123456789012.{suffix}" for suffix in ("csv", "html", "json", "md")]

    installed.install()
    assert installed.files() == before
    seeds = view(installed.here / "seeds.yml", vault_password, controller)
    assert set(seeds) == {arn("alice"), arn("bob")}
    controller.assert_seed_works("alice", arn("alice"), seeds[arn("alice")]["seed"])
    emulator.set(clock_offset=0)
    assert sorted(path.name for path in (installed.here / "reports").iterdir()) == reports
    # The earlier report is the one that the next run compares with.
    changes = json.loads((installed.here / "reports/iam-mfa-report-123456789012.json").read_text(encoding="utf-8"))
    installed.play("hardening.aws.audit", audit_dest="reports")
    again = json.loads((installed.here / "reports/iam-mfa-report-123456789012.json").read_text(encoding="utf-8"))
    assert changes["changes"] is None and again["changes"] is not None


def test_imported_by_a_playbook_of_ones_own(installed: Installed, emulator: Emulator) -> None:
    emulator.fixture({"users": users("alice")})
    elsewhere = installed.here.parent / "site"
    elsewhere.mkdir()
    book = [{"import_playbook": "hardening.aws.audit", "vars": {"audit_dest": "reports"}}]
    (elsewhere / "site.yml").write_text(json.dumps(book), encoding="utf-8")
    output = installed.play(str(elsewhere / "site.yml"))
    assert "AWS account 123456789012" in output
    assert len(list((installed.here / "reports").iterdir())) == 4 and not (elsewhere / "reports").exists()


def test_reports_that_an_older_version_left_in_the_collection_are_not_lost_sight_of(
    installed: Installed, emulator: Emulator
) -> None:
    emulator.fixture({"users": users("alice")})
    left = installed.collections / COLLECTION / "playbooks/mfa-report"
    left.mkdir()
    command = [str(VENV / "bin/ansible-playbook"), "hardening.aws.audit"]
    done = subprocess.run(
        command, env=installed.environment, cwd=installed.here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and f"But there is {left}" in done.stdout + done.stderr, done.stdout + done.stderr
    shutil.move(left, installed.here)
    installed.play("hardening.aws.audit")
    assert len(list((installed.here / "mfa-report").iterdir())) == 4
