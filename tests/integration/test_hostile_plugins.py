# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile values in every option of what runs on the controller: actions, the lookup, the filters, the inventory.

Templates are no such values in a task or an inventory file: who writes these may have Ansible evaluate anything.
make fuzz tries all values, make test one for each option: FUZZ_SEED=text chooses other ones.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import SECRETS, VENV, Controller, Result, collections_path
from hostile import CHOICE, LONG, MARK, VALUES, cases, complaint, documented_options
from project import ROOT
from test_hostile_input import BASE, calls_of, judged_by_account

sys.path.append(str(collections_path()))

from ansible.errors import AnsibleFilterError

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
MODULES = ROOT / "plugins/modules"
NAMES = [name for name in VALUES if name != "template"]
RECORD = {"serial_number": "arn:aws:iam::123456789012:mfa/alice", "seed": SEED, "user_name": "alice"}
DONE = {"user_name": "alice", "failed": False, "changes": [], "create_date": None}
ACCOUNT = {"account_id": "123456789012", "arn": "arn:aws:iam::123456789012:user/admin"}
# Options by plugin: what an action is given besides the option that is tried.
ACTIONS: dict[str, dict[str, t.Any]] = {
    "audited_accounts": {"inputs": "given", "account": "given", "report": "given"},
    "iam_mfa_enrolment_sheets": {"dest": "sheets", "seed_store": SECRETS},
    "offboard_seeds": {"seed_vault_file": {"path": "seeds.yml"}, "results": [DONE], "account": ACCOUNT},
    "playbook_account_check": {"registered": "given"},
    "playbook_inputs": {"playbook": "rotate"},
    "vaulted_seeds": {"path": "seeds.yml", "records": [RECORD]},
}
# No task of anybody's reaches these: the role's own tasks give them what it has checked, or made itself.
OF_THE_ROLE = {
    "iam_user_hardening_enforcement",
    "iam_user_hardening_enrolment",
    "iam_user_hardening_password_policy",
    "iam_user_hardening_plan",
}
FILTERS: dict[str, dict[str, t.Any]] = {
    "totp": {"_input": SEED},
    "totp_pair": {"_input": SEED},
    "otpauth_uri": {"_input": SEED, "device_name": "alice", "account_id": "123456789012"},
}
# The role and the playbooks alone call them, on what modules returned and on variables that were checked.
FILTERS_OF_OTHERS = {"iam_user_hardening", "playbook_connection"}
LOOKUPS = {"mfa_code": {"_terms": ["alice"], "seed_store": SECRETS}}
INVENTORIES: dict[str, dict[str, t.Any]] = {"aws_accounts": {}}


def stems(kind: str) -> set[str]:
    return {path.stem for path in (ROOT / "plugins" / kind).glob("[a-z]*.py")}


def test_every_plugin_is_tried() -> None:
    assert stems("modules") == {*BASE, *ACTIONS, *OF_THE_ROLE}
    assert stems("action") <= stems("modules")
    assert stems("filter") == {*FILTERS, *FILTERS_OF_OTHERS}
    assert stems("lookup") == set(LOOKUPS)
    assert stems("inventory") == set(INVENTORIES)
    kinds = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert kinds - {"doc_fragments", "module_utils", "plugin_utils"} == {
        "action",
        "filter",
        "inventory",
        "lookup",
        "modules",
    }


# Actions and the lookup


def report(emulator: Emulator, tried: t.Sequence[str], results: t.Sequence[Result]) -> None:
    """Fail unless every task that failed did so in words and before it made a call. Their access keys are numbered."""
    calls = calls_of(emulator)
    wrong = []
    for number, (name, result) in enumerate(zip(tried, results, strict=True)):
        if result.failed:
            wrong += [f"{name}: {text}" for text in [complaint(result.msg, json.dumps(result.data))] if text]
            made = calls.get(f"AKIAFUZZ{number}")
            if made and not judged_by_account(result.msg):
                wrong.append(f"{name}: refused after {', '.join(made)}: {result.msg[:300]}")
    assert not wrong, f"FUZZ_SEED={CHOICE}: {len(wrong)} of {len(tried)}\n" + "\n".join(wrong[:20])
    assert any(result.failed for result in results)
    assert not MARK.exists()


def play(controller: Controller, tasks: list[dict[str, t.Any]]) -> list[Result]:
    """Run tasks that may fail, and return their results."""
    (controller.home / "vault-password").write_text("correct horse battery staple\n", encoding="utf-8")
    vault = ["--vault-password-file", str(controller.home / "vault-password")]
    process, finish = controller.start(*tasks, arguments=vault, environment={"ANSIBLE_DEPRECATION_WARNINGS": "0"})
    done = finish(process)
    assert "Traceback" not in done.output, done.output[-3000:]
    assert len(done) == len(tasks), done.output[-3000:]
    return list(done)


