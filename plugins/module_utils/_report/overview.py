# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of an organization's page that shows its accounts, the worst first.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from . import columns
from .checks import FAIL
from .findings import is_organization
from .tags import root_mfa_text, time_tag, verdict_tag
from .words import html_text

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]


def accounts_section(report: Json) -> str:
    """Return the table of accounts. A click on one shows its users."""
    if not is_organization(report):
        return ""
    severities = {check["id"]: check["severity"] for check in report["checks"]}
    titles = {check["id"]: check["title"] for check in report["checks"]}
    parts = report["accounts"]
    rows = "".join(_row(part, titles, severities) for part in parts)
    return (
        '<section aria-labelledby="accounts-title">\n<h2 id="accounts-title">Accounts</h2>\n'
        '<div class="scroll tall" role="region" aria-labelledby="accounts-title" tabindex="0">'
        f'<table id="accounts" class="narrow"><caption>{len(parts):,} in all, the worst first. An account that could '
        "not be read is unknown, and never counts as pass.</caption>\n"
        f"<thead><tr>{columns.heads(columns.ACCOUNTS)}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n</section>\n"
    )


def account_select(report: Json) -> str:
    """Return the field that picks the users of one account."""
    if not is_organization(report):
        return ""
    numbers = sorted(part["account_id"] for part in report["accounts"] if part["read"])
    options = "".join(f"<option>{number}</option>" for number in numbers)
    return (
        '<div><label for="account">Account</label><select id="account"><option value="">all</option>'
        f"{options}</select></div>"
    )


def account_cell(part: Json) -> str:
    """Return the cell of a user's row that says which account it is; none if there is only one."""
    if "account_id" not in part:
        return ""
    return f'<td class="c-account">{part["account_id"]}{_name(part)}</td>'


def _name(part: Json) -> str:
    name = part["account_name"]
    return f"<small><bdi>{html_text(name)}</bdi></small>" if name else ""


def _row(part: Json, titles: t.Mapping[str, str], severities: t.Mapping[str, str]) -> str:
    users = part["coverage"]["all_users"]
    number = html_text(part["account_id"])  # may be a name, if the account could not even be asked for its number
    who = f'<a href="#account={number}">{number}</a>' if part["read"] else f"<bdi>{number}</bdi>"
    if part["read"]:
        failing = "".join(
            f'<span class="failing">{titles[check["id"]]} <small>{severities[check["id"]]}, '
            f"{check['counts'].get(FAIL, 0):,}</small></span>"
            for check in part["checks"]
            if check["verdict"] == FAIL
        )
        numbers = (f"{users['users']:,}", f"{users['with_mfa']:,}")
        read = time_tag(part["retrieved"])
    else:
        failing = f'<span class="why unknown"><bdi>{html_text(part["reason"])}</bdi></span>'
        numbers, read = ("?", "?"), "not read"
    return (
        f'<tr><th scope="row" class="c-account">{who}{_name(part)}</th>'
        f'<td class="c-verdict">{verdict_tag(part["verdict"])}</td>'
        f'<td class="c-users">{numbers[0]}</td><td class="c-covered">{numbers[1]}</td>'
        f'<td class="c-root">{root_mfa_text(part["root"])}</td><td class="c-failing">{failing}</td>'
        f'<td class="c-read">{read}</td></tr>\n'
    )
