# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a report goes: what is refused before the account is read."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._report.deliver import output_problems

GIVEN: dict[str, t.Any] = {"name": "report", "dest": "reports", "previous": None, "mode": "0640"}


@pytest.mark.parametrize(
    "mode", ["0640", "640", "0o640", 0o640, 0, "u=rw,g=r", "u=rw,g=r,o=", "a+rX", "-x", "u=rw,g=u"]
)
def test_modes_that_ansible_sets(mode: t.Any) -> None:
    assert output_problems({**GIVEN, "mode": mode}) == []


@pytest.mark.parametrize(
    "mode", ["", "rw", "0680", "07777777", "٠٦٤٠", "u=rw\n", 0o10000, -1, True, 1.5, [[]], {}, None]
)
def test_modes_that_are_none(mode: t.Any) -> None:
    [problem] = output_problems({**GIVEN, "mode": mode})
    assert problem.startswith(f"mode: {mode!r} is no file mode: give one in quotes")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"name": ""}, "name: '' is no file name"),
        ({"name": "a/b"}, "name: 'a/b' is no file name"),
        ({"name": ".hidden"}, "name: '.hidden' is no file name"),
        ({"name": "a\nb"}, "name: 'a\\nb' is no file name"),
        ({"dest": "a\0b"}, "dest: has a null character"),
        ({"previous": "a\0b"}, "previous: has a null character"),
    ],
)
def test_names_and_paths(changed: dict[str, t.Any], problem: str) -> None:
    [found] = output_problems({**GIVEN, **changed})
    assert found.startswith(problem)
