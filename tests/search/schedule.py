# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that take turns, on a clock that only calls and sleeping move. Two runs are threads, and one works at a time."""

from __future__ import annotations

import dataclasses
import threading
import typing as t

from tape import Tape


class Killed(BaseException):
    """The process of a run dies. No code of the collection's may notice."""


@dataclasses.dataclass
class Actor:
    """One run: a process that makes calls, sleeps, and may die."""

    name: str
    touches: t.Any = None  # what it was asked to work on
    began: float = 0.0
    dead: bool = False
    ended: bool = False
    wake: float = 0.0
    calls: int = 0
    steps: int = 0
    faults: list[str] = dataclasses.field(default_factory=list)  # what befell its calls
    aimed: set[str] = dataclasses.field(default_factory=set)  # operations that something was aimed at
    read: dict[str, list[float]] = dataclasses.field(default_factory=dict)  # when it read the record of a name
    changes: int = 0  # how often a call of its own changed something
    told: t.Any = None
    turn: threading.Lock = dataclasses.field(default_factory=threading.Lock)


class Schedule:
    """Lets runs work one at a time.

    :param switching: How likely it is that another run goes on at a call.
    """

    def __init__(self, tape: Tape, switching: float) -> None:
        self._tape = tape
        self._switching = switching
        self._actors: list[Actor] = []
        self._error: BaseException | None = None
        self._over = threading.Lock()
        self.now = 1000.0
        self.current: Actor | None = None

    def run(self, works: t.Sequence[tuple[Actor, t.Callable[[], t.Any]]]) -> None:
        """Let runs work until all have ended, and keep what each of them told."""
        self._actors = [actor for actor, _work in works]
        for actor in self._actors:
            actor.began = actor.wake = self.now
        self.current = self._actors[0]
        if len(works) == 1:
            self._work(*works[0])
        else:
            self._over.acquire()
            for actor, _work in works:
                actor.turn.acquire()
            threads = [threading.Thread(target=self._in_turn, args=pair, daemon=True) for pair in works]
            for thread in threads:
                thread.start()
            self.current.turn.release()
            self._over.acquire()
            self._over.release()
            for thread in threads:
                thread.join()
        if self._error is not None:
            raise self._error

    def _work(self, actor: Actor, work: t.Callable[[], t.Any]) -> None:
        try:
            actor.told = work()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - a defect of the search or of the collection
            self._error = self._error or error
        actor.ended = True

    def _in_turn(self, actor: Actor, work: t.Callable[[], t.Any]) -> None:
        actor.turn.acquire()
        self._work(actor, work)
        following = self._next(f"end of {actor.name}")
        if following is None:
            self._over.release()
        else:
            self.current = following
            following.turn.release()

    def step(self) -> None:
        """Another run may go on here."""
        actor = self._me()
        actor.steps += 1
        name = f"turn {actor.name} {actor.steps}"
        if len(self._actors) > 1 and self._tape.hit(name, self._switching):
            self._give(actor, self._next(name + " to"))

    def sleep(self, seconds: float) -> None:
        """The run at work sleeps."""
        actor = self._me()
        actor.wake = self.now + max(0.0, seconds)
        if len(self._actors) == 1:
            self.now = actor.wake
            return
        actor.steps += 1
        self._give(actor, self._next(f"sleep {actor.name} {actor.steps}"))

    def _me(self) -> Actor:
        if self.current is None:
            raise RuntimeError("nobody is at work")
        return self.current

    def _next(self, name: str) -> Actor | None:
        alive = [actor for actor in self._actors if not actor.ended]
        if not alive:
            return None
        ready = [actor for actor in alive if actor.wake <= self.now]
        if ready:
            return self._tape.choice(name, ready)
        first = min(alive, key=lambda actor: actor.wake)
        self.now = first.wake
        return first

    def _give(self, actor: Actor, other: Actor | None) -> None:
        if other is None or other is actor:
            return
        self.current = other
        other.turn.release()
        actor.turn.acquire()
