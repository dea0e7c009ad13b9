# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML page that loads nothing.

This module is private to hardening.aws. Everything that comes from the account goes through html_text, and the page's
own policy allows it its style sheet and its two scripts, by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import math
import typing as t

from . import columns
from .checks import CHECKS, EXEMPT, FAIL, NOT_APPLICABLE, PASS, SEVERITIES, UNKNOWN, VERDICTS
from .document import KINDS
from .findings import account_name, all_exemptions, is_organization, parts, unknown_facts
from .overview import account_cell, account_select, accounts_section
from .page import EARLY_SCRIPT, SCRIPT, STYLE
from .tags import root_mfa_text, time_tag, verdict_tag
from .words import (
    VERDICT_MEANINGS,
    VERDICT_WORDS,
    account_title,
    active_keys,
    change_lines,
    day,
    exempted,
    headline,
    html_text,
    kinds_text,
    plural,
    short_serial,
    why,
    yes_no,
)

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

# How a row tells the script its verdicts.
_LETTERS = {PASS: "p", FAIL: "f", EXEMPT: "x", NOT_APPLICABLE: "n", UNKNOWN: "u"}
_BAR = (PASS, EXEMPT, UNKNOWN, FAIL, NOT_APPLICABLE)
# A change that concerns thousands is a number with examples; the JSON report has them all.
_SHOWN_CHANGES = 12
_SHOWN_CALLERS = 3
_STANDARD = "https://www.cisecurity.org/benchmark/amazon_web_services"
_RULES = "https://docs.aws.amazon.com/config/latest/developerguide/"


def render_html(report: Json) -> str:
    """Return the page."""
    title = html_text(f"MFA audit: {account_title(report)}")
    # ' is no problem inside content="…"
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src {_hash(STYLE)}",
            f"script-src {_hash(EARLY_SCRIPT)} {_hash(SCRIPT)}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return "".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n',
            f"<title>{title}</title>\n<style>{STYLE}</style>\n<script>{EARLY_SCRIPT}</script>\n</head>\n<body>\n",
            '<a class="skip" href="#users-title">Skip to the users</a>\n<div class="wrap">\n',
            _header(report),
            "<main>\n",
            accounts_section(report),
            _coverage(report),
            _unknown(report),
            _checks(report),
            _not_made(report),
            _changes(report),
            _exemptions(report),
            _orphans(report),
            _users(report),
            "</main>\n",
            _footer(report),
            f"</div>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        ]
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _header(report: Json) -> str:
    facts = [
        *(_facts_of_many(report) if is_organization(report) else _facts_of_one(report)),
        (
            "Benchmark",
            f'<a href="{_STANDARD}">CIS AWS Foundations</a> {html_text(report["benchmark"]["version"])}',
        ),
        (
            "Report written",
            f"{time_tag(report['generated'])} by hardening.aws {html_text(report['collection_version'])}",
        ),
    ]
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    return (
        '<header>\n<p class="eyebrow">MFA audit</p>\n'
        f"<h1><bdi>{html_text(account_title(report))}</bdi></h1>\n"
        f'<p class="lead">{verdict_tag(report["verdict"])} {headline(report)}</p>\n'
        f'<dl class="facts">{shown}</dl>\n</header>\n'
    )


def _facts_of_one(report: Json) -> list[tuple[str, str]]:
    credentials = report["credential_report"]
    caller = (report["account"] or {}).get("caller")
    return [
        ("Account read", time_tag(report["retrieved"])),
        *([("Read as", f"<bdi>{html_text(caller)}</bdi>")] if caller else []),
        (
            "Credential report",
            time_tag(credentials["generated_time"]) if credentials["available"] else "not available",
        ),
    ]


def _facts_of_many(report: Json) -> list[tuple[str, str]]:
    callers = sorted({part["caller"] for part in report["accounts"] if part["caller"]})
    # Roles of one name in many accounts are one fact.
    roles = sorted({caller.split(":", 5)[-1] for caller in callers})
    shown = ", ".join(html_text(role) for role in roles[:_SHOWN_CALLERS]) + (
        ", …" if len(roles) > _SHOWN_CALLERS else ""
    )
    return [
        ("Accounts read", f"{report['accounts_read']:,} of {len(report['accounts']):,}"),
        ("Since", time_tag(report["retrieved"])),
        *([("Read as", f"<bdi>{shown}</bdi>")] if roles else []),
    ]


