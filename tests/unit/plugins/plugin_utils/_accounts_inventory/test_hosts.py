# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts and groups that accounts become: names that are safe and never one for two, variables without secrets."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.hosts import Layout, layout
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.names import distinct, safe_host
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.organization import (
    Account,
    Organization,
    Unit,
)
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.static import (
    organization_of,
    partition_of,
)
from ansible_collections.hardening.aws.plugins.plugin_utils._playbooks import accounts as playbooks
from ansible_collections.hardening.aws.tests.unit.plugins.plugin_utils._accounts_inventory.in_memory import settings

ROOT, A, B, AB = "r-exam", "ou-exam-aaaaaaaa", "ou-exam-bbbbbbbb", "ou-exam-cccccccc"
UNITS = {ROOT: Unit(ROOT, "Root"), A: Unit(A, "Work", ROOT), B: Unit(B, "Prod", A), AB: Unit(AB, "Work Prod", ROOT)}
ONE, TWO, PAYER = "111111111111", "222222222222", "999999999999"
HOSTILE = "{{ lookup('pipe', 'id') }}\n\"'x"


def laid_out(*accounts: Account, units: t.Mapping[str, Unit] | None = None, **options: t.Any) -> Layout:
    found = Organization(accounts, units or UNITS)
    return layout(settings(**options), found, accounts, {"aws_region": "eu-west-1"})


def test_variables_of_a_host() -> None:
    account = Account(ONE, HOSTILE, "ACTIVE", B, email="a@example.com", tags={"a": "b"})
    host = laid_out(account, external_id="xyz", session_name="audit", duration_seconds=900).hosts[0]
    assert host.name == ONE and host.groups == ("aws_unit_Work_Prod", "aws_state_ACTIVE")
    assert host.aws == {
        "account_id": ONE,
        "account_name": HOSTILE,
        "account_state": "ACTIVE",
        "account_is_management": False,
        "account_unit_id": B,
        "account_unit_path": "/Work/Prod",
        "expected_account_id": ONE,
    }
    assert host.own == {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "aws_region": "eu-west-1",
        "aws_role_arn": f"arn:aws:iam::{ONE}:role/OrganizationAccountAccessRole",
        "aws_role_external_id": "xyz",
        "aws_role_session_name": "audit",
        "aws_role_duration": 900,
    }
    # The playbooks take them as they are.
    values, problems = playbooks.read_host({**host.aws, **host.own}, lambda value: value)
    assert problems == [] and playbooks.host_problems([ONE], {ONE: values}) == []


def test_emails_and_tags_only_if_asked_for() -> None:
    account = Account(ONE, "x", "ACTIVE", B, email="a@example.com", tags={"a": "b"})
    host = laid_out(account, emails=True, tags=True).hosts[0]
    assert (host.aws["account_email"], host.aws["account_tags"]) == ("a@example.com", {"a": "b"})
    assert "aws_tag_a_b" in host.groups


@pytest.mark.parametrize(
    ("options", "arn"),
    [({}, None), ({"management_role_arn": f"arn:aws:iam::{PAYER}:role/x"}, f"arn:aws:iam::{PAYER}:role/x")],
)
def test_the_management_account_has_no_role_unless_told(options: dict[str, t.Any], arn: str | None) -> None:
    payer = Account(PAYER, "payer", "ACTIVE", ROOT, is_management=True)
    host = laid_out(payer, management_account=True, external_id="x", **options).hosts[0]
    assert host.own.get("aws_role_arn") == arn and ("aws_role_external_id" in host.own) == (arn is not None)
    assert host.groups == ("aws_accounts", "aws_state_ACTIVE")
    values, problems = playbooks.read_host({**host.aws, **host.own}, lambda value: value)
    assert problems == [] and playbooks.host_problems(["payer"], {"payer": values}) == []


def test_partition() -> None:
    account = Account(ONE, "x", "ACTIVE", B, partition="aws-us-gov")
    assert laid_out(account).hosts[0].own["aws_role_arn"].startswith("arn:aws-us-gov:iam::")
    assert laid_out(account, partition="aws-cn").hosts[0].own["aws_role_arn"].startswith("arn:aws-cn:iam::")


def test_groups_are_nested() -> None:
    found = laid_out(Account(TWO, "y", "SUSPENDED", A), Account(ONE, "x", "ACTIVE", B), group_prefix="acme_")
    assert found.top == "acme_accounts"
    assert list(found.children.items()) == [
        ("acme_accounts", None),
        ("acme_unit_Work", "acme_accounts"),
        ("acme_state_SUSPENDED", None),
        ("acme_unit_Work_Prod", "acme_unit_Work"),
        ("acme_state_ACTIVE", None),
    ]
    assert [(host.name, host.groups[0]) for host in found.hosts] == [
        (ONE, "acme_unit_Work_Prod"),
        (TWO, "acme_unit_Work"),
    ]


def test_groups_that_are_not_wanted() -> None:
    found = laid_out(Account(ONE, "x", "ACTIVE", B, tags={"a": "b"}), tags=True, group_by=[])
    assert found.children == {"aws_accounts": None} and found.hosts[0].groups == ("aws_accounts",)


def test_two_units_are_never_one_group() -> None:
    found = laid_out(Account(ONE, "x", "ACTIVE", B), Account(TWO, "y", "ACTIVE", AB))
    assert [host.groups[0] for host in found.hosts] == [
        "aws_unit_Work_Prod_ou_exam_bbbbbbbb",
        "aws_unit_Work_Prod_ou_exam_cccccccc",
    ]


