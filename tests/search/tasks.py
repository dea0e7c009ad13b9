# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run is asked for, how the collection's own code does it, and what is right when it has ended."""

from __future__ import annotations

import dataclasses
import typing as t

from account import arn, code, moment
from rules import Touches
from schedule import Actor
from seams import EPOCH
from stores import record_in
from world import Connection, World

from ansible_collections.hardening.aws.plugins.module_utils._access import apply as access_apply
from ansible_collections.hardening.aws.plugins.module_utils._access.api import AccessApi
from ansible_collections.hardening.aws.plugins.module_utils._access.options import Wanted
from ansible_collections.hardening.aws.plugins.module_utils._aws.iam import MfaApi
from ansible_collections.hardening.aws.plugins.module_utils._devices import results
from ansible_collections.hardening.aws.plugins.module_utils._devices.plan import Desired
from ansible_collections.hardening.aws.plugins.module_utils._devices.reconcile import Reconciler
from ansible_collections.hardening.aws.plugins.module_utils._devices.seed_records import SeedRecords
from ansible_collections.hardening.aws.plugins.module_utils._rotation.rotate import Rotator
from ansible_collections.hardening.aws.plugins.module_utils._seeds.record import record_is_of
from ansible_collections.hardening.aws.plugins.module_utils._seeds.registry import open_store, store_name

SERVICES = {"secretsmanager": "secretsmanager", "ssm_parameter": "ssm"}


@dataclasses.dataclass
class Told:
    """What a run told of one user."""

    user: str
    changed: bool
    failed: bool
    message: str
    actions: list[str]
    seed: str | None = None


class Task:
    """What a run is asked for.

    :param names: The users, in the order of the inputs.
    :param store: The options of the seed store, or None.
    """

    kind = "devices"
    # Whether a run after a good one has nothing to do.
    settles = True

    def __init__(self, world: World, names: t.Sequence[str], store: dict[str, t.Any] | None) -> None:
        self.world, self.names, self.store = world, list(names), store
        self.service = SERVICES[store["type"]] if store else ""

    def __str__(self) -> str:
        about = {name: value for name, value in vars(self).items() if name not in ("world", "service")}
        return f"{type(self).__name__} {about}"

    def touches(self) -> Touches:
        """Return what it may touch."""
        found = Touches(self.kind, self.names, self.serials(), self.service, self.place, bool(self.store))
        found.deletes_seeds = bool(self.store) and self.store["on_absent"] == "delete"
        return found

    def serials(self) -> list[str]:
        """Return the devices that it may create, attach and delete."""
        return [self.serial(name) for name in self.names]

    def serial(self, name: str) -> str:
        return arn(name)

    def place(self, name: str, serial: str) -> str:
        """Return where a device's record is kept."""
        return store_name(self.store or {}, name, serial.rsplit("/", 1)[-1], "123456789012")

    def record(self, name: str, serial: str) -> dict[str, str]:
        """Return what the store keeps for a device."""
        return record_in(self.world.stores[self.service].text(self.place(name, serial))) if self.store else {}

    def own_record(self, name: str, serial: str) -> bool:
        """Whether the store keeps the seed of the device, for this very person."""
        device, record = self.world.account.devices.get(serial), self.record(name, serial)
        person = self.world.account.people.get(name)
        created = moment(person.created) if person else None
        return device is not None and record.get("seed") == device.seed and record_is_of(name, created, record)

    def run(self, actor: Actor) -> list[Told]:
        """Do it, as a module does."""
        raise NotImplementedError

    def possible(self, name: str) -> bool:
        """Whether a run without any fault can do it now."""
        return True

    def reached(self, name: str) -> bool:
        """Whether it is as was asked for."""
        raise NotImplementedError

    def footprint(self, name: str) -> t.Any:
        """Return all that there is of a user and that a run may change."""
        account, owned = self.world.account, set(self.owned(name))
        devices = {
            (device.serial, device.seed, device.owner, tuple(sorted(device.tags.items())))
            for device in account.devices.values()
            if device.owner == name or device.serial in owned
        }
        person = account.people.get(name)
        records = [(serial, tuple(self.record(name, serial).items())) for serial in sorted(owned)]
        if person is None:
            return devices, records
        policy = repr(person.policy)
        return devices, records, person.password, tuple(person.keys.items()), tuple(person.ssh_keys), policy

    def owned(self, name: str) -> list[str]:
        """Return the devices whose records are a user's."""
        return [self.serial(name)]