# Coverage


def _coverage(report: Json) -> str:
    """Return who of those with a console password has MFA: of all users, if it is not known who has a password."""
    console, everyone = report["coverage"]["console_users"], report["coverage"]["all_users"]
    use_console = bool(console["users"] or not console["unknown"])
    part = console if use_console else everyone
    who = "users with a console password" if use_console else "users"
    parts = [
        (PASS, "with MFA", part["with_mfa"]),
        (FAIL, "without MFA", part["without_mfa"]),
        (EXEMPT, "without MFA, exempt", part["exempt"]),
        (UNKNOWN, "unknown", part["unknown"]),
    ]
    whole = sum(number for _name, _words, number in parts)
    legend = "".join(
        f'<li><span class="key {name}"></span>{words}<b>{number:,}</b></li>'
        for name, words, number in parts
        if number or name in (PASS, FAIL)
    )
    numbers = [
        (f"{everyone['with_mfa']:,} of {everyone['users']:,}", "users have MFA, console or not"),
        _roots_words(report),
        _devices_words(report["coverage"]["devices_by_type"]),
        (_orphan_words(report["coverage"]["orphaned_devices"]), "orphaned virtual devices"),
    ]
    tiles = "".join(f"<div><dt>{words}</dt><dd>{number}</dd></div>" for number, words in numbers)
    return (
        '<section aria-labelledby="coverage-title">\n<h2 id="coverage-title">Coverage</h2>\n<div class="cards">\n'
        f'<div class="card cover">{_donut(parts, whole, part["percent"], who)}\n'
        f'<div class="legend"><h3>{who[0].upper()}{who[1:]}</h3><ul class="legend">{legend}</ul></div></div>\n'
        f'<dl class="card numbers">{tiles}</dl>\n</div>\n</section>\n'
    )


def _roots_words(report: Json) -> tuple[str, str]:
    if not is_organization(report):
        return root_mfa_text(report["root"]), "root's MFA"
    roots = [part["root"] for part in report["accounts"]]
    return f"{sum(1 for root in roots if root and root['mfa_active']):,} of {len(roots):,}", "root users have MFA"


def _orphan_words(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,}"


def _devices_words(counts: t.Mapping[str, int]) -> tuple[str, str]:
    kinds = ", ".join(f"{count:,} {html_text(kind)}" for kind, count in counts.items() if count)
    return f"{sum(counts.values()):,}", f"devices in use{': ' if kinds else ''}{kinds}"


def _donut(parts: t.Sequence[tuple[str, str, int]], whole: int, percent: float | None, who: str) -> str:
    """Return the picture: a ring whose parts are in proportion, and that says the same in words."""
    words = ", ".join(f"{number:,} {name}" for _kind, name, number in parts if number) or "nobody"
    length = 2 * math.pi * 50
    rings, start = [], 0.0
    for kind, _name, number in parts:
        if number:
            arc = length * number / whole
            rings.append(
                f'<circle class="ring {kind}" cx="60" cy="60" r="50" transform="rotate(-90 60 60)" '
                f'stroke-dasharray="{arc:.3f} {length - arc:.3f}" stroke-dashoffset="{-start:.3f}"/>'
            )
            start += arc
    shown = "–" if not whole else "?" if percent is None else f"{percent:g}%"
    return (
        '<svg viewBox="0 0 120 120" role="img" aria-labelledby="donut-title donut-desc">'
        f'<title id="donut-title">MFA coverage of {who}</title><desc id="donut-desc">{shown}: {words}.</desc>'
        f'<circle class="ring track" cx="60" cy="60" r="50"/>{"".join(rings)}'
        f'<text class="big" x="60" y="64">{shown}</text><text class="under" x="60" y="77">have MFA</text></svg>'
    )


# Checks


