# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The case that AWS documents: Bob, the ARN of his device, two codes."""

from __future__ import annotations

import time

from aws_emulator import totp
from aws_emulator.client import Emulator
from controller import Controller, arn, device, emulator_task, task

BOBS = arn("BobsMFADevice")


def test_bob_enables_his_device_and_does_so_again(controller: Controller, emulator: Emulator) -> None:
    seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    emulator.fixture(
        {
            "users": [{"user_name": "Bob"}],
            "unassigned_virtual_devices": [{"device_name": "BobsMFADevice", "seed": seed}],
        }
    )
    code1, code2 = totp.code_pair(seed, time.time())
    bob = device(user_name="Bob", serial_number=BOBS, authentication_code1=code1, authentication_code2=code2)
    list_devices = task("amazon.aws.iam_mfa_device_info", user_name="Bob")
    an_hour_later = emulator_task(set={"clock_offset": 3600, "check_signature_age": False})
    first, _later, again, listed = controller.play(bob, an_hour_later, bob, list_devices).results

    assert first.changed and not again.changed
    assert first["actions"] == ["enable"] and again["actions"] == []
    assert first.writes == ["iam:EnableMFADevice"] and again.writes == []
    assert first["mfa_device"] == again["mfa_device"]
    assert first["mfa_device"]["serial_number"] == BOBS and first["mfa_device"]["type"] == "virtual"
    # amazon.aws's own module got its credentials from the same module_defaults
    assert [item["serial_number"] for item in listed["mfa_devices"]] == [BOBS]
    answer = controller.cli("iam", "list-mfa-devices", "--user-name", "Bob")
    assert [item["SerialNumber"] for item in answer["MFADevices"]] == [BOBS]
    assert controller.virtual() == {BOBS: "Bob"}
