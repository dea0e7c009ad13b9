# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which lines of devices that others created can be used, in a real module. No call is made, and no seed is told."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils._devices import imports
from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.tests.unit.plugins.module_utils.test_bulk_module import patch_module_args

SEED, OTHER = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
ARN = "arn:aws:iam::123456789012:mfa/"
STORE = {"type": "secretsmanager", "name": "mfa/{user_name}"}


def line(user_name: str = "alice", serial_number: str = f"{ARN}alice", seed: str = SEED) -> dict[str, str]:
    return {"user_name": user_name, "serial_number": serial_number, "seed": seed}


def module_with(**given: t.Any) -> AnsibleAWSModule:
    arguments = {"seed_store": STORE, "region": "eu-north-1", **given}
    with patch_module_args(arguments):
        return AnsibleAWSModule(argument_spec=imports.import_options(), supports_check_mode=True)


def refused(**given: t.Any) -> str:
    """Why the module refuses what it is given."""
    with pytest.raises(BadInput) as raised:
        imports.run(module_with(**given))
    assert SEED not in raised.value.message and OTHER not in raised.value.message
    return raised.value.message


@pytest.mark.parametrize(
    ("devices", "words"),
    [
        ([line(user_name="")], "devices[0]: user_name is missing."),
        ([line(), line("bob", "")], "devices[1]: serial_number is missing."),
        ([line(user_name=SEED, seed="alice")], "devices[0]: user_name looks like a seed: the columns are swapped."),
        ([line(serial_number=SEED, seed="x")], "devices[0]: serial_number looks like a seed"),
        ([line(seed="not Base32!")], "devices[0]: seed: "),
        ([line(), line("ALICE", f"{ARN}ALICE", OTHER)], "devices[1]: serial: the same device and user as in line 1."),
        ([line("al ice")], "devices[0]: user_name: "),
    ],
)
def test_one_device_that_cannot_be_used_stops_all(devices: list[dict[str, str]], words: str) -> None:
    assert words in refused(devices=devices)


def test_all_problems_are_told_but_no_more_than_twenty() -> None:
    found = refused(devices=[line(user_name="") for _number in range(30)])
    assert found.count("user_name is missing.") == 20


def test_a_store_that_is_not_read_is_refused() -> None:
    found = refused(devices=[line()], seed_store={**STORE, "verify": False}, concurrency=0)
    assert "seed_store.verify: must be true" in found and "concurrency: is 0" in found


def test_a_file_whose_lines_are_all_unusable(tmp_path: pathlib.Path) -> None:
    (tmp_path / "seeds.csv").write_text(f"user,serial,seed\n,{ARN}a,{SEED}\nbob,{SEED},{ARN}b\n", encoding="utf-8")
    found = refused(src=str(tmp_path / "seeds.csv"))
    assert "src: line 2: user_name is missing." in found and "src: line 3: serial_number looks like a seed" in found


def test_one_line_of_a_file_that_cannot_be_used_stops_no_other(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "seeds.json"
    rows = [
        {"user": "alice", "serial": f"{ARN}alice", "seed": SEED},
        {"user": "bob", "serial": f"{ARN}bob", "seed": ""},
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")
    module = module_with(src=str(path))
    lines, warnings = imports._lines(module)
    good, bad = imports._judged(lines, module.params)
    assert good.desired.stored and good.desired.seed == SEED and good.serial_number == f"{ARN}alice" and not good.failed
    assert bad.error is not None and bad.error.message == "seed is missing." and bad.desired.label == "line 2 (bob)"
    assert warnings[0].startswith(f"{path} holds seeds in clear text.")


@pytest.mark.parametrize(("mode", "count"), [(0o600, 1), (0o640, 2), (0o604, 2)])
def test_a_file_that_others_may_read(mode: int, count: int, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "seeds.json"
    path.write_text(json.dumps([{"user": "a", "serial": "b", "seed": "c"}]), encoding="utf-8")
    path.chmod(mode)
    _lines, warnings = imports._lines(module_with(src=str(path)))
    assert len(warnings) == count and ("can be read by other users" in warnings[-1]) is (count == 2)


def test_devices_whose_arguments_are_kept_on_a_disk() -> None:
    found = refused(devices=[line()], _ansible_keep_remote_files=True)
    assert "ANSIBLE_KEEP_REMOTE_FILES" in found and "or use src" in found


def test_neither_a_file_nor_devices() -> None:
    assert refused(devices=None).startswith("devices: is null, and src is not given: give either")
