# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile values in every option of every module: a clear error or a harmless run, never a traceback.

make fuzz runs all of them, make test one for each option: FUZZ_SEED=text chooses other ones.
"""

from __future__ import annotations

import concurrent.futures
import json
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import SECRETS, WITHOUT_AWS, Controller
from hostile import CHOICE, MARK, cases, complaint, documented_options
from project import ROOT

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
ALICE = {"user_name": "alice", "device_name": "alice"}
POLICY = "arn:aws:iam::123456789012:policy/deny"
ROTATION = {
    "users": ["alice"],
    "all": False,
    "exclude": [],
    "suffix": "2026",
    "older_than_days": None,
    "seed_store": {**SECRETS, "verify": True, "on_absent": "keep"},
    "holder": "person",
    "retire": False,
    "retire_devices": [],
    "profiles": {},
    "min_age_days": None,
}
# What each module is given besides. Those that are actions only are in test_hostile_actions.py.
BASE: dict[str, dict[str, t.Any]] = {
    "iam_mfa_device": {**ALICE, "seed_store": SECRETS},
    "iam_mfa_device_info": {"user_name": "alice"},
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
    "iam_mfa_enrolment_sheets": {"dest": "sheets", "seed_store": SECRETS},
    "iam_user_access": {"users": [{"user_name": "alice", "console_password": "absent"}]},
    # Private to the role and the playbooks
    "iam_user_hardening_account": {"user_details": True},
    "playbook_account": {},
    "rotation": {"inputs": ROTATION},
    "stored_devices": {"seed_store": SECRETS},
}

# amazon.aws's options, which all modules hand over in the same way: tried with this module.
OF_THE_CONNECTION = "playbook_account"
CONNECTION = (
    "access_key",
    "secret_key",
    "session_token",
    "profile",
    "region",
    "endpoint_url",
    "aws_ca_bundle",
    "validate_certs",
    "aws_config",
    "debug_botocore_endpoint_logs",
)
# What the playbooks' own module has typed and checked before a private module gets it.
CHECKED_BEFORE = {"rotation": ("inputs",), "stored_devices": ("seed_store",)}
# Refusals that only the account can give: who or what there is, which the calls before are for; each by what it says.
OF_THE_ACCOUNT: dict[str, str] = {
    "There is no IAM user": "a name of the right form, of nobody",
    "there is no IAM user": "the same",
    "There is no user": "the same",
    "There is no IAM group": "the same",
    "is in no organization": "the caller's account is a member of none",
    "holds the seed of": "what a store keeps already, only the store tells",
    "does not exist. Correct seed_store.name": "the same",
    "is scheduled for deletion": "the same",
    "AWS knows no token": "only AWS knows its tokens",
    "that are selected otherwise has the tag": "a tag of the right form, that no account has",
    "No device named": "a name of the right form, of no device",
    "There is no virtual device": "the same",
    "has no seed": "a store is asked for what it keeps",
    "was not found": "an ARN of the right form, of no policy",
    "matches no account": "a pattern of the right form",
    "there is no unit": "the name of a unit may be any text",
    "AWS refused": "AWS alone knows what it accepts, such as keys and session tokens",
}


def judged_by_account(message: str) -> bool:
    """Whether a refusal may come after calls."""
    return any(said in message for said in OF_THE_ACCOUNT)


def spec(module: str) -> dict[str, t.Any]:
    """Return the options that a module documents itself, as an argument spec; and those of the store and the role."""
    fragments = ROOT / "plugins/doc_fragments"
    found = documented_options(ROOT / f"plugins/modules/{module}.py")
    if "seed_store" in found:
        found["seed_store"] = documented_options(fragments / "_mfa.py", "SEED_STORE")["seed_store"]
    if module.startswith("iam_mfa_report"):
        found |= documented_options(fragments / "_report.py")
    found = {name: option for name, option in found.items() if name not in CHECKED_BEFORE.get(module, ())}
    if module == OF_THE_CONNECTION:
        found |= {name: {"type": "str"} for name in CONNECTION}
    return found | documented_options(fragments / "_connection.py", "ASSUME_ROLE")


def tried_with(controller: Controller, module: str, options: dict[str, t.Any], key: str) -> tuple[str, str]:
    """Run a module. Return what is wrong with what it says, or nothing; and what it says if it refuses.

    :param key: The access key that tells its calls from those of others.
    """
    own = {} if f"hardening.aws.{module}" in WITHOUT_AWS else {"access_key": key}
    try:
        answer = controller.run_module(f"hardening.aws.{module}", **{**own, **options})
    except (AssertionError, ValueError) as error:
        return str(error)[-600:], ""
    if not answer.get("failed"):
        return "", ""
    said = json.dumps({name: value for name, value in answer.items() if name != "invocation"})
    message = str(answer.get("msg", ""))
    return complaint(message, said), message


def calls_of(emulator: Emulator) -> dict[str, list[str]]:
    """Return the calls by the access key that made them."""
    found: dict[str, list[str]] = {}
    for request in emulator.requests():
        found.setdefault(request["access_key"], []).append(f"{request['service']}:{request['action']}")
    return found


@pytest.mark.parametrize("module", BASE)
def test_no_value_ends_in_a_traceback(controller: Controller, emulator: Emulator, module: str) -> None:
    """Nor is a call made where a value is refused, unless only the account can tell."""
    emulator.fixture(
        {
            "users": [
                {"user_name": "alice", "mfa_devices": [{"device_name": "alice", "seed": SEED}]},
                {
                    "user_name": "bob",
                    "console_password": True,
                    "mfa_devices": [{"device_name": "bob"}],
                },
            ],
            "policies": [{"policy_name": "deny", "document": {"Version": "2012-10-17", "Statement": []}}],
        }
    )
    emulator.clear_requests()
    tried = cases(module, BASE[module], spec(module))
    keys = [f"AKIAFUZZ{number}" for number in range(len(tried))]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda key, case: tried_with(controller, module, case[1], key), keys, tried))
    calls = calls_of(emulator)
    wrong = [f"{name}: {text}" for (name, _options), (text, _message) in zip(tried, said, strict=True) if text]
    wrong += [
        f"{name}: refused after {', '.join(calls[key])}: {message[:300]}"
        for key, (name, _options), (_text, message) in zip(keys, tried, said, strict=True)
        if message and key in calls and not judged_by_account(message)
    ]
    assert not wrong, f"FUZZ_SEED={CHOICE}: {len(wrong)} of {len(tried)}\n" + "\n".join(wrong[:20000])
    assert not MARK.exists()
    # Nobody else's devices, passwords or policies were touched.
    assert [device["user_name"] for device in emulator.devices() if device["user_name"] == "bob"] == ["bob"]
    assert not emulator.violations()
