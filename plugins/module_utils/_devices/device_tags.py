# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tags by which this collection marks virtual devices in AWS.

This module is private to hardening.aws. Passkeys and hardware tokens cannot have tags.
"""

from __future__ import annotations

import datetime

from .._seeds.record import TOLERANCE_SECONDS, moment_of

# When the person showed that they have the device's seed, ISO 8601 in UTC. The seed then leaves the store.
HANDED_OVER = "hardening.aws/handed-over"

# Who keeps the device's seed: "adopted" where a person or another tool created the device.
MANAGED = "hardening.aws/managed"


def handed_over_at(tag: str | None, *since: str | None) -> str | None:
    """Return when a device was handed over, as its tag HANDED_OVER says; None if it does not hold for this device.

    :param tag: The tag's value, or None.
    :param since: Moments before which it cannot have been: when the device was attached, and its seed made. ISO 8601.
    """
    told = moment_of(tag)
    if told is None:
        return None
    tolerance = datetime.timedelta(seconds=TOLERANCE_SECONDS)
    earliest = [moment_of(moment) for moment in since]
    return tag if all(moment is None or told >= moment - tolerance for moment in earliest) else None
