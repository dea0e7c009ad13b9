# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Works on many users or groups at once, and reports the outcome of each: results, counts, one message, a diff.

This module is private to hardening.aws. No failure stops the others; what was done is always reported.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .. import _threads
from .._errors import AwsRefused, MfaError, unforeseen
from .._messages import warn
from .._progress import Progress
from .._summary import summary
from .change import Change

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

    Result = dict[str, t.Any]

_SHOWN_NAMES = 5
_SHOWN_CAUSES = 20


@dataclasses.dataclass
class Outcome:
    """The outcome for one user or group.

    :param label: What messages call it: the option, its index and the name.
    :param identity: The first keys of its result, such as the user's name.
    """

    label: str
    identity: dict[str, t.Any]
    actions: list[str] = dataclasses.field(default_factory=list)
    errors: list[MfaError] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)
    before: list[str] = dataclasses.field(default_factory=list)  # lines of the diff
    after: list[str] = dataclasses.field(default_factory=list)
    details: dict[str, t.Any] = dataclasses.field(default_factory=dict)  # further keys of its result

    @property
    def failed(self) -> bool:
        """Whether anything that was asked for could not be done."""
        return bool(self.errors)

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or would be in check mode; also if something else failed."""
        return bool(self.actions)

    @property
    def msg(self) -> str:
        """What went wrong and what to do about it, each thing once."""
        return "\n".join(dict.fromkeys(error.message for error in self.errors))

    def attempt(self, work: t.Callable[[], None]) -> bool:
        """Do a part of the work, and return whether it succeeded. An error is kept for the end."""
        try:
            work()
        except MfaError as error:
            self.errors.append(error)
        except Exception as error:  # noqa: BLE001 - a defect must not lose the results of the others
            self.errors.append(unforeseen(error, "this item"))
        else:
            return True
        return False

    def note(self, change: Change) -> None:
        """Note a change that was made, or in check mode would be: its action, its target and its lines in the diff."""
        self.actions.append(change.action)
        self.details["changes"].append({"action": change.action, "target": change.target})
        self.before += [change.before] if change.before else []
        self.after += [change.after] if change.after else []

    def result(self) -> Result:
        """Return one of RV(results)."""
        result: Result = {
            **self.identity,
            "changed": self.changed,
            "actions": list(self.actions),
            "failed": self.failed,
            "msg": self.msg,
            **self.details,
        }
        refused = next((error for error in self.errors if error.code or error.operation), None)
        if refused:
            result["error"] = {"code": refused.code, "operation": refused.operation}
        return result


def for_each(
    work: t.Callable[[Outcome], None],
    outcomes: t.Sequence[Outcome],
    concurrency: int,
    finished: t.Callable[[Outcome], None] = lambda _outcome: None,
) -> None:
    """Do the work for each outcome, I(concurrency) at once. A failure stops no other.

    :param finished: Called with each outcome as soon as its work has ended, from any thread.
    """

    def do(outcome: Outcome) -> None:
        outcome.attempt(functools.partial(work, outcome))
        finished(outcome)

    _threads.for_each(do, outcomes, concurrency)


def counted_by(progress: Progress) -> t.Callable[[Outcome], None]:
    """Return what counts an outcome as finished, in the same way as the summary."""
    return lambda outcome: progress.done(outcome.changed and not outcome.failed, outcome.failed)


def failures_text(outcomes: t.Sequence[Outcome], what: str) -> str:
    """Return the message of a run in which some failed: a line for each cause, with the first few that it concerns.

    :param what: What there are outcomes of, such as C(users).
    """
    failed = [outcome for outcome in outcomes if outcome.failed]
    causes: dict[tuple[str | None, str | None, str], list[tuple[Outcome, MfaError]]] = {}
    for outcome in failed:
        for error in {error.message: error for error in outcome.errors}.values():
            causes.setdefault(_cause(error), []).append((outcome, error))
    lines = [f"{len(failed):,} of {len(outcomes):,} {what} failed; everything else is done:"]
    for failures in list(causes.values())[:_SHOWN_CAUSES]:
        lines.append(f"- {_names([outcome for outcome, _error in failures])}: {failures[0][1].message}")
    if len(causes) > _SHOWN_CAUSES:
        lines.append(f"- and {len(causes) - _SHOWN_CAUSES:,} more causes, see results.")
    return "\n".join(lines)


def pass_warnings_on(outcomes: t.Sequence[Outcome]) -> None:
    """Warn the person who runs the playbook of what stands in the outcomes."""
    for outcome in outcomes:
        for warning in outcome.warnings:
            warn(f"{outcome.label}: {warning}")


def diff_of(outcomes: t.Sequence[Outcome]) -> dict[str, str]:
    """Return the lines of all outcomes as the diff of a module."""
    return {
        "before": "".join(f"{line}\n" for outcome in outcomes for line in outcome.before),
        "after": "".join(f"{line}\n" for outcome in outcomes for line in outcome.after),
    }


def finish(module: AnsibleAWSModule, outcomes: t.Sequence[Outcome], what: str, **more: t.Any) -> None:
    """End the module with all results, as a failure if any failed."""
    pass_warnings_on(outcomes)
    answer: dict[str, t.Any] = {
        "changed": any(outcome.changed for outcome in outcomes),
        "results": [outcome.result() for outcome in outcomes],
        "summary": summary(outcomes),
        "diff": diff_of(outcomes),
        **more,
    }
    if answer["summary"]["failed"]:
        module.fail_json(msg=failures_text(outcomes, what), **answer)
    module.exit_json(**answer)


def _cause(error: MfaError) -> tuple[str | None, str | None, t.Any]:
    """Return what failures of one cause have in common: a missing permission is the same for all users."""
    if error.code and error.operation:
        return error.code, error.operation, isinstance(error, AwsRefused) and "explicit deny" in error.aws_message
    return None, None, error.message


def _names(outcomes: t.Sequence[Outcome]) -> str:
    if len(outcomes) <= _SHOWN_NAMES:
        return ", ".join(outcome.label for outcome in outcomes)
    first = ", ".join(outcome.label for outcome in outcomes[:_SHOWN_NAMES])
    return f"{first} and {len(outcomes) - _SHOWN_NAMES:,} more"
