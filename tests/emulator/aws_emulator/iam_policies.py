# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IAM calls on policies and groups: inline and managed policies, who has them, and who is in a group.

moto keeps them all; its own answers have no pages, other messages, and no quota of policies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from moto.core.exceptions import ServiceException
from moto.iam.models import AWSManagedPolicy, Group, IAMBackend, ManagedPolicy, PolicyVersion, Role, User
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from . import call as params
from .answers import ApiError, iso, tags_xml, text
from .call import Call, entity_seen, refuse_to_delete
from .facts import Version, changing, timeline
from .iam_mfa import merged_tags

INLINE_SIZE = {"user": 2048, "group": 5120}
POLICY_SIZE = 6144
VERSIONS = 5
GROUPS_PER_USER = 10


def check_document(document: str) -> None:
    """Refuse what is no policy document."""
    try:
        IAMPolicyDocumentValidator(document).validate()
    except ServiceException as error:
        raise ApiError(error.code, error.message) from None


def _size(document: str) -> int:
    """The characters that count against a quota: AWS leaves out white space."""
    return len(re.sub(r"\s", "", document))


def _kind(holder: User | Group) -> str:
    return "user" if isinstance(holder, User) else "group"


def _holder_call(call: Call, kind: str) -> User | Group:
    """The user or group of a call whose parameters have been checked."""
    if kind == "user":
        return call.user_named(call.params["UserName"])
    return call.group_named(call.params["GroupName"])


def _check_holder(call: Call, kind: str) -> None:
    if kind == "user":
        call.required("UserName", params.EXISTING_USER)
    else:
        call.required("GroupName", params.GROUP_NAME)


# Inline policies


def _put_inline(call: Call, kind: str) -> None:
    _check_holder(call, kind)
    name = call.required("PolicyName", params.POLICY_NAME)
    document = call.required("PolicyDocument", params.DOCUMENT)
    call.valid()
    holder = _holder_call(call, kind)
    check_document(document)
    others = sum(_size(text) for other, text in holder.policies.items() if other != name)
    if others + _size(document) > INLINE_SIZE[kind]:
        message = f"Maximum policy size of {INLINE_SIZE[kind]} bytes exceeded for {kind} {holder.name}"
        raise ApiError("LimitExceeded", message)
    with changing(call.account, holder):
        holder.policies[name] = document


def _inline(call: Call, kind: str) -> tuple[User | Group, str, str]:
    """The holder, the name and the document of an inline policy that this reader sees."""
    _check_holder(call, kind)
    name = call.required("PolicyName", params.POLICY_NAME)
    call.valid()
    holder = _holder_call(call, kind)
    document = call.seen(holder, "inline").get(name)
    if document is None:
        raise ApiError("NoSuchEntity", f"The {kind} policy with name {name} cannot be found.")
    return holder, name, document


def _get_inline(call: Call, kind: str) -> str:
    holder, name, document = _inline(call, kind)
    tag = "UserName" if kind == "user" else "GroupName"
    return (
        f"<{tag}>{text(holder.name)}</{tag}><PolicyName>{text(name)}</PolicyName>"
        f"<PolicyDocument>{quote(document, safe='')}</PolicyDocument>"
    )


def _delete_inline(call: Call, kind: str) -> None:
    holder, name, _document = _inline(call, kind)
    if name not in holder.policies:
        raise ApiError("NoSuchEntity", f"The {kind} policy with name {name} cannot be found.")
    with changing(call.account, holder):
        del holder.policies[name]


def _list_inline(call: Call, kind: str) -> str:
    _check_holder(call, kind)
    size, after = call.page_wanted()
    names, end = call.page(sorted(call.seen(_holder_call(call, kind), "inline")), size, after)
    return f"<PolicyNames>{''.join(f'<member>{text(name)}</member>' for name in names)}</PolicyNames>{end}"


# Managed policies


def _arn(call: Call) -> str:
    arn = call.required("PolicyArn", params.POLICY_ARN)
    call.valid()
    if not re.fullmatch(r"arn:aws[\w-]*:iam::(\d{12}|aws):policy/[!-~]+", arn, re.ASCII):
        raise ApiError("InvalidInput", f"ARN {arn} is not valid.")
    return arn


def _seen_policy(call: Call, arn: str) -> ManagedPolicy | None:
    present = call.account.backend.managed_policies.get(arn)
    found: ManagedPolicy | None = timeline(call.account).seen((arn, "policy"), present, call.lag)
    return found


