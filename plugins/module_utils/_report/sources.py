# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports that an organization's report is made of: which files they are, and what of them is refused.

This module is private to hardening.aws.
"""

from __future__ import annotations

import dataclasses
import glob
import os
import re
import typing as t

from .._errors import BadInput
from .._problems import Problems
from .checks import BENCHMARKS
from .findings import is_organization, subjects
from .organization import parts_of, unread_part
from .reading import ONE_ACCOUNT, ORGANIZATION, check_shape, read_report

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

_SHOWN = 10

# How modules and playbooks take an account that could not be read.
UNREAD_OPTIONS: dict[str, t.Any] = {
    "account_id": {"type": "str", "required": True},
    "account_name": {"type": "str"},
    "reason": {"type": "str", "required": True},
}


@dataclasses.dataclass
class Sources:
    """What was read: the accounts by number, the file that each is from, and the version of the benchmark."""

    parts: dict[str, Json] = dataclasses.field(default_factory=dict)
    files: dict[str, str] = dataclasses.field(default_factory=dict)
    benchmarks: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def benchmark(self) -> str:
        """The version of the benchmark; the newest if there is no report at all."""
        return next(iter(self.benchmarks), BENCHMARKS[-1])

    def accounts(self, unread: t.Sequence[Json], names: t.Mapping[str, str]) -> list[Json]:
        """Return all accounts, those of I(unread) as such whatever a file says.

        :param names: What accounts are called that have no name in their reports, by number.
        """
        missing = {
            item["account_id"]: unread_part(
                item["account_id"], item.get("account_name"), " ".join(item["reason"].split())
            )
            for item in unread
        }
        found = [part for number, part in self.parts.items() if number not in missing]
        return [
            {**part, "account_name": part["account_name"] or names.get(part["account_id"])}
            for part in [*found, *missing.values()]
        ]


def input_problems(names: t.Sequence[str], unread: t.Sequence[Json], account_names: t.Mapping[str, t.Any]) -> list[str]:
    """Return what is wrong with the options that name accounts, before any file is read."""
    problems = Problems("")
    if not names and not unread:
        problems.add("sources", "is empty: name the JSON reports that iam_mfa_report wrote.")
    for index, name in enumerate(names):
        if not name.strip() or "\0" in name:
            problems.add(f"sources[{index}]", f"{name!r} is no path: name a file, or give a pattern.")
    seen: set[str] = set()
    for index, item in enumerate(unread):
        number = item["account_id"]
        if not number.strip() or number.isdigit() and len(number) != 12:
            problems.add(f"unread[{index}].account_id", f"{number!r} is no account: give 12 digits, in quotes.")
        elif number in seen:
            problems.add(f"unread[{index}].account_id", f"{number} is named twice: leave one out.")
        if not item["reason"].strip():
            problems.add(f"unread[{index}].reason", "is empty. Say why the account could not be read.")
        seen.add(number)
    for number, name in account_names.items():
        if not re.fullmatch(r"[0-9]{12}", str(number)):
            problems.add("account_names", f"{number!r} is no account: give 12 digits, in quotes, before each name.")
        elif not isinstance(name, str) or not name.strip():
            problems.add(f"account_names.{number}", "is no name: give a text, or leave the account out.")
    return problems.found


def outdated(sources: Sources, unread: t.Sequence[Json]) -> dict[str, str]:
    """Return the files that tell of accounts that could not be read, by account: they are from an earlier run."""
    return {
        item["account_id"]: sources.files[item["account_id"]] for item in unread if item["account_id"] in sources.files
    }


def read_sources(names: t.Sequence[str], but: str | None) -> Sources:
    """Return the accounts of all reports that these paths and patterns name, or refuse all that is wrong at once.

    :param but: A file that no pattern means: the report that is about to be replaced.
    """
    problems: list[str] = []
    sources = Sources()
    for path, prefix in _files(names, but, problems).items():
        try:
            _take(sources, path, prefix)
        except BadInput as error:
            problems += error.problems
    if len(sources.benchmarks) > 1:
        said = ", ".join(f"{version} in {path}" for version, path in sources.benchmarks.items())
        problems.append(f"sources: the reports have the numbers of several benchmarks ({said}). Write all with one.")
    if problems:
        more = len(problems) - _SHOWN
        raise BadInput([*problems[:_SHOWN], *([f"and {more} more like these."] if more > 0 else [])])
    return sources


def _files(names: t.Sequence[str], but: str | None, problems: list[str]) -> dict[str, str]:
    """Return the files, each with what a problem with it begins with, and each once."""
    found: dict[str, str] = {}
    seen = {os.path.realpath(but)} if but else set()
    for index, name in enumerate(names):
        prefix = f"sources[{index}]"
        is_pattern = glob.has_magic(name) and not os.path.exists(name)
        paths = sorted(glob.glob(name, recursive=True)) if is_pattern else [name]
        if is_pattern and not paths:
            problems.append(f"{prefix}: no file matches {name}. Correct the pattern, or write the reports first.")
        for path in paths:
            if os.path.isdir(path):
                problems.append(f"{prefix}: {path} is a directory: name its files, such as {path.rstrip('/')}/*.json.")
            elif not os.path.exists(path):
                problems.append(f"{prefix}: there is no file {path}. Correct the path, or name the account in unread.")
            elif not is_pattern or os.path.realpath(path) not in seen:
                found.setdefault(path, prefix)
            seen.add(os.path.realpath(path))
    return found


def _take(sources: Sources, path: str, prefix: str) -> None:
    """Add what a file tells of its account, or of the accounts of a part of the organization."""
    report = read_report(path, prefix)
    if report is None:
        raise BadInput([f"{prefix}: {path} has just been removed."])
    if is_organization(report):
        check_shape(report, ORGANIZATION, path, prefix)
    elif report.get("account") is None:
        raise BadInput(
            [f"{prefix}: {path} is about some users and does not say of which account. Read whole accounts for it."]
        )
    else:
        check_shape(report, ONE_ACCOUNT, path, prefix)
    sources.benchmarks.setdefault(report["benchmark"]["version"], path)
    for part in parts_of(report):
        number = part["account_id"]
        stray = _stray(part)
        if stray:
            raise BadInput([f"{prefix}: {path} is a damaged report. It has verdicts of {stray}, and not that check."])
        if number in sources.parts:
            other = sources.files[number]
            raise BadInput([f"{prefix}: {path} is about account {number}, and so is {other}. Leave one of them out."])
        sources.parts[number] = part
        sources.files[number] = path


def _stray(part: Json) -> str | None:
    """Return a check that somebody has a verdict of, and that the account's list of checks does not have."""
    made = {check["id"] for check in part["checks"]}
    return next(
        (check for _kind, _name, facts in subjects(part) for check in facts["checks"] if check not in made), None
    )
