# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Organizations: fixtures, lists and their pages, who may call, roles of members, conditions of one account."""

from __future__ import annotations

import time
from typing import Any

import pytest
from aws_emulator.client import EmulatorError
from botocore.exceptions import ClientError

MANAGER, SECURITY, PROD, GONE = "111111111111", "222222222222", "333333333333", "444444444444"
ORGANIZATION: dict[str, Any] = {
    "id": "o-example1234",
    "root_id": "r-ab12",
    "management_account_id": MANAGER,
    "root_tags": {"owner": "platform"},
    "units": [
        {"name": "Workloads", "tags": {"tier": "1"}, "units": [{"name": "Prod", "id": "ou-ab12-prodprod"}]},
        {"name": "Security"},
    ],
    "accounts": [
        {"id": MANAGER, "name": "management", "email": "boss@example.com"},
        {"id": SECURITY, "name": "Sécurité & co", "unit": "Security"},
        {
            "id": PROD,
            "name": "prod",
            "unit": "Workloads/Prod",
            "tags": {"stage": "prod"},
            "joined": "2024-02-29T12:00:00Z",
            "joined_method": "INVITED",
            "fixture": {"users": [{"user_name": "alice"}], "root": {"mfa": "virtual"}},
        },
        {"id": GONE, "name": "gone", "state": "SUSPENDED"},
    ],
    "delegated_administrators": {SECURITY: ["guardduty.amazonaws.com"]},
    "trusted_services": ["iam.amazonaws.com"],
}


@pytest.fixture(name="org")
def _org(bench: Any) -> Any:
    bench.made = bench.emulator.fixture({"users": [{"user_name": "boss"}], "organization": ORGANIZATION})
    return bench


def client(bench: Any, account_id: str = MANAGER, service: str = "organizations") -> Any:
    return bench.client(service, bench.emulator.admin_key(account_id))