def policy_named(call: Call, arn: str, words: str = "was not found.") -> ManagedPolicy:
    """The policy, if this reader sees it."""
    policy = _seen_policy(call, arn)
    if policy is None:
        raise ApiError("NoSuchEntity", f"Policy {arn} {words}")
    return policy


def _own_policy(call: Call, arn: str) -> ManagedPolicy:
    """A policy that may be changed: it is there, this reader sees it, and it is not AWS's."""
    policy = policy_named(call, arn)
    if isinstance(policy, AWSManagedPolicy):
        principal = call.caller_identity()[1]
        message = f"User: {principal} is not authorized to perform: iam:{call.action} on resource: policy {arn}"
        raise ApiError("AccessDenied", message)
    if arn not in call.account.backend.managed_policies:
        raise ApiError("NoSuchEntity", f"Policy {arn} was not found.")
    return policy


def note_policy(call: Call, arn: str, before: ManagedPolicy | None, after: ManagedPolicy | None) -> None:
    """Remember that a policy was made or deleted."""
    timeline(call.account).note((arn, "policy"), before, after)


def _holders(call: Call) -> list[User | Group | Role]:
    backend = call.account.backend
    return [*backend.groups.values(), *backend.roles.values(), *backend.users.values()]


def attachment_count(call: Call, arn: str) -> int:
    return sum(1 for holder in _holders(call) if arn in holder.managed_policies)


def _policy_xml(call: Call, policy: ManagedPolicy, details: bool = True) -> str:
    """A policy; lists leave out description and tags."""
    arn = policy.arn
    versions: dict[str, Version] = call.seen(policy, "versions")
    default = next((item.ident for item in versions.values() if item.default), policy.default_version_id)
    more = ""
    if details:
        more = f"<Description>{text(policy.description)}</Description>" if policy.description else ""
        more += tags_xml(list(call.seen(policy, "tags").items()))
    return (
        f"<PolicyName>{text(policy.name)}</PolicyName><PolicyId>{policy.id}</PolicyId><Arn>{text(arn)}</Arn>"
        f"<Path>{text(policy.path)}</Path><DefaultVersionId>{default}</DefaultVersionId>"
        f"<AttachmentCount>{attachment_count(call, arn)}</AttachmentCount>"
        f"<PermissionsBoundaryUsageCount>0</PermissionsBoundaryUsageCount><IsAttachable>true</IsAttachable>"
        f"{more}<CreateDate>{iso(policy.create_date)}</CreateDate><UpdateDate>{iso(policy.update_date)}</UpdateDate>"
    )


def get_policy(call: Call) -> str:
    return f"<Policy>{_policy_xml(call, policy_named(call, _arn(call)))}</Policy>"


def list_policies(call: Call) -> str:
    """The policies that are known: AWS's own become known when somebody names them."""
    scope = call.choice("Scope", ("AWS", "All", "Local"), "All")
    prefix = call.optional("PathPrefix", params.PATH_PREFIX) or "/"
    only_attached = call.flag("OnlyAttached")
    size, after = call.page_wanted()
    shown: dict[str, ManagedPolicy] = {}
    for arn in {*call.account.backend.managed_policies, *timeline(call.account).known("policy")}:
        policy = _seen_policy(call, arn)
        if policy is None or not policy.path.startswith(prefix):
            continue
        if scope != "All" and isinstance(policy, AWSManagedPolicy) != (scope == "AWS"):
            continue
        if not only_attached or attachment_count(call, arn):
            shown[arn] = policy
    arns, end = call.page(sorted(shown), size, after)
    members = "".join(f"<member>{_policy_xml(call, shown[arn], details=False)}</member>" for arn in arns)
    return f"<Policies>{members}</Policies>{end}"


def check_new_policy(call: Call) -> None:
    """What moto does not refuse in CreatePolicy. Names are unique whatever the path and the case."""
    name = call.required("PolicyName", params.POLICY_NAME)
    call.optional("Path", params.PATH)
    document = call.required("PolicyDocument", params.DOCUMENT)
    call.tags()
    call.valid()
    for policy in call.account.backend.managed_policies.values():
        if not isinstance(policy, AWSManagedPolicy) and policy.name.lower() == name.lower():
            message = f"A policy called {name} already exists. Duplicate names are not allowed."
            raise ApiError("EntityAlreadyExists", message)
    _check_policy_size(document)


def _check_policy_size(document: str) -> None:
    if _size(document) > POLICY_SIZE:
        raise ApiError("LimitExceeded", f"Cannot exceed quota for PolicySize: {POLICY_SIZE}")


