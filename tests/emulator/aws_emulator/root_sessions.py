# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Centralized root access: its features, AssumeRoot, and what a session as a member's root may do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from . import call as params
from . import sts_sessions
from .answers import ApiError, text
from .call import Call
from .conditions import scp_error
from .evaluation import ALLOW, refusal
from .organization import Organization
from .state import Root

LONGEST_SECONDS = 900
SERVICE = "iam.amazonaws.com"
MANAGEMENT, SESSIONS = "RootCredentialsManagement", "RootSessions"
GLOBAL_ENDPOINT = "sts.amazonaws.com"
_TASK = "arn:aws:iam::aws:policy/root-task/"
_READINGS = (
    "GetAccessKeyLastUsed",
    "GetLoginProfile",
    "GetUser",
    "ListAccessKeys",
    "ListMFADevices",
    "ListSigningCertificates",
)
_DELETIONS = (
    "DeactivateMFADevice",
    "DeleteAccessKey",
    "DeleteLoginProfile",
    "DeleteSigningCertificate",
    "DeleteVirtualMFADevice",
)
_ROOT_ONLY = "arn:aws:iam::*:root"
_TARGET = re.compile(r"(?:arn:aws:iam::)?(\d{12})(?::root)?", re.ASCII)
# On the whole account, not on a user
_OF_ACCOUNT = frozenset({"GetAccountSummary"})


