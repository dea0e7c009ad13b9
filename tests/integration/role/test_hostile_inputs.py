# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile values in every input of the role and of the playbooks: refused in words, or harmless, never a traceback.

Each is a host of one play in check mode. Templates are no such values here: who writes the inputs writes the playbook.
make fuzz tries all values, make deep three for each input: FUZZ_SEED=text chooses other ones.
"""

from __future__ import annotations

import random
import sys
import typing as t

import pytest
from aws_emulator.client import Emulator
from bad_inputs import RIGHT, Case
from controller import Controller, collections_path
from hostile import ALL, CHOICE, LONG, MARK, VALUES, complaint, planted, ways
from test_bad_inputs import ACCOUNT, READING, Fleet

sys.path.append(str(collections_path()))

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import inputs as role_inputs
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks.inputs import SPECS

NAMES = [name for name in VALUES if name != "template"]


def inputs(target: str) -> dict[str, t.Any]:
    """Return the inputs of the role or of a playbook, by their whole names."""
    prefix, spec = (role_inputs.PREFIX, role_inputs.spec()) if target == "role" else (target, SPECS[target])
    return {f"{prefix}_{name}": option for name, option in spec.items()}


def cases(target: str) -> dict[str, Case]:
    """Return what is tried: all, or three values for each input."""
    chosen = random.Random(f"{CHOICE} {target}")
    found = {}
    for way in ways(inputs(target)):
        for name in NAMES if ALL else chosen.sample(NAMES, 3):
            changed = planted(RIGHT[target], way, VALUES[name])
            found[f"{'.'.join(map(str, way))}: {name}"] = Case(changed, str(way[0]), "", "")
    return found


def wrong(message: str) -> str:
    """Return what is wrong with a message. Ansible's own check of a role's arguments quotes them in full."""
    text = "" if message == "None" else message
    return complaint(text, message, None if "Validation of arguments failed" in message else LONG)


# harden has the role's inputs. merge_reports has a host of its own, and its module is tried by itself.
@pytest.mark.parametrize("target", ["role", *(name for name in SPECS if name not in ("harden", "merge_reports"))])
def test_no_input_ends_in_a_traceback(controller: Controller, emulator: Emulator, target: str) -> None:
    emulator.fixture(ACCOUNT)
    before = emulator.devices()
    emulator.clear_requests()
    fleet = Fleet(controller, target, cases(target), forms=("JSON",))
    _code, output, failed = fleet.run(
        fleet.role_playbook() if target == "role" else f"hardening.aws.{target}", "--check"
    )
    assert "Traceback" not in output, output[-3000:]
    found = []
    for host, messages in failed.items():
        found += [f"{fleet.hosts[host][0]}: {text}" for text in map(wrong, messages) if text]
    assert not found, f"FUZZ_SEED={CHOICE}: {len(found)} of {len(fleet.hosts)}\n" + "\n".join(found[:20])
    assert len(failed) > len(fleet.hosts) / 2, f"{len(failed)} of {len(fleet.hosts)} were refused"
    writes = [request for request in emulator.requests() if not request["action"].startswith(READING)]
    assert not writes and emulator.devices() == before
    assert not MARK.exists()
