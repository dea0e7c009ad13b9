# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies and groups: inline and managed, who has them, versions, tags, quotas, names, pages, lag."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

ACCOUNT = "123456789012"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
LAG = 0.6
AWS_POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def arn(path_and_name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{path_and_name}"


def holders(bench: Any, policy: str, size: int = 100, **options: Any) -> dict[str, list[str]]:
    """The names of the users, groups and roles that ListEntitiesForPolicy tells, all pages put together."""
    paginator = bench.iam.get_paginator("list_entities_for_policy")
    found: dict[str, list[str]] = {"User": [], "Group": [], "Role": []}
    for page in paginator.paginate(PolicyArn=policy, PaginationConfig={"PageSize": size}, **options):
        assert sum(len(page[f"Policy{kind}s"]) for kind in found) <= size
        for kind, names in found.items():
            names += [item[f"{kind}Name"] for item in page[f"Policy{kind}s"]]
            assert all(item[f"{kind}Id"] for item in page[f"Policy{kind}s"])
    return found


@pytest.fixture(name="people")
def _people(bench: Any) -> Any:
    bench.emulator.fixture(
        {
            "policies": [{"policy_name": "mfa", "path": "/security/", "tags": {"Team": "x"}, "description": "d"}],
            "groups": [
                {"name": "staff", "path": "/g/", "policies": ["mfa", AWS_POLICY], "inline_policies": {"in": None}}
            ],
            "users": [
                {
                    "user_name": "alice",
                    "path": "/people/",
                    "groups": ["staff"],
                    "policies": ["mfa"],
                    "inline_policies": {"own": json.loads(POLICY)},
                },
                {"user_name": "bob"},
            ],
        }
    )
    return bench


MFA = arn("security/mfa")


# Who has a policy


def test_entities(people: Any) -> None:
    assert holders(people, MFA) == {"User": ["alice"], "Group": ["staff"], "Role": []}
    assert holders(people, MFA, size=1) == {"User": ["alice"], "Group": ["staff"], "Role": []}
    assert holders(people, MFA, EntityFilter="Group") == {"User": [], "Group": ["staff"], "Role": []}
    assert holders(people, MFA, PathPrefix="/people/") == {"User": ["alice"], "Group": [], "Role": []}
    assert holders(people, MFA, PolicyUsageFilter="PermissionsBoundary") == {"User": [], "Group": [], "Role": []}
    assert holders(people, AWS_POLICY)["Group"] == ["staff"]
    people.iam.create_role(RoleName="r", AssumeRolePolicyDocument=POLICY.replace('"Resource"', '"Principal"'))
    people.iam.attach_role_policy(RoleName="r", PolicyArn=MFA)
    assert holders(people, MFA)["Role"] == ["r"]
    assert people.iam.get_policy(PolicyArn=MFA)["Policy"]["AttachmentCount"] == 3


def test_entities_by_the_thousand(bench: Any) -> None:
    bench.emulator.fixture({"policies": [{"policy_name": "p"}], "generate": {"count": 2500, "policies": ["p"]}})
    bench.emulator.clear_requests()
    assert len(set(holders(bench, arn("p"), size=1000)["User"])) == 2500
    assert bench.emulator.counts()["total"] == 3


def test_attach_and_detach(people: Any, refused: Any) -> None:
    iam = people.iam
    iam.attach_user_policy(UserName="bob", PolicyArn=MFA)
    iam.attach_user_policy(UserName="bob", PolicyArn=MFA)
    assert holders(people, MFA)["User"] == ["alice", "bob"]
    attached = iam.list_attached_user_policies(UserName="bob", PathPrefix="/security/")["AttachedPolicies"]
    assert attached == [{"PolicyName": "mfa", "PolicyArn": MFA}]
    assert iam.list_attached_user_policies(UserName="bob", PathPrefix="/other/")["AttachedPolicies"] == []
    iam.detach_user_policy(UserName="bob", PolicyArn=MFA)
    gone = ("NoSuchEntity", 404, f"Policy {MFA} was not found.")
    assert refused(iam.detach_user_policy, UserName="bob", PolicyArn=MFA) == gone
    iam.detach_group_policy(GroupName="staff", PolicyArn=MFA)
    assert refused(iam.detach_group_policy, GroupName="staff", PolicyArn=MFA) == gone
    iam.attach_group_policy(GroupName="staff", PolicyArn=MFA)
    page = iam.list_attached_group_policies(GroupName="staff", MaxItems=1)
    rest = iam.list_attached_group_policies(GroupName="staff", Marker=page["Marker"])
    assert [p["PolicyName"] for p in page["AttachedPolicies"] + rest["AttachedPolicies"]] == ["mfa", "ReadOnlyAccess"]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({"PolicyArn": arn("other")}, "NoSuchEntity", f"Policy {arn('other')} does not exist or is not attachable."),
        ({"PolicyArn": arn("mfa")}, "NoSuchEntity", f"Policy {arn('mfa')} does not exist or is not attachable."),
        ({"PolicyArn": "arn:aws:s3:::bucket/not-a-policy"}, "InvalidInput", "is not valid"),
        ({"PolicyArn": "mfa"}, "ValidationError", "length greater than or equal to 20"),
        ({"UserName": "zoe"}, "NoSuchEntity", "The user with name zoe cannot be found."),
        ({"UserName": "a/b"}, "ValidationError", "regular expression"),
    ],
)
def test_attach_refused(people: Any, refused: Any, options: dict[str, str], code: str, message: str) -> None:
    answer = refused(people.iam.attach_user_policy, **{"UserName": "bob", "PolicyArn": MFA, **options})
    assert answer[0] == code and message in answer[2]


