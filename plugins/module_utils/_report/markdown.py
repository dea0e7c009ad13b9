# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as Markdown, for a pull request, a ticket or a wiki.

This module is private to hardening.aws.
"""

from __future__ import annotations

import typing as t

from .changes import has_changes
from .checks import EXEMPT, FAIL, NOT_APPLICABLE, UNKNOWN
from .dates import human_date
from .findings import all_exemptions, findings, is_organization, label, unknown_facts
from .words import VERDICT_WORDS, account_title, change_lines, day, exempted, headline, markdown_text, plural, why

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

# A page that people read ends somewhere; JSON, CSV and HTML have all.
_MOST_LINES = 500


def render_markdown(report: Json) -> str:
    """Return a page for a pull request, a ticket or a wiki: the checks, what changed, and the findings."""
    lines = [*_head(report), *_checks(report), *_accounts(report)]
    unknown = unknown_facts(report)
    if unknown:
        lines += ["", "## What is not known", ""]
        lines += [f"- {markdown_text(item['what'])}: {markdown_text(item['why'])}" for item in unknown]
    if report["not_made"]:
        lines += ["", "## Checks that were not made", ""]
        lines += [f"- `{item['check']}`: {markdown_text(item['why'])}" for item in report["not_made"]]
    lines += [*_changes(report), *_exemptions(report), *_findings(report)]
    return "\n".join(lines) + "\n"


def _head(report: Json) -> list[str]:
    return [
        "# MFA audit",
        "",
        *(_head_of_many(report) if is_organization(report) else _head_of_one(report)),
        f"**Benchmark:** {report['benchmark']['name']} {report['benchmark']['version']}",
        "",
        f"**{headline(report)}**",
        "",
        "| Users | in all | with MFA | without | exempt | unknown | coverage |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        _coverage_row("With a console password", report["coverage"]["console_users"]),
        _coverage_row("All", report["coverage"]["all_users"]),
        "",
    ]


def _head_of_one(report: Json) -> list[str]:
    credentials = report["credential_report"]
    of_when = f"of {human_date(credentials['generated_time'])}"
    caller = (report["account"] or {}).get("caller")
    return [
        f"**Account:** {markdown_text(account_title(report))}  ",
        f"**Read:** {human_date(report['retrieved'])}{f', as {markdown_text(caller)}' if caller else ''}, "
        f"written {human_date(report['generated'])}  ",
        "**Credential report:** "
        + (of_when if credentials["available"] else f"none: {markdown_text(credentials['msg'])}")
        + "  ",
    ]


def _head_of_many(report: Json) -> list[str]:
    return [
        f"**Accounts:** {markdown_text(account_title(report))}  ",
        f"**Read:** from {human_date(report['retrieved'])}, written {human_date(report['generated'])}  ",
    ]


def _accounts(report: Json) -> list[str]:
    """Return a table of an organization's accounts, the worst first."""
    if not is_organization(report):
        return []
    lines = ["", "## Accounts", "", "| Account | Name | Verdict | Users | with MFA | Failing checks |"]
    lines.append("| --- | --- | --- | ---: | ---: | --- |")
    for part in report["accounts"]:
        users = part["coverage"]["all_users"]
        failing = ", ".join(check["id"] for check in part["checks"] if check["verdict"] == FAIL)
        if not part["read"]:
            failing = f"not read: {markdown_text(part['reason'])}"
        numbers = [f"{users[name]:,}" if part["read"] else "?" for name in ("users", "with_mfa")]
        name = markdown_text(part["account_name"]) if part["account_name"] else "–"
        cells = [markdown_text(part["account_id"]), name, VERDICT_WORDS[part["verdict"]], *numbers, failing or "–"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _checks(report: Json) -> list[str]:
    lines = [
        "## Checks",
        "",
        "| Check | Severity | CIS | AWS Config rule | Verdict | pass | fail | exempt | unknown | n/a |",
        "| --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for check in report["checks"]:
        counts = check["counts"]
        rule = f"`{check['config_rule']}`" if check["config_rule"] else "–"
        cells = [check["title"], check["severity"], check["cis"] or "–"]
        cells += [rule + (" (nearest)" if check["config_rule_is_nearest"] else "")]
        cells += [f"**{VERDICT_WORDS[check['verdict']]}**"]
        cells += [f"{counts[name]:,}" for name in ("pass", FAIL, EXEMPT, UNKNOWN, NOT_APPLICABLE)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _changes(report: Json) -> list[str]:
    changes = report["changes"]
    if changes is None:
        return []
    lines = ["", f"## Changes since {day(changes['since'])}", ""]
    for title, items in change_lines(report):
        lines += [f"**{title}** ({len(items):,})", ""]
        for name, words in items[:_MOST_LINES]:
            lines.append(f"- {markdown_text(name)}" + (f": {markdown_text(words)}" if words else ""))
        lines.append("")
    if not has_changes(changes):
        lines += ["None.", ""]
    return lines[:-1]


def _exemptions(report: Json) -> list[str]:
    exemptions = all_exemptions(report)
    if not exemptions:
        return []
    lines = ["", "## Exemptions", "", "| For | Checks | Reason | Until | Applied |", "| --- | --- | --- | --- | ---: |"]
    for item in exemptions:
        name = markdown_text(exempted(item))
        until = (item["until"] or "–") + (" (expired)" if item["expired"] else "")
        cells = [name, ", ".join(item["checks"]), markdown_text(item["reason"]), until, f"{item['applied']:,}"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _findings(report: Json) -> list[str]:
    found = findings(report)
    if not found:
        return ["", "## Findings", "", "None."]
    lines = ["", "## Findings", "", "| Check | Severity | Who | Verdict | Why |", "| --- | --- | --- | --- | --- |"]
    for item in found[:_MOST_LINES]:
        cells = [item["check"], item["severity"], markdown_text(label(item)), VERDICT_WORDS[item["verdict"]]]
        lines.append(f"| {' | '.join([*cells, markdown_text(why(item))])} |")
    if len(found) > _MOST_LINES:
        lines += ["", f"{plural(len(found) - _MOST_LINES, 'more finding')}: see the HTML, JSON or CSV report."]
    return lines


def _coverage_row(title: str, part: Json) -> str:
    percent = "unknown" if part["unknown"] else "–" if part["percent"] is None else f"{part['percent']:g}%"
    numbers = [f"{part[name]:,}" for name in ("users", "with_mfa", "without_mfa", "exempt", "unknown")]
    return f"| {' | '.join([title, *numbers, percent])} |"