def test_actions(controller: Controller, emulator: Emulator) -> None:
    emulator.clear_requests()
    tried, tasks = [], []
    for action, base in ACTIONS.items():
        aws = action in BASE
        for name, options in cases(action, base, documented_options(MODULES / f"{action}.py"), NAMES):
            key = {"access_key": f"AKIAFUZZ{len(tasks)}"} if aws else {}
            tried.append(name)
            tasks.append(
                {
                    "name": name,
                    f"hardening.aws.{action}": {**key, **options},
                    "vars": {"given": {}},
                    "no_log": False,
                    "ignore_errors": True,
                }
            )
    results = play(controller, tasks)
    report(emulator, tried, results)
    assert not {key for key in calls_of(emulator) if not key.startswith("AKIAFUZZ")}


def test_the_lookup(controller: Controller, emulator: Emulator) -> None:
    emulator.clear_requests()
    tried, tasks = [], []
    documented = documented_options(ROOT / "plugins/lookup/mfa_code.py")
    for name, options in cases("mfa_code", LOOKUPS["mfa_code"], documented, NAMES):
        terms = options.pop("_terms")
        given = {**controller.access, "access_key": f"AKIAFUZZ{len(tasks)}", **options}
        expression = "{{ query('hardening.aws.mfa_code', *terms, **given) }}"
        variables = {"terms": terms if isinstance(terms, list) else [terms], "given": given}
        tried.append(name)
        tasks.append(
            {"name": name, "ansible.builtin.debug": {"msg": expression}, "vars": variables, "ignore_errors": True}
        )
    report(emulator, tried, play(controller, tasks))


# Filters


@pytest.mark.parametrize("name", FILTERS)
def test_filters(name: str) -> None:
    import importlib

    module = importlib.import_module(f"ansible_collections.hardening.aws.plugins.filter.{name}")
    function = module.FilterModule().filters()[name]
    wrong = []
    for place, options in cases(name, FILTERS[name], documented_options(ROOT / f"plugins/filter/{name}.py"), [*VALUES]):
        try:
            found = function(options.pop("_input"), **options)
        except AnsibleFilterError as error:
            text = complaint(str(error), str(error))
            wrong += [f"{place}: {text}"] if text else []
        except Exception as error:  # noqa: BLE001  what is not foreseen is what this looks for
            wrong.append(f"{place}: {type(error).__name__}: {str(error)[:200]}")
        else:
            assert isinstance(found, (str, list)), place
    assert not wrong, "\n".join(wrong)
    assert not MARK.exists()


# The inventory


def test_the_inventory(controller: Controller, emulator: Emulator) -> None:
    """One program reads a file for each value, and goes on where it cannot."""
    emulator.fixture({"organization": {"management_account_id": "1" * 12, "accounts": [{"id": "1" * 12, "name": "a"}]}})
    emulator.clear_requests()
    documented = documented_options(ROOT / "plugins/inventory/aws_accounts.py")
    tried = cases("aws_accounts", INVENTORIES["aws_accounts"], documented, NAMES)
    folder = controller.home / "inventories"
    folder.mkdir()
    sources: list[str] = []
    for number, (_name, options) in enumerate(tried):
        path = folder / f"case{number}.aws_accounts.yml"
        given = {
            "plugin": "hardening.aws.aws_accounts",
            **controller.access,
            "access_key": f"AKIAFUZZ{number}",
            **options,
        }
        path.write_text(json.dumps(given), encoding="utf-8")
        sources += ["-i", str(path)]
    environment = controller.environment(
        RECORDED_RESULTS="/dev/null", ANSIBLE_INVENTORY_ENABLED="hardening.aws.aws_accounts", COLUMNS="100000"
    )
    done = subprocess.run(
        [str(VENV / "bin/ansible-inventory"), *sources, "--list"],
        env=environment,
        cwd=controller.home,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    refused = refusals(done.stderr)
    calls = calls_of(emulator)
    wrong = [
        f"{tried[number][0]}: {text}"
        for number in refused
        # Ansible says it twice.
        for text in [complaint(refused[number], refused[number], 2 * LONG)]
        if text
    ]
    for number, message in refused.items():
        made = calls.get(f"AKIAFUZZ{number}")
        if made and not judged_by_account(message):
            wrong.append(f"{tried[number][0]}: refused after {', '.join(made)}: {message[:300]}")
    assert not wrong, f"FUZZ_SEED={CHOICE}: {len(wrong)} of {len(tried)}\n" + "\n".join(wrong[:20])
    assert "Traceback" not in done.stdout + done.stderr and done.returncode == 0, done.stderr[-3000:]
    assert refused and not MARK.exists()


def refusals(output: str) -> dict[int, str]:
    """Return what ansible-inventory says of the files that it could not use, by their numbers."""
    parts = re.split(r"(?:^|\n)\[WARNING\]:\s+", output)
    found = [(re.search(r"case(\d+)\.aws_accounts\.yml", part), part) for part in parts if "Failed to parse" in part]
    return {int(place[1]): text for place, text in found if place}
