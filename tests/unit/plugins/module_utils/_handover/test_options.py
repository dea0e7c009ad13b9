# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of a hand-over refuse before the first call."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.module_utils._handover.options import wanted_devices
from ansible_collections.hardening.aws.plugins.module_utils._handover.seeds_for_sheets import check_options
from ansible_collections.hardening.aws.plugins.module_utils._handover.sign_in import sign_in_url

STORE = {"type": "secretsmanager", "verify": True}
BLIND = {**STORE, "verify": False}
SHEETS: dict[str, t.Any] = {"seed_store": STORE, "seed_vault_file": None, "user_names": None, "concurrency": 16}
SHEETS |= {"vault_id": None, "encrypt": False, "contact": ""}
TWICE = [{"user_name": "bob"}, {"user_name": "eve", "device_name": "BOB"}]


@pytest.mark.parametrize(
    ("devices", "run", "text"),
    [
        ([], {}, "devices: give devices, or all_devices=true"),
        ([{"user_name": "bob"}], {"all_devices": True}, "one of the two"),
        ([{"user_name": "a/b"}], {}, "devices[0] (a/b): user_name:"),
        ([{"user_name": "bob", "serial_number": "GAHT12345678"}], {}, "not the ARN of a virtual device"),
        ([{"user_name": "bob", "authentication_code1": "12345"}], {}, "authentication_code1: is not six digits"),
        ([{"user_name": "bob", "authentication_code1": "١٢٣٤٥٦"}], {}, "authentication_code1: is not six digits"),
        ([{"user_name": "bob", "authentication_code2": "123456"}], {}, "authentication_code1: is missing"),
        (
            [{"user_name": "bob", "authentication_code1": "123456", "authentication_code2": "123456"}],
            {},
            "the same as authentication_code1",
        ),
        (TWICE, {}, "devices[0] (bob) and devices[1] (eve) name the same device"),
        ([{"user_name": "bob"}], {"seed_store": BLIND}, "seed_store.verify: is false"),
        ([{"user_name": "bob"}], {"seed_store": {**STORE, "name": "{user}"}}, "unknown placeholder {user}"),
        ([{"user_name": "bob"}], {"seed_store": None}, "seed_store: give either seed_store or seed_vault_file"),
        ([{"user_name": "bob"}], {"seed_vault_file": {"path": "x"}}, "give either seed_store or seed_vault_file"),
        (
            [{"user_name": "bob"}],
            {"seed_store": None, "seed_vault_file": {"path": "x"}},
            "seed_vault_file: is read on the controller",
        ),
        ([{"user_name": "bob"}], {"max_code_age": 86401}, "max_code_age: is 86401"),
        ([{"user_name": "bob"}], {"concurrency": 0}, "concurrency: is 0"),
    ],
)
def test_bad_handovers(devices: list[dict[str, str]], run: dict[str, t.Any], text: str) -> None:
    params = {"all_devices": False, "seed_store": STORE, "seed_vault_file": None, "seed_file_records": None}
    params |= {"max_code_age": 600, "concurrency": 16, **run}
    with pytest.raises(BadInput) as refused:
        wanted_devices(devices, {**params, "devices": devices})
    assert text in refused.value.message and "123456" not in refused.value.message


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"user_names": []}, "user_names: is empty"),
        ({"user_names": ["bob", "BOB"]}, "user_names[1]: BOB is user_names[0], too"),
        ({"user_names": ["/bob"]}, "user_names[0]:"),
        ({"vault_id": "mfa"}, "vault_id: has no effect without encrypt"),
        ({"contact": "x" * 121}, "contact: is 121 characters long"),
        ({"contact": "a\nb"}, "contact: has characters that cannot be seen"),
        ({"seed_store": BLIND}, "seed_store.verify: is false"),
        ({"seed_store": None}, "seed_store: give either seed_store or seed_vault_file"),
        ({"seed_vault_file": {"path": "a"}}, "seed_store: give either seed_store or seed_vault_file"),
    ],
)
def test_bad_options_of_sheets(options: dict[str, t.Any], text: str) -> None:
    check_options(SHEETS, True)
    with pytest.raises(BadInput) as refused:
        check_options({**SHEETS, **options}, True)
    assert text in refused.value.message


def test_seeds_are_returned_to_the_action_alone() -> None:
    with pytest.raises(BadInput):
        check_options(SHEETS, False)


@pytest.mark.parametrize(
    ("partition", "url"),
    [
        ("aws", "https://acme.signin.aws.amazon.com/console"),
        ("aws-cn", "https://acme.signin.amazonaws.cn/console"),
        ("aws-us-gov", "https://acme.signin.amazonaws-us-gov.com/console"),
    ],
)
def test_where_users_sign_in(partition: str, url: str) -> None:
    assert sign_in_url(partition, "acme") == url
