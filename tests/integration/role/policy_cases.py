# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the enforced policy has to allow and deny: one table for the evaluator in test_role_policy.py and for one that
nobody here wrote.

It is written by who asks (users without and with a path), how (a password or access keys alone, or with MFA) and what
the policy was rendered for (self-enrolment closed or open, password change, three partitions).
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import typing as t

import jinja2
from controller import ACCOUNT
from project import ROOT

TEMPLATE = ROOT / "roles/iam_user_hardening/templates/deny-unless-mfa.json.j2"
PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
Document = dict[str, t.Any]
ADMINISTRATOR: Document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclasses.dataclass(frozen=True)
class Variant:
    """What a policy is rendered for."""

    partition: str = "aws"
    self_enrolment: bool = False
    password_change: bool = False

    def document(self) -> Document:
        """The policy as the role renders it."""
        environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True)
        environment.filters["bool"] = bool
        text = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
            __iam_user_hardening_document={
                "partition": self.partition,
                "self_enrolment": self.self_enrolment,
                "allow_password_change": self.password_change,
            },
        )
        found: Document = json.loads(text)
        return found


VARIANTS = [Variant(*settings) for settings in itertools.product(PARTITIONS, (False, True), (False, True))]


@dataclasses.dataclass(frozen=True)
class Person:
    """A user who asks, and users who are easily taken for that one."""

    name: str
    path: str
    others: tuple[str, ...]

    @property
    def own(self) -> str:
        """What follows C(user) in the ARN."""
        return f"user{self.path}{self.name}"


PEOPLE = [
    # The last of each: the name or the path of this user is a part of another's ARN.
    Person("alice", "/", ("user/bob", "user/people/bob", "user/malice", "user/people/malice", "user/alice/bob")),
    Person("alice", "/people/", ("user/bob", "user/people/bob", "user/people/alice/bob", "user/people/malice")),
    Person("alice", "/a/b/c/", ("user/bob", "user/a/b/c/bob", "user/a/b/bob", "user/a/b/c/alice/bob")),
    Person("bob", "/alice/", ("user/alice", "user/people/alice", "user/alice/carol", "user/alice/bob/carol")),
    Person("alice", "/alice/", ("user/bob", "user/alice/bob", "user/alice/alice/bob", "user/alice/malice")),
    Person("a+b=c,d.e@f-g_h", "/staff/", ("user/a", "user/staff/a+b", "user/staff/xa+b=c,d.e@f-g_h")),
]

# Without MFA: NEVER; OPEN only where users enrol themselves; ALWAYS; PASSWORD where they may change it.
NEVER, OPEN, ALWAYS, PASSWORD = "never", "open", "always", "password"
OWN, OTHERS, ANY = "own", "others", "*"


@dataclasses.dataclass(frozen=True)
class Row:
    """A call, and whether it is allowed without MFA, and with MFA by this policy alone."""

    action: str
    resource: str
    without: str = NEVER
    with_mfa: bool = False


