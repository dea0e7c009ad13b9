# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Organizations: who is in the organization, and where; delegated administrators and trusted services.

Lists come in no useful order, in pages of at most twenty, and a page may be empty without being the last.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from typing import Any

from .answers import ApiError
from .call import Call
from .organization import Member, Organization, Unit, shuffled

PAGE = 20
_ACCOUNT = r"\d{12}"
_UNIT = r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}"
_ROOT = r"r-[0-9a-z]{4,32}"
_SERVICE = r"[\w+=,.@-]{1,128}"
_FORBIDDEN = "You don't have permissions to access this resource."
_ROOT_TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


# Who may call


def _organization(call: Call) -> Organization:
    """The organization that the caller's account is in."""
    found = call.world.organization
    if found is None or call.account.account_id not in found.members:
        raise ApiError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    return found


def _as_administrator(call: Call) -> Organization:
    """The organization, for a caller in its management account or in one that a service is delegated to."""
    organization = _organization(call)
    if not organization.administers(call.account.account_id):
        raise ApiError("AccessDeniedException", _FORBIDDEN)
    return organization


def _as_manager(call: Call) -> Organization:
    organization = _organization(call)
    if call.account.account_id != organization.management_account_id:
        raise ApiError("AccessDeniedException", _FORBIDDEN)
    return organization


# Parameters


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidInputException", message)


def _given(call: Call, name: str, *patterns: str) -> str:
    """A required parameter."""
    value: Any = call.params.get(name)
    if value is None:
        raise _invalid(f"You must specify a value for {name}.")
    if not isinstance(value, str) or not any(re.fullmatch(pattern, value, re.ASCII) for pattern in patterns):
        raise _invalid(f"You specified an invalid value for {name}: it does not match the pattern.")
    return value


def _parent(call: Call, organization: Organization) -> str:
    ident = _given(call, "ParentId", _ROOT, _UNIT)
    if not organization.has_parent(ident):
        raise ApiError("ParentNotFoundException", "You specified parent that doesn't exist.")
    return ident


def _member(call: Call, organization: Organization) -> Member:
    found = organization.members.get(_given(call, "AccountId", _ACCOUNT))
    if found is None:
        raise ApiError("AccountNotFoundException", "You specified an account that doesn't exist.")
    return found


# Pages


def _size(call: Call) -> int:
    size: Any = call.params.get("MaxResults", PAGE)
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= PAGE:
        raise _invalid(f"You specified an invalid value for MaxResults. You must specify a number from 1 to {PAGE}.")
    return size


def _bound_to(call: Call) -> list[Any]:
    """What a token belongs to: the call and its parameters."""
    return [call.action, call.account.account_id, {k: v for k, v in call.params.items() if k != "NextToken"}]


def _start(call: Call) -> tuple[int, bool]:
    """Where the page starts, and whether an empty one has come before it."""
    token: Any = call.params.get("NextToken")
    if token is None:
        return 0, False
    try:
        bound, position, after_empty = json.loads(base64.urlsafe_b64decode(str(token).encode()))
    except (binascii.Error, ValueError, TypeError):
        bound, position, after_empty = None, 0, False
    if bound != _bound_to(call):
        raise _invalid("You provided an invalid NextToken.")
    return position, after_empty


def _page(call: Call, name: str, items: Iterable[Any], sized: bool = True) -> dict[str, Any]:
    """A page of a list: what is in it under a name, and the token of the next."""
    found, size = list(items), _size(call) if sized else PAGE
    position, after_empty = _start(call)
    empty_at = {"first": 0, "between": size}.get(call.conditions["empty_pages"])
    is_empty = position == empty_at and not after_empty and (position < len(found) or empty_at == 0)
    following = position if is_empty else position + size
    answer: dict[str, Any] = {name: [] if is_empty else found[position:following]}
    if is_empty or following < len(found):
        token = json.dumps([_bound_to(call), following, is_empty])
        answer["NextToken"] = base64.urlsafe_b64encode(token.encode()).decode()
    return answer


# What they look like


def _moment(moment: datetime) -> float:
    return moment.replace(tzinfo=timezone.utc).timestamp()


