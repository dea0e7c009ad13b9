# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses of the modules that read accounts, take away access, look after policies and root, and handle stored seeds."""

from __future__ import annotations

import typing as t

from controller import ACCOUNT, PARAMETERS, SECRETS, arn
from uses import (
    CHECK,
    MANAGEMENT,
    MANY,
    MEMBER,
    OLD,
    OTHER_SEED,
    PARAMETERS_GO,
    SECRETS_GO,
    SEED,
    UNLOGGED,
    Fixture,
    Use,
    enrolled,
    people,
    spare,
    token,
    tokens,
    use,
)

ALICE = enrolled("alice")
# Somebody with a virtual device, somebody with a token, and somebody with a password only.
MIXED: Fixture = {
    "users": [
        *ALICE["users"],
        *tokens("bob")["users"],
        *people("carol", console_password=True)["users"],
    ]
}
LEAVER: dict[str, t.Any] = {
    "console_password": True,
    "access_keys": [{"created": OLD}],
    "ssh_public_keys": [{}],
    "signing_certificates": [{}],
    "service_specific_credentials": [{"service_name": "codecommit.amazonaws.com"}],
}
POLICY = {"policies": [{"policy_name": "deny-unless-mfa"}]}
POLICY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/deny-unless-mfa"
GROUPS = [f"group-{number:02}" for number in range(1, 12)]
FULL_ROOT = {
    "password": True,
    "access_keys": [{"last_used": "2026-10-01T08:15:00Z"}],
    "signing_certificates": [{}],
    "mfa_devices": [{"device_name": "any-name"}],
}
# What an earlier run left of somebody's sessions.
REVOKED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "RevokedSessions",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}},
        }
    ],
}
USER_KEY = {"user_access_key": "AKIADEPLOYDEPLOYDEPL", "user_secret_key": "the-secret-key-of-the-user"}
SIGNS_IN = enrolled("alice", access_keys=[{"access_key_id": USER_KEY["user_access_key"]}])
OPS: Fixture = {**SIGNS_IN, "roles": [{"name": "ops"}]}


def info(*rows: str, fixture: Fixture | None = None, **options: t.Any) -> Use:
    return use("iam_mfa_device_info", *rows, fixture=fixture or MIXED, **options)


def report(*rows: str, **options: t.Any) -> Use:
    return use("iam_mfa_report", *rows, fixture=MIXED, dest="report", formats=["json"], all_kinds=True, **options)


def centralized(*rows: str, **options: t.Any) -> Use:
    """A report on whether root is managed in one place, in the account that AWS tells it."""
    given = {"dest": "report", "formats": ["json"], "checks": ["root_centralized"], "all_kinds": True, **options}
    return use("iam_mfa_report", *rows, fixture=organization({}), management=True, **given)


def imported(
    *rows: str, fixture: Fixture | None = None, serial: str = arn("alice"), seed: str = SEED, **options: t.Any
) -> Use:
    devices = [{"user_name": "alice", "serial_number": serial, "seed": seed}]
    return use("iam_mfa_import", *rows, fixture=fixture or ALICE, devices=devices, **options)


def session(*rows: str, fixture: Fixture | None = None, **options: t.Any) -> Use:
    return use(
        "iam_mfa_session", *rows, fixture=fixture or SIGNS_IN, user_name="alice", **USER_KEY, **UNLOGGED, **options
    )


def sheets(*rows: str, **options: t.Any) -> Use:
    return use("iam_mfa_enrolment_sheets", *rows, fixture=ALICE, dest="sheets", **UNLOGGED, **options)


def handover(*rows: str, **options: t.Any) -> Use:
    given = {"all_devices": True} if "all_devices" in options else {"devices": [{"user_name": "alice"}]}
    return use("iam_mfa_handover", *rows, fixture=ALICE, **{"stored": ("alice",), **given, **options})


def attachment(*rows: str, fixture: Fixture, **options: t.Any) -> Use:
    return use("iam_policy_attachment", *rows, fixture={**POLICY, **fixture}, policy_arn=POLICY_ARN, **options)


def organization(root: dict[str, t.Any]) -> Fixture:
    """An organization whose member has this root user."""
    return {
        "organization": {
            "id": "o-exampleorgid",
            "management_account_id": MANAGEMENT,
            "accounts": [{"id": MEMBER, "name": "member", "fixture": {"root": root}}],
            "trusted_services": ["iam.amazonaws.com"],
            "root_features": ["RootCredentialsManagement", "RootSessions"],
        }
    }


def roots(module: str, root: dict[str, t.Any], **options: t.Any) -> Use:
    return use(module, "always", fixture=organization(root), management=True, accounts=[MEMBER], **options)


