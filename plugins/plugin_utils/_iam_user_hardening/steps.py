# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's steps, and which of them Ansible leaves out because of tags.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .common import Data

# The tags of the steps in tasks/main.yml. The plan and the report have the tag always.
STEPS = ("enrol", "enforce", "tidy")


def left_out(variables: Data, tags: t.Iterable[str]) -> list[str]:
    """Return a warning if steps are left out by C(--tags) or C(--skip-tags).

    :param variables: Those of the task.
    :param tags: Those of the plan's task: what the role was given, and always.
    """
    run = set(variables.get("ansible_run_tags") or ["all"])
    skip = set(variables.get("ansible_skip_tags") or [])
    given = set(tags) - {"always"}
    missing = [step for step in STEPS if not _runs({step, *given}, run, skip)]
    if not missing:
        return []
    return [f"left out, because of --tags or --skip-tags: {', '.join(missing)}. The steps are {', '.join(STEPS)}"]


def _runs(tags: set[str], run: set[str], skip: set[str]) -> bool:
    wanted = bool(run & {"all", "tagged"}) or bool(tags & run)
    return wanted and not (skip & {"all", "tagged"}) and not tags & skip