def _checks(report: Json) -> str:
    rows = []
    for check in report["checks"]:
        rule = (
            f'<td class="c-rule"><a href="{_RULES}{check["config_rule"]}.html"><code>{check["config_rule"]}</code></a>'
            if check["config_rule"]
            else '<td class="c-rule none">–'
        )
        cis = (
            f'<td class="c-cis whole"><a href="{_STANDARD}">{check["cis"]}</a>'
            if check["cis"]
            else '<td class="c-cis none">–'
        )
        remedy = (
            f"<small><b>Remedy:</b> {check['remedy']}</small>" if check["verdict"] in (FAIL, UNKNOWN, EXEMPT) else ""
        )
        nearest = "<small>the nearest one</small>" if check["config_rule_is_nearest"] else ""
        reason = f"<small><bdi>{html_text(check['reason'])}</bdi></small>" if check["reason"] else ""
        rows.append(
            f'<tr><th scope="row" class="c-check">{check["title"]}<small>{check["description"]}</small>{remedy}</th>'
            f'<td class="c-verdict">{verdict_tag(check["verdict"])}{reason}</td><td class="c-counts">{_bar(check)}</td>'
            f'<td class="c-severity">{check["severity"]}</td>'
            f"{cis}</td>{rule}{nearest}</td></tr>\n"
        )
    return (
        '<section aria-labelledby="checks-title">\n<h2 id="checks-title">Checks</h2>\n<div class="scroll">'
        '<table id="checks" class="narrow"><caption>Numbers are those of the '
        f"{html_text(report['benchmark']['name'])} {html_text(report['benchmark']['version'])}.</caption>\n"
        f"<thead><tr>{columns.heads(columns.CHECKS)}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody></table></div>\n</section>\n"
    )


def _bar(check: Json) -> str:
    counts = check["counts"]
    whole = sum(counts.values())
    if not whole:
        return "<small>nobody to ask this of</small>" if check["subject"] != "device" else "<small>no orphan</small>"
    words = ", ".join(f"{counts[name]:,} {VERDICT_WORDS[name]}" for name in _BAR if counts[name])
    lines, start = [], 0.0
    for name in _BAR:
        if counts[name]:
            end = start + 100 * counts[name] / whole
            lines.append(f'<line class="{name}" x1="{start:.2f}" x2="{end:.2f}" y1="5" y2="5"/>')
            start = end
    return (
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(lines)}</svg><small>{words}</small>"
    )


# The smaller sections


def _unknown(report: Json) -> str:
    not_made = {item["check"] for item in report["not_made"]}
    unknown = [item for item in unknown_facts(report) if item["what"] not in not_made]
    if not unknown:
        return ""
    items = "".join(
        f"<li><b>{html_text(item['what'].replace('_', ' '))}</b>: <bdi>{html_text(item['why'])}</bdi></li>"
        for item in unknown
    )
    return (
        '<section aria-labelledby="unknown-title" class="card notice">\n'
        '<h2 id="unknown-title">What is not known</h2>\n'
        f"<p>None of it counts as pass.</p>\n<ul>{items}</ul>\n</section>\n"
    )


def _not_made(report: Json) -> str:
    if not report["not_made"]:
        return ""
    titles = {check.id: check.title for check in CHECKS}
    items = "".join(
        f"<li><b>{titles[item['check']]}</b>: <bdi>{html_text(item['why'])}</bdi></li>" for item in report["not_made"]
    )
    return (
        '<section aria-labelledby="not-made-title">\n<h2 id="not-made-title">Checks that were not made</h2>\n'
        f'<ul class="plain">{items}</ul>\n</section>\n'
    )


def _changes(report: Json) -> str:
    changes = report["changes"]
    if changes is None:
        return ""
    blocks = []
    for title, items in change_lines(report):
        lines = "".join(
            f"<li><bdi>{html_text(name)}</bdi>{f' <small>{html_text(words)}</small>' if words else ''}</li>"
            for name, words in items[:_SHOWN_CHANGES]
        )
        if len(items) > _SHOWN_CHANGES:
            lines += f"<li><small>and {len(items) - _SHOWN_CHANGES:,} more, in the JSON report</small></li>"
        blocks.append(f'<div><h3>{title} <small>({len(items):,})</small></h3><ul class="plain">{lines}</ul></div>')
    if not blocks:
        body = "<p>Nothing.</p>"
    else:
        body = f'<p>{_coverage_change(report)}</p>\n<div class="columns">{"".join(blocks)}</div>'
    return (
        '<section aria-labelledby="changes-title" class="card">\n'
        f'<h2 id="changes-title">What changed since {html_text(day(changes["since"]))}</h2>\n{body}\n</section>\n'
    )


