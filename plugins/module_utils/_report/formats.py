# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as JSON, CSV, Markdown, JUnit XML and SARIF.

This module is private to hardening.aws. Each function takes the report of document.assemble and returns text.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import typing as t
import urllib.parse
from xml.etree import ElementTree

from . import document, html
from .checks import EXEMPT, FAIL, NOT_APPLICABLE, UNKNOWN
from .words import (
    VERDICT_WORDS,
    account_title,
    active_keys,
    change_lines,
    csv_text,
    day,
    headline,
    kinds_text,
    markdown_text,
    plural,
    visible,
    xml_text,
    yes_no,
)

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

# What a format's file is called.
SUFFIXES = {"html": "html", "json": "json", "csv": "csv", "md": "md", "junit": "junit.xml", "sarif": "sarif"}
FORMATS = tuple(SUFFIXES)
# A page that people read ends somewhere; JSON, CSV and HTML have all.
_MARKDOWN_LINES = 500


def render(report: Json, name: str, artifact: str = "iam-mfa-report.json") -> str:
    """Return the report in a format of I(FORMATS).

    :param artifact: The name of the file that SARIF says its results are found in.
    """
    return render_sarif(report, artifact) if name == "sarif" else _RENDERERS[name](report)


def artifact(paths: t.Mapping[str, str]) -> str:
    """Return the name of the file among I(paths), by format, that SARIF's results are found in: JSON, or its own."""
    return os.path.basename(paths.get("json") or paths.get("sarif") or "")


# JSON


def render_json(report: Json) -> str:
    """Return JSON with one line for each user and each other item of a list, which is quick and good to compare."""
    return "{\n" + ",\n".join(f" {json.dumps(key)}: {_value(value)}" for key, value in report.items()) + "\n}\n"


def _value(value: t.Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_compact(item)}" for item in value) + "\n ]"
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"  {json.dumps(key)}: {_compact(item)}" for key, item in value.items()) + "\n }"
    return _compact(value)