TABLE = [
    # What enrols, brings back into step, or takes away
    Row("iam:CreateVirtualMFADevice", "mfa/whatever", OPEN, True),
    Row("iam:CreateVirtualMFADevice", "mfa/a/path/whatever", OPEN, True),
    Row("iam:EnableMFADevice", OWN, OPEN, True),
    Row("iam:EnableMFADevice", OTHERS),
    Row("iam:ResyncMFADevice", OWN, OPEN, True),
    Row("iam:ResyncMFADevice", OTHERS),
    Row("iam:DeactivateMFADevice", OWN, NEVER, True),
    Row("iam:DeactivateMFADevice", OTHERS),
    Row("iam:DeleteVirtualMFADevice", "mfa/whatever"),
    Row("iam:TagMFADevice", "mfa/whatever"),
    Row("iam:UntagMFADevice", "mfa/whatever"),
    # What has to be known to sign in with MFA, and to get a session with it
    Row("iam:ListMFADevices", OWN, ALWAYS, True),
    Row("iam:ListMFADevices", OTHERS),
    Row("iam:GetMFADevice", OWN, ALWAYS, True),
    Row("iam:GetMFADevice", OTHERS),
    Row("iam:GetUser", OWN, ALWAYS, True),
    Row("iam:GetUser", OTHERS),
    Row("iam:ListVirtualMFADevices", ANY, OPEN, True),
    # Passwords
    Row("iam:ChangePassword", OWN, PASSWORD),
    Row("iam:ChangePassword", OTHERS),
    Row("iam:GetAccountPasswordPolicy", ANY, PASSWORD),
    Row("iam:UpdateLoginProfile", OWN),
    Row("iam:CreateLoginProfile", OWN),
    Row("iam:GetLoginProfile", OWN),
    # Ways around the policy
    Row("iam:DetachUserPolicy", OWN),
    Row("iam:DeleteUserPolicy", OWN),
    Row("iam:PutUserPolicy", OWN),
    Row("iam:AttachUserPolicy", OWN),
    Row("iam:RemoveUserFromGroup", "group/staff"),
    Row("iam:DetachGroupPolicy", "group/staff"),
    Row("iam:CreatePolicyVersion", "policy/deny-unless-mfa"),
    Row("iam:SetDefaultPolicyVersion", "policy/deny-unless-mfa"),
    Row("iam:DeletePolicyVersion", "policy/deny-unless-mfa"),
    Row("iam:DeletePolicy", "policy/deny-unless-mfa"),
    Row("iam:UpdateUser", OWN),
    Row("iam:CreateUser", OTHERS),
    Row("iam:CreateAccessKey", OWN),
    Row("iam:CreateAccessKey", OTHERS),
    Row("iam:UpdateAccessKey", OWN),
    Row("iam:UploadSSHPublicKey", OWN),
    Row("iam:CreateServiceSpecificCredential", OWN),
    Row("iam:UploadSigningCertificate", OWN),
    Row("sts:AssumeRole", "role/admin"),
    Row("sts:GetFederationToken", ANY),
    # Everything else
    Row("s3:GetObject", "arn:PARTITION:s3:::bucket/key"),
    Row("ec2:DescribeInstances", ANY),
]


@dataclasses.dataclass(frozen=True)
class Case:
    """One request, and whether it has to be allowed."""

    variant: Variant
    person: Person
    action: str
    resource: str
    mfa: str | None  # None: access keys alone, whose requests say nothing of MFA
    administrator: bool
    allowed: bool


def arn(partition: str, what: str) -> str:
    """An ARN of the account."""
    service = "iam"
    return what if what == ANY or what.startswith("arn:") else f"arn:{partition}:{service}::{ACCOUNT}:{what}"


def cases() -> list[Case]:
    """Every request of the table: by everybody, for every variant of the policy."""
    return [case for variant in VARIANTS for person in PEOPLE for row in TABLE for case in _cases(variant, person, row)]


def _cases(variant: Variant, person: Person, row: Row) -> t.Iterator[Case]:
    targets: tuple[str, ...] = {OWN: (person.own,), OTHERS: person.others}.get(row.resource, (row.resource,))
    open_now = {
        NEVER: False,
        OPEN: variant.self_enrolment,
        ALWAYS: True,
        PASSWORD: variant.password_change,
    }[row.without]
    with_mfa = row.with_mfa or (row.without == PASSWORD and variant.password_change)
    for target, mfa, administrator in itertools.product(targets, ("false", None, "true"), (False, True)):
        allowed = (with_mfa or administrator) if mfa == "true" else open_now
        resource = arn(variant.partition, target.replace("PARTITION", variant.partition))
        yield Case(variant, person, row.action, resource, mfa, administrator, allowed)


def thief(variant: Variant, person: Person) -> list[Case]:
    """What somebody does who has stolen an access key, to get a session with MFA by a device of the thief's own.

    GetSessionToken is not among it: it needs no permission, and gives a session with MFA to whoever has a device.
    """
    steps = [
        ("iam:CreateVirtualMFADevice", "mfa/the-thief"),
        ("iam:EnableMFADevice", person.own),
        ("iam:ResyncMFADevice", person.own),
        ("iam:DeactivateMFADevice", person.own),
        ("iam:DeleteVirtualMFADevice", f"mfa/{person.name}"),
        ("iam:ChangePassword", person.own),
        ("iam:UpdateLoginProfile", person.own),
    ]
    return [
        Case(variant, person, action, arn(variant.partition, what), mfa, administrator, False)
        for (action, what), mfa, administrator in itertools.product(steps, ("false", None), (False, True))
    ]
