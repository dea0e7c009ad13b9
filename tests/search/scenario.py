# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scenario from its seed: an account, one or two runs, what befalls them; then runs without faults, which do it."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from account import Device, Person, arn, moment
from schedule import Actor
from stores import Secret
from tape import Tape
from tasks import Access, Devices, Rotate, Task, Told
from world import FINAL, PASSING, Weather, World

from ansible_collections.hardening.aws.plugins.module_utils._access import apply as access_apply
from ansible_collections.hardening.aws.plugins.module_utils._devices import read
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError

DAY = 86400.0
NAMES = ("alice", "bob", "carol")
DENIABLE = (
    "create_virtual_mfa_device",
    "enable_mfa_device",
    "delete_virtual_mfa_device",
    "deactivate_mfa_device",
    "list_virtual_mfa_devices",
    "list_mfa_devices",
    "put_secret_value",
    "create_secret",
    "get_secret_value",
    "get_user",
    "list_users",
    "delete_login_profile",
    "get_login_profile",
    "list_access_keys",
    "update_access_key",
    "put_user_policy",
)
# What a fault is worth aiming at: the calls that change something, the most delicate ones most often.
_STORING = ("create_secret", "put_secret_value", "update_secret_version_stage", "put_parameter")
_MAKING = ("create_virtual_mfa_device", "create_virtual_mfa_device", "delete_virtual_mfa_device", *_STORING)
_REMOVING = ("deactivate_mfa_device", "delete_virtual_mfa_device", "delete_secret")
_ACCESS = ("delete_login_profile", "update_access_key", "delete_access_key", "put_user_policy")
AIMS: dict[str, tuple[str, ...]] = {
    "enabled": (*("enable_mfa_device",) * 5, *_MAKING, "tag_mfa_device"),
    "present": _MAKING,
    "disabled": _REMOVING[:1],
    "absent": _REMOVING,
    "resynced": ("resync_mfa_device",),
    "access": (*_ACCESS, *_REMOVING),
    "rotation": (*("enable_mfa_device",) * 3, *_MAKING, *_REMOVING),
}
# Faults of a kind that passes of which a run must get over so many.
GETS_OVER = 2


@dataclasses.dataclass
class Failure:
    """A rule that was broken, and how."""

    seed: int
    text: str
    hits: list[str]
    trace: list[str]

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.text}\n  " + "\n  ".join(self.trace)


