# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of the report that its formats share, and how text from an account is made harmless.

This module is private to hardening.aws. A path, a tag or an alias can hold anything: nothing that comes from the
account reaches a file without going through here.
"""

from __future__ import annotations

import html
import re
import typing as t

from .checks import SEVERITIES
from .findings import is_organization, label

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

VERDICT_WORDS = {
    "pass": "pass",
    "fail": "fail",
    "exempt": "exempt",
    "not_applicable": "n/a",
    "unknown": "unknown",
}
VERDICT_MEANINGS = {
    "pass": "The check holds.",
    "fail": "The check does not hold.",
    "exempt": "It does not hold, or is unknown, and the operator accepts that for the reason given.",
    "not_applicable": "The check asks nothing of this user.",
    "unknown": "It could not be found out. Unknown never counts as pass.",
}
# Not printable by Unicode's classes, but harmless and part of many languages' ordinary text.
_WELCOME = {"\u00a0", "\u200c", "\u200d", "\u3000"}
_PLAIN = re.compile(r"[\w+=,.@/: -]*", re.ASCII)
_XML_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A cell that begins so is a formula to some spreadsheet; the last four are the full-width forms.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# Where lists are separated by semicolons, as in much of Europe, a cell begins after each, and a quote may open it.
_FORMULA_INSIDE = re.compile(r";(?=[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def visible(text: str) -> str:
    """Return a text on one line, in which characters that show nothing, or turn the line round, can be seen."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in _WELCOME else _picture(ord(char)) for char in text)


