# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which data fits a shape, and how a misfit is named."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils import _shape as shape

DAY = shape.matching(r"\d{4}-\d\d", "a month")
COLOUR = shape.one_of(("red", "blue"))
USER = shape.record(
    {"name": shape.text, "tags": shape.optional(shape.map_of(shape.text)), "ages": shape.list_of(shape.number)}
)


@pytest.mark.parametrize(
    ("inner", "fitting", "others", "words"),
    [
        (shape.text, ["", "a"], [1, True, ["a"], {}, b"a"], "is not a text"),
        (shape.flag, [True, False], [0, 1, "true", []], "is not true or false"),
        (shape.number, [0, -1, 1.5], [True, False, "1", [1]], "is not a number"),
        (DAY, ["2026-01"], ["2026-1", "2026-01\n", "x2026-01", "٢٠٢٦-٠١", 202601], "is not a month"),
        (COLOUR, ["red", "blue"], ["green", "", "Red", 1, ["red"]], "is none of red, blue"),
        (shape.list_of(shape.text), [[], ["a"]], ["a", {}, ("a",)], "is not a list"),
        (shape.map_of(shape.text), [{}, {"a": "b"}], [[], "a"], "is not a dictionary"),
        (shape.record({}), [{}, {"a": 1}], [[], "a"], "is not a dictionary"),
    ],
)
def test_each_shape(inner: shape.Shape, fitting: list[t.Any], others: list[t.Any], words: str) -> None:
    assert [value for value in fitting if list(inner(value))] == []
    for value in others:
        assert list(inner(value)) == [("", words)], value
    assert list(inner(None)) == [("", "is missing")]
    assert list(shape.optional(inner)(None)) == []
    assert list(shape.optional(inner)(others[0])) == [("", words)]


def test_a_misfit_is_named_by_its_place() -> None:
    users = shape.record({"users": shape.list_of(USER)})
    value = {"users": [{"name": "a", "ages": [1]}, {"name": 3, "tags": {"k": 1}, "ages": [1, "x"]}, {"tags": []}]}
    assert shape.problems(value, users, "src") == [
        "src.users[1].name: is not a text.",
        "src.users[1].tags.k: is not a text.",
        "src.users[1].ages[1]: is not a number.",
        "src.users[2].name: is missing.",
        "src.users[2].tags: is not a dictionary.",
        "src.users[2].ages: is missing.",
    ]
    assert shape.problems({"users": value["users"][:1]}, users, "src") == []


def test_a_key_that_is_no_text() -> None:
    """YAML has such keys, and JSON none. The values are still looked at."""
    assert list(shape.map_of(shape.text)({1: "a", "b": 2})) == [
        ("", "has a key that is no text"),
        (".b", "is not a text"),
    ]


@pytest.mark.parametrize(("count", "last"), [(2, "x[1]: is missing."), (3, "and 1 more"), (1000, "and 998 more")])
def test_no_more_lines_than_asked_for(count: int, last: str) -> None:
    lines = shape.problems([None] * count, shape.list_of(shape.text), "x", most=2)
    assert lines[:2] == ["x[0]: is missing.", "x[1]: is missing."] and lines[-1] == last
    assert len(lines) == min(count, 3)


def test_twenty_lines_unless_asked_otherwise() -> None:
    assert len(shape.problems([None] * 30, shape.list_of(shape.text), "x")) == 21
