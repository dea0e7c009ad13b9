# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's lists of virtual devices and of users, read once for many inputs.

This module is private to hardening.aws.
"""

from __future__ import annotations

import datetime
import threading
import time
import typing as t

from .._aws.iam import MfaApi
from .._aws.model import VirtualDevice


class AccountLists:
    """What the account's lists show, read when first needed and then kept."""

    def __init__(self, api: MfaApi) -> None:
        self._api = api
        self._virtual: dict[str, VirtualDevice] | None = None
        self._by_owner: dict[str, list[VirtualDevice]] = {}
        self._created: dict[str, datetime.datetime] | None = None
        # On the monotonic clock: when this was made, and when the devices were read.
        self.begun = time.monotonic()
        self.read_at = self.begun

    @property
    def virtual(self) -> dict[str, VirtualDevice]:
        """All virtual devices by ARN."""
        return self.read_virtual() if self._virtual is None else self._virtual

    def read_virtual(self) -> dict[str, VirtualDevice]:
        """Read all virtual devices."""
        self._virtual = self._api.virtual_devices()
        self.read_at = time.monotonic()
        for device in self._virtual.values():
            if device.owner:
                self._by_owner.setdefault(device.owner, []).append(device)
        return self._virtual

    def virtual_of(self, user_name: str) -> list[VirtualDevice]:
        """The virtual devices attached to a user."""
        return self._by_owner.get(user_name, []) if self.virtual else []

    @property
    def users(self) -> t.KeysView[str]:
        """The names of all users."""
        return self.created.keys()

    @property
    def created(self) -> dict[str, datetime.datetime]:
        """When each user was created, by name."""
        return self.read_users() if self._created is None else self._created

    def read_users(self) -> dict[str, datetime.datetime]:
        """Read who there is, and since when."""
        self._created = {user["UserName"]: user["CreateDate"] for user in self._api.users()}
        return self._created


class SharedLists:
    """The account's lists, read once for all who find at about the same time that theirs are stale."""

    def __init__(self, api: MfaApi) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._newest: AccountLists | None = None

    def since(self, moment: float) -> AccountLists:
        """Return lists whose reading began after I(moment), on the monotonic clock."""
        with self._lock:
            if self._newest is None or self._newest.begun < moment:
                account = AccountLists(self._api)
                account.read_virtual()
                self._newest = account
            return self._newest
