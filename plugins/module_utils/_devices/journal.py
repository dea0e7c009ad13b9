# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has been done for one input so far, as the steps note it.

This module is private to hardening.aws.
"""

from __future__ import annotations

import dataclasses

from .._aws.iam import NewDevice
from .._errors import AwsRefused
from .._seeds.record import Record


@dataclasses.dataclass
class Journal:
    """What has been done for one input so far. It outlives a plan that turned out stale."""

    done: list[str] = dataclasses.field(default_factory=list)
    created: NewDevice | None = None
    record: Record | None = None
    # The version of the record that the created device's seed replaces; looked up before the device is created.
    expected: str | None = None
    # When the list was read that showed the device as attached to nobody, on the monotonic clock.
    seen_at: float = 0.0
    # Whether a reply to an attempt to attach was lost, and whether one of them has attached the device.
    unsure: bool = False
    attached: bool = False
    # AWS's refusal of supplied codes, after which a list shows the device as attached. They are not sent again, even if
    # another list does not.
    refusal: AwsRefused | None = None
    # Seconds that went into waits for codes; no deadline counts them.
    waited: float = 0.0
    # Virtual devices that were to be deleted, and are only taken off their user so far.
    taken_off: list[str] = dataclasses.field(default_factory=list)

    # The records of devices that go, by serial number.
    retirable: dict[str, Record] = dataclasses.field(default_factory=dict)

    def wait(self, seconds: float) -> None:
        """Note a wait for codes."""
        self.waited += seconds
