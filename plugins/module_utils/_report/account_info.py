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


_ROOT_FEATURES = ("root_credentials_management", "root_sessions")


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


def feature_states(info: Json) -> list[bool | None]:
    """Return whether each feature of centralized root access is on; None if that is not known."""
    features = info.get("root_features") or {}
    return [features.get(name) for name in _ROOT_FEATURES]


def features_unknown(info: Json) -> str | None:
    """Return why it is not known whether the organization has centralized root access on; None if it is known."""
    features = info.get("root_features")
    if features is None:
        return "the organization was not asked: leave account_info out"
    states = feature_states(info)
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


TEXT, FLAG = shape.optional(shape.text), shape.optional(shape.flag)
TAGS = shape.optional(shape.map_of(shape.text))
TEXTS = shape.optional(shape.list_of(shape.text))
DEVICE = shape.record({"serial_number": shape.text, "type": shape.text, "enable_date": TEXT, "tags": TAGS})
_KEY = shape.record({"active": FLAG, "last_rotated": TEXT})
_USER = shape.record(
    {
        "user_name": shape.text,
        "exists": FLAG,
        "arn": TEXT,
        "path": TEXT,
        "create_date": TEXT,
        "mfa_devices": shape.list_of(DEVICE),
        "mfa_devices_complete": FLAG,
        "mfa_active": FLAG,
        "console_password": FLAG,
        "password_last_used": TEXT,
        "password_last_changed": TEXT,
        "access_keys": shape.optional(shape.list_of(_KEY)),
        "groups": TEXTS,
        "tags": TAGS,
        "attached_policies": TEXTS,
    }
)
_ROOT = shape.record(
    {
        "mfa_active": FLAG,
        "mfa_type": TEXT,
        "console_password": FLAG,
        **dict.fromkeys(("access_keys_active", "access_keys_present"), FLAG),
        "password_last_used": TEXT,
    }
)
_FEATURES = shape.record({**dict.fromkeys(_ROOT_FEATURES, FLAG), "reason": TEXT})
_ORPHAN = shape.record({"serial_number": shape.text, "device_name": TEXT, "device_path": TEXT})
# The number goes into file names.
ACCOUNT_ID = shape.matching(r"\d{12}", "a number of 12 digits, as text")
_INFO = shape.record(
    {
        "users": shape.list_of(_USER),
        "orphaned_devices": shape.optional(shape.list_of(_ORPHAN)),
        "root": shape.optional(_ROOT),
        "root_features": shape.optional(_FEATURES),
        "account": shape.optional(
            shape.record(
                {
                    "account_id": ACCOUNT_ID,
                    "partition": TEXT,
                    "alias": TEXT,
                    "caller": shape.optional(shape.record({"arn": TEXT})),
                }
            )
        ),
        "credential_report": shape.record({"available": FLAG, "generated_time": TEXT, "msg": TEXT}),
        "unknown": shape.list_of(shape.record({"what": shape.text, "why": shape.text})),
        "retrieved": shape.text,
    }
)
