# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as SARIF, for code scanning.

This module is private to hardening.aws.
"""

from __future__ import annotations

import hashlib
import typing as t
import urllib.parse

from .checks import EXEMPT, UNKNOWN
from .findings import account_name, findings, label, unknown_facts
from .json_text import render_json
from .words import visible, why

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
# How GitHub ranks a result.
_SCORES = {"critical": "9.0", "high": "8.0", "medium": "5.0", "low": "2.0"}


def render_sarif(report: Json, artifact: str) -> str:
    """Return SARIF 2.1.0. An exempt finding is a suppressed result, an unknown one is open and has a notification."""
    rules = [_rule(check, report["benchmark"]) for check in report["checks"]]
    index = {check["id"]: number for number, check in enumerate(report["checks"])}
    location = {"artifactLocation": {"uri": urllib.parse.quote(artifact)}, "region": {"startLine": 1}}
    run = {
        "tool": {"driver": {"name": report["generator"], "rules": rules}},
        "invocations": [
            {
                "executionSuccessful": True,
                "endTimeUtc": report["retrieved"],
                "toolExecutionNotifications": _notifications(report, index),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, item, index, location) for item in findings(report)],
    }
    head = '{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": ['
    return f"{head}\n{render_json(run)}]}}\n"


def _rule(check: Json, benchmark: Json) -> Json:
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


def _result(report: Json, item: Json, index: t.Mapping[str, int], location: Json) -> Json:
    """Return a finding as a result.

    :param index: The position of each check's rule.
    :param location: Where results are said to be found.
    """
    name = visible(label(item))
    kind = {"root": "user", "user": "user", "device": "resource", "account": "resource"}[item["subject_type"]]
    identity = hashlib.sha256(f"{item['check']}\n{label(item)}".encode("utf-8", "replace")).hexdigest()
    result: Json = {
        "ruleId": item["check"],
        "ruleIndex": index[item["check"]],
        "kind": "open" if item["verdict"] == UNKNOWN else "fail",
        "level": "none" if item["verdict"] == UNKNOWN else _LEVELS[item["severity"]],
        "message": {"text": f"{name}: {visible(why(item))}"},
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


def _notifications(report: Json, index: t.Mapping[str, int]) -> list[Json]:
    notifications: list[Json] = [
        {"level": "error", "message": {"text": visible(f"{item['what']} is not known: {item['why']}")}}
        for item in unknown_facts(report)
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
    return visible(f"{account_name({**report, **item})}/{item['subject_type']}/{item['subject']}")