def _account(call: Call, organization: Organization, member: Member, paths: bool = True) -> dict[str, Any]:
    """An account. It has a State; the Status of former years is gone."""
    shown: dict[str, Any] = {
        "Id": member.id,
        "Arn": organization.arn("account", member.id),
        "Email": member.email,
        "Name": member.name,
        "State": call.conditions["account_states"].get(member.id, member.state),
        "JoinedMethod": member.joined_method,
        "JoinedTimestamp": _moment(member.joined),
    }
    if paths:
        shown["Paths"] = [f"{organization.path(member.parent_id)}{member.id}/"]
    return shown


def _unit(organization: Organization, unit: Unit) -> dict[str, Any]:
    return {
        "Id": unit.id,
        "Arn": organization.arn("ou", unit.id),
        "Name": unit.name,
        "Path": organization.path(unit.id),
    }


# Reading


def list_accounts(call: Call) -> dict[str, Any]:
    organization = _as_administrator(call)
    members = [organization.members[ident] for ident in shuffled(organization.members)]
    page = _page(call, "Accounts", members)
    return {**page, "Accounts": [_account(call, organization, member) for member in page["Accounts"]]}


def list_accounts_for_parent(call: Call) -> dict[str, Any]:
    organization = _as_administrator(call)
    members = organization.accounts_of(_parent(call, organization))
    return _page(call, "Accounts", [_account(call, organization, member) for member in members])


def list_children(call: Call) -> dict[str, Any]:
    organization = _as_administrator(call)
    parent_id = _parent(call, organization)
    kind = _given(call, "ChildType", "ACCOUNT", "ORGANIZATIONAL_UNIT")
    found = organization.accounts_of(parent_id) if kind == "ACCOUNT" else organization.units_of(parent_id)
    return _page(call, "Children", [{"Id": child.id, "Type": kind} for child in found])


def list_parents(call: Call) -> dict[str, Any]:
    organization = _as_administrator(call)
    ident = _given(call, "ChildId", _ACCOUNT, _UNIT)
    child = organization.members.get(ident) or organization.units.get(ident)
    if child is None:
        raise ApiError("ChildNotFoundException", "You specified a child that doesn't exist.")
    kind = "ROOT" if child.parent_id == organization.root_id else "ORGANIZATIONAL_UNIT"
    return _page(call, "Parents", [{"Id": child.parent_id, "Type": kind}])


def list_units_for_parent(call: Call) -> dict[str, Any]:
    organization = _as_administrator(call)
    units = organization.units_of(_parent(call, organization))
    return _page(call, "OrganizationalUnits", [_unit(organization, unit) for unit in units])


def list_roots(call: Call) -> dict[str, Any]:
    organization = _as_administrator(call)
    types = [{"Type": kind, "Status": "ENABLED"} for kind in _ROOT_TYPES]
    ident = organization.root_id
    root = {"Id": ident, "Arn": organization.arn("root", ident), "Name": "Root", "PolicyTypes": types}
    return _page(call, "Roots", [root])


def describe_organization(call: Call) -> dict[str, Any]:
    """What any member may see."""
    organization = _organization(call)
    manager = organization.members[organization.management_account_id]
    shown = {
        "Id": organization.id,
        "Arn": organization.arn("organization"),
        "FeatureSet": organization.feature_set,
        "MasterAccountArn": organization.arn("account", manager.id),
        "MasterAccountId": manager.id,
        "MasterAccountEmail": manager.email,
        "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
    }
    return {"Organization": shown}


def describe_unit(call: Call) -> dict[str, Any]:
    organization = _as_administrator(call)
    unit = organization.units.get(_given(call, "OrganizationalUnitId", _UNIT))
    if unit is None:
        raise ApiError(
            "OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist."
        )
    return {"OrganizationalUnit": _unit(organization, unit)}


def describe_account(call: Call) -> dict[str, Any]:
    organization = _as_administrator(call)
    return {"Account": _account(call, organization, _member(call, organization))}


