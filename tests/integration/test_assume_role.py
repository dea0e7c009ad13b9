# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work as a role of another account: in that account alone, for as long as it takes, and not at all if AWS says no."""

from __future__ import annotations

import collections
import pathlib
import time
import typing as t

import pytest
import yaml
from aws_emulator.client import Emulator
from controller import ACCESS, INFO, PARAMETERS, PLURAL, REPORT, SECRETS, Controller, may_fail, task
from project import ROOT

OWN, OTHER = "123456789012", "222222222222"
ROLE = f"arn:aws:iam::{OTHER}:role/ops/hardening"
EXTERNAL_ID = "hush-external-id"
READING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}],
}
HOURS = 3600
NAMES = [f"user-{number:02}" for number in range(48)]
Answer = dict[str, t.Any]


@pytest.fixture(autouse=True)
def _accounts(emulator: Emulator) -> None:
    """The account of the credentials, and another one with a role that it may enter."""
    trusting = {"trusted": [OWN], "path": "/ops/"}
    emulator.fixture(
        {
            "account_id": OTHER,
            "account_alias": "other",
            "users": [{"user_name": name, "console_password": True} for name in NAMES],
            "roles": [
                {"name": "hardening", **trusting},
                {"name": "guarded", **trusting, "external_id": EXTERNAL_ID},
                {"name": "long", **trusting, "max_session_duration": 7200},
                {"name": "foreign", "path": "/ops/", "trusted": ["333333333333"]},
                {"name": "last", "path": "/ops/", "trusted": [f"arn:aws:iam::{OWN}:role/hop"]},
            ],
        }
    )
    emulator.fixture({"roles": [{"name": "hop", "trusted": [OWN], "max_session_duration": 43200}]})
    emulator.clear_requests()


def role(name: str = "hardening", **options: t.Any) -> dict[str, t.Any]:
    return {"role_arn": f"arn:aws:iam::{OTHER}:role/ops/{name}", **options}


def actions(emulator: Emulator) -> list[str]:
    return [request["action"] for request in emulator.requests()]


def attached(emulator: Emulator) -> set[str]:
    """Who has a device in the other account, by the emulator's own books."""
    devices = (device for device in emulator.devices() if device["account_id"] == OTHER)
    return {device["user_name"] for device in devices if device["user_name"]}


def time_passes(emulator: Emulator, seconds: float) -> None:
    """Let the emulator's time pass."""
    emulator.set(clock_offset=emulator.settings()["clock_offset"] + seconds)


# Where the work is done


@pytest.mark.parametrize("offset", [0, 5 * HOURS, -5 * HOURS], ids=["same clock", "AWS ahead", "AWS behind"])
@pytest.mark.parametrize("store", [SECRETS, PARAMETERS], ids=["secrets", "parameters"])
def test_users_and_seeds_of_the_other_account(
    controller: Controller, emulator: Emulator, store: dict[str, t.Any], offset: int
) -> None:
    """16 threads, a store in a region of its own, a clock that may be hours off: one AssumeRole, and no trace here."""
    emulator.set(clock_offset=offset)
    given = {**store, "region": "eu-west-1", "endpoint_url": emulator.url}
    devices = [{"user_name": name} for name in NAMES[:20]]
    answer = controller.run_module(PLURAL, devices=devices, seed_store=given, concurrency=16, assume_role=role())
    assert not answer.get("failed") and len(answer["results"]) == 20, answer
    requests = emulator.requests()
    assert [request["action"] for request in requests if request["status"] == 200].count("AssumeRole") == 1
    assert {request["access_key"][:4] for request in requests if request["action"] != "AssumeRole"} == {"ASIA"}
    assert attached(emulator) == set(NAMES[:20])
    emulator.set(check_signature_age=False)
    keys = {"aws_access_key_id": emulator.admin_key(OTHER), "region_name": "eu-west-1"}
    theirs, ours = (emulator.boto3(_service(store), **more) for more in (keys, {"region_name": "eu-west-1"}))
    assert len(_records(theirs)) == 20 and not _records(ours)


def _service(store: dict[str, t.Any]) -> str:
    return {"secretsmanager": "secretsmanager", "ssm_parameter": "ssm"}[store["type"]]


def _records(client: t.Any) -> list[str]:
    if hasattr(client, "list_secrets"):
        return [item["Name"] for page in client.get_paginator("list_secrets").paginate() for item in page["SecretList"]]
    pages = client.get_paginator("describe_parameters").paginate()
    return [item["Name"] for page in pages for item in page["Parameters"]]


