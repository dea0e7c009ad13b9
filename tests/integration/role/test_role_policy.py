# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the enforced policy allows and denies, by the rules of IAM's policy evaluation.

moto judges no conditions, and PyPI has no evaluator that does, so these few lines do it for the elements that the
policy has: an explicit deny wins, else an allow of any policy, else it is denied.
"""

from __future__ import annotations

import fnmatch
import json
import typing as t

import jinja2
import pytest
from controller import ACCOUNT
from project import ROOT

TEMPLATE = ROOT / "roles/iam_user_hardening/templates/deny-unless-mfa.json.j2"
ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def policy(partition: str = "aws", passwords: bool = False) -> dict[str, t.Any]:
    """The policy as the role renders it."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters["bool"] = bool
    text = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        iam_user_hardening_enforce_allow_password_change=passwords,
        __iam_user_hardening_plan={"partition": partition},
    )
    found: dict[str, t.Any] = json.loads(text)
    return found


def as_list(value: t.Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def covers(patterns: t.Any, value: str, user_name: str = "") -> bool:
    filled = [pattern.replace("${aws:username}", user_name) for pattern in as_list(patterns)]
    return any(fnmatch.fnmatchcase(value, pattern.replace("[", "[[]")) for pattern in filled)


def applies(statement: dict[str, t.Any], action: str, resource: str, user_name: str, mfa: str | None) -> bool:
    assert set(statement) <= {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
    lowered = {
        key: [item.lower() for item in as_list(statement[key])] for key in ("Action", "NotAction") if key in statement
    }
    if "Action" in lowered and not covers(lowered["Action"], action.lower()):
        return False
    if "NotAction" in lowered and covers(lowered["NotAction"], action.lower()):
        return False
    if "Resource" in statement and not covers(statement["Resource"], resource, user_name):
        return False
    if "NotResource" in statement and covers(statement["NotResource"], resource, user_name):
        return False
    condition = statement.get("Condition")
    if condition is None:
        return True
    assert condition == {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    # IfExists: a key that is not in the request, as with access keys alone, counts as a match.
    return mfa is None or mfa == "false"


def allowed(policies: list[dict[str, t.Any]], action: str, resource: str, mfa: str | None, user_name: str) -> bool:
    meant = [s for p in policies for s in p["Statement"] if applies(s, action, resource, user_name, mfa)]
    effects = {statement["Effect"] for statement in meant}
    return effects == {"Allow"}


OWN = f"arn:aws:iam::{ACCOUNT}:user/alice"
OTHER = f"arn:aws:iam::{ACCOUNT}:user/bob"
NEW_DEVICE = f"arn:aws:iam::{ACCOUNT}:mfa/whatever-she-calls-it"
# action, resource, without MFA, with MFA, with MFA and a policy that allows everything
TABLE = [
    ("iam:ListVirtualMFADevices", "*", True, True, True),
    ("iam:CreateVirtualMFADevice", NEW_DEVICE, True, True, True),
    ("iam:EnableMFADevice", OWN, True, True, True),
    ("iam:ResyncMFADevice", OWN, True, True, True),
    ("iam:ListMFADevices", OWN, True, True, True),
    ("iam:GetMFADevice", OWN, True, True, True),
    ("iam:GetUser", OWN, True, True, True),
    ("iam:DeactivateMFADevice", OWN, False, True, True),
    ("iam:DeleteVirtualMFADevice", NEW_DEVICE, False, False, True),
    ("iam:DeleteVirtualMFADevice", f"arn:aws:iam::{ACCOUNT}:mfa/alice", False, False, True),
    ("iam:EnableMFADevice", OTHER, False, False, True),
    ("iam:ResyncMFADevice", OTHER, False, False, True),
    ("iam:ListMFADevices", OTHER, False, False, True),
    ("iam:DeactivateMFADevice", OTHER, False, False, True),
    ("iam:GetUser", OTHER, False, False, True),
    ("iam:TagMFADevice", NEW_DEVICE, False, False, True),
    ("iam:ChangePassword", OWN, False, False, True),
    ("iam:CreateAccessKey", OWN, False, False, True),
    ("iam:CreateUser", OTHER, False, False, True),
    ("iam:DetachUserPolicy", OWN, False, False, True),
    ("iam:RemoveUserFromGroup", f"arn:aws:iam::{ACCOUNT}:group/staff", False, False, True),
    ("iam:DeletePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/deny-unless-mfa", False, False, True),
    ("s3:GetObject", "arn:aws:s3:::bucket/key", False, False, True),
    ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/admin", False, False, True),
    ("ec2:RunInstances", "*", False, False, True),
]


@pytest.mark.parametrize(("action", "resource", "without", "with_mfa", "as_administrator"), TABLE)
def test_policy(action: str, resource: str, without: bool, with_mfa: bool, as_administrator: bool) -> None:
    for extra in ([], [ADMINISTRATOR]):
        for mfa in ("false", None):  # a password alone; access keys alone
            assert allowed([policy(), *extra], action, resource, mfa, "alice") is without
    assert allowed([policy()], action, resource, "true", "alice") is with_mfa
    assert allowed([policy(), ADMINISTRATOR], action, resource, "true", "alice") is as_administrator


def test_session_token_is_what_access_keys_get_mfa_by() -> None:
    """GetSessionToken needs no permission, so it only must not be denied."""
    assert allowed([policy(), ADMINISTRATOR], "sts:GetSessionToken", "*", None, "alice")


def test_password_change_on_request() -> None:
    for mfa in ("false", None):
        assert allowed([policy(passwords=True)], "iam:ChangePassword", OWN, mfa, "alice")
        assert not allowed([policy(passwords=True), ADMINISTRATOR], "iam:ChangePassword", OTHER, mfa, "alice")
        assert allowed([policy(passwords=True)], "iam:GetAccountPasswordPolicy", "*", mfa, "alice")


def test_document_fits_and_names_its_partition() -> None:
    for partition in ("aws", "aws-cn", "aws-us-gov"):
        text = json.dumps(policy(partition, passwords=True), separators=(",", ":"))
        assert len(text) < 6144 and f"arn:{partition}:iam::*:mfa/*" in text
        assert text.count("arn:") == text.count(f"arn:{partition}:")
    sids = [statement["Sid"] for statement in policy(passwords=True)["Statement"]]
    assert len(sids) == len(set(sids)) and all(sid.isalnum() for sid in sids)
