# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AssumeRole: whether the role is there and trusts the caller, for how long, and what narrows the session."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.models import Role
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from moto.iam.utils import random_role_id

from . import call as params
from . import sts_sessions
from .answers import ApiError, text
from .call import Call
from .denials import request_context
from .evaluation import ALLOW, DENY, acts_on, conditions_hold, many, refusal, statements
from .iam_policies import aws_policy
from .state import Account, Root

CHAINED_SECONDS = 3600
SESSION_POLICIES = 10
SESSION_POLICY_SIZE = 2048
_ROLE_ARN = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):role(/[!-~]+)", re.ASCII)


def is_strict(call: Call) -> bool:
    """Whether the call is judged here: unless no fixture names roles, and nobody has made this one."""
    return call.world.strict_roles or find_role(call, call.params.get("RoleArn", "")) is not None


def find_role(call: Call, arn: str) -> Role | None:
    found = _ROLE_ARN.fullmatch(arn)
    if found is None or not call.world.has_account(found.group(1)):
        return None
    roles = call.world.account(found.group(1)).backend.roles.values()
    return next((role for role in roles if role.arn == arn), None)


# Trust


def _principals(statement: dict[str, Any]) -> list[str]:
    """The AWS principals of a statement of a trust policy."""
    principal = statement.get("Principal", {})
    return ["*"] if principal == "*" else many(principal.get("AWS", []))


def _is_meant(call: Call, principal: str) -> bool:
    """Whether a trust policy's principal is the caller, or the account that the caller is in."""
    account_id = call.account.account_id
    arns = {"*", account_id, f"arn:aws:iam::{account_id}:root", call.principal()}
    session = call.world.sessions.get(call.access_key)
    if session is not None and session.role is not None:
        arns.add(session.role.arn)
    return principal in arns


def _trusts(call: Call, role: Role, action: str, context: dict[str, str]) -> bool:
    allowed = False
    for statement in statements([role.assume_role_policy_document]):
        if (
            acts_on(statement, action)
            and any(_is_meant(call, principal) for principal in _principals(statement))
            and conditions_hold(statement.get("Condition", {}), context)
        ):
            if statement["Effect"] == DENY:
                return False
            allowed = allowed or statement["Effect"] == ALLOW
    return allowed


def _check_trust(call: Call, role: Role | None, arn: str, context: dict[str, str]) -> Role:
    """The role, if the caller may enter it for all that the call asks for; else AWS's one refusal for all reasons."""
    wanted = {"sts:AssumeRole": True}
    wanted["sts:SetSourceIdentity"] = "sts:sourceidentity" in context  # one that a chain carries on, too
    wanted["sts:TagSession"] = "Tags.member.1.Key" in call.params
    account_id = arn.split(":")[4]
    open_account = role is not None and call.account_is_active(account_id)
    for action, is_wanted in wanted.items():
        if is_wanted and not (open_account and role is not None and _trusts(call, role, action, context)):
            raise refusal("sts", call.principal(), action, arn)
    assert role is not None
    return role


# What narrows the session


def _policy_arns(call: Call) -> list[str]:
    found: list[str] = []
    while (arn := call.params.get(f"PolicyArns.member.{len(found) + 1}.arn")) is not None:
        found.append(arn)
    return found