def role(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:role/OrganizationAccountAccessRole"


def session(bench: Any, account_id: str, service: str = "iam", **options: Any) -> Any:
    import botocore.config

    config = botocore.config.Config(retries={"total_max_attempts": 1})
    return bench.emulator.boto3(service, config=config, **bench.emulator.assume(role(account_id), **options))


def everything(bench: Any, call: str, key: str, **params: Any) -> list[dict[str, Any]]:
    pages = client(bench).get_paginator(call).paginate(**params)
    return [item for page in pages for item in page[key]]


# The fixture


def test_what_a_fixture_makes(org: Any) -> None:
    assert org.made["users"] == 1 and org.made["accounts"][PROD]["users"] == 1
    units = org.made["organization"]["units"]
    assert units["Workloads/Prod"] == "ou-ab12-prodprod" and units["Prod"] == "ou-ab12-prodprod"
    assert units["Security"].startswith("ou-ab12-")
    assert org.client("sts").get_caller_identity()["Account"] == MANAGER
    assert [user["UserName"] for user in org.iam.list_users()["Users"]] == ["boss"]
    assert [user["UserName"] for user in client(org, PROD, "iam").list_users()["Users"]] == ["alice"]


def test_members_have_a_role_for_the_management_account(org: Any, refused: Any) -> None:
    identity = session(org, PROD, "sts").get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{PROD}:assumed-role/OrganizationAccountAccessRole/test"
    session(org, PROD).create_user(UserName="new")
    names = [user["UserName"] for user in client(org, PROD, "iam").list_users()["Users"]]
    assert names == ["alice", "new"]
    assert refused(org.emulator.assume, role(MANAGER))[0] == "AccessDenied"
    assert refused(org.emulator.assume, role(PROD), by=org.emulator.admin_key(SECURITY))[0] == "AccessDenied"
    (found,) = client(org, PROD, "iam").list_roles()["Roles"]
    assert found["RoleName"] == "OrganizationAccountAccessRole"


def test_a_fixture_may_change_the_role(bench: Any, refused: Any) -> None:
    own = {"roles": [{"name": "Audit", "trusted": [MANAGER], "external_id": "1234", "permissions": ["iam:List*"]}]}
    accounts = [{"id": PROD, "access_role": None, "fixture": own}, {"id": SECURITY, "access_role": "Control"}]
    bench.emulator.fixture({"organization": {"management_account_id": MANAGER, "accounts": accounts}})
    assert refused(bench.emulator.assume, role(PROD))[0] == "AccessDenied"
    assert refused(bench.emulator.assume, role(SECURITY))[0] == "AccessDenied"
    assert bench.emulator.assume(f"arn:aws:iam::{SECURITY}:role/Control")
    assert bench.emulator.assume(f"arn:aws:iam::{PROD}:role/Audit", ExternalId="1234")


@pytest.mark.parametrize("state", ["PENDING_ACTIVATION", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"])
def test_an_account_that_is_not_active(org: Any, refused: Any, state: str) -> None:
    assert refused(org.emulator.assume, role(GONE))[0] == "AccessDenied"
    iam = session(org, PROD)
    assert iam.list_users()
    org.emulator.account_state(PROD, state)
    found = refused(org.emulator.assume, role(PROD))
    assert found[0] == "AccessDenied" and found[2].endswith(f"sts:AssumeRole on resource: {role(PROD)}")
    assert refused(iam.list_users)[:2] == ("InvalidClientTokenId", 403)
    assert client(org).describe_account(AccountId=PROD)["Account"]["State"] == state
    org.emulator.account_state(PROD, "ACTIVE")
    assert iam.list_users()


def test_fifty_accounts_of_a_hundred_users_and_a_thousand_empty_ones(bench: Any) -> None:
    begun = time.monotonic()
    users = {"generate": {"count": 100}}
    made = bench.emulator.fixture({"organization": {"generate": {"count": 50, "fixture": users}}})
    assert sum(account["users"] for account in made["accounts"].values()) == 5000
    assert time.monotonic() - begun < 10
    assert len(session(bench, "200000000050").list_users()["Users"]) == 100
    bench.emulator.reset()
    begun = time.monotonic()
    bench.emulator.fixture({"organization": {"generate": {"count": 999}}})
    assert time.monotonic() - begun < 5
    begun = time.monotonic()
    bench.emulator.clear_requests()
    pages = list(bench.client("organizations").get_paginator("list_accounts").paginate())
    assert len({account["Id"] for page in pages for account in page["Accounts"]}) == 1000
    assert bench.emulator.counts()["total"] == 51  # one page is empty
    assert time.monotonic() - begun < 5
    assert session(bench, "200000000999", "sts").get_caller_identity()["Account"] == "200000000999"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "example"}, "organization.id 'example' does not look"),
        ({"accounts": [{"id": "1"}]}, "needs an id of 12 digits"),
        ({"accounts": [{"id": PROD}, {"id": PROD}]}, "is there already"),
        ({"accounts": [{"id": PROD, "unit": "Nowhere"}]}, "there is no unit 'Nowhere'"),
        ({"accounts": [{"id": PROD, "state": "OPEN"}]}, "state must be one of"),
        ({"accounts": [{"id": PROD, "status": "ACTIVE"}]}, "unknown status"),
        ({"accounts": [{"id": PROD, "fixture": {"account_id": PROD}}]}, "without account_id"),
        ({"accounts": [{"id": PROD, "fixture": {"user": []}}]}, "unknown user"),
        ({"units": [{}]}, "needs name"),
        ({"delegated_administrators": {PROD: ["iam.amazonaws.com"]}}, "is no member account"),
        ({"account": []}, "unknown account"),
    ],
)
def test_fixtures_that_cannot_be_made(bench: Any, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(EmulatorError, match=message):
        bench.emulator.fixture({"organization": changes})


# Reading


def test_accounts(org: Any) -> None:
    found = {account["Id"]: account for account in everything(org, "list_accounts", "Accounts")}
    assert sorted(found) == [MANAGER, SECURITY, PROD, GONE]
    prod = found[PROD]
    assert prod["Arn"] == f"arn:aws:organizations::{MANAGER}:account/o-example1234/{PROD}"
    assert (prod["State"], prod["JoinedMethod"], prod["Name"]) == ("ACTIVE", "INVITED", "prod")
    assert prod["JoinedTimestamp"].isoformat().startswith("2024-02-29T") and "Status" not in prod
    workloads = org.made["organization"]["units"]["Workloads"]
    assert prod["Paths"] == [f"o-example1234/r-ab12/{workloads}/ou-ab12-prodprod/{PROD}/"]
    assert found[MANAGER]["Paths"] == [f"o-example1234/r-ab12/{MANAGER}/"]
    assert found[SECURITY]["Name"] == "Sécurité & co" and found[GONE]["State"] == "SUSPENDED"
    assert client(org).describe_account(AccountId=PROD)["Account"] == prod


def test_the_tree(org: Any) -> None:
    organizations = client(org)
    units = org.made["organization"]["units"]
    (root,) = organizations.list_roots()["Roots"]
    assert (root["Id"], root["Name"]) == ("r-ab12", "Root")
    top = everything(org, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId="r-ab12")
    assert {unit["Name"]: unit["Id"] for unit in top} == {name: units[name] for name in ("Workloads", "Security")}
    workloads = units["Workloads"]
    children = everything(org, "list_children", "Children", ParentId=workloads, ChildType="ORGANIZATIONAL_UNIT")
    assert children == [{"Id": "ou-ab12-prodprod", "Type": "ORGANIZATIONAL_UNIT"}]
    assert everything(org, "list_children", "Children", ParentId=workloads, ChildType="ACCOUNT") == []
    (account,) = everything(org, "list_accounts_for_parent", "Accounts", ParentId="ou-ab12-prodprod")
    assert account["Id"] == PROD
    assert everything(org, "list_parents", "Parents", ChildId=PROD) == [
        {"Id": "ou-ab12-prodprod", "Type": "ORGANIZATIONAL_UNIT"}
    ]
    assert everything(org, "list_parents", "Parents", ChildId=workloads) == [{"Id": "r-ab12", "Type": "ROOT"}]
    unit = organizations.describe_organizational_unit(OrganizationalUnitId="ou-ab12-prodprod")["OrganizationalUnit"]
    assert unit["Name"] == "Prod" and unit["Path"] == f"o-example1234/r-ab12/{workloads}/ou-ab12-prodprod/"
    assert unit["Arn"] == f"arn:aws:organizations::{MANAGER}:ou/o-example1234/ou-ab12-prodprod"


def test_tags(org: Any) -> None:
    for ident, tags in (
        (PROD, {"stage": "prod"}),
        (SECURITY, {}),
        ("r-ab12", {"owner": "platform"}),
        (org.made["organization"]["units"]["Workloads"], {"tier": "1"}),
    ):
        found = everything(org, "list_tags_for_resource", "Tags", ResourceId=ident)
        assert {tag["Key"]: tag["Value"] for tag in found} == tags


def test_administrators_and_services(org: Any, refused: Any) -> None:
    organizations = client(org)
    listing = "list_delegated_administrators", "DelegatedAdministrators"
    (found,) = everything(org, *listing)
    assert found["Id"] == SECURITY and found["State"] == "ACTIVE" and found["DelegationEnabledDate"]
    assert everything(org, *listing, ServicePrincipal="iam.amazonaws.com") == []
    organizations.register_delegated_administrator(AccountId=PROD, ServicePrincipal="iam.amazonaws.com")
    assert [a["Id"] for a in everything(org, *listing, ServicePrincipal="iam.amazonaws.com")] == [PROD]
    assert client(org, PROD).list_accounts()["Accounts"]
    organizations.deregister_delegated_administrator(AccountId=PROD, ServicePrincipal="iam.amazonaws.com")
    assert refused(client(org, PROD).list_accounts)[0] == "AccessDeniedException"
    services = "list_aws_service_access_for_organization", "EnabledServicePrincipals"
    assert [item["ServicePrincipal"] for item in everything(org, *services)] == ["iam.amazonaws.com"]
    organizations.disable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    organizations.enable_aws_service_access(ServicePrincipal="sso.amazonaws.com")
    assert [item["ServicePrincipal"] for item in everything(org, *services)] == ["sso.amazonaws.com"]


# Pages


def test_pages(bench: Any, refused: Any) -> None:
    bench.emulator.fixture({"organization": {"generate": {"count": 44}}})
    organizations = bench.client("organizations")

    def sizes(**options: Any) -> list[int]:
        pages = organizations.get_paginator("list_accounts").paginate(**options)
        found = [[account["Id"] for account in page["Accounts"]] for page in pages]
        everyone = [ident for page in found for ident in page]
        assert len(set(everyone)) == len(everyone) == 45 and everyone != sorted(everyone)
        return [len(page) for page in found]

    assert sizes() == [20, 0, 20, 5]
    assert sizes(PaginationConfig={"PageSize": 15}) == [15, 0, 15, 15]
    bench.emulator.set(empty_pages="first")
    assert sizes() == [0, 20, 20, 5]
    bench.emulator.set(empty_pages="none")
    assert sizes() == [20, 20, 5]
    for size in (0, 21, 100, -1, "5"):
        assert refused(organizations.list_accounts, MaxResults=size)[:2] == ("InvalidInputException", 400)
    token = organizations.list_accounts(MaxResults=5)["NextToken"]
    for options in ({"NextToken": "x"}, {"NextToken": token}, {"NextToken": token, "MaxResults": 6}):
        assert refused(organizations.list_accounts, **options)[0] == "InvalidInputException"
    found = refused(organizations.list_roots, NextToken=token, MaxResults=5)
    assert found[0] == "InvalidInputException"


def test_the_first_page_may_be_empty_of_any_list(org: Any) -> None:
    org.emulator.set(empty_pages="first")
    assert client(org).list_parents(ChildId=PROD)["Parents"] == []
    assert len(everything(org, "list_parents", "Parents", ChildId=PROD)) == 1
    assert everything(org, "list_tags_for_resource", "Tags", ResourceId=SECURITY) == []


# Who may call, and what is refused


def test_who_may_call(org: Any, refused: Any) -> None:
    assert client(org, SECURITY).list_accounts()["Accounts"]  # a delegated administrator
    assert refused(client(org, SECURITY).enable_aws_service_access, ServicePrincipal="x")[0] == "AccessDeniedException"
    member = client(org, PROD)
    assert member.describe_organization()["Organization"]["MasterAccountId"] == MANAGER
    expected = ("AccessDeniedException", 400, "You don't have permissions to access this resource.")
    for call, options in (
        (member.list_accounts, {}),
        (member.list_roots, {}),
        (member.list_delegated_administrators, {}),
        (member.describe_account, {"AccountId": PROD}),
        (member.list_tags_for_resource, {"ResourceId": PROD}),
        (member.list_children, {"ParentId": "r-ab12", "ChildType": "ACCOUNT"}),
    ):
        assert refused(call, **options) == expected
    assert refused(session(org, PROD, "organizations").list_accounts)[0] == "AccessDeniedException"
    assert session(org, SECURITY, "organizations").list_accounts()["Accounts"]


def test_without_an_organization(bench: Any, refused: Any) -> None:
    for call in ("list_accounts", "describe_organization", "list_roots"):
        found = refused(getattr(bench.client("organizations"), call))
        assert found[:2] == ("AWSOrganizationsNotInUseException", 400)


def test_an_account_outside(org: Any, refused: Any) -> None:
    key = "AKIAOUTSIDEADMIN0000"
    org.emulator.fixture({"account_id": "999999999999", "admin_access_keys": [key]})
    assert refused(org.client("organizations", key).list_accounts)[0] == "AWSOrganizationsNotInUseException"


@pytest.mark.parametrize(
    ("call", "options", "code"),
    [
        ("list_accounts_for_parent", {"ParentId": "r-zzzz"}, "ParentNotFoundException"),
        ("list_accounts_for_parent", {"ParentId": "root"}, "InvalidInputException"),
        ("list_accounts_for_parent", {}, "InvalidInputException"),
        ("list_children", {"ParentId": "r-ab12", "ChildType": "USER"}, "InvalidInputException"),
        ("list_organizational_units_for_parent", {"ParentId": "ou-ab12-zzzzzzzz"}, "ParentNotFoundException"),
        ("list_parents", {"ChildId": "999999999999"}, "ChildNotFoundException"),
        ("list_parents", {"ChildId": "r-ab12"}, "InvalidInputException"),
        ("describe_account", {"AccountId": "999999999999"}, "AccountNotFoundException"),
        ("describe_account", {"AccountId": "12"}, "InvalidInputException"),
        ("describe_organizational_unit", {"OrganizationalUnitId": "ou-ab12-zzzzzzzz"}, "OrganizationalUnitNotFound"),
        ("list_tags_for_resource", {"ResourceId": "999999999999"}, "TargetNotFoundException"),
        ("list_tags_for_resource", {"ResourceId": "prod"}, "InvalidInputException"),
        ("list_delegated_services_for_account", {"AccountId": PROD}, "AccountNotRegisteredException"),
        ("create_account", {"AccountName": "x", "Email": "x@example.com"}, "UnknownOperationException"),
    ],
)
def test_what_is_refused(org: Any, refused: Any, call: str, options: dict[str, Any], code: str) -> None:
    found = refused(getattr(client(org), call), **options)
    assert found[0].startswith(code) and found[1] == 400


# Conditions


def test_throttling_and_faults_of_organizations(org: Any, refused: Any) -> None:
    org.emulator.set(rate=0.001, burst=2, throttled_services=["organizations"])
    organizations = client(org)
    organizations.list_roots()
    organizations.list_roots()
    assert refused(organizations.list_roots)[:2] == ("TooManyRequestsException", 400)
    assert org.iam.list_users()
    org.emulator.set(rate=None, fault_probability=1, services_with_faults=["organizations"])
    assert refused(organizations.list_roots)[:2] == ("ServiceException", 500)
    assert org.iam.list_users()


def test_throttling_of_one_account(org: Any, refused: Any) -> None:
    there, here = client(org, PROD, "iam"), client(org, SECURITY, "iam")
    org.emulator.account(PROD, rate=0.001, burst=1)
    there.list_users()
    assert refused(there.list_users) == ("Throttling", 400, "Rate exceeded")
    for _number in range(3):
        here.list_users()
    org.emulator.account(SECURITY, throttle_first=1)  # the other account's bucket stays as it is
    assert refused(here.list_users)[0] == "Throttling" and here.list_users()
    assert refused(there.list_users)[0] == "Throttling"
    org.emulator.set(accounts={})
    assert there.list_users()


def test_denials_and_faults_of_one_account(org: Any, refused: Any) -> None:
    there, here = session(org, PROD), client(org, SECURITY, "iam")
    org.emulator.account(PROD, denied_actions=["iam:List*"])
    assert refused(there.list_users)[0] == "AccessDenied" and there.get_user(UserName="alice")
    org.emulator.account(PROD, denied_actions=[], fault_probability=1)
    assert refused(there.list_users)[0] == "ServiceFailure" and here.list_users()
    org.emulator.set(accounts={PROD: {"unavailable_services": ["iam"]}})
    assert refused(there.list_users)[:2] == ("ServiceUnavailable", 503) and here.list_users()
    org.emulator.set(accounts={PROD: {"lost_reply_probability": 1}})
    with pytest.raises(Exception, match="Connection was closed"):
        there.create_user(UserName="lost")
    org.emulator.set(accounts={})
    assert there.get_user(UserName="lost")


def test_an_account_that_hangs(org: Any) -> None:
    import concurrent.futures

    there, here = client(org, PROD, "iam"), client(org, SECURITY, "iam")
    org.emulator.account(PROD, hang_actions=["iam:ListUsers"])

    def hanging() -> bool:
        return bool(org.emulator.halted()["hanging"])

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for let_go in (lambda: org.emulator.set(accounts={}), org.emulator.release):
            answer = pool.submit(there.list_users)
            end = time.monotonic() + 10
            while not hanging() and time.monotonic() < end:
                time.sleep(0.02)
            assert hanging() and here.list_users() and not answer.done()
            let_go()
            assert (answer.exception(10) is None) == (let_go != org.emulator.release)
            org.emulator.account(PROD, hang_actions=["iam:ListUsers"])


def test_an_account_that_may_not_be_entered(org: Any, refused: Any) -> None:
    org.emulator.account(PROD, denied_actions=["sts:AssumeRole"])
    found = refused(org.emulator.assume, role(PROD))
    assert found[0] == "AccessDenied" and found[2].endswith(f"sts:AssumeRole on resource: {role(PROD)}")
    assert org.emulator.assume(role(SECURITY))


def test_service_control_policies(org: Any, refused: Any) -> None:
    org.emulator.set(scp_denied_actions=["iam:CreateUser"])
    message = refused(session(org, PROD).create_user, UserName="new")[2]
    assert message.endswith("with an explicit deny in a service control policy")
    org.iam.create_user(UserName="new")  # the management account is exempt


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"accounts": {"1": {}}}, "12 digits"),
        ({"accounts": {PROD: {"lag": 1}}}, "no setting of one account"),
        ({"accounts": {PROD: {"rate": "fast"}}}, r"accounts\[333333333333\].rate must be a number"),
        ({"accounts": {PROD: []}}, "must be an object of settings"),
        ({"account_states": {PROD: "OPEN"}}, "must be one of"),
    ],
)
def test_settings_that_are_refused(bench: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(EmulatorError, match=message):
        bench.emulator.set(**settings)


def test_reset_forgets_the_organization(org: Any) -> None:
    org.emulator.account_state(PROD, "CLOSED")
    org.emulator.reset()
    assert org.client("sts").get_caller_identity()["Account"] == "123456789012"
    with pytest.raises(ClientError):
        org.client("organizations").list_accounts()
