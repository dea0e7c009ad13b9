# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was read of the account: whether it is what iam_mfa_device_info returns, and what can be told from it.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .. import _shape as shape
from .._errors import BadInput

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]


def check_info(info: t.Any) -> None:
    """Refuse what is no result of hardening.aws.iam_mfa_device_info, with the problems that were found."""
    problems = shape.problems(info, _INFO, "account_info")
    if problems:
        problems[
            0
        ] += " Register a task of hardening.aws.iam_mfa_device_info with account=true; hand in its whole result."
        raise BadInput(problems)


def lacks_kinds(info: Json) -> bool:
    """Return whether second devices may be missing, as only virtual devices were listed of users who have one."""
    return any(len(user["mfa_devices"]) == 1 and not is_complete(user) for user in info["users"])


def is_complete(user: Json) -> bool:
    return user.get("mfa_devices_complete") is not False


def features_unknown(info: Json) -> str | None:
    """Return why it is not known whether the organization has centralized root access on; None if it is known."""
    features = info.get("root_features")
    if features is None:
        return "the organization was not asked: leave account_info out"
    states = [features.get(name) for name in ("root_credentials_management", "root_sessions")]
    if False in states or None not in states:
        return None
    return features.get("reason") or "AWS did not tell"


def sorted_users(info: Json) -> list[Json]:
    return sorted(info["users"], key=lambda user: user["user_name"])


def sorted_orphans(info: Json) -> list[Json]:
    return sorted(info.get("orphaned_devices") or [], key=lambda device: device["serial_number"])


def has_mfa(user: Json) -> bool | None:
    """Return whether the user has MFA: what the lists show counts more than the credential report, which is older."""
    return True if user.get("mfa_devices") else user.get("mfa_active")


_TEXT, _FLAG = shape.optional(shape.text), shape.optional(shape.flag)
_TAGS = shape.optional(shape.map_of(shape.text))
_TEXTS = shape.optional(shape.list_of(shape.text))
_DEVICE = shape.record({"serial_number": shape.text, "type": shape.text, "enable_date": _TEXT, "tags": _TAGS})
_KEY = shape.record({"active": _FLAG, "last_rotated": _TEXT})
_USER = shape.record(
    {
        "user_name": shape.text,
        "exists": _FLAG,
        "arn": _TEXT,
        "path": _TEXT,
        "create_date": _TEXT,
        "mfa_devices": shape.list_of(_DEVICE),
        "mfa_devices_complete": _FLAG,
        "mfa_active": _FLAG,
        "console_password": _FLAG,
        "password_last_used": _TEXT,
        "password_last_changed": _TEXT,
        "access_keys": shape.optional(shape.list_of(_KEY)),
        "groups": _TEXTS,
        "tags": _TAGS,
        "attached_policies": _TEXTS,
    }
)
_ROOT = shape.record(
    {
        "mfa_active": _FLAG,
        "mfa_type": _TEXT,
        "console_password": _FLAG,
        **dict.fromkeys(("access_keys_active", "access_keys_present"), _FLAG),
        "password_last_used": _TEXT,
    }
)
_FEATURES = shape.record({**dict.fromkeys(("root_credentials_management", "root_sessions"), _FLAG), "reason": _TEXT})
_ORPHAN = shape.record({"serial_number": shape.text, "device_name": _TEXT, "device_path": _TEXT})
# The number goes into file names.
_ACCOUNT_ID = shape.matching(r"\d{12}", "a number of 12 digits, as text")
_INFO = shape.record(
    {
        "users": shape.list_of(_USER),
        "orphaned_devices": shape.optional(shape.list_of(_ORPHAN)),
        "root": shape.optional(_ROOT),
        "root_features": shape.optional(_FEATURES),
        "account": shape.optional(
            shape.record(
                {
                    "account_id": _ACCOUNT_ID,
                    "partition": _TEXT,
                    "alias": _TEXT,
                    "caller": shape.optional(shape.record({"arn": _TEXT})),
                }
            )
        ),
        "credential_report": shape.record({"available": _FLAG, "generated_time": _TEXT, "msg": _TEXT}),
        "unknown": shape.list_of(shape.record({"what": shape.text, "why": shape.text})),
        "retrieved": shape.text,
    }
)
