# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What policy documents say about one request. A condition that is not known here is an error, not a guess."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from typing import Any

from .answers import QUERY_SERVICES, ApiError

ALLOW, DENY = "Allow", "Deny"
_BOOLEANS = frozenset({"aws:multifactorauthpresent"})
_MOMENTS = frozenset({"aws:currenttime", "aws:tokenissuetime"})
_STRINGS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:sourceidentity",
        "iam:policyarn",
        "sts:externalid",
        "sts:rolesessionname",
        "sts:sourceidentity",
    }
)


def many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def like(pattern: str, value: str, flags: int = 0) -> bool:
    """Whether a value matches a pattern with ``*`` and ``?``."""
    parts = (".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern)
    return re.fullmatch("".join(parts), value, flags | re.DOTALL) is not None


def moment_of(value: str) -> datetime:
    moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)


# name: (kinds of keys it compares, comparison of the request's value with a wanted one)
_OPERATORS: dict[str, tuple[frozenset[str], Callable[[str, str], bool]]] = {
    "ArnEquals": (_STRINGS, lambda value, wanted: like(wanted, value)),
    "ArnLike": (_STRINGS, lambda value, wanted: like(wanted, value)),
    "Bool": (_BOOLEANS, lambda value, wanted: value == wanted.lower()),
    "DateGreaterThan": (_MOMENTS, lambda value, wanted: moment_of(value) > moment_of(wanted)),
    "DateLessThan": (_MOMENTS, lambda value, wanted: moment_of(value) < moment_of(wanted)),
    "StringEquals": (_STRINGS, lambda value, wanted: value == wanted),
    "StringLike": (_STRINGS, lambda value, wanted: like(wanted, value)),
}
_NEGATIONS = {
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "StringNotEquals": "StringEquals",
    "StringNotLike": "StringLike",
}


def _holds(operator: str, key: str, value: str | None, wanted: list[str]) -> bool:
    """Whether one condition holds; ``value`` is None where the request lacks the key."""
    plain = operator.removesuffix("IfExists")
    if plain == "Null":
        return str(value is None).lower() in (item.lower() for item in wanted)
    negated = plain in _NEGATIONS
    keys, compare = _OPERATORS.get(_NEGATIONS.get(plain, plain), (frozenset(), lambda value, wanted: False))
    if key not in keys:
        message = f"The emulator does not know the condition operator {operator} with this key."
        raise ApiError("InternalFailure", message, 500)
    if value is None:
        return plain != operator or negated
    return any(compare(value, item) for item in wanted) != negated


def conditions_hold(conditions: dict[str, dict[str, Any]], context: dict[str, str]) -> bool:
    for operator, keys in conditions.items():
        for name, wanted in keys.items():
            key = name.lower()
            if key not in _BOOLEANS | _MOMENTS | _STRINGS:
                raise ApiError("InternalFailure", f"The emulator does not know the condition key {name}.", 500)
            if not _holds(operator, key, context.get(key), [str(item) for item in many(wanted)]):
                return False
    return True


def acts_on(statement: dict[str, Any], action: str) -> bool:
    """Whether a statement is about this action."""
    actions = many(statement.get("Action", statement.get("NotAction", [])))
    return any(like(item, action, re.IGNORECASE) for item in actions) == ("Action" in statement)


def applies(statement: dict[str, Any], action: str, resource: str, variables: dict[str, str]) -> bool:
    """Whether a statement is about this action on this resource."""
    if not acts_on(statement, action):
        return False
    found = False
    for item in many(statement.get("Resource", statement.get("NotResource", []))):
        for name, value in variables.items():
            item = item.replace(f"${{{name}}}", value)
        found = found or like(item, resource)
    return found == ("Resource" in statement)


def statements(documents: Iterable[str]) -> list[dict[str, Any]]:
    return [statement for document in documents for statement in many(json.loads(document)["Statement"])]


def verdict(
    documents: Iterable[str],
    action: str,
    resource: str,
    variables: dict[str, str] | None = None,
    context: dict[str, str] | None = None,
) -> str | None:
    """Deny where a statement denies, Allow where one allows and none denies, None where nothing is said."""
    found = None
    for statement in statements(documents):
        if applies(statement, action, resource, variables or {}) and conditions_hold(
            statement.get("Condition", {}), context or {}
        ):
            if statement["Effect"] == DENY:
                return DENY
            found = ALLOW
    return found


def refusal(service: str, principal: str, action: str, resource: str, because: str = "") -> ApiError:
    """A refusal in AWS's words; ``because`` says whose policy it is, where AWS tells."""
    message = f"User: {principal} is not authorized to perform: {action} on resource: {resource}"
    if because:
        message += f" {because}"
    if service in QUERY_SERVICES:
        return ApiError("AccessDenied", message)
    return ApiError("AccessDeniedException", message, 400)
