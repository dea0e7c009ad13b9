# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/permissions.md: the rows of the inventory and of the lookup are enough, and have nothing to spare."""

from __future__ import annotations

import typing as t

import permissions_page as page
import pytest
from aws_emulator.client import Emulator
from controller import ACCOUNT, SECRETS, Controller, task
from test_accounts_inventory import PAYER, Fleet
from uses import enrolled, keep_seed

INVENTORY, LOOKUP = "inventory aws_accounts", "lookup mfa_code"
TAGGED = "and `tags` or `tag_filters`"
READS = sorted(page.ROWS[INVENTORY, "always"].actions | page.ROWS[INVENTORY, TAGGED].actions)


def _listed(controller: Controller, emulator: Emulator, allowed: t.Iterable[str]) -> t.Any:
    """What the inventory of an organization lists to a role of its management account."""
    fleet = Fleet(controller, emulator)
    role = {"name": "reading", "trusted": [PAYER], "permissions": page.policy(allowed)}
    emulator.fixture({"account_id": PAYER, "roles": [role]})
    return fleet.list(tags=True, assume_role_arn=f"arn:aws:iam::{PAYER}:role/reading")


def test_the_inventory_needs_no_more(controller: Controller, emulator: Emulator) -> None:
    listed = _listed(controller, emulator, READS)
    assert len(listed.hosts) == 4 and "AccessDenied" not in {one["code"] for one in emulator.requests()}
    assert {f"organizations:{one['action']}" for one in emulator.requests()} >= set(READS)


@pytest.mark.parametrize("action", READS)
def test_the_inventory_needs(controller: Controller, emulator: Emulator, action: str) -> None:
    listed = _listed(controller, emulator, {*READS} - {action})
    assert listed.code != 0 and action in listed.output


def test_the_lookup(controller: Controller, emulator: Emulator) -> None:
    """Without the permission to read, the error names it; without the one to ask for the user, there is a code."""
    row, reading = page.ROWS[LOOKUP, "always"], page.SEEDS["secretsmanager", "read"]
    assert row.seeds == "read" and not row.actions
    emulator.fixture(enrolled("alice", "bob"))
    for name in ("alice", "bob"):
        # Enabling the device has used up no code of today.
        keep_seed(controller, "secretsmanager", name, created="2026-01-01T00:00:00Z")
    allowed = {"missing": row.all, "spared": reading.all, "enough": row.all | reading.all}
    roles = [
        {"name": name, "trusted": [ACCOUNT], "permissions": page.policy(actions)} for name, actions in allowed.items()
    ]
    emulator.fixture({"roles": roles})
    users = {"missing": "alice", "spared": "bob", "enough": "alice"}
    play = controller.play(*(_code(user, role) for role, user in users.items()), environment=emulator.env())
    missing, spared, enough = play.results
    assert missing.failed and "secretsmanager:GetSecretValue" in missing.msg
    assert not spared.failed and not enough.failed, play.output
    refused = [one["action"] for one in emulator.requests() if "AccessDenied" in (one["code"] or "")]
    assert refused == ["GetSecretValue", "GetUser"]


def _code(user: str, role: str) -> dict[str, t.Any]:
    """A task that asks for a code of somebody's as a role."""
    assumed = {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/{role}"}
    lookup = f"lookup('hardening.aws.mfa_code', '{user}', seed_store={SECRETS}, assume_role={assumed})"
    return task("ansible.builtin.debug", name=role, msg=f"{{{{ {lookup} }}}}", ignore_errors=role == "missing")
