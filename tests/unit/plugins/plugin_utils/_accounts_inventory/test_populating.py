# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible's inventory is given: everything or nothing, and no name that it takes for another."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData

from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.hosts import Host, Layout
from ansible_collections.hardening.aws.plugins.plugin_utils._accounts_inventory.populating import populate

TOP, UNIT = "aws_accounts", "aws_unit_Work"


class Plugin:
    """Adds to an inventory. Ansible's constructed options fail for the hosts that are named."""

    def __init__(self, *failing: str) -> None:
        self.inventory = InventoryData()
        self._failing = failing

    def get_option(self, _name: str) -> t.Any:
        return None

    def _set_composite_vars(self, _compose: t.Any, _variables: t.Any, host: str, strict: t.Any) -> None:
        if host in self._failing:
            raise AnsibleError(f"Could not set x for host {host}")

    def _add_host_to_composed_groups(self, *_arguments: t.Any, **_more: t.Any) -> None:
        pass

    _add_host_to_keyed_groups = _add_host_to_composed_groups


def laid_out(*names: str) -> Layout:
    hosts = [Host(name, {"account_name": f"name of {name}"}, {"aws_region": "x"}, (UNIT,)) for name in names]
    return Layout(TOP, {TOP: None, UNIT: TOP}, tuple(hosts))


def test_hosts_and_groups() -> None:
    plugin = Plugin()
    populate(plugin, laid_out("one", "two"))
    groups = plugin.inventory.get_groups_dict()
    assert groups[TOP] == groups[UNIT] == ["one", "two"]
    variables = plugin.inventory.hosts["one"].get_vars()
    assert (variables["account_name"], variables["aws_region"]) == ("name of one", "x")


def test_everything_or_nothing() -> None:
    """But a host of another source stays, and is in none of the groups."""
    plugin = Plugin("two")
    plugin.inventory.add_host("one")
    with pytest.raises(AnsibleError, match="Could not set x for host two"):
        populate(plugin, laid_out("one", "three", "two"))
    assert list(plugin.inventory.hosts) == ["one"]
    assert plugin.inventory.get_groups_dict()[UNIT] == plugin.inventory.get_groups_dict()[TOP] == []


@pytest.mark.parametrize(
    ("host", "group", "problem"),
    [
        (None, "two", "two would be a host, and is a group of another inventory source"),
        (UNIT, None, f"{UNIT} would be a group, and is a host of another inventory source"),
    ],
)
def test_names_of_another_source(host: str | None, group: str | None, problem: str) -> None:
    plugin = Plugin()
    if host:
        plugin.inventory.add_host(host)
    if group:
        plugin.inventory.add_group(group)
    before = set(plugin.inventory.hosts)
    with pytest.raises(AnsibleError, match=problem):
        populate(plugin, laid_out("one", "two"))
    assert set(plugin.inventory.hosts) == before
