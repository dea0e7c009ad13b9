# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MFA devices and their serial numbers as plain values. Pure: calls nothing.

This module is private to hardening.aws.
"""

from __future__ import annotations

import dataclasses
import re

Tags = dict[str, str]


@dataclasses.dataclass(frozen=True)
class Device:
    """An MFA device that is attached to a user. I(enable_date) is ISO 8601, or None if it is not known yet."""

    serial_number: str
    user_name: str
    enable_date: str | None = None

    @property
    def type(self) -> str:
        """C(virtual), C(hardware), C(fido) or C(sms), as the serial number tells."""
        return device_type(self.serial_number)


@dataclasses.dataclass(frozen=True)
class VirtualDevice:
    """A virtual device of the account. I(owner) is the user's name, the root user's ARN, or None if unassigned."""

    serial_number: str
    owner: str | None = None
    enable_date: str | None = None


def device_type(serial_number: str) -> str:
    """Return the kind of device that a serial number or ARN stands for: virtual, hardware, fido or sms."""
    match = re.match(r"arn:[\w-]+:iam::\d*:([\w-]+)[/:]", serial_number)
    if not match:
        return "hardware"
    return {"mfa": "virtual", "u2f": "fido", "sms-mfa": "sms"}.get(match.group(1), "hardware")


def split_virtual_arn(serial_number: str) -> tuple[str, str]:
    """Return the path and the name of a virtual device's ARN."""
    resource = serial_number.split(":mfa", 1)[1]
    path, name = resource.rsplit("/", 1)
    return path + "/", name


def device_name_of(serial_number: str) -> str:
    """Return the name of a virtual device, or the serial number of another one."""
    return serial_number.rsplit("/", 1)[-1]


def account_of(serial_number: str | None) -> str | None:
    """Return the account in the ARN of a device; None for a hardware token's serial number."""
    match = re.match(r"arn:[\w-]+:iam::(\d+):", serial_number or "")
    return match.group(1) if match else None
