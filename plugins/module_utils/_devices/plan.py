# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Works out what to do: current state × desired state → actions. Pure: knows no AWS, calls nothing.

This module is private to hardening.aws. One device and five thousand go through the same function.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._aws.model import Device, VirtualDevice, device_name_of, device_type, split_virtual_arn

MAX_DEVICES_PER_USER = 8

# Actions, in the words that RV(results[].actions) uses.
CREATE = "create"
RECREATE = "recreate"
STORE = "store"
ENABLE = "enable"
DISABLE = "disable"
DELETE = "delete"
RESYNC = "resync"
TAG = "tag"
UNTAG = "untag"
RETIRE_SEED = "retire_seed"


@dataclasses.dataclass(frozen=True)
class Desired:
    """What one input asks for, after validation.

    I(codes) and I(seed) are secret and stay out of the representation, so that no log can show them.
    """

    user_name: str
    state: str
    label: str = ""  # how messages name this input, such as "devices[3] (alice)"
    serial_number: str | None = None
    device_name: str | None = None
    device_path: str = "/"
    codes: tuple[str, str] | None = dataclasses.field(default=None, repr=False)
    seed: str | None = dataclasses.field(default=None, repr=False)
    stored: bool = False  # a seed store was given
    retires_seed: bool = False  # what the store holds of a device that is deleted goes as well
    satisfied_by: str = "this"
    all_devices: bool = False
    tags: t.Mapping[str, str] | None = None
    purge_tags: bool = True

    @property
    def is_virtual(self) -> bool:
        """Whether the target is a virtual device."""
        return self.device_name is not None or device_type(self.serial_number or "") == "virtual"

    @property
    def may_create(self) -> bool:
        """Whether a device that does not exist may be created: only where it is named and its seed has a place."""
        return self.device_name is not None and (self.state == "present" or self.stored)

    def is_target(self, serial_number: str) -> bool:
        """Whether I(serial_number) is the device that this input means."""
        if self.serial_number is not None:
            return serial_number == self.serial_number
        if device_type(serial_number) != "virtual":
            return False
        return split_virtual_arn(serial_number) == (self.device_path, self.device_name)


@dataclasses.dataclass(frozen=True)
class Current:
    """What AWS lists. I(target_known) tells whether I(target) was looked for in the account's virtual devices."""

    user_exists: bool = True
    devices: tuple[Device, ...] = ()
    target: VirtualDevice | None = None
    target_known: bool = True
    tags: t.Mapping[str, str] | None = None
    seed_lost: bool = False  # the target is attached to nobody, and the seed store has no seed of it for this user
    left_behind: tuple[str, ...] = ()  # virtual devices that are attached to nobody and are certainly this user's
    kept_seeds: tuple[str, ...] = ()  # devices to be deleted, or gone already, whose seeds are stored for this user
    seed_in_use: VirtualDevice | None = None  # one of somebody else, whose seed is stored for this user


@dataclasses.dataclass(frozen=True)
class Action:
    """One step of a plan."""

    kind: str
    serial_number: str | None = None
    tags: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Plan:
    """The steps from the current to the desired state, and the devices of the user before and after them."""

    actions: tuple[Action, ...] = ()
    problem: str | None = None
    warning: str | None = None

    @property
    def changed(self) -> bool:
        """Whether anything would be changed."""
        return bool(self.actions)

    @property
    def kinds(self) -> list[str]:
        """The actions' names."""
        return [action.kind for action in self.actions]


def left_behind(user_name: str, virtual: t.Iterable[VirtualDevice], taken_off: t.Container[str]) -> tuple[str, ...]:
    """Return the unassigned devices that are certainly a user's, as an interrupted run leaves them.

    AWS does not tell whose an unassigned device was. It is certain of one that bears the user's name, and of one that
    this very run has taken off (I(taken_off)).
    """
    return tuple(
        device.serial_number
        for device in virtual
        if device.owner is None
        and (device_name_of(device.serial_number) == user_name or device.serial_number in taken_off)
    )


def plan(desired: Desired, current: Current) -> Plan:
    """Return what has to be done to get from I(current) to I(desired), or why that is impossible."""
    return _PLANNERS[desired.state](desired, current)


