# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which steps tags leave out."""

from __future__ import annotations

import pytest

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import steps


@pytest.mark.parametrize(
    ("run", "skip", "tags", "expected"),
    [
        (["all"], [], ["always"], ""),
        ([], [], ["always"], ""),
        (["enrol"], [], ["always"], "enforce, tidy"),
        (["all"], ["enforce"], ["always"], "enforce"),
        (["nightly"], [], ["always", "nightly"], ""),
        (["nightly"], [], ["always"], "enrol, enforce, tidy"),
        (["tagged"], ["tidy"], ["always"], "tidy"),
    ],
)
def test_steps_that_tags_leave_out(run: list[str], skip: list[str], tags: list[str], expected: str) -> None:
    found = steps.left_out({"ansible_run_tags": run, "ansible_skip_tags": skip}, tags)
    assert [text.split(": ")[1].split(". ")[0] for text in found] == ([expected] if expected else [])
