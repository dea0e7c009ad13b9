# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One scenario's world: each call of a run passes through here, where it may be killed, refused, lost or delayed."""

from __future__ import annotations

import dataclasses
import email.utils
import functools
import types
import typing as t

import botocore.exceptions
from account import Account
from iam import Iam
from rules import Rules
from schedule import Actor, Killed, Schedule
from seams import EPOCH, NOW, Time
from stores import Parameters, Refused, Secrets
from tape import Tape

from ansible_collections.hardening.aws.plugins.module_utils._aws.client import Client, Patience
from ansible_collections.hardening.aws.plugins.module_utils._aws.clock import AwsClock
from ansible_collections.hardening.aws.plugins.module_utils._aws.pacer import Pacers

READS = ("list_", "get_", "describe_")
# What a run has to get over by itself, as long as there is little of it.
PASSING = ("throttled", "busy", "unsent", "lost before", "lost after", "damaged", "slow")
UNHEARD = ("lost after", "timed out", "killed after")  # the run does not learn what AWS said
FINAL = ("killed before", "killed after", "timed out")


@dataclasses.dataclass
class Weather:
    """What befalls calls.

    :param rate: How many of them meet with something.
    :param deadly: Whether a run may be killed, or a call end by its time limit.
    :param denied: The operation that the caller may not call, or "".
    :param lag: How many seconds lists are behind at most.
    :param aimed_at: The operation whose first call in each run meets with I(aimed), or "".
    """

    rate: float = 0.0
    deadly: bool = False
    denied: str = ""
    lag: float = 0.0
    aimed_at: str = ""
    aimed: str = ""


