# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Works out what to take away from a user from what AWS lists and what is asked for. Pure: calls nothing.

This module is private to hardening.aws. Each step is planned from what was read just before it.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .change import Change
from .options import ABSENT, INACTIVE, Wanted

Moment = datetime.datetime

# The inline policy that ends sessions. The documentation reserves its name for the module.
SESSIONS_POLICY = "hardening-aws-revoked-sessions"
# The policy has to deny all sessions that begin until the user has nothing left to sign in with. It is written before
# that, so its date is set AHEAD. If less than STILL_AHEAD is left of that when something is taken away, it is written
# again: no call takes that long.
AHEAD = datetime.timedelta(minutes=20)
STILL_AHEAD = datetime.timedelta(minutes=10)
# If only sessions are ended: by how much AWS's clock may be ahead of what is known of it.
NOT_AHEAD = datetime.timedelta(seconds=5)

# Actions, in the words that RV(results[].actions) uses.
REVOKE_SESSIONS = "revoke_sessions"
DELETE_PASSWORD = "delete_password"
DEACTIVATE_KEY = "deactivate_key"
DELETE_KEY = "delete_key"
DELETE_SSH_KEY = "delete_ssh_key"
DELETE_CERTIFICATE = "delete_certificate"
DELETE_SERVICE_CREDENTIAL = "delete_service_credential"
DISABLE_MFA = "disable_mfa"
DELETE_MFA = "delete_mfa"
RETIRE_SEED = "retire_seed"


@dataclasses.dataclass(frozen=True)
class Key:
    """An access key."""

    key_id: str
    active: bool
    created: Moment


@dataclasses.dataclass(frozen=True)
class Credential:
    """One of the other credentials. I(action) deletes it; I(what) is its kind, in words."""

    action: str
    what: str
    credential_id: str


@dataclasses.dataclass(frozen=True)
class Kept:
    """Something that is left alone because of only_without_mfa or only_unused_days."""

    what: str
    target: str | None
    reason: str


@dataclasses.dataclass
class KeyPlan:
    """Which keys of a user have to go. I(missing) are IDs that were named and that the user does not have."""

    doomed: list[Key]
    missing: list[str]


def sessions_document(date: str) -> dict[str, t.Any]:
    """Return the policy that ends the sessions which began before a date.

    Requests that are signed with an access key itself have no C(aws:TokenIssueTime), so it does not affect them.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "RevokedSessions",
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"DateLessThan": {"aws:TokenIssueTime": date}},
            }
        ],
    }


def revoked_before(document: t.Any) -> Moment | None:
    """Return the date in a policy that M(sessions_document) made, or None for any other policy."""
    try:
        date = document["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"]
        if document == sessions_document(date):
            return datetime.datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    except (KeyError, IndexError, TypeError, ValueError):
        pass
    return None


def date_text(moment: Moment) -> str:
    """Return a moment in the form that the policy uses."""
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_date(wanted: Wanted, now: Moment) -> Moment:
    """Return the date for a policy that is written now."""
    return now + (AHEAD if wanted.ends_sign_in else NOT_AHEAD)


def sessions_are_revoked(
    wanted: Wanted, date: Moment | None, now: Moment, may_sign_in: bool, signs_of_use: t.Iterable[Moment | None]
) -> bool:
    """Return whether the policy that is there ends every session that the user has.

    :param date: The policy's.
    :param may_sign_in: Whether the user has a password or an active key, so that a session may have begun just now.
    :param signs_of_use: When the password was last used, and when keys were created.
    """
    if date is None:
        return False
    if may_sign_in:
        return date >= now + (STILL_AHEAD if wanted.ends_sign_in else datetime.timedelta())
    return all(moment <= date for moment in signs_of_use if moment is not None)


def plan_keys(wanted: Wanted, keys: t.Sequence[Key]) -> KeyPlan:
    """Return which keys have to go, and which of those that were named do not exist."""
    listed = {key.key_id: key for key in keys}
    named = listed if wanted.access_key_ids is None else wanted.access_key_ids
    found = [listed[name] for name in named if name in listed]
    return KeyPlan(
        doomed=[key for key in found if key.active or wanted.access_keys == ABSENT],
        missing=[name for name in named if name not in listed],
    )


def key_change(wanted: Wanted, key: Key) -> Change:
    """Return what becomes of a key."""
    line = f"{wanted.user_name}: access key {key.key_id}"
    before = f"{line}: {'active' if key.active else INACTIVE}"
    if wanted.access_keys == ABSENT:
        return Change(DELETE_KEY, key.key_id, before)
    return Change(DEACTIVATE_KEY, key.key_id, before, f"{line}: {INACTIVE}")


def kept_key(wanted: Wanted, key: Key, last_used: Moment | None, now: Moment) -> Kept | None:
    """Return why a key is kept that was used, or created, within only_unused_days; None if it is not kept."""
    if wanted.only_unused_days is None or (now - (last_used or key.created)).days >= wanted.only_unused_days:
        return None
    moment = date_text(last_used or key.created)
    reason = f"was last used at {moment}" if last_used else f"was created at {moment} and has not been used"
    return Kept("access_key", key.key_id, reason)


def session_change(wanted: Wanted, old: Moment | None, new: Moment) -> Change:
    """Return the change that ends sessions."""
    before, after = (
        f"{wanted.user_name}: sessions that began before {date_text(moment)} are denied" if moment else None
        for moment in (old, new)
    )
    return Change(REVOKE_SESSIONS, None, before, after)


def password_change(wanted: Wanted) -> Change:
    """Return the change that takes the console password away."""
    return Change(DELETE_PASSWORD, None, f"{wanted.user_name}: console password")


def credential_change(wanted: Wanted, credential: Credential) -> Change:
    """Return the change that takes one of the other credentials away."""
    name = credential.credential_id
    return Change(credential.action, name, f"{wanted.user_name}: {credential.what} {name}")


def mfa_changes(wanted: Wanted, serial_number: str, virtual: bool) -> list[Change]:
    """Return the changes that take an MFA device away."""
    changes = [Change(DISABLE_MFA, serial_number, f"{wanted.user_name}: MFA device {serial_number}")]
    return [*changes, Change(DELETE_MFA, serial_number, None)] if virtual else changes


def seed_change(serial_number: str) -> Change:
    """Return the change that takes away what a seed store holds of a device that is gone."""
    return Change(RETIRE_SEED, serial_number, None)


def mfa_obstacle(wanted: Wanted, has_password: bool | None, keys_are_done: bool) -> str | None:
    """Return why the MFA devices have to stay, or None: nothing may be left that they protect.

    :param has_password: None if that could not be read.
    """
    name = wanted.user_name
    if has_password and not wanted.console_password:
        return (
            f"The MFA devices of {name} stay on, because {name} has a console password: also set console_password to "
            "absent."
        )
    if has_password is None or has_password:
        return f"The MFA devices of {name} stay on, because there may be a console password. Run again."
    if not keys_are_done:
        return (
            f"The MFA devices of {name} stay on, because there may be access keys that are not {wanted.access_keys}. "
            "Run again."
        )
    return None


def nothing_such(wanted: Wanted, similar: str | None) -> str:
    """Return the message about a user who does not exist."""
    text = f"There is no IAM user {wanted.user_name} in this account"
    if similar is not None:
        return f"{text}, but there is {similar}: write {similar} if that is who you mean. Nothing was touched."
    return f"{text}: correct the name, or set ignore_missing_users to true if such users may be gone."
