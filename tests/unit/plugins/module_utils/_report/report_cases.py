# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts for the tests of the verdicts and of the report, as iam_mfa_device_info returns them."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.hardening.aws.plugins.module_utils._account.credential_report import COLUMNS as REPORT_COLUMNS
from ansible_collections.hardening.aws.plugins.module_utils._report import (
    account_info,
    document,
    formats,
    judge,
    options,
)
from ansible_collections.hardening.aws.plugins.module_utils._report.changes import changes_since
from ansible_collections.hardening.aws.plugins.module_utils._report.files import encode

ACCOUNT = "123456789012"
RETRIEVED = "2026-03-11T23:25:36+00:00"
CREATED = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
GENERATED = "2026-03-11T23:25:40Z"
REFUSED = "Missing the IAM action iam:GenerateCredentialReport"
SERIALS = {
    "virtual": f"arn:aws:iam::{ACCOUNT}:mfa/{{name}}",
    "hardware": "GAHT0000{name}",
    "fido": f"arn:aws:iam::{ACCOUNT}:u2f/user/{{name}}/key",
    "sms": f"arn:aws:iam::{ACCOUNT}:sms-mfa/{{name}}",
}

# What a path, a tag or an alias may hold, and what it must never become.
HOSTILE = {
    "tag": "<script>alert(1)</script>",
    "closing": "</script></style></title><img src=x onerror=alert(1)>",
    "quotes": '" onmouseover="alert(1)" x=\'',
    "entity": "&lt;b&gt; &amp; &#60;",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "full width": "＝1+1",
    "semicolon": "/x;=1+1/",
    "semicolon and quote": '/x; "=1+1/',
    "semicolon and full width": "/x;＝1+1/",
    "newline": "one\n| two | three |\n# four",
    "pipes": "a|b\\|c `d` ``e`` | --- |",
    "link": "[x](javascript:alert(1)) ![y](http://example.invalid/z.png) <http://example.invalid>",
    "mention": "@everyone www.example.invalid",
    "cdata": "]]> <!-- --> <?php ?>",
    "control": "a\x00b\x07c\x1b[31md\x7f\x85\x9b",
    "line separator": "a\u2028b\u2029c",
    "direction": "abc\u202egpj.exe",
    "half a pair": "a\ud800b",
    "noncharacter": "a\ufffeb\uffff",
    "words": "données 数据 данные 🔑",
}


def device(kind: str, name: str = "alice", enabled: str | None = "2026-01-02T10:00:00+00:00") -> dict[str, t.Any]:
    return {"user_name": name, "serial_number": SERIALS[kind].format(name=name), "type": kind, "enable_date": enabled}


def user(name: str, *kinds: str, console: bool | None = True, keys: t.Any = (), **facts: t.Any) -> dict[str, t.Any]:
    """A user with devices of these kinds. I(keys) tells of each access key whether it is active."""
    return {
        "user_name": name,
        "exists": True,
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "path": "/",
        "user_id": "AIDAEXAMPLE",
        "create_date": "2025-01-01T00:00:00+00:00",
        "mfa_devices": [device(kind, f"{name}{number or ''}") for number, kind in enumerate(kinds)],
        "mfa_devices_complete": True,
        "mfa_active": bool(kinds),
        "console_password": console,
        "password_last_used": None,
        "password_last_changed": None,
        "access_keys": None if keys is None else [{"active": a, "last_rotated": None, "last_used": None} for a in keys],
        "groups": None,
        "tags": None,
        "attached_policies": None,
        **facts,
    }


def root(mfa: str = "hardware", **facts: t.Any) -> dict[str, t.Any]:
    return {
        "mfa_active": mfa != "none",
        "mfa_type": mfa,
        "access_keys_active": False,
        "access_keys_present": False,
        "password_last_used": None,
        **facts,
    }


def orphan(name: str = "left-behind") -> dict[str, t.Any]:
    serial = SERIALS["virtual"].format(name=name)
    return {"serial_number": serial, "device_name": name, "device_path": "/"}


def report_row(name: str, arn: str | None = None, created: datetime.datetime = CREATED, **cells: str) -> str:
    """A row of the credential report as AWS writes it: nothing is quoted."""
    known = {
        "user": name,
        "arn": arn or f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "user_creation_time": created.isoformat(),
        "password_enabled": "true",
        "mfa_active": "false",
    }
    return ",".join({**dict.fromkeys(REPORT_COLUMNS, "N/A"), **known, **cells}[column] for column in REPORT_COLUMNS)


