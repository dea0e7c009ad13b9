# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which AWS account each host of a playbook stands for: read from its variables, and refused if that is ambiguous.

This module is private to hardening.aws. Pure: it makes no call.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._problems import ENDPOINT_FORMS

from .._inputs import read

Variables = t.Mapping[str, t.Any]
Template = t.Callable[[t.Any], t.Any]

HOST_VARIABLES: dict[str, dict[str, t.Any]] = {
    "aws_profile": {"type": "str"},
    "aws_region": {"type": "str"},
    "aws_endpoint_url": {"type": "str"},
    "aws_access_key": {"type": "str"},
    "aws_secret_key": {"type": "str", "no_log": True},
    "aws_session_token": {"type": "str", "no_log": True},
    "aws_ca_bundle": {"type": "path"},
    "aws_validate_certs": {"type": "bool"},
    "aws_role_arn": {"type": "str"},
    "aws_role_external_id": {"type": "str", "no_log": True},
    "aws_role_session_name": {"type": "str"},
    "aws_role_duration": {"type": "int"},
    "expected_account_id": {"type": "str"},
}
# Any of these decides who signs the calls, and so which account they go to.
WHO = ("aws_profile", "aws_access_key", "aws_role_arn")
_LOCAL = ("localhost", "127.0.0.1", "::1")
_SHOWN = 10

_ACCOUNT = re.compile(r"[0-9]{12}")
_FORMS = {
    "aws_role_arn": (
        re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[!-~]*[\w+=,.@-]", re.ASCII),
        "give the ARN of a role, such as arn:aws:iam::123456789012:role/hardening.",
    ),
    "aws_role_session_name": (
        re.compile(r"[\w+=,.@-]{2,64}", re.ASCII),
        "give 2 to 64 letters, digits and +=,.@_-.",
    ),
    **{f"aws_{name}": form for name, form in ENDPOINT_FORMS.items()},
    "expected_account_id": (
        _ACCOUNT,
        "give the 12 digits of the account's number, in quotes, as YAML takes leading zeros from a number.",
    ),
}
_NEEDS = {
    "aws_access_key": "aws_secret_key",
    "aws_secret_key": "aws_access_key",
    "aws_session_token": "aws_access_key",
    "aws_role_external_id": "aws_role_arn",
    "aws_role_session_name": "aws_role_arn",
    "aws_role_duration": "aws_role_arn",
}


def read_host(variables: Variables, template: Template) -> tuple[dict[str, t.Any], list[str]]:
    """Return the host's variables about its account, without empty ones, and the problems with them."""
    known = {name: variables[name] for name in HOST_VARIABLES if name in variables}
    inputs = read("", HOST_VARIABLES, known, template)
    values = {name: value for name, value in inputs.values.items() if value not in (None, "")}
    return values, inputs.problems or _problems(values)


def _problems(values: Variables) -> list[str]:
    found = [
        f"{name}: is {values[name]!r}: {remedy}"
        for name, (form, remedy) in _FORMS.items()
        if name in values and not form.fullmatch(values[name])
    ]
    found += [
        f"{name}: needs {other}, which is not given."
        for name, other in _NEEDS.items()
        if name in values and other not in values
    ]
    if "aws_profile" in values and "aws_access_key" in values:
        found.append("aws_profile: cannot be combined with aws_access_key: remove one of the two.")
    duration = values.get("aws_role_duration")
    if duration is not None and not 900 <= duration <= 43200:
        found.append(f"aws_role_duration: is {duration}: give 900 to 43200 seconds.")
    bundle = values.get("aws_ca_bundle")
    if bundle and not os.path.exists(bundle):
        found.append(f"aws_ca_bundle: there is no file {os.path.abspath(bundle)}.")
    role, expected = values.get("aws_role_arn"), values.get("expected_account_id")
    if not found and role and expected and account_of_role(role) != expected:
        found.append(f"aws_role_arn: {role} is a role of another account than expected_account_id, {expected}.")
    return found


def account_of_role(arn: str) -> str:
    """Return the number of the account that a role belongs to."""
    return arn.split(":")[4]


