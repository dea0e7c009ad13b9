# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether data that somebody hands in is shaped as what is done with it needs, and what is not.

This module is private to hardening.aws. It is pure. A shape is a function that yields, for each part that does not fit,
where it is below the whole, such as C(.users[3].tags), and what is wrong with it.
"""

from __future__ import annotations

import itertools
import re
import typing as t

Misfits = t.Iterator[tuple[str, str]]
Shape = t.Callable[[t.Any], Misfits]


def problems(value: t.Any, shape: Shape, name: str, most: int = 20) -> list[str]:
    """Return a line for each part that does not fit, but no more than I(most) and how many others there are."""
    misfits = shape(value)
    found = [f"{name}{where}: {what}." for where, what in itertools.islice(misfits, most)]
    others = sum(1 for _misfit in misfits)
    return found + ([f"and {others} more"] if others else [])


def text(value: t.Any) -> Misfits:
    """Any text."""
    if not isinstance(value, str):
        yield "", _missing(value) or "is not a text"


def flag(value: t.Any) -> Misfits:
    """True or false."""
    if not isinstance(value, bool):
        yield "", _missing(value) or "is not true or false"


def number(value: t.Any) -> Misfits:
    """A number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        yield "", _missing(value) or "is not a number"


def matching(pattern: str, what: str) -> Shape:
    """A text of a form."""

    def shape(value: t.Any) -> Misfits:
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            yield "", _missing(value) or f"is not {what}"

    return shape


def one_of(words: t.Collection[str]) -> Shape:
    """One of some words."""

    def shape(value: t.Any) -> Misfits:
        if not isinstance(value, str) or value not in words:
            yield "", _missing(value) or f"is none of {', '.join(words)}"

    return shape


def optional(inner: Shape) -> Shape:
    """The same, or null, or not there."""

    def shape(value: t.Any) -> Misfits:
        if value is not None:
            yield from inner(value)

    return shape


def list_of(inner: Shape) -> Shape:
    """A list whose items are of a shape."""

    def shape(value: t.Any) -> Misfits:
        if not isinstance(value, list):
            yield "", _missing(value) or "is not a list"
            return
        for index, item in enumerate(value):
            for where, what in inner(item):
                yield f"[{index}]{where}", what

    return shape


def map_of(inner: Shape) -> Shape:
    """A dictionary with any keys that are texts, whose values are of a shape."""

    def shape(value: t.Any) -> Misfits:
        if not isinstance(value, dict):
            yield "", _missing(value) or "is not a dictionary"
            return
        if not all(isinstance(key, str) for key in value):
            yield "", "has a key that is no text"
        for key, item in value.items():
            for where, what in inner(item):
                yield f".{key}{where}", what

    return shape


def record(fields: t.Mapping[str, Shape]) -> Shape:
    """A dictionary with these keys, and any others."""

    def shape(value: t.Any) -> Misfits:
        if not isinstance(value, dict):
            yield "", _missing(value) or "is not a dictionary"
            return
        for name, inner in fields.items():
            for where, what in inner(value.get(name)):
                yield f".{name}{where}", what

    return shape


def _missing(value: t.Any) -> str:
    return "is missing" if value is None else ""
