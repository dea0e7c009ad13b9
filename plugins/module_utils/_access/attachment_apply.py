# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attaches a managed policy to users and groups, or detaches it: reads who has it, plans, and makes the changes.

This module is private to hardening.aws. Who has the policy is read in pages of up to 1,000, not user by user. A lost
reply is judged by what AWS lists afterwards.
"""

from __future__ import annotations

import dataclasses
import threading
import time
import typing as t

from .._aws.connection import Connection
from .._aws.iam import IamApi
from .._aws.refusals import short_code
from .._errors import AwsRefused, MfaError, ReplyLost
from .._progress import Progress
from . import attachment_plan as plans
from .attachment_plan import ATTACH, DETACH, Key, Target
from .bulk import Outcome, counted_by, for_each

_FEW = 10  # up to this many names are looked up one by one
_SETTLE_SECONDS = 10.0
_PAST_TENSE = {"present": "attached", "absent": "detached"}
_ELSEWHERE = {"user": "a group of the user", "group": "another group"}
_OPERATIONS = {
    (ATTACH, "user"): "AttachUserPolicy",
    (ATTACH, "group"): "AttachGroupPolicy",
    (DETACH, "user"): "DetachUserPolicy",
    (DETACH, "group"): "DetachGroupPolicy",
}


class PolicyApi(IamApi):
    """IAM's calls on who has a managed policy."""

    def __init__(self, connection: Connection, arn: str) -> None:
        super().__init__(connection)
        self.arn = arn

    def attached(self, kinds: t.Sequence[str]) -> dict[Key, str]:
        """Return who has the policy, and not as a permissions boundary: names by kind and name in lower case."""
        params: dict[str, t.Any] = {"PolicyArn": self.arn, "PolicyUsageFilter": "PermissionsPolicy"}
        if len(kinds) == 1:
            params["EntityFilter"] = kinds[0].title()
        found: dict[Key, str] = {}
        members = [f"Policy{kind.title()}s" for kind in kinds]
        for answer in self._answers("ListEntitiesForPolicy", params, members):
            for kind in kinds:
                names = [item[f"{kind.title()}Name"] for item in answer[f"Policy{kind.title()}s"]]
                found.update({(kind, name.lower()): name for name in names})
        return found

    def change(self, action: str, target: Target) -> None:
        """Attach the policy to a target, or detach it."""
        operation = _OPERATIONS[action, target.kind]
        params = {"PolicyArn": self.arn, f"{target.kind.title()}Name": target.name}
        self._iam.call(operation, params, expected=("NoSuchEntity", "LimitExceeded"))

    def unknown(self, targets: t.Sequence[Target]) -> list[Target]:
        """Return those who do not exist."""
        return [target for kind in plans.KINDS for target in self._unknown(kind, targets)]

    def _unknown(self, kind: str, targets: t.Sequence[Target]) -> list[Target]:
        asked = [target for target in targets if target.kind == kind]
        name = f"{kind.title()}Name"
        if len(asked) <= _FEW:
            return [target for target in asked if not self._exists(f"Get{kind.title()}", {name: target.name})]
        member = f"{kind.title()}s"
        pages = self._answers(f"List{member}", {}, [member])
        known = {item[name].lower() for page in pages for item in page[member]}
        return [target for target in asked if target.name.lower() not in known]


@dataclasses.dataclass
class _Work:
    """A target, what has to be done for it, and why it is not known whether that took effect, if so."""

    target: Target
    action: str | None
    outcome: Outcome
    doubt: MfaError | None = None