def host_problems(hosts: t.Sequence[str], accounts: t.Mapping[str, Variables]) -> list[str]:
    """Return why these hosts cannot be worked on together: one names no account, or two name the same.

    :param accounts: What M(read_host) found for each.
    """
    found = []
    twins: dict[tuple[t.Any, ...], list[str]] = {}
    for host in hosts:
        values = accounts[host]
        # With expected_account_id alone, the account of the environment is refused if it is another one.
        if any(name in values for name in (*WHO, "expected_account_id")):
            twins.setdefault(tuple(values.get(name) for name in (*WHO, "aws_endpoint_url")), []).append(host)
        elif len(hosts) > 1 or host not in _LOCAL:
            found.append(
                f"{host}: no variable says which AWS account this host is, so its calls would go to the account of the "
                f"environment. Give it {', '.join(WHO[:-1])} (with aws_secret_key) or {WHO[-1]}. If that account is "
                "meant, give it expected_account_id."
            )
    for names in twins.values():
        if len(names) > 1:
            found.append(
                f"{', '.join(names)}: the variables of these hosts name the same account "
                f"({_said(accounts[names[0]])}). Leave out all but one, or correct them."
            )
    return found


def _said(values: Variables) -> str:
    return ", ".join(f"{name} {values[name]}" for name in WHO if name in values) or "that of the environment"


def shortened(problems: t.Sequence[str]) -> list[str]:
    """Return the first of many problems, and how many more there are."""
    more = len(problems) - _SHOWN
    return [*problems[:_SHOWN], f"and {more} more like these."] if more > 0 else list(problems)


_ROLE_OPTIONS = {
    "role_arn": "aws_role_arn",
    "session_name": "aws_role_session_name",
    "external_id": "aws_role_external_id",
    "duration_seconds": "aws_role_duration",
}


def connection(values: Variables) -> dict[str, t.Any]:
    """Return the options for module_defaults with which a module works on a host's account.

    Credentials come from one place: if a host's variables name them, those of the environment are switched off with
    empty text, as amazon.aws requires.

    :param values: The variables of the host, as they are.
    """
    given = {name: value for name, value in values.items() if value not in (None, "")}
    options = {
        option: given[name]
        for option, name in (
            ("region", "aws_region"),
            ("endpoint_url", "aws_endpoint_url"),
            ("validate_certs", "aws_validate_certs"),
        )
        if name in given
    }
    if "aws_ca_bundle" in given:
        options["aws_ca_bundle"] = os.path.abspath(os.path.expanduser(os.path.expandvars(given["aws_ca_bundle"])))
    keys = {"access_key": "", "secret_key": "", "session_token": ""}
    if "aws_role_arn" in given:
        options["assume_role"] = {option: given[name] for option, name in _ROLE_OPTIONS.items() if name in given}
    if "aws_access_key" in given:
        options.update(profile="", **{name: given.get(f"aws_{name}", "") for name in keys})
    elif "aws_profile" in given:
        options.update(profile=given["aws_profile"], **keys)
    return options


def account_line(account: Variables) -> str:
    """Return the line that says which account this is."""
    alias = f" ({account['account_alias']})" if account.get("account_alias") else ""
    return f"AWS account {account['account_id']}{alias}, as {account['arn']}"


def account_problems(account: Variables, expected: str | None, numbers: t.Mapping[str, str]) -> list[str]:
    """Return why an account, or one of other hosts, must not be worked on.

    :param numbers: The account numbers of all hosts, as far as they are known.
    """
    found = []
    if expected is not None and account["account_id"] != expected:
        found.append(
            f"{account_line(account)}: expected_account_id is {expected}. Use the credentials of that account, or "
            "correct expected_account_id."
        )
    twins: dict[str, list[str]] = {}
    for host, number in numbers.items():
        twins.setdefault(number, []).append(host)
    found += [
        f"{', '.join(hosts)}: turned out to be the same account, {number}. Leave out all of them but one, or correct "
        "their variables."
        for number, hosts in twins.items()
        if len(hosts) > 1
    ]
    return found
