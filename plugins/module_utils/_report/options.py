# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator asks of the audit: its checks, its limits and the exemptions.

This module is private to hardening.aws.
"""

from __future__ import annotations

import datetime
import fnmatch
import re
import typing as t
from dataclasses import dataclass

from .._errors import BadInput
from .checks import BENCHMARKS, CHECK_IDS, CHECKS, Check
from .gate import gate_problems

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]


# How modules and playbooks take checks and exemptions.
CHECKS_OPTION: dict[str, t.Any] = {"type": "list", "elements": "str", "choices": list(CHECK_IDS)}
EXEMPTION_OPTIONS: dict[str, t.Any] = {
    "user_name": {"type": "str"},
    "serial_number": {"type": "str"},
    "checks": {**CHECKS_OPTION, "required": True},
    "reason": {"type": "str", "required": True},
    "until": {"type": "str"},
}


@dataclass(frozen=True)
class Exemption:
    """The operator's word that a finding is accepted."""

    index: int
    checks: tuple[str, ...]
    reason: str
    user_name: str | None = None
    serial_number: str | None = None
    until: str | None = None

    def expired(self, today: datetime.date | None) -> bool:
        """Whether I(until), the last day on which it holds, is over."""
        last = parse_date(self.until)
        return bool(last and today and last < today)

    def covers(self, check: Check, name: str) -> bool:
        if check.id not in self.checks:
            return False
        if check.subject == "device":
            return self.serial_number is not None and fnmatch.fnmatchcase(name, self.serial_number)
        if self.user_name is None:
            return False
        # A pattern is for users; root is exempt only by its own name.
        if check.subject == "root":
            return self.user_name == name
        return fnmatch.fnmatchcase(name, self.user_name)


@dataclass(frozen=True)
class Options:
    """What the operator asks for."""

    benchmark: str = BENCHMARKS[-1]
    checks: tuple[str, ...] | None = None
    max_device_age_days: int | None = None
    exemptions: tuple[Exemption, ...] = ()


def read_options(params: Json) -> Options:
    """Return the operator's options, or refuse them with every problem that was found.

    :param params: I(benchmark), I(checks), I(max_device_age_days), I(exemptions), I(fail_on), I(all_kinds) and
        I(account_info) as the module takes them.
    """
    problems: list[str] = []
    limit = params.get("max_device_age_days")
    if limit is not None and limit < 1:
        problems.append(f"max_device_age_days: {limit} is less than 1. Leave it out to have no such check.")
    checks = params.get("checks")
    options = Options(
        benchmark=params["benchmark"],
        checks=None if checks is None else tuple(checks),
        max_device_age_days=limit,
        exemptions=tuple(
            _read_exemption(index, item, problems) for index, item in enumerate(params.get("exemptions") or [])
        ),
    )
    # What was read already tells itself which kinds of devices are known.
    all_kinds = params.get("account_info") is not None or bool(params.get("all_kinds"))
    problems += gate_problems(params.get("fail_on") or [], checks_not_made(options, all_kinds))
    if problems:
        raise BadInput(problems)
    return options


def _read_exemption(index: int, item: Json, problems: list[str]) -> Exemption:
    name = f"exemptions[{index}]"
    checks = tuple(item["checks"])
    subjects = {check.subject for check in CHECKS if check.id in checks}
    if not item["reason"].strip():
        problems.append(f"{name}.reason: is empty. An auditor wants to know why.")
    if not checks:
        problems.append(f"{name}.checks: is empty. Name the checks that it is about.")
    if item.get("serial_number") is not None and subjects - {"device"}:
        problems.append(f"{name}.serial_number: is for orphaned_devices only. Name a user_name for the other checks.")
    if item.get("user_name") is not None and "device" in subjects:
        problems.append(f"{name}.user_name: an orphaned device has no user. Name its serial_number, in one of its own.")
    until = item.get("until")
    if until is not None:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", until) or parse_date(until) is None:
            problems.append(f"{name}.until: {until!r} is not a day such as 2027-01-31.")
    return Exemption(
        index=index,
        checks=checks,
        reason=item["reason"].strip(),
        user_name=item.get("user_name"),
        serial_number=item.get("serial_number"),
        until=until,
    )


def checks_not_made(options: Options, all_kinds: bool, features: str | None = None) -> dict[str, str]:
    """Return the checks that are not made, each with what it takes to have it made.

    :param all_kinds: Whether the devices of all kinds are known of each user.
    :param features: Why it is not known what the organization has switched on; None if it is, or is yet to be asked.
    """
    remedies: dict[str, list[str]] = {check: [] for check in CHECK_IDS}
    for check in CHECK_IDS:
        if options.checks is not None and check not in options.checks:
            remedies[check].append("add it to checks")
    if options.max_device_age_days is None:
        remedies["device_age"].append("set max_device_age_days")
    if options.checks is None and not all_kinds:
        remedies["single_device"].append("set all_kinds=true where the account is read")
    if options.checks is None and features is not None:
        remedies["root_centralized"].append(features)
    return {check: " and ".join(what) for check, what in remedies.items() if what}


def parse_date(text: t.Any) -> datetime.date | None:
    """Return the day of an ISO 8601 time, None if there is none."""
    found = re.match(r"\d{4}-\d\d-\d\d", text) if isinstance(text, str) else None
    try:
        return datetime.date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
