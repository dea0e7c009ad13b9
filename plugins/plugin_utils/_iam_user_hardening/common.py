# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of the role's decisions share: names of its variables, moments, and how many things are shown.

This module is private to hardening.aws.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._enforcement.words import PREFIX, SHOWN

Data = t.Mapping[str, t.Any]

STORE_INPUT = f"{PREFIX}_seed_store"


def registered(variables: Data, name: str) -> dict[str, t.Any]:
    """Return what a task of the role registered; empty, if that task did not run.

    An action reads it here, and is not given it as an option: Ansible would look for templates in thousands of items.

    :param variables: Those of the task.
    :param name: The variable's, without C(__iam_user_hardening_).
    """
    found = variables.get(f"__{PREFIX}_{name}") or {}
    return {} if found.get("skipped") else dict(found)


def moment(text: t.Any) -> datetime.datetime | None:
    """Return the moment that an ISO 8601 text means, or None."""
    try:
        found = datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)


def count(items: t.Sized, noun: str) -> str:
    """Return how many there are of something."""
    return f"{len(items):,} {noun}{'' if len(items) == 1 else 's'}"


def more(items: t.Sized) -> list[str]:
    """Return the line below the first of many lines."""
    return [f"  and {len(items) - SHOWN:,} more"] if len(items) > SHOWN else []