def account(*users: dict[str, t.Any], **facts: t.Any) -> dict[str, t.Any]:
    return {
        "changed": False,
        "users": list(users),
        "mfa_devices": [],
        "orphaned_devices": [],
        "root": root(),
        "account": {"account_id": ACCOUNT, "partition": "aws", "alias": "example"},
        "credential_report": {"available": True, "generated_time": "2026-03-11T22:00:00+00:00", "msg": ""},
        "unknown": [],
        "retrieved": RETRIEVED,
        **facts,
    }


def without_report(*users: dict[str, t.Any], **facts: t.Any) -> dict[str, t.Any]:
    """An account whose credential report may not be read."""
    for item in users:
        item.update(console_password=None, access_keys=None)
    return account(
        *users,
        credential_report={"available": False, "generated_time": None, "msg": REFUSED},
        unknown=[{"what": "console_password", "why": REFUSED}],
        **facts,
    )


def hostile_account() -> dict[str, t.Any]:
    """An account in which everything that can hold a text holds each of the hostile ones."""
    users = [
        user(
            f"user-{number:02d}",
            "virtual",
            path=f"/{text}/",
            arn=f"arn:aws:iam::{ACCOUNT}:user/{text}/user-{number:02d}",
            groups=[text],
            tags={text: text, "plain": text},
            attached_policies=[text],
        )
        for number, text in enumerate(HOSTILE.values())
    ]
    for item, text in zip(users, HOSTILE.values(), strict=True):
        item["mfa_devices"][0]["serial_number"] = f"arn:aws:iam::{ACCOUNT}:mfa/{text}/device"
        item["mfa_devices"][0]["tags"] = {text: text}
    # A name cannot hold these by IAM's own rules; the report does not rely on it.
    users += [user(text, keys=[True]) for text in HOSTILE.values()]
    everything = " ".join(HOSTILE.values())
    return account(
        *users,
        orphaned_devices=[
            {"serial_number": f"arn:aws:iam::{ACCOUNT}:mfa/{text}/x", "device_name": text, "device_path": f"/{text}/"}
            for text in HOSTILE.values()
        ],
        account={"account_id": ACCOUNT, "partition": "aws", "alias": everything},
        unknown=[{"what": "user_details", "why": text} for text in HOSTILE.values()],
    )


def read(**params: t.Any) -> options.Options:
    defaults = {"benchmark": "7.0", "checks": None, "max_device_age_days": None, "exemptions": []}
    return options.read_options({**defaults, **params})


def exemption(checks: t.Sequence[str], reason: str = "accepted", **facts: t.Any) -> dict[str, t.Any]:
    none = {"user_name": None, "serial_number": None, "until": None}
    return {**none, "checks": list(checks), "reason": reason, **facts}


def make(info: dict[str, t.Any], **params: t.Any) -> dict[str, t.Any]:
    account_info.check_info(info)
    return document.assemble(info, read(**params), GENERATED)


def judged(info: dict[str, t.Any], **params: t.Any) -> judge.Compliance:
    account_info.check_info(info)
    return judge.evaluate(info, read(**params))


def check_of(result: judge.Compliance, name: str) -> dict[str, t.Any]:
    return next(check for check in result.checks if check["id"] == name)


def hostile_report() -> dict[str, t.Any]:
    """Hostile text in everything that comes from the account or the operator, and in what changed."""
    exempt = [exemption(["console_mfa"], text, user_name=text) for text in HOSTILE.values() if text.strip()]
    exempt += [exemption(["orphaned_devices"], text, serial_number=f"*{text}*") for text in list(HOSTILE.values())[:3]]
    report = make(hostile_account(), exemptions=exempt)
    report["changes"] = changes_since(make(account(*[user(text, "virtual") for text in HOSTILE.values()])), report)
    return report


def usual_report() -> dict[str, t.Any]:
    return make(
        account(
            user("alice", "virtual", "fido"),
            user("bob", keys=[True]),
            user("svc", keys=[True]),
            user("no-password", console=False),
            root=root("virtual"),
            orphaned_devices=[orphan()],
        ),
        exemptions=[exemption(["console_mfa", "access_key_mfa"], "a robot", user_name="svc")],
    )


def written(report: dict[str, t.Any], form: str) -> str:
    """The text of the file that is written."""
    return encode(formats.render(report, form)).decode("utf-8")
