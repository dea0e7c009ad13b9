# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chance that can be played again: each draw depends on the seed and on what is drawn, not on the draws before it.

So a draw can be left out, and all others stay as they were: that is how a failure is made smaller.
"""

from __future__ import annotations

import hashlib
import typing as t

T = t.TypeVar("T")


class Tape:
    """The draws of one scenario.

    :param left_out: The names of hits that are not to happen.
    """

    def __init__(self, seed: int, left_out: t.Iterable[str] = ()) -> None:
        self._seed = seed
        self._left_out = frozenset(left_out)
        self.hits: list[str] = []

    def number(self, name: str) -> float:
        """Return a number from 0 to 1."""
        digest = hashlib.blake2b(f"{self._seed}|{name}".encode(), digest_size=7).digest()
        return int.from_bytes(digest, "big") / 2**56

    def hit(self, name: str, probability: float) -> bool:
        """Whether something happens that a failure may do without."""
        if self.number(name) >= probability or name in self._left_out:
            return False
        self.hits.append(name)
        return True

    def choice(self, name: str, options: t.Sequence[T]) -> T:
        """Return one of the options."""
        return options[int(self.number(name) * len(options))]

    def between(self, name: str, low: float, high: float) -> float:
        """Return a number from I(low) to I(high)."""
        return low + (high - low) * self.number(name)
