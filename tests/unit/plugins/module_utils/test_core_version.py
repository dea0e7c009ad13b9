# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ansible-core that is too old is refused in plain words."""

from __future__ import annotations

import pathlib

import pytest
import yaml

from ansible_collections.hardening.aws.plugins.module_utils import _core_version

RUNTIME = pathlib.Path(__file__).parents[4] / "meta/runtime.yml"


@pytest.mark.parametrize("version", ["2.18.0", "2.18.0rc1", "2.22.0rc1", "2.100.1", "3.0.0", "devel"])
def test_accepted(version: str) -> None:
    assert _core_version.core_problem(version) is None


@pytest.mark.parametrize("version", ["2.9.27", "2.16.14", "2.17.14"])
def test_refused(version: str) -> None:
    problem = _core_version.core_problem(version)
    assert problem is not None and version in problem and "2.18 or later" in problem and "upgrade" in problem


def test_this_one_is_accepted() -> None:
    assert _core_version.core_problem() is None


def test_says_the_same_as_the_metadata() -> None:
    claimed = yaml.safe_load(RUNTIME.read_text(encoding="utf-8"))["requires_ansible"]
    assert claimed == f">={_core_version.OLDEST[0]}.{_core_version.OLDEST[1]}.0"