class Devices(Task):
    """iam_mfa_device and iam_mfa_devices.

    :param options: What a Desired is given besides the user's name and the state.
    :param many: Whether it is the module for many.
    """

    def __init__(
        self,
        world: World,
        names: t.Sequence[str],
        store: dict[str, t.Any] | None,
        state: str,
        many: bool,
        **options: t.Any,
    ) -> None:
        super().__init__(world, names, store)
        self.state, self.many, self.options = state, many, options
        self.settles = state != "resynced"

    def serial(self, name: str) -> str:
        return arn(str(self.options.get("device_name", name)), self.options.get("device_path", "/"))

    def desired(self, name: str) -> Desired:
        """Return what is asked for one user."""
        given: dict[str, t.Any] = {"device_name": name, "stored": bool(self.store), **self.options}
        if given.get("all_devices"):
            given["device_name"] = None
        if given.get("given_seed"):
            given |= {"stored": False, "seed": self.known_seed(name)}
        if given.get("given_codes"):
            given |= {"stored": False, "codes": self.known_codes(name)}
        given.pop("given_seed", None)
        given.pop("given_codes", None)
        given["retires_seed"] = self.state == "absent" and bool(self.store and self.store.get("on_absent") == "delete")
        return Desired(user_name=name, state=self.state, label=name, **given)

    def known_seed(self, name: str) -> str:
        device = self.world.account.devices.get(self.serial(name))
        return device.seed if device else "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"

    def known_codes(self, name: str) -> tuple[str, str]:
        step = int((self.world.schedule.now + EPOCH) // 30)
        return code(self.known_seed(name), step - 1), code(self.known_seed(name), step)

    def touches(self) -> Touches:
        found = super().touches()
        if self.options.get("given_seed") or self.options.get("given_codes"):
            found.proves_by_store = False
        if self.options.get("all_devices"):
            found.serials |= {device.serial for name in self.names for device in self.world.account.of(name)}
        return found

    def run(self, actor: Actor) -> list[Told]:
        connection: t.Any = Connection(self.world, actor)
        api = MfaApi(connection)
        store = open_store(self.store, connection, api.account_id) if self.store else None
        reconciler = Reconciler(api, store, wait_timeout=60)
        inputs = [self.desired(name) for name in self.names]
        outcomes = reconciler.many(inputs) if self.many else [reconciler.one(item) for item in inputs]
        return [
            Told(
                outcome.desired.user_name,
                outcome.changed,
                outcome.failed,
                outcome.error.message if outcome.error else "",
                list(outcome.actions),
                results.new_seed_result(outcome).get("seed"),
            )
            for outcome in outcomes
        ]

    def possible(self, name: str) -> bool:
        account, serial = self.world.account, self.serial(name)
        device = account.devices.get(serial)
        attached = device is not None and device.owner == name
        if self.state == "enabled":
            return self._can_enable(name, attached)
        if self.state == "present":
            return not self._is_scheduled(name) or (device is not None and device.owner is not None)
        if self.state == "resynced":
            return attached and (self.record(name, serial).get("seed") == (device.seed if device else None))
        if self.state == "absent" and not self.options.get("all_devices"):
            return device is None or device.owner in (None, name)
        return True

    def _can_enable(self, name: str, attached: bool) -> bool:
        account, device = self.world.account, self.world.account.devices.get(self.serial(name))
        if name not in account.people:
            return False
        if attached or (self.options.get("satisfied_by") == "any" and account.of(name)):
            return True
        if device is not None and device.owner is not None:
            return False
        if len(account.of(name)) >= 8 or self._is_scheduled(name):
            return False
        return bool(self.store) or device is not None

    def _is_scheduled(self, name: str) -> bool:
        """Whether another run has had the secret deleted, and this one is not to take that back."""
        if not self.store or self.store["on_absent"] == "delete" or self.service != "secretsmanager":
            return False
        secret = self.world.stores[self.service].secrets.get(self.place(name, self.serial(name)))
        return secret is not None and secret.scheduled

    def reached(self, name: str) -> bool:
        account, serial = self.world.account, self.serial(name)
        device = account.devices.get(serial)
        if self.state in ("enabled", "resynced"):
            if self.options.get("satisfied_by") == "any" and account.of(name):
                return True
            return device is not None and device.owner == name and self._tagged(name)
        if self.state == "present":
            if device is None or not self._tagged(name):
                return False
            return not self.store or device.owner is not None or self._present_record(name, serial)
        if self.options.get("all_devices"):
            left = [device for device in account.devices.values() if self._is_left(device, name)]
            return not left and not self._record_left(name, serial)
        if self.state == "disabled":
            return device is None or device.owner != name
        return device is None and not self._record_left(name, serial)

    def _present_record(self, name: str, serial: str) -> bool:
        """Whether there is the record of a device that nobody has.

        The record of an earlier device may be there beside a new one that a run left which did not end, that somebody
        made by hand, or a run that keeps its seeds elsewhere. Nothing that AWS lists tells them apart; the run that
        attaches the device finds out, and makes it anew.
        """
        maker = self.world.account.devices[serial].made_by
        elsewhere = maker is not None and maker.touches.store != self.service
        if not self.world.unfinished and f"orphan_made {name}" not in self.world.happened and not elsewhere:
            return self.own_record(name, serial)
        return self.record(name, serial).get("serial_number") == serial

    def _is_left(self, device: t.Any, name: str) -> bool:
        orphan = self.state == "absent" and device.owner is None and device.serial == arn(name)
        return device.owner == name or orphan

    def _tagged(self, name: str) -> bool:
        tags = self.options.get("tags")
        return tags is None or self.world.account.devices[self.serial(name)].tags == tags

    def _record_left(self, name: str, serial: str) -> bool:
        if not (self.store and self.store.get("on_absent") == "delete" and self.state == "absent"):
            return False
        record, person = self.record(name, serial), self.world.account.people.get(name)
        since = moment(person.created) if person else None
        device = self.world.account.devices.get(serial)
        if device is not None and device.owner not in (None, name):
            return False
        return record.get("serial_number") == serial and record_is_of(name, since, record)


class Access(Task):
    """iam_user_access."""

    kind = "access"

    def __init__(self, world: World, names: t.Sequence[str], wanted: dict[str, t.Any], retires: bool) -> None:
        store = {"type": "secretsmanager", "verify": True, "on_absent": "delete"} if retires else None
        super().__init__(world, names, store)
        self.wanted = wanted
        # A user who keeps a key may begin new sessions.
        self.settles = not wanted.get("sessions") or "access_keys" in wanted

    def touches(self) -> Touches:
        found = super().touches()
        found.serials |= {device.serial for name in self.names for device in self.world.account.of(name)}
        found.takes_password = bool(self.wanted.get("console_password"))
        return found

    def run(self, actor: Actor) -> list[Told]:
        connection: t.Any = Connection(self.world, actor)
        api = AccessApi(connection)
        records = SeedRecords(api, open_store(self.store, connection, api.account_id)) if self.store else None
        wanted = [Wanted(name, name, **self.wanted) for name in self.names]
        outcomes = access_apply.take_access(api, wanted, False, False, 1, records)
        return [
            Told(outcome.label, outcome.changed, outcome.failed, outcome.msg, list(outcome.actions))
            for outcome in outcomes
        ]

    def possible(self, name: str) -> bool:
        person = self.world.account.people.get(name)
        if person is None:
            return False
        guarded = person.password and not self.wanted.get("console_password") and self.world.account.of(name)
        return not (self.wanted.get("mfa_devices") and guarded)

    def reached(self, name: str) -> bool:
        person, wanted = self.world.account.people[name], self.wanted
        if wanted.get("console_password") and person.password:
            return False
        keys = (
            person.keys if wanted.get("access_keys") == "absent" else [k for k, active in person.keys.items() if active]
        )
        if wanted.get("access_keys") and keys:
            return False
        if wanted.get("sessions") and person.policy is None:
            return False
        if wanted.get("other_credentials") and person.ssh_keys:
            return False
        return not (wanted.get("mfa_devices") and self.world.account.of(name))


# What follows a user's name in the names of numbered devices, the oldest first. A suffix may be a number, too.
_NUMBERED = ("", "-2", "-3", "-2026")


class Rotate(Task):
    """The playbook rotate.

    :param holder: C(store) if everybody takes codes from the store, so that older devices go at once. C(person) if
        people have the seeds on their phones: then a run attaches the new devices, and takes none off.
    """

    kind = "rotation"

    def __init__(
        self, world: World, names: t.Sequence[str], store: dict[str, t.Any], suffix: str | None, holder: str
    ) -> None:
        super().__init__(world, names, {**store, "name": "mfa/{user_name}/{device_name}"})
        self.suffix, self.holder = suffix, holder

    @property
    def retires(self) -> bool:
        return self.holder == "store"

    def touches(self) -> Touches:
        found = super().touches()
        found.takes_none_off = not self.retires
        return found

    @property
    def inputs(self) -> dict[str, t.Any]:
        return {
            "users": self.names,
            "exclude": [],
            "suffix": self.suffix,
            "older_than_days": 30,
            "retire": self.retires,
            "retire_devices": ["{user_name}"] if self.suffix and self.retires else [],
            "holder": self.holder,
            "min_age_days": None,
            "profiles": {},
            "seed_store": self.store,
        }

    def serial(self, name: str) -> str:
        return arn(f"{name}-{self.suffix or 2}")

    def serials(self) -> list[str]:
        return [serial for name in self.names for serial in self.owned(name)]

    def owned(self, name: str) -> list[str]:
        return [arn(f"{name}{end}") for end in (*_NUMBERED, f"-{self.suffix}")]

    def run(self, actor: Actor) -> list[Told]:
        """The playbook's task."""
        connection: t.Any = Connection(self.world, actor)
        done = Rotator(connection, self.inputs, {}, 1, False).run()
        _lines, failures = done.report(False)
        return [self._told(name, done.attached_results, done.retired_results, failures) for name in self.names]

    @staticmethod
    def _told(name: str, attached: t.Any, retired: t.Any, failures: list[str]) -> Told:
        mine = [result for result in [*attached, *retired] if result["user_name"] == name]
        actions = [action for result in mine for action in result["actions"]]
        text = "\n".join(line for line in failures if name in line)
        return Told(name, any(result["changed"] for result in mine), bool(text), text, actions)

    def _older(self, name: str) -> list[str]:
        """The attached devices that the new one replaces."""
        serials = [arn(name + end) for end in (("",) if self.suffix else _NUMBERED)]
        attached = {device.serial for device in self.world.account.of(name)}
        return [serial for serial in serials if serial in attached and serial != self._new(name)]

    def _left_behind(self, name: str) -> list[str]:
        """Those that are attached to nobody."""
        new, older = self._new(name), [arn(name + end) for end in (("",) if self.suffix else _NUMBERED)]
        if new in older:
            older = older[: older.index(new)]
        devices = self.world.account.devices
        return [serial for serial in older if serial in devices and devices[serial].owner is None]

    def _new(self, name: str) -> str | None:
        """The device that takes the place of older ones, if it is attached."""
        attached = {device.serial: device for device in self.world.account.of(name)}
        if self.suffix:
            return self.serial(name) if self.serial(name) in attached else None
        numbered = self._family(name)
        young = numbered and self.world.schedule.now - attached[numbered[-1]].since < 30 * 86400
        return numbered[-1] if young else None

    def _family(self, name: str) -> list[str]:
        """The attached devices that are named like the user, and numbered."""
        attached = {device.serial for device in self.world.account.of(name)}
        return [serial for serial in (arn(name + end) for end in _NUMBERED) if serial in attached]

    def possible(self, name: str) -> bool:
        account = self.world.account
        if name not in account.people:
            return False
        new = self._new(name)
        if new is not None:
            return not self.retires or not self._older(name) or self.own_record(name, new)
        there = account.devices.get(self.serial(name)) if self.suffix else None
        return len(account.of(name)) < 8 and (there is None or there.owner is None)

    def reached(self, name: str) -> bool:
        if not self.suffix and not self._family(name):
            return True  # a user of whom there is nothing to replace
        if self._new(name) is None:
            return False
        return not self.retires or not (self._older(name) or self._left_behind(name))


__all__ = ["Access", "Devices", "Rotate", "Task", "Told"]