@pytest.mark.parametrize("kind", ["User", "Group"])
def test_quota_of_policies(bench: Any, refused: Any, kind: str) -> None:
    names = [f"p{number}" for number in range(11)]
    bench.emulator.fixture(
        {
            "policies": [{"policy_name": name} for name in names],
            "groups": ["x"],
            "users": [{"user_name": "x"}],
        }
    )
    attach = getattr(bench.iam, f"attach_{kind.lower()}_policy")
    for name in names[:10]:
        attach(**{f"{kind}Name": "x", "PolicyArn": arn(name)})
    full = ("LimitExceeded", 409, f"Cannot exceed quota for PoliciesPer{kind}: 10")
    assert refused(attach, **{f"{kind}Name": "x", "PolicyArn": arn("p10")}) == full
    attach(**{f"{kind}Name": "x", "PolicyArn": arn("p3")})  # has it already
    bench.emulator.set(policies_per_user=20, policies_per_group=20)
    attach(**{f"{kind}Name": "x", "PolicyArn": arn("p10")})


# Managed policies


def test_policy_with_a_path(people: Any, refused: Any) -> None:
    iam = people.iam
    policy = iam.get_policy(PolicyArn=MFA)["Policy"]
    assert (policy["Path"], policy["Description"], policy["DefaultVersionId"]) == ("/security/", "d", "v1")
    assert policy["Tags"] == [{"Key": "Team", "Value": "x"}] and policy["IsAttachable"] is True
    assert refused(iam.get_policy, PolicyArn=arn("mfa")) == ("NoSuchEntity", 404, f"Policy {arn('mfa')} was not found.")
    for name in ("mfa", "MFA"):  # one name, whatever the path and the case
        twin = refused(iam.create_policy, PolicyName=name, PolicyDocument=POLICY)
        assert twin[:2] == ("EntityAlreadyExists", 409) and twin[2].endswith("Duplicate names are not allowed.")


def test_versions(people: Any, refused: Any) -> None:
    iam = people.iam
    assert iam.get_policy_version(PolicyArn=MFA, VersionId="v1")["PolicyVersion"]["IsDefaultVersion"] is True
    for number in range(2, 6):
        version = iam.create_policy_version(PolicyArn=MFA, PolicyDocument=POLICY, SetAsDefault=number == 3)
        assert version["PolicyVersion"]["VersionId"] == f"v{number}"
    sixth = refused(iam.create_policy_version, PolicyArn=MFA, PolicyDocument=POLICY)
    assert sixth[:2] == ("LimitExceeded", 409) and "up to 5 versions" in sixth[2]
    assert iam.get_policy(PolicyArn=MFA)["Policy"]["DefaultVersionId"] == "v3"
    assert iam.get_policy_version(PolicyArn=MFA, VersionId="v3")["PolicyVersion"]["Document"] == json.loads(POLICY)
    assert refused(iam.delete_policy_version, PolicyArn=MFA, VersionId="v3")[:2] == ("DeleteConflict", 409)
    assert refused(iam.get_policy_version, PolicyArn=MFA, VersionId="v9")[:2] == ("NoSuchEntity", 404)
    assert refused(iam.get_policy_version, PolicyArn=MFA, VersionId="3")[:2] == ("ValidationError", 400)
    iam.set_default_policy_version(PolicyArn=MFA, VersionId="v1")
    iam.delete_policy_version(PolicyArn=MFA, VersionId="v3")
    first = iam.list_policy_versions(PolicyArn=MFA, MaxItems=2)
    rest = iam.list_policy_versions(PolicyArn=MFA, Marker=first["Marker"])["Versions"]
    assert [v["VersionId"] for v in first["Versions"] + rest] == ["v1", "v2", "v4", "v5"]


