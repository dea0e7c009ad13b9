# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's inputs that decide on enforcement, as they are if nothing is given but that MFA is enforced on users."""

from __future__ import annotations

import typing as t

SETTINGS: dict[str, t.Any] = {
    "enrol": True,
    "exclude": [],
    "exclude_patterns": [],
    "enforce_policy": "users",
    "enforce_group": "",
    "enforce_group_members": "report",
    "enforce_policy_name": "deny-unless-mfa",
    "enforce_self_enrolment": False,
}