def _session_policies(call: Call, account_id: str) -> tuple[tuple[str, ...], int]:
    """The documents, and their size as a share of what is allowed, in percent."""
    document, arns = call.params.get("Policy"), _policy_arns(call)
    if len(arns) > SESSION_POLICIES:
        message = (
            f"Value at 'policyArns' failed to satisfy constraint: Member must have at most {SESSION_POLICIES} items"
        )
        raise ApiError("ValidationError", f"1 validation error detected: {message}")
    documents = []
    if document is not None:
        try:
            IAMPolicyDocumentValidator(document).validate()
        except ServiceException as error:
            raise ApiError("MalformedPolicyDocument", error.message) from None
        documents.append(document)
    backend = call.world.account(account_id).backend
    for arn in arns:
        policy = aws_policy(backend, arn) or backend.managed_policies.get(arn)
        if policy is None:
            raise ApiError("ValidationError", f"The policy {arn} does not exist or cannot be used as a session policy.")
        documents += [str(item.document) for item in policy.versions if item.is_default]
    size = len(document or "") + sum(len(arn) for arn in arns)
    if size > SESSION_POLICY_SIZE:
        share = 100 * size // SESSION_POLICY_SIZE
        message = f"Serialized token too large for session: Packed policy consumes {share}% of allotted space"
        raise ApiError("PackedPolicyTooLarge", message)
    return tuple(documents), -(-100 * size // SESSION_POLICY_SIZE)


# The call


def _check_duration(call: Call, role: Role, seconds: int) -> None:
    longest = int(role.max_session_duration or CHAINED_SECONDS)
    if seconds > longest:
        raise ApiError(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    session = call.world.sessions.get(call.access_key)
    if session is not None and session.kind == "role" and seconds > CHAINED_SECONDS:
        raise ApiError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )


def _source_identity(call: Call, arn: str) -> str | None:
    """The identity that the session carries: once set, it stays through a chain of roles."""
    session = call.world.sessions.get(call.access_key)
    given, carried = call.params.get("SourceIdentity"), session.source_identity if session is not None else None
    if given is not None and carried is not None and given != carried:
        raise refusal("sts", call.principal(), "sts:SetSourceIdentity", arn)
    return given or carried


def assume_role(call: Call) -> str:
    arn = call.required("RoleArn", params.ROLE_ARN)
    name = call.required("RoleSessionName", params.SESSION_NAME)
    external_id = call.optional("ExternalId", params.EXTERNAL_ID)
    call.optional("SourceIdentity", params.SESSION_NAME)
    call.optional("Policy", params.SESSION_POLICY)
    seconds = call.number("DurationSeconds", CHAINED_SECONDS, 900, 43200)
    call.valid()
    if _ROLE_ARN.fullmatch(arn) is None:
        raise ApiError("ValidationError", f"{arn} is invalid")
    if isinstance(call.caller(), Root):
        raise ApiError("AccessDenied", "Roles may not be assumed by root accounts.")
    context = request_context(call) | {"sts:rolesessionname": name}
    if external_id is not None:
        context["sts:externalid"] = external_id
    identity = _source_identity(call, arn)
    if identity is not None:
        context["sts:sourceidentity"] = identity
    mfa = sts_sessions.check_mfa(call)
    if mfa:
        context["aws:multifactorauthpresent"] = "true"
    role = _check_trust(call, find_role(call, arn), arn, context)
    _check_duration(call, role, seconds)
    policies, share = _session_policies(call, role.account_id)
    role.last_used = call.world.clock.utc()
    user_id = f"{role.id}:{name}"
    session_arn = f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/{name}"
    credentials = sts_sessions.issue(
        call,
        role.account_id,
        seconds,
        kind="role",
        mfa=mfa,
        user_id=user_id,
        arn=session_arn,
        role=role,
        policies=policies,
        source_identity=identity,
    )
    packed = f"<PackedPolicySize>{share}</PackedPolicySize>" if policies else ""
    source = "" if identity is None else f"<SourceIdentity>{text(identity)}</SourceIdentity>"
    return (
        f"{credentials}<AssumedRoleUser><AssumedRoleId>{text(user_id)}</AssumedRoleId><Arn>{text(session_arn)}</Arn>"
        f"</AssumedRoleUser>{packed}{source}"
    )


# Roles without the API


def trust_policy(principals: list[str], actions: list[str], conditions: dict[str, Any] | None = None) -> str:
    """A trust policy. An account's number stands for all of the account."""
    arns = [f"arn:aws:iam::{item}:root" if re.fullmatch(r"\d{12}", item, re.ASCII) else item for item in principals]
    statement: dict[str, Any] = {"Effect": ALLOW, "Principal": {"AWS": arns}, "Action": actions}
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def new_role(account: Account, name: str, path: str, trust: str, longest: int = CHAINED_SECONDS) -> Role:
    ident = random_role_id(account.account_id)
    role = Role(account.account_id, "aws", ident, name, trust, path, None, "", [], str(longest))
    role.create_date = account.clock.utc()
    account.backend.roles[ident] = role
    return role


HANDLERS: dict[str, Callable[[Call], str | None]] = {"AssumeRole": assume_role}