def access(
    *rows: str, fixture: Fixture, names: t.Sequence[str] = ("alice",), wanted: dict[str, t.Any], **options: t.Any
) -> Use:
    users = [{"user_name": name, **wanted} for name in names]
    return use("iam_user_access", *rows, fixture=fixture, users=users, **options)


HAS = {"policies": ["deny-unless-mfa"]}
HAVE: Fixture = {"users": [{"user_name": "bob", **HAS}], "groups": [{"name": "others", **HAS}]}
HAVE_NOT: Fixture = {"users": [{"user_name": "bob"}], "groups": ["others"]}
ACCOUNT_ROW, DETAILS_ROW = "`account: true`", "`account: true`, with `user_details`"
REPORT_ROW = "and `credential_report: true`, as is the default with `account: true`"
PASSWORD, DEVICES = "`console_password: absent`", "`mfa_devices: absent`"
VIRTUAL, WRONG = "virtual devices", "and a wrong seed of a device that is not attached"
LOOK = "`all_devices`, or `devices` without codes"

READING = {
    "info of a user": info("`user_name`, `user_names`, or the caller's own", user_name="alice"),
    "info of users": info("`user_name`, `user_names`, or the caller's own", user_names=["alice", "bob"]),
    "info of a user, with the report": info(
        "`user_name`, `user_names`, or the caller's own", REPORT_ROW, user_name="alice", credential_report=True
    ),
    "info of a user, with tags": info(
        "`user_name`, `user_names`, or the caller's own", "and `device_tags: true`", user_name="alice", device_tags=True
    ),
    "info of the account": info(ACCOUNT_ROW, REPORT_ROW, account=True),
    "info of the account, without the report": info(ACCOUNT_ROW, account=True, credential_report=False),
    "info of the account, in detail": info(DETAILS_ROW, REPORT_ROW, account=True, user_details=True),
    "info of the account, with tags": info(
        ACCOUNT_ROW, REPORT_ROW, "and `device_tags: true`", account=True, device_tags=True
    ),
    "report": report("the account"),
    "report, management account": centralized("the account"),
    "report, management account in detail": centralized("the account, with `user_details`", user_details=True),
    "report, in detail": report("the account, with `user_details`", user_details=True),
    "report, with tags": report("the account", "and `device_tags: true`", device_tags=True),
}

SEEDS = {
    "adopt": imported(VIRTUAL, seed_store=SECRETS),
    "adopt, parameter": imported(VIRTUAL, seed_store=PARAMETERS),
    "adopt, not attached": imported(VIRTUAL, fixture=spare("alice"), seed_store=SECRETS),
    "adopt, wrong seed": imported(VIRTUAL, WRONG, fixture=spare("alice"), seed=OTHER_SEED, seed_store=SECRETS),
    "adopt, record of another device": imported(
        VIRTUAL, seed_store=SECRETS, stored=("alice",), record={"seed": OTHER_SEED}
    ),
    "adopt a token": imported("hardware tokens", fixture=tokens("alice"), serial=token("alice"), seed_store=SECRETS),
    "adopt a token, not attached": imported(
        "hardware tokens",
        fixture={**people("alice"), "hardware_tokens": [{"serial_number": token("alice"), "seed": SEED}]},
        serial=token("alice"),
        seed_store=SECRETS,
    ),
    "session": session("`seed`, the user", seed=SEED),
    "session, seed is stored": session(
        "`seed`, the user",
        "and `seed_store`, the caller",
        "and `seed_store`, the user",
        seed_store=SECRETS,
        stored=("alice",),
    ),
    "session, parameter": session(
        "`seed`, the user",
        "and `seed_store`, the caller",
        "and `seed_store`, the user",
        seed_store=PARAMETERS,
        stored=("alice",),
    ),
    "session of a role": session(
        "`seed`, the user",
        "and `role_arn`, the user",
        fixture=OPS,
        seed=SEED,
        role_arn=f"arn:aws:iam::{ACCOUNT}:role/ops",
    ),
    "sheets": sheets("`seed_store`", seed_store=SECRETS, stored=("alice",)),
    "sheets, parameters": sheets("`seed_store`", seed_store=PARAMETERS, stored=("alice",)),
    "sheets, named": sheets("`seed_store`", "and `user_names`", seed_store=SECRETS, user_names=["alice"]),
    "whose hand-over is open": handover(LOOK, all_devices=True, seed_store=SECRETS),
    "whether a hand-over is open": handover(LOOK, seed_store=SECRETS),
    "hand over": handover(LOOK, "and codes", seed_store=SECRETS, codes=True),
    "hand over, parameter": handover(LOOK, "and codes", seed_store=PARAMETERS, codes=True),
}

