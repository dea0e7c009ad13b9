# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the inventory plugin: typed, templated, and refused all at once if something is wrong with them.

This module is private to hardening.aws. Pure. Options of amazon.aws and of Ansible itself are left to these.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._problems import Problems, refuse

from .._inputs import Template, read
from .._playbooks.accounts import read_host
from .organization import ACCOUNT_ID

Values = t.Mapping[str, t.Any]
Definitions = t.Mapping[str, t.Mapping[str, t.Any]]

PLUGIN = "hardening.aws.aws_accounts"
_IDENTITY = ("account_id", "expected_account_id")
_CREDENTIALS = ("aws_access_key", "aws_secret_key", "aws_session_token")
_PLACEHOLDERS = ("account_id", "partition")
_SAMPLE = {"account_id": "123456789012", "partition": "aws"}
_ROLE_NAME = re.compile(r"(?!arn:)(?:[!-.0-~]+/)*[\w+=,.@-]{1,64}", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Settings:
    """The plugin's own options. Their meaning is in its documentation.

    :param external_id: As it was written, so that a template or a vaulted text stays one in the hosts' variables.
    :param accounts: None if AWS is to be asked.
    """

    hostname: str
    role_name: str
    role_arn_template: str | None
    session_name: str | None
    external_id: t.Any
    duration_seconds: int | None
    management_account: bool
    management_role_arn: str | None
    units: tuple[str, ...]
    include_accounts: tuple[str, ...]
    exclude_accounts: tuple[str, ...]
    states: tuple[str, ...]
    tags: bool
    tag_filters: t.Mapping[str, t.Sequence[str] | None]
    emails: bool
    accounts: tuple[Values, ...] | None
    group_by: tuple[str, ...]
    group_prefix: str
    partition: str | None
    strict_permissions: bool

    @property
    def needs_tags(self) -> bool:
        """Whether tags have to be read."""
        return self.tags or bool(self.tag_filters)

    def role_arn(self, account_id: str, partition: str) -> str | None:
        """Return the ARN of the role in an account, or None if there is to be none."""
        if self.role_arn_template:
            return _filled(self.role_arn_template, {"account_id": account_id, "partition": partition})
        return f"arn:{partition}:iam::{account_id}:role/{self.role_name}" if self.role_name else None


OWN_OPTIONS = tuple(field.name for field in dataclasses.fields(Settings))


def read_settings(config: Values, definitions: Definitions, template: Template) -> Settings:
    """Return the options of an inventory file.

    :param config: The file.
    :param definitions: The plugin's documented options, with those of its fragments.
    :param template: Evaluates the templates in a value.
    :raises BadInput: With a line for each problem.
    """
    refuse(_unknown(config, definitions))
    # What belongs into variables of hosts is evaluated by the tasks that use it.
    given = {name: config[name] for name in OWN_OPTIONS if name in config and name != "external_id"}
    variables: list[t.Any] = []
    if "accounts" in config:
        given["accounts"], variables = _without_vars(config["accounts"])
    inputs = read("", {name: _spec_of(definitions[name]) for name in OWN_OPTIONS}, given, template)
    refuse(inputs.problems)
    problems = Problems("")
    values = {**inputs.values, "external_id": _external_id(problems, config)}
    if "accounts" in config and values["accounts"] is None:
        problems.add("accounts", "is null: give a list, or leave the option out to ask AWS.")
    _check_role(problems, values, "role_name" in config)
    _check_patterns(problems, values)
    values["tag_filters"] = _tag_filters(problems, values["tag_filters"])
    if values["accounts"] is not None:
        values["accounts"] = _accounts(problems, values["accounts"], variables)
    if not _VARIABLE.fullmatch(values["group_prefix"]):
        problems.add("group_prefix", f"is {values['group_prefix']!r}: give letters, digits and _, such as aws_.")
    refuse(problems.found)
    frozen: dict[str, t.Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in values.items()}
    return Settings(**frozen)


def _unknown(config: Values, definitions: Definitions) -> list[str]:
    known = [name for option, value in definitions.items() for name in (option, *(value.get("aliases") or ()))]
    found = []
    for name in config:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1, 0.6)
            hint = f"did you mean {near[0]}?" if near else f"ansible-doc -t inventory {PLUGIN} lists them."
            found.append(f"{name}: is not an option of {PLUGIN}: {hint}")
    return found


def _spec_of(definition: Values) -> dict[str, t.Any]:
    """Return a documented option as a module's argument spec has it."""
    spec = {key: definition[key] for key in ("type", "elements", "choices", "default", "required") if key in definition}
    if definition.get("suboptions"):
        spec["options"] = {name: _spec_of(option) for name, option in definition["suboptions"].items()}
    return spec


def _without_vars(accounts: t.Any) -> tuple[t.Any, list[t.Any]]:
    """Return the option accounts without the variables of each, and these."""
    if not isinstance(accounts, (list, tuple)):
        return accounts, []
    rest = [{k: v for k, v in one.items() if k != "vars"} if isinstance(one, t.Mapping) else one for one in accounts]
    return rest, [one.get("vars") if isinstance(one, t.Mapping) else None for one in accounts]


def _external_id(problems: Problems, config: Values) -> t.Any:
    """Return the external ID as it was written. To ask a vaulted text for more than its type would decrypt it."""
    value = config.get("external_id")
    if isinstance(value, (bool, float, list, tuple, t.Mapping)):
        problems.add("external_id", "must be text: put it in quotes.")
    return None if isinstance(value, str) and not value else value


# Checks ---------------------------------------------------------------------------------------------------------------


