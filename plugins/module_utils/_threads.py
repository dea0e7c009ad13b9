# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on several items at once. Private to hardening.aws."""

from __future__ import annotations

import concurrent.futures
import typing as t

T = t.TypeVar("T")


def for_each(work: t.Callable[[T], None], items: t.Sequence[T], concurrency: int) -> None:
    """Do the work for each item, in threads unless one is enough.

    :param concurrency: How many items are worked on at once.
    :raises Exception: What the work raised for the first item that it failed for; other items may have been done.
    """
    if len(items) <= 1 or concurrency == 1:
        for item in items:
            work(item)
        return
    executor = concurrent.futures.ThreadPoolExecutor(min(concurrency, len(items)))
    try:
        for future in [executor.submit(work, item) for item in items]:
            future.result()
    finally:
        # On an interrupt, what has not begun is not begun any more.
        executor.shutdown(cancel_futures=True)
