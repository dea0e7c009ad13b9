# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several items at once, and none any more after an interrupt."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._threads import Seats, for_each


def test_so_many_at_once() -> None:
    together = threading.Barrier(4, timeout=10)
    done: list[int] = []

    def work(item: int) -> None:
        together.wait()
        done.append(item)

    for_each(work, list(range(8)), 4)
    assert sorted(done) == list(range(8))


@pytest.mark.parametrize(("count", "concurrency"), [(5, 1), (1, 5), (0, 5)])
def test_no_threads_where_one_is_enough(count: int, concurrency: int) -> None:
    names: list[str] = []
    for_each(lambda _item: names.append(threading.current_thread().name), range(count), concurrency)
    assert names == [threading.current_thread().name] * count


def test_what_has_not_begun_is_not_begun_after_an_interrupt() -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        if item == 0:
            raise KeyboardInterrupt
        time.sleep(0.05)

    with pytest.raises(KeyboardInterrupt):
        for_each(work, list(range(100)), 2)
    assert len(begun) < 10


def test_who_waits_gives_the_seat_to_somebody_else() -> None:
    """Four work at once, and never more; while one waits for the others, a fifth is begun."""
    seats = Seats(4)
    lock = threading.Lock()
    working, most = 0, 0
    everybody = threading.Barrier(8, timeout=10)

    def change(by: int) -> None:
        nonlocal working, most
        with lock:
            working += by
            most = max(most, working)

    def work(_item: int) -> None:
        change(1)
        change(-1)
        with seats.away():
            everybody.wait()
        change(1)
        time.sleep(0.01)
        change(-1)

    for_each(work, list(range(8)), 4, seats)
    assert 1 <= most <= 4


def test_who_waits_for_a_seat_is_not_begun_after_an_interrupt() -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        if item == 0:
            raise KeyboardInterrupt
        time.sleep(0.2)

    with pytest.raises(KeyboardInterrupt):
        for_each(work, list(range(20)), 2, Seats(2))
    assert len(begun) <= 4
