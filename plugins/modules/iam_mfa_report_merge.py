#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One report on the MFA devices of many accounts."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_mfa_report_merge
version_added: 0.2.0
short_description: Merge reports on the MFA of AWS accounts into one on the organization
description:
  - Reads JSON reports that M(hardening.aws.iam_mfa_report) wrote, one for each account, and writes one report on all of
    them, the worst account first.
  - An account that could not be read is V(unknown), and so is every check of the whole that does not fail elsewhere. It
    never counts as pass.
  - Reports that this module wrote on some of the accounts can be merged, too. It does not matter in which slices or in
    which order accounts were read, the report is the same.
  - Calls no AWS service, and needs no credentials.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  sources:
    description:
      - The JSON reports, as paths or as patterns such as V(reports/**/*.json). V(**) stands for any number of
        directories.
      - All of them need numbers of the same version of the benchmark. Two reports on one account are refused, and so is
        a path or a pattern that means no file.
      - The report that is about to be replaced is left out where a pattern means it, too.
    type: list
    elements: path
    required: true
  unread:
    description:
      - Accounts that could not be read. They are V(unknown), with their reasons.
      - If there is a report on such an account among O(sources), it must be from an earlier run. It is left out, and a
        warning names it.
    type: list
    elements: dict
    default: []
    suboptions:
      account_id:
        description:
          - The number of the account. Put it into quotes, as YAML takes leading zeros from a number.
          - What the account is called, if its number is not known.
        type: str
        required: true
      account_name:
        description:
          - What the account is called.
        type: str
      reason:
        description:
          - Why it could not be read.
        type: str
        required: true
  account_names:
    description:
      - What accounts are called, by number. It is shown of those whose reports have no alias.
    type: dict
    default: {}
  name:
    description:
      - The names of the files, without the suffixes.
    type: str
    default: iam-mfa-report-organization
  previous:
    description:
      - An earlier JSON report of the same organization, to show what changed since. It may be missing.
      - The JSON report that is about to be replaced in O(dest), if not given.
    type: path
  fail_on:
    description:
      - Fail the task, after writing the report, if one of these checks fails in an account.
      - These are names of checks, as O(hardening.aws.iam_mfa_report#module:checks) has them, and the severities
        V(critical), V(high), V(medium) and V(low). A severity stands for all checks that are as severe or more.
      - A check that was not made in all accounts that were read could not fail in the others, so naming it here is
        refused. If some of the checks that a severity stands for were not made, a warning names them.
      - The failed result has RV(paths), and neither RV(findings) nor RV(changes), as Ansible prints all of it.
    type: list
    elements: str
    default: []
requirements:
  - python >= 3.11
seealso:
  - module: hardening.aws.iam_mfa_report
extends_documentation_fragment:
  - hardening.aws._attributes.report
  - hardening.aws._report
"""

EXAMPLES = r"""
- name: Merge the reports of all accounts
  hardening.aws.iam_mfa_report_merge:
    sources: [reports/accounts/*.json]
    dest: reports

- name: Stop a pipeline if root or a console user of any account has no MFA, or an account could not be read
  hardening.aws.iam_mfa_report_merge:
    sources: [reports/accounts/*.json]
    unread:
      - account_id: "333333333333"
        account_name: legacy
        reason: Its role cannot be assumed yet.
    dest: reports
    formats: [html, json, csv, junit]
    fail_on: [root_mfa, console_mfa]
"""

RETURN = r"""
verdict:
  description: The verdict of all checks in all accounts together.
  returned: when the reports were merged
  type: str
  sample: fail
checks:
  description: The checks, with their verdicts over all accounts and the sums of their counts.
  returned: when the reports were merged
  type: list
  elements: dict
  sample:
    - id: console_mfa
      title: Console users have MFA
      severity: high
      subject: user
      cis: "2.10"
      config_rule: mfa-enabled-for-iam-console-access
      config_rule_is_nearest: false
      verdict: fail
      reason: ""
      counts: {"pass": 480, "fail": 2, "exempt": 1, "not_applicable": 17, "unknown": 0}
findings:
  description: What fails, is unknown or is exempt, of each user, root and orphaned device, and of accounts not read.
  returned: success
  type: list
  elements: dict
  sample:
    - account_id: "123456789012"
      check: console_mfa
      severity: high
      subject_type: user
      subject: alice
      verdict: fail
      reason: has a console password and no MFA device
coverage:
  description: How many users have MFA, of all and of those with a console password.
  returned: when the reports were merged
  type: dict
  sample:
    console_users: {"users": 483, "with_mfa": 480, "without_mfa": 2, "exempt": 1, "unknown": 0, "percent": 99.3}
accounts_read:
  description: How many accounts were read.
  returned: when the reports were merged
  type: int
  sample: 49
unread:
  description: The accounts that could not be read.
  returned: when the reports were merged
  type: list
  elements: dict
  sample:
    - account_id: "333333333333"
      account_name: legacy
      reason: Its role cannot be assumed yet.
changes:
  description: What changed since the earlier report, null if there is none.
  returned: success
  type: dict
  sample:
    since: "2026-03-11T23:25:36Z"
    accounts_added: ["444444444444"]
    users_added: [123456789012/bob]
paths:
  description: The files of the report, by format. Empty without O(dest).
  returned: when the reports were merged
  type: dict
  sample:
    html: reports/iam-mfa-report-organization.html
    json: reports/iam-mfa-report-organization.json
"""

import typing as t

from ansible_collections.hardening.aws.plugins.module_utils import _messages, _problems
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._explained_input import ExplainingModule
from ansible_collections.hardening.aws.plugins.module_utils._report import deliver, organization, sources


def run(module: ExplainingModule) -> None:
    params = module.params
    unread = params["unread"]
    _problems.refuse(
        sources.input_problems(params["sources"], unread, params["account_names"]) + deliver.output_problems(params)
    )
    previous = deliver.read_asked(params)
    replaced = deliver.output_paths(params, params["name"]).get("json")
    found = sources.read_sources(params["sources"], replaced)
    for number, path in sources.outdated(found, unread).items():
        _messages.warn(f"What {path} tells of account {number} is left out: unread says that it could not be read.")
    report = organization.merge(found.accounts(unread, params["account_names"]), found.benchmark, deliver.now())
    deliver.check_gate(params, {item["check"]: item["why"] for item in report["not_made"]})
    told = {"accounts_read": report["accounts_read"], "unread": organization.unread(report)}
    deliver.deliver(module, report, params["name"], previous, **told)


def merge_options() -> dict[str, t.Any]:
    """Return the options."""
    return {
        "sources": {"type": "list", "elements": "path", "required": True},
        "unread": {"type": "list", "elements": "dict", "default": [], "options": sources.UNREAD_OPTIONS},
        "account_names": {"type": "dict", "default": {}},
        **deliver.output_options("iam-mfa-report-organization"),
    }


def main() -> None:
    module = ExplainingModule(argument_spec=merge_options(), supports_check_mode=True)
    try:
        run(module)
    except MfaError as error:
        _messages.fail(module, error)
    except OSError as error:
        module.fail_json(msg=f"The report cannot be written to {error.filename}: {error.strerror}.")


if __name__ == "__main__":
    main()
