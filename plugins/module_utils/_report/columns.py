# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The columns of the page's tables: the name that style sheet and script know each by, and its title, in their order.

This module is private to hardening.aws.
"""

from __future__ import annotations

USERS = {
    "user": "User",
    "verdict": "Verdict",
    "password": "Console password",
    "mfa": "MFA",
    "enabled": "Enabled",
    "keys": "Active keys",
    "signin": "Last sign-in",
    "findings": "Findings",
}
# Only where there is more than one account, behind the user.
ACCOUNT = {"account": "Account"}
ACCOUNTS = {
    **ACCOUNT,
    "verdict": "Verdict",
    "users": "Users",
    "covered": "With MFA",
    "root": "Root's MFA",
    "failing": "Failing checks",
    "read": "Read",
}
CHECKS = {
    "check": "Check",
    "verdict": "Verdict",
    "counts": "Counts",
    "severity": "Severity",
    "cis": "CIS",
    "rule": "AWS Config rule",
}


def users(of_many: bool) -> dict[str, str]:
    """Return the columns of the table of users, of one account or of many."""
    if not of_many:
        return USERS
    return {"user": USERS["user"], **ACCOUNT, **USERS}


def heads(columns: dict[str, str]) -> str:
    """Return the cells of a table's head."""
    return "".join(
        f'<th scope="col" class="c-{name}" data-column="{name}">{title}</th>' for name, title in columns.items()
    )