def test_a_narrowed_session_reads_and_changes_nothing(controller: Controller, emulator: Emulator) -> None:
    narrow = role(policy=READING)
    assert len(controller.run_module(INFO, account=True, assume_role=narrow)["users"]) == len(NAMES)
    emulator.clear_requests()
    answer = controller.run_module(
        ACCESS, users=[{"user_name": NAMES[0], "console_password": "absent"}], assume_role=narrow
    )
    assert answer["failed"] and "session policy" in str(answer["results"]), answer
    by_arn = role(policy_arns=["arn:aws:iam::aws:policy/IAMReadOnlyAccess"])
    answer = controller.run_module(
        ACCESS, users=[{"user_name": NAMES[0], "console_password": "absent"}], assume_role=by_arn
    )
    assert answer["failed"], answer
    keys = {"aws_access_key_id": emulator.admin_key(OTHER)}
    assert emulator.boto3("iam", **keys).get_login_profile(UserName=NAMES[0])


# How long


@pytest.mark.parametrize(("passes", "times"), [(350, 8), (2000, 2)], ids=["as time goes by", "after a sleep"])
def test_a_run_that_takes_longer_than_its_session(
    controller: Controller, emulator: Emulator, passes: int, times: int
) -> None:
    """A session of 15 minutes, and a run of 45 minutes or more by AWS's clock: nobody notices."""
    emulator.set(latency=0.1)
    running = controller.spawn(INFO, user_names=NAMES, concurrency=2, assume_role=role(duration_seconds=900))
    for number in range(times):
        _wait_for_calls(emulator, 4 * (number + 1))
        time_passes(emulator, passes)
    answer = running.answer()
    assert not answer.get("failed") and len(answer["users"]) == len(NAMES), answer
    assert not answer["unknown"], answer["unknown"]
    requests = [request for request in emulator.requests() if request["action"] == "AssumeRole"]
    assert times // 2 <= len(requests) - 1 <= times, len(requests)
    if passes == 350:
        assert not [request for request in emulator.requests() if request["code"] == "ExpiredToken"]


def _wait_for_calls(emulator: Emulator, number: int) -> None:
    until = time.monotonic() + 60
    while actions(emulator).count("ListMFADevices") < number:
        assert time.monotonic() < until, actions(emulator)
        time.sleep(0.05)


# Refusals