class Attacher:
    """Attaches one policy to users and groups of one account, or detaches it.

    :param params: The module's options, in which plans.problems found no problem.
    """

    def __init__(self, api: PolicyApi, params: t.Mapping[str, t.Any], check_mode: bool) -> None:
        self._api = api
        self._params = params
        self._check_mode = check_mode
        self._kinds = [kind for kind in plans.KINDS if params[f"{kind}s"] is not None]
        self._settled_at = time.monotonic() + _SETTLE_SECONDS
        self._lock = threading.Lock()
        self.attached: dict[Key, str] = {}
        """Who has the policy: as it was read, and then as it was changed, or in check mode would be."""

    def run(self) -> list[Outcome]:
        """Make the changes, and return the outcomes: of those who were named, then of those who were purged.

        :raises MfaError: Who has the policy could not be read, so nothing was changed.
        """
        self.attached = self._read()
        named = plans.targets(self._params)
        works = [self._work(target, plans.action(target, self._params["state"], self.attached)) for target in named]
        works += [self._work(target, DETACH) for target in plans.purged(self._params, named, self.attached)]
        self._look_for_unknown(works)
        self._change_all(works)
        return [work.outcome for work in works]

    def _work(self, target: Target, action: str | None) -> _Work:
        return _Work(target, action, Outcome(target.label, {"kind": target.kind, "name": target.name}))

    # Reading

    def _read(self) -> dict[Key, str]:
        while True:
            try:
                return self._api.attached(self._kinds)
            except AwsRefused as refusal:
                if not self._may_settle(refusal):
                    raise self._explained(refusal, None) from None

    def _look_for_unknown(self, works: t.Sequence[_Work]) -> None:
        """Find names that do not exist and that no change would reveal: in check mode, and where nothing is to be done.

        With state=absent such a name is only a warning, as nobody of that name has the policy. In check mode with
        state=present it is a failure, as it would be for real.
        """
        unsure = [
            work
            for work in works
            if (work.action == ATTACH and self._check_mode)
            or (work.action is None and self._params["state"] == "absent")
        ]
        if not unsure:
            return
        try:
            unknown = {target.key for target in self._api.unknown([work.target for work in unsure])}
        except AwsRefused as refusal:
            unsure[0].outcome.warnings.append(f"it could not be checked whether all names exist: {refusal.message}")
            return
        for work in unsure:
            if work.target.key not in unknown:
                continue
            if work.action:
                work.outcome.errors.append(MfaError(_nobody(work.target)))
            else:
                work.outcome.warnings.append(_nobody(work.target))

    # Changing

    def _change_all(self, works: t.Sequence[_Work]) -> None:
        pending = {id(work.outcome): work for work in works if work.action and not work.outcome.failed}
        count = counted_by(Progress(_PAST_TENSE[self._params["state"]], len(works), self._api.seconds_waited))

        def finished(outcome: Outcome) -> None:
            if not pending[id(outcome)].doubt:
                count(outcome)

        for work in works:
            if id(work.outcome) not in pending:
                count(work.outcome)
        outcomes = [work.outcome for work in pending.values()]
        for_each(lambda outcome: self._change(pending[id(outcome)]), outcomes, self._params["concurrency"], finished)
        doubtful = [work for work in works if work.doubt]
        self._judge(doubtful)
        for work in doubtful:
            count(work.outcome)

    def _change(self, work: _Work) -> None:
        action = work.action or ""
        while not self._check_mode:
            try:
                self._api.change(action, work.target)
                break
            except AwsRefused as refusal:
                if action == ATTACH and self._may_settle(refusal):
                    continue
                gone = action == DETACH and short_code(refusal.code or "") == "NoSuchEntity"
                if not (refusal.unsure or gone):
                    raise self._explained(refusal, work.target) from None
                work.doubt = refusal
                return
            except MfaError as error:
                if error.operation is None and not isinstance(error, ReplyLost):
                    raise
                work.doubt = error
                return
        self._done(work)

    def _done(self, work: _Work, by_others: bool = False) -> None:
        attach = work.action == ATTACH
        with self._lock:
            if attach:
                self.attached[work.target.key] = work.target.name
            else:
                self.attached.pop(work.target.key, None)
        if by_others or not work.action:
            return
        work.outcome.actions.append(work.action)
        work.outcome.before.append(plans.shown(work.target, not attach))
        work.outcome.after.append(plans.shown(work.target, attach))

    def _judge(self, works: list[_Work]) -> None:
        """Decide by what AWS lists whether changes took effect. The list may be a few seconds behind."""
        give_up_at = time.monotonic() + _SETTLE_SECONDS
        while works:
            try:
                listed = self._api.attached(self._kinds)
            except MfaError as error:
                for work in works:
                    work.outcome.errors.append(_unjudged(work, error))
                return
            left = []
            for work in works:
                if (work.target.key in listed) == (work.action == ATTACH):
                    # If no reply of ours was lost, somebody else detached it.
                    self._done(work, by_others=isinstance(work.doubt, AwsRefused) and not work.doubt.unsure)
                else:
                    left.append(work)
            works = left
            if works and time.monotonic() > give_up_at:
                for work in works:
                    work.outcome.errors.append(self._explained(work.doubt, work.target))
                return
            if works:
                time.sleep(0.5)

    # Refusals

    def _may_settle(self, refusal: AwsRefused) -> bool:
        """Wait a moment if the policy is unknown, and return whether to try again: a new one takes IAM some seconds."""
        if not self._lacks_policy(refusal) or time.monotonic() > self._settled_at:
            return False
        time.sleep(0.5)
        return True

    def _lacks_policy(self, refusal: AwsRefused) -> bool:
        return short_code(refusal.code or "") == "NoSuchEntity" and self._api.arn in refusal.aws_message

    def _explained(self, error: MfaError | None, target: Target | None) -> MfaError:
        """Return a refusal, with a message of our own where the cause is known."""
        if not isinstance(error, AwsRefused):
            return error or MfaError("")
        code = short_code(error.code or "")
        text = error.message
        if self._lacks_policy(error) or (code == "NoSuchEntity" and target is None):
            text = (
                f"There is no managed policy {self._api.arn} that this account can attach: correct policy_arn, or "
                f"create the policy with amazon.aws.iam_managed_policy. AWS: {error.aws_message}"
            )
        elif code == "NoSuchEntity" and target is not None:
            text = _nobody(target)
        elif code == "LimitExceeded" and target is not None:
            text = (
                f"The {target.kind} {target.name} has as many managed policies as the account's quota allows: detach "
                f"one, raise the quota, or attach the policy to {_ELSEWHERE[target.kind]}. AWS: {error.aws_message}"
            )
        return AwsRefused(text, error.code or "", error.operation or "", error.aws_message, error.unsure)


def _nobody(target: Target) -> str:
    return (
        f"There is no IAM {target.kind} {target.name} in this account: correct the name, or leave it out if the "
        f"{target.kind} was deleted."
    )


def _unjudged(work: _Work, error: MfaError) -> MfaError:
    doubt = work.doubt.message if work.doubt else ""
    return MfaError(
        f"It is not known whether the policy was {work.action}ed: {doubt} Nor could it be read who has the policy: "
        f"{error.message} Run again.",
        code=error.code,
        operation=error.operation,
    )
