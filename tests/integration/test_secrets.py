# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds and codes are nowhere: not in the output, diffs and errors, not in logs, not in files that stay behind."""

from __future__ import annotations

import json
import pathlib
import re
import time
import typing as t

import pytest
from ansible.release import __version__ as ansible_core
from aws_emulator import totp
from aws_emulator.client import Emulator
from controller import (
    ACCOUNT,
    PARAMETERS,
    SECRETS,
    Controller,
    Task,
    arn,
    device,
    devices,
    emulator_task,
    may_fail,
    task,
)

VAULTED = "hardening.aws.vaulted_seeds"
SEEDS = {
    "codes": "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U",
    "seed": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "wrong": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "uri": "NB2W45DFOIZANB2W45DFOIZANB2W45DF",
    "bad": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZL",
}
BAD_CODES = ("840193", "751204")
# What Ansible names its temporary folders has long numbers in it.
NUMBERED = re.compile(r"ansible-(?:tmp|local)-?[\w.-]+")


@pytest.fixture
def system_log(tmp_path: pathlib.Path) -> tuple[pathlib.Path, dict[str, str]]:
    """A file that gets what the modules write to the system's log, and the environment that leads them to it."""
    folder, log = tmp_path / "site", tmp_path / "system.log"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import syslog\n\n\ndef write(*words):\n"
        f"    with open({str(log)!r}, 'a', encoding='utf-8') as stream:\n        print(*words, file=stream)\n\n\n"
        "syslog.syslog = write\n",
        encoding="utf-8",
    )
    log.touch()
    return log, {"PYTHONPATH": str(folder)}


def books(moment: float) -> list[Task]:
    """Tasks that come across seeds and codes in every way, with and without failure."""
    first, second = totp.code_pair(SEEDS["codes"], moment)
    token: dict[str, t.Any] = {"user_name": "alice", "serial_number": "GAHT0000codes"}
    bad = {"authentication_code1": BAD_CODES[0], "authentication_code2": BAD_CODES[1]}
    uri = f"otpauth://totp/x?secret={SEEDS['uri']}"
    named = {"user_name": "bob", "device_name": "bob"}
    return may_fail(
        # codes: refused, accepted, not needed any more
        device(**token, **bad),
        device(**token, authentication_code1=first, authentication_code2=second),
        device(**token, **bad),
        device(**token, authentication_code1=BAD_CODES[0], authentication_code2="75120"),
        # seeds: refused input, accepted, of no use
        device(user_name="alice", serial_number="GAHT0000seed", seed=SEEDS["bad"] + "1"),
        device(user_name="alice", serial_number="GAHT0000seed", seed=SEEDS["seed"]),
        device(user_name="alice", serial_number="GAHT0000uri", seed=uri),
        device(user_name="alice", device_name="missing", seed=SEEDS["wrong"]),
        device(user_name="nobody", serial_number="GAHT0000seed", seed=SEEDS["wrong"], state="resynced"),
        # stores: a new device, in check mode and for real, the same again, and what the store answers going wrong
        device(**named, seed_store=SECRETS, check_mode=True),
        device(**named, seed_store=SECRETS),
        device(**named, seed_store=SECRETS),
        device(user_name="carol", device_name="carol", seed_store={**PARAMETERS, "name": "/shared"}),
        device(user_name="dave", device_name="dave", seed_store={**PARAMETERS, "name": "/shared"}),
        emulator_task(set={"denied_actions": ["iam:EnableMFADevice"]}),
        device(user_name="erin", device_name="erin", seed_store=SECRETS),
        emulator_task(set={"denied_actions": ["secretsmanager:GetSecretValue"]}),
        device(user_name="frank", device_name="frank", seed_store=SECRETS),
        emulator_task(set={"denied_actions": [], "unavailable_services": ["ssm"]}),
        device(
            user_name="frank",
            device_name="franks",
            seed_store=PARAMETERS,
            aws_config={"retries": {"max_attempts": 0}},
        ),
        emulator_task(set={"unavailable_services": [], "fault_probability": 0.3}),
        device(user_name="grace", device_name="grace", seed_store=SECRETS, debug_botocore_endpoint_logs=True),
        emulator_task(set={"fault_probability": 0}),
        # a new device whose seed is returned, under no_log
        device(user_name="heidi", device_name="heidi", state="present", no_log=True, register="made"),
        device(user_name="heidi", device_name="heidi", seed="{{ made.seed }}"),
        devices([{"user_name": "ivan"}, {"user_name": "judy"}], state="present", no_log=True, register="many"),
        # many, of which some fail
        devices(
            [
                {"user_name": "alice", "serial_number": "GAHT0000wrong", **bad},
                {"user_name": "ivan", "seed": "{{ many.results[0].seed }}"},
                {"user_name": "judy", "seed": "{{ many.results[1].seed }}"},
                {"user_name": "nobody", "serial_number": "GAHT0000seed", "seed": SEEDS["wrong"]},
            ]
        ),
        devices([{"user_name": "alice", "serial_number": "short", "seed": SEEDS["bad"] + "8", **bad}]),
        devices([{"user_name": "bob"}, {"user_name": "erin"}], seed_store=SECRETS),
    )


