# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts and groups that accounts become.

This module is private to hardening.aws. Pure.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .names import digest, distinct, host_names, safe_group
from .organization import UNIT_ID, Account, Organization
from .settings import Settings

# A template: the Python that runs the playbook, where the playbook runs.
PYTHON = "{{ ansible_playbook_python }}"


@dataclasses.dataclass(frozen=True)
class Host:
    """A host.

    :param aws: Variables whose values come from AWS, and so may be anything.
    :param own: Variables of the plugin's own, and of its options.
    :param groups: Those that it is put into. The group of all accounts has it directly, or through that of a unit.
    """

    name: str
    aws: t.Mapping[str, t.Any]
    own: t.Mapping[str, t.Any]
    groups: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Layout:
    """Hosts and groups.

    :param top: The group of all hosts.
    :param children: Groups and their parents, in the order in which they are made. None: a group of its own.
    """

    top: str
    children: t.Mapping[str, str | None]
    hosts: tuple[Host, ...]


def layout(
    settings: Settings, found: Organization, selected: t.Sequence[Account], connection: t.Mapping[str, str]
) -> Layout:
    """Return what becomes of the selected accounts.

    :param connection: Variables of all hosts that lead to AWS: C(aws_region) and the like.
    :raises BadInput: A host's name would stand for two things.
    """
    top = f"{settings.group_prefix}accounts"
    unit_groups = _unit_groups(settings, found) if "units" in settings.group_by else {}
    tag_groups = _tag_groups(settings, selected) if "tags" in settings.group_by and settings.tags else {}
    children: dict[str, str | None] = {top: None}
    groups: dict[str, list[str]] = {}
    for account in sorted(selected, key=lambda one: (_path(found, one), one.id)):
        mine = groups[account.id] = []
        parent = top
        for unit in found.way_to(account.unit_id) if unit_groups else ():
            children[unit_groups[unit.id]] = parent
            parent = unit_groups[unit.id]
        mine.append(parent)
        if "states" in settings.group_by:
            mine.append(f"{settings.group_prefix}state_{safe_group(account.state)}")
        mine += [tag_groups[tag] for tag in sorted((account.tags or {}).items()) if tag in tag_groups]
        for group in mine[1:]:
            children.setdefault(group, None)
    names = host_names(settings.hostname, selected, children)
    hosts = [
        Host(
            names[one.id],
            _from_aws(settings, found, one),
            {**connection, **_role(settings, one), **_own(one)},
            tuple(groups[one.id]),
        )
        for one in selected
    ]
    return Layout(top, children, tuple(sorted(hosts, key=lambda host: host.name)))


def _path(found: Organization, account: Account) -> str:
    return found.path_of(account.unit_id) if account.unit_id else ""


# Groups ---------------------------------------------------------------------------------------------------------------


def _unit_groups(settings: Settings, found: Organization) -> dict[str, str]:
    """Return the names of groups of all units above accounts, selected or not: other criteria make no other names."""
    ways = [found.way_to(account.unit_id) for account in found.accounts]
    labels: dict[str, str] = {}
    for way in ways:
        for depth, unit in enumerate(way):
            names = "_".join(safe_group(one.name) for one in way[: depth + 1])
            labels[unit.id] = f"{settings.group_prefix}unit_{names}"
    suffixes = {one: safe_group(one) if UNIT_ID.fullmatch(one) else digest(one) for one in labels}
    return distinct(labels, suffixes)


def _tag_groups(settings: Settings, selected: t.Sequence[Account]) -> dict[tuple[str, str], str]:
    tags = {tag for account in selected for tag in (account.tags or {}).items()}
    labels = {
        (key, value): f"{settings.group_prefix}tag_{safe_group(key)}" + (f"_{safe_group(value)}" if value else "")
        for key, value in sorted(tags)
    }
    return distinct(labels, {(key, value): digest(key, value) for key, value in tags})


# Variables ------------------------------------------------------------------------------------------------------------


def _from_aws(settings: Settings, found: Organization, account: Account) -> dict[str, t.Any]:
    variables: dict[str, t.Any] = {
        "account_id": account.id,
        "account_name": account.name,
        "account_state": account.state,
        "account_is_management": account.is_management,
        "expected_account_id": account.id,
    }
    if account.unit_id is not None:
        variables["account_unit_path"] = found.path_of(account.unit_id)
        if UNIT_ID.fullmatch(account.unit_id):
            variables["account_unit_id"] = account.unit_id
    if settings.emails and account.email is not None:
        variables["account_email"] = account.email
    if settings.tags and account.tags is not None:
        variables["account_tags"] = dict(account.tags)
    return variables


def _role(settings: Settings, account: Account) -> dict[str, t.Any]:
    """Return the variables of the role that is assumed to work on an account.

    The management account has none unless it is named: its own credentials are those that assume the others' roles.
    """
    if account.is_management:
        arn = settings.management_role_arn
    else:
        arn = account.role_arn or settings.role_arn(account.id, settings.partition or account.partition)
    if not arn:
        return {}
    given = {
        "aws_role_arn": arn,
        "aws_role_session_name": settings.session_name,
        "aws_role_external_id": settings.external_id,
        "aws_role_duration": settings.duration_seconds,
    }
    return {name: value for name, value in given.items() if value is not None}


def _own(account: Account) -> dict[str, t.Any]:
    return {"ansible_connection": "local", "ansible_python_interpreter": PYTHON, **account.extra_vars}
