# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state that the strict calls share: accounts, MFA devices, the clock, the monitor's violations.

Users, groups, policies, keys and passwords live in moto's IAM backend. A device attached to a user is in moto's own
``User.mfa_devices``, so both see the same. The history that consistency lag needs is kept on the device.
"""

from __future__ import annotations

import re
import threading
import time
from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeAlias

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import IAMBackend, Role, User, iam_backends

if TYPE_CHECKING:
    from .organization import Organization

KEEP_HISTORY_SECONDS = 600.0
ADMIN_KEY = re.compile(r"AKIAADMN(\d{12})", re.ASCII)  # acts as an administrator of an account that is there
ROOT_DEVICE_NAME = "root-account-mfa-device"


class Clock:
    """The emulator's own clock: real time and an offset."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return time.time() + self.offset

    def utc(self) -> datetime:
        """Now, naive and in UTC as moto keeps its dates."""
        return datetime.fromtimestamp(self.now(), timezone.utc).replace(tzinfo=None, microsecond=0)


class Root:
    """The account's root user."""

    def __init__(self, account_id: str, created: datetime) -> None:
        self.id = account_id
        self.create_date = created
        self.password_created: datetime | None = None  # None: there is no password
        self.password_last_used: datetime | None = None
        self.mfa_devices: dict[str, Device] = {}
        self.access_keys: list[dict[str, Any]] = []
        self.certificates: dict[str, Any] = {}  # of facts.Credential


Holder: TypeAlias = User | Root


@dataclass
class Session:
    """Temporary credentials of GetSessionToken, AssumeRole or AssumeRoot."""

    account_id: str
    holder: Holder | None  # the user or root who acts; None for a role
    token: str
    issued: float
    expires: float
    mfa: bool
    kind: str = "token"  # token, role or root, after the call that made it
    user_id: str = ""  # with the ARN, what GetCallerIdentity says; the holder's if empty
    arn: str = ""
    role: Role | None = None
    policies: tuple[str, ...] = ()  # session policies, or a task policy: nothing is allowed that none of them allows
    source_identity: str | None = None


class Device:
    """An MFA device of any kind."""

    __slots__ = (
        "serial_number",
        "kind",
        "path",
        "name",
        "seed",
        "tags",
        "holder",
        "enable_date",
        "used_steps",
        "generated_here",
        "history",
    )

    def __init__(self, serial_number: str, kind: str, seed: str | None, path: str = "/", name: str = "") -> None:
        self.serial_number = serial_number
        self.kind = kind
        self.path = path
        self.name = name
        self.seed = seed
        self.tags: dict[str, str] = {}
        self.holder: Holder | None = None
        self.enable_date: datetime | None = None
        self.used_steps: set[int] = set()
        self.generated_here = False
        # (since when, exists, holder, enable date), oldest first
        self.history: list[tuple[float, bool, Holder | None, datetime | None]] = []

    def note(self, exists: bool = True, since: float | None = None) -> None:
        """Write the present state into the history."""
        moment = time.monotonic() if since is None else since
        history = self.history
        while len(history) > 1 and history[1][0] < moment - KEEP_HISTORY_SECONDS:
            del history[0]
        history.append((moment, exists, self.holder, self.enable_date))

    def seen(self, lag: float) -> tuple[bool, Holder | None, datetime | None]:
        """(exists, holder, enable date) as a reader sees them who is ``lag`` seconds behind."""
        if lag <= 0:
            _moment, exists, holder, enabled = self.history[-1]
            return exists, holder, enabled
        horizon = time.monotonic() - lag
        for moment, exists, holder, enabled in reversed(self.history):
            if moment <= horizon:
                return exists, holder, enabled
        return False, None, None


