# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the users of an account sign in. Pure. Private to hardening.aws."""

from __future__ import annotations

_DOMAINS = {
    "aws": "signin.aws.amazon.com",
    "aws-cn": "signin.amazonaws.cn",
    "aws-us-gov": "signin.amazonaws-us-gov.com",
}


def sign_in_url(partition: str, account: str) -> str:
    """Return the address of the console's sign-in page for IAM users.

    :param account: The account's alias or its number.
    """
    return f"https://{account}.{_DOMAINS.get(partition, _DOMAINS['aws'])}/console"
