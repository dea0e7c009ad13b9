# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading JSON reports that were written earlier, and which parts of them have to be as they were written.

This module is private to hardening.aws. What is read may have been damaged or made up: what a format does not make
harmless itself has to have a shape here.
"""

from __future__ import annotations

import json
import typing as t

from .. import _shape as shape
from .._errors import BadInput
from .account_info import ACCOUNT_ID, DEVICE, FLAG, TAGS, TEXT, TEXTS
from .checks import BENCHMARKS, CHECK_IDS, EXEMPT, FAIL, UNKNOWN, VERDICTS
from .document import GENERATOR, SCHEMA_VERSION

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

MERGED_BY = f"{GENERATOR}_merge"


def read_report(path: str, prefix: str) -> Json | None:
    """Return a JSON report of this collection, None if there is no such file. Its shape is not looked at yet.

    :param prefix: What a problem begins with: the option that names the file.
    :raises BadInput: What is there is something else.
    """
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file, parse_constant=_no_number)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput([f"{prefix}: {path} cannot be read: {error.strerror}."]) from error
    except (ValueError, RecursionError) as error:
        raise BadInput([f"{prefix}: {path} is not a JSON report of {GENERATOR}: {error}."]) from error
    version = report.get("schema_version") if isinstance(report, dict) else None
    if not isinstance(version, str) or version.split(".")[0] != SCHEMA_VERSION.split(".", maxsplit=1)[0]:
        raise BadInput([f"{prefix}: {path} is not a JSON report of {GENERATOR} with schema version 1."])
    return dict(report)


def _no_number(word: str) -> t.NoReturn:
    raise ValueError(f"{word} is no JSON")


def check_shape(report: Json, wanted: shape.Shape, path: str, prefix: str) -> None:
    """Refuse a report that lacks something that is used."""
    damages = shape.problems(report, wanted, "", most=3)
    if damages:
        raise BadInput([f"{prefix}: {path} is a damaged report. {' '.join(damages)}"])


TIME = shape.matching(r"\d{4}-\d\d-\d\d([T ][0-9:.]+)?(Z|[+-]\d\d:?\d\d)?", "a time in ISO 8601")
VERDICT = shape.one_of(VERDICTS)
BENCHMARK = shape.record({"version": shape.one_of(BENCHMARKS)})
COUNTS = shape.map_of(shape.number)
_NUMBERS = dict.fromkeys(("users", "with_mfa", "without_mfa", "exempt", "unknown"), shape.number)
_PART = shape.record({**_NUMBERS, "percent": shape.optional(shape.number)})
COVERAGE = shape.record(
    {
        "all_users": _PART,
        "console_users": _PART,
        "devices_by_type": COUNTS,
        "orphaned_devices": shape.optional(shape.number),
    }
)
_RESULT = shape.record(
    {
        "verdict": VERDICT,
        **dict.fromkeys(("reason", "finding"), TEXT),
        "without_exemption": shape.optional(shape.one_of((FAIL, UNKNOWN))),
    }
)
_CHECK_ID = shape.one_of(CHECK_IDS)


def _result(value: t.Any) -> shape.Misfits:
    """A verdict on somebody, with its reason where it needs one."""
    yield from _RESULT(value)
    verdict = value.get("verdict") if isinstance(value, dict) else None
    for needed in {FAIL: ["reason"], UNKNOWN: ["reason"], EXEMPT: ["reason", "finding"]}.get(str(verdict), []):
        if not value.get(needed):
            yield f".{needed}", "is missing"


def _results(value: t.Any) -> shape.Misfits:
    """The verdicts on somebody, by check."""
    yield from shape.map_of(_result)(value)
    for name in value if isinstance(value, dict) else ():
        yield from _CHECK_ID(name)


JUDGED = {"verdict": VERDICT, "checks": _results}
_KEY = shape.record({"active": shape.flag, "last_rotated": TEXT})
_USER = shape.record(
    {
        **JUDGED,
        "user_name": shape.text,
        "exists": shape.flag,
        **dict.fromkeys(("arn", "path", "create_date", "password_last_used", "password_last_changed"), TEXT),
        **dict.fromkeys(("mfa_active", "console_password", "mfa_devices_complete"), FLAG),
        "mfa_devices": shape.list_of(DEVICE),
        "access_keys": shape.optional(shape.list_of(_KEY)),
        **dict.fromkeys(("groups", "attached_policies"), TEXTS),
        "tags": TAGS,
    }
)
_ROOT = shape.record(
    {
        **JUDGED,
        **dict.fromkeys(("mfa_active", "access_keys_active", "access_keys_present"), FLAG),
        **dict.fromkeys(("mfa_type", "password_last_used"), TEXT),
    }
)
_ORPHAN = shape.record({**JUDGED, "serial_number": shape.text, "device_name": TEXT, "device_path": TEXT})
_EXEMPTION = shape.record(
    {
        "user_name": TEXT,
        "serial_number": TEXT,
        "checks": shape.list_of(_CHECK_ID),
        "reason": shape.text,
        "until": shape.optional(shape.matching(r"\d{4}-\d\d-\d\d", "a day such as 2027-01-31")),
        "expired": shape.flag,
        "applied": shape.number,
    }
)
_CHECK = shape.record({"id": _CHECK_ID, "verdict": VERDICT, "reason": shape.text, "counts": COUNTS})
_CREDENTIAL_REPORT = shape.record({"available": shape.flag, "generated_time": shape.optional(TIME), "msg": shape.text})
# What an account's own report and an account in an organization's report have in common.
FACTS = {
    "collection_version": TEXT,
    "retrieved": TIME,
    "credential_report": _CREDENTIAL_REPORT,
    "max_device_age_days": shape.optional(shape.number),
    "verdict": VERDICT,
    "coverage": COVERAGE,
    "checks": shape.list_of(_CHECK),
    "not_made": shape.optional(shape.list_of(shape.record({"check": _CHECK_ID, "why": shape.text}))),
    "unknown": shape.list_of(shape.record({"what": shape.text, "why": shape.text})),
    "exemptions": shape.list_of(_EXEMPTION),
    "root": shape.optional(_ROOT),
    "orphaned_devices": shape.list_of(_ORPHAN),
    "users": shape.list_of(_USER),
}
_ACCOUNT = shape.record({"account_id": ACCOUNT_ID, **dict.fromkeys(("partition", "alias", "caller"), TEXT)})
ONE_ACCOUNT = shape.record({**FACTS, "benchmark": BENCHMARK, "account": _ACCOUNT})
_READ = shape.record(
    {
        **FACTS,
        "read": shape.flag,
        "account_id": ACCOUNT_ID,
        **dict.fromkeys(("account_name", "partition", "caller"), TEXT),
    }
)
_UNREAD = shape.record({"account_id": shape.text, "account_name": TEXT, "read": shape.flag, "reason": shape.text})


def _account(value: t.Any) -> shape.Misfits:
    """An account in an organization's report, which may be one that could not be read."""
    is_unread = isinstance(value, dict) and value.get("read") is False
    yield from (_UNREAD if is_unread else _READ)(value)


ORGANIZATION = shape.record({"retrieved": TIME, "benchmark": BENCHMARK, "accounts": shape.list_of(_account)})
