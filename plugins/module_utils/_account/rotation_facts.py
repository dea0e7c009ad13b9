# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation has to know of its users before it changes anything: two lists of the account, and their records.

This module is private to hardening.aws. Nothing that it returns holds a seed.
"""

from __future__ import annotations

import concurrent.futures
import datetime
import typing as t

from .._aws.iam import MfaApi
from .._aws.model import VirtualDevice, split_virtual_arn
from .._errors import MfaError
from .._seeds.base import SeedStore
from .._seeds.record import record_is_of

Item = t.Mapping[str, t.Any]
Fact = dict[str, t.Any]


def read_facts(api: MfaApi, store: SeedStore | None, items: t.Sequence[Item], concurrency: int) -> list[Fact]:
    """Return for each item, a user's new device, what there is of it and of the user's other virtual devices.

    :param store: Where the records of new devices that are attached are looked for. Not looked for if None.
    """
    created = {user["UserName"]: user["CreateDate"] for user in api.users()}
    owned: dict[str, list[VirtualDevice]] = {}
    for device in api.virtual_devices().values():
        owned.setdefault(device.owner or "", []).append(device)
    now = datetime.datetime.fromtimestamp(api.clock.now(), datetime.timezone.utc)
    facts = [_fact(item, item["user_name"] in created, owned.get(item["user_name"], []), now) for item in items]
    attached = [fact for fact in facts if fact["serial_number"] is not None]
    if store is not None and attached:
        with concurrent.futures.ThreadPoolExecutor(min(concurrency, len(attached))) as executor:
            told = executor.map(lambda fact: _record_problem(store, fact, created[fact["user_name"]]), attached)
            for fact, problem in zip(attached, told, strict=True):
                fact.update(record_problem=problem)
    return facts


def _fact(item: Item, exists: bool, devices: t.Sequence[VirtualDevice], now: datetime.datetime) -> Fact:
    new = next((one for one in devices if split_virtual_arn(one.serial_number) == ("/", item["device_name"])), None)
    attached_at = datetime.datetime.fromisoformat(new.enable_date) if new and new.enable_date else None
    return {
        "user_name": item["user_name"],
        "device_name": item["device_name"],
        "exists": exists,
        "serial_number": new.serial_number if new else None,
        "age_days": max((now - attached_at).days, 0) if attached_at else None,
        "record_problem": None,
        "others": sorted(one.serial_number for one in devices if one is not new),
    }


def _record_problem(store: SeedStore, fact: Fact, created: datetime.datetime) -> str | None:
    """Return why the store does not prove that the new device's seed is kept for this very user, or None."""
    name = store.name_for(fact["user_name"], fact["device_name"])
    try:
        record = store.read(name, fact["serial_number"])
    except MfaError as error:
        return error.message
    if record is None:
        return f"{store.title} {name} does not exist, so nobody has the new device's seed"
    if not record_is_of(fact["user_name"], created, {"user_name": record.user_name, "created": record.created}):
        return f"{store.title} {name} was made for {record.user_name} on {record.created}, and not for this user"
    return None