class World:
    """An account, its stores, and the runs that work on it."""

    def __init__(self, tape: Tape, switching: float) -> None:
        self.tape = tape
        self.schedule = Schedule(tape, switching)
        self.weather = Weather()
        self.account = Account()
        self.iam = Iam(self.account, lambda: self.schedule.now, self._age, 0.0)
        self.stores: dict[str, t.Any] = {"secretsmanager": Secrets(), "ssm": Parameters()}
        self.rules = Rules(self)
        self.events: list[tuple[int, str, t.Callable[[], None]]] = []  # after how many calls somebody does what
        self.happened: list[str] = []
        self.unfinished = False  # whether a run died or failed
        self.calls = 0
        self.drawn = 0
        self.over = False
        self.trace: list[str] = []
        NOW.world = self

    def _age(self) -> float:
        """How old the list is that is read now."""
        lag = self.weather.lag
        if not lag:
            return 0.0
        self.drawn += 1
        name = f"stale {self.drawn}"
        return lag * self.tape.number(name + " by") if self.tape.hit(name, 0.5) else 0.0

    def note(self, text: str) -> None:
        """Keep a line for the story of a failure."""
        self.trace.append(f"{self.schedule.now - 1000:8.2f} {text}")

    def call(self, actor: Actor, service: str, operation: str, **params: t.Any) -> dict[str, t.Any]:
        """Make a call of a run."""
        if actor.dead or self.over:
            raise Killed
        self.schedule.step()
        if self.over:
            raise Killed
        self.calls += 1
        actor.calls += 1
        self.schedule.now += self.tape.between(f"latency {actor.name} {actor.calls}", 0.02, 0.3)
        while self.events and self.calls >= self.events[0][0]:
            _when, what, event = self.events.pop(0)
            if self.tape.hit(f"somebody {what}", 1.0):
                self._somebody(what, event)
        what = self._befalls(actor, operation)
        answer = self._before(actor, operation, what)
        try:
            answer = answer or self._effect(actor, service, operation, params, what)
        except Refused as refusal:
            self.note(f"{actor.name} {operation} {_shown(params)} [{what}] refused: {refusal.code}")
            self._after(actor, operation, what)
            raise self._error(refusal, operation) from None
        self.note(f"{actor.name} {operation} {_shown(params)} [{what}]")
        if self.over:
            raise Killed
        self._after(actor, operation, what)
        return {**({} if what == "damaged" else answer), **self._metadata(200)}

    def _somebody(self, what: str, event: t.Callable[[], None]) -> None:
        self.note(f"SOMEBODY {what}")
        self.happened.append(what)
        event()
        self.account.changed(self.schedule.now)

    def _befalls(self, actor: Actor, operation: str) -> str:
        if operation == self.weather.denied:
            actor.faults.append("denied")
            return "denied"
        if operation == self.weather.aimed_at and operation not in actor.aimed:
            actor.aimed.add(operation)
            if self.tape.hit(f"aimed {actor.name}", 0.8):
                actor.faults.append(self.weather.aimed)
                return self.weather.aimed
        name = f"fault {actor.name} {actor.calls}"
        if not self.weather.rate or not self.tape.hit(name, self.weather.rate):
            return ""
        what = self.tape.choice(name + " kind", PASSING + (FINAL if self.weather.deadly else ()))
        actor.faults.append(what)
        return what

    def _before(self, actor: Actor, operation: str, what: str) -> None:
        if what == "killed before":
            self.note(f"{actor.name} {operation} KILLED before")
            self._kill(actor)
        if what == "denied":
            raise self._error(Refused("AccessDenied", "User is not authorized to perform: iam:X", 403), operation)
        if what == "throttled":
            raise self._error(Refused("Throttling", "Rate exceeded"), operation)
        if what == "busy":
            raise self._error(Refused("ServiceUnavailable", "Service Unavailable", 503), operation)
        if what == "unsent":
            raise botocore.exceptions.EndpointConnectionError(endpoint_url="https://iam", error="refused")
        if what == "lost before":
            self.note(f"{actor.name} {operation} lost before it took effect")
            raise botocore.exceptions.ConnectionClosedError(endpoint_url="https://iam")
        if what == "slow":
            self.schedule.now += self.tape.between(f"slow {actor.name} {actor.calls}", 1, 45)

    def _effect(
        self, actor: Actor, service: str, operation: str, params: dict[str, t.Any], what: str
    ) -> dict[str, t.Any]:
        api = self.iam if service in ("iam", "sts") else self.stores[service]
        if operation in ("get_secret_value", "get_parameter"):
            name = params.get("SecretId") or params["Name"].partition(":")[0]
            actor.read.setdefault(name, []).append(self.schedule.now)
        if operation.startswith(READS):
            return t.cast("dict[str, t.Any]", getattr(api, operation)(**params))
        self.rules.sent(actor, operation, params)
        try:
            answer = getattr(api, operation)(**params)
        except Refused as refusal:
            if what not in UNHEARD:
                self.rules.refused(actor, operation, params, refusal.code)
            raise
        actor.changes += 1
        self.account.changed(self.schedule.now)
        self.rules.took_effect(actor, operation, params, what not in UNHEARD)
        return t.cast("dict[str, t.Any]", answer)

    def _after(self, actor: Actor, operation: str, what: str) -> None:
        if what == "killed after":
            self.note(f"{actor.name} KILLED")
            self._kill(actor)
        if what == "lost after":
            raise botocore.exceptions.ConnectionClosedError(endpoint_url="https://iam")
        if what == "timed out":
            self.schedule.now += 60
            raise botocore.exceptions.ReadTimeoutError(endpoint_url="https://iam")

    @staticmethod
    def _kill(actor: Actor) -> t.NoReturn:
        actor.dead = True
        raise Killed

    def _metadata(self, status: int) -> dict[str, t.Any]:
        date = email.utils.formatdate(self.schedule.now + EPOCH, usegmt=True)
        return {"ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {"date": date}}}

    def _error(self, refusal: Refused, operation: str) -> botocore.exceptions.ClientError:
        response = {"Error": {"Code": refusal.code, "Message": refusal.text}, **self._metadata(refusal.status)}
        return botocore.exceptions.ClientError(response, operation)


# What is secret, long, or another one in each run.
_HIDDEN = {"SecretString", "Value", "MaxItems", "PolicyDocument", "Description", "ClientRequestToken"}
_HIDDEN |= {"MoveToVersionId", "RemoveFromVersionId"}


def _shown(params: dict[str, t.Any]) -> str:
    shown = ((key, str(value).rsplit(":mfa", 1)[-1]) for key, value in params.items() if key not in _HIDDEN)
    return " ".join(f"{key}={value}" for key, value in shown)


class Boto:
    """Takes the place of a client of botocore's."""

    def __init__(self, world: World, actor: Actor, service: str) -> None:
        self._world, self._actor, self._service = world, actor, service
        events = types.SimpleNamespace(register=lambda *_args: None)
        config = types.SimpleNamespace(connect_timeout=60, read_timeout=60)
        self.meta = types.SimpleNamespace(events=events, config=config, endpoint_url="https://aws")

    def __getattr__(self, operation: str) -> t.Callable[..., dict[str, t.Any]]:
        return functools.partial(self._world.call, self._actor, self._service, operation)


class Connection:
    """Takes the place of a run's connection; its clients, its clock and its pace are the collection's own."""

    def __init__(self, world: World, actor: Actor) -> None:
        self._world, self._actor = world, actor
        self.clock = AwsClock(Time.monotonic, Time.sleep)
        self.pacers = Pacers(Time.monotonic, Time.sleep, lambda: 0.5)
        self._clients: dict[str, Client] = {}

    def client(self, service: str, _region: str | None = None, _endpoint_url: str | None = None) -> Client:
        """Return a client of a service."""
        boto = Boto(self._world, self._actor, service)
        return Client(service, lambda: boto, self.clock, Patience(10), self.pacers.of(service))
