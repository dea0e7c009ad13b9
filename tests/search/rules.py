# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold after every call, whatever befalls the runs."""

from __future__ import annotations

import typing as t

from account import Device, arn
from iam import MOST
from schedule import Actor
from stores import record_in

_DELETIONS = {"delete_secret": ("secretsmanager", "SecretId"), "delete_parameter": ("ssm", "Name")}
TOLERANCE = 4.0  # seconds: AWS tells whole seconds, and the collection allows three


class Touches:
    """What a run was asked to work on, and how.

    :param serials: The devices that it may create, delete and attach.
    :param users: The users whose devices it may take off.
    :param store: The service that keeps the seeds, or "".
    :param place: Returns the name of a device's record there.
    :param proves_by_store: Whether codes come from what the store keeps.
    :param takes_password: Whether it was asked to take passwords away.
    :param takes_none_off: Whether its users are to keep all devices.
    :param deletes_seeds: Whether it was asked to delete the seeds of devices that go.
    :param kind: C(devices), C(access) or C(rotation).
    """

    def __init__(
        self,
        kind: str,
        users: t.Iterable[str],
        serials: t.Iterable[str],
        store: str = "",
        place: t.Callable[[str, str], str] | None = None,
        proves_by_store: bool = False,
        takes_password: bool = False,
        deletes_seeds: bool = False,
        takes_none_off: bool = False,
    ) -> None:
        self.kind = kind
        self.users = set(users)
        self.serials = set(serials)
        self.store = store
        self.place = place
        self.proves_by_store = proves_by_store
        self.takes_password = takes_password
        self.deletes_seeds = deletes_seeds
        self.takes_none_off = takes_none_off


