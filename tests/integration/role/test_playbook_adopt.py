# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices whose seeds were kept elsewhere are adopted once these are proven; stored seeds resynchronize devices."""

from __future__ import annotations

import base64
import json
import pathlib
import random
import re
import subprocess
import time
import typing as t

import pytest
from aws_emulator.client import Emulator
from controller import SECRETS, VENV, Controller, arn
from project import ROOT
from role_runner import users
from test_kill import kill_at
from test_role_playbooks import changed, run

IMPORT = "hardening.aws.iam_mfa_import"
MANAGED = {"Key": "hardening.aws/managed", "Value": "adopted"}


def seed_of(number: int) -> str:
    return base64.b32encode(random.Random(number).randbytes(40)).decode()


def device_of(number: int) -> dict[str, t.Any]:
    return {"device_name": f"phone-{number}", "seed": seed_of(number)}


def account(emulator: Emulator, count: int) -> list[tuple[str, str, str]]:
    """Users with devices; every fifth has one that is not attached yet. The lines of a file that has their seeds."""
    people = [f"user-{number}" for number in range(1, count + 1)]
    attached = [number for number in range(1, count + 1) if number % 5]
    emulator.fixture(
        {
            "users": [
                {
                    "user_name": name,
                    "path": "/people/",
                    "mfa_devices": [device_of(number)] if number in attached else [],
                }
                for number, name in enumerate(people, start=1)
            ],
            "unassigned_virtual_devices": [device_of(number) for number in range(5, count + 1, 5)],
        }
    )
    return [(name, arn(f"phone-{number}"), seed_of(number)) for number, name in enumerate(people, start=1)]


def stored(controller: Controller, name: str) -> dict[str, t.Any]:
    return controller.secret(f"mfa/{name}")


