# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inputs of the playbooks, as tables."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._inputs import read
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import inputs as playbooks

STORE = {"type": "secretsmanager"}
ROTATE = {"rotate_users": ["alice"], "rotate_suffix": "2026", "rotate_seed_store": STORE}
HANDOVER = {"handover_seed_store": STORE}
LEAVING = {"offboard_users": ["alice"]}
EXEMPTION = {"user_name": "x", "checks": ["console_mfa"], "reason": "because"}


def complete(playbook: str, variables: dict[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """What the action makes of variables."""
    spec = playbooks.SPECS[playbook]
    inputs = read(f"{playbook}_", spec, variables, lambda value: value, playbooks.ALLOWED)
    if inputs.problems:
        return inputs.values, inputs.problems
    return playbooks.completed(playbook, inputs.values, "/nowhere")


@pytest.fixture(autouse=True)
def here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """Where the person stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_audit_without_inputs(here: pathlib.Path) -> None:
    values, problems = complete("audit", {"audit_hosts": "all"})
    assert problems == [] and values["dest"] == str(here / "mfa-report")
    assert values["formats"] == ["html", "json", "csv", "md"] and values["benchmark"] == "7.0"
    assert values["all_kinds"] is False and values["fail_on_unknown"] is True and values["previous"] is None


def test_audit_as_text(here: pathlib.Path) -> None:
    values, problems = complete(
        "audit",
        {
            "audit_benchmark": 7.0,
            "audit_max_device_age_days": "90",
            "audit_fail_on": "high,root_mfa",
            "audit_force": "yes",
            "audit_previous": "../old.json",
            "audit_exemptions": '[{"user_name": "x", "checks": "console_mfa", "reason": "because"}]',
        },
    )
    assert problems == []
    assert values["benchmark"] == "7.0" and values["max_device_age_days"] == 90 and values["all_kinds"] is True
    assert values["fail_on"] == ["high", "root_mfa"] and values["force"] is True
    assert values["previous"] == str(here.parent / "old.json") and values["exemptions"] == [EXEMPTION]


def test_rotate() -> None:
    values, problems = complete("rotate", {**ROTATE, "rotate_users": ["svc-2026", "a+b=c@d"]})
    assert problems == []
    assert values["seed_store"]["name"] == "mfa/{user_name}/{device_name}"
    assert values["seed_store"]["verify"] is True and values["seed_store"]["on_absent"] == "keep"
    assert values["holder"] == "person" and values["retire"] is False and values["min_age_days"] is None
    by_age = {"rotate_all": "yes", "rotate_older_than_days": "90", "rotate_seed_store": STORE, "rotate_holder": "store"}
    values, problems = complete("rotate", by_age)
    assert problems == [] and values["retire"] is True and values["older_than_days"] == 90 and values["users"] is None
    assert complete("rotate", {**by_age, "rotate_retire": False})[0]["retire"] is False


def test_handover_returns_no_codes(here: pathlib.Path) -> None:
    told = [{"user_name": "alice", "authentication_code1": "840193", "authentication_code2": "751204"}]
    given = {"handover_seed_vault_file": {"path": "seeds.yml"}, "handover_codes": told}
    values, problems = complete("handover", {**given, "handover_sheets": {"dest": "sheets"}})
    assert problems == [] and values["has_codes"] is True and "840193" not in str(values)
    assert values["seed_vault_file"]["path"] == str(here / "seeds.yml") and values["seed_store"] is None
    assert values["sheets"]["dest"] == str(here / "sheets")
    assert complete("handover", HANDOVER)[0]["has_codes"] is False


@pytest.mark.parametrize(
    ("playbook", "variables", "problem"),
    [
        ("audit", {"audit_failon": "high"}, "audit_failon: there is no such input. Did you mean audit_fail_on?"),
        ("audit", {"audit_fail_on": "hihg"}, "audit_fail_on[0]: is 'hihg': choose one of"),
        ("audit", {"audit_checks": ["mfa"]}, "audit_checks[0]: is 'mfa'"),
        ("audit", {"audit_formats": "pdf"}, "audit_formats[0]: is 'pdf'"),
        ("audit", {"audit_benchmark": "8"}, "audit_benchmark: is '8': choose one of"),
        ("audit", {"audit_max_device_age_days": "old"}, "audit_max_device_age_days: is 'old'"),
        ("audit", {"audit_max_device_age_days": 0}, "audit_max_device_age_days: 0 is less than 1"),
        ("audit", {"audit_dest": ""}, "audit_dest: is no path"),
        ("audit", {"audit_dest": "/x/ansible_collections/y/z"}, "is inside an installed collection"),
        ("audit", {"audit_dest": "file"}, "is no directory"),
        ("audit", {"audit_organization_dest": "file"}, "audit_organization_dest: "),
        ("audit", {"audit_organization": "maybe"}, "audit_organization: is 'maybe'"),
        ("merge_reports", {"merge_reports_sources": "[]"}, "merge_reports_sources: is empty"),
        (
            "merge_reports",
            {"merge_reports_sources": "x", "merge_reports_unread": [{"account_id": "1" * 12}]},
            "merge_reports_unread[0].reason: is missing",
        ),
        (
            "merge_reports",
            {"merge_reports_sources": "x", "merge_reports_account_names": {"12": "shop"}},
            "merge_reports_account_names: '12' is no account",
        ),
        ("audit", {"audit_previous": "a\nb"}, "audit_previous: 'a\\nb' has characters that cannot be seen"),
        ("audit", {"audit_exemptions": [{"user_name": "x", "checks": ["console_mfa"]}]}, "[0].reason: is missing"),
        ("audit", {"audit_exemptions": [{**EXEMPTION, "reson": "x"}]}, "audit_exemptions[0]: has the unknown key"),
        (
            "audit",
            {"audit_exemptions": [{"checks": ["console_mfa"], "reason": "x"}]},
            "audit_exemptions[0]: give user_name or",
        ),
        ("audit", {"audit_exemptions": [{**EXEMPTION, "until": "soon"}]}, "audit_exemptions[0].until: 'soon' is not a"),
        ("harden", {"harden_users": "alice"}, "harden_users: there is no such input"),
        ("offboard", {}, "offboard_users: is missing: give a list"),
        ("offboard", {"offboard_users": []}, "offboard_users: is empty"),
        ("offboard", {"offboard_users": {"bob": 1}}, "offboard_users: is a dictionary"),
        ("offboard", {"offboard_users": ["bob", "Bob"]}, "offboard_users: has bob 2 times"),
        ("offboard", {"offboard_users": ["bob\n"]}, "offboard_users[0]: 'bob\\n'"),
        (
            "offboard",
            {**LEAVING, "offboard_seed_vault_file": {"path": "none.yml"}},
            "offboard_seed_vault_file.path: there",
        ),
        ("offboard", {**LEAVING, "offboard_seed_vault_file": {"pth": "x"}}, "has the unknown key 'pth'"),
        ("handover", {}, "handover_seed_store: give either seed_store or seed_vault_file"),
        ("handover", {**HANDOVER, "handover_seed_vault_file": {"path": "x"}}, "give either seed_store or"),
        ("handover", {**HANDOVER, "handover_codes": {"alice": "123456"}}, "handover_codes: is a dictionary"),
        ("handover", {**HANDOVER, "handover_codes": [{"user_name": "bob", "code": "1"}]}, "unknown key 'code'"),
        (
            "handover",
            {**HANDOVER, "handover_codes": [{"user_name": "bob", "authentication_code1": "12345"}]},
            "handover_codes[0] (bob): authentication_code1: is not six digits",
        ),
        ("handover", {**HANDOVER, "handover_max_code_age": -1}, "handover_max_code_age: is -1"),
        ("handover", {**HANDOVER, "handover_sheets": {"contact": "x"}}, "handover_sheets.dest: is missing"),
        ("handover", {**HANDOVER, "handover_sheets": {"dest": "a", "vault_id": "x"}}, "sheets.vault_id: has no effect"),
        ("handover", {**HANDOVER, "handover_sheets": {"dest": "a", "user_names": ["a", "A"]}}, "user_names[1]: A is"),
        ("handover", {**HANDOVER, "handover_sheets": {"dest": "file"}}, "handover_sheets.dest: "),
        ("handover", {**HANDOVER, "handover_code": []}, "Did you mean handover_codes?"),
        ("rotate", {**ROTATE, "rotate_profiles": {"alice": ""}}, "rotate_profiles.alice: is no profile"),
        ("rotate", {**ROTATE, "rotate_profiles": {"alice": 5}}, "rotate_profiles.alice: is no profile"),
        ("adopt", {"adopt_seed_store": STORE}, "adopt_src: is missing"),
        ("adopt", {"adopt_src": "x", "adopt_seed_store": {**STORE, "recovery_window_days": 1}}, "AWS takes 7 to 30"),
        ("offboard", {"offboard_users": ["a"], "offboard_seed_store": {**STORE, "name": "{x}"}}, "placeholder {x}"),
        ("resync", {"resync_seed_store": STORE}, "resync_users: is missing: give a list of user names"),
        ("resync", {"resync_seed_store": STORE, "resync_al": True}, "Did you mean resync_all?"),
        ("resync", {"resync_all": True, "resync_seed_store": {}}, "resync_seed_store: is empty"),
        ("rotate", {**ROTATE, "rotate_suffix": "2026\n"}, "rotate_suffix: '2026\\n' may contain only"),
        ("rotate", {**ROTATE, "rotate_suffix": ""}, "rotate_suffix: '' may contain only"),
        ("rotate", {**ROTATE, "rotate_retire": True}, "rotate_retire_devices: is missing"),
        ("rotate", {**ROTATE, "rotate_retire_devices": ["?*"]}, "rotate_retire_devices[0]: '?*' names every device"),
        ("rotate", {**ROTATE, "rotate_retire_devices": ["{name}"]}, "cannot be a device's name"),
        ("rotate", {**ROTATE, "rotate_seed_store": {}}, "rotate_seed_store: is empty"),
        ("rotate", {**ROTATE, "rotate_seed_store": {**STORE, "name": "{user}"}}, "rotate_seed_store.name: "),
        ("rotate", {**ROTATE, "rotate_min_age_days": -1}, "rotate_min_age_days: is -1"),
        ("rotate", {**ROTATE, "rotate_all": True}, "rotate_all: cannot be combined with rotate_users"),
        ("rotate", {**ROTATE, "rotate_users": None}, "rotate_users: is missing: give a list of user names"),
        ("rotate", {**ROTATE, "rotate_suffix": None}, "rotate_suffix: is missing: give one for the names"),
        ("rotate", {**ROTATE, "rotate_older_than_days": 90}, "cannot be combined with rotate_suffix"),
        ("rotate", {**ROTATE, "rotate_suffix": None, "rotate_older_than_days": 0}, "is 0: give 1 or more"),
        ("rotate", {**ROTATE, "rotate_holder": "me"}, "rotate_holder: is 'me': choose one of person, store"),
        ("rotate", {**ROTATE, "rotate_exclude": {"a": 1}}, "rotate_exclude: is a dictionary"),
        (
            "rotate",
            {**ROTATE, "rotate_seed_store": {**STORE, "name": "mfa/{user_name}"}},
            "rotate_seed_store.name: 'mfa/{user_name}' lacks {device_name}",
        ),
    ],
)
def test_bad_input(here: pathlib.Path, playbook: str, variables: dict[str, t.Any], problem: str) -> None:
    (here / "file").write_text("x", encoding="utf-8")
    _values, problems = complete(playbook, variables)
    assert len(problems) == 1 and problem in problems[0], problems