def _coverage_change(report: Json) -> str:
    before = report["changes"]["coverage_before"]["console_users"]
    after = report["coverage"]["console_users"]

    numbers = f"{before['with_mfa']:,} of {before['users']:,} to {after['with_mfa']:,} of {after['users']:,}"
    if before["percent"] is None or after["percent"] is None:
        return f"Console users with MFA: from {numbers}."
    return f"Console users with MFA: from {before['percent']:g}% to <b>{after['percent']:g}%</b> ({numbers})."


def _exemptions(report: Json) -> str:
    exemptions = all_exemptions(report)
    if not exemptions:
        return ""
    rows = "".join(
        f'<tr><th scope="row"><bdi>{html_text(exempted(item))}</bdi></th>'
        f"<td>{', '.join(item['checks'])}</td><td><bdi>{html_text(item['reason'])}</bdi></td>"
        f"<td>{item['until'] or '–'}{' ' + verdict_tag(FAIL, 'expired') if item['expired'] else ''}</td>"
        f'<td class="num">{item["applied"]:,}</td></tr>\n'
        for item in exemptions
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("For", "Checks", "Reason", "Until"))
    return (
        '<section aria-labelledby="exemptions-title">\n<h2 id="exemptions-title">Exemptions</h2>\n<div class="scroll">'
        "<table><caption>Findings that the operator accepts, and how many each one covers.</caption>\n"
        f'<thead><tr>{heads}<th scope="col" class="num">Covers</th></tr></thead>\n'
        f"<tbody>\n{rows}</tbody></table></div>\n</section>\n"
    )