def test_a_file_with_five_bad_lines_of_a_hundred(controller: Controller, emulator: Emulator) -> None:
    """The others are done, each bad one is named with its line, no seed is shown, and a second run changes nothing."""
    lines = account(emulator, 100)
    name, serial, seed = lines[10]
    bad = {
        11: ("nobody", serial, seed),
        22: (lines[21][0], lines[32][1], lines[21][2]),  # somebody else's device
        43: (lines[42][0], lines[42][1], "JBSWY3DP"),
        44: (lines[43][0], lines[43][2], lines[43][1]),  # swapped columns
        57: (lines[56][0], "", lines[56][2]),
    }
    rows = [bad.get(number, line) for number, line in enumerate(lines, start=1)]
    src = controller.home / "seeds.csv"
    src.write_text("user,serial,seed\n" + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    inputs = {"adopt_src": "seeds.csv", "adopt_seed_store": SECRETS}
    output = run(controller, "adopt", "--check", ok=False, **inputs)
    assert not controller.boto3("secretsmanager").list_secrets()["SecretList"]
    output = run(controller, "adopt", "-vvvv", ok=False, **inputs)
    for text in (
        "5 of 100 devices failed, the others are done",
        "line 12 (nobody): There is no IAM user nobody",
        "line 23 (user-22): arn:aws:iam::123456789012:mfa/phone-33 is attached to user-33, not to user-22",
        "line 44 (user-43): seed: is too short: 8 base32 characters",
        "line 45 (user-44): serial_number looks like a seed: the columns are swapped",
        "line 58 (user-57): serial_number is missing",
        "seeds.csv holds seeds in clear text",
    ):
        assert text in output, output
    assert not [line for line in rows if line[2] in output or line[1] == seed_of(44) and line[1] in output]
    assert not emulator.violations()
    good = [line for number, line in enumerate(lines, start=1) if number not in bad]
    for name, serial, seed in good:
        assert stored(controller, name)["seed"] == seed and controller.attached(name) == [serial]
    assert controller.boto3("iam").list_mfa_device_tags(SerialNumber=good[0][1])["Tags"] == [MANAGED]
    assert len(controller.boto3("secretsmanager").list_secrets(MaxResults=100)["SecretList"]) == 95
    src.write_text("user,serial,seed\n" + "".join(",".join(row) + "\n" for row in good), encoding="utf-8")
    emulator.clear_requests()
    output = run(controller, "adopt", **inputs)
    assert changed(output) == 0 and "0 adopted, 95 were adopted already" in output
    assert all(one["action"].startswith(("Get", "List")) for one in emulator.requests())


def test_killed_at_each_call(controller: Controller, emulator: Emulator) -> None:
    """An attached and an unattached device: the next run finishes, and the seed is stored before it is attached."""
    lines = account(emulator, 10)
    items = [{"user_name": name, "serial_number": serial, "seed": seed} for name, serial, seed in (lines[0], lines[4])]
    call = 0
    while kill_at(controller, IMPORT, call + 1, "after", devices=items, seed_store=SECRETS, concurrency=1):
        call += 1
        assert not emulator.violations()
        # A code is good for once; the killed run's own are not to be waited for.
        emulator.set(clock_offset=emulator.settings()["clock_offset"] + 90, check_signature_age=False)
    assert call >= 4
    answer = controller.run_module(IMPORT, devices=items, seed_store=SECRETS)
    assert not answer.get("failed") and not answer["changed"]
    for item in items:
        assert stored(controller, item["user_name"])["seed"] == item["seed"]
        assert controller.attached(item["user_name"]) == [item["serial_number"]]


def test_lost_replies_and_a_missing_permission(controller: Controller, emulator: Emulator) -> None:
    lines = account(emulator, 10)
    items = [{"user_name": name, "serial_number": serial, "seed": seed} for name, serial, seed in lines]
    emulator.set(denied_actions=["iam:TagMFADevice", "secretsmanager:CreateSecret"])
    answer = controller.run_module(IMPORT, devices=items, seed_store=SECRETS)
    assert answer["summary"] == {"total": 10, "changed": 0, "unchanged": 0, "failed": 10}
    assert "lacks the IAM permission secretsmanager:CreateSecret" in answer["msg"]
    assert controller.attached("user-5") == []
    # A lost reply to ResyncMFADevice costs a minute, until there are other codes.
    lossy = {"lost_reply_probability": 0.2, "services_with_faults": ["secretsmanager"], "random_seed": 3}
    emulator.set(denied_actions=["iam:TagMFADevice"], **lossy)
    emulator.set(clock_offset=emulator.settings()["clock_offset"] + 90, check_signature_age=False)
    answer = controller.run_module(IMPORT, devices=items, seed_store=SECRETS)
    emulator.set(lost_reply_probability=0)
    assert not answer.get("failed"), answer["msg"]
    assert any("was adopted without its tag" in str(warning) for warning in answer["warnings"])
    for name, serial, seed in lines:
        assert stored(controller, name)["seed"] == seed and controller.attached(name) == [serial]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (None, "cannot be read on the host that runs the module"),
        ("", "has no column user"),
        ("user;serial\nx;y\n", "has no column seed. Its first line must be: user,serial,seed"),
        ("user,serial,seed\n\n", "has no devices"),
        ("user,serial,seed\nx,,\n", "line 2: serial_number is missing"),
        ('{"user": "x"}', "must hold a list"),
        ("[{]", "is not valid JSON, line 1"),
        ("$ANSIBLE_VAULT;1.1;AES256\n00\n", "is encrypted by ansible-vault"),
    ],
)
def test_files_that_are_refused(controller: Controller, emulator: Emulator, text: str | None, refusal: str) -> None:
    src = controller.home / "seeds"
    if text is not None:
        pathlib.Path(src).write_text(text, encoding="utf-8")
    emulator.clear_requests()
    answer = controller.run_module(IMPORT, src=str(src), seed_store=SECRETS)
    assert answer["failed"] and refusal in answer["msg"], answer["msg"]
    assert not emulator.requests()


