# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS lists is text: templates in paths and tags are shown as they are, and never evaluated.

A path may hold every ASCII character from ! to ~, so whoever may create a user may write a template into it. Tags of
users and names of groups may not hold braces in IAM; the emulator takes them, so that nobody has to rely on that.
"""

from __future__ import annotations

import csv
import html
import io
import typing as t

import pytest
from audit_runner import audit
from aws_emulator.client import Emulator
from controller import INFO, Controller, task
from hostile import MARK
from role_runner import STORE, Role, show_after, users
from test_role_playbooks import run

# As a path allows no blank, each is written without one.
COMMAND = f"touch${{IFS}}{MARK}"
EXPRESSION = f"{{{{lookup('pipe','{COMMAND}')}}}}"
PATHS = {
    "alice": f"/{EXPRESSION}/",
    "bob": f"/{{%set(x)=lookup('pipe','{COMMAND}')%}}{{{{1337*3}}}}/",
    "carol": "/{%raw%}{{{#/",
    "dave": f"/#jinja2:variable_start_string:'[['/[[lookup('pipe','{COMMAND}')]]/",
    "erin": f"/$(touch${{IFS}}{MARK})`touch${{IFS}}{MARK}`/%(x)s{{0.__class__}}/",
}
NAMES = sorted(PATHS)
TAGS = {"team": EXPRESSION, "{{undefined}}": "{%if%}"}
PRODUCT = "4011"  # what bob's path would be


@pytest.fixture(autouse=True)
def _account(emulator: Emulator) -> t.Iterator[None]:
    """Users whose paths, tags, groups and devices hold templates: some with a device, and one with an old one."""
    MARK.unlink(missing_ok=True)
    accounts = [
        user
        for name, path in PATHS.items()
        for user in users(
            name,
            path=path,
            tags=TAGS,
            groups=["{{undefined}}-staff"],
            access_keys=[{}],
            mfa_devices=[{}] if name in ("dave", "erin") else [],
        )
    ]
    emulator.fixture({"users": accounts, "unassigned_virtual_devices": [{"device_name": "left", "path": PATHS["bob"]}]})
    yield
    assert not MARK.exists(), "a template was evaluated"


def test_the_role(role: Role, controller: Controller, emulator: Emulator) -> None:
    show_after(role, "iam_user_hardening_result")
    inputs = {"seed_store": STORE, "enforce_policy": "users", "remove_orphans": True, "orphan_pattern": ".*"}
    hardened = role(users=NAMES, **inputs)
    assert {device["user_name"] for device in emulator.devices()} >= set(PATHS)
    assert f"mfa{PATHS['bob']}left" in hardened.result["orphans"][0]
    assert PRODUCT not in hardened.output


def test_the_audit(controller: Controller) -> None:
    audited = audit(controller)
    assert {user["user_name"]: user["path"] for user in audited.report["users"]} == PATHS
    assert audited.report["users"][0]["tags"] == TAGS
    rows = {row["name"]: row["path"] for row in csv.DictReader(io.StringIO(audited.text("csv")))}
    print(rows)
    page = html.unescape(audited.text("html"))
    assert all(path in page for path in PATHS.values())
    files = "".join(path.read_text(encoding="utf-8") for path in audited.folder.iterdir())
    assert PRODUCT not in files + audited.output


def test_what_is_registered_is_shown_as_text(controller: Controller) -> None:
    """Also by tasks of one's own that put it into a variable, which Ansible evaluates where it trusts what it holds."""
    shown = controller.play(
        {**task(INFO, account=True), "register": "info"},
        {"name": "keep", "ansible.builtin.set_fact": {"kept": "{{ info.users }}"}},
        {"name": "show", "ansible.builtin.debug": {"msg": "{{ kept | map(attribute='path') }}"}},
    )
    assert sorted(shown[2]["msg"]) == sorted(PATHS.values())
    assert not MARK.exists()
    # The same text, written into a playbook, is evaluated: so the file would be there.
    controller.play({"name": "evaluate", "ansible.builtin.debug": {"msg": [EXPRESSION, PATHS["bob"]]}})
    assert MARK.exists()
    MARK.unlink()


def test_rotation_and_offboarding(controller: Controller, emulator: Emulator) -> None:
    rotation = {"rotate_users": ["dave", "erin"], "rotate_suffix": "2026", "rotate_seed_store": STORE}
    rotated = run(controller, "rotate", **rotation)
    assert "new devices: 2 attached" in rotated
    offboarded = run(controller, "offboard", offboard_users=NAMES)
    assert "failed=0" in offboarded
    iam = emulator.boto3("iam")
    assert not any(iam.list_mfa_devices(UserName=name)["MFADevices"] for name in NAMES)
    assert PRODUCT not in rotated + offboarded
    assert not [device for device in emulator.devices() if device["user_name"]]
