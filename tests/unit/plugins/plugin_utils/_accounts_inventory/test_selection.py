# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is selected, as tables."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import BadInput
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.organization import (
    Account,
    Organization,
    Unit,
)
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.selection import (
    needs_all_units,
    select,
    select_by_tags,
)
from ansible_collections.hardening.aws.tests.unit.plugins.plugin_utils._accounts_inventory.in_memory import settings

ROOT, A, B, C, TWIN = "r-exam", "ou-exam-aaaaaaaa", "ou-exam-bbbbbbbb", "ou-exam-cccccccc", "ou-exam-dddddddd"
UNITS = {
    ROOT: Unit(ROOT, "Root"),
    A: Unit(A, "Work", ROOT),
    B: Unit(B, "Prod", A),
    C: Unit(C, "Play", ROOT),
    TWIN: Unit(TWIN, "Prod", C),
}
ONE, TWO, THREE, FOUR, PAYER = ("111111111111", "222222222222", "333333333333", "444444444444", "999999999999")
FOUND = Organization(
    (
        Account(ONE, "prod-web", "ACTIVE", B, tags={"env": "prod"}),
        Account(TWO, "Prod [old]", "SUSPENDED", A, tags={"env": "prod"}),
        Account(THREE, ONE, "ACTIVE", C, tags={"env": "dev", "team": ""}),
        Account(FOUR, "line\nbreak*", "ACTIVE", ROOT, tags={}),
        Account(PAYER, "payer", "ACTIVE", ROOT, is_management=True, tags={"env": "prod"}),
    ),
    UNITS,
    True,
)


def selected(**options: t.Any) -> list[str]:
    found = settings(**options)
    return [account.id for account in select_by_tags(found, select(found, FOUND))]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, [ONE, THREE, FOUR]),
        ({"management_account": True}, [ONE, THREE, FOUR, PAYER]),
        ({"states": ["SUSPENDED", "CLOSED"]}, [TWO]),
        ({"states": ["CLOSED"]}, []),
        ({"units": ["Work"]}, [ONE]),
        ({"units": ["/Work/Prod/"]}, [ONE]),
        ({"units": [TWIN]}, []),
        ({"units": [A, "Play"]}, [ONE, THREE]),
        ({"units": ["/"]}, [ONE, THREE, FOUR]),
        ({"units": ["Root"]}, [ONE, THREE, FOUR]),
        ({"include_accounts": ["PROD-*"]}, [ONE]),
        # An account that bears the number of another as its name is not taken for it.
        ({"include_accounts": [ONE]}, [ONE]),
        ({"include_accounts": ["1111*"]}, [ONE, THREE]),
        ({"include_accounts": ["prod [old]"], "states": ["SUSPENDED"]}, [TWO]),
        ({"include_accounts": ["line?break*"]}, [FOUR]),
        ({"exclude_accounts": ["prod*"]}, [THREE, FOUR]),
        ({"exclude_accounts": [TWO, "payer"]}, [ONE, THREE, FOUR]),
        ({"include_accounts": ["*"], "exclude_accounts": ["*"]}, []),
        ({"tag_filters": {"env": "prod"}}, [ONE]),
        ({"tag_filters": {"env": ["prod", "dev"]}}, [ONE, THREE]),
        ({"tag_filters": {"team": None}}, [THREE]),
        ({"tag_filters": {"team": "", "env": "dev"}}, [THREE]),
    ],
)
def test_selected(options: dict[str, t.Any], ids: list[str]) -> None:
    assert selected(**options) == ids


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"units": ["Wrok"]}, "units[0]: there is no unit 'Wrok' in this organization (did you mean 'Work'?)"),
        (
            {"units": ["Work", "ou-exam-eeeeeeee"]},
            "units[1]: there is no unit 'ou-exam-eeeeeeee' in this organization: correct",
        ),
        ({"units": ["/Work/Play"]}, "units[0]: there is no unit '/Work/Play'"),
        (
            {"units": ["Prod"]},
            f"units[0]: 'Prod' means 2 units: give the ID of one, or its path: {B} (/Work/Prod), {TWIN}",
        ),
        ({"exclude_accounts": ["prodd*"]}, "exclude_accounts[0]: 'prodd*' matches no account of this organization"),
        ({"exclude_accounts": ["111111111112"]}, "exclude_accounts[0]: '111111111112' matches no account"),
        ({"exclude_accounts": ["[abc]*"]}, "exclude_accounts[0]: '[abc]*' matches no account"),
        ({"include_accounts": ["nobody"]}, "include_accounts[0]: 'nobody' matches no account"),
        ({"include_accounts": [PAYER]}, f"include_accounts[0]: '{PAYER}' is the management account, which is left out"),
        (
            {"tag_filters": {"Env": None}},
            "tag_filters.Env: none of the 3 accounts that are selected otherwise has the tag Env: correct it",
        ),
        (
            {"tag_filters": {"env": ["prod", "test"]}},
            "tag_filters.env: none of the 3 accounts that are selected otherwise has the tag env=test: correct it",
        ),
        # The tag of an account that is not selected is no help.
        ({"tag_filters": {"env": "prod"}, "exclude_accounts": [ONE]}, "tag_filters.env: none of the 2 accounts"),
    ],
)
def test_what_means_nothing_is_refused(options: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(BadInput) as refused:
        selected(**options)
    assert len(refused.value.problems) == 1 and refused.value.problems[0].startswith(problem), refused.value.problems


def test_a_unit_whose_name_ends_like_no_other() -> None:
    units = {ROOT: Unit(ROOT, "Root"), A: Unit(A, "Work_", ROOT)}
    found = Organization((Account(ONE, "prod-web", "ACTIVE", A),), units, True)
    for text in ("Work_", "/Work_", "/Work_/"):
        assert [account.id for account in select(settings(units=[text]), found)] == [ONE]
    with pytest.raises(BadInput, match="there is no unit '/Work' in this organization"):
        select(settings(units=["/Work"]), found)


@pytest.mark.parametrize(
    ("units", "needed"),
    [([], False), ([A, "/Work/Prod", "/"], False), (["Work"], True), (["/Wrok"], True), ([A.replace("a", "f")], True)],
)
def test_whether_units_without_accounts_matter(units: list[str], needed: bool) -> None:
    known = Organization(FOUND.accounts, UNITS)
    assert needs_all_units(settings(units=units), known) is needed
    assert needs_all_units(settings(units=units), FOUND) is False


def test_many_wildcards_take_no_time() -> None:
    name = Organization((Account(ONE, "a" * 128, "ACTIVE", ROOT),), UNITS, True)
    with pytest.raises(BadInput):
        select(settings(include_accounts=["*a" * 30 + "b"]), name)