class Rules:
    """Watches the calls of all runs. The first breach ends the scenario.

    Two runs may want the opposite for one user, and no call of AWS's spans IAM and a seed store. So what a run takes
    away that was asked to is no breach of another that works at the same time: a rotation may find that its new device
    was taken off, and an enrolment that its seed was deleted. But a run deletes no seed of a device that AWS listed as
    attached when it decided to; nor, unless it takes all access away, of one that AWS listed at all.
    """

    def __init__(self, world: t.Any) -> None:
        self._world = world
        self.breach: str | None = None
        self._deleted: list[tuple[tuple[str, str], Actor]] = []  # records that runs deleted that were asked to
        self._freed: list[tuple[str, float, Actor]] = []  # users of whom a run took a device, and when

    def broken(self, text: str) -> None:
        """A rule was broken."""
        if self.breach is None:
            self.breach = text
        self._world.over = True

    def sent(self, actor: Actor, operation: str, params: dict[str, t.Any]) -> None:
        """A run makes a call that changes something."""
        touches = actor.touches
        serial, user = params.get("SerialNumber"), params.get("UserName")
        if user is not None and user not in touches.users:
            self.broken(f"{operation} for {user}, who is none of the run's")
        if operation == "deactivate_mfa_device" and touches.takes_none_off:
            self.broken(f"{serial} is taken off {user}, who may not have the new seed yet")
        if operation in ("delete_virtual_mfa_device", "enable_mfa_device") and serial not in touches.serials:
            owner = getattr(self._world.account.devices.get(serial), "freed", 0)
            taken_off = owner > actor.began if isinstance(owner, float) else False
            gone = serial not in self._world.account.devices  # such as by a call whose reply was lost
            if operation == "enable_mfa_device" or not (taken_off or gone):
                self.broken(f"{operation} of {serial}, which is none of the run's")
        if operation in ("enable_mfa_device", "resync_mfa_device"):
            self._codes(actor, t.cast(str, serial), params)
        if operation in _DELETIONS and touches.deletes_seeds and touches.kind != "access":
            service, name = _DELETIONS[operation]
            self._seed_goes(service, params[name], actor)

    def _codes(self, actor: Actor, serial: str, params: dict[str, t.Any]) -> None:
        device = self._world.account.devices.get(serial)
        if device is None:
            return
        sent = (actor.name, params["AuthenticationCode1"], params["AuthenticationCode2"])
        # If the reply was lost, a run knows by what AWS lists.
        if device.judged.get(sent) or (sent in device.judged and device.owner is not None):
            self.broken(f"codes of {serial} that AWS has judged are sent again")

    def refused(self, actor: Actor, operation: str, params: dict[str, t.Any], code: str) -> None:
        """AWS refused a call."""
        if code == "InvalidAuthenticationCode":
            self._judge(actor, params, True)

    def _judge(self, actor: Actor, params: dict[str, t.Any], heard: bool) -> None:
        device = self._world.account.devices.get(params["SerialNumber"])
        if device is not None:
            device.judged[actor.name, params["AuthenticationCode1"], params["AuthenticationCode2"]] = heard

    def took_effect(self, actor: Actor, operation: str, params: dict[str, t.Any], heard: bool) -> None:
        """A call has changed something. I(heard) says whether the run learns it from the reply."""
        if operation == "create_virtual_mfa_device":
            self._world.account.devices[arn(params["VirtualMFADeviceName"], params["Path"])].made_by = actor
        elif operation == "enable_mfa_device":
            self._judge(actor, params, heard)
            self._attached(actor, self._world.account.devices[params["SerialNumber"]])
        elif operation == "resync_mfa_device":
            self._judge(actor, params, heard)
        elif operation == "deactivate_mfa_device":
            self._freed.append((params["UserName"], self._world.schedule.now, actor))
            self._taken_off(actor, params["UserName"])
        elif operation in _DELETIONS:
            service, name = _DELETIONS[operation]
            if actor.touches.deletes_seeds:
                self._seed_deleted((service, params[name]), actor)
        self._always()

    def _attached(self, actor: Actor, device: Device) -> None:
        touches, person = actor.touches, self._world.account.people[device.owner]
        if not touches.proves_by_store or not device.virtual:
            return
        place = touches.place(person.name, device.serial)
        device.place, device.attached_by = (touches.store, place), actor
        recreated_late = person.created > actor.began - self._world.weather.lag
        if device.made < person.created - TOLERANCE and not recreated_late:
            self.broken(f"{device.serial} proves {person.name} by a seed that was made for an earlier user")

    def _taken_off(self, actor: Actor, name: str) -> None:
        account = self._world.account
        person, left = account.people[name], account.of(name)
        # What lists do not show yet, only a call that takes the password away finds.
        visible = actor.touches.takes_password or person.password_since < actor.began - self._world.weather.lag
        if actor.touches.kind == "access" and person.password and visible and not left:
            self.broken(f"{name} has a password, and lost the MFA that was there")
        beside = any(user == name and when > actor.began and run is not actor for user, when, run in self._freed)
        rotates = actor.touches.kind == "rotation" and not beside
        if rotates and not any(self._is_proven(actor, device) for device in left):
            self.broken(f"{name} lost the last MFA device before another one was attached")

    def _is_proven(self, actor: Actor, device: Device) -> bool:
        """Whether the store has the seed of a device, whoever attached it."""
        return self._has_seed(actor.touches.store, actor.touches.place(device.owner, device.serial), device)

    def lost(self, device: Device) -> bool:
        """Whether the store has to have the seed of an attached device, and does not."""
        return device.owner is not None and device.place is not None and not self._is_kept(device)

    def _deleted_beside(self, device: Device) -> bool:
        """Whether a run deleted the seed that was asked to, while another one attached the device."""
        by = device.attached_by
        beside = [run for place, run in self._deleted if place == device.place and run is not by]
        return by is not None and any(run.began == by.began for run in beside)

    def _seed_goes(self, service: str, name: str, actor: Actor) -> None:
        seed = record_in(self._world.stores[service].text(name)).get("seed")
        for device in self._world.account.devices.values():
            if device.seed == seed and device.owner is None and device.made < self._decided(actor, name):
                self.broken(f"{device.serial} is there, and its seed is deleted")

    def _decided(self, actor: Actor, name: str) -> float:
        """Return of when lists may be by which a run decides to delete a record."""
        # It reads the record to decide, and again just before it deletes it.
        return (actor.read.get(name, [])[-2:] or [actor.began])[0] - self._world.weather.lag

    def _seed_deleted(self, place: tuple[str, str], actor: Actor) -> None:
        self._deleted.append((place, actor))
        decided = self._decided(actor, place[1])
        for device in self._world.account.devices.values():
            if device.place == place and self.lost(device) and device.since < decided:
                self.broken(f"{device.serial} is attached to {device.owner}, and its seed is deleted")

    def _is_kept(self, device: Device) -> bool:
        return device.place is not None and self._has_seed(*device.place, device)

    def _has_seed(self, service: str, name: str, device: Device) -> bool:
        texts = self._world.stores[service].texts(name)
        return any(record_in(text).get("seed") == device.seed for text in texts)

    def _always(self) -> None:
        account = self._world.account
        for device in account.devices.values():
            if self.lost(device) and not self._deleted_beside(device):
                self.broken(
                    f"{device.serial} is attached to {device.owner}, and its seed is not kept in {device.place[1]}"
                )
        for name in account.people:
            if len(account.of(name)) > MOST:
                self.broken(f"{name} has more than {MOST} devices")
