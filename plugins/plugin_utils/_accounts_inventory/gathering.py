# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads as much of an organization as the options need, and selects from it.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._aws.refusals import short_code
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, BadInput

from .organization import Account, Organization
from .reading import Reader
from .selection import needs_all_units, select, select_by_tags
from .settings import Settings

Open = t.Callable[[], Reader]
Warn = t.Callable[[str], None]
Gathered = tuple[Organization, list[Account]]


def gather(settings: Settings, kept: Organization | None, open_reader: Open, warn: Warn) -> Gathered:
    """Return an organization, and the accounts that become hosts.

    :param kept: What the cache has of it, or None.
    :param open_reader: Connects to AWS. It is not called if nothing is left to be read.
    :raises MfaError: It cannot be read, or the options do not fit it; the message says what to do.
    """
    if kept is not None:
        try:
            return _gather(settings, kept, open_reader, warn)
        except (BadInput, AwsRefused):
            pass  # The cache may be older than what the options name, or have accounts that have left.
    return _gather(settings, open_reader().read(), open_reader, warn)


def gather_static(settings: Settings, found: Organization) -> Gathered:
    """Return the accounts of the option accounts that become hosts.

    :raises BadInput: The options do not fit them.
    """
    return found, select_by_tags(settings, select(settings, found))


def _gather(settings: Settings, found: Organization, open_reader: Open, warn: Warn) -> Gathered:
    if needs_all_units(settings, found):
        found = open_reader().with_all_units(found)
    selected = select(settings, found)
    if not settings.needs_tags:
        return found, selected
    ids = {account.id for account in selected}
    unread = {account.id for account in selected if account.tags is None}
    if unread:
        found = _with_tags(settings, found, unread, open_reader, warn)
        selected = [account for account in found.accounts if account.id in ids]
    return found, select_by_tags(settings, selected)


def _with_tags(
    settings: Settings, found: Organization, unread: t.Collection[str], open_reader: Open, warn: Warn
) -> Organization:
    try:
        return open_reader().with_tags(found, unread)
    except AwsRefused as error:
        # Where tags decide who is selected, there is no going on without them.
        if settings.strict_permissions or settings.tag_filters or short_code(error.code or "") != "AccessDenied":
            raise
        warn(f"The inventory has no tags of accounts. {error.message}")
        return found
