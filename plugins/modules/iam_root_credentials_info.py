#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the root users of an organization's member accounts sign in with."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_root_credentials_info
version_added: 0.2.0
short_description: Gather what root users of member accounts sign in with
description:
  - Tells whether an AWS organization has centralized root access switched on, and for any number of its member
    accounts whether the root user has a console password, access keys, MFA devices and signing certificates.
  - No role is needed in the accounts. The module enters each one as its root user by C(sts:AssumeRoot), with AWS's task
    policy C(IAMAuditRootUserCredentials), which allows nothing but reading. AWS lets nobody enter the management
    account this way.
  - If one account fails, the others are still read. The task then fails at its end, with every result.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  accounts:
    description:
      - The numbers of the accounts, as strings in quotes. By default all active accounts of the organization, but the
        management account.
      - With an empty list, only RV(features) is read.
    type: list
    elements: str
  exclude_accounts:
    description:
      - The numbers of accounts that are left out.
    type: list
    elements: str
    default: []
  concurrency:
    description:
      - How many accounts are read at once, from 1 to 256.
    type: int
    default: 16
requirements:
  - python >= 3.11
  - boto3 >= 1.40.27
  - botocore >= 1.40.27
notes:
  - The credentials are those of a user or role in the management account, or in the account that is the delegated
    administrator for IAM. The permissions are C(sts:AssumeRoot), C(iam:ListOrganizationsFeatures) and
    C(organizations:ListAccounts).
  - An account costs one C(AssumeRoot), four calls in it, and one more for each access key. A session lasts 15 minutes
    at most, and is renewed if it has to be.
  - STS is always called at the endpoint of the region, as the global one does not know C(AssumeRoot).
  - Where the features cannot be read because C(iam:ListOrganizationsFeatures) is missing, they are null, there is a
    warning, and the accounts are read all the same.
seealso:
  - module: hardening.aws.iam_root_credentials
  - name: Root users of member accounts
    description: What to switch on before, which permissions are needed, and what cannot be undone.
    link: https://github.com/hardening-aws/hardening.aws/blob/main/docs/root-credentials.md
extends_documentation_fragment:
  - hardening.aws._attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Read the root users of all member accounts
  hardening.aws.iam_root_credentials_info:
  register: root_users

- name: Show which of them have credentials
  ansible.builtin.debug:
    msg: "{{ root_users.results | selectattr('has_credentials') | map(attribute='account_id') }}"

- name: Tell whether centralized root access is switched on, and nothing else
  hardening.aws.iam_root_credentials_info:
    accounts: []
"""

RETURN = r"""
features:
  description: Which features of centralized root access the organization has switched on.
  returned: always, unless the input was refused
  type: dict
  contains:
    root_credentials_management:
      description: Whether root users' credentials can be managed centrally. Null if AWS does not tell.
      type: bool
      returned: always
      sample: true
    root_sessions:
      description: Whether privileged tasks can be done as root. Null if AWS does not tell.
      type: bool
      returned: always
      sample: true
    reason:
      description: Why a feature is off or null, and what to do about it. Null if both are on.
      type: str
      returned: always
      sample: null
results:
  description: One result for each account, in the order of O(accounts), or by number.
  returned: always, unless the input was refused
  type: list
  elements: dict
  contains:
    account_id:
      description: The number of the account.
      type: str
      returned: always
      sample: "222222222222"
    account_name:
      description: Its name in the organization.
      type: str
      returned: always
      sample: prod
    has_credentials:
      description: Whether root has any of the following. This and the following are null if the account failed.
      type: bool
      returned: always
      sample: true
    password:
      description: Whether root has a console password.
      type: bool
      returned: always
      sample: true
    password_created:
      description: When the password was made, in ISO 8601. Null without one.
      type: str
      returned: always
      sample: "2024-03-01T09:00:00+00:00"
    access_keys:
      description: >-
        Root's access keys, with their status, and when and for which service each was last used, which is null if
        never.
      type: list
      elements: dict
      returned: always
      sample:
        - access_key_id: AKIAIOSFODNN7EXAMPLE
          status: Active
          created: "2024-03-01T09:00:00+00:00"
          last_used: "2026-10-01T08:15:00+00:00"
          last_used_service: s3
    mfa_devices:
      description: >-
        All MFA devices of root. The type is C(virtual), C(hardware), C(fido) or C(sms). C(hardware) is true for
        hardware tokens, and for passkeys and security keys, which AWS does not tell apart.
      type: list
      elements: dict
      returned: always
      sample:
        - serial_number: arn:aws:iam::222222222222:mfa/root-account-mfa-device
          type: virtual
          hardware: false
          enable_date: "2024-03-01T09:05:00+00:00"
    signing_certificates:
      description: Root's X.509 signing certificates.
      type: list
      elements: dict
      returned: always
      sample: []
    failed:
      description: Whether the account could not be read.
      type: bool
      returned: always
      sample: false
    msg:
      description: What went wrong and what to do about it. Empty if nothing did.
      type: str
      returned: always
      sample: ""
    error:
      description: The call that AWS refused.
      type: dict
      returned: if AWS refused a call
      sample:
        code: AccessDenied
        operation: sts:AssumeRoot
left_out:
  description: Members that were left out because they are not active, unless O(accounts) is given.
  returned: always, unless the input was refused
  type: list
  elements: dict
  sample:
    - account_id: "333333333333"
      account_name: old
      state: SUSPENDED
summary:
  description: How many accounts there are in all, and how many of them have root credentials and failed.
  returned: always, unless the input was refused
  type: dict
  sample:
    total: 50
    with_credentials: 10
    failed: 0
"""

from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._root.options import info_options
from ansible_collections.hardening.aws.plugins.module_utils._root.run import read_roots


def main() -> None:
    run_bulk_module(info_options(), read_roots)


if __name__ == "__main__":
    main()