def _picture(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return "\u2421" if code == 0x7F else f"\\u{{{code:x}}}"


def html_text(text: str) -> str:
    return html.escape(visible(text))


def xml_text(text: str) -> str:
    """Return a text without what XML 1.0 cannot hold. The library that writes it escapes the rest."""
    return _XML_FORBIDDEN.sub("\ufffd", visible(text))


def markdown_text(text: str) -> str:
    """Return a text that is shown as it is, as code, wherever Markdown stands: in a table, a list or a sentence."""
    shown = visible(text)
    if shown.strip() and _PLAIN.fullmatch(shown):
        return f"`{shown}`"
    # HTML's references mean nothing to Markdown's own signs: no pipe, backtick, link or tag comes of them.
    escaped = "".join(char if char.isalnum() or char == " " else f"&#{ord(char)};" for char in shown)
    return f"<code>{escaped}</code>"


def csv_text(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, also if it splits the line at semicolons."""
    shown = _FORMULA_INSIDE.sub(";'", visible(text))
    return f"'{shown}" if _FORMULA.match(text) else shown


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def yes_no(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def day(date: str | None) -> str:
    """Return the day of a time, a dash if there is none."""
    return date[:10] if date else "–"


def kinds_text(user: Json) -> str:
    """Return the kinds of a user's devices, such as V(virtual ×2, fido)."""
    counts: dict[str, int] = {}
    for device in user["mfa_devices"]:
        counts[device["type"]] = counts.get(device["type"], 0) + 1
    if counts:
        return ", ".join(f"{kind} ×{count}" if count > 1 else kind for kind, count in counts.items())
    return "none" if user["mfa_active"] is False else "unknown"


def short_serial(serial: str) -> str:
    """Return what of a serial number tells devices of one account apart: an ARN's end."""
    return serial.split(":", 5)[5] if serial.startswith("arn:") and serial.count(":") >= 5 else serial


def active_keys(user: Json) -> int | None:
    keys = user["access_keys"]
    return None if keys is None else sum(1 for key in keys if key["active"])


def account_alias(part: Json) -> str:
    """Return what a report's account is called, if it has a name."""
    return (part.get("account") or {}).get("alias") or part.get("account_name") or ""


def why(item: Json) -> str:
    """Return the reason of a finding; of an exempt one what was found, and why that is accepted."""
    return f"{item['finding']} – exempt: {item['reason']}" if item.get("finding") else str(item["reason"])


def exempted(item: Json) -> str:
    """Return what an exemption is for."""
    name = item["user_name"] or item["serial_number"] or ""
    return f"{item['account_id']}: {name}" if "account_id" in item else name


def account_title(report: Json) -> str:
    """Return what the account or the organization is called, in words for a heading."""
    if is_organization(report):
        unread = report["accounts_unread"]
        return plural(len(report["accounts"]), "AWS account") + (f", {unread:,} of them not read" if unread else "")
    account = report["account"]
    if account is None:
        return "Selected IAM users"
    if account["alias"]:
        return f"{account['alias']} ({account['account_id']})"
    return f"AWS account {account['account_id']}"


def headline(report: Json) -> str:
    """Return the report in a sentence."""
    verdicts = [check["verdict"] for check in report["checks"]]
    failed, unknown = verdicts.count("fail"), verdicts.count("unknown")
    made = plural(len(verdicts), "check")
    if not verdicts:
        return "No check was made."
    fails = f"{failed} of {made} {'fails' if failed == 1 else 'fail'}: {_named(report, 'fail')}"
    cannot = f"cannot be judged: {_named(report, 'unknown')}"
    if failed and unknown:
        return f"{fails}. {unknown} {cannot}."
    if failed:
        return f"{fails}."
    if unknown:
        return f"{unknown} of {made} {cannot}. None of the others fails."
    exempt = any(check["counts"]["exempt"] for check in report["checks"])
    return f"None of {made} fails{', some findings are exempt' if exempt else ''}."


def _named(report: Json, verdict: str) -> str:
    """Return the checks that have a verdict, the most severe first."""
    found = [check for check in report["checks"] if check["verdict"] == verdict]
    found.sort(key=lambda check: SEVERITIES.index(check["severity"]))
    return ", ".join(f"{check['title']} ({check['severity']})" for check in found)


def change_lines(report: Json) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what changed as headings with lines, each a name from the account and words of ours."""
    changes, words = report["changes"], VERDICT_WORDS
    titles = {check["id"]: check["title"] for check in report["checks"]}
    bad = ("fail", "unknown")
    worse = [item for item in changes["verdicts"] if item["after"] in bad]
    better = [item for item in changes["verdicts"] if item["before"] in bad and item["after"] not in bad]
    others = [item for item in changes["verdicts"] if item["before"] not in bad and item["after"] not in bad]

    def moved(items: list[Json]) -> list[tuple[str, str]]:
        by_subject: dict[str, list[str]] = {}
        for item in items:
            text = f"{titles.get(item['check'], item['check'])}: {words[item['before']]} → {words[item['after']]}"
            by_subject.setdefault(label(item), []).append(text)
        return [(name, "; ".join(texts)) for name, texts in by_subject.items()]

    def plain(name: str) -> list[tuple[str, str]]:
        return [(item, "") for item in changes.get(name) or []]

    sections = [
        ("Accounts that can no longer be read", plain("accounts_no_longer_read")),
        ("Accounts that are read again", plain("accounts_read_again")),
        ("New accounts", plain("accounts_added")),
        ("Accounts gone", plain("accounts_removed")),
        ("New findings", moved(worse)),
        ("Findings resolved or exempted", moved(better)),
        ("Devices attached", _devices(changes["devices_added"])),
        ("Devices gone", _devices(changes["devices_removed"])),
        ("New users", plain("users_added")),
        ("Users gone", plain("users_removed")),
        ("New orphaned devices", plain("orphans_added")),
        ("Orphaned devices gone", plain("orphans_removed")),
        ("Other verdicts", moved(others)),
    ]
    return [(title, lines) for title, lines in sections if lines]


def _devices(items: t.Sequence[Json]) -> list[tuple[str, str]]:
    """Return a line for each device that was attached or is gone."""
    return [
        (
            label({**item, "subject": item["user_name"], "subject_type": "user"}),
            f"{item['type']} device {visible(short_serial(item['serial_number']))}",
        )
        for item in items
    ]
