# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading together: each gets its own value, one call at a time, and nobody waits for ever."""

from __future__ import annotations

import concurrent.futures
import threading
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._seeds.together import Together


class Service:
    """Answers with the names, and keeps what it was asked."""

    def __init__(self, hold: int = 0) -> None:
        self.asked: list[list[str]] = []
        self.others_may_come = threading.Event()
        self._hold = hold
        self._busy = threading.Lock()

    def read(self, names: list[str]) -> dict[str, str]:
        assert self._busy.acquire(blocking=False), "two calls at once"
        try:
            self.asked.append(names)
            if len(self.asked) <= self._hold:
                self.others_may_come.wait(10)
            if "broken" in names:
                raise ValueError
            return {name: name.upper() for name in names if name != "unknown"}
        finally:
            self._busy.release()


def test_alone() -> None:
    service = Service()
    together: Together[str] = Together(service.read, 10)
    assert [together.read(name) for name in ("a", "unknown", "b")] == ["A", None, "B"]
    assert service.asked == [["a"], ["unknown"], ["b"]]


def test_those_who_come_during_a_call_share_the_next() -> None:
    service = Service(hold=1)
    together: Together[str] = Together(service.read, 10)
    names = [f"name-{number}" for number in range(25)]
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        first = pool.submit(together.read, "first")
        while not service.asked:
            pass
        rest = [pool.submit(together.read, name) for name in [*names, "unknown", names[0]]]
        while len(together._queue) < 27:
            pass
        service.others_may_come.set()
        assert first.result(10) == "FIRST"
        assert [one.result(10) for one in rest] == [*(name.upper() for name in names), None, names[0].upper()]
    assert [len(asked) for asked in service.asked[1:]] == [10, 10, 7]


def test_a_call_that_fails_holds_nobody_up() -> None:
    service = Service(hold=1)
    together: Together[str] = Together(service.read, 2)
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        first = pool.submit(together.read, "broken")
        while not service.asked:
            pass
        rest = [pool.submit(together.read, name) for name in ("a", "b", "c")]
        while len(together._queue) < 3:
            pass
        service.others_may_come.set()
        with pytest.raises(ValueError):
            first.result(10)
        assert [one.result(10) for one in rest] == ["A", "B", "C"]
    assert together.read("d") == "D"


def test_many_threads_for_long() -> None:
    service = Service()
    together: Together[str] = Together(service.read, 7)

    def ask(number: int) -> t.Any:
        return together.read(f"n{number}") == f"N{number}"

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        assert all(pool.map(ask, range(3000)))
    assert max(len(asked) for asked in service.asked) <= 7