def list_tags_for_resource(call: Call) -> dict[str, Any]:
    organization = _as_administrator(call)
    tags = organization.tags_of(_given(call, "ResourceId", _ROOT, _ACCOUNT, _UNIT))
    if tags is None:
        raise ApiError("TargetNotFoundException", "You specified a target that doesn't exist.")
    return _page(call, "Tags", [{"Key": key, "Value": value} for key, value in tags.items()], sized=False)


# Delegated administrators, trusted services


def list_delegated_administrators(call: Call) -> dict[str, Any]:
    organization = _as_administrator(call)
    service = _given(call, "ServicePrincipal", _SERVICE) if "ServicePrincipal" in call.params else None
    found = []
    for ident in shuffled(organization.delegated):
        services = organization.delegated[ident]
        if services and (service is None or service in services):
            shown = _account(call, organization, organization.members[ident], paths=False)
            found.append({**shown, "DelegationEnabledDate": _moment(min(services.values()))})
    return _page(call, "DelegatedAdministrators", found)


def list_delegated_services(call: Call) -> dict[str, Any]:
    organization = _as_administrator(call)
    services = organization.delegated.get(_member(call, organization).id)
    if not services:
        message = "The provided account is not a registered delegated administrator for your organization."
        raise ApiError("AccountNotRegisteredException", message)
    shown = [{"ServicePrincipal": name, "DelegationEnabledDate": _moment(since)} for name, since in services.items()]
    return _page(call, "DelegatedServices", shown)


def list_service_access(call: Call) -> dict[str, Any]:
    services = _as_administrator(call).trusted_services
    shown = [{"ServicePrincipal": name, "DateEnabled": _moment(since)} for name, since in services.items()]
    return _page(call, "EnabledServicePrincipals", shown)


def enable_service_access(call: Call) -> dict[str, Any]:
    service = _given(call, "ServicePrincipal", _SERVICE)
    _as_manager(call).trusted_services.setdefault(service, call.world.clock.utc())
    return {}


def disable_service_access(call: Call) -> dict[str, Any]:
    service = _given(call, "ServicePrincipal", _SERVICE)
    _as_manager(call).trusted_services.pop(service, None)
    return {}


def register_administrator(call: Call) -> dict[str, Any]:
    organization = _as_manager(call)
    service = _given(call, "ServicePrincipal", _SERVICE)
    member = _member(call, organization)
    if member.id == organization.management_account_id:
        message = "You cannot register master account/yourself as delegated administrator for your organization."
        raise ApiError("ConstraintViolationException", message)
    if service in organization.delegated.get(member.id, {}):
        message = "The provided account is already a delegated administrator for your organization."
        raise ApiError("AccountAlreadyRegisteredException", message)
    organization.delegated.setdefault(member.id, {})[service] = call.world.clock.utc()
    return {}


def deregister_administrator(call: Call) -> dict[str, Any]:
    organization = _as_manager(call)
    service = _given(call, "ServicePrincipal", _SERVICE)
    member = _member(call, organization)
    if organization.delegated.get(member.id, {}).pop(service, None) is None:
        message = "The provided account is not a registered delegated administrator for your organization."
        raise ApiError("AccountNotRegisteredException", message)
    return {}


HANDLERS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "DeregisterDelegatedAdministrator": deregister_administrator,
    "DescribeAccount": describe_account,
    "DescribeOrganization": describe_organization,
    "DescribeOrganizationalUnit": describe_unit,
    "DisableAWSServiceAccess": disable_service_access,
    "EnableAWSServiceAccess": enable_service_access,
    "ListAWSServiceAccessForOrganization": list_service_access,
    "ListAccounts": list_accounts,
    "ListAccountsForParent": list_accounts_for_parent,
    "ListChildren": list_children,
    "ListDelegatedAdministrators": list_delegated_administrators,
    "ListDelegatedServicesForAccount": list_delegated_services,
    "ListOrganizationalUnitsForParent": list_units_for_parent,
    "ListParents": list_parents,
    "ListRoots": list_roots,
    "ListTagsForResource": list_tags_for_resource,
    "RegisterDelegatedAdministrator": register_administrator,
}
