# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of the role iam_user_hardening and the words for it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: iam_user_hardening
short_description: The result of the role iam_user_hardening
version_added: 0.1.0
author:
  - hardening.aws contributors (@hardening-aws)
description:
  - Private to this collection, the inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what
    this filter takes and returns may change with any release.
positional: step
options:
  _input:
    description: What the step works on.
    type: raw
    required: true
  step:
    description: What to return.
    type: str
    required: true
    choices:
      outcome: From the plan and O(done), the role's result.
      summary: From the role's result, the lines that show it.
      failure: From the role's result, the message to fail with.
  done:
    description: What the role's tasks registered.
    type: dict
"""

EXAMPLES = r"""
- name: Show the summary of the role once more
  ansible.builtin.debug:
    msg: "{{ iam_user_hardening_result | hardening.aws.iam_user_hardening('summary') }}"
"""

RETURN = r"""
_value:
  description: What was decided.
  type: raw
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import outcome

_STEPS: dict[str, t.Callable[..., t.Any]] = {
    "outcome": outcome.outcome,
    "summary": outcome.summary,
    "failure": outcome.failure,
}


def iam_user_hardening(value: t.Any, step: str, **arguments: t.Any) -> t.Any:
    """Return the result of the role, or words for it."""
    if step not in _STEPS:
        raise AnsibleFilterError(f"iam_user_hardening: there is no step {step!r}, there are {', '.join(_STEPS)}.")
    return _STEPS[step](value, **arguments)


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"iam_user_hardening": iam_user_hardening}
