# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller whose clock is hours off AWS's: codes are computed on AWS's clock, and nobody waits for a second one."""

from __future__ import annotations

import pytest
from aws_emulator.client import Emulator
from controller import PARAMETERS, SECRETS, Controller, arn, device, devices

SEED = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
HOURS = 3600


@pytest.mark.parametrize("offset", [3 * HOURS, -3 * HOURS], ids=["AWS ahead", "AWS behind"])
def test_hours_off(controller: Controller, emulator: Emulator, offset: int) -> None:
    names = ["a1", "a2", "a3"]
    emulator.fixture(
        {
            "users": [{"user_name": name} for name in (*names, "bob", "carol", "dave", "erin")],
            "hardware_tokens": [{"serial_number": f"GAHT000000{name}", "seed": SEED} for name in names],
        }
    )
    emulator.set(clock_offset=offset)
    nothing = device(user_name="erin", all_devices=True, state="disabled")
    play = controller.play(
        nothing,
        *[device(user_name=name, serial_number=f"GAHT000000{name}", seed=SEED) for name in names],
        device(user_name="bob", device_name="bob", seed_store=SECRETS),
        devices([{"user_name": "carol"}, {"user_name": "dave"}], seed_store=PARAMETERS),
        nothing,
    )
    idle, *changes, idle_again = play.results
    enabled, bob = changes[:3], changes[3]
    assert all(result.changed for result in changes) and not idle.changed
    for result in enabled:
        assert result["actions"] == ["enable"] and result.writes == ["iam:EnableMFADevice"]
    # Under 3 seconds on a machine that takes 0.9 for a task with nothing to do. That is measured here too, as other
    # tests use the machine at the same time. A wait for a code would be in all three.
    slowness = max(1.0, *(result.seconds / 0.9 for result in (idle, idle_again)))
    assert min(result.seconds for result in enabled) < 3 * slowness
    emulator.set(check_signature_age=False)  # boto3 has no clock but its own
    assert controller.secret("mfa/bob")["created"][:13] == bob["mfa_device"]["enable_date"][:13], "by AWS's clock"
    for name in names:
        assert controller.attached(name) == [f"GAHT000000{name}"]
    assert controller.virtual() == {arn(name): name for name in ("bob", "carol", "dave")}
