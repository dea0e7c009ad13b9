# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IAM and STS calls on whole accounts: users, authorization details, the credential report, the summary."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from moto.iam.models import User

from . import call as params
from .answers import ApiError, iso, tags_xml, text
from .call import NO_ENTITY_USER, Call, entity_seen, refuse_to_delete
from .facts import service_credentials
from .state import Account, Root

REPORT_COLUMNS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)


# Users


def _user_tags(account: Account, user: User) -> list[tuple[str, str]]:
    tags = account.backend.tagger.tags.get(account.user_arn(user), {})
    return [(key, value or "") for key, value in tags.items()]


def _identity_xml(account: Account, user: User) -> str:
    return (
        f"<Path>{text(user.path)}</Path><UserName>{text(user.name)}</UserName><UserId>{text(user.id)}</UserId>"
        f"<Arn>{text(account.user_arn(user))}</Arn><CreateDate>{iso(user.create_date)}</CreateDate>"
    )


def _last_used_xml(user: User | Root) -> str:
    last_used = user.password_last_used
    return "" if last_used is None else f"<PasswordLastUsed>{iso(last_used)}</PasswordLastUsed>"


def _seen_names(call: Call, prefix: str = "/") -> list[str]:
    """The names of the users on a path, sorted, as seen with the lag."""
    users = call.account.backend.users
    lag = call.lag
    if prefix == "/" and not lag:
        return sorted(users)
    return sorted(n for n, u in users.items() if u.path.startswith(prefix) and (not lag or entity_seen(u, lag)))


def list_users(call: Call) -> str:
    prefix = call.optional("PathPrefix", params.PATH_PREFIX) or "/"
    size, after = call.page_wanted()
    users = call.account.backend.users
    names, end = call.page(_seen_names(call, prefix), size, after)
    members = "".join(
        f"<member>{_identity_xml(call.account, users[name])}{_last_used_xml(users[name])}</member>" for name in names
    )
    return f"<Users>{members}</Users>{end}"


def get_user(call: Call) -> str:
    name = call.optional("UserName", params.EXISTING_USER)
    call.valid()
    holder = call.user_or_caller(name)
    if isinstance(holder, Root):
        arn = text(call.account.user_arn(holder))
        created = iso(holder.create_date)
        ident = f"<UserId>{holder.id}</UserId><Arn>{arn}</Arn><CreateDate>{created}</CreateDate>"
        return f"<User>{ident}{_last_used_xml(holder)}</User>"
    tags = _user_tags(call.account, holder)
    shown_tags = tags_xml(tags) if tags else ""
    return f"<User>{_identity_xml(call.account, holder)}{_last_used_xml(holder)}{shown_tags}</User>"


def update_user(call: Call) -> None:
    """Another name or path. moto forgets tags and keys on the way."""
    call.optional("NewPath", params.PATH)
    name = call.required("UserName", params.EXISTING_USER)
    new_name = call.optional("NewUserName", params.NEW_USER)
    call.valid()
    user = call.user_named(name)
    if new_name is not None and canonical_name(call.account, "UserName", new_name) is not None:
        raise ApiError("EntityAlreadyExists", f"User with name {new_name} already exists.")
    tagger = call.account.backend.tagger
    tags = tagger.tags.pop(call.account.user_arn(user), None)
    user.path = call.params.get("NewPath", user.path)
    if new_name is not None:
        call.account.backend.users[new_name] = call.account.backend.users.pop(name)
        user.name = new_name
        for key in user.access_keys:
            key.user_name = new_name
        owned = service_credentials(user)
        owned.update({ident: dataclasses.replace(item, user_name=new_name) for ident, item in owned.items()})
    if tags is not None:
        tagger.tags[call.account.user_arn(user)] = tags


def _groups_by_user(call: Call) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for group in call.account.backend.groups.values():
        for name in call.seen(group, "members"):
            groups.setdefault(name, []).append(group.name)
    return groups


def delete_user_conflict(call: Call) -> None:
    """Refuse to delete a user who still has something; moto looks at policies only."""
    name = call.params.get("UserName", "")
    user = call.account.backend.users.get(name)
    if user is None:
        raise ApiError("NoSuchEntity", NO_ENTITY_USER.format(name))
    refuse_to_delete(
        {
            "remove MFA device": user.mfa_devices,
            "delete access keys": user.access_keys,
            "delete SSH public keys": user.ssh_public_keys,
            "delete signing certificates": user.signing_certificates,
            "delete service specific credentials": service_credentials(user),
            "delete policies": user.policies,
            "detach all policies": user.managed_policies,
            "delete login profile": user.password,
            "remove users from group": any(user in group.users for group in call.account.backend.groups.values()),
        }
    )


