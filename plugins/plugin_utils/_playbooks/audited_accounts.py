# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts an audit of many hosts has read, and why it could not read the others.

This module is private to hardening.aws. Pure, except that paths are resolved.
"""

from __future__ import annotations

import os
import typing as t

from . import accounts

Variables = t.Mapping[str, t.Any]

_UNSAID = "the tasks of its host failed without a reason"


def audited(
    hosts: t.Sequence[str], variables: t.Mapping[str, Variables], registered: t.Mapping[str, str]
) -> dict[str, t.Any]:
    """Return the options of iam_mfa_report_merge for what became of each host.

    :param hosts: All hosts of the play.
    :param variables: Those of each host.
    :param registered: The variables that hold, of each host, C(inputs), C(account) and C(report).
    """
    sources, unread, names, folders = [], [], {}, []
    for host in hosts:
        own = variables[host]
        account = _result(own, registered["account"])
        report = _result(own, registered["report"])
        inputs = _result(own, registered["inputs"])
        number = account.get("account_id") or _number(own)
        name = own.get("account_name")
        path = (report.get("paths") or {}).get("json")
        # A gate that closed fails the task, but the account was read.
        if path:
            sources.append(path)
            if number and name:
                names[number] = str(name)
        else:
            reason = next((str(one["msg"]) for one in (report, account) if one.get("msg")), _UNSAID)
            unread.append(
                {"account_id": number or host, "account_name": str(name or host) if number else None, "reason": reason}
            )
        folder = (inputs.get("inputs") or {}).get("dest")
        if folder:
            folders.append(folder)
    return {
        "sources": sources,
        "unread": [{key: value for key, value in item.items() if value} for item in unread],
        "account_names": names,
        "dest": os.path.commonpath(folders) if folders else None,
    }


def _result(variables: Variables, name: str) -> Variables:
    found = variables.get(name)
    return found if isinstance(found, t.Mapping) else {}


def _number(own: Variables) -> str | None:
    """Return the number of an account that nobody could be asked about, from what its host's variables say of it."""
    # Ansible evaluates the variables of other hosts as they are looked at, and that may fail.
    given = {name: name for name in ("expected_account_id", "aws_role_arn") if name in own}
    values, _problems = accounts.read_host(given, own.__getitem__)
    expected, role = values.get("expected_account_id"), values.get("aws_role_arn")
    return expected or (accounts.account_of_role(role) if role else None)