def test_delete_policy(people: Any, refused: Any) -> None:
    iam = people.iam
    assert refused(iam.delete_policy, PolicyArn=MFA)[:2] == ("DeleteConflict", 409)
    iam.detach_user_policy(UserName="alice", PolicyArn=MFA)
    iam.detach_group_policy(GroupName="staff", PolicyArn=MFA)
    iam.create_policy_version(PolicyArn=MFA, PolicyDocument=POLICY)
    assert "more than one version" in refused(iam.delete_policy, PolicyArn=MFA)[2]
    iam.delete_policy_version(PolicyArn=MFA, VersionId="v2")
    iam.delete_policy(PolicyArn=MFA)
    assert refused(iam.delete_policy, PolicyArn=MFA)[:2] == ("NoSuchEntity", 404)
    assert refused(iam.delete_policy, PolicyArn=AWS_POLICY)[:2] == ("AccessDenied", 403)
    assert refused(iam.create_policy_version, PolicyArn=AWS_POLICY, PolicyDocument=POLICY)[0] == "AccessDenied"


def test_documents_are_checked(people: Any, refused: Any) -> None:
    iam = people.iam
    for call, named in (
        (iam.create_policy, {"PolicyName": "new"}),
        (iam.create_policy_version, {"PolicyArn": MFA}),
        (iam.put_user_policy, {"UserName": "bob", "PolicyName": "new"}),
    ):
        assert refused(call, PolicyDocument="{}", **named)[:2] == ("MalformedPolicyDocument", 400)
        big = json.loads(POLICY)
        big["Statement"][0]["Resource"] = [f"arn:aws:s3:::bucket-{number:08d}" for number in range(400)]
        assert refused(call, PolicyDocument=json.dumps(big), **named)[:2] == ("LimitExceeded", 409)


def test_tags(people: Any, refused: Any) -> None:
    iam = people.iam
    iam.tag_policy(PolicyArn=MFA, Tags=[{"Key": "team", "Value": "y"}, {"Key": "a", "Value": ""}])
    first = iam.list_policy_tags(PolicyArn=MFA, MaxItems=1)
    rest = iam.list_policy_tags(PolicyArn=MFA, Marker=first["Marker"])["Tags"]
    assert first["Tags"] + rest == [{"Key": "a", "Value": ""}, {"Key": "team", "Value": "y"}]
    iam.untag_policy(PolicyArn=MFA, TagKeys=["TEAM"])
    assert iam.get_policy(PolicyArn=MFA)["Policy"]["Tags"] == [{"Key": "a", "Value": ""}]
    assert refused(iam.tag_policy, PolicyArn=arn("x"), Tags=[{"Key": "a", "Value": ""}])[0] == "NoSuchEntity"
    twice = [{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}]
    assert refused(iam.tag_policy, PolicyArn=MFA, Tags=twice)[0] == "InvalidInput"


# Inline policies


@pytest.mark.parametrize(("kind", "name"), [("user", "alice"), ("group", "staff")])
def test_inline_policies(people: Any, refused: Any, kind: str, name: str) -> None:
    iam = people.iam
    holder = {f"{kind.capitalize()}Name": name}
    put, get = getattr(iam, f"put_{kind}_policy"), getattr(iam, f"get_{kind}_policy")
    list_, delete = getattr(iam, f"list_{kind}_policies"), getattr(iam, f"delete_{kind}_policy")
    (there,) = list_(**holder)["PolicyNames"]
    put(**holder, PolicyName="aa", PolicyDocument=POLICY)
    put(**holder, PolicyName="aa", PolicyDocument=POLICY)
    assert get(**holder, PolicyName="aa")["PolicyDocument"] == json.loads(POLICY)
    first = list_(**holder, MaxItems=1)
    assert first["PolicyNames"] + list_(**holder, Marker=first["Marker"])["PolicyNames"] == ["aa", there]
    delete(**holder, PolicyName="aa")
    gone = ("NoSuchEntity", 404, f"The {kind} policy with name aa cannot be found.")
    assert refused(delete, **holder, PolicyName="aa") == gone
    assert refused(get, **holder, PolicyName="aa") == gone


# Groups


