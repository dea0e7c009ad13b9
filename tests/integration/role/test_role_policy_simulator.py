# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The enforced policy judged by an evaluator that nobody here wrote, @cloud-copilot/iam-simulate.

It is installed from npm into build/policy-simulator, as tests/policy-simulator pins it, and skipped without Node.js.
"""

from __future__ import annotations

import functools
import json
import os
import pathlib
import shutil
import subprocess

import policy_cases
import pytest
from controller import ACCOUNT
from policy_cases import ADMINISTRATOR, PARTITIONS, PEOPLE, VARIANTS, Case, Document, Variant
from project import BUILD, ROOT, locked

SOURCE = ROOT / "tests/policy-simulator"
TARGET = BUILD / "policy-simulator"
FILES = ("package.json", "package-lock.json", "judge.mjs")
PATIENCE_SECONDS = 240


@functools.cache
def simulator() -> pathlib.Path:
    """The folder in which the evaluator is installed. It is installed anew when its lock file changed."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"the policy simulator needs Node.js, and there is no {program} here")
    with locked("policy-simulator"):
        stamp = TARGET / "installed.json"
        lock = (SOURCE / "package-lock.json").read_bytes()
        if not stamp.is_file() or stamp.read_bytes() != lock:
            shutil.rmtree(TARGET, ignore_errors=True)
            TARGET.mkdir(parents=True)
            for name in FILES:
                shutil.copy(SOURCE / name, TARGET / name)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
            done = subprocess.run(
                command, cwd=TARGET, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
            )
            assert done.returncode == 0, f"npm could not install the policy simulator: {done.stderr}"
            stamp.write_bytes(lock)
        shutil.copy(SOURCE / "judge.mjs", TARGET / "judge.mjs")
    return TARGET


def verdicts(cases: list[Case], documents: list[Document]) -> list[str]:
    """What the evaluator says of each case; the documents are those of VARIANTS."""
    requests = []
    for case in cases:
        position = VARIANTS.index(case.variant)
        requests.append(
            {
                "policies": [position, len(documents)] if case.administrator else [position],
                "principal": policy_cases.arn(case.variant.partition, case.person.own),
                "action": case.action,
                "resource": case.resource,
                "account": ACCOUNT,
                "context": {
                    "aws:username": case.person.name,
                    **({} if case.mfa is None else {"aws:MultiFactorAuthPresent": case.mfa}),
                },
            }
        )
    done = subprocess.run(
        ["node", "judge.mjs"],
        cwd=simulator(),
        input=json.dumps({"policies": [*documents, ADMINISTRATOR], "requests": requests}),
        env={"PATH": os.environ.get("PATH", os.defpath)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def test_policy_by_an_evaluator_of_others() -> None:
    simulator()
    documents = [variant.document() for variant in VARIANTS]
    cases = policy_cases.cases()
    found = verdicts(cases, documents)
    assert len(found) == len(cases)
    wrong = [
        (case, verdict)
        for case, verdict in zip(cases, found, strict=True)
        if (verdict == "Allowed") is not case.allowed
    ]
    assert not wrong, f"{len(wrong)} of {len(cases)}, first {wrong[:3]}"


def test_stolen_keys_by_an_evaluator_of_others() -> None:
    simulator()
    documents = [variant.document() for variant in VARIANTS]
    cases = [
        case for partition in PARTITIONS for person in PEOPLE for case in policy_cases.thief(Variant(partition), person)
    ]
    assert set(verdicts(cases, documents)) <= {"ExplicitlyDenied", "ImplicitlyDenied"}


def test_the_evaluator_finds_what_was_wrong_before() -> None:
    """A policy that forgets users with a path denies them their own devices, explicitly."""
    simulator()
    documents = []
    for variant in VARIANTS:
        text = json.dumps(variant.document()).replace(
            f', "arn:{variant.partition}:iam::*:user/*/${{aws:username}}"', ""
        )
        documents.append(json.loads(text))
    pathed = PEOPLE[1]
    cases = [
        Case(
            variant, pathed, "iam:ListMFADevices", policy_cases.arn(variant.partition, pathed.own), "false", True, False
        )
        for variant in VARIANTS
    ]
    assert set(verdicts(cases, documents)) == {"ExplicitlyDenied"}
