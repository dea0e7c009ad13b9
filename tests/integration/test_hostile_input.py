# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile values in every option of every module: a clear error or a harmless run, never a traceback.

make fuzz runs all of them, make test one for each option: FUZZ_SEED=text chooses other ones.
"""

from __future__ import annotations

import ast
import concurrent.futures
import json
import os
import random
import typing as t

import pytest
import yaml
from aws_emulator.client import Emulator
from controller import SECRETS, Controller
from hostile import ALL, CHOICE, EVALUATED, VALUES, complaint, planted, ways
from project import ROOT

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
ALICE = {"user_name": "alice", "device_name": "alice"}
POLICY = "arn:aws:iam::123456789012:policy/deny"
# What each module is given besides. Modules of the controller alone are not run by a host.
BASE: dict[str, dict[str, t.Any]] = {
    "iam_mfa_device": {**ALICE, "seed_store": SECRETS},
    "iam_mfa_device_info": {},
    "iam_mfa_devices": {"devices": [ALICE], "seed_store": SECRETS},
    "iam_mfa_handover": {"devices": [{"user_name": "alice"}], "seed_store": SECRETS},
    "iam_mfa_import": {
        "devices": [{"user_name": "alice", "serial_number": "arn:aws:iam::123456789012:mfa/alice", "seed": SEED}],
        "seed_store": SECRETS,
    },
    "iam_mfa_report": {"dest": "report"},
    "iam_mfa_report_merge": {
        "sources": [],
        "unread": [{"account_id": "333333333333", "reason": "no role"}],
        "dest": "report",
        "formats": ["html", "json", "csv", "md", "junit", "sarif", "ocsf"],
    },
    "iam_mfa_session": {"user_name": "alice", "seed_store": SECRETS},
    "iam_policy_attachment": {"policy_arn": POLICY, "users": ["alice"]},
    "iam_root_credentials": {"accounts": ["222222222222"]},
    "iam_root_credentials_info": {},
    "iam_user_access": {"users": [{"user_name": "alice", "console_password": "absent"}]},
}


def spec(module: str) -> dict[str, t.Any]:
    """Return the options that a module documents itself, as an argument spec; and those of the store and the role."""
    found = _documented(ROOT / f"plugins/modules/{module}.py")
    store = _documented(ROOT / "plugins/doc_fragments/_mfa.py", "SEED_STORE")["seed_store"]
    if "seed_store" in found:
        found["seed_store"] = store
    if module.startswith("iam_mfa_report"):
        found |= _documented(ROOT / "plugins/doc_fragments/_report.py")
    found["assume_role"] = _documented(ROOT / "plugins/doc_fragments/_connection.py", "ASSUME_ROLE")["assume_role"]
    return found


def _documented(path: t.Any, name: str = "DOCUMENTATION") -> dict[str, t.Any]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            assert isinstance(node.value, ast.Constant)
            return {key: _option(value) for key, value in yaml.safe_load(node.value.value).get("options", {}).items()}
    raise AssertionError(f"{path} has no {name}")


def _option(documented: dict[str, t.Any]) -> dict[str, t.Any]:
    inner = {name: _option(option) for name, option in documented.get("suboptions", {}).items()}
    return {"type": documented.get("type", "str"), **({"options": inner} if inner else {})}


def cases(module: str) -> list[tuple[str, dict[str, t.Any]]]:
    """Return what is tried: all, or one value for each option."""
    chosen = random.Random(f"{CHOICE} {module}")
    found = []
    for way in ways(spec(module)):
        names = list(VALUES) if ALL else chosen.sample(list(VALUES), 1)
        place = ".".join(map(str, way))
        found += [(f"{module} {place}: {name}", planted(BASE[module], way, VALUES[name])) for name in names]
    return found


def tried_with(controller: Controller, module: str, options: dict[str, t.Any]) -> str:
    """Run a module and return what is wrong with what it says, or nothing."""
    try:
        answer = controller.run_module(f"hardening.aws.{module}", **options)
    except (AssertionError, ValueError) as error:
        return str(error)[-600:]
    if not answer.get("failed"):
        return ""
    said = json.dumps({name: value for name, value in answer.items() if name != "invocation"})
    return complaint(str(answer.get("msg", "")), said)


@pytest.mark.parametrize("module", BASE)
def test_no_value_ends_in_a_traceback(controller: Controller, emulator: Emulator, module: str) -> None:
    emulator.fixture(
        {
            "users": [
                {
                    "user_name": "bob",
                    "console_password": True,
                    "mfa_devices": [{"kind": "virtual", "device_name": "bob"}],
                }
            ]
        }
    )
    emulator.clear_requests()
    tried = cases(module)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda case: tried_with(controller, module, case[1]), tried))
    wrong = [f"{name}: {text}" for (name, _options), text in zip(tried, said, strict=True) if text]
    assert not wrong, f"FUZZ_SEED={CHOICE}: {len(wrong)} of {len(tried)}\n" + "\n".join(wrong[:20])
    assert not list(controller.home.rglob(EVALUATED)) and not os.path.exists(EVALUATED)
    # Nobody else's devices, passwords or policies were touched.
    assert [device["user_name"] for device in emulator.devices() if device["user_name"] == "bob"] == ["bob"]
    assert not emulator.violations()


def test_every_module_of_a_host_is_tried() -> None:
    """Those that are left out run on the controller, as actions, or are private to the role and the playbooks."""
    modules = {path.stem for path in (ROOT / "plugins/modules").glob("iam_*.py")}
    private = {name for name in modules if name.startswith("iam_user_hardening_")}
    assert modules - private - set(BASE) == {"iam_mfa_enrolment_sheets"}