# Names: unique in the account whatever their case (and, for all but MFA devices, whatever their path)


def canonical_name(account: Account, parameter: str, name: str) -> str | None:
    """How a name of a user, group or role is really written; None if nobody has it in any case."""
    backend = account.backend
    names: Any = {"UserName": backend.users, "GroupName": backend.groups}[parameter]
    if name in names:
        return name
    lowered = name.lower()
    return next((known for known in names if known.lower() == lowered), None)


def refuse_twin(call: Call) -> None:
    """What moto does not refuse when a user or group is made or renamed: a name that differs by case only."""
    kind = call.action.removeprefix("Create").removeprefix("Update")
    parameter = f"{kind}Name" if call.action.startswith("Create") else f"New{kind}Name"
    if call.action.startswith("Update") and parameter not in call.params:
        return
    name = call.required(parameter, params.NEW_USER if kind == "User" else params.GROUP_NAME)
    call.optional("Path", params.PATH)
    call.valid()
    if canonical_name(call.account, f"{kind}Name", name) is not None:
        raise ApiError("EntityAlreadyExists", f"{kind} with name {name} already exists.")


def owns_authorization_details(call: Call) -> bool:
    """Whether the answer is ours: the filter names users and nothing else."""
    return call.members("Filter") == ["User"]


def get_account_authorization_details(call: Call) -> str:
    size, after = call.page_wanted()
    account = call.account
    users = account.backend.users
    names, end = call.page(_seen_names(call), size, after)
    groups = _groups_by_user(call)
    members = []
    for name in names:
        user = users[name]
        in_groups = "".join(f"<member>{text(group)}</member>" for group in groups.get(user.name, ()))
        attached = "".join(
            f"<member><PolicyName>{text(policy.name)}</PolicyName><PolicyArn>{text(policy.arn)}</PolicyArn></member>"
            for policy in call.seen(user, "attached").values()
        )
        inline = "".join(
            f"<member><PolicyName>{text(policy)}</PolicyName><PolicyDocument>{quote(document, safe='')}"
            "</PolicyDocument></member>"
            for policy, document in call.seen(user, "inline").items()
        )
        members.append(
            f"<member>{_identity_xml(account, user)}<UserPolicyList>{inline}</UserPolicyList>"
            f"<GroupList>{in_groups}</GroupList><AttachedManagedPolicies>{attached}</AttachedManagedPolicies>"
            f"{tags_xml(_user_tags(account, user))}</member>"
        )
    return f"<UserDetailList>{''.join(members)}</UserDetailList><GroupDetailList/><RoleDetailList/><Policies/>{end}"


# The credential report


def _report_date(moment: Any) -> str:
    """A date of the report. moto's "last used" has strftime too, without being a datetime."""
    return str(moment.strftime("%Y-%m-%dT%H:%M:%S+00:00"))


def _key_columns(user: User, number: int) -> list[str]:
    if len(user.access_keys) <= number:
        return ["false", "N/A", "N/A", "N/A", "N/A"]
    key = user.access_keys[number]
    columns = ["true" if key.status == "Active" else "false", _report_date(key.create_date)]
    if key.last_used is None:
        return columns + ["N/A", "N/A", "N/A"]
    region = getattr(key.last_used, "region", "us-east-1")
    return columns + [_report_date(key.last_used), region, getattr(key.last_used, "service", "iam")]


def _user_columns(account: Account, user: User) -> list[str]:
    enabled = bool(user.password)
    last_used = last_changed = next_rotation = "N/A"
    if enabled:
        changed: datetime = getattr(user, "emulator_password_changed", None) or user.create_date
        last_changed = _report_date(changed)
        last_used = _report_date(user.password_last_used) if user.password_last_used else "no_information"
        policy = account.backend.account_password_policy
        if policy is not None and policy.max_password_age:
            next_rotation = _report_date(changed + timedelta(days=policy.max_password_age))
    certificates = list(user.signing_certificates.values())[:2]
    cert_columns: list[str] = []
    for number in range(2):
        if number < len(certificates):
            certificate = certificates[number]
            active = "true" if certificate.status == "Active" else "false"
            cert_columns += [active, _report_date(certificate.upload_date)]
        else:
            cert_columns += ["false", "N/A"]
    return [
        user.name,
        account.user_arn(user),
        _report_date(user.create_date),
        "true" if enabled else "false",
        last_used,
        last_changed,
        next_rotation,
        "true" if user.mfa_devices else "false",
        *_key_columns(user, 0),
        *_key_columns(user, 1),
        *cert_columns,
    ]


