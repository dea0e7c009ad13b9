# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks as data: what each asks, of whom, and what it is called elsewhere.

This module is private to hardening.aws. The rules are in judge.py.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

PASS, FAIL, EXEMPT, NOT_APPLICABLE, UNKNOWN = "pass", "fail", "exempt", "not_applicable", "unknown"
# From what hides all others to what hides none, as a user's verdict has it: an exemption must be seen.
VERDICTS = (FAIL, UNKNOWN, EXEMPT, PASS, NOT_APPLICABLE)
SEVERITIES = ("critical", "high", "medium", "low")
BENCHMARKS = ("1.4", "1.5", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0")
# The credential report's own name for root. No IAM user can have it.
ROOT_NAME = "<root_account>"


@dataclass(frozen=True)
class Check:
    """A check: what it asks, of whom, and what it is called elsewhere.

    I(cis) holds the numbers in CIS AWS Foundations for the benchmarks up to 4.0, then of 5.0, 6.0 and 7.0. I(nearest)
    says that the AWS Config rule asks for something near to this, and not for the same. I(once) is true of what is
    asked of an organization as a whole, so that one account's answer is enough.
    """

    id: str
    title: str
    severity: str
    subject: str
    description: str
    remedy: str
    config_rule: str | None = None
    nearest: bool = False
    cis: tuple[str | None, str | None, str | None, str | None] | None = None
    once: bool = False

    def cis_number(self, benchmark: str) -> str | None:
        if self.cis is None:
            return None
        return self.cis[max(0, BENCHMARKS.index(benchmark) - BENCHMARKS.index("4.0"))]

    def described(self, benchmark: str) -> dict[str, t.Any]:
        """Return what a report says of the check, whatever comes of it."""
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "remedy": self.remedy,
            "severity": self.severity,
            "subject": self.subject,
            "cis": self.cis_number(benchmark),
            "config_rule": self.config_rule,
            "config_rule_is_nearest": self.nearest,
        }


CHECKS = (
    Check(
        id="root_mfa",
        title="Root has MFA",
        severity="critical",
        subject="root",
        description="The root user has an MFA device.",
        remedy="Sign in as root and assign an MFA device under Security credentials.",
        config_rule="root-account-mfa-enabled",
        cis=("1.5", "1.4", "2.4", "2.5"),
    ),
    Check(
        id="root_hardware_mfa",
        title="Root has hardware MFA",
        severity="high",
        subject="root",
        description="The root user's MFA device is a hardware token or a security key, not a virtual device.",
        remedy="Sign in as root, assign a security key or a hardware token, and remove the virtual device.",
        config_rule="root-account-hardware-mfa-enabled",
        cis=("1.6", "1.5", "2.5", "2.6"),
    ),
    Check(
        id="root_access_key",
        title="Root has no access key",
        severity="critical",
        subject="root",
        description="The root user has no access key, active or not.",
        remedy="Sign in as root and delete the access keys, or take them away with hardening.aws.iam_root_credentials.",
        config_rule="iam-root-access-key-check",
        cis=("1.4", "1.3", "2.3", "2.4"),
    ),
    Check(
        id="root_centralized",
        title="Root access is centralized",
        severity="medium",
        subject="root",
        description="The organization manages the root users of its accounts, and works as them without credentials.",
        remedy="Switch on centralized root access in IAM of the management account: root credentials management and "
        "privileged root actions.",
        cis=(None, None, None, "2.1.1"),
        once=True,
    ),
    Check(
        id="console_mfa",
        title="Console users have MFA",
        severity="high",
        subject="user",
        description="Each IAM user with a console password has an MFA device. Users without a password do not count.",
        remedy="Enable a device with hardening.aws.iam_mfa_devices, or remove the console password.",
        config_rule="mfa-enabled-for-iam-console-access",
        cis=("1.10", "1.9", "2.9", "2.10"),
    ),
    Check(
        id="access_key_mfa",
        title="Users with access keys have MFA",
        severity="medium",
        subject="user",
        description="Each IAM user with an active access key has an MFA device, so that policies can ask for MFA.",
        remedy="Enable a device with hardening.aws.iam_mfa_devices, or deactivate the access keys.",
        config_rule="iam-user-mfa-enabled",
        nearest=True,
    ),
    Check(
        id="device_age",
        title="Devices are not too old",
        severity="low",
        subject="user",
        description="No MFA device of a user was enabled longer ago than the operator allows.",
        remedy="Rotate the device: attach a new one, then remove the old one.",
    ),
    Check(
        id="single_device",
        title="Users have a second device",
        severity="low",
        subject="user",
        description="Each IAM user with MFA has more than one device, so that a lost one locks nobody out.",
        remedy="Attach a second device. AWS allows eight for each user.",
    ),
    Check(
        id="orphaned_devices",
        title="No orphaned devices",
        severity="low",
        subject="device",
        description="Each virtual device of the account is assigned. An orphan is of no use and blocks its name.",
        remedy="Delete it with hardening.aws.iam_mfa_device and state=absent.",
    ),
)
CHECK_IDS = tuple(check.id for check in CHECKS)
