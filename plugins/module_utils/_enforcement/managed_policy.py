# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The managed policy that the role iam_user_hardening keeps: found by its name, known for its own, made and changed.

This module is private to hardening.aws. IAM has a name only once, whatever the path and the case of letters. What the
role did not make is never changed. A new document takes effect in one call, so a policy is never without one; a lost
reply, and an IAM that does not show yet what was done, are judged by what it shows then.
"""

from __future__ import annotations

import dataclasses
import json
import time
import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.policy import compare_policies

from .._aws.connection import Connection
from .._aws.deadline import Deadline
from .._aws.iam import IamApi
from .._aws.refusals import short_code
from .._errors import AwsRefused, MfaError

DESCRIPTION = "Denies everything without MFA, apart from enrolling oneself. Kept by hardening.aws."
TAG = "hardening.aws"
_VERSIONS = 5  # of a policy, the quota
_SETTLE_SECONDS = 15.0
_PAUSE_SECONDS = 0.5

Document = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Policy:
    """A managed policy as IAM shows it."""

    arn: str
    description: str
    tags: dict[str, str]
    document: Document

    @property
    def is_ours(self) -> bool:
        """Whether the role made it, by its description, which IAM never changes; or was handed it over, by a tag."""
        return self.description == DESCRIPTION or TAG in self.tags

    def says(self, document: Document) -> bool:
        """Whether this is what it says."""
        return not compare_policies(self.document, document)


class PolicyKeeper(IamApi):
    """IAM's calls on one policy.

    :param name: The policy's name.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        super().__init__(connection)
        self._name = name

    def find(self) -> Policy | None:
        """Return the policy of that name, on whatever path."""
        for answer in self._answers("ListPolicies", {"Scope": "Local"}, ("Policies",)):
            for item in answer["Policies"]:
                if item["PolicyName"].lower() == self._name.lower():
                    return self._read(item["Arn"])
        return None

    def keep(self, document: Document, found: Policy | None) -> tuple[Policy, bool]:
        """Make the policy, or change what it says. Return it, and whether anything was changed.

        :param found: The policy as M(find) found it.
        :raises MfaError: It is not the role's own, or AWS refused.
        """
        if found is not None:
            self._insist_on_ours(found)
            if found.says(document):
                return found, False
        arn = self._create(document) if found is None else self._change(found.arn, document)
        deadline = Deadline(_SETTLE_SECONDS, attempts=3)
        while True:
            found = self._read(arn) if arn else self.find()
            if found is not None:
                self._insist_on_ours(found)
                if found.says(document):
                    return found, True
            if deadline.passed():
                raise MfaError(f"AWS does not show the policy {self._name} as it was made just now: run again.")
            time.sleep(_PAUSE_SECONDS)

    def _create(self, document: Document) -> str | None:
        """Create the policy and return its ARN; None if somebody has created it, perhaps this very call."""
        params = {"PolicyName": self._name, "PolicyDocument": _text(document), "Description": DESCRIPTION}
        try:
            answer = self._iam.call("CreatePolicy", params, expected=("EntityAlreadyExists",), requires=("Policy.Arn",))
            return str(answer["Policy"]["Arn"])
        except AwsRefused as refusal:
            # Another run made it meanwhile, or an attempt of this call whose reply was lost: it is looked at again.
            if short_code(refusal.code or "") != "EntityAlreadyExists":
                raise
        return None

    def _change(self, arn: str, document: Document) -> str:
        """Make a new version, which is in force at once, and return the policy's ARN.

        The oldest version makes room for it, if there is no more.
        """
        answers = self._answers("ListPolicyVersions", {"PolicyArn": arn}, ("Versions",))
        versions = [item for answer in answers for item in answer["Versions"]]
        spare = [item["VersionId"] for item in versions if not item["IsDefaultVersion"]]
        if len(versions) >= _VERSIONS and spare:
            oldest = min(spare, key=lambda ident: int(ident[1:].partition(".")[0]))
            try:
                params = {"PolicyArn": arn, "VersionId": oldest}
                self._iam.call("DeletePolicyVersion", params, expected=("NoSuchEntity",))
            except AwsRefused as refusal:
                if short_code(refusal.code or "") != "NoSuchEntity":
                    raise
        params = {"PolicyArn": arn, "PolicyDocument": _text(document), "SetAsDefault": True}
        try:
            self._iam.call("CreatePolicyVersion", params)
        except AwsRefused as refusal:
            # Sent again after a lost reply, it may be one version too many: what is in force is looked at.
            if not refusal.unsure:
                raise
        return arn

    def _read(self, arn: str) -> Policy:
        """Read a policy; one that was made a moment ago may not be there yet, whatever a list shows."""
        deadline = Deadline(_SETTLE_SECONDS)
        while True:
            try:
                policy = self._iam.call("GetPolicy", {"PolicyArn": arn}, requires=("Policy.DefaultVersionId",))[
                    "Policy"
                ]
                params = {"PolicyArn": arn, "VersionId": policy["DefaultVersionId"]}
                version = self._iam.call("GetPolicyVersion", params, requires=("PolicyVersion.Document",))
                break
            except AwsRefused as refusal:
                if short_code(refusal.code or "") != "NoSuchEntity" or deadline.passed():
                    raise
                time.sleep(_PAUSE_SECONDS)
        return Policy(
            arn,
            policy.get("Description", ""),
            {item["Key"]: item["Value"] for item in policy.get("Tags", [])},
            version["PolicyVersion"]["Document"],
        )

    def _insist_on_ours(self, policy: Policy) -> None:
        if not policy.is_ours:
            raise MfaError(f"The policy {policy.arn} is not of the role's making, and was left as it is.")


def _text(document: Document) -> str:
    return json.dumps(document, separators=(",", ":"))