def _plan_enabled(desired: Desired, current: Current) -> Plan:
    if not current.user_exists:
        return Plan(problem=_no_user(desired))
    attached = _attached_target(desired, current)
    if attached is not None:
        return Plan(_tag_actions(desired, current, attached.serial_number))
    if desired.satisfied_by == "any" and current.devices:
        return Plan()
    owner = _other_owner(desired, current)
    if owner:
        return Plan(problem=owner)
    if len(current.devices) >= MAX_DEVICES_PER_USER:
        return Plan(
            problem=f"{desired.user_name} has {len(current.devices)} MFA devices already, and AWS allows "
            f"{MAX_DEVICES_PER_USER}. Remove one with state=absent first."
        )
    serial = current.target.serial_number if current.target else desired.serial_number
    missing = desired.is_virtual and current.target_known and current.target is None
    if missing and not desired.may_create:
        return Plan(problem=_missing_device(desired))
    if missing:
        return Plan((Action(CREATE, tags=desired.tags or {}), Action(STORE), Action(ENABLE)))
    if current.seed_lost:
        return _plan_recreation(desired, current, Action(ENABLE))
    tags = _tag_actions(desired, current, serial) if serial else ()
    return Plan((Action(ENABLE, serial), *tags))


def _plan_recreation(desired: Desired, current: Current, *then: Action) -> Plan:
    """Replace a device that nobody can ever use: it is unassigned, and its seed is not stored for this user."""
    if not desired.may_create:
        return Plan(
            problem=f"The seed store has no seed of {desired.serial_number or desired.device_name} for "
            f"{desired.user_name}, so no code can be computed. Give its seed or two codes, or name the device with "
            "device_name to have it recreated."
        )
    kept = {} if desired.tags is not None and desired.purge_tags else current.tags or {}
    return Plan((Action(RECREATE, tags={**kept, **(desired.tags or {})}), Action(STORE), *then))


def _plan_present(desired: Desired, current: Current) -> Plan:
    if current.target is None:
        store = (Action(STORE),) if desired.stored else ()
        return Plan((Action(CREATE, tags=desired.tags or {}), *store))
    if current.seed_lost and desired.may_create:
        return _plan_recreation(desired, current)
    return Plan(_tag_actions(desired, current, current.target.serial_number))


def _plan_disabled(desired: Desired, current: Current) -> Plan:
    if desired.all_devices:
        return _unless_unknown(desired, current, tuple(Action(DISABLE, d.serial_number) for d in current.devices))
    attached = _attached_target(desired, current)
    return _unless_unknown(desired, current, (Action(DISABLE, attached.serial_number),) if attached else ())


def _unless_unknown(desired: Desired, current: Current, actions: tuple[Action, ...]) -> Plan:
    """The plan with these actions. Nothing to do for a user who does not exist is most likely a mistyped name."""
    if not actions and not current.user_exists:
        return Plan(warning=f"{_no_user(desired)} Nothing is attached to such a user.")
    return Plan(actions, warning=_seed_in_use(desired, current.seed_in_use))


def _seed_in_use(desired: Desired, device: VirtualDevice | None) -> str | None:
    if device is None or device.owner is None:
        return None
    return (
        f"The seed store keeps {desired.user_name}'s seed of {device.serial_number}, as this is attached to "
        f"{_whose(device.owner)}. Delete the record yourself if nobody needs it."
    )


def _plan_absent(desired: Desired, current: Current) -> Plan:
    disabled = _plan_disabled(desired, current)
    gone = [action.serial_number for action in disabled.actions]
    deleted = [serial for serial in gone if serial and device_type(serial) == "virtual"]
    if not desired.all_devices and not gone and current.target is not None:
        owner = _other_owner(desired, current)
        if owner:
            return Plan(problem=owner)
        deleted.append(current.target.serial_number)
    if desired.all_devices:
        deleted += [serial for serial in current.left_behind if serial not in deleted]
    deletions = tuple(Action(DELETE, serial) for serial in deleted)
    retirements = tuple(Action(RETIRE_SEED, serial) for serial in current.kept_seeds)
    return _unless_unknown(desired, current, disabled.actions + deletions + retirements)


def _plan_resynced(desired: Desired, current: Current) -> Plan:
    if not current.user_exists:
        return Plan(problem=_no_user(desired))
    attached = _attached_target(desired, current)
    if attached is None:
        return Plan(
            problem=f"{_target_name(desired)} is not attached to {desired.user_name}, and only an attached device "
            "can be resynchronized. Attach it with state=enabled."
        )
    return Plan((Action(RESYNC, attached.serial_number),))


