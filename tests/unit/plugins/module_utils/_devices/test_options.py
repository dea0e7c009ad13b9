# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused before the first call. The integration tests run more such cases through ansible-playbook."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._devices import options

ARN = "arn:aws:iam::123456789012:mfa/alice"
SEED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
STORE = {"type": "secretsmanager", "name": None, "tags": None, "verify": True}
RUN: dict[str, t.Any] = {"state": "enabled", "purge_tags": True, "seed_store": None, "wait_timeout": 60}


def desired(run: dict[str, t.Any] | None = None, **item: t.Any) -> tuple[t.Any, list[str]]:
    full = dict.fromkeys(options.target_options())
    full.update({"user_name": "alice", "device_path": "/"}, **item)
    return options.desired_of(full, {**RUN, **(run or {})})


@pytest.mark.parametrize(
    ("run", "item"),
    [
        ({}, {"serial_number": ARN, "authentication_code1": "012345", "authentication_code2": "123456"}),
        ({}, {"serial_number": "GAHT12345678", "seed": SEED.lower()}),
        ({}, {"serial_number": "arn:aws-us-gov:iam::123456789012:mfa/a//b/alice", "seed": SEED}),
        ({"seed_store": STORE}, {"device_name": "a" * 226}),
        ({"seed_store": STORE}, {"device_name": "alice", "device_path": "/staff/eu//"}),
        ({"seed_store": STORE}, {"device_name": "alice", "tags": {str(n): "x" for n in range(50)}}),
        ({"state": "absent"}, {"serial_number": "arn:aws:iam::123456789012:u2f/user/alice/x"}),
        ({"state": "absent", "all_devices": True}, {}),
        ({"state": "present"}, {"device_name": "alice", "user_name": "a" * 64}),
        ({"state": "present"}, {"device_name": "alice", "user_name": "a.b+c=d,e@f-g_h"}),
    ],
)
def test_good_input(run: dict[str, t.Any], item: dict[str, t.Any]) -> None:
    wanted, problems = desired(run, **item)
    assert problems == []
    assert wanted.user_name == item.get("user_name", "alice")


@pytest.mark.parametrize(
    ("run", "item", "problem"),
    [
        ({}, {"serial_number": ARN}, "seed_store: is missing, and state=enabled needs codes of the device"),
        ({}, {"device_name": "alice"}, "to write a new device's seed to before the device is attached"),
        (
            {"seed_store": STORE},
            {"device_name": "alice", "device_path": "/" + "a" * 230 + "/"},
            "more than 256 characters",
        ),
        ({"seed_store": STORE}, {"device_name": "alice", "device_path": "/" + "a" * 512 + "/"}, "the limit is 512"),
        (
            {"seed_store": STORE},
            {"device_name": "alice", "device_path": "/a b/"},
            "may contain only letters, digits and +=/:,.@_-",
        ),
        (
            {"seed_store": STORE},
            {"device_name": "alice", "device_path": "/a!b/"},
            "AWS would create a device on this path",
        ),
        ({"seed_store": STORE}, {"device_name": "alice", "device_path": "/{{x}}/"}, "letters, digits and"),
        ({}, {"serial_number": "GAHT12345678", "seed": "otpauth://[x"}, "seed: is not a valid otpauth URI"),
        ({"state": "present"}, {"serial_number": "GAHT12345678"}, "state=present creates virtual devices"),
        ({"state": "absent"}, {"serial_number": ARN, "seed": SEED}, "seed: has no effect with state=absent"),
        ({"state": "absent"}, {"serial_number": ARN, "tags": {"a": "b"}}, "tags: has no effect with state=absent"),
        ({"state": "enabled", "all_devices": True}, {"seed": SEED}, "all_devices: requires state=disabled"),
        (
            {"state": "absent", "all_devices": True},
            {"device_name": "alice"},
            "cannot be combined with serial_number or device_name",
        ),
        ({}, {"serial_number": ARN, "seed": SEED, "tags": {"a": None}}, "the value of 'a' must be a string"),
        ({}, {"serial_number": "GAHT12345678", "seed": SEED, "tags": {"a": "b"}}, "only virtual devices can have tags"),
        ({}, {"serial_number": ARN, "seed": SEED, "tags": {"aws:x": "b"}}, "reserved for Amazon"),
    ],
)
def test_problems_name_the_option(run: dict[str, t.Any], item: dict[str, t.Any], problem: str) -> None:
    wanted, problems = desired(run, **item)
    assert wanted is None
    assert [line for line in problems if problem in line], problems
    assert SEED not in "".join(problems)


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ({"region": "eu-central-1"}, None),
        ({"region": "eu-central-1\n"}, "seed_store.region: is 'eu-central-1\\n': give the name of a region"),
        ({"region": "0"}, "seed_store.region: is '0': give the name of a region"),
        ({"region": "[[]]"}, "seed_store.region: is '[[]]': give the name of a region"),
        ({"endpoint_url": "http://127.0.0.1:4566"}, None),
        ({"endpoint_url": "ftp://127.0.0.1"}, "seed_store.endpoint_url: is 'ftp://127.0.0.1': give a URL"),
        ({"endpoint_url": "https://a b"}, "seed_store.endpoint_url: is 'https://a b': give a URL"),
        ({"kms_key_id": "alias/mfa"}, None),
        ({"kms_key_id": "arn:aws:kms:eu-central-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"}, None),
        ({"kms_key_id": ""}, "seed_store.kms_key_id: is '': give the ID or the ARN of a KMS key, or an alias"),
        ({"kms_key_id": "{{ key }}"}, "seed_store.kms_key_id: is '{{ key }}': give the ID"),
        ({"kms_key_id": "alias/mfa\n"}, "seed_store.kms_key_id: is 'alias/mfa\\n': give the ID"),
    ],
)
def test_where_a_store_is_and_with_which_key(place: dict[str, str], problem: str | None) -> None:
    problems = options.run_problems({**RUN, "seed_store": {**STORE, **place}})
    assert [text[: len(problem or "")] for text in problems] == ([problem] if problem else [])