class Scenario:
    """What one seed stands for."""

    def __init__(self, seed: int, left_out: t.Iterable[str] = ()) -> None:
        self.seed = seed
        self.tape = Tape(seed, left_out)
        self.world = World(self.tape, self.tape.choice("switching", (0.2, 0.5, 0.9)))
        self.lag = self.tape.choice("lag", (0.0, 0.0, 0.0, 2.0, 4.0))
        self.world.weather.lag = self.lag
        count = self.tape.choice("users", (1, 1, 2, 3))
        self.names = NAMES[:count]
        few = self.tape.choice("few", (1, 10))
        read._FEW = access_apply._FEW = few
        self.store = self._store()
        self.task = self._task()
        for name in NAMES:
            self._person(name)
        self.world.account.changed(-40 * DAY)
        self.recent = ""
        self.world.note(f"{self.task} in {self.store['type']}, lists lag {self.lag:g} s, users from lists above {few}")
        self._just_before()

    # What there is

    def _store(self) -> dict[str, t.Any]:
        kind = self.tape.choice("store", ("secretsmanager", "secretsmanager", "ssm_parameter"))
        return {"type": kind, "verify": True, "on_absent": self.tape.choice("on_absent", ("keep", "delete"))}

    def _task(self) -> Task:
        kind = self.tape.choice(
            "task", ("enabled",) * 5 + ("present", "disabled", "absent", "resynced") + ("access",) * 2 + ("rotate",) * 2
        )
        return self._task_of(kind)

    def _other_task(self) -> Task:
        """What a run is asked for that works beside the first one: the same, or something else with the same users."""
        kinds = ("enabled", "enabled", "absent", "disabled", "present", "resynced", "access", "access", "rotate")
        if self.tape.number("other is the same") < 0.3:
            return self.task
        return self._task_of(self.tape.choice("other task", kinds), "other ")

    def _task_of(self, kind: str, which: str = "") -> Task:
        if kind == "access":
            return self._access(which)
        if kind == "rotate":
            suffix = self.tape.choice(which + "suffix", ("2026", None))
            holder = self.tape.choice(which + "holder", ("store", "store", "person"))
            return Rotate(self.world, self.names, self.store, suffix, holder)
        return self._devices(kind, which)

    def _access(self, which: str) -> Task:
        whole = {"console_password": True, "access_keys": "inactive", "sessions": True, "mfa_devices": True}
        wanted = self.tape.choice(
            which + "wanted",
            (
                whole,
                {**whole, "access_keys": "absent", "other_credentials": True},
                {"console_password": True, "mfa_devices": True},
                {"mfa_devices": True},
                {"console_password": True, "sessions": True},
                {"access_keys": "absent"},
            ),
        )
        return Access(self.world, self.names, wanted, self.tape.number(which + "retires") < 0.5)

    def _devices(self, state: str, which: str) -> Task:
        many = len(self.names) > 1 or self.tape.number(which + "many") < 0.3
        options: dict[str, t.Any] = {}
        store: dict[str, t.Any] | None = self.store
        if state in ("disabled", "absent") and self.tape.number(which + "all") < 0.4:
            options["all_devices"] = True
        if state == "enabled":
            options |= self.tape.choice(
                which + "how", ({}, {}, {}, {"satisfied_by": "any"}, {"given_seed": True}, {"given_codes": True})
            )
        if state in ("enabled", "present") and self.tape.number(which + "tagged") < 0.3:
            options["tags"] = {"team": "a"}
        if options.get("given_seed") or options.get("given_codes") or state == "disabled":
            store = None
        if state in ("present", "absent") and self.tape.number(which + "without store") < 0.4:
            store = None
        return Devices(self.world, self.names, store, state, many, **options)

    def _person(self, name: str) -> None:
        """A user, and whatever earlier runs, and people, may have left of devices."""
        draw, account = self.tape, self.world.account
        exists = name not in self.names or draw.hit(f"{name} exists", 0.93)
        created = -draw.choice(f"{name} created", (300.0, 20.0)) * DAY
        if exists:
            person = Person(name, created, draw.number(f"{name} password") < 0.6)
            person.keys = {f"AKIA{name}{n}": n == 0 for n in range(draw.choice(f"{name} keys", (0, 1, 2)))}
            person.ssh_keys = [f"APKA{name}"] if draw.number(f"{name} ssh") < 0.3 else []
            account.people[name] = person
        for number in range(draw.choice(f"{name} more", (0, 0, 0, 1, 6, 7, 8)) if exists else 0):
            serial = f"GAHT{name}{number}"
            account.devices[serial] = Device(serial, account.new_seed(), created, name, created)
        self._own_device(name, exists, created)

    def _own_device(self, name: str, exists: bool, created: float) -> None:
        draw, account = self.tape, self.world.account
        situation = draw.choice(f"{name} device", ("none", "orphan", "attached", "attached", "other's", "record"))
        if isinstance(self.task, Rotate) and name in self.names:
            situation = "attached"
        made = draw.choice(f"{name} made", (created + DAY, created - DAY))
        device = Device(self._first_serial(name), account.new_seed(), made)
        full = exists and len(account.of(name)) >= 8
        if situation != "record" and situation != "none":
            account.devices[device.serial] = device
        if situation == "attached" and exists and not full:
            device.owner, device.since, device.made = name, created + 2 * DAY, created + DAY
            made = device.made
        if situation == "other's":
            device.owner, device.since = "dave", created + 2 * DAY
            account.people.setdefault("dave", Person("dave", -400 * DAY))
        if self.task.store and situation != "none" and draw.number(f"{name} kept") < 0.6:
            self._keep(name, device, made)

    def _first_serial(self, name: str) -> str:
        return arn(name) if isinstance(self.task, (Rotate, Access)) else self.task.serial(name)

    def _keep(self, name: str, device: Device, made: float) -> None:
        """Put the record of a device where the task keeps them."""
        stamp = moment(made).strftime("%Y-%m-%dT%H:%M:%SZ")
        fields = {"seed": device.seed, "serial_number": device.serial, "user_name": name}
        text = json.dumps({**fields, "otpauth_uri": "", "created": stamp})
        place, store = self.task.place(name, device.serial), self.world.stores[self.task.service]
        if self.task.service == "ssm":
            store.values[place] = [text]
        else:
            about = f"Seed of the MFA device {device.serial} of {name}, kept by hardening.aws"
            store.secrets[place] = Secret(about, {"first": text}, "first")
        if device.owner == name:
            device.place = (self.task.service, place)

    # What happens

    def _just_before(self) -> None:
        """What somebody did a second ago, which lists may not show yet."""
        name = self.names[0]
        choices = ("nothing", "nothing", "nothing", "recreated", "detached", "attached")
        if isinstance(self.task, Access):
            choices = ("nothing", "password", "password", "recreated")
        what = self.tape.choice("just before", choices)
        if what != "nothing" and self.tape.hit(f"just before: {what}", 1.0):
            self.recent = what
            self.world.note(f"just before: {what} {name}")
            getattr(self, f"_{what}")(name)
        self.world.account.changed(999.5)

    def _password(self, name: str) -> None:
        person = self.world.account.people.get(name)
        if person is not None:
            person.password, person.password_since = True, self.world.schedule.now

    def _recreated(self, name: str) -> None:
        account = self.world.account
        if name in account.people:
            for device in account.of(name):
                account.detach(device, self.world.schedule.now - 0.5)
            for device in [
                device for device in account.devices.values() if not device.virtual and device.owner is None
            ]:
                del account.devices[device.serial]
            now = self.world.schedule.now
            account.people[name] = Person(name, now - 0.5, True, now)

    def _detached(self, name: str) -> None:
        for device in self.world.account.of(name)[:1]:
            self.world.account.detach(device, self.world.schedule.now)

    def _attached(self, name: str) -> None:
        device = self.world.account.devices.get(self.task.serial(name))
        account = self.world.account
        if device is not None and device.owner is None and name in account.people and len(account.of(name)) < 8:
            device.owner, device.since = name, self.world.schedule.now

    def _orphan_deleted(self, name: str) -> None:
        device = self.world.account.devices.get(self.task.serial(name))
        if device is not None and device.owner is None:
            del self.world.account.devices[device.serial]

    def _orphan_made(self, name: str) -> None:
        account, serial = self.world.account, self.task.serial(name)
        if serial not in account.devices:
            account.devices[serial] = Device(serial, account.new_seed(), self.world.schedule.now)

    def _weather(self) -> Weather:
        draw = self.tape
        rate = draw.choice("rate", (0.0, 0.02, 0.05, 0.1, 0.3))
        denied = draw.choice("denied", DENIABLE) if draw.hit("denied", 0.1) else ""
        deadly = draw.number("deadly") < 0.5
        if draw.number("aim") < 0.5:
            return Weather(rate, deadly, denied, self.lag)
        kinds = (*PASSING, "lost before", "lost after", *(FINAL if deadly else ()))
        kind = self.task.state if isinstance(self.task, Devices) else self.task.kind
        aim, aimed = draw.choice("aim at", AIMS[kind]), draw.choice("aim kind", kinds)
        return Weather(draw.choice("besides", (0.0, 0.0, rate / 4)), deadly, denied, self.lag, aim, aimed)

    def _events(self) -> None:
        if not self.tape.hit("events", 0.25):
            return
        kinds = ("_recreated", "_detached", "_attached", "_orphan_deleted", "_orphan_made")
        name = self.tape.choice("event user", self.names)
        kind = self.tape.choice("event", kinds)
        when = int(self.tape.between("event at", 1, 25))
        self.world.events.append((when, f"{kind[1:]} {name}", lambda: getattr(self, kind)(name)))

    def _perform(self, actors: t.Sequence[Actor], others: t.Sequence[Task] = ()) -> None:
        tasks = [self.task, *others][: len(actors)]
        works = []
        for actor, task in zip(actors, tasks, strict=True):
            actor.touches = task.touches()
            works.append((actor, self._work(task, actor)))
        self.world.schedule.run(works)
        for actor in actors:
            failed = isinstance(actor.told, MfaError) or any(told.failed for told in actor.told or ())
            self.world.unfinished = self.world.unfinished or actor.dead or failed

    @staticmethod
    def _work(task: Task, actor: Actor) -> t.Callable[[], t.Any]:
        def work() -> t.Any:
            try:
                return task.run(actor)
            except MfaError as error:
                return error

        return work

    def play(self) -> Failure | None:
        """Play it, and return what was broken, if anything."""
        self.world.weather = self._weather()
        self._events()
        alone = self.tape.number("alone") < 0.7
        actors = [Actor("A")] if alone else [Actor("A"), Actor("B")]
        before = {name: self.task.footprint(name) for name in self.names}
        others = [] if alone else [self._other_task()]
        if others and others[0] is not self.task:
            self.world.note(f"beside it {others[0]}")
        self._perform(actors, others)
        if alone:
            self._judge_told(actors[0], before)
        if self.tape.hit("again", 0.3) and not self.world.rules.breach:
            self._perform([Actor("C")])
        if not self.world.rules.breach:
            self._settle(others)
        breach = self.world.rules.breach
        return Failure(self.seed, breach, self.tape.hits, self.world.trace) if breach else None

    # What must be told, and reached

    def _judge_told(self, actor: Actor, before: dict[str, t.Any]) -> None:
        world, broken = self.world, self.world.rules.broken
        if actor.dead or world.over:
            return
        passing = set(PASSING)
        if isinstance(self.task, Devices) and self.task.options.get("given_codes"):
            passing.remove("slow")  # codes that a person gave grow old
        curable = len(actor.faults) <= GETS_OVER and set(actor.faults) <= passing and not world.happened
        if isinstance(actor.told, MfaError):
            if actor.changes and not isinstance(self.task, Rotate):
                broken(f"the run failed and told no results, after changes: {actor.told.message}")
            elif curable and not isinstance(self.task, Rotate) and not self.lag:
                broken(f"the run failed, although what befell it passes: {actor.told.message}")
            return
        for told in actor.told:
            self._judge_one(actor, told, before[told.user], curable)

    def _judge_one(self, actor: Actor, told: Told, before: t.Any, curable: bool) -> None:
        world, broken, task = self.world, self.world.rules.broken, self.task
        if "did not foresee" in told.message:
            broken(f"{told.user}: {told.message}")
        differs = task.footprint(told.user) != before
        unheard = any("lost" in fault or fault in ("damaged", "timed out") for fault in actor.faults)
        if not told.failed and not world.happened and not (self.lag and self.recent):
            if not task.reached(told.user) and not self._excused(told):
                broken(f"{told.user}: told as done ({told.actions}), and it is not")
            if task.settles and told.changed != differs:
                broken(f"{told.user}: changed is {told.changed} ({told.actions}), and what there is changed: {differs}")
        unclear = world.happened or (self.lag and self.recent)
        if "enable" in told.actions and not unclear and not self._holds(told.user):
            broken(f"{told.user}: told as attached, and it is not")
        if told.failed and differs and not told.changed and not unheard and not world.happened:
            broken(f"{told.user}: failed, and does not tell what it changed: {told.message}")
        if told.seed is not None:
            device = world.account.devices.get(task.serial(told.user))
            if device is not None and device.seed != told.seed and not world.happened:
                broken(f"{told.user}: the seed that is told is not the device's")
        if told.failed and curable and not self.lag and self._was_possible(told.user):
            broken(f"{told.user}: failed, although what befell the run passes ({actor.faults}): {told.message}")

    def _holds(self, name: str) -> bool:
        """Whether a user has a device that was named, or a later one."""
        attached = {device.serial for device in self.world.account.of(name)}
        return bool(attached & set(self.task.serials()))

    def _excused(self, told: Told) -> bool:
        """Whether nothing to do is right for a user who does not exist."""
        return told.user not in self.world.account.people

    def _was_possible(self, name: str) -> bool:
        return self.task.possible(name)

    def _settle(self, others: t.Sequence[Task]) -> None:
        """Runs without faults: the first one does it, the second finds nothing to do. Then so for the other task."""
        self.world.events.clear()
        self.world.weather = Weather()
        self._twice()
        if isinstance(self.task, Devices) and self.task.state == "present" and self.task.store:
            # What was made is there to be attached.
            self.task = Devices(self.world, self.names, self.store, "enabled", self.task.many)
            if not self.world.rules.breach:
                self._twice()
        for other in others:
            if other is not self.task and not self.world.rules.breach:
                self.task = other
                self._twice()

    def _twice(self) -> None:
        for round_, name in enumerate(("last", "check")):
            self.world.schedule.now += 300
            self.world.note(f"--- {name} run, without faults")
            before = {user: self.task.footprint(user) for user in self.names}
            possible = {user: self.task.possible(user) for user in self.names}
            actor = Actor(name)
            self._perform([actor])
            if self.world.rules.breach:
                return
            self._judge_last(actor, possible, before, bool(round_))
            if self.world.rules.breach:
                return

    def _judge_last(self, actor: Actor, possible: dict[str, bool], before: dict[str, t.Any], second: bool) -> None:
        broken = self.world.rules.broken
        if isinstance(actor.told, MfaError):
            if all(possible.values()):
                broken(f"a run without faults fails: {actor.told.message}")
            return
        for told in actor.told:
            user = told.user
            if told.failed is possible[user]:
                broken(f"{user}: {'fails' if told.failed else 'does not fail'} without faults: {told.message}")
            elif not told.failed and not self.task.reached(user) and not self._excused(told):
                broken(f"{user}: told as done without faults ({told.actions}), and it is not")
            if self.task.settles and told.changed != (self.task.footprint(user) != before[user]):
                broken(f"{user}: changed is {told.changed} without faults ({told.actions}), which is not so")
            if second and self.task.settles and (told.changed or actor.changes) and not told.failed:
                if all(possible.values()):
                    broken(f"{user}: changes something again ({told.actions})")