def delete_policy(call: Call) -> None:
    arn = _arn(call)
    policy = _own_policy(call, arn)
    if attachment_count(call, arn):
        raise ApiError("DeleteConflict", "Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        message = (
            "This policy has more than one version. Before you delete a policy, you must delete the policy's "
            "versions. The default version is deleted with the policy."
        )
        raise ApiError("DeleteConflict", message)
    del call.account.backend.managed_policies[arn]
    note_policy(call, arn, policy, None)


# Versions


def _version_xml(version: Version, document: bool = True) -> str:
    shown = f"<Document>{quote(version.document, safe='')}</Document>" if document else ""
    default = "true" if version.default else "false"
    return (
        f"{shown}<VersionId>{version.ident}</VersionId><IsDefaultVersion>{default}</IsDefaultVersion>"
        f"<CreateDate>{iso(version.created)}</CreateDate>"
    )


def _version_call(call: Call) -> tuple[ManagedPolicy, Version]:
    ident = call.required("VersionId", params.VERSION_ID)
    arn = _arn(call)
    policy = policy_named(call, arn)
    version = call.seen(policy, "versions").get(ident)
    if version is None:
        message = f"Policy {arn} version {ident} does not exist or is not attachable."
        raise ApiError("NoSuchEntity", message)
    return policy, version


def get_policy_version(call: Call) -> str:
    return f"<PolicyVersion>{_version_xml(_version_call(call)[1])}</PolicyVersion>"


def list_policy_versions(call: Call) -> str:
    size = call.page_size()
    after = call.start_after()
    policy = policy_named(call, _arn(call))
    shown = {f"{int(ident[1:]):09d}": version for ident, version in call.seen(policy, "versions").items()}
    keys, end = call.page(sorted(shown), size, after)
    members = "".join(f"<member>{_version_xml(shown[key], document=False)}</member>" for key in keys)
    return f"<Versions>{members}</Versions>{end}"


def create_policy_version(call: Call) -> str:
    document = call.required("PolicyDocument", params.DOCUMENT)
    default = call.flag("SetAsDefault")
    arn = _arn(call)
    policy = _own_policy(call, arn)
    check_document(document)
    _check_policy_size(document)
    if len(policy.versions) >= VERSIONS:
        message = (
            f"A managed policy can have up to {VERSIONS} versions. Before you create a new version, you must delete "
            "an existing version."
        )
        raise ApiError("LimitExceeded", message)
    now = call.world.clock.utc()
    with changing(call.account, policy):
        version = PolicyVersion(arn, document, False, f"v{policy.next_version_num}", now)
        policy.versions.append(version)
        policy.next_version_num += 1
        if default:
            policy.update_default_version(version.version_id)
        policy.update_date = now
    shown = Version(version.version_id, document, default, now)
    return f"<PolicyVersion>{_version_xml(shown, document=False)}</PolicyVersion>"


def set_default_policy_version(call: Call) -> None:
    policy, version = _version_call(call)
    _own_policy(call, policy.arn)
    with changing(call.account, policy):
        policy.update_default_version(version.ident)


def delete_policy_version(call: Call) -> None:
    policy, version = _version_call(call)
    _own_policy(call, policy.arn)
    if version.ident == policy.default_version_id:
        raise ApiError("DeleteConflict", "Cannot delete the default version of a policy.")
    with changing(call.account, policy):
        policy.versions[:] = [item for item in policy.versions if item.version_id != version.ident]


# Tags of policies


def tag_policy(call: Call) -> None:
    tags = call.tags()
    policy = _own_policy(call, _arn(call))
    merged = merged_tags({tag["Key"]: tag["Value"] for tag in policy.tags.values()}, tags)
    with changing(call.account, policy):
        policy.tags = {key.lower(): {"Key": key, "Value": value} for key, value in merged.items()}


def untag_policy(call: Call) -> None:
    gone = {key.lower() for key in call.members("TagKeys")}
    policy = _own_policy(call, _arn(call))
    with changing(call.account, policy):
        policy.tags = {key: tag for key, tag in policy.tags.items() if key not in gone}


def list_policy_tags(call: Call) -> str:
    size = call.page_size()
    after = call.start_after()
    tags = call.seen(policy_named(call, _arn(call)), "tags")
    keys, end = call.page(sorted(tags), size, after)
    return tags_xml([(key, tags[key]) for key in keys]) + end


# Attaching


