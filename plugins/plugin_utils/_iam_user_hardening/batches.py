# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users who are enrolled by one task, and the seeds of their devices where the controller keeps them.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .common import Data

# What the plan knows of a device and no module takes.
_OF_THE_PLAN = ("serial_number", "user_since")


def batches(
    devices: t.Sequence[Data], unassigned: t.Container[str], size: int, first_size: int = 0
) -> list[dict[str, t.Any]]:  # fmt: skip
    """Return the devices in batches. What identifies a device by serial number is kept apart from what modules get.

    :param first_size: How many users the first batch has at most, so that what is wrong for all of them shows early.
        0 is as many as the others.
    """
    found = []
    start, end = 0, min(size, first_size or size)
    while start < len(devices):
        chunk = devices[start:end]
        first, last = f"{start + 1:,}", f"{start + len(chunk):,}"
        label = f"user {first}" if len(chunk) == 1 else f"users {first}–{last}"
        found.append({"label": f"{label} of {len(devices):,}", **_batch(chunk, unassigned)})
        start, end = end, end + size
    return found


def _batch(chunk: t.Sequence[Data], unassigned: t.Container[str]) -> dict[str, t.Any]:
    serials = [device["serial_number"] for device in chunk]
    return {
        "devices": [{key: device[key] for key in device if key not in _OF_THE_PLAN} for device in chunk],
        "serial_numbers": {device["user_name"]: device["serial_number"] for device in chunk},
        "owners": {
            device["serial_number"]: {"user_name": device["user_name"], "create_date": device["user_since"]}
            for device in chunk
        },
        "unassigned": [serial for serial in serials if serial in unassigned],
    }


def seeded(batch: Data, results: t.Sequence[Data], held: Data) -> dict[str, t.Any]:
    """Return the devices of a batch to be enabled, each with its seed, and those whose seed nobody has.

    :param results: Those of state=present, in the batch's order.
    :param held: Seeds by serial number, as the store has them now.
    """
    devices, failures = [], []
    for device, result in zip(batch["devices"], results, strict=True):
        serial = batch["serial_numbers"][device["user_name"]]
        seed = held.get(serial)
        if result["failed"]:
            failures.append(user_failure(device["user_name"], result["msg"], serial))
        elif not seed:
            text = (
                f"The device {serial} was made by somebody else meanwhile, or is on another user, and its seed is not "
                "here. Run again; if it stays so, give the users of the role devices of another name or path."
            )
            failures.append(user_failure(device["user_name"], text, serial))
        else:
            devices.append({"user_name": device["user_name"], "serial_number": serial, "seed": str(seed)})
    return {"devices": devices, "failures": failures}


def proven(results: t.Sequence[Data], user_names: t.Container[str]) -> list[Data]:
    """Return results of state=enabled, where a device that somebody else attached is a failure and no success.

    :param user_names: Whose devices were made, and their seeds kept, just before: what is not attached by this run may
        be a device that another one has made anew, with another seed.
    """
    return [
        (
            {**result, **_unproven(result)}
            if result["user_name"] in user_names and not result["failed"] and "enable" not in result["actions"]
            else result
        )
        for result in results
    ]


def _unproven(result: Data) -> Data:
    name, serial = result["user_name"], result["serial_number"]
    text = (
        f"Somebody else attached {serial} to {name} just after this run had made it, and the seed that was kept is "
        "not proven to be that of the device: do not hand it out. Find out who else enrols this user; to start "
        "afresh, take the device away with hardening.aws.iam_mfa_device and state=absent, and run again."
    )
    return user_failure(name, text, serial)


def user_failure(user_name: str, msg: str, serial_number: str | None = None) -> dict[str, t.Any]:
    return {
        "user_name": str(user_name),
        "serial_number": serial_number,
        "changed": False,
        "actions": [],
        "failed": True,
        "msg": str(msg),
    }


def narrow(batch: Data, user_names: t.Container[str]) -> dict[str, t.Any]:
    """Return a batch with some of its users alone."""
    serials = {name: serial for name, serial in batch["serial_numbers"].items() if name in user_names}
    return {
        "label": batch["label"],
        "devices": [device for device in batch["devices"] if device["user_name"] in user_names],
        "serial_numbers": serials,
        "owners": {serial: batch["owners"][serial] for serial in serials.values()},
        "unassigned": [serial for serial in batch["unassigned"] if serial in serials.values()],
    }


def nobodys(serials: t.Iterable[str], user_name: str) -> list[dict[str, str]]:
    """Return devices to be removed for a user who does not exist, so that a device of somebody is refused."""
    return [{"user_name": user_name, "serial_number": str(serial)} for serial in serials]


def predicted(batch: Data, held: t.Container[str]) -> list[dict[str, t.Any]]:
    """Return what check mode says of a batch whose seeds are kept on the controller."""
    results = []
    for name, serial in batch["serial_numbers"].items():
        actions = ["create", "store", "enable"]
        if serial in batch["unassigned"]:
            actions = ["enable"] if serial in held else ["recreate", "store", "enable"]
        results.append({**user_failure(name, "", serial), "changed": True, "actions": actions, "failed": False})
    return results