def test_secrets_are_nowhere(
    controller: Controller,
    emulator: Emulator,
    access_log: pathlib.Path,
    system_log: tuple[pathlib.Path, dict[str, str]],
) -> None:
    people = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy")
    emulator.fixture(
        {
            "users": [{"user_name": name} for name in people],
            "hardware_tokens": [{"serial_number": f"GAHT0000{name}", "seed": seed} for name, seed in SEEDS.items()][:4],
        }
    )
    emulator.set(monitor_store=False)  # some seeds are the playbook's to keep
    logged_before = access_log.stat().st_size
    log, environment = system_log
    started = time.time()
    book = books(started)
    play = controller.play(
        *book,
        arguments=["-vvvv", "--diff"],
        environment={
            **environment,
            "ANSIBLE_PIPELINING": "0",
            "ANSIBLE_LOG_PATH": str(controller.home / "ansible.log"),
        },
    )
    ended = time.time()
    failed = [result for result in play.results if result.failed]
    assert len(play) == len(book) and 10 < len(failed) < 20, [result.msg for result in failed]
    attached = {item["serial_number"] for item in emulator.devices() if item["attached"]}
    assert {arn(name) for name in ("bob", "carol", "erin", "grace", "heidi", "ivan", "judy")} <= attached
    assert {"GAHT0000codes", "GAHT0000seed", "GAHT0000uri"} <= attached

    seeds = {*SEEDS.values(), *(item["seed"] for item in emulator.devices() if item["seed"])}
    seeds |= {json.loads(value)["seed"] for value in stored_values(emulator)}
    assert len(seeds) >= 12
    codes = set(BAD_CODES)
    for seed in (SEEDS["codes"], SEEDS["seed"], SEEDS["uri"], *(item["seed"] for item in emulator.devices())):
        # those that can have been sent: two at the start of the run and until its end
        codes |= {totp.code_at(seed, when) for when in range(int(started) - 30, int(ended) + 1, 30)}

    left = [path for path in controller.home.rglob("*") if path.is_file()]
    assert controller.home / "ansible.log" in left
    places = {
        "standard output": play.stdout,
        "standard error": play.stderr,
        "the results that callbacks get": json.dumps([result.data for result in play.results]),
        "the emulator's access log": access_log.read_text(encoding="utf-8")[logged_before:],
        "the system's log": log.read_text(encoding="utf-8"),
        **{f"the file {path}": path.read_text(encoding="utf-8", errors="replace") for path in left},
    }
    assert "Invoked with" in places["the system's log"], "the modules wrote to the log that was read"
    assert "GAHT0000codes" in places["the emulator's access log"]
    for place, text in places.items():
        for seed in seeds:
            assert seed.lower() not in text.lower(), f"a seed is in {place}"
            # as Ansible would show it in another encoding
            assert seed[:24] not in text, f"a part of a seed is in {place}"
        numbers = set(re.findall(r"(?<!\d)\d{6}(?!\d)", NUMBERED.sub("", text)))
        assert not numbers & codes, f"a code is in {place}"


def stored_values(emulator: Emulator) -> list[str]:
    """What is in both stores."""
    secrets, parameters = emulator.boto3("secretsmanager"), emulator.boto3("ssm")
    found = [item["Name"] for item in secrets.list_secrets()["SecretList"]]
    names = [item["Name"] for item in parameters.describe_parameters()["Parameters"]]
    return [
        *(secrets.get_secret_value(SecretId=name)["SecretString"] for name in found),
        *(parameters.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] for name in names),
    ]