def _compact(value: t.Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


# CSV


def render_csv(report: Json) -> str:
    """Return a line for each user, root and orphaned device, with no date of the report's own."""
    checks = [check["id"] for check in report["checks"]]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(
        ["subject_type", "name", "path", "arn", "verdict", "console_password", "mfa_active", "mfa_kinds"]
        + ["mfa_serial_numbers", "mfa_enabled_since", "active_access_keys", "password_last_used", "groups", "tags"]
        + [*checks, "findings"]
    )
    for kind, name, facts in document.subjects(report):
        cells = {"root": _root_cells, "user": _user_cells, "device": _device_cells}[kind](facts)
        verdicts = [facts["checks"].get(check, {}).get("verdict", "") for check in checks]
        reasons = "; ".join(f"{check}: {item['reason']}" for check, item in facts["checks"].items() if "reason" in item)
        row = [kind, name, *cells[:2], facts["verdict"], *cells[2:], *verdicts, reasons]
        writer.writerow([csv_text(cell) for cell in row])
    return file.getvalue()


def _user_cells(user: Json) -> list[str]:
    keys = active_keys(user)
    devices = user["mfa_devices"]
    return [
        user["path"] or "",
        user["arn"] or "",
        yes_no(user["console_password"]),
        yes_no(user["mfa_active"]),
        kinds_text(user),
        " ".join(device["serial_number"] for device in devices),
        min((device["enable_date"] for device in devices if device["enable_date"]), default=""),
        "unknown" if keys is None else str(keys),
        user["password_last_used"] or "",
        ", ".join(user["groups"] or []),
        json.dumps(user["tags"], ensure_ascii=False, sort_keys=True) if user["tags"] else "",
    ]


def _root_cells(root: Json) -> list[str]:
    kind = root["mfa_type"] or "unknown"
    keys = yes_no(root["access_keys_active"])
    return ["", "", "yes", yes_no(root["mfa_active"]), kind, "", "", keys, root["password_last_used"] or "", "", ""]


def _device_cells(device: Json) -> list[str]:
    return [device["device_path"] or "", device["serial_number"], "", "", "virtual", device["serial_number"], *[""] * 5]


# Markdown


def render_markdown(report: Json) -> str:
    """Return a page for a pull request, a ticket or a wiki: the checks, what changed, and the findings."""
    lines = [*_markdown_head(report), *_markdown_checks(report)]
    if report["unknown"]:
        lines += ["", "## What is not known", ""]
        lines += [f"- {markdown_text(item['what'])}: {markdown_text(item['why'])}" for item in report["unknown"]]
    lines += [*_markdown_changes(report), *_markdown_exemptions(report), *_markdown_findings(report)]
    return "\n".join(lines) + "\n"


def _markdown_head(report: Json) -> list[str]:
    made = document.human_date
    credentials = report["credential_report"]
    of_when = f"of {made(credentials['generated_time'])}"
    return [
        "# MFA audit",
        "",
        f"**Account:** {markdown_text(account_title(report))}  ",
        f"**Read:** {made(report['retrieved'])}, written {made(report['generated'])}  ",
        "**Credential report:** "
        + (of_when if credentials["available"] else f"none: {markdown_text(credentials['msg'])}")
        + "  ",
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


def _markdown_checks(report: Json) -> list[str]:
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


def _markdown_exemptions(report: Json) -> list[str]:
    if not report["exemptions"]:
        return []
    lines = ["", "## Exemptions", "", "| For | Checks | Reason | Until | Applied |", "| --- | --- | --- | --- | ---: |"]
    for item in report["exemptions"]:
        name = markdown_text(item["user_name"] or item["serial_number"])
        until = (item["until"] or "–") + (" (expired)" if item["expired"] else "")
        cells = [name, ", ".join(item["checks"]), markdown_text(item["reason"]), until, f"{item['applied']:,}"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _markdown_findings(report: Json) -> list[str]:
    found = document.findings(report)
    if not found:
        return ["", "## Findings", "", "None."]
    lines = ["", "## Findings", "", "| Check | Severity | Who | Verdict | Why |", "| --- | --- | --- | --- | --- |"]
    for item in found[:_MARKDOWN_LINES]:
        cells = [item["check"], item["severity"], markdown_text(item["subject"]), VERDICT_WORDS[item["verdict"]]]
        lines.append(f"| {' | '.join([*cells, markdown_text(item['reason'])])} |")
    if len(found) > _MARKDOWN_LINES:
        lines += ["", f"{plural(len(found) - _MARKDOWN_LINES, 'more finding')}: see the HTML, JSON or CSV report."]
    return lines


def _coverage_row(title: str, part: Json) -> str:
    percent = "unknown" if part["unknown"] else "–" if part["percent"] is None else f"{part['percent']:g}%"
    numbers = [f"{part[name]:,}" for name in ("users", "with_mfa", "without_mfa", "exempt", "unknown")]
    return f"| {' | '.join([title, *numbers, percent])} |"


def _markdown_changes(report: Json) -> list[str]:
    changes = report["changes"]
    if changes is None:
        return []
    lines = ["", f"## Changes since {day(changes['since'])}", ""]
    for title, items in change_lines(report):
        lines += [f"**{title}** ({len(items):,})", ""]
        for name, words in items[:_MARKDOWN_LINES]:
            lines.append(f"- {markdown_text(name)}" + (f": {markdown_text(words)}" if words else ""))
        lines.append("")
    if not document.has_changes(changes):
        lines += ["None.", ""]
    return lines[:-1]


# JUnit XML


def render_junit(report: Json) -> str:
    """Return a test suite for each check, and in it a test case for each finding.

    A check without a finding is one test case that passes. Unknown is an error, exempt is skipped with its reason.
    """
    root = ElementTree.Element("testsuites", name=xml_text(f"MFA audit of {account_title(report)}"))
    by_check: dict[str, list[Json]] = {check["id"]: [] for check in report["checks"]}
    for item in document.findings(report):
        by_check[item["check"]].append(item)
    for check in report["checks"]:
        _junit_suite(ElementTree.SubElement(root, "testsuite"), check, by_check[check["id"]])
        root[-1].set("timestamp", report["retrieved"])
    for name in _JUNIT_COUNTS:
        if name != "skipped":  # Jenkins' schema has it for a suite, and not for all of them
            root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


_JUNIT_COUNTS = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
_JUNIT_TAGS = {FAIL: "failure", UNKNOWN: "error", EXEMPT: "skipped"}


def _junit_suite(suite: ElementTree.Element, check: Json, found: t.Sequence[Json]) -> None:
    suite.set("name", f"{check['title']}{' (CIS ' + check['cis'] + ')' if check['cis'] else ''}")
    group = f"iam_mfa.{check['id']}"
    for item in found:
        name = xml_text(f"{check['title']}: {item['subject']}")
        case = ElementTree.SubElement(suite, "testcase", name=name, classname=group)
        message = xml_text(f"{item['subject']}: {item['reason']}")
        outcome = ElementTree.SubElement(case, _JUNIT_TAGS[item["verdict"]], message=message)
        if item["verdict"] != EXEMPT:
            outcome.set("type", check["id"])
            outcome.text = check["remedy"]
    if all(item["verdict"] == EXEMPT for item in found):
        case = ElementTree.SubElement(suite, "testcase", name=check["title"], classname=group)
        if check["verdict"] == NOT_APPLICABLE:
            ElementTree.SubElement(case, "skipped", message="Not applicable: there is nobody to ask this of.")
    for name, tag in _JUNIT_COUNTS.items():
        suite.set(name, str(sum(1 for _element in suite.iter(tag))))


# SARIF

_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
# How GitHub ranks a result.
_SCORES = {"critical": "9.0", "high": "8.0", "medium": "5.0", "low": "2.0"}


def render_sarif(report: Json, artifact: str) -> str:
    """Return SARIF 2.1.0. An exempt finding is a suppressed result, an unknown one is open and has a notification."""
    rules = [_sarif_rule(check, report["benchmark"]) for check in report["checks"]]
    index = {check["id"]: number for number, check in enumerate(report["checks"])}
    location = {"artifactLocation": {"uri": urllib.parse.quote(artifact)}, "region": {"startLine": 1}}
    run = {
        "tool": {"driver": {"name": report["generator"], "rules": rules}},
        "invocations": [
            {
                "executionSuccessful": True,
                "endTimeUtc": report["retrieved"],
                "toolExecutionNotifications": _sarif_notifications(report, index),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(report, item, index, location) for item in document.findings(report)],
    }
    head = '{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": ['
    return f"{head}\n{render_json(run)}]}}\n"


def _sarif_result(report: Json, item: Json, index: t.Mapping[str, int], location: Json) -> Json:
    """Return a finding as a result.

    :param index: The position of each check's rule.
    :param location: Where results are said to be found.
    """
    name = visible(item["subject"])
    kind = {"root": "user", "user": "user", "device": "resource", "account": "resource"}[item["subject_type"]]
    identity = hashlib.sha256(f"{item['check']}\n{item['subject']}".encode("utf-8", "replace")).hexdigest()
    result: Json = {
        "ruleId": item["check"],
        "ruleIndex": index[item["check"]],
        "kind": "open" if item["verdict"] == UNKNOWN else "fail",
        "level": "none" if item["verdict"] == UNKNOWN else _LEVELS[item["severity"]],
        "message": {"text": f"{name}: {visible(item['reason'])}"},
        "locations": [
            {
                "physicalLocation": location,
                "logicalLocations": [{"name": name, "fullyQualifiedName": _qualified(report, item), "kind": kind}],
            }
        ],
        "partialFingerprints": {"checkAndSubject/v1": identity},
    }
    if item["verdict"] == EXEMPT:
        justification = visible(item["reason"])
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    return result


def _sarif_notifications(report: Json, index: t.Mapping[str, int]) -> list[Json]:
    notifications: list[Json] = [
        {"level": "error", "message": {"text": visible(f"{item['what']} is not known: {item['why']}")}}
        for item in report["unknown"]
    ]
    notifications += [
        {
            "level": "error",
            "message": {"text": visible(f"{check['title']} cannot be judged: {check['reason']}")},
            "associatedRule": {"id": check["id"], "index": index[check["id"]]},
        }
        for check in report["checks"]
        if check["verdict"] == UNKNOWN
    ]
    return notifications


def _qualified(report: Json, item: Json) -> str:
    return visible(f"{document.account_name(report)}/{item['subject_type']}/{item['subject']}")


def _sarif_rule(check: Json, benchmark: Json) -> Json:
    tags = ["security", "aws", "mfa"]
    if check["cis"]:
        tags.append(f"cis-aws-foundations-{benchmark['version']}/{check['cis']}")
    if check["config_rule"]:
        tags.append(f"aws-config/{check['config_rule']}")
    return {
        "id": check["id"],
        "name": "".join(word.capitalize() for word in check["id"].split("_")),
        "shortDescription": {"text": check["title"]},
        "fullDescription": {"text": check["description"]},
        "help": {"text": check["remedy"]},
        "defaultConfiguration": {"level": _LEVELS[check["severity"]]},
        "properties": {"tags": tags, "security-severity": _SCORES[check["severity"]]},
    }


_RENDERERS: dict[str, t.Callable[[Json], str]] = {
    "html": html.render_html,
    "json": render_json,
    "csv": render_csv,
    "md": render_markdown,
    "junit": render_junit,
}
