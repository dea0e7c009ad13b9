# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on several items at once. Private to hardening.aws."""

from __future__ import annotations

import concurrent.futures
import contextlib
import threading
import typing as t

T = t.TypeVar("T")


class Seats:
    """Lets so many threads work at once. One that waits for another's work gives its seat to somebody else."""

    def __init__(self, number: int) -> None:
        self._free = threading.BoundedSemaphore(number)

    def __enter__(self) -> None:
        self._free.acquire()

    def __exit__(self, *_error: object) -> None:
        self._free.release()

    @contextlib.contextmanager
    def away(self) -> t.Iterator[None]:
        """Give the seat up for as long as this is entered."""
        self._free.release()
        try:
            yield
        finally:
            self._free.acquire()


def for_each(work: t.Callable[[T], None], items: t.Sequence[T], concurrency: int, seats: Seats | None = None) -> None:
    """Do the work for each item, in threads unless one is enough.

    :param concurrency: How many items are worked on at once.
    :param seats: If the work gives its seat up while it waits; as many as I(concurrency). Other items are begun then.
    :raises Exception: What the work raised for the first item that it failed for; other items may have been done.
    """
    if len(items) <= 1 or concurrency == 1:
        for item in items:
            work(item)
        return
    interrupted = threading.Event()

    def begin(item: T) -> None:
        with seats or contextlib.nullcontext():
            if not interrupted.is_set():
                work(item)

    # With two threads for each seat, measured, some seats stayed empty while as many threads waited.
    threads = concurrency if seats is None else 3 * concurrency
    executor = concurrent.futures.ThreadPoolExecutor(min(threads, len(items)))
    try:
        for future in [executor.submit(begin, item) for item in items]:
            future.result()
    finally:
        # On an interrupt, what has not begun is not begun any more.
        interrupted.set()
        executor.shutdown(cancel_futures=True)