def _check_role(problems: Problems, values: Values, named: bool) -> None:
    name, template = values["role_name"], values["role_arn_template"]
    if template and named:
        problems.add("role_arn_template", "cannot be combined with role_name: remove one of the two.")
    elif template:
        unknown = sorted(set(re.findall(r"{(.*?)}", template)) - set(_PLACEHOLDERS))
        if unknown:
            problems.add(
                "role_arn_template",
                f"has the unknown placeholder {{{unknown[0]}}}: there are {{account_id}} and {{partition}}.",
            )
        elif "{account_id}" not in template:
            problems.add("role_arn_template", "has no {account_id}, so that all hosts would be one account: put it in.")
        else:
            _check_host(problems, "role_arn_template", aws_role_arn=_filled(template, _SAMPLE))
    elif name and not _ROLE_NAME.fullmatch(name):
        problems.add("role_name", f"is {name!r}: give the name of a role, with its path if it has one, and no ARN.")
    if values["management_role_arn"]:
        _check_host(problems, "management_role_arn", aws_role_arn=values["management_role_arn"])
        if not values["management_account"]:
            problems.add("management_role_arn", "requires management_account: true.")
    if values["session_name"]:
        role = f"arn:aws:iam::{_SAMPLE['account_id']}:role/x"
        _check_host(problems, "session_name", aws_role_arn=role, aws_role_session_name=values["session_name"])
    seconds = values["duration_seconds"]
    if seconds is not None and not 900 <= seconds <= 43200:
        problems.add("duration_seconds", f"is {seconds}: give a number from 900 to 43200.")


def _check_host(problems: Problems, option: str, **variables: str) -> None:
    """Refuse what the playbooks would refuse in the variables of a host."""
    _values, found = read_host(variables, lambda value: value)
    for problem in found:
        problems.add(option, problem.split(": ", 1)[1])


def _filled(template: str, values: t.Mapping[str, str]) -> str:
    return re.sub(r"{(account_id|partition)}", lambda found: values[found[1]], template)


def _check_patterns(problems: Problems, values: Values) -> None:
    for option in ("units", "include_accounts", "exclude_accounts"):
        for index, text in enumerate(values[option]):
            if not text.strip():
                problems.add(f"{option}[{index}]", "is empty: give a name or an ID, or leave the item out.")
            elif option != "units" and text.isdigit() and len(text) == 11:
                problems.add(
                    f"{option}[{index}]",
                    f"{text} has 11 digits: put IDs in quotes, as YAML takes leading zeros from a number.",
                )
    if not values["states"]:
        problems.add("states", "is empty, so that there would be no hosts: give [ACTIVE], or leave it out.")


def _tag_filters(problems: Problems, given: Values | None) -> dict[str, list[str] | None]:
    """Return the values of which an account must have one, by the key of the tag; None for any."""
    found: dict[str, list[str] | None] = {}
    for key, wanted in (given or {}).items():
        values = wanted if isinstance(wanted, (list, tuple)) else [wanted]
        if wanted is None:
            found[key] = None
        elif not values or not all(_is_text(value) for value in values):
            problems.add(
                f"tag_filters.{key}",
                "give a text, a list of texts, or null for any value. Put true, false and 1.0 in quotes.",
            )
        else:
            found[key] = [str(value) for value in values]
    return found


def _is_text(value: t.Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


# The static list ------------------------------------------------------------------------------------------------------


def _accounts(problems: Problems, given: t.Sequence[Values], variables: t.Sequence[t.Any]) -> list[Values]:
    found: list[Values] = []
    seen: dict[str, int] = {}
    for index, account in enumerate(given):
        own = Problems(f"accounts[{index}].")
        account_id = account["account_id"]
        if not ACCOUNT_ID.fullmatch(account_id):
            own.add(
                "account_id",
                f"is {account_id!r}: give the 12 digits in quotes, as YAML takes leading zeros from a number.",
            )
        if account_id in seen:
            own.add("account_id", f"{account_id} is also accounts[{seen[account_id]}]: remove one of the two.")
        seen.setdefault(account_id, index)
        _check_account(own, account)
        extra = variables[index] if index < len(variables) else None
        _check_variables(own, extra)
        problems.found += own.found
        found.append({**account, "vars": extra or {}})
    return found


def _check_account(own: Problems, account: Values) -> None:
    path = account.get("unit_path")
    if path is not None and not re.fullmatch(r"/|(/[^/]+)+", path):
        own.add("unit_path", f"is {path!r}: give the names from the root down, such as /Workloads/Production.")
    for key, value in (account.get("tags") or {}).items():
        if not _is_text(value):
            own.add(f"tags.{key}", "must be text: put it in quotes.")
    if account.get("role_arn"):
        expected = {"expected_account_id": account["account_id"]} if ACCOUNT_ID.fullmatch(account["account_id"]) else {}
        _check_host(own, "role_arn", aws_role_arn=account["role_arn"], **expected)


def _check_variables(own: Problems, extra: t.Any) -> None:
    if extra is not None and not isinstance(extra, t.Mapping):
        own.add("vars", "must be a dictionary, such as {aws_region: eu-central-1}.")
        return
    for name in extra or {}:
        if name in _CREDENTIALS:
            own.add(f"vars.{name}", "credentials do not belong here: name a profile in aws_profile, or a role.")
        elif name in _IDENTITY:
            own.add(f"vars.{name}", "says which account this is, and follows from account_id: leave it out.")
        elif not isinstance(name, str) or not _VARIABLE.fullmatch(name):
            own.add(f"vars.{name}", "is not the name of a variable: give letters, digits and _.")
