# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts a scenario's clock and chance in place of the real ones, in all of the collection's modules."""

from __future__ import annotations

import contextlib
import random
import sys
import time as real_time
import types
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._aws import deadline

PREFIX = "ansible_collections.hardening.aws.plugins."
OFF_BY = 7200.0  # seconds by which the clock of the controller is wrong
EPOCH = 1_795_000_000.0  # AWS's time when a schedule's clock shows zero


class _Now:
    """What is at work at the moment."""

    world: t.Any = None


NOW = _Now()


class Time:
    """Takes the place of the module time."""

    strftime = staticmethod(real_time.strftime)
    gmtime = staticmethod(real_time.gmtime)

    @staticmethod
    def monotonic() -> float:
        return t.cast(float, NOW.world.schedule.now)

    @staticmethod
    def time() -> float:
        return t.cast(float, NOW.world.schedule.now) + EPOCH + OFF_BY

    @staticmethod
    def sleep(seconds: float) -> None:
        NOW.world.schedule.sleep(seconds)


class Random:
    """Takes the place of the module random."""

    @staticmethod
    def uniform(low: float, high: float) -> float:
        NOW.world.drawn += 1
        return t.cast(float, NOW.world.tape.between(f"uniform {NOW.world.drawn}", low, high))

    @staticmethod
    def random() -> float:
        return Random.uniform(0.0, 1.0)


@contextlib.contextmanager
def in_place() -> t.Iterator[None]:
    """Put them in place for as long as this is entered."""
    put_back: list[tuple[types.ModuleType, str, t.Any]] = []
    for name, module in list(sys.modules.items()):
        if name.startswith(PREFIX):
            for attribute, real, fake in (("time", real_time, Time), ("random", random, Random)):
                if getattr(module, attribute, None) is real:
                    put_back.append((module, attribute, real))
                    setattr(module, attribute, fake)
    # Its default is bound when the module is loaded.
    defaults = deadline.Deadline.__init__.__defaults__ or ()
    deadline.Deadline.__init__.__defaults__ = (*defaults[:-1], Time.monotonic)
    try:
        yield
    finally:
        deadline.Deadline.__init__.__defaults__ = defaults
        for module, attribute, real in put_back:
            setattr(module, attribute, real)