def test_group_pages(bench: Any, refused: Any) -> None:
    bench.emulator.fixture(
        {"generate": {"count": 1500, "groups": ["staff"]}, "groups": [{"name": "empty", "path": "/g/"}]}
    )
    bench.emulator.clear_requests()
    pages = list(bench.iam.get_paginator("get_group").paginate(GroupName="staff", PaginationConfig={"PageSize": 1000}))
    assert len({user["UserName"] for page in pages for user in page["Users"]}) == 1500
    assert bench.emulator.counts()["total"] == 2
    empty = bench.iam.get_group(GroupName="empty")
    assert empty["Group"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/g/empty" and empty["Users"] == []
    missing = refused(bench.iam.get_group, GroupName="other")
    assert missing == ("NoSuchEntity", 404, "The group with name other cannot be found.")


def test_membership(people: Any, refused: Any) -> None:
    iam = people.iam
    assert [group["GroupName"] for group in iam.list_groups_for_user(UserName="alice")["Groups"]] == ["staff"]
    iam.add_user_to_group(GroupName="staff", UserName="bob")
    assert [user["UserName"] for user in iam.get_group(GroupName="staff")["Users"]] == ["alice", "bob"]
    iam.remove_user_from_group(GroupName="staff", UserName="bob")
    assert iam.list_groups_for_user(UserName="bob")["Groups"] == []
    assert refused(iam.add_user_to_group, GroupName="staff", UserName="zoe")[:2] == ("NoSuchEntity", 404)
    assert refused(iam.add_user_to_group, GroupName="other", UserName="bob")[:2] == ("NoSuchEntity", 404)
    assert refused(iam.delete_group, GroupName="staff")[:2] == ("DeleteConflict", 409)
    for number in range(10):
        iam.create_group(GroupName=f"g{number}")
        iam.add_user_to_group(GroupName=f"g{number}", UserName="bob")
    eleventh = refused(iam.add_user_to_group, GroupName="staff", UserName="bob")
    assert eleventh == ("LimitExceeded", 409, "Cannot exceed quota for GroupsPerUser: 10")


# Names are unique whatever their case


@pytest.mark.parametrize(
    ("make", "first", "second"),
    [
        ("create_user", {"UserName": "Bob"}, {"UserName": "bob"}),
        ("create_group", {"GroupName": "Staff"}, {"GroupName": "STAFF", "Path": "/x/"}),
        ("create_policy", {"PolicyName": "Own"}, {"PolicyName": "own", "Path": "/x/"}),
        ("create_virtual_mfa_device", {"VirtualMFADeviceName": "Bob"}, {"VirtualMFADeviceName": "bob"}),
    ],
)
def test_twins(bench: Any, refused: Any, make: str, first: dict[str, str], second: dict[str, str]) -> None:
    extra = {"PolicyDocument": POLICY} if make == "create_policy" else {}
    getattr(bench.iam, make)(**first, **extra)
    assert refused(getattr(bench.iam, make), **second, **extra)[:2] == ("EntityAlreadyExists", 409)


def test_rename_to_a_twin(bench: Any, refused: Any) -> None:
    bench.emulator.fixture({"users": [{"user_name": "Bob"}, {"user_name": "alice"}]})
    for name in ("alice", "Bob"):
        renamed = refused(bench.iam.update_user, UserName=name, NewUserName="bob")
        assert renamed == ("EntityAlreadyExists", 409, "User with name bob already exists.")
    bench.iam.update_user(UserName="alice", NewUserName="carol")


def test_rename_keeps_all(people: Any) -> None:
    key = "AKIAAAAAAAAAAAAAABOB"
    people.emulator.fixture(
        {
            "users": [
                {
                    "user_name": "carl",
                    "tags": {"k": "v"},
                    "access_keys": [{"access_key_id": key}],
                    "service_specific_credentials": [{}],
                }
            ]
        }
    )
    iam = people.iam
    iam.add_user_to_group(GroupName="staff", UserName="carl")
    iam.update_user(UserName="carl", NewUserName="carla", NewPath="/p/")
    own = people.client("iam", key).get_user()["User"]
    assert (own["UserName"], own["Path"], own["Tags"]) == ("carla", "/p/", [{"Key": "k", "Value": "v"}])
    assert [user["UserName"] for user in iam.get_group(GroupName="staff")["Users"]] == ["alice", "carla"]
    (credential,) = iam.list_service_specific_credentials(UserName="carla")["ServiceSpecificCredentials"]
    assert credential["UserName"] == "carla"


def test_lists_of_policies_and_groups(people: Any) -> None:
    iam = people.iam
    iam.create_policy(PolicyName="own", PolicyDocument=POLICY)
    iam.create_group(GroupName="other")

    def names(**options: Any) -> list[str]:
        pages = iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 1}, **options)
        return [policy["PolicyName"] for page in pages for policy in page["Policies"]]

    assert names() == ["own", "mfa", "ReadOnlyAccess"]
    assert names(Scope="Local") == ["own", "mfa"] and names(Scope="AWS") == ["ReadOnlyAccess"]
    assert names(Scope="Local", OnlyAttached=True) == names(PathPrefix="/security/") == ["mfa"]
    pages = iam.get_paginator("list_groups").paginate(PaginationConfig={"PageSize": 1})
    assert [group["GroupName"] for page in pages for group in page["Groups"]] == ["other", "staff"]
    people.emulator.set(lag=30)
    assert names() == ["mfa", "ReadOnlyAccess"]
    assert [group["GroupName"] for group in iam.list_groups(PathPrefix="/g/")["Groups"]] == ["staff"]
    assert [group["GroupName"] for group in iam.list_groups()["Groups"]] == ["staff"]


