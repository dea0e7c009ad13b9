# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read, and what is kept: no call that is not needed, and nothing in the cache that was not asked for."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, BadInput
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.cached import (
    from_cache,
    origin_of,
    to_cache,
)
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.gathering import (
    Gathered,
    gather,
    gather_static,
)
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.organization import Organization
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.static import organization_of
from ansible_collections.hardening.aws.tests.unit.plugins.plugin_utils._accounts_inventory.in_memory import (
    PRODUCTION,
    ROOT,
    WORKLOADS,
    Aws,
    settings,
)

ONE, TWO = "111111111111", "222222222222"
SAID = "User: x is not authorized to perform: organizations:ListTagsForResource"
DENIED = AwsRefused("The caller lacks it.", "AccessDeniedException", "organizations:ListTagsForResource", SAID)


class Run:
    """A run with these options, and maybe what a run before it kept."""

    def __init__(self, aws: Aws, kept: Organization | None = None, **options: t.Any) -> None:
        self.warnings: list[str] = []
        self.settings = settings(**options)
        aws.calls.clear()
        found: Gathered = gather(self.settings, kept, aws.reader, self.warnings.append)
        self.organization, self.selected = found
        self.calls = list(aws.calls)

    def kept(self, origin: str = "x", **options: t.Any) -> Organization | None:
        """What another run with these options gets of what this one kept."""
        written = json.loads(json.dumps(to_cache(self.settings, self.organization, origin)))
        return from_cache(settings(**options), written, "x")


@pytest.fixture
def aws() -> Aws:
    """Two accounts."""
    return Aws({ONE: PRODUCTION, TWO: ROOT})


def test_kept_is_not_read_again(aws: Aws) -> None:
    first = Run(aws)
    second = Run(aws, first.kept())
    assert second.calls == [] and [one.id for one in second.selected] == [ONE, TWO]
    other = Run(aws, first.kept(), units=["/Workloads"], exclude_accounts=[TWO])
    assert other.calls == [] and [one.id for one in other.selected] == [ONE]


def test_secrets_of_others_are_not_kept(aws: Aws) -> None:
    def text(**options: t.Any) -> str:
        run = Run(aws, **options)
        return json.dumps(to_cache(run.settings, run.organization, origin_of({"access_key": "AKIAX"})))

    plain = text()
    assert "example.com" not in plain and "tags" not in plain and "AKIAX" not in plain
    assert "example.com" in text(emails=True) and "tags" in text(tags=True)


def test_tags_are_read_where_they_are_missing(aws: Aws) -> None:
    first = Run(aws, tags=True, exclude_accounts=[TWO])
    assert first.calls.count("ListTagsForResource") == 2  # an empty page and a full one
    second = Run(aws, first.kept(tags=True), tags=True)
    assert set(second.calls) == {"ListTagsForResource"} and len(second.calls) == 2
    assert all(one.tags for one in second.selected)
    assert Run(aws, second.kept(tags=True), tag_filters={"env": "prod"}).calls == []


def test_what_is_kept_is_not_enough(aws: Aws) -> None:
    run = Run(aws)
    assert run.kept() is not None
    assert run.kept(emails=True) is None and run.kept(origin="another organization") is None
    assert from_cache(settings(), {"format": 1}, "x") is None and from_cache(settings(), "garbage", "x") is None


@pytest.mark.parametrize("member", ["units", "accounts", "origin", "format"])
def test_a_damaged_cache_is_no_cache(aws: Aws, member: str) -> None:
    run = Run(aws)
    kept = {**to_cache(run.settings, run.organization, "x"), member: [{"id": "y"}]}
    assert from_cache(settings(), kept, "x") is None


def test_where_an_organization_comes_from() -> None:
    assert origin_of({"profile": "a"}) != origin_of({"profile": "b"}) and origin_of({"region": "a"}) == origin_of({})


def test_a_stale_cache_refuses_nothing(aws: Aws) -> None:
    """An account that is excluded but not in the cache may be new."""
    kept = Run(Aws({ONE: PRODUCTION})).kept()
    run = Run(aws, kept, exclude_accounts=[TWO])
    assert "ListAccounts" in run.calls and [one.id for one in run.selected] == [ONE]


def test_an_account_that_has_left_is_forgotten() -> None:
    left = AwsRefused("gone", "TargetNotFoundException", "organizations:ListTagsForResource", "gone")

    class Left(Aws):
        def ListTagsForResource(self, params: t.Any) -> list[dict[str, t.Any]]:
            if params["ResourceId"] not in self.accounts:
                raise left
            return super().ListTagsForResource(params)

    kept = Run(Left({ONE: PRODUCTION, TWO: ROOT})).kept()
    assert [one.id for one in Run(Left({ONE: PRODUCTION}), kept, tags=True).selected] == [ONE]


def test_units_without_accounts_are_looked_for_before_one_is_refused(aws: Aws) -> None:
    run = Run(aws, units=["/Empty/Deep"])
    assert run.selected == [] and run.organization.has_all_units
    with pytest.raises(BadInput, match="no unit 'Deeep'"):
        Run(aws, units=["Deeep"])
    assert len(Run(aws, units=[WORKLOADS]).calls) < len(run.calls)


def test_tags_that_may_not_be_read(aws: Aws) -> None:
    aws.refusals["ListTagsForResource"] = DENIED
    with pytest.raises(AwsRefused):
        Run(aws, tags=True)
    run = Run(aws, tags=True, strict_permissions=False)
    assert len(run.selected) == 2 and len(run.warnings) == 1 and "The caller lacks it." in run.warnings[0]
    with pytest.raises(AwsRefused):
        Run(aws, tag_filters={"env": None}, strict_permissions=False)


def test_a_static_list() -> None:
    options = settings(accounts=[{"account_id": ONE, "tags": {"a": "b"}}, {"account_id": TWO}], tag_filters={"a": "b"})
    assert options.accounts is not None
    _found, selected = gather_static(options, organization_of(options.accounts, "aws"))
    assert [one.id for one in selected] == [ONE]