def test_every_problem_is_found_at_once() -> None:
    _wanted, problems = desired(user_name="", authentication_code1="1", authentication_code2="x")
    assert [problem.split(":")[0] for problem in problems] == [
        "user_name",
        "authentication_code1",
        "authentication_code2",
    ]


def test_a_device_without_a_name_bears_the_users() -> None:
    wanted, problems = desired({"seed_store": STORE}, user_name="bob")
    assert problems == [] and (wanted.device_name, wanted.device_path) == ("bob", "/")
    wanted, problems = desired({"state": "absent", "all_devices": True}, user_name="bob")
    assert problems == [] and wanted.device_name is None


def test_the_name_of_roots_device_says_nothing_of_its_owner() -> None:
    """Any user's device may have it; what is really root's is refused when its owner is known."""
    wanted, problems = desired(
        {"state": "absent"}, serial_number="arn:aws:iam::123456789012:mfa/root-account-mfa-device"
    )
    assert problems == [] and wanted.is_virtual


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        ({"device_name": "alice"}, {"device_name": "alice"}, "devices[0] (a) and devices[1] (b) name the same device"),
        ({"device_name": "alice"}, {"device_name": "ALICE"}, "name the same device"),
        ({"serial_number": ARN}, {"serial_number": ARN}, "name the same device"),
        ({"device_name": "x"}, {"device_name": "y", "user_name": "a"}, "under the same seed_store.name (mfa/a)"),
        ({"device_name": "x"}, {"device_name": "y"}, None),
        ({"device_name": "x"}, {"device_name": "x", "device_path": "/p/"}, None),
    ],
)
def test_duplicates(first: dict[str, t.Any], second: dict[str, t.Any], problem: str | None) -> None:
    inputs = []
    for name, item in (("a", first), ("b", second)):
        wanted, problems = desired({"seed_store": STORE}, **{"user_name": name, **item})
        assert problems == []
        inputs.append(wanted)
    found = options.duplicate_problems(inputs, STORE)
    assert (problem in found[0]) if problem else (found == [])


class Module:
    def __init__(self, *values: str) -> None:
        self.no_log_values = set(values)


def test_secrets_leave_the_parameters_that_ansible_prints() -> None:
    item = {"user_name": "alice", "seed": SEED, "authentication_code1": "123456", "authentication_code2": None}
    module = Module(SEED, "123456", "the AWS secret key")
    taken = options.take_secrets(module, item)
    assert (taken["seed"], taken["authentication_code1"]) == (SEED, "123456")
    assert SEED not in item.values() and "123456" not in item.values()
    assert module.no_log_values == {"the AWS secret key"}