POLICIES = {
    "attach": attachment(
        "`state: present`", fixture={**people("alice"), "groups": ["staff"]}, users=["alice"], groups=["staff"]
    ),
    "attach and purge": attachment(
        "`state: present`",
        "and `purge: true`",
        fixture={"users": [{"user_name": "alice"}, *HAVE["users"]], "groups": ["staff", *HAVE["groups"]]},
        users=["alice"],
        groups=["staff"],
        purge=True,
    ),
    "attach, check mode": attachment(
        "`state: present`", "and check mode", fixture=HAVE_NOT, users=["bob"], groups=["others"], **CHECK
    ),
    "attach to many, check mode": attachment(
        "`state: present`",
        "and check mode",
        fixture={**people(*MANY), "groups": GROUPS},
        users=list(MANY),
        groups=GROUPS,
        **CHECK,
    ),
    "detach": attachment("`state: absent`", fixture=HAVE, users=["bob"], groups=["others"], state="absent"),
    "nothing to detach": attachment(
        "`state: absent`", fixture=HAVE_NOT, users=["bob"], groups=["others"], state="absent"
    ),
    "nothing to detach from many": attachment(
        "`state: absent`", fixture={**people(*MANY), "groups": GROUPS}, users=list(MANY), groups=GROUPS, state="absent"
    ),
    "root, read": roots("iam_root_credentials_info", FULL_ROOT),
    "root, removed": roots("iam_root_credentials", FULL_ROOT),
    "root, recovery": roots("iam_root_credentials", {}, state="password_recovery"),
}

ACCESS = {
    "password": access(PASSWORD, fixture=people("alice", **LEAVER), wanted={"console_password": "absent"}),
    "passwords of many": access(
        PASSWORD, fixture=people(*MANY, **LEAVER), names=MANY, wanted={"console_password": "absent"}
    ),
    "password without MFA": access(
        PASSWORD,
        "and `only_without_mfa`",
        fixture=people("alice", **LEAVER),
        wanted={"console_password": "absent", "only_without_mfa": True},
    ),
    "keys": access("`access_keys: inactive`", fixture=people("alice", **LEAVER), wanted={"access_keys": "inactive"}),
    "keys of many": access(
        "`access_keys: inactive`", fixture=people(*MANY, **LEAVER), names=MANY, wanted={"access_keys": "inactive"}
    ),
    "unused keys": access(
        "`access_keys: inactive`",
        "and `only_unused_days`",
        fixture=people("alice", **LEAVER),
        wanted={"access_keys": "inactive", "only_unused_days": 30},
    ),
    "keys deleted": access(
        "`access_keys: absent`", fixture=people("alice", **LEAVER), wanted={"access_keys": "absent"}
    ),
    "keys of many deleted": access(
        "`access_keys: absent`", fixture=people(*MANY, **LEAVER), names=MANY, wanted={"access_keys": "absent"}
    ),
    "other credentials": access(
        "`other_credentials: absent`", fixture=people("alice", **LEAVER), wanted={"other_credentials": "absent"}
    ),
    "other credentials of many": access(
        "`other_credentials: absent`",
        fixture=people(*MANY, **LEAVER),
        names=MANY,
        wanted={"other_credentials": "absent"},
    ),
    "sessions": access("`sessions: revoked`", fixture=people("alice", **LEAVER), wanted={"sessions": "revoked"}),
    "sessions, once more": access(
        "`sessions: revoked`",
        fixture=people("alice", inline_policies={"hardening-aws-revoked-sessions": REVOKED}),
        wanted={"sessions": "revoked"},
    ),
    "sessions of many": access(
        "`sessions: revoked`", fixture=people(*MANY, **LEAVER), names=MANY, wanted={"sessions": "revoked"}
    ),
    "devices": access(DEVICES, fixture=ALICE, wanted={"mfa_devices": "absent"}),
    "devices of many": access(DEVICES, fixture=enrolled(*MANY), names=MANY, wanted={"mfa_devices": "absent"}),
    "devices, with secrets": access(
        DEVICES,
        "and `seed_store.on_absent: delete`",
        fixture=ALICE,
        wanted={"mfa_devices": "absent"},
        seed_store=SECRETS_GO,
        stored=("alice",),
    ),
    "devices, with parameters": access(
        DEVICES,
        "and `seed_store.on_absent: delete`",
        fixture=ALICE,
        wanted={"mfa_devices": "absent"},
        seed_store=PARAMETERS_GO,
        stored=("alice",),
    ),
}
