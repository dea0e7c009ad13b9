# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decisions of the role iam_user_hardening, made in Python so that five thousand users take no time."""

from __future__ import annotations

DOCUMENTATION = r"""
name: iam_user_hardening
short_description: Decisions of the role iam_user_hardening
version_added: 0.1.0
author:
  - hardening.aws contributors (@hardening-aws)
description:
  - The inner works of the role P(hardening.aws.iam_user_hardening#role). Use the role; what this filter takes and
    returns may change with any release.
positional: step
options:
  _input:
    description: What the step works on.
    type: raw
    required: true
  step:
    description: The decision to make.
    type: str
    required: true
    choices:
      seeded: From a batch, O(results) and O(held), the devices to enable with their seeds.
      proven: From results of attaching, the same, where a device of O(user_names) that somebody else attached failed.
      empty_tally: The tally before the first batch.
      counted: From a tally, O(batch), O(results), O(msg) and O(limit), the tally with the batch in it.
      failed_lines: From a tally and O(batch), whom of the batch could not be enrolled.
      predicted: From a batch and O(held), what check mode says.
      narrow: From a batch, the same batch with O(user_names) alone.
      nobodys: From serial numbers, devices that are attached to nobody, for O(user_name) who does not exist.
      orphan_failures: From results of removing orphans, what failed.
      without_password: From the plan, the users whose passwords are deleted.
      without_unused_keys: From the plan, the users whose unused access keys are deactivated.
      tidied: From a result of M(hardening.aws.iam_user_access) and O(what) of O(asked_for), what came of it.
      enforced: From the decision on enforcement, O(planned), O(written) and O(attachment), what came of it.
      outcome: From the plan and O(done), the role's result.
      summary: From the role's result, the lines that show it.
      failure: From the role's result, the message to fail with.
  results:
    description: Results of M(hardening.aws.iam_mfa_devices).
    type: list
    elements: dict
  held:
    description: Seeds, or with O(step=predicted) nothing but their keys, by serial number.
    type: dict
  batch:
    description: The batch that was enrolled.
    type: dict
  msg:
    description: Why users of the batch have no result.
    type: str
  limit:
    description: After how many equal failures in a row no other batch is tried.
    type: int
  user_names:
    description: Names of users of the batch.
    type: list
    elements: str
  user_name:
    description: The name of a user who does not exist.
    type: str
  what:
    description: What was to be taken away, as messages call one of it.
    type: str
  asked_for:
    description: The same as the plan has it.
    type: list
    elements: dict
  planned:
    description: The plan.
    type: dict
  written:
    description: What came of making or changing the policy.
    type: dict
  attachment:
    description: What came of attaching it.
    type: dict
  done:
    description: What was done.
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

from ansible_collections.hardening.aws.plugins.plugin_utils._iam_user_hardening import (
    batches,
    enforcement,
    outcome,
    tidy,
)

_STEPS: dict[str, t.Callable[..., t.Any]] = {
    "seeded": batches.seeded,
    "proven": batches.proven,
    "empty_tally": outcome.empty_tally,
    "counted": outcome.counted,
    "failed_lines": outcome.failed_lines,
    "predicted": batches.predicted,
    "narrow": batches.narrow,
    "nobodys": batches.nobodys,
    "orphan_failures": outcome.orphan_failures,
    "without_password": tidy.without_password,
    "without_unused_keys": tidy.without_unused_keys,
    "tidied": tidy.tidied,
    "enforced": enforcement.enforced,
    "outcome": outcome.outcome,
    "summary": outcome.summary,
    "failure": outcome.failure,
}


def iam_user_hardening(value: t.Any, step: str, **arguments: t.Any) -> t.Any:
    """Make one of the role's decisions."""
    if step not in _STEPS:
        raise AnsibleFilterError(f"iam_user_hardening: there is no step {step!r}, there are {', '.join(_STEPS)}.")
    return _STEPS[step](*([] if step == "empty_tally" else [value]), **arguments)


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"iam_user_hardening": iam_user_hardening}