@pytest.mark.smoke
def test_nothing_else_is_masked(controller: Controller, emulator: Emulator) -> None:
    """Ansible masks a secret wherever it occurs: the code 123456 must not turn the account 123456789012 into stars.

    ansible-core 2.22 does so for the rest of the run, whatever the task.
    """
    emulator.fixture({"users": [{"user_name": "alice", "mfa_devices": [{}]}, {"user_name": "bob"}]})
    emulator.fixture({"unassigned_virtual_devices": [{"device_name": "bob"}]})
    codes = {"authentication_code1": "123456", "authentication_code2": "789012"}
    play = controller.play(
        device(user_name="alice", device_name="alice", diff=True, **codes),
        *may_fail(
            device(user_name="bob", serial_number=arn("bob"), **codes),
            devices([{"user_name": "alice", **codes}, {"user_name": "bob", **codes}]),
        ),
        task("ansible.builtin.debug", msg=f"the account is {ACCOUNT}"),
    )
    done, refused, many, later = play.results
    assert "REDACTED" not in play.output and f"the account is {ACCOUNT}" in play.stdout
    assert later.msg == f"the account is {ACCOUNT}"
    assert done["mfa_device"]["serial_number"] == arn("alice") and not done.changed
    assert done["diff"]["after"]["mfa_devices"] == [arn("alice")]
    assert arn("bob") in refused.msg
    assert [item["serial_number"] for item in many["results"]] == [arn("alice"), arn("bob")]
    for result in (done, refused, many):
        shown = json.dumps({name: value for name, value in result.data.items() if name != "invocation"})
        assert "VALUE_SPECIFIED" not in shown and "***" not in shown
    for result in (done, refused):
        given = result["invocation"]["module_args"]
        assert given["authentication_code1"] == given["authentication_code2"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@pytest.mark.smoke
def test_a_seed_that_was_returned_is_masked_afterwards(controller: Controller, emulator: Emulator) -> None:
    """By ansible-core 2.22 and later, for the rest of the run. Earlier ones have only no_log."""
    emulator.fixture({"users": [{"user_name": "alice"}]})
    emulator.set(monitor_store=False)
    (controller.home / "password").write_text("swordfish", encoding="utf-8")
    arguments = ["--vault-password-file", str(controller.home / "password")]
    shows = "ansible.builtin.debug"
    made = controller.play(
        {**devices([{"user_name": "alice"}], state="present", no_log=True), "register": "made"},
        task(shows, msg="the seed of {{ made.results[0].serial_number }} is {{ made.results[0].seed }}"),
        task(VAULTED, path="seeds.yml", records="{{ made.results }}", no_log=True),
        arguments=arguments,
    )
    held = controller.play(
        task(VAULTED, path="seeds.yml", return_seeds=True, no_log=True, register="held"),
        task(shows, msg="{{ held.seeds }} of {{ held.serial_numbers }}"),
        arguments=arguments,
    )
    (record,) = controller.vaulted(controller.home / "seeds.yml", *arguments).values()
    masks = tuple(int(part) for part in ansible_core.split(".")[:2]) >= (2, 22)
    for play in (made, held):
        assert arn("alice") in play.output and ("$REDACTED$" in play.output) is masks
        assert (record["seed"] not in play.output) is masks


def test_no_seed_gets_into_the_file_of_a_job(controller: Controller, emulator: Emulator) -> None:
    """With async, a module's result is a file that everybody may read, no_log or not."""
    emulator.fixture({"users": [{"user_name": "alice"}]})
    emulator.set(monitor_store=False)
    jobs = controller.home / "jobs"
    made = device(user_name="alice", state="present")
    book = may_fail({**made, "async": 60, "poll": 1, "no_log": True}, {**made, "async": 60, "poll": 0, "no_log": True})
    book.append({**device(user_name="alice", seed_store=SECRETS), "async": 60, "poll": 1})
    waited, _started, stored = controller.play(*book, environment={"ANSIBLE_ASYNC_DIR": str(jobs)}).results
    assert waited.failed and not waited.calls
    assert stored["actions"] == ["create", "store", "enable"]
    # The file of the one that nobody waited for is still there.
    give_up_at = time.monotonic() + 60
    while not [path for path in jobs.glob("*") if "Leave out async" in path.read_text(encoding="utf-8")]:
        assert time.monotonic() < give_up_at, [path.read_text(encoding="utf-8") for path in jobs.glob("*")]
        time.sleep(0.2)
    (seed,) = [item["seed"] for item in emulator.devices()]
    files = [path for path in controller.home.rglob("*") if path.is_file()]
    assert not [path for path in files if seed in path.read_text(encoding="utf-8", errors="replace")]


def test_a_seed_is_refused_where_ansible_keeps_the_files_of_arguments(
    controller: Controller, emulator: Emulator
) -> None:
    emulator.fixture(
        {
            "users": [{"user_name": "alice"}],
            "hardware_tokens": [{"serial_number": "GAHT0000seed", "seed": SEEDS["seed"]}],
        }
    )
    token = {"user_name": "alice", "serial_number": "GAHT0000seed", "seed": SEEDS["seed"]}
    keep = {"ANSIBLE_KEEP_REMOTE_FILES": "1"}
    book = may_fail(device(**token), devices([token]), device(user_name="alice", seed_store=SECRETS))
    one, many, stored = controller.play(*book, environment=keep).results
    for result in (one, many):
        assert result.failed and not result.calls
        assert "seed: is an argument" in result.msg and "Unset ANSIBLE_KEEP_REMOTE_FILES" in result.msg
    assert stored["actions"] == ["create", "store", "enable"]