def _root_row(account: Account) -> str:
    root = account.root
    keys: list[str] = []
    for number in range(2):
        if number < len(root.access_keys):
            key = root.access_keys[number]
            used = _report_date(key["last_used"]) if key["last_used"] else "N/A"
            region, service = ("us-east-1", "iam") if key["last_used"] else ("N/A", "N/A")
            keys += ["true" if key["active"] else "false", _report_date(key["created"]), used, region, service]
        else:
            keys += ["false", "N/A", "N/A", "N/A", "N/A"]
    columns = [
        "<root_account>",
        account.user_arn(root),
        _report_date(root.create_date),
        "not_supported",
        _report_date(root.password_last_used) if root.password_last_used else "no_information",
        "not_supported",
        "not_supported",
        "true" if root.mfa_devices else "false",
        *keys,
        "false",
        "N/A",
        "false",
        "N/A",
    ]
    return ",".join(columns)


def report_text(account: Account, quoted: bool = False, without: AbstractSet[str] = frozenset()) -> str:
    """The report of this moment. A name may hold a comma, which is in quotes only if asked for."""
    rows = [REPORT_COLUMNS, _root_row(account)]
    for name, user in sorted(account.backend.users.items()):
        if name not in without:
            columns = _user_columns(account, user)
            rows.append(",".join(f'"{column}"' if quoted and "," in column else column for column in columns))
    return "\n".join(rows) + "\n"


def _report_is_fresh(call: Call) -> bool:
    report = call.account.report
    now = call.world.clock.now()
    return report is not None and now - report[0] < call.conditions["credential_report_max_age"]


def generate_credential_report(call: Call) -> str:
    now = call.world.clock.now()
    if _report_is_fresh(call):
        assert call.account.report is not None
        return f"<State>{'COMPLETE' if call.account.report[1] <= now else 'INPROGRESS'}</State>"
    ready = now + call.conditions["credential_report_time"]
    call.account.report = (now, ready, report_text(call.account, call.conditions["quoted_report"]))
    description = "No report exists. Starting a new report generation task"
    return f"<Description>{description}</Description><State>STARTED</State>"


def get_credential_report(call: Call) -> str:
    report = call.account.report
    if report is None:
        raise ApiError("ReportNotPresent", "No report exists. Use GenerateCredentialReport to make one.")
    if not _report_is_fresh(call):
        raise ApiError("ReportExpired", "The credential report has expired. Use GenerateCredentialReport.")
    if report[1] > call.world.clock.now():
        raise ApiError("ReportInProgress", "The credential report is being generated.")
    content = base64.b64encode(report[2].encode()).decode()
    return (
        f"<Content>{content}</Content><ReportFormat>text/csv</ReportFormat>"
        f"<GeneratedTime>{iso(report[0])}</GeneratedTime>"
    )


# The account


def get_account_summary(call: Call) -> str:
    account = call.account
    summary: dict[str, Any] = account.backend.account_summary.summary_map
    summary["AccountMFAEnabled"] = int(bool(account.root.mfa_devices))
    summary["AccountAccessKeysPresent"] = int(bool(account.root.access_keys))
    summary["AccountPasswordPresent"] = int(account.root.password_created is not None)
    summary["AccountSigningCertificatesPresent"] = int(bool(account.root.certificates))
    in_use = [device for device in account.devices.values() if device.holder is not None]
    summary["MFADevicesInUse"] = len(in_use)
    summary["MFADevices"] = len(account.virtual_serials) + sum(1 for device in in_use if device.kind != "virtual")
    summary["Users"] = len(account.backend.users)
    entries = "".join(f"<entry><key>{key}</key><value>{value}</value></entry>" for key, value in summary.items())
    return f"<SummaryMap>{entries}</SummaryMap>"


HANDLERS: dict[str, Callable[[Call], str | None]] = {
    "GenerateCredentialReport": generate_credential_report,
    "GetAccountAuthorizationDetails": get_account_authorization_details,
    "GetAccountSummary": get_account_summary,
    "GetCredentialReport": get_credential_report,
    "GetUser": get_user,
    "ListUsers": list_users,
    "UpdateUser": update_user,
}
