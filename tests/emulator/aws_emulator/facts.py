# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users, groups and policies have, as plain values; and what they had, for readers that lag behind.

moto's models hold the present. Each write is wrapped in :func:`changing`, which compares before and after, whoever did
the write: a handler of ours or moto.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.iam.models import Group, ManagedPolicy, User

from .state import KEEP_HISTORY_SECONDS, Account, Root


@dataclass(frozen=True)
class Login:
    """A console password."""

    created: datetime
    reset_required: bool


@dataclass(frozen=True)
class Credential:
    """An access key, SSH key, signing certificate or service-specific credential."""

    ident: str
    status: str
    created: datetime
    body: str = ""
    service: str = ""
    user_name: str = ""  # of a service-specific credential
    expires: datetime | None = None


@dataclass(frozen=True)
class Version:
    """One version of a managed policy."""

    ident: str
    document: str
    default: bool
    created: datetime


def service_credentials(user: User) -> dict[str, Credential]:
    """A user's service-specific credentials, which moto does not have."""
    found: dict[str, Credential] | None = getattr(user, "emulator_service_credentials", None)
    if found is None:
        found = {}
        setattr(user, "emulator_service_credentials", found)
    return found


def login_created(user: User) -> datetime:
    created: datetime = getattr(user, "emulator_login_created", user.create_date)
    return created


def _login(user: User | Root) -> Login | None:
    if isinstance(user, Root):
        return None if user.password_created is None else Login(user.password_created, False)
    if not user.password:
        return None
    return Login(login_created(user), bool(user.password_reset_required))


def _keys(holder: User | Root) -> dict[str, Credential]:
    if isinstance(holder, Root):
        return {
            key["access_key_id"]: Credential(
                key["access_key_id"], "Active" if key["active"] else "Inactive", key["created"]
            )
            for key in holder.access_keys
        }
    return {key.access_key_id: Credential(key.access_key_id, key.status, key.create_date) for key in holder.access_keys}


def _ssh_keys(user: User) -> dict[str, Credential]:
    return {
        key.ssh_public_key_id: Credential(key.ssh_public_key_id, key.status, key.upload_date, key.ssh_public_key_body)
        for key in user.ssh_public_keys
    }


def _certificates(user: User | Root) -> dict[str, Credential]:
    if isinstance(user, Root):
        return dict(user.certificates)
    return {
        item.id: Credential(item.id, item.status, item.upload_date, item.body)
        for item in user.signing_certificates.values()
    }


_USER: dict[str, Callable[[Any], Any]] = {
    "login": _login,
    "keys": _keys,
    "ssh_keys": _ssh_keys,
    "certificates": _certificates,
    "services": lambda user: dict(service_credentials(user)),
    "inline": lambda holder: dict(holder.policies),
    "attached": lambda holder: {policy.arn: policy for policy in holder.managed_policies.values()},
}
_GROUP: dict[str, Callable[[Any], Any]] = {
    "inline": _USER["inline"],
    "attached": _USER["attached"],
    "members": lambda group: {user.name: user for user in group.users},
}
_POLICY: dict[str, Callable[[Any], Any]] = {
    "versions": lambda policy: {
        item.version_id: Version(item.version_id, str(item.document), bool(item.is_default), item.create_date)
        for item in policy.versions
    },
    "tags": lambda policy: {tag["Key"]: tag["Value"] for tag in policy.tags.values()},
}
_ROOT: dict[str, Callable[[Any], Any]] = {"login": _login, "keys": _keys, "certificates": _certificates}


def _facts(holder: Any) -> dict[str, Callable[[Any], Any]]:
    for kind, facts in ((User, _USER), (Group, _GROUP), (ManagedPolicy, _POLICY)):
        if isinstance(holder, kind):
            return facts
    return _ROOT


class Timeline:
    """Earlier values under a key, with the moments from which they held."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], list[tuple[float, Any]]] = {}

    def note(self, key: tuple[str, str], before: Any, after: Any) -> None:
        moment = time.monotonic()
        entries = self._entries.setdefault(key, [(float("-inf"), before)])
        while len(entries) > 1 and entries[1][0] < moment - KEEP_HISTORY_SECONDS:
            del entries[0]
        entries.append((moment, after))

    def known(self, name: str) -> list[str]:
        """Whatever has an earlier value under this name."""
        return [ident for ident, entry_name in self._entries if entry_name == name]

    def seen(self, key: tuple[str, str], present: Any, lag: float) -> Any:
        """The value as a reader sees it who is ``lag`` seconds behind."""
        entries = self._entries.get(key) if lag > 0 else None
        if not entries:
            return present
        horizon = time.monotonic() - lag
        return next((value for moment, value in reversed(entries) if moment <= horizon), entries[0][1])


def timeline(account: Account) -> Timeline:
    if account.timeline is None:
        account.timeline = Timeline()
    found: Timeline = account.timeline
    return found


@contextmanager
def changing(account: Account, *holders: Any) -> Iterator[None]:
    """Around a write: remember what the holders' facts were before it."""
    before = [{name: fact(holder) for name, fact in _facts(holder).items()} for holder in holders]
    yield
    known = timeline(account)
    for holder, old in zip(holders, before, strict=True):
        for name, fact in _facts(holder).items():
            new = fact(holder)
            if new != old[name]:
                known.note((str(holder.id), name), old[name], new)


def seen(account: Account, holder: Any, name: str, lag: float) -> Any:
    """One fact of a holder, as a reader sees it who is ``lag`` seconds behind."""
    return timeline(account).seen((str(holder.id), name), _facts(holder)[name](holder), lag)