class Account:
    """One AWS account."""

    def __init__(self, account_id: str, clock: Clock) -> None:
        self.account_id = account_id
        self.clock = clock
        self.backend: IAMBackend = iam_backends[account_id]["aws"]
        self.devices: dict[str, Device] = {}
        self.virtual_serials: list[str] = []  # sorted
        self.taken: set[str] = set()  # serials of virtual devices in lower case: names are not told apart by case
        self.deleted: list[Device] = []  # lists that lag behind still show them
        self.root = Root(account_id, clock.utc() - timedelta(days=1000))
        self.report: tuple[float, float, str] | None = None  # made at, ready at, text
        self.timeline: Any = None  # of facts.py

    # Names

    def user_arn(self, holder: Holder) -> str:
        if isinstance(holder, Root):
            return f"arn:aws:iam::{self.account_id}:root"
        return f"arn:aws:iam::{self.account_id}:user{holder.path}{holder.name}"

    def device_arn(self, path: str, name: str) -> str:
        return f"arn:aws:iam::{self.account_id}:mfa{path}{name}"

    # Changes

    def add(self, device: Device, since: float | None = None) -> None:
        self.devices[device.serial_number] = device
        if device.kind == "virtual":
            insort(self.virtual_serials, device.serial_number)
            self.taken.add(device.serial_number.lower())
            known: Any = self.backend.virtual_mfa_devices
            known[device.serial_number] = device
        device.note(since=since)

    def remove(self, device: Device) -> None:
        del self.devices[device.serial_number]
        self.virtual_serials.remove(device.serial_number)
        self.taken.discard(device.serial_number.lower())
        self.backend.virtual_mfa_devices.pop(device.serial_number, None)
        device.note(exists=False)
        horizon = time.monotonic() - KEEP_HISTORY_SECONDS
        self.deleted = [old for old in self.deleted if old.history[-1][0] > horizon]
        self.deleted.append(device)

    def attach(self, device: Device, holder: Holder, when: datetime, since: float | None = None) -> None:
        device.holder = holder
        device.enable_date = when
        attached: Any = holder.mfa_devices
        attached[device.serial_number] = device
        known = ever_attached(holder)
        if device not in known:
            known.append(device)
        device.note(since=since)

    def detach(self, device: Device) -> None:
        assert device.holder is not None
        device.holder.mfa_devices.pop(device.serial_number, None)
        device.holder = None
        device.enable_date = None
        device.note()

    # What a reader sees

    def virtual_seen(
        self, lag: float, after: str | None = None
    ) -> Iterator[tuple[str, Holder | None, datetime | None]]:
        """(serial number, holder, enable date) of each virtual device past ``after``, in order, with the lag."""
        if lag <= 0:
            for index in range(
                0 if after is None else bisect_right(self.virtual_serials, after), len(self.virtual_serials)
            ):
                device = self.devices[self.virtual_serials[index]]
                yield device.serial_number, device.holder, device.enable_date
            return
        shown: dict[str, tuple[Holder | None, datetime | None]] = {}
        for device in self.deleted + [self.devices[serial] for serial in self.virtual_serials]:
            exists, holder, enabled = device.seen(lag)
            if exists and (after is None or device.serial_number > after):
                shown[device.serial_number] = (holder, enabled)
        for serial in sorted(shown):
            yield serial, *shown[serial]

    def devices_of_seen(self, holder: Holder, lag: float) -> list[tuple[Device, datetime]]:
        """The devices attached to a user, as seen ``lag`` seconds behind."""
        if lag <= 0:
            attached: Any = holder.mfa_devices.values()
            return [(device, device.enable_date) for device in attached]
        result = []
        for device in ever_attached(holder):
            exists, seen_holder, enabled = device.seen(lag)
            if exists and seen_holder is holder and enabled is not None:
                result.append((device, enabled))
        return result


def ever_attached(holder: Holder) -> list[Device]:
    """Every device that was ever attached to this user, for the readers that lag behind."""
    known: list[Device] | None = getattr(holder, "emulator_devices", None)
    if known is None:
        known = []
        setattr(holder, "emulator_devices", known)
    if len(known) > 32:
        horizon = time.monotonic() - KEEP_HISTORY_SECONDS
        known[:] = [d for d in known if d.holder is holder or d.history[-1][0] > horizon]
    return known


class World:
    """All accounts, the clock and the locks."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.iam_lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self.violations: list[dict[str, Any]] = []
        self.deleted_keys: set[str] = set()
        self.sessions: dict[str, Session] = {}
        self.default_account_id = DEFAULT_ACCOUNT_ID
        self.organization: Organization | None = None
        self.strict_roles = False  # a fixture names roles: those that it doesn't name don't exist
        self._accounts_of_keys: dict[str, str] = {}

    def account(self, account_id: str | None = None) -> Account:
        """An account; one that nobody has seen yet comes into being, a member of the organization with its role."""
        account_id = account_id or self.default_account_id
        found = self.accounts.get(account_id)
        if found is None:
            with self.iam_lock:
                found = self.accounts.get(account_id)
                if found is None:
                    found = Account(account_id, self.clock)
                    if self.organization is not None:
                        self.organization.furnish(found)
                    self.accounts[account_id] = found
        return found

    def has_account(self, account_id: str) -> bool:
        members = self.organization.members if self.organization is not None else {}
        return account_id in self.accounts or account_id in members

    def account_id_of_key(self, access_key: str) -> str:
        """The account that an access key belongs to; keys that nobody made belong to the default account."""
        session = self.sessions.get(access_key)
        if session is not None:
            return session.account_id
        admin = ADMIN_KEY.fullmatch(access_key)
        if admin is not None and self.has_account(admin.group(1)):
            return admin.group(1)
        known = self._accounts_of_keys.get(access_key)
        if known is None:
            known = self._accounts_of_keys[access_key] = self._find_key(access_key)
        return known or self.default_account_id

    def _find_key(self, access_key: str) -> str:
        for account_id in list(iam_backends):
            if access_key in iam_backends[account_id]["aws"].access_keys:
                return account_id
        for account in list(self.accounts.values()):
            if any(key["access_key_id"] == access_key for key in account.root.access_keys):
                return account.account_id
        return ""

    def account_of_key(self, access_key: str) -> Account:
        return self.account(self.account_id_of_key(access_key))

    def forget_keys(self) -> None:
        """To be called when keys of a chosen name are made: from now on they may be another account's."""
        self._accounts_of_keys.clear()

    def clear(self) -> None:
        self.accounts.clear()
        self.violations.clear()
        self.deleted_keys.clear()
        self.sessions.clear()
        self.forget_keys()
        self.default_account_id = DEFAULT_ACCOUNT_ID
        self.organization = None
        self.strict_roles = False
