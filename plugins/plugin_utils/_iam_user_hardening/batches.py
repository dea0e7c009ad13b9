# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of users whose seeds pass through the controller, and what the results of the modules mean for them. Pure.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .common import Data

Result = dict[str, t.Any]

# What is kept of a module's result: nothing else in it may reach a registered variable, as it could be a seed.
_KEPT = ("user_name", "serial_number", "changed", "actions", "failed", "msg", "error")


def labels(count: int, size: int) -> list[dict[str, t.Any]]:
    """Return the number of each batch, from 0, and how the run names it.

    :param count: How many users there are.
    :param size: How many of them a batch has at most.
    """
    found = []
    for number, start in enumerate(range(0, count, size)):
        end = min(start + size, count)
        who = f"user {end:,}" if end == start + 1 else f"users {start + 1:,}–{end:,}"
        found.append({"number": number, "label": f"{who} of {count:,}"})
    return found


def batch_of(planned: Data, number: int) -> dict[str, t.Any]:
    """Return a batch: its devices, and what the controller knows of them besides.

    :param planned: The plan. Its C(kept_here) says of each of its devices the serial number, since when the user has
        existed, and whether the device exists already, attached to nobody.
    :param number: Which batch, from 0.
    """
    size = planned["settings"]["batch_size"]
    part = slice(number * size, (number + 1) * size)
    pairs = list(zip(planned["devices"][part], planned["kept_here"][part], strict=True))
    return {
        "number": number,
        "devices": [device for device, _own in pairs],
        "serial_numbers": {device["user_name"]: own["serial_number"] for device, own in pairs},
        "owners": {
            own["serial_number"]: {"user_name": device["user_name"], "create_date": own["user_since"]}
            for device, own in pairs
        },
        "unassigned": [own["serial_number"] for _device, own in pairs if own["is_unassigned"]],
    }


def subset(batch: Data, user_names: t.Container[str]) -> dict[str, t.Any]:
    """Return a batch of some of its users."""
    serials = {name: serial for name, serial in batch["serial_numbers"].items() if name in user_names}
    return {
        "number": batch["number"],
        "devices": [device for device in batch["devices"] if device["user_name"] in user_names],
        "serial_numbers": serials,
        "owners": {serial: batch["owners"][serial] for serial in serials.values()},
        "unassigned": [serial for serial in batch["unassigned"] if serial in serials.values()],
    }


def with_seeds(batch: Data, made: t.Sequence[Data], seeds: Data) -> tuple[list[dict[str, str]], list[Result]]:
    """Return the devices to be enabled, each with its seed, and a failure for each whose seed nobody has.

    :param made: Results of state=present, in the batch's order.
    :param seeds: Seeds by serial number, as they are kept now.
    """
    devices, failures = [], []
    for device, result in zip(batch["devices"], made, strict=True):
        name = device["user_name"]
        serial = batch["serial_numbers"][name]
        seed = seeds.get(serial)
        if result["failed"]:
            failures.append({**kept(result), "serial_number": serial})
        elif not seed:
            text = (
                f"The device {serial} was created by somebody else meanwhile, or is on another user, and its seed is "
                "not here. Run again. If that does not help, give the role's devices another name or path."
            )
            failures.append(user_failure(name, text, serial))
        else:
            devices.append({"user_name": name, "serial_number": serial, "seed": str(seed)})
    return devices, failures


def kept(result: Data) -> Result:
    """Return a module's result without what may hold a seed."""
    return {key: result[key] for key in _KEPT if key in result}


def proven(results: t.Iterable[Data], user_names: t.Container[str]) -> list[Result]:
    """Return results of state=enabled, where a device that somebody else attached is a failure.

    :param user_names: Whose devices were created, and their seeds kept, just before: what this run did not attach may
        be a device that another run has recreated, with another seed.
    """
    return [
        (
            {**kept(result), **_unproven(result)}
            if result["user_name"] in user_names and not result["failed"] and "enable" not in result["actions"]
            else kept(result)
        )
        for result in results
    ]


def _unproven(result: Data) -> Result:
    name, serial = result["user_name"], result["serial_number"]
    text = (
        f"Somebody else attached {serial} to {name} just after this run had created it, so the seed that was kept may "
        "not be that of the device: do not hand it out. Find out who else enrols this user. To start afresh, remove "
        "the device with hardening.aws.iam_mfa_device and state=absent, and run again."
    )
    return user_failure(name, text, serial)


def user_failure(user_name: str, msg: str, serial_number: str | None = None) -> Result:
    """Return the result of a user for whom nothing was done."""
    return {
        "user_name": str(user_name),
        "serial_number": serial_number,
        "changed": False,
        "actions": [],
        "failed": True,
        "msg": str(msg),
    }


def all_failed(batch: Data, msg: str) -> list[Result]:
    """Return the results of a batch for which nothing was done."""
    return [user_failure(name, msg, serial) for name, serial in batch["serial_numbers"].items()]


def of_nobody(serials: t.Iterable[str], user_name: str) -> list[dict[str, str]]:
    """Return devices to be removed as iam_mfa_devices takes them, so that it refuses one that somebody has by then.

    :param user_name: The name of a user who does not exist.
    """
    return [{"user_name": user_name, "serial_number": str(serial)} for serial in serials]


def predicted(batch: Data, held: t.Container[str]) -> list[Result]:
    """Return what check mode says of a batch.

    :param held: Serial numbers of devices whose seeds are kept.
    """
    results = []
    for name, serial in batch["serial_numbers"].items():
        actions = ["create", "store", "enable"]
        if serial in batch["unassigned"]:
            actions = ["enable"] if serial in held else ["recreate", "store", "enable"]
        results.append({**user_failure(name, "", serial), "changed": True, "actions": actions, "failed": False})
    return results