def test_seeds_as_arguments_that_stay_in_a_file_are_refused(controller: Controller, emulator: Emulator) -> None:
    item = {"user_name": "alice", "serial_number": arn("alice"), "seed": seed_of(1)}
    emulator.clear_requests()
    answer = controller.run_module(IMPORT, devices=[item], seed_store=SECRETS, _ansible_keep_remote_files=True)
    assert "Unset ANSIBLE_KEEP_REMOTE_FILES" in answer["msg"] and not emulator.requests()
    assert seed_of(1) not in json.dumps(answer)


def handed_over(controller: Controller, name: str) -> None:
    """What iam_mfa_handover leaves: a tag, and a secret that is scheduled for deletion."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 200))
    tag = {"Key": "hardening.aws/handed-over", "Value": moment}
    controller.boto3("iam").tag_mfa_device(SerialNumber=arn(name), Tags=[tag])
    secrets = controller.boto3("secretsmanager")
    secrets.create_secret(Name=f"mfa/{name}", SecretString="x")
    secrets.delete_secret(SecretId=f"mfa/{name}")


def test_json_and_resync(controller: Controller, emulator: Emulator) -> None:
    """What Terraform's output has is adopted; then each stored seed brings its device back into step."""
    emulator.fixture({"users": users("alice", "bob", mfa_devices=[{"seed": seed_of(1)}])})
    emulator.fixture({"users": users("eve", mfa_devices=[{"device_name": "her-own"}])})
    emulator.fixture({"users": users("frank", mfa_devices=[{}])})
    src = controller.home / "seeds.json"
    rows = [{"user": name, "serial": arn(name), "seed": seed_of(1)} for name in ("alice", "bob")]
    src.write_text(json.dumps(rows), encoding="utf-8")
    run(controller, "adopt", adopt_src="seeds.json", adopt_seed_store=SECRETS)
    emulator.set(clock_offset=emulator.settings()["clock_offset"] + 90, check_signature_age=False)
    emulator.clear_requests()
    handed_over(controller, "frank")
    output = run(controller, "resync", resync_all=True, resync_seed_store=SECRETS)
    assert "eve" in output and "The secret mfa/eve does not exist" in output
    assert f"frank, {arn('frank')}, was handed over to its user" in output
    resynced = [one["params"]["UserName"] for one in emulator.requests() if one["action"] == "ResyncMFADevice"]
    assert sorted(resynced) == ["alice", "bob"]
    output = run(controller, "resync", "--check", resync_users=["alice"], resync_seed_store=SECRETS)
    assert changed(output) == 1
    output = run(controller, "resync", ok=False, resync_users=["eve"], resync_seed_store=SECRETS)
    assert "The secret mfa/eve does not exist" in output
    output = run(controller, "resync", ok=False, resync_users=["Alice", "nobody"], resync_seed_store=SECRETS)
    assert "there is no IAM user Alice, nobody" in output


def test_documented_vaulted_file(controller: Controller, emulator: Emulator, vault_password: pathlib.Path) -> None:
    emulator.fixture({"users": users("alice", mfa_devices=[{"seed": seed_of(1)}])})
    page = (ROOT / "docs/adopt.md").read_text(encoding="utf-8")
    (book,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (controller.home / "book.yml").write_text(book, encoding="utf-8")
    row = {"user_name": "alice", "serial_number": arn("alice"), "seed": seed_of(1)}
    (controller.home / "seeds.json").write_text(json.dumps([row]), encoding="utf-8")
    environment = {**controller.environment(RECORDED_RESULTS="/dev/null"), **emulator.env()}
    password = ["--vault-password-file", str(vault_password)]
    for command in (["ansible-vault", "encrypt", "seeds.json"], ["ansible-playbook", "book.yml", "-vvvv"]):
        done = subprocess.run(
            [str(VENV / "bin" / command[0]), *command[1:], *password],
            env=environment,
            cwd=controller.home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert seed_of(1) not in done.stdout + done.stderr
    assert stored(controller, "alice")["seed"] == seed_of(1)
