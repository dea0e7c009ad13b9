# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Works on many users or groups at once, and says what became of each: results, counts, one message, a diff.

This module is private to hardening.aws. One failure stops no other, whatever its kind; what was done is always told.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import functools
import os
import traceback
import typing as t

from .._errors import AwsRefused, MfaError
from .._messages import warn
from .._progress import Progress

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

    Result = dict[str, t.Any]

_SHOWN_NAMES = 5
_SHOWN_CAUSES = 20


@dataclasses.dataclass
class Outcome:
    """What became of one user or group.

    :param label: How messages name it: the option, its index and the name.
    :param identity: What its result begins with, such as the user's name.
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
        """Whether anything that was asked for is not so."""
        return bool(self.errors)

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or would be in check mode. Also true of a failure that came half way."""
        return bool(self.actions)

    @property
    def msg(self) -> str:
        """What went wrong and what to do about it, each thing once."""
        return "\n".join(dict.fromkeys(error.message for error in self.errors))

    def attempt(self, work: t.Callable[[], None]) -> bool:
        """Do a part of the work, and return whether it was done. What it raises is kept for the end."""
        try:
            work()
        except MfaError as error:
            self.errors.append(error)
        except Exception as error:  # noqa: BLE001 - a defect must not take away what is known of the others
            self.errors.append(_defect(error))
        else:
            return True
        return False

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
    """Do the work for each, so many at once. One that fails stops no other.

    :param finished: Called with each outcome as soon as its work has ended, from any thread.
    """

    def do(outcome: Outcome) -> None:
        outcome.attempt(functools.partial(work, outcome))
        finished(outcome)

    if len(outcomes) <= 1 or concurrency == 1:
        for outcome in outcomes:
            do(outcome)
        return
    executor = concurrent.futures.ThreadPoolExecutor(min(concurrency, len(outcomes)))
    try:
        for future in [executor.submit(do, outcome) for outcome in outcomes]:
            future.result()
    finally:
        # After an interrupt, nothing new is begun.
        executor.shutdown(cancel_futures=True)


def counted_by(progress: Progress) -> t.Callable[[Outcome], None]:
    """Return what counts an outcome as finished, in the same way as the summary."""
    return lambda outcome: progress.done(outcome.changed and not outcome.failed, outcome.failed)


def summary(outcomes: t.Sequence[Outcome]) -> Result:
    """Return the counts of RV(summary)."""
    failed = sum(1 for outcome in outcomes if outcome.failed)
    changed = sum(1 for outcome in outcomes if outcome.changed and not outcome.failed)
    return {
        "total": len(outcomes),
        "changed": changed,
        "unchanged": len(outcomes) - changed - failed,
        "failed": failed,
    }


def failures_text(outcomes: t.Sequence[Outcome], what: str) -> str:
    """Return the message of a run in which some failed: one line a cause, with whom it befell, however many.

    :param what: What the outcomes are of, such as C(users).
    """
    failed = [outcome for outcome in outcomes if outcome.failed]
    causes: dict[tuple[str | None, str | None, str], list[tuple[Outcome, MfaError]]] = {}
    for outcome in failed:
        for error in {error.message: error for error in outcome.errors}.values():
            causes.setdefault(_cause(error), []).append((outcome, error))
    lines = [f"{len(failed):,} of {len(outcomes):,} {what} failed; what else was asked for is done:"]
    for befallen in list(causes.values())[:_SHOWN_CAUSES]:
        lines.append(f"- {_names([outcome for outcome, _error in befallen])}: {befallen[0][1].message}")
    if len(causes) > _SHOWN_CAUSES:
        lines.append(f"- and {len(causes) - _SHOWN_CAUSES:,} more causes, see results.")
    return "\n".join(lines)


def finish(module: AnsibleAWSModule, outcomes: t.Sequence[Outcome], what: str, **more: t.Any) -> None:
    """End the module with what became of all: as a failure if any failed."""
    for outcome in outcomes:
        for warning in outcome.warnings:
            warn(f"{outcome.label}: {warning}")
    answer: dict[str, t.Any] = {
        "changed": any(outcome.changed for outcome in outcomes),
        "results": [outcome.result() for outcome in outcomes],
        "summary": summary(outcomes),
        "diff": {
            "before": "".join(f"{line}\n" for outcome in outcomes for line in outcome.before),
            "after": "".join(f"{line}\n" for outcome in outcomes for line in outcome.after),
        },
        **more,
    }
    if answer["summary"]["failed"]:
        module.fail_json(msg=failures_text(outcomes, what), **answer)
    module.exit_json(**answer)


def _cause(error: MfaError) -> tuple[str | None, str | None, t.Any]:
    """Return what failures of the same cause have in common: a permission lacks for all users alike."""
    if error.code and error.operation:
        return error.code, error.operation, isinstance(error, AwsRefused) and "explicit deny" in error.aws_message
    return None, None, error.message


def _names(outcomes: t.Sequence[Outcome]) -> str:
    if len(outcomes) <= _SHOWN_NAMES:
        return ", ".join(outcome.label for outcome in outcomes)
    first = ", ".join(outcome.label for outcome in outcomes[:_SHOWN_NAMES])
    return f"{first} and {len(outcomes) - _SHOWN_NAMES:,} more"


def _defect(error: Exception) -> MfaError:
    """Return a failure that says where it happened, and nothing of the values at hand."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return MfaError(
        f"hardening.aws did not expect this error: {type(error).__name__} in {os.path.basename(frame.filename)}, line "
        f"{frame.lineno}. Look at the user in the console and run again; if it stays, please report it."
    )