def test_users_and_groups_are_found_in_any_case(people: Any, refused: Any) -> None:
    iam = people.iam
    assert iam.get_user(UserName="ALICE")["User"]["UserName"] == "alice"
    iam.add_user_to_group(GroupName="STAFF", UserName="BOB")
    assert [user["UserName"] for user in iam.get_group(GroupName="Staff")["Users"]] == ["alice", "bob"]
    iam.tag_user(UserName="Bob", Tags=[{"Key": "k", "Value": "v"}])  # moto's own
    assert iam.list_user_tags(UserName="bob")["Tags"] == [{"Key": "k", "Value": "v"}]
    people.emulator.set(any_case_names=False)
    assert refused(iam.get_user, UserName="ALICE")[:2] == ("NoSuchEntity", 404)
    assert refused(iam.tag_user, UserName="Bob", Tags=[{"Key": "k", "Value": "v"}])[:2] == ("NoSuchEntity", 404)


# Lag


def test_lag(people: Any, refused: Any) -> None:
    iam = people.iam
    people.emulator.set(lag=LAG)
    iam.attach_user_policy(UserName="bob", PolicyArn=MFA)
    iam.detach_group_policy(GroupName="staff", PolicyArn=MFA)
    iam.put_user_policy(UserName="bob", PolicyName="new", PolicyDocument=POLICY)
    iam.create_policy_version(PolicyArn=MFA, PolicyDocument=POLICY, SetAsDefault=True)
    iam.tag_policy(PolicyArn=MFA, Tags=[{"Key": "new", "Value": ""}])
    iam.add_user_to_group(GroupName="staff", UserName="bob")
    made = iam.create_policy(PolicyName="made", PolicyDocument=POLICY)["Policy"]["Arn"]
    twin = refused(iam.create_policy, PolicyName="made", PolicyDocument=POLICY)
    assert twin[0] == "EntityAlreadyExists"  # uniqueness does not lag

    def shown() -> list[Any]:
        entities = holders(people, MFA)
        return [
            entities["User"],
            entities["Group"],
            len(iam.list_attached_user_policies(UserName="bob")["AttachedPolicies"]),
            iam.list_user_policies(UserName="bob")["PolicyNames"],
            iam.get_policy(PolicyArn=MFA)["Policy"]["DefaultVersionId"],
            len(iam.list_policy_tags(PolicyArn=MFA)["Tags"]),
            len(iam.get_group(GroupName="staff")["Users"]),
            len(iam.list_groups_for_user(UserName="bob")["Groups"]),
        ]

    assert shown() == [["alice"], ["staff"], 0, [], "v1", 1, 1, 0]
    assert refused(iam.get_policy, PolicyArn=made)[:2] == ("NoSuchEntity", 404)
    assert refused(iam.attach_user_policy, UserName="bob", PolicyArn=made)[:2] == ("NoSuchEntity", 404)
    time.sleep(LAG)
    assert shown() == [["alice", "bob"], [], 1, ["new"], "v2", 2, 2, 1]
    iam.attach_user_policy(UserName="bob", PolicyArn=made)


@pytest.mark.parametrize("size", [0, 1001])
def test_page_sizes(people: Any, refused: Any, size: int) -> None:
    for call, named in (
        (people.iam.list_entities_for_policy, {"PolicyArn": MFA}),
        (people.iam.get_group, {"GroupName": "staff"}),
        (people.iam.list_user_policies, {"UserName": "alice"}),
    ):
        assert refused(call, MaxItems=size, **named)[:2] == ("ValidationError", 400)
        assert refused(call, Marker="x", **named)[:2] == ("ValidationError", 400)
