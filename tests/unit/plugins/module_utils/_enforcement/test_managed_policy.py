# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy that the role keeps, on an IAM in memory that loses replies, forgets, and has other people."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._enforcement import managed_policy
from ansible_collections.hardening.aws.plugins.module_utils._enforcement.managed_policy import PolicyKeeper
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError

ARN = "arn:aws:iam::123456789012:policy/deny"
OURS = managed_policy.DESCRIPTION


def document(action: str) -> dict[str, t.Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]}


class Iam:
    """A client of IAM with one policy at most. I(script) says what happens to calls: by name, one after the other."""

    def __init__(self, versions: t.Sequence[str] = (), description: str = OURS, tags: t.Sequence[str] = ()) -> None:
        self.versions = {f"v{number}": document(action) for number, action in enumerate(versions, 1)}
        self.default = f"v{len(versions)}"
        self._about = {"Arn": ARN, "PolicyName": "Deny", "Description": description}
        self._about["Tags"] = [{"Key": key, "Value": ""} for key in tags]  # type: ignore[assignment]
        self.script: dict[str, list[t.Callable[[], None]]] = {}
        self.calls: list[str] = []

    def open(self) -> Iam:
        return self

    def client(self, _service: str) -> Iam:
        return self

    def call(self, operation: str, params: dict[str, t.Any], **_how: t.Any) -> dict[str, t.Any]:
        self.calls.append(operation)
        for happen in self.script.get(operation, [])[:1]:
            self.script[operation].pop(0)
            happen()
        return t.cast(dict[str, t.Any], getattr(self, f"_{operation}")(params))

    def _ListPolicies(self, _params: t.Any) -> dict[str, t.Any]:
        return {"Policies": [self._about] if self.versions else []}

    def _GetPolicy(self, _params: t.Any) -> dict[str, t.Any]:
        return {"Policy": {**self._about, "DefaultVersionId": self.default}}

    def _GetPolicyVersion(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        return {"PolicyVersion": {"Document": self.versions[params["VersionId"]]}}

    def _ListPolicyVersions(self, _params: t.Any) -> dict[str, t.Any]:
        found = [{"VersionId": name, "IsDefaultVersion": name == self.default} for name in self.versions]
        return {"Versions": found}

    def _DeletePolicyVersion(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        del self.versions[params["VersionId"]]
        return {}

    def _CreatePolicyVersion(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        if len(self.versions) >= 5:
            raise refused("LimitExceeded")
        self.default = f"v{max(int(name[1:]) for name in self.versions) + 1}"
        self.versions[self.default] = json.loads(params["PolicyDocument"])
        return {}

    def _CreatePolicy(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        if self.versions:
            raise refused("EntityAlreadyExists")
        self.versions, self.default = {"v1": json.loads(params["PolicyDocument"])}, "v1"
        self._about["Description"] = params["Description"]
        return {"Policy": self._about}


def refused(code: str, unsure: bool = False) -> AwsRefused:
    return AwsRefused(f"{code} it says", code, "iam:X", "AWS's words", unsure)


def failing(error: Exception) -> t.Callable[[], None]:
    def happen() -> None:
        raise error

    return happen


def keeper(iam: Iam) -> PolicyKeeper:
    return PolicyKeeper(t.cast(t.Any, iam), "deny")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(managed_policy, "_PAUSE_SECONDS", 0.0)


def test_found_whatever_the_case_and_known_for_ours() -> None:
    found = keeper(Iam(["s3:*"])).find()
    assert found is not None and found.arn == ARN and found.is_ours and found.says(document("s3:*"))
    assert not found.says(document("ec2:*"))
    assert keeper(Iam()).find() is None
    handed_over = keeper(Iam(["s3:*"], "somebody's", ["hardening.aws"])).find()
    assert handed_over is not None and handed_over.is_ours
    theirs = keeper(Iam(["s3:*"], "somebody's", ["hardening"])).find()
    assert theirs is not None and not theirs.is_ours


def test_made() -> None:
    iam = Iam()
    found, changed = keeper(iam).keep(document("s3:*"), None)
    assert changed and found.says(document("s3:*")) and iam.calls == ["CreatePolicy", "GetPolicy", "GetPolicyVersion"]


def test_as_it_should_be() -> None:
    iam = Iam(["s3:*"])
    seen = keeper(iam).find()
    iam.calls.clear()
    assert keeper(iam).keep(document("s3:*"), seen) == (seen, False) and iam.calls == []


@pytest.mark.parametrize(
    ("versions", "left"),
    [
        (["a:A"], ["v1", "v2"]),
        (["a:A", "a:B", "a:C", "a:D"], ["v1", "v2", "v3", "v4", "v5"]),
        (["a:A", "a:B", "a:C", "a:D", "a:E"], ["v2", "v3", "v4", "v5", "v6"]),  # the oldest makes room
    ],
)
def test_changed(versions: list[str], left: list[str]) -> None:
    iam = Iam(versions)
    found, changed = keeper(iam).keep(document("s3:*"), keeper(iam).find())
    assert changed and found.says(document("s3:*")) and sorted(iam.versions) == left


def test_the_oldest_is_not_the_first_in_the_alphabet() -> None:
    iam = Iam(["a:A"])
    iam.versions = {f"v{number}": document(f"a:{number}") for number in (9, 10, 11, 12, 13)}
    iam.default = "v13"
    keeper(iam).keep(document("s3:*"), keeper(iam).find())
    assert "v9" not in iam.versions and {"v10", "v13", "v14"} <= set(iam.versions)


def test_the_version_in_force_is_never_deleted() -> None:
    iam = Iam(["a:A", "a:B", "a:C", "a:D", "a:E"])
    iam.default = "v1"
    keeper(iam).keep(document("s3:*"), keeper(iam).find())
    assert "v1" in iam.versions and "v2" not in iam.versions and iam.default == "v6"


def test_somebody_elses_is_left_alone() -> None:
    iam = Iam(["a:A"], "somebody's")
    with pytest.raises(MfaError, match="is not of the role's making"):
        keeper(iam).keep(document("s3:*"), keeper(iam).find())
    assert list(iam.versions) == ["v1"]


def test_somebody_else_made_it_meanwhile() -> None:
    """Another run of ours made it: it is taken as it is, or corrected by the next run. A stranger's is refused."""
    iam = Iam(["s3:*"])
    found, _changed = keeper(iam).keep(document("s3:*"), None)
    assert found.says(document("s3:*")) and "CreatePolicyVersion" not in iam.calls
    with pytest.raises(MfaError, match="is not of the role's making"):
        keeper(Iam(["s3:*"], "somebody's")).keep(document("s3:*"), None)


def test_a_policy_that_is_not_known_everywhere_yet() -> None:
    iam = Iam()
    iam.script = {"GetPolicy": [failing(refused("NoSuchEntity"))] * 2, "GetPolicyVersion": [lambda: None]}
    found, changed = keeper(iam).keep(document("s3:*"), None)
    assert changed and found.says(document("s3:*")) and iam.calls.count("GetPolicy") == 3


def test_a_lost_reply_to_a_new_version() -> None:
    """The reply was lost, the version is there; sent again, it was one too many."""
    iam = Iam(["a:A"])
    seen = keeper(iam).find()

    def takes_effect() -> None:
        iam._CreatePolicyVersion({"PolicyDocument": json.dumps(document("s3:*"))})
        raise refused("LimitExceeded", unsure=True)

    iam.script = {"CreatePolicyVersion": [takes_effect]}
    found, changed = keeper(iam).keep(document("s3:*"), seen)
    assert changed and found.says(document("s3:*"))


@pytest.mark.parametrize("operation", ["ListPolicies", "GetPolicy", "GetPolicyVersion"])
def test_what_may_not_be_read(operation: str) -> None:
    iam = Iam(["a:A"])
    iam.script = {operation: [failing(refused("AccessDenied"))]}
    with pytest.raises(AwsRefused, match="AccessDenied it says"):
        keeper(iam).find()


@pytest.mark.parametrize("operation", ["ListPolicyVersions", "DeletePolicyVersion", "CreatePolicyVersion"])
def test_what_may_not_be_changed(operation: str) -> None:
    iam = Iam(["a:A", "a:B", "a:C", "a:D", "a:E"])
    seen = keeper(iam).find()
    iam.script = {operation: [failing(refused("AccessDenied"))]}
    with pytest.raises(AwsRefused, match="AccessDenied it says"):
        keeper(iam).keep(document("s3:*"), seen)
    assert iam.default == "v5"


def test_a_version_that_somebody_deleted_meanwhile() -> None:
    iam = Iam(["a:A", "a:B", "a:C", "a:D", "a:E"])
    seen = keeper(iam).find()

    def gone() -> None:
        del iam.versions["v1"]
        raise refused("NoSuchEntity")

    iam.script = {"DeletePolicyVersion": [gone]}
    assert keeper(iam).keep(document("s3:*"), seen)[1] and iam.default == "v6"


def test_a_change_that_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(managed_policy, "_SETTLE_SECONDS", 0.0)
    iam = Iam(["a:A"])
    seen = keeper(iam).find()
    monkeypatch.setattr(Iam, "_CreatePolicyVersion", lambda _self, _params: {})
    with pytest.raises(MfaError, match="does not show the policy deny as it was made just now: run again"):
        keeper(iam).keep(document("s3:*"), seen)
