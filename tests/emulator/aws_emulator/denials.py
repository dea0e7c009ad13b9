# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What policies refuse: always those of a role's session, and a user's own if ``enforce_denials`` asks for it.

Of a user's policies only statements with Effect Deny are looked at: without one, a user may do everything. A role with
policies may do what they allow and nothing else, a role without any everything. A session policy narrows both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from moto.iam.models import Role, User

from .call import Call
from .evaluation import DENY, refusal, verdict

# Nobody can be denied this
_ALWAYS_ALLOWED = frozenset({"sts:getcalleridentity"})
# What a call that sets tags needs besides
_TAGGING = {
    "iam:CreateVirtualMFADevice": "iam:TagMFADevice",
    "secretsmanager:CreateSecret": "secretsmanager:TagResource",
    "ssm:PutParameter": "ssm:AddTagsToResource",
}


def _documents(call: Call, user: User) -> Iterator[str]:
    """The policies that count for a user: its own and its groups', inline and managed, as far as they have spread."""
    groups = [group for group in call.account.backend.groups.values() if user.name in call.seen(group, "members")]
    for holder in (user, *groups):
        yield from call.seen(holder, "inline").values()
        for policy in call.seen(holder, "attached").values():
            yield from (item.document for item in call.seen(policy, "versions").values() if item.default)


def request_context(call: Call) -> dict[str, str]:
    """The condition keys of this request; those of a session are missing if a long-term key signed it."""
    account_id = call.account.account_id
    now = datetime.fromtimestamp(call.world.clock.now(), timezone.utc).isoformat()
    context = {"aws:currenttime": now, "aws:principalaccount": account_id, "aws:principalarn": call.principal()}
    organization = call.world.organization
    if organization is not None and account_id in organization.members:
        context["aws:principalorgid"] = organization.id
    if call.service == "iam" and call.params.get("PolicyArn"):
        context["iam:policyarn"] = call.params["PolicyArn"]
    session = call.world.sessions.get(call.access_key)
    if session is not None:
        issued = datetime.fromtimestamp(session.issued, timezone.utc).isoformat()
        context |= {"aws:multifactorauthpresent": str(session.mfa).lower(), "aws:tokenissuetime": issued}
        if session.source_identity:
            context["aws:sourceidentity"] = session.source_identity
    return context


def _judged(call: Call, resource: str) -> str:
    """What policies are compared with. AWS shows a secret as the caller named it, and judges by its ARN."""
    if call.service != "secretsmanager" or resource == "*" or resource.startswith("arn:"):
        return resource
    return f"arn:aws:secretsmanager:us-east-1:{call.account.account_id}:secret:{resource}-AbCdEf"


def check_denials(call: Call, resource: str) -> None:
    """Refuse what a policy of the caller denies."""
    user = call.caller()
    action = f"{call.service}:{call.action}"
    if not isinstance(user, User) or action.lower() in _ALWAYS_ALLOWED:
        return
    variables = {"aws:username": user.name, "aws:userid": user.id}
    if verdict(_documents(call, user), action, _judged(call, resource), variables, request_context(call)) == DENY:
        because = "with an explicit deny in an identity-based policy"
        raise refusal(call.service, call.account.user_arn(user), action, resource, because)


def _role_documents(call: Call, role: Role) -> list[str]:
    documents = list(role.policies.values())
    for policy in role.managed_policies.values():
        documents += [item.document for item in call.seen(policy, "versions").values() if item.default]
    return documents


def check_session(call: Call, resource: str) -> None:
    """Refuse what the policies of a session, or of the role it is of, deny or do not allow."""
    action = f"{call.service}:{call.action}"
    _check_action(call, resource, action)
    if action in _TAGGING and any(name.startswith("Tags") for name in call.params):
        _check_action(call, resource, _TAGGING[action])


def _check_action(call: Call, resource: str, action: str) -> None:
    session = call.world.sessions.get(call.access_key)
    if session is None or action.lower() in _ALWAYS_ALLOWED:
        return
    judges: dict[str, list[str]] = {}
    if session.role is not None:
        documents = _role_documents(call, session.role)
        if documents or session.role.id not in call.account.backend.roles:
            judges["an identity-based"] = documents
    if session.policies:
        judges["a session"] = list(session.policies)
    context, variables = request_context(call), {"aws:userid": session.user_id}
    verdicts = {
        kind: verdict(given, action, _judged(call, resource), variables, context) for kind, given in judges.items()
    }
    for kind, said in verdicts.items():
        if said == DENY:
            because = f"with an explicit deny in {kind} policy"
            raise refusal(call.service, session.arn, action, resource, because)
    for kind, said in verdicts.items():
        if said is None:
            because = f"because no {kind.split(' ', 1)[1]} policy allows the {action} action"
            raise refusal(call.service, session.arn, action, resource, because)
