# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user's own policies deny, if the setting ``enforce_denials`` asks for it.

Only statements with Effect Deny are looked at: without one, a user may do everything. A condition that is not known
here is an error of the emulator, not a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from moto.iam.models import User

from .answers import QUERY_SERVICES, ApiError
from .call import Call

# Nobody can be denied this
_ALWAYS_ALLOWED = frozenset({"sts:getcalleridentity"})


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _matches(pattern: str, value: str, flags: int = 0) -> bool:
    parts = (".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern)
    return re.fullmatch("".join(parts), value, flags | re.DOTALL) is not None


def _documents(call: Call, user: User) -> Iterator[str]:
    """The policies that count for a user: its own and its groups', inline and managed, as far as they have spread."""
    groups = [group for group in call.account.backend.groups.values() if user.name in call.seen(group, "members")]
    for holder in (user, *groups):
        yield from call.seen(holder, "inline").values()
        for policy in call.seen(holder, "attached").values():
            yield from (item.document for item in call.seen(policy, "versions").values() if item.default)


def _context(call: Call) -> dict[str, str]:
    """The condition keys of this request; those of a session are missing if a long-term key signed it."""
    session = call.world.sessions.get(call.access_key)
    if session is None:
        return {}
    issued = datetime.fromtimestamp(session.issued, timezone.utc).isoformat()
    return {"aws:multifactorauthpresent": str(session.mfa).lower(), "aws:tokenissuetime": issued}


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)


def _holds(operator: str, value: str | None, wanted: list[Any]) -> bool:
    """Whether one condition holds; ``value`` is None where the request lacks the key."""
    plain = operator.removesuffix("IfExists")
    if plain not in ("Bool", "DateLessThan", "Null"):
        raise ApiError("InternalFailure", f"The emulator does not know the condition operator {operator}.", 500)
    if plain == "Null":
        return str(value is None).lower() in (str(item).lower() for item in wanted)
    if value is None:
        return plain != operator
    if plain == "Bool":
        return value in (str(item).lower() for item in wanted)
    return any(_moment(value) < _moment(str(item)) for item in wanted)


def _conditions_hold(conditions: dict[str, dict[str, Any]], context: dict[str, str]) -> bool:
    for operator, keys in conditions.items():
        for key, wanted in keys.items():
            if key.lower() not in ("aws:multifactorauthpresent", "aws:tokenissuetime"):
                raise ApiError("InternalFailure", f"The emulator does not know the condition key {key}.", 500)
            if not _holds(operator, context.get(key.lower()), _many(wanted)):
                return False
    return True


def _applies(statement: dict[str, Any], action: str, resource: str, user: User) -> bool:
    """Whether a statement is about this action on this resource."""
    actions = _many(statement.get("Action", statement.get("NotAction", [])))
    if any(_matches(item, action, re.IGNORECASE) for item in actions) != ("Action" in statement):
        return False
    found = False
    for item in _many(statement.get("Resource", statement.get("NotResource", []))):
        filled = item.replace("${aws:username}", user.name).replace("${aws:userid}", user.id)
        found = found or _matches(filled, resource)
    return found == ("Resource" in statement)


def check_denials(call: Call, resource: str) -> None:
    """Refuse what a policy of the caller denies."""
    user = call.caller()
    action = f"{call.service}:{call.action}"
    if not isinstance(user, User) or action.lower() in _ALWAYS_ALLOWED:
        return
    context = _context(call)
    for document in _documents(call, user):
        for statement in _many(json.loads(document)["Statement"]):
            if (
                statement["Effect"] == "Deny"
                and _applies(statement, action, resource, user)
                and _conditions_hold(statement.get("Condition", {}), context)
            ):
                principal = call.account.user_arn(user)
                raise _denied(call.service, action, principal, resource)


def _denied(service: str, action: str, principal: str, resource: str) -> ApiError:
    message = (
        f"User: {principal} is not authorized to perform: {action} on resource: {resource} "
        "with an explicit deny in an identity-based policy"
    )
    if service in QUERY_SERVICES:
        return ApiError("AccessDenied", message)
    return ApiError("AccessDeniedException", message, 400)
