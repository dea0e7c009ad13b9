# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as OCSF Compliance Findings, for security data lakes and whatever else collects findings.

This module is private to hardening.aws. There is a finding for each check of each subject, passed ones included, so
that one that was reported as failed can be seen to be resolved. Its uid is the same in each report.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from .checks import EXEMPT, FAIL, NOT_APPLICABLE, PASS, ROOT_NAME, UNKNOWN
from .dates import epoch_milliseconds
from .findings import account_name, findings, is_organization, parts, subjects
from .words import account_alias, visible, why

if t.TYPE_CHECKING:
    Json = dict[str, t.Any]

OCSF_VERSION = "1.5.0"
_CATEGORY, _CLASS, _CREATE = 2, 2003, 1
_SEVERITIES = {"low": (2, "Low"), "medium": (3, "Medium"), "high": (4, "High"), "critical": (5, "Critical")}
_INFORMATIONAL = (1, "Informational")
# Of the check, then of the finding itself, which somebody may have to look at.
_RESULTS = {
    PASS: (1, "Pass"),
    UNKNOWN: (2, "Warning"),
    FAIL: (3, "Fail"),
    NOT_APPLICABLE: (99, "Not applicable"),
}
_NEW, _SUPPRESSED, _RESOLVED = (1, "New"), (3, "Suppressed"), (4, "Resolved")
_STATES = {PASS: _RESOLVED, NOT_APPLICABLE: _RESOLVED, EXEMPT: _SUPPRESSED, FAIL: _NEW, UNKNOWN: _NEW}
_TYPES = {"user": "AWS::IAM::User", "device": "AWS::IAM::VirtualMFADevice", "root": "AWS::::Account"}


def render_ocsf(report: Json) -> str:
    """Return a list in JSON, with a line for each finding."""
    checks = {check["id"]: check for check in report["checks"]}
    lines = []
    for part in parts(report):
        time = epoch_milliseconds(part["retrieved"] or report["generated"])
        metadata = _metadata(report, part)
        for check, kind, name, facts, item in _judged(report, part):
            finding = _finding(checks[check], report["benchmark"]["version"], (kind, name), item, part)
            finding["resources"] = [_resource(part, kind, name, facts)]
            text = json.dumps({**finding, **metadata}, ensure_ascii=False)
            # The time is a number, or what stands in for it while reports are compared.
            lines.append(f'{{"time": {time}, {text[1:]}')
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _judged(report: Json, part: Json) -> t.Iterator[tuple[str, str, str, Json, Json]]:
    """Yield the check, the kind, the name and the facts of all that was judged in an account, and its verdict."""
    for kind, name, facts in subjects(part):
        for check, item in facts["checks"].items():
            yield check, kind, name, facts, item
    whole = {"checks": report["checks"], "accounts": [part]} if is_organization(report) else report
    for item in findings(whole, UNKNOWN):
        if item["subject_type"] == "account":
            yield item["check"], "account", item["subject"], {}, item


def _metadata(report: Json, part: Json) -> Json:
    product = {
        "name": "hardening.aws",
        "vendor_name": "hardening.aws contributors",
        "uid": "hardening.aws",
        "version": report["collection_version"],
    }
    account = {"uid": account_name(part), "type_id": 10, "type": "AWS Account"}
    alias = account_alias(part)
    if alias:
        account["name"] = alias
    return {
        "metadata": {"version": OCSF_VERSION, "profiles": ["cloud"], "product": product},
        "cloud": {"provider": "AWS", "account": account},
    }


def _finding(check: Json, benchmark: str, subject: tuple[str, str], item: Json, part: Json) -> Json:
    verdict = item["verdict"]
    status_id, status = _STATES[verdict]
    is_fine = verdict in (PASS, NOT_APPLICABLE)
    severity_id, severity = _INFORMATIONAL if is_fine else _SEVERITIES[check["severity"]]
    who = visible(subject[1])
    reason = visible(why(item)) if item.get("reason") else ""
    return {
        "message": f"{who}: {reason}" if reason else f"{who}: {_RESULTS[verdict][1].lower()}",
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "activity_id": _CREATE,
        "activity_name": "Create",
        "type_uid": _CLASS * 100 + _CREATE,
        "type_name": "Compliance Finding: Create",
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "finding_info": {
            "uid": _uid(account_name(part), check["id"], *subject),
            "title": f"{check['title']}: {who}",
            "desc": check["description"],
            "types": ["Software and Configuration Checks"],
            "product_uid": "hardening.aws",
        },
        "compliance": _compliance(check, benchmark, item, reason),
        "remediation": {"desc": check["remedy"]},
    }


def _uid(*parts_of_it: str) -> str:
    return hashlib.sha256("\n".join(parts_of_it).encode("utf-8", "replace")).hexdigest()


def _compliance(check: Json, benchmark: str, item: Json, reason: str) -> Json:
    verdict = (item.get("without_exemption") or FAIL) if item["verdict"] == EXEMPT else item["verdict"]
    status_id, status = _RESULTS[verdict]
    standards = [f"CIS AWS Foundations Benchmark {benchmark}"] if check["cis"] else []
    requirements = [check["cis"]] if check["cis"] else []
    if check["config_rule"] and not check["config_rule_is_nearest"]:
        standards.append("AWS Config")
        requirements.append(check["config_rule"])
    return {
        "standards": standards or ["hardening.aws"],
        "requirements": requirements or [check["id"]],
        "control": check["id"],
        "status_id": status_id,
        "status": status,
        **({"status_details": [reason]} if reason else {}),
    }


def _resource(part: Json, kind: str, name: str, facts: Json) -> Json:
    number = account_name(part)
    partition = part.get("partition") or (part.get("account") or {}).get("partition") or "aws"
    uid = {
        "user": facts.get("arn") or f"arn:{partition}:iam::{number}:user/{name}",
        "device": facts.get("serial_number"),
    }.get(kind, f"arn:{partition}:iam::{number}:root")
    return {
        "uid": uid,
        "name": ROOT_NAME if kind == "root" else visible(name),
        "type": _TYPES.get(kind, _TYPES["root"]),
        "cloud_partition": partition,
    }