_PLANNERS: dict[str, t.Callable[[Desired, Current], Plan]] = {
    "enabled": _plan_enabled,
    "present": _plan_present,
    "disabled": _plan_disabled,
    "absent": _plan_absent,
    "resynced": _plan_resynced,
}


def predict(desired: Desired, current: Current, made: Plan, serial_number: str | None) -> Current:
    """Return what AWS will list once I(made) has been carried out. I(serial_number) is the target's."""
    devices = list(current.devices)
    target, target_known = current.target, current.target_known
    tags = current.tags
    for action in made.actions:
        serial = action.serial_number or serial_number or ""
        if action.kind in (CREATE, RECREATE):
            target, tags = VirtualDevice(serial), dict(action.tags) if desired.tags is not None else None
        elif action.kind == ENABLE:
            devices.append(Device(serial, desired.user_name))
            target = VirtualDevice(serial, desired.user_name) if desired.is_virtual else None
        elif action.kind == DISABLE:
            devices = [device for device in devices if device.serial_number != serial]
            target = VirtualDevice(serial) if device_type(serial) == "virtual" else None
        elif action.kind == DELETE:
            target, target_known, tags = None, True, None
        elif action.kind == TAG:
            tags = {**(tags or {}), **action.tags}
        elif action.kind == UNTAG:
            tags = {key: value for key, value in (tags or {}).items() if key not in action.tags}
    return dataclasses.replace(current, devices=tuple(devices), target=target, target_known=target_known, tags=tags)


def status_of(desired: Desired, current: Current) -> str:
    """Return the target's status in one word, as far as it had to be read: C(disabled) leaves open if it exists."""
    if _attached_target(desired, current) is not None:
        return "enabled"
    if not desired.is_virtual or desired.state == "disabled":
        return "disabled"
    return "absent" if current.target is None and current.target_known else "present"


def describe(desired: Desired, current: Current, serial_number: str | None) -> dict[str, t.Any]:
    """Return the state as a diff shows it. Holds no secret."""
    state: dict[str, t.Any] = {
        "user_name": desired.user_name,
        "mfa_devices": sorted(device.serial_number for device in current.devices),
    }
    if not desired.all_devices and desired.is_virtual:
        status = status_of(desired, current)
        state["device"] = {"serial_number": serial_number, "status": status}
        if desired.tags is not None and status != "absent":
            state["device"]["tags"] = dict(current.tags or {})
    return state


def _attached_target(desired: Desired, current: Current) -> Device | None:
    return next((device for device in current.devices if desired.is_target(device.serial_number)), None)


def _tag_actions(desired: Desired, current: Current, serial: str) -> tuple[Action, ...]:
    if desired.tags is None:
        return ()
    have = current.tags or {}
    surplus = {key: value for key, value in have.items() if key not in desired.tags} if desired.purge_tags else {}
    wanted = {key: value for key, value in desired.tags.items() if have.get(key) != value}
    # Surplus tags go first: together with the new ones they could exceed what AWS allows on a device.
    untag = (Action(UNTAG, serial, surplus),) if surplus else ()
    return (*untag, Action(TAG, serial, wanted)) if wanted else untag


def _target_name(desired: Desired) -> str:
    if desired.serial_number:
        return f"The device {desired.serial_number}"
    return f"The device {desired.device_path}{desired.device_name}"


def _no_user(desired: Desired) -> str:
    return f"There is no IAM user {desired.user_name} in this account: check user_name, and the account."


def _whose(owner: str) -> str:
    return f"the root user ({owner})" if owner.startswith("arn:") else f"the user {owner}"


def _other_owner(desired: Desired, current: Current) -> str | None:
    owner = current.target.owner if current.target else None
    if owner is None or owner == desired.user_name:
        return None
    return (
        f"{_target_name(desired)} is attached to {_whose(owner)}, not to {desired.user_name}, and a device can belong "
        "to only one user. Name another device, or remove it from that user first."
    )


def _missing_device(desired: Desired) -> str:
    name = _target_name(desired)
    if desired.device_name is None:
        return (
            f"{name} does not exist. Check the ARN. To have a device created, name it with device_name and give a "
            "seed_store."
        )
    return (
        f"{name} does not exist, and AWS makes the seed of a new device, so no code or seed given here can be its own. "
        "Give a seed_store instead: the device is then created and its seed kept."
    )
