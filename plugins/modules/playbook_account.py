#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which account a host of a playbook is."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: playbook_account
version_added: 0.2.0
short_description: Ask which AWS account a host of a playbook is
description:
  - Private to the playbooks of this collection. What it takes and returns may change with any release;
    M(amazon.aws.aws_caller_info) is for you.
  - Asks AWS who calls, and for the account's alias. Changes nothing.
author:
  - hardening.aws contributors (@hardening-aws)
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - The alias needs the permission C(iam:ListAccountAliases), and is left out without it.
extends_documentation_fragment:
  - hardening.aws._attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Ask which account this is
  hardening.aws.playbook_account:
  register: account
"""

RETURN = r"""
account_id:
  description: The number of the account.
  returned: success
  type: str
  sample: "123456789012"
account_alias:
  description: The alias of the account; null if it has none, or it may not be read.
  returned: success
  type: str
  sample: example
arn:
  description: Who calls.
  returned: success
  type: str
  sample: arn:aws:sts::123456789012:assumed-role/hardening/session
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError


def account_of_caller(connection: Connection) -> dict[str, str | None]:
    """Return the number and the alias of the account that the caller's credentials belong to, and who that is."""
    caller = connection.client("sts").call("GetCallerIdentity", {})
    try:
        aliases = connection.client("iam").call("ListAccountAliases", {})["AccountAliases"]
    except AwsRefused:
        aliases = []
    return {
        "account_id": caller["Account"],
        "account_alias": aliases[0] if aliases else None,
        "arn": caller["Arn"],
    }


def run(module: AnsibleAWSModule) -> None:
    try:
        account = account_of_caller(Connection(module))
    except MfaError as error:
        raise MfaError(f"Nothing was touched. {error.message}", error.code, error.operation) from None
    module.exit_json(changed=False, **account)


def main() -> None:
    run_bulk_module({}, run)


if __name__ == "__main__":
    main()