def _attach(call: Call, kind: str) -> None:
    _check_holder(call, kind)
    arn = _arn(call)
    holder = _holder_call(call, kind)
    missing = "does not exist or is not attachable."
    policy = policy_named(call, arn, missing)
    if arn not in call.account.backend.managed_policies:
        raise ApiError("NoSuchEntity", f"Policy {arn} {missing}")
    if arn in holder.managed_policies:
        return
    quota = call.conditions[f"policies_per_{kind}"]
    if len(holder.managed_policies) >= quota:
        raise ApiError("LimitExceeded", f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: {quota}")
    with changing(call.account, holder):
        policy.attach_to(holder)


def _detach(call: Call, kind: str) -> None:
    _check_holder(call, kind)
    arn = _arn(call)
    holder = _holder_call(call, kind)
    if arn not in holder.managed_policies or arn not in call.seen(holder, "attached"):
        raise ApiError("NoSuchEntity", f"Policy {arn} was not found.")
    with changing(call.account, holder):
        holder.managed_policies[arn].detach_from(holder)


def _list_attached(call: Call, kind: str) -> str:
    _check_holder(call, kind)
    prefix = call.optional("PathPrefix", params.PATH_PREFIX) or "/"
    size, after = call.page_wanted()
    attached: dict[str, ManagedPolicy] = call.seen(_holder_call(call, kind), "attached")
    arns, end = call.page(sorted(arn for arn, p in attached.items() if p.path.startswith(prefix)), size, after)
    members = "".join(
        f"<member><PolicyName>{text(attached[arn].name)}</PolicyName><PolicyArn>{text(arn)}</PolicyArn></member>"
        for arn in arns
    )
    return f"<AttachedPolicies>{members}</AttachedPolicies>{end}"


def list_entities_for_policy(call: Call) -> str:
    """Groups, roles and users that have a policy: pages run through all three kinds."""
    kinds = ("AWSManagedPolicy", "Group", "LocalManagedPolicy", "Role", "User")
    chosen = call.choice("EntityFilter", kinds, "User") if "EntityFilter" in call.params else None
    usage = call.choice("PolicyUsageFilter", ("PermissionsBoundary", "PermissionsPolicy"), "PermissionsPolicy")
    prefix = call.optional("PathPrefix", params.PATH_PREFIX) or "/"
    size = call.page_size()
    after = call.start_after()
    arn = _arn(call)
    policy_named(call, arn)
    found: dict[str, Any] = {}
    for holder in _holders(call) if usage == "PermissionsPolicy" else []:
        kind = type(holder).__name__
        if chosen not in (None, kind) or not holder.path.startswith(prefix):
            continue
        attached = (
            holder.managed_policies if isinstance(holder, Role) or not call.lag else call.seen(holder, "attached")
        )
        if arn in attached:
            found[f"{kind}\t{holder.name}"] = holder
    keys, end = call.page(sorted(found), size, after)
    lists = {"Group": "", "Role": "", "User": ""}
    for key in keys:
        kind, _tab, name = key.partition("\t")
        lists[kind] += f"<member><{kind}Name>{text(name)}</{kind}Name><{kind}Id>{found[key].id}</{kind}Id></member>"
    return "".join(f"<Policy{kind}s>{members}</Policy{kind}s>" for kind, members in lists.items()) + end


# Groups


def _group_xml(group: Group) -> str:
    return (
        f"<Path>{text(group.path)}</Path><GroupName>{text(group.name)}</GroupName><GroupId>{group.id}</GroupId>"
        f"<Arn>{text(group.arn)}</Arn><CreateDate>{iso(group.create_date)}</CreateDate>"
    )


def _user_xml(call: Call, user: User) -> str:
    return (
        f"<Path>{text(user.path)}</Path><UserName>{text(user.name)}</UserName><UserId>{user.id}</UserId>"
        f"<Arn>{text(call.account.user_arn(user))}</Arn><CreateDate>{iso(user.create_date)}</CreateDate>"
    )


def list_groups(call: Call) -> str:
    prefix = call.optional("PathPrefix", params.PATH_PREFIX) or "/"
    size, after = call.page_wanted()
    groups = call.account.backend.groups
    names, end = call.page(
        sorted(
            name for name, group in groups.items() if group.path.startswith(prefix) and entity_seen(group, call.lag)
        ),
        size,
        after,
    )
    return f"<Groups>{''.join(f'<member>{_group_xml(groups[name])}</member>' for name in names)}</Groups>{end}"


def get_group(call: Call) -> str:
    _check_holder(call, "group")
    size, after = call.page_wanted()
    group = call.group_named(call.params["GroupName"])
    members: dict[str, User] = call.seen(group, "members")
    names, end = call.page(sorted(members), size, after)
    shown = "".join(f"<member>{_user_xml(call, members[name])}</member>" for name in names)
    return f"<Group>{_group_xml(group)}</Group><Users>{shown}</Users>{end}"


def list_groups_for_user(call: Call) -> str:
    name = call.required("UserName", params.EXISTING_USER)
    size, after = call.page_wanted()
    user = call.user_named(name)
    groups = {
        group.name: group
        for group in call.account.backend.groups.values()
        if (user.name in call.seen(group, "members") if call.lag else user in group.users)
    }
    names, end = call.page(sorted(groups), size, after)
    return f"<Groups>{''.join(f'<member>{_group_xml(groups[name])}</member>' for name in names)}</Groups>{end}"


def _membership(call: Call) -> tuple[Group, User]:
    _check_holder(call, "group")
    _check_holder(call, "user")
    call.valid()
    return call.group_named(call.params["GroupName"]), call.user_named(call.params["UserName"])


def add_user_to_group(call: Call) -> None:
    group, user = _membership(call)
    if user in group.users:
        return
    if sum(1 for other in call.account.backend.groups.values() if user in other.users) >= GROUPS_PER_USER:
        raise ApiError("LimitExceeded", f"Cannot exceed quota for GroupsPerUser: {GROUPS_PER_USER}")
    with changing(call.account, group):
        group.users.append(user)


def remove_user_from_group(call: Call) -> None:
    group, user = _membership(call)
    with changing(call.account, group):
        group.users[:] = [member for member in group.users if member is not user]


def delete_group_conflict(call: Call) -> None:
    """Refuse to delete a group that still has something; moto does not look."""
    group = call.account.backend.groups.get(call.params.get("GroupName", ""))
    if group is None:
        return
    refuse_to_delete(
        {
            "remove users from group": group.users,
            "detach all policies": group.managed_policies,
            "delete policies": group.policies,
        }
    )


_AWS_POLICIES: dict[str, Any] = {}


def aws_policy(backend: IAMBackend, arn: str) -> ManagedPolicy | None:
    """One of AWS's managed policies, made known. moto can load all of them, which takes long; one will do."""
    if arn in backend.managed_policies:
        return backend.managed_policies[arn]
    if not _AWS_POLICIES:
        from moto.iam.aws_managed_policies import aws_managed_policies_data

        _AWS_POLICIES.update(json.loads(aws_managed_policies_data))
    name = arn.rpartition("/")[2]
    data = _AWS_POLICIES.get(name)
    if data is None:
        return None
    policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
    if policy.arn != arn:
        return None
    backend.managed_policies[arn] = policy
    backend.aws_managed_policies.append(policy)
    return policy


def fixture_document(document: Any) -> str:
    """A policy document of a fixture: JSON text, an object, or nothing for one that allows nothing of importance."""
    if document is None:
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
    return document if isinstance(document, str) else json.dumps(document)


def _of(kind: str, function: Callable[[Call, str], str | None]) -> Callable[[Call], str | None]:
    return lambda call: function(call, kind)


HANDLERS: dict[str, Callable[[Call], str | None]] = {
    "AddUserToGroup": add_user_to_group,
    "AttachGroupPolicy": _of("group", _attach),
    "AttachUserPolicy": _of("user", _attach),
    "CreatePolicyVersion": create_policy_version,
    "DeleteGroupPolicy": _of("group", _delete_inline),
    "DeletePolicy": delete_policy,
    "DeletePolicyVersion": delete_policy_version,
    "DeleteUserPolicy": _of("user", _delete_inline),
    "DetachGroupPolicy": _of("group", _detach),
    "DetachUserPolicy": _of("user", _detach),
    "GetGroup": get_group,
    "GetGroupPolicy": _of("group", _get_inline),
    "GetPolicy": get_policy,
    "GetPolicyVersion": get_policy_version,
    "GetUserPolicy": _of("user", _get_inline),
    "ListAttachedGroupPolicies": _of("group", _list_attached),
    "ListAttachedUserPolicies": _of("user", _list_attached),
    "ListEntitiesForPolicy": list_entities_for_policy,
    "ListGroups": list_groups,
    "ListGroupPolicies": _of("group", _list_inline),
    "ListGroupsForUser": list_groups_for_user,
    "ListPolicies": list_policies,
    "ListPolicyTags": list_policy_tags,
    "ListPolicyVersions": list_policy_versions,
    "ListUserPolicies": _of("user", _list_inline),
    "PutGroupPolicy": _of("group", _put_inline),
    "PutUserPolicy": _of("user", _put_inline),
    "RemoveUserFromGroup": remove_user_from_group,
    "SetDefaultPolicyVersion": set_default_policy_version,
    "TagPolicy": tag_policy,
    "UntagPolicy": untag_policy,
}
