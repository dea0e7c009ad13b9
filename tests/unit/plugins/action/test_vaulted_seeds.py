# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds in a vaulted file by tasks of one's own: what is refused, and that nothing is written then."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.hardening.aws.plugins.action import vaulted_seeds as action
from ansible_collections.hardening.aws.tests.unit.plugins.action.making import loader_with, make

ALICE = "arn:aws:iam::123456789012:mfa/alice"
RECORD = {"serial_number": ALICE, "seed": "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", "user_name": "alice"}


def run(folder: pathlib.Path, check_mode: bool = False, no_log: bool = True, **arguments: t.Any) -> dict[str, t.Any]:
    """Return what the action says."""
    plugin = make(action, {"path": str(folder / "seeds.yml"), **arguments}, check_mode, loader_with(default="password"))
    plugin._task.no_log = no_log
    return t.cast("dict[str, t.Any]", plugin.work({}))


def test_kept_told_and_removed(tmp_path: pathlib.Path) -> None:
    assert run(tmp_path, check_mode=True, records=[RECORD])["changed"] and not (tmp_path / "seeds.yml").exists()
    first = run(tmp_path, records=[RECORD])
    assert first["changed"] and first["path"] == str(tmp_path / "seeds.yml")
    assert not run(tmp_path, records=[RECORD])["changed"]
    held = run(tmp_path, return_seeds=True)
    assert not held["changed"] and RECORD["seed"] in str(held)
    assert RECORD["seed"] not in str(run(tmp_path, no_log=False))
    gone = {"state": "absent", "serial_numbers": [ALICE]}
    assert run(tmp_path, check_mode=True, **gone)["changed"] and RECORD["seed"] in str(run(tmp_path, return_seeds=True))
    assert run(tmp_path, **gone)["changed"] and not run(tmp_path, **gone)["changed"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"records": [RECORD], "no_log": False}, "records: passes seeds, which Ansible would print. Set no_log: true"),
        ({"return_seeds": True, "no_log": False}, "return_seeds: passes seeds"),
        ({"records": [{**RECORD, "seed": ""}]}, r"records\[0\]: lacks seed\."),
        ({"records": [RECORD, {"user_name": "bob"}]}, r"records\[1\]: lacks serial_number and seed\."),
        ({"state": "absent"}, "serial_numbers: names no device"),
        ({"state": "absent", "serial_numbers": []}, "serial_numbers: names no device"),
        ({"state": "absent", "serial_numbers": [ALICE], "records": [RECORD]}, "records: cannot be combined"),
        (
            {"state": "absent", "serial_numbers": [ALICE], "owners": {ALICE: {"user_name": "alice"}}},
            f"owners: {ALICE} lacks user_name or create_date",
        ),
        ({"state": "absent", "serial_numbers": [ALICE], "owners": {ALICE: "alice"}}, "lacks user_name or create_date"),
        ({"path": ""}, "path: "),
        ({"vault_id": "prod", "records": [RECORD]}, "The seed file: vault_id: no password with the vault ID prod"),
    ],
)
def test_refused(tmp_path: pathlib.Path, arguments: dict[str, t.Any], words: str) -> None:
    with pytest.raises(AnsibleActionFail, match=words) as refused:
        run(tmp_path, **arguments)
    assert not list(tmp_path.iterdir()) and RECORD["seed"] not in str(refused.value)
