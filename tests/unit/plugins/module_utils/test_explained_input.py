# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which item is meant, and which option a mistyped one was meant for; without a value."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.hardening.aws.plugins.module_utils._devices import options
from ansible_collections.hardening.aws.plugins.module_utils._explained_input import as_text, input_hints

SPEC = {
    **options.run_options(),
    "devices": {"type": "list", "elements": "dict", "options": options.target_options()},
}
DICTIONARY = "must be a dictionary: write {user_name: …} instead of the name alone."


@pytest.mark.parametrize(
    ("params", "hints"),
    [
        ({"devices": [{"user_name": "alice", "resource_tags": {}}], "_ansible_check_mode": True}, []),
        (
            {"devices": ["alice", {"user_name": "bob"}, "dave"]},
            [f"devices[0]: {DICTIONARY}", f"devices[2]: {DICTIONARY}"],
        ),
        ({"devices": [None, ["alice"]]}, [f"devices[0]: {DICTIONARY}", f"devices[1]: {DICTIONARY}"]),
        # what Ansible itself turns into a dictionary
        ({"devices": ["user_name=alice", '{"user_name": "bob"}']}, []),
        ({"devices": [{"username": "alice"}]}, ["devices[0]: username is not an option: did you mean user_name?"]),
        ({"device": [], "wait_time": 5}, ["device is not an option: did you mean devices?"]),
        (
            {"devices": "alice", "colour": "red"},
            ["devices: must be a list of dictionaries: write [{user_name: …}] instead of text."],
        ),
        ({"devices": "user_name=alice", "seed_store": "type=secretsmanager"}, []),
        ({"seed_store": "secretsmanager"}, ["seed_store: must be a dictionary. Its keys are type, name, kms_key_id, "]),
        (
            {"seed_store": ["secretsmanager"]},
            ["seed_store: must be a dictionary. Its keys are type, name, kms_key_id, "],
        ),
        ({"seed_store": {"typ": "x"}}, ["seed_store: typ is not an option: did you mean type?"]),
    ],
)
def test_hints(params: dict[str, t.Any], hints: list[str]) -> None:
    found = input_hints(params, SPEC)
    assert len(found) >= len(hints) and all(map(str.startswith, found, hints)) and (bool(found) == bool(hints))


def test_no_value_is_shown() -> None:
    seed = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
    assert seed not in "".join(input_hints({"devices": [seed, {"seeds": seed}, {"sed": seed}]}, SPEC))


@pytest.mark.parametrize("value", [5, True, 1.5, [5], [None], [True], ["text", 5], {"a": 1}])
@pytest.mark.parametrize("name", ["devices", "seed_store"])
def test_ansible_refuses_what_is_no_dictionary_and_does_not_stop(name: str, value: t.Any) -> None:
    """Ansible itself ends in a TypeError at a number or a boolean."""
    given = {"devices": [{"user_name": "alice"}], name: value}
    checked = ArgumentSpecValidator(SPEC).validate(as_text(given, SPEC))
    assert checked.error_messages, value