def _policy(of_root: tuple[str, ...], of_account: tuple[str, ...] = ()) -> str:
    parts = [(of_root, _ROOT_ONLY), (of_account, "*")]
    found = [
        {"Effect": ALLOW, "Action": [f"iam:{action}" for action in actions], "Resource": resource}
        for actions, resource in parts
        if actions
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": found})


# What each task policy leaves open
TASKS = {
    f"{_TASK}IAMAuditRootUserCredentials": _policy(_READINGS, ("GetAccountSummary",)),
    f"{_TASK}IAMDeleteRootUserCredentials": _policy(_READINGS + _DELETIONS),
    f"{_TASK}IAMCreateRootUserPassword": _policy(("CreateLoginProfile", "GetLoginProfile")),
}


# Features


def _organization(call: Call, changes: bool = False) -> Organization:
    """The organization, for who may read or change its features."""
    found = call.world.organization
    if found is None or call.account.account_id not in found.members:
        message = "The request was rejected because no organization is associated with your account."
        raise ApiError("OrganizationNotFoundException", message)
    if found.feature_set != "ALL":
        message = "The request was rejected because your organization does not have All features enabled."
        raise ApiError("OrganizationNotInAllFeaturesModeException", message)
    manages = call.account.account_id == found.management_account_id
    if not manages and changes:
        message = "The request was rejected because the account making the request is not the management account."
        raise ApiError("CallerIsNotManagementAccountException", message)
    if not manages and SERVICE not in found.delegated.get(call.account.account_id, {}):
        message = (
            "The request was rejected because the account making the request is not the management account or "
            "delegated administrator account for centralized root access."
        )
        raise ApiError("AccountNotManagementOrDelegatedAdministratorException", message)
    if SERVICE not in found.trusted_services:
        message = (
            "The request was rejected because trusted access is not enabled for IAM in Organizations. For details, "
            "see IAM and Organizations in the Organizations User Guide."
        )
        raise ApiError("ServiceAccessNotEnabledException", message)
    return found


def _features_xml(organization: Organization) -> str:
    members = "".join(f"<member>{name}</member>" for name in sorted(organization.root_features))
    return f"<OrganizationId>{organization.id}</OrganizationId><EnabledFeatures>{members}</EnabledFeatures>"


def list_features(call: Call) -> str:
    return _features_xml(_organization(call))


def _switch(feature: str, enabled: bool) -> Callable[[Call], str]:
    def switch(call: Call) -> str:
        organization = _organization(call, changes=True)
        if enabled:
            organization.root_features.add(feature)
        else:
            organization.root_features.discard(feature)
        return _features_xml(organization)

    return switch


# The session


def check_endpoint(action: str, host: str) -> None:
    """The global endpoint does not know the call."""
    if action == "AssumeRoot" and host.partition(":")[0].lower() == GLOBAL_ENDPOINT:
        raise ApiError("InvalidAction", "Unknown Operation", 400)


def _may_enter(call: Call, target: str) -> bool:
    """Whether the caller may be root in an account of the organization."""
    organization, account_id = call.world.organization, call.account.account_id
    if organization is None or isinstance(call.caller(), Root):
        return False
    if account_id != organization.management_account_id and SERVICE not in organization.delegated.get(account_id, {}):
        return False
    if SERVICE not in organization.trusted_services or not {MANAGEMENT, SESSIONS} <= organization.root_features:
        return False
    if target not in organization.members or target == organization.management_account_id:
        return False
    return call.account_is_active(target)


def assume_root(call: Call) -> str:
    target = call.required("TargetPrincipal", params.TARGET_PRINCIPAL)
    policy_arn = call.required("TaskPolicyArn.arn", params.POLICY_ARN)
    seconds = call.number("DurationSeconds", LONGEST_SECONDS, 0, LONGEST_SECONDS)
    call.valid()
    found = _TARGET.fullmatch(target)
    if found is None:
        raise ApiError("ValidationError", f"{target} is invalid")
    account_id = found.group(1)
    root_arn = f"arn:aws:iam::{account_id}:root"
    if not _may_enter(call, account_id):
        raise refusal("sts", call.principal(), "sts:AssumeRoot", root_arn)
    if policy_arn not in TASKS:
        raise ApiError("ValidationError", f"The policy {policy_arn} cannot be used for a privileged task.")
    identity = call.caller_identity()[1].rsplit("/", 1)[-1]
    credentials = sts_sessions.issue(
        call,
        account_id,
        seconds,
        mfa=False,
        holder=call.world.account(account_id).root,
        kind="root",
        user_id=account_id,
        arn=root_arn,
        policies=(TASKS[policy_arn],),
        source_identity=identity,
    )
    return f"{credentials}<SourceIdentity>{text(identity)}</SourceIdentity>"


def is_session(call: Call) -> bool:
    """Whether a session of AssumeRoot signed the call."""
    session = call.world.sessions.get(call.access_key)
    return session is not None and session.kind == "root"


def resource_of(call: Call) -> str:
    """What a call within such a session is about."""
    name, serial = call.params.get("UserName"), call.params.get("SerialNumber", "")
    if call.service != "iam" or call.action in _OF_ACCOUNT:
        return "*"
    if name is not None:
        return f"arn:aws:iam::{call.account.account_id}:user/{name}"
    if call.action == "DeleteVirtualMFADevice":
        return serial
    return call.account.user_arn(call.account.root)


def check_service_control_policy(call: Call, resource: str) -> None:
    """Refuse root of a member that a service control policy denies everything, unless it spares such sessions."""
    organization = call.world.organization
    member = None if organization is None else organization.members.get(call.account.account_id)
    if member is None or member.scp_on_root is None or not isinstance(call.caller(), Root):
        return
    if member.scp_on_root == "spares_assumed_root" and is_session(call):
        return
    raise scp_error(call.service, call.action, call.principal(), resource)


IAM_HANDLERS: dict[str, Callable[[Call], str | None]] = {
    "DisableOrganizationsRootCredentialsManagement": _switch(MANAGEMENT, False),
    "DisableOrganizationsRootSessions": _switch(SESSIONS, False),
    "EnableOrganizationsRootCredentialsManagement": _switch(MANAGEMENT, True),
    "EnableOrganizationsRootSessions": _switch(SESSIONS, True),
    "ListOrganizationsFeatures": list_features,
}
STS_HANDLERS: dict[str, Callable[[Call], str | None]] = {"AssumeRoot": assume_root}