def _orphans(report: Json) -> str:
    orphans = [device for part in parts(report) for device in part["orphaned_devices"]]
    if not orphans:
        return ""
    rows = "".join(
        f'<tr><th scope="row"><bdi>{html_text(device["device_name"] or short_serial(device["serial_number"]))}</bdi>'
        f"</th><td><code>{html_text(device['serial_number'])}</code></td>"
        f"<td>{verdict_tag(device['verdict'])}{_whys(device)}</td></tr>\n"
        for device in orphans
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Device", "Serial number", "Verdict"))
    return (
        '<section aria-labelledby="orphans-title">\n<h2 id="orphans-title">Orphaned devices</h2>\n<div class="scroll">'
        "<table><caption>Virtual devices that belong to nobody.</caption>\n"
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n</section>\n"
    )


# Users


def _users(report: Json) -> str:
    checks = [check for check in report["checks"] if check["subject"] == "user"]
    titles = {check["id"]: check["title"] for check in checks}
    users = _worst_first(report)
    rows = "".join(_row(part, user, titles, rank) for rank, part, user in users)
    heads = columns.users(is_organization(report))
    many = ' class="many"' if is_organization(report) else ""
    widths = "".join(f'<col class="c-{name}">' for name in heads)
    verdicts = "".join(f'<option value="{name}">{VERDICT_WORDS[name]}</option>' for name in VERDICTS)
    asked = "".join(f'<option value="{check}">{title}</option>' for check, title in titles.items())
    kinds = "".join(f'<option value="{kind}">{kind}</option>' for kind in (*KINDS, "none"))
    return (
        f'<section aria-labelledby="users-title"{many}>\n<h2 id="users-title" tabindex="-1">Users</h2>\n'
        '<form id="controls" class="controls" role="search" aria-label="Users" hidden>'
        '<div class="search"><label for="search">Search</label>'
        '<input id="search" type="search" autocomplete="off" spellcheck="false" '
        'placeholder="Name, path, serial, tag …"></div><div><label for="check">Check</label>'
        f'<select id="check"><option value="">all</option>{asked}</select></div>'
        '<div><label for="verdict">Verdict</label>'
        f'<select id="verdict"><option value="">any</option>{verdicts}</select></div>'
        '<div><label for="device">Device</label>'
        f'<select id="device"><option value="">any</option>{kinds}</select></div>{account_select(report)}'
        '<button id="clear" class="b" type="button">Clear</button></form>\n'
        '<div class="scroll" role="region" aria-labelledby="users-title" tabindex="0">'
        f'<table id="users" class="narrow"><caption><span id="shown">{plural(len(users), "user")}</span>. '
        "Console password, keys and last sign-in are those of the credential report.</caption>\n"
        f"<colgroup>{widths}</colgroup>\n<thead><tr>{columns.heads(heads)}</tr></thead>\n"
        f"<tbody>\n{rows}</tbody></table></div>\n"
        '<div id="pager" class="pager" hidden><button id="earlier" class="b" type="button">Previous</button>'
        '<button id="later" class="b" type="button">Next</button><p id="count" role="status"></p>'
        '<label>Rows <select id="size"><option>50</option><option selected>100</option><option>500</option>'
        "</select></label></div>\n</section>\n"
    )


def _worst_first(report: Json) -> list[tuple[int, Json, Json]]:
    """Return all users, each with its account and a rank: those who fail the most severe check have the lowest."""
    ranks = {check["id"]: SEVERITIES.index(check["severity"]) for check in report["checks"]}
    found = []
    for part in parts(report):
        for user in part["users"]:
            worst = [ranks[check] for check, item in user["checks"].items() if item["verdict"] == user["verdict"]]
            rank = VERDICTS.index(user["verdict"]) * len(SEVERITIES) + min(worst, default=0)
            found.append((rank, part, user))
    return sorted(found, key=lambda item: (item[0], item[2]["user_name"], account_name(item[1])))


def _row(part: Json, user: Json, titles: t.Mapping[str, str], rank: int) -> str:
    found = user["checks"]
    verdicts = [found[check]["verdict"] if check in found else None for check in titles]
    marks = _LETTERS[user["verdict"]] + "".join(_LETTERS[verdict] if verdict else "-" for verdict in verdicts)
    keys = active_keys(user)
    devices = user["mfa_devices"]
    since = min((device["enable_date"] for device in devices if device["enable_date"]), default=None)
    if user["console_password"] is False:
        signed_in = "–"
    elif user["console_password"] is None:
        signed_in = "unknown"
    else:
        signed_in = html_text(day(user["password_last_used"])) if user["password_last_used"] else "never"
    serials = "".join(f"<small><bdi>{html_text(short_serial(d['serial_number']))}</bdi></small>" for d in devices)
    return (
        f'<tr data-k="{marks}" data-r="{rank}" data-d="{len(devices)}" data-a="{-1 if keys is None else keys}">'
        f'<th scope="row" class="c-user"><bdi>{html_text(user["user_name"])}</bdi>{_about(user)}</th>'
        f"{account_cell(part)}"
        f'<td class="c-verdict">{verdict_tag(user["verdict"])}</td>'
        f'<td class="c-password">{yes_no(user["console_password"])}</td>'
        f'<td class="c-mfa"><span>{html_text(kinds_text(user))}</span>{serials}</td>'
        f'<td class="c-enabled">{html_text(day(since))}</td><td class="c-keys">{"?" if keys is None else keys}</td>'
        f'<td class="c-signin">{signed_in}</td><td class="c-findings">{_whys(user)}</td></tr>\n'
    )


def _about(user: Json) -> str:
    lines = []
    if not user["exists"]:
        lines.append("there is no such user")
    if user["path"] not in (None, "/"):
        lines.append(user["path"])
    if user["groups"]:
        lines.append("groups: " + ", ".join(user["groups"]))
    if user["tags"]:
        lines.append("tags: " + ", ".join(f"{key}={value}" for key, value in sorted(user["tags"].items())))
    for device in user["mfa_devices"]:
        if device["tags"]:
            lines.append("device: " + ", ".join(f"{key}={value}" for key, value in sorted(device["tags"].items())))
    return "".join(f"<small><bdi>{html_text(line)}</bdi></small>" for line in lines)


def _whys(facts: Json) -> str:
    lines = []
    for item in facts["checks"].values():
        if "reason" in item:
            lines.append(f'<span class="why {item["verdict"]}"><bdi>{html_text(why(item))}</bdi></span>')
    return "".join(lines)


def _footer(report: Json) -> str:
    meanings = "".join(f"<dt>{verdict_tag(name)}</dt><dd>{VERDICT_MEANINGS[name]}</dd>" for name in VERDICTS)
    return (
        f"<footer>\n<dl>{meanings}</dl>\n<p>MFA devices are as AWS listed them when the account was read. Console "
        "passwords and access keys are as of the credential report, which AWS remakes at most every four hours. "
        f"Written by {html_text(report['generator'])} of hardening.aws {html_text(report['collection_version'])}, "
        f"schema {html_text(report['schema_version'])}.</p>\n</footer>\n"
    )
