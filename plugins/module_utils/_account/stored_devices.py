# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which attached virtual devices a seed store has the seeds of, made for the very users who have them now.

This module is private to hardening.aws. Nothing that it returns holds a seed.
"""

from __future__ import annotations

import typing as t

from .._aws.iam import MfaApi
from .._devices.account_lists import AccountLists
from .._devices.device_tags import HANDED_OVER, handed_over_at
from .._devices.holders import Holder, Holders
from .._errors import MfaError
from .._seeds.base import SeedStore
from .._seeds.record import record_is_of
from .._threads import for_each

Found = list[dict[str, str]]


def stored_devices(
    api: MfaApi, store: SeedStore, user_names: t.Sequence[str] | None, concurrency: int
) -> tuple[Found, Found, list[str]]:
    """Return the devices with stored seeds, the others with the reason, and the names that no user has.

    :param user_names: Whose devices; everybody's if None.
    """
    holders = Holders(AccountLists(api))
    wanted = set(holders.created if user_names is None else user_names)
    devices = [holder for holder in holders.everybody() if holder.user_name in wanted]
    reasons: dict[str, str | None] = {}

    def look(holder: Holder) -> None:
        reasons[holder.serial_number] = _reason(api, store, holder)

    for_each(look, devices, concurrency)
    stored: Found = []
    left_alone: Found = []
    for holder in devices:
        item = {"user_name": holder.user_name, "serial_number": holder.serial_number}
        reason = reasons[holder.serial_number]
        if reason is None:
            stored.append(item)
        else:
            left_alone.append({**item, "reason": reason})
    return stored, left_alone, sorted(wanted - set(holders.created))


def _reason(api: MfaApi, store: SeedStore, holder: Holder) -> str | None:
    """Return why a device's seed cannot be used, or None."""
    serial = holder.serial_number
    name = store.place_of(holder.user_name, serial)
    try:
        record = store.find(name)
        if record is None:
            handed_over = handed_over_at(api.tags_of(serial).get(HANDED_OVER), holder.enable_date)
            return "was handed over to its user" if handed_over else f"{store.title} {name} does not exist"
    except MfaError as error:
        return error.message
    if record.serial_number != serial or not record_is_of(holder.user_name, holder.user_created, vars(record)):
        return f"{store.title} {name} is the record of another device or person"
    return None