REFUSALS: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "no external id": (role("guarded"), ["(AccessDenied)", "sts:ExternalId", "none was given"]),
    "wrong external id": (role("guarded", external_id="not-" + EXTERNAL_ID), ["(AccessDenied)", "it was given one"]),
    "no such role": (role("missing"), ["(AccessDenied)", f"the role exists in account {OTHER}"]),
    "not trusted": (role("foreign"), ["(AccessDenied)", "trust policy"]),
    "too long": (role(duration_seconds=7200), ["(ValidationError)", "maximum session duration of the role"]),
    "no policy": (role(policy={"Statement": [{}]}), ["(MalformedPolicyDocument)", "no policy that AWS can read"]),
}
WORK: dict[str, dict[str, t.Any]] = {
    PLURAL: {"devices": [{"user_name": name} for name in NAMES[:3]], "seed_store": SECRETS},
    ACCESS: {"users": [{"user_name": name, "console_password": "absent"} for name in NAMES[:3]]},
    REPORT: {"dest": "reports"},
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_role_that_aws_refuses(controller: Controller, emulator: Emulator, case: str) -> None:
    """One clear error, and nothing else is called: no user, no seed, no report."""
    given, told = REFUSALS[case]
    for module, options in WORK.items():
        emulator.clear_requests()
        answer = controller.run_module(module, **options, assume_role=given)
        assert answer["failed"] and answer["error"]["operation"] == "sts:AssumeRole", answer
        assert all(words in answer["msg"] for words in told), answer["msg"]
        assert given["role_arn"] in answer["msg"] and EXTERNAL_ID not in str(answer)
        assert "results" not in answer and "Traceback" not in str(answer)
        found = actions(emulator)
        assert found.count("AssumeRole") == 1 and set(found) <= {"AssumeRole", "GetCallerIdentity"}, found
    assert not (controller.home / "reports").exists()


def test_bad_input_makes_no_call(controller: Controller, emulator: Emulator) -> None:
    for given, problem in (
        ({"role_arn": "hardening"}, "assume_role.role_arn: is 'hardening': give the ARN of a role"),
        ({"session_name": "audit"}, "missing required arguments: role_arn found in assume_role"),
        ({**role(), "duration": 900}, "assume_role.duration"),
        ({**role(), "duration_seconds": 60}, "assume_role.duration_seconds: is 60: give 900 to 43200"),
        ({**role(), "external_id": "no good"}, "assume_role.external_id: is not one"),
        ({**role(), "policy": {"Statement": "all"}}, "assume_role.policy: is not a policy"),
        ({"role_arn": ROLE.replace("aws", "aws-cn", 1)}, "is in the partition aws-cn, and the region us-east-1 in aws"),
        ("hardening", "assume_role: must be a dictionary. Its keys are role_arn, session_name"),
    ):
        answer = controller.run_module(PLURAL, **WORK[PLURAL], assume_role=given)
        assert answer["failed"] and problem in answer["msg"], answer["msg"]
        assert "no good" not in str(answer)
    assert not emulator.requests()


# Who assumes


def _configured(controller: Controller, text: str) -> dict[str, str]:
    """Write an AWS configuration. Return the environment that leads botocore to it and to the emulator."""
    config = controller.home / "aws-config"
    config.write_text(text, encoding="utf-8")
    return {"AWS_CONFIG_FILE": str(config), "AWS_ENDPOINT_URL": controller.emulator.url}


OPS = "[profile ops]\naws_access_key_id = AKIAOPS\naws_secret_access_key = x\nregion = eu-west-1\n"
HOP = f"{OPS}[profile hop]\nrole_arn = arn:aws:iam::{OWN}:role/NAME\nsource_profile = ops\nregion = eu-west-1\n"


def _play(controller: Controller, text: str, *given: dict[str, t.Any], profile: str) -> list[t.Any]:
    defaults = {"profile": profile, "endpoint_url": controller.emulator.url}
    tasks = [task(INFO, user_name=NAMES[0], assume_role=item, access_key="{{ omit }}") for item in given]
    return controller.play(*may_fail(*tasks), defaults=defaults, environment=_configured(controller, text)).results


def test_profiles(controller: Controller, emulator: Emulator) -> None:
    """A profile with keys; one that is a role itself, which only then may go on to the last role, and for an hour."""
    (direct,) = _play(controller, OPS, role(), profile="ops")
    assert not direct.failed, direct.msg
    (untrusted,) = _play(controller, OPS, role("last"), profile="ops")
    assert untrusted.failed and "(AccessDenied)" in untrusted.msg
    emulator.clear_requests()
    chained, too_long = _play(
        controller,
        HOP.replace("NAME", "hop"),
        role("last"),
        role("long", duration_seconds=7200),
        profile="hop",
    )
    assert not chained.failed, chained.msg
    assert too_long.failed and "limits a chain of roles to one hour" in too_long.msg, too_long.msg
    assert ":assumed-role/hop/" in too_long.msg
    (broken,) = _play(controller, HOP.replace("NAME", "missing"), role("last"), profile="hop")
    assert broken.failed and "There are no credentials for sts:AssumeRole: AWS refused AssumeRole" in broken.msg


def test_credentials_that_have_expired(controller: Controller, emulator: Emulator) -> None:
    session = emulator.assume(f"arn:aws:iam::{OWN}:role/hop")
    emulator.set(clock_offset=2 * HOURS)
    names = {"access_key": "access_key_id", "secret_key": "secret_access_key", "session_token": "session_token"}
    keys = {name: session[f"aws_{member}"] for name, member in names.items()}
    answer = controller.run_module(INFO, user_name=NAMES[0], assume_role=role("last"), **keys)
    assert answer["failed"] and "have expired" in answer["msg"] and "ExpiredToken" in answer["msg"], answer


def test_the_role_iam_user_hardening_reads_the_account_as_one_session(
    controller: Controller, emulator: Emulator
) -> None:
    """It looks at the users and at the policy at the same time."""
    answer = controller.run_module(
        "hardening.aws.iam_user_hardening_account", policy_name="deny-unless-mfa", document=READING, assume_role=role()
    )
    assert len(answer["users"]) == len(NAMES) and not answer["policy"]["unknown"], answer
    assert actions(emulator).count("AssumeRole") == 1


# Secrets


def test_nothing_secret_is_told_or_left(controller: Controller, emulator: Emulator) -> None:
    given = role("guarded", external_id=EXTERNAL_ID, policy=READING)
    wrong = {**given, "external_id": "hush-another-id"}
    play = controller.play(
        *may_fail(
            task(INFO, account=True, register="found"),
            task(INFO, account=True, assume_role=wrong),
            task("ansible.builtin.debug", var="hostvars[inventory_hostname]"),
        ),
        defaults={**controller.access, "assume_role": given},
        arguments=["-vvvv"],
        environment={"ANSIBLE_PIPELINING": "0"},
    )
    assert not play[0].failed and play[1].failed, play.output
    written = [path for path in controller.home.rglob("*") if path.is_file()]
    left = "".join(path.read_text(encoding="utf-8", errors="replace") for path in written)
    results = str([result.data for result in play.results])
    for secret in ("hush-", "ASIA", "SessionToken", 'session_token": "F'):
        assert secret not in play.output and secret not in results and secret not in left, secret


def test_the_lookup_and_the_session_of_a_user(controller: Controller, emulator: Emulator) -> None:
    """Both read the seed in the other account as the role; the user signs in with own keys."""
    devices = [{"user_name": NAMES[0]}]
    assert controller.run_module(PLURAL, devices=devices, seed_store=SECRETS, assume_role=role())["changed"]
    keys = {"user_access_key": "AKIAUSEROFOTHERACCOU", "user_secret_key": "x"}
    emulator.fixture(
        {
            "account_id": OTHER,
            "users": [{"user_name": "deploy", "access_keys": [{"access_key_id": keys["user_access_key"]}]}],
        }
    )
    assert controller.run_module(PLURAL, devices=[{"user_name": "deploy"}], seed_store=SECRETS, assume_role=role())[
        "changed"
    ]
    emulator.set(clock_offset=300)
    where = {"region": "us-east-1", "endpoint_url": emulator.url, "access_key": "AKIALOOKUP", "secret_key": "x"}
    asked = {**where, "seed_store": SECRETS, "assume_role": role()}
    arguments = ", ".join(f"{name}={value!r}" for name, value in asked.items())
    mistyped_arguments = arguments.replace("role_arn", "arn")
    play = controller.play(
        *may_fail(
            task(
                "ansible.builtin.set_fact",
                code=f"{{{{ lookup('hardening.aws.mfa_code', '{NAMES[0]}', {arguments}) }}}}",
            ),
            task(
                "ansible.builtin.set_fact",
                code=f"{{{{ lookup('hardening.aws.mfa_code', '{NAMES[0]}', {mistyped_arguments}) }}}}",
            ),
            task(
                "hardening.aws.iam_mfa_session",
                user_name="deploy",
                seed_store=SECRETS,
                assume_role=role(),
                no_log=True,
                **keys,
            ),
        )
    )
    looked, mistyped, session = play.results
    assert not looked.failed and len(str(looked["ansible_facts"]["code"])) == 6, looked.msg
    assert mistyped.failed and "assume_role: has the unknown key 'arn'" in mistyped.msg, mistyped.msg
    assert session.status == "ok", play.output


def test_a_role_that_is_lost_in_mid_run(controller: Controller, emulator: Emulator) -> None:
    """What was done is told, and the rest fails with the reason."""
    emulator.set(check_signature_age=False, latency=0.02)
    given_role = role(duration_seconds=900)
    devices = [{"user_name": name} for name in NAMES[:20]]
    given = {"devices": devices, "seed_store": SECRETS, "concurrency": 1, "stop_after_failures": 3}
    process = controller.spawn(PLURAL, **given, assume_role=given_role)
    while not process.ended(0.02):
        if emulator.counts()["by_action"].get("iam:EnableMFADevice", 0) >= 5:
            emulator.set(denied_actions=["sts:AssumeRole"], clock_offset=1000)
    answer = process.answer()
    done = [item["user_name"] for item in answer["results"] if "enable" in item["actions"]]
    assert answer["failed"] and answer["changed"] and set(done) == attached(emulator) and 5 <= len(done) < 20
    assert f"{ROLE} could not be assumed (AccessDenied)" in answer["msg"] and not emulator.violations()
    emulator.set(denied_actions=[])
    again = controller.run_module(PLURAL, devices=devices, seed_store=SECRETS, assume_role=given_role)
    assert again["summary"] == {
        "total": 20,
        "changed": 20 - len(done),
        "unchanged": len(done),
        "failed": 0,
    }


def test_every_module_that_calls_aws_has_the_option() -> None:
    """And the lookup: whatever documents amazon.aws's options of a connection documents this one."""
    found = collections.Counter()
    for file in [
        *pathlib.Path(ROOT, "plugins/modules").glob("*.py"),
        *pathlib.Path(ROOT, "plugins/lookup").glob("*.py"),
    ]:
        text = file.read_text(encoding="utf-8")
        if "amazon.aws.common." in text:
            assert "hardening.aws._connection.assume_role" in text, file.name
            found["calls AWS"] += 1
    group = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]["aws"]
    assert found["calls AWS"] == len([name for name in group if isinstance(name, str)]) + 1
