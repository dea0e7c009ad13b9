#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A report on the MFA devices of an account."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_mfa_report
version_added: 0.1.0
short_description: Judge the MFA of an AWS account and write a report for auditors and pipelines
description:
  - Reads the account as M(hardening.aws.iam_mfa_device_info) does, judges it by the CIS AWS Foundations Benchmark, and
    writes the verdicts as a self-contained HTML page, as JSON, CSV, Markdown, JUnit XML, SARIF or OCSF.
  - What is not known is V(unknown), and never counts as pass.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  account_info:
    description:
      - The whole registered result of a task of M(hardening.aws.iam_mfa_device_info), if there is one. Then no AWS
        service is asked, and no credentials are needed.
      - Without C(account=true) there, root and orphaned devices are V(unknown).
      - If not given, the module reads the account itself. That is much faster for thousands of users, as Ansible
        need not carry them from task to task.
    type: dict
  name:
    description:
      - The names of the files, without the suffixes. V({account_id}) is filled in.
    type: str
    default: iam-mfa-report-{account_id}
  benchmark:
    description:
      - The version of the CIS AWS Foundations Benchmark whose numbers are given.
    type: str
    choices: ["1.4", "1.5", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0"]
    default: "7.0"
  checks:
    description:
      - The checks to make.
      - V(root_mfa) - root has MFA.
      - V(root_hardware_mfa) - root has hardware MFA.
      - V(root_access_key) - root has no access key, active or not.
      - V(root_centralized) - the organization has centralized root access switched on. Only its management account and
        its delegated administrator for IAM are told, so it is left out elsewhere.
      - V(console_mfa) - users with a console password have MFA.
      - V(access_key_mfa) - users with active access keys have MFA.
      - V(device_age) - no device is older than O(max_device_age_days), and not made without that option.
      - V(single_device) - users with MFA have more than one device.
      - V(orphaned_devices) - no virtual device belongs to nobody.
      - All of them if not given. V(single_device) is then left out without O(all_kinds=true), as not everybody's
        second devices are known.
    type: list
    elements: str
    choices:
      - root_mfa
      - root_hardware_mfa
      - root_access_key
      - root_centralized
      - console_mfa
      - access_key_mfa
      - device_age
      - single_device
      - orphaned_devices
  max_device_age_days:
    description:
      - The number of days after which a device is too old.
      - Set O(all_kinds=true) too, or users with a virtual device are V(unknown), as they may have others.
    type: int
  exemptions:
    description:
      - Findings that are accepted. The report has them all, with their reasons.
      - Only what fails or is unknown can be exempt.
    type: list
    elements: dict
    default: []
    suboptions:
      user_name:
        description:
          - The user's name, or a shell pattern such as V(svc-*).
          - V(<root_account>) is root. No pattern means root.
        type: str
      serial_number:
        description:
          - The ARN of an orphaned device, or a shell pattern.
        type: str
      checks:
        description:
          - The checks that the exemption is from.
        type: list
        elements: str
        choices:
          - root_mfa
          - root_hardware_mfa
          - root_access_key
          - root_centralized
          - console_mfa
          - access_key_mfa
          - device_age
          - single_device
          - orphaned_devices
        required: true
      reason:
        description:
          - Why that is acceptable.
        type: str
        required: true
      until:
        description:
          - The last day of the exemption, such as V(2027-01-31).
        type: str
  previous:
    description:
      - An earlier JSON report of the same account, to show what changed since. It may be missing.
      - The JSON report that is about to be replaced in O(dest), if not given.
    type: path
  fail_on:
    description:
      - Fail the task, after writing the report, if one of these checks fails.
      - The names are those of O(checks), and the severities V(critical), V(high), V(medium) and V(low). A severity
        stands for all checks that are as severe or more.
      - A check that is not made could never fail, so naming one here is refused before the account is read. If some of
        the checks that a severity stands for are not made, a warning names them.
      - The failed result has RV(paths), and neither RV(findings) nor RV(changes), as Ansible prints all of it.
    type: list
    elements: str
    default: []
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0, unless O(account_info) is given
  - botocore >= 1.34.0, unless O(account_info) is given
notes:
  - The required permissions are C(iam:ListVirtualMFADevices), C(iam:ListUsers), C(iam:ListMFADevices),
    C(iam:GetAccountSummary), C(iam:ListAccountAliases), C(iam:GenerateCredentialReport) and
    C(iam:GetCredentialReport), and C(iam:ListOrganizationsFeatures) for V(root_centralized). O(user_details=true) needs
    C(iam:GetAccountAuthorizationDetails) in place of C(iam:ListUsers), O(device_tags=true) needs
    C(iam:ListMFADeviceTags). With O(account_info), no permission is needed.
seealso:
  - module: hardening.aws.iam_mfa_device_info
  - module: hardening.aws.iam_mfa_report_merge
extends_documentation_fragment:
  - hardening.aws._attributes.report
  - hardening.aws._report
  - hardening.aws._mfa.account
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Read the account and write a report
  hardening.aws.iam_mfa_report:
    dest: reports

- name: Stop a pipeline if a console user or root has no MFA
  hardening.aws.iam_mfa_report:
    dest: reports
    formats: [html, json, junit, sarif]
    benchmark: "5.0"
    fail_on: [console_mfa, root_mfa]
    exemptions:
      - user_name: breakglass-*
        checks: [console_mfa]
        reason: Sealed passwords, see the emergency procedure.
        until: "2027-01-31"

- name: Read the account for several tasks
  hardening.aws.iam_mfa_device_info:
    account: true
  register: mfa

- name: Judge what was read, and write nothing
  hardening.aws.iam_mfa_report:
    account_info: "{{ mfa }}"
"""

RETURN = r"""
verdict:
  description: The verdict of all checks together.
  returned: when the account was judged
  type: str
  sample: fail
checks:
  description: The checks, with their numbers in the benchmark, their AWS Config rules, verdicts and counts.
  returned: when the account was judged
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
  description: What fails, is unknown or is exempt, of each user, root and orphaned device.
  returned: success
  type: list
  elements: dict
  sample:
    - check: console_mfa
      severity: high
      subject_type: user
      subject: alice
      verdict: fail
      reason: has a console password and no MFA device
coverage:
  description: How many users have MFA, of all and of those with a console password.
  returned: when the account was judged
  type: dict
  sample:
    console_users: {"users": 483, "with_mfa": 480, "without_mfa": 2, "exempt": 1, "unknown": 0, "percent": 99.3}
unknown:
  description: What could not be read, and why.
  returned: when the account was judged
  type: list
  elements: dict
  sample: []
changes:
  description: What changed since the earlier report, null if there is none.
  returned: success
  type: dict
  sample:
    since: "2026-03-11T23:25:36Z"
    users_added: [bob]
    users_removed: []
    devices_added: []
    devices_removed: []
    orphans_added: []
    orphans_removed: []
    verdicts:
      - check: console_mfa
        subject_type: user
        subject: alice
        before: fail
        after: pass
paths:
  description: The files of the report, by format. Empty without O(dest).
  returned: when the account was judged
  type: dict
  sample:
    html: reports/iam-mfa-report-123456789012.html
    json: reports/iam-mfa-report-123456789012.json
"""

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.botocore import check_sdk_version_supported
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleBotocoreError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils import _messages, _problems
from ansible_collections.hardening.aws.plugins.module_utils._account import options as account_options
from ansible_collections.hardening.aws.plugins.module_utils._account.gather import gather
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._errors import MfaError
from ansible_collections.hardening.aws.plugins.module_utils._report import account_info, deliver, document
from ansible_collections.hardening.aws.plugins.module_utils._report import checks as report_checks
from ansible_collections.hardening.aws.plugins.module_utils._report import options as report_options
from ansible_collections.hardening.aws.plugins.module_utils._report.findings import account_name
from ansible_collections.hardening.aws.plugins.module_utils._root.features import read_features

# The first botocore that knows iam:ListOrganizationsFeatures.
FEATURES_SINCE = "1.35.61"


def take_info(module: AnsibleAWSModule) -> t.Any:
    """Return what was given of the account, if anything, and leave none of it in the arguments that Ansible prints."""
    info = module.params["account_info"]
    if info is not None:
        module.params["account_info"] = "not shown"
    return info


def read_account(module: AnsibleAWSModule) -> dict[str, t.Any]:
    """Return what hardening.aws.iam_mfa_device_info would of the whole account."""
    try:
        check_sdk_version_supported(warn=_messages.warn)
    except AnsibleBotocoreError as error:
        raise MfaError(str(error)) from None
    connection = Connection(module, module.params["concurrency"])
    info = gather(module, account=True, credential_report=True, connection=connection)
    checks = module.params["checks"]
    if checks is None or "root_centralized" in checks:
        info["root_features"] = read_root_features(module, connection)
    return info


def read_root_features(module: AnsibleAWSModule, connection: Connection) -> dict[str, t.Any]:
    """Return which features of centralized root access are on, or why that is not known."""
    if not module.botocore_at_least(FEATURES_SINCE):
        return {"reason": f"botocore {FEATURES_SINCE} or later is needed to ask for it"}
    try:
        return read_features(connection).result()
    except MfaError as error:
        return {"reason": error.message}


def run(module: AnsibleAWSModule, info: t.Any) -> None:
    params = module.params
    _problems.refuse(account_options.report_problems(params) + deliver.output_problems(params))
    options, previous = report_options.read_options(params), deliver.read_asked(params)
    if info is None:
        info = read_account(module)
    else:
        account_info.check_info(info)
    all_kinds, features = not account_info.lacks_kinds(info), account_info.features_unknown(info)
    deliver.check_gate(params, report_options.checks_not_made(options, all_kinds, features))
    report = document.assemble(info, options, deliver.now())
    name = params["name"].replace("{account_id}", account_name(report))
    deliver.deliver(module, report, name, previous, unknown=report["unknown"])


def audit_options() -> dict[str, t.Any]:
    """Return the options, apart from those that say how the account is read."""
    return {
        "account_info": {"type": "dict"},
        **deliver.output_options("iam-mfa-report-{account_id}"),
        "benchmark": {"type": "str", "choices": list(report_checks.BENCHMARKS), "default": "7.0"},
        "checks": report_options.CHECKS_OPTION,
        "max_device_age_days": {"type": "int"},
        "exemptions": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": report_options.EXEMPTION_OPTIONS,
            "required_one_of": [["user_name", "serial_number"]],
            "mutually_exclusive": [["user_name", "serial_number"]],
        },
    }


def main() -> None:
    module = bulk_module(
        argument_spec={**audit_options(), **account_options.account_options()},
        check_boto3=False,  # not needed where account_info is given
        supports_check_mode=True,
    )
    try:
        run(module, take_info(module))
    except MfaError as error:
        _messages.fail(module, error)
    except OSError as error:
        module.fail_json(msg=f"The report cannot be written to {error.filename}: {error.strerror}.")


if __name__ == "__main__":
    main()