def test_a_units_group_does_not_depend_on_the_selection() -> None:
    one, two = Account(ONE, "x", "ACTIVE", B), Account(TWO, "y", "ACTIVE", AB)
    found = layout(settings(), Organization((one, two), UNITS), [one], {})
    assert found.hosts[0].groups[0] == "aws_unit_Work_Prod_ou_exam_bbbbbbbb"


def test_two_tags_are_never_one_group() -> None:
    found = laid_out(
        Account(ONE, "x", "ACTIVE", A, tags={"a": "b c", "empty": ""}),
        Account(TWO, "y", "ACTIVE", A, tags={"a": "b-c", "a b": "c"}),
        tags=True,
        group_by=["tags"],
    )
    groups = [group for host in found.hosts for group in host.groups[1:]]
    assert len(set(groups)) == 4 and "aws_tag_empty" in groups
    assert all(group.startswith(("aws_tag_a_b_c_", "aws_tag_empty")) for group in groups)


def test_a_suffix_that_is_the_name_of_another() -> None:
    names = distinct({1: "a", 2: "a", 3: "a_x"}, {1: "x", 2: "y", 3: "z"})
    assert names == {1: "a_x", 2: "a_y", 3: "a_x_z"}


@pytest.mark.parametrize(
    ("kind", "names", "hosts"),
    [
        ("account_id", ["x", "x"], [ONE, TWO]),
        ("name", ["Prod Web", "Größe.1"], ["Größe.1", "Prod-Web"]),
        ("name_and_id", ["x", "x"], [f"x-{ONE}", f"x-{TWO}"]),
        ("name_and_id", ["{{", "localhost"], [ONE, f"localhost-{TWO}"]),
    ],
)
def test_names_of_hosts(kind: str, names: list[str], hosts: list[str]) -> None:
    accounts = [Account(ident, name, "ACTIVE", A) for ident, name in zip((ONE, TWO), names, strict=True)]
    assert [host.name for host in laid_out(*accounts, hostname=kind).hosts] == hosts


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["x", "x"], f"hostname: {ONE}, {TWO}: these accounts would all be the host 'x'."),
        (["a b", "a\nb"], f"hostname: {ONE}, {TWO}: these accounts would all be the host 'a-b'."),
        (["x", "{{ }}"], f"hostname: {TWO}: its name has no character"),
        (["x", "localhost"], f"hostname: {TWO}: its name 'localhost' means something else to Ansible."),
        (["x", ONE], f"hostname: {TWO}: its name '{ONE}' looks like the ID of another account."),
        (["x", "all"], f"hostname: {TWO}: its name 'all' means"),
        (["x", "aws_accounts"], f"hostname: {TWO}: its name 'aws_accounts' means"),
        (["x", "aws_unit_Work"], f"hostname: {TWO}: its name 'aws_unit_Work' means"),
    ],
)
def test_names_that_are_refused(names: list[str], problem: str) -> None:
    accounts = [Account(ident, name, "ACTIVE", A) for ident, name in zip((ONE, TWO), names, strict=True)]
    with pytest.raises(BadInput) as refused:
        laid_out(*accounts, hostname="name")
    assert refused.value.problems[0].startswith(problem) and "name_and_id" in refused.value.problems[-1]


@pytest.mark.parametrize(
    ("text", "host"),
    [("a/../b", "a-..-b"), ("--x--", "x"), ("[1:3]", "1-3"), ("a,b:&!c", "a-b-c"), ("\u202ex", "x"), ("e\u0301", "é")],
)
def test_safe_host(text: str, host: str) -> None:
    assert safe_host(text) == host


def test_a_static_list() -> None:
    options = settings(
        accounts=[
            {
                "account_id": TWO,
                "unit_path": "/Work/Prod",
                "role_arn": f"arn:aws:iam::{TWO}:role/own",
                "tags": {"a": 1},
            },
            {
                "account_id": ONE,
                "name": "one",
                "unit_path": "/",
                "vars": {"aws_profile": "one", "aws_region": "us-east-1"},
            },
        ],
        tags=True,
    )
    assert options.accounts is not None
    found = organization_of(options.accounts, "aws-cn")
    made = layout(options, found, found.accounts, {"aws_region": "cn-north-1"})
    one, two = made.hosts
    assert (one.aws["account_name"], one.aws["account_unit_path"], one.groups[0]) == ("one", "/", "aws_accounts")
    assert one.own["aws_profile"] == "one" and one.own["aws_region"] == "us-east-1"
    assert one.own["aws_role_arn"].startswith("arn:aws-cn:iam::")
    assert (two.aws["account_name"], two.aws["account_unit_path"]) == (
        TWO,
        "/Work/Prod",
    ) and "account_unit_id" not in two.aws
    assert two.groups == ("aws_unit_Work_Prod", "aws_state_ACTIVE", "aws_tag_a_1")
    assert two.own["aws_role_arn"] == f"arn:aws:iam::{TWO}:role/own"


@pytest.mark.parametrize(
    ("region", "partition"),
    [(None, "aws"), ("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-east-1", "aws-us-gov")],
)
def test_partition_of_a_region(region: str | None, partition: str) -> None:
    assert partition_of(region) == partition


def test_an_account_whose_unit_is_not_known_has_no_variables_of_one() -> None:
    host = laid_out(Account(ONE, "dev", "ACTIVE", None)).hosts[0]
    assert not [name for name in host.aws if "unit" in name] and host.aws["account_id"] == ONE
