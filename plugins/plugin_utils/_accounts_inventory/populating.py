# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts hosts and groups into Ansible's inventory.

This module is private to hardening.aws. Values from AWS are never evaluated as templates. Text that cannot be one is
passed on as it is, so that C(ansible-inventory --list) reads well; any other is marked as unsafe in ansible-core 2.18,
and not marked as trusted since 2.19.
"""

from __future__ import annotations

import re
import typing as t

from ansible.errors import AnsibleParserError

from .hosts import PYTHON, Host, Layout

try:
    from ansible.template import trust_as_template
except ImportError:  # ansible-core 2.18

    def trust_as_template(value: str) -> str:
        """Return the value: every text is trusted."""
        return value


try:
    from ansible.utils.unsafe_proxy import wrap_var
except ImportError:  # what takes its place since 2.19 trusts nothing by default

    def wrap_var(value: str) -> str:
        """Return the value: no text is trusted."""
        return value


# Not a template with any delimiters that somebody may have chosen.
_PLAIN = re.compile(r"[\w .,:;@/+=-]*")


def populate(plugin: t.Any, found: Layout) -> None:
    """Add everything, or nothing.

    :param plugin: The inventory plugin, with the options of Ansible's constructed plugins.
    :raises AnsibleError: The plugin's options do not fit a host, or another source uses a name for something else.
    """
    inventory = plugin.inventory
    _refuse_other_uses(inventory, found)
    before = set(inventory.hosts)
    for group, parent in found.children.items():
        inventory.add_group(group)
        if parent is not None:
            inventory.add_child(parent, group)
    try:
        for host in found.hosts:
            _add(plugin, host)
    except Exception:
        # A play must not run on the half of the accounts that came before the one that failed.
        _take_back(inventory, found, before)
        raise


def _take_back(inventory: t.Any, found: Layout, before: t.Collection[str]) -> None:
    """Remove the hosts that were added, and take those that were there before out of the groups."""
    for host in found.hosts:
        added = inventory.hosts.get(host.name)
        if added is None:
            continue
        for group in host.groups:
            inventory.groups[group].remove_host(added)
        if host.name not in before:
            inventory.remove_host(added)


def _refuse_other_uses(inventory: t.Any, found: Layout) -> None:
    hosts = [host.name for host in found.hosts if host.name in inventory.groups]
    groups = [group for group in found.children if group in inventory.hosts]
    for name, here, there in [*((one, "host", "group") for one in hosts), *((one, "group", "host") for one in groups)]:
        raise AnsibleParserError(
            f"{name} would be a {here}, and is a {there} of another inventory source, which Ansible cannot tell apart. "
            "Choose other names with hostname and group_prefix."
        )


def _add(plugin: t.Any, host: Host) -> None:
    variables = {
        **{name: _never_evaluated(value) for name, value in host.aws.items()},
        **{name: _trusted(value) for name, value in host.own.items()},
    }
    for group in host.groups:
        plugin.inventory.add_host(host.name, group=group)
    for name, value in variables.items():
        plugin.inventory.set_variable(host.name, name, value)
    strict = plugin.get_option("strict")
    plugin._set_composite_vars(plugin.get_option("compose"), variables, host.name, strict=strict)
    plugin._add_host_to_composed_groups(plugin.get_option("groups"), variables, host.name, strict=strict)
    plugin._add_host_to_keyed_groups(plugin.get_option("keyed_groups"), variables, host.name, strict=strict)


def _never_evaluated(value: t.Any) -> t.Any:
    """Return a value of AWS's as a variable."""
    if isinstance(value, str):
        return trust_as_template(value) if _PLAIN.fullmatch(value) else wrap_var(value)
    if isinstance(value, dict):
        return {wrap_var(key): _never_evaluated(item) for key, item in value.items()}
    return value


def _trusted(value: t.Any) -> t.Any:
    """Return a value of the plugin or of its options as a variable. Templates in options are trusted as they come."""
    if value is PYTHON or (isinstance(value, str) and _PLAIN.fullmatch(value)):
        return trust_as_template(value)
    return value
