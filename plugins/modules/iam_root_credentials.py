#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Takes away what root users of an organization's member accounts sign in with."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_root_credentials
version_added: 0.2.0
short_description: Remove the credentials of root users of member accounts
description:
  - Removes console password, access keys, signing certificates and MFA devices from the root users of an AWS
    organization's member accounts, several accounts at once, by centralized root access.
  - No role is needed in the accounts. Each is read as its root user, by C(sts:AssumeRoot) with AWS's task policy
    C(IAMAuditRootUserCredentials). Only where there is something to remove, a session with
    C(IAMDeleteRootUserCredentials) follows.
  - The order for each account is password, access keys, signing certificates, MFA devices. If a step fails, the later
    ones are still done, with one exception. The MFA devices stay on unless all the others are gone.
  - If one account fails, the others are still done. The task then fails at its end, with every result.
  - The task is refused, and nothing is touched, if one of the accounts is the management account, which AWS lets nobody
    enter this way, or is not in the organization.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  accounts:
    description:
      - The numbers of the accounts, as strings in quotes. Either this or O(all_members) is required.
      - One that is not active is a failure.
    type: list
    elements: str
  all_members:
    description:
      - Whether all active accounts of the organization are meant, but the management account.
    type: bool
    default: false
  exclude_accounts:
    description:
      - The numbers of accounts that are left alone.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(absent) - root has no credentials. Nobody can sign in as root, nor recover the password by e-mail, until
        V(password_recovery) allows it.
      - V(password_recovery) - root's password can be recovered by e-mail, by whoever reads the mail of the account's
        address. No password is set. For an account that has one nothing is done. It cannot be combined with
        O(all_members).
    type: str
    choices: [absent, password_recovery]
    default: absent
  concurrency:
    description:
      - How many accounts are worked on at once, from 1 to 256.
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
  - An account without root credentials costs one C(AssumeRoot) and four calls in it. A session lasts 15 minutes at
    most, and is renewed if it has to be.
  - STS is always called at the endpoint of the region, as the global one does not know C(AssumeRoot).
  - A virtual MFA device is deactivated. AWS lets nobody delete it this way, so that it stays in the account,
    unassigned.
  - If a reply is lost, AWS is asked whether the call took effect. A run that was killed is continued by the next one.
seealso:
  - module: hardening.aws.iam_root_credentials_info
  - name: Root users of member accounts
    description: What to switch on before, which permissions are needed, and what cannot be undone.
    link: https://github.com/hardening-aws/hardening.aws/blob/main/docs/root-credentials.md
extends_documentation_fragment:
  - hardening.aws._attributes.root
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Remove root credentials from all member accounts but one
  hardening.aws.iam_root_credentials:
    all_members: true
    exclude_accounts: ["222222222222"]

- name: Remove root credentials from two accounts
  hardening.aws.iam_root_credentials:
    accounts:
      - "333333333333"
      - "444444444444"

- name: Let the root password of an account be recovered
  hardening.aws.iam_root_credentials:
    accounts: ["333333333333"]
    state: password_recovery
"""

RETURN = r"""
results:
  description: One result for each account, in the order of O(accounts), or by number with O(all_members).
  returned: always, unless the task was refused
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
    changed:
      description: Whether anything was changed, or in check mode would be.
      type: bool
      returned: always
      sample: true
    actions:
      description: >-
        What was done, or in check mode would be, in this order - C(delete_password), C(delete_access_key),
        C(delete_signing_certificate), C(deactivate_mfa). With O(state=password_recovery) only
        C(allow_password_recovery).
      type: list
      elements: str
      returned: always
      sample: [delete_password, delete_access_key, deactivate_mfa]
    changes:
      description: The same, each with its target, which is the ID of a credential or the serial number of a device.
      type: list
      elements: dict
      returned: always
      sample:
        - action: delete_access_key
          target: AKIAIOSFODNN7EXAMPLE
    failed:
      description: Whether anything could not be done.
      type: bool
      returned: always
      sample: false
    msg:
      description: What went wrong and what to do about it, a line for each thing. Empty if nothing did.
      type: str
      returned: always
      sample: ""
    error:
      description: The first call that AWS refused.
      type: dict
      returned: if AWS refused a call
      sample:
        code: AccessDenied
        operation: sts:AssumeRoot
features:
  description: Which features are on, as M(hardening.aws.iam_root_credentials_info) returns it.
  returned: always, unless the task was refused
  type: dict
  sample:
    root_credentials_management: true
    root_sessions: true
    reason: null
left_out:
  description: Members that O(all_members) left out because they are not active.
  returned: always, unless the task was refused
  type: list
  elements: dict
  sample:
    - account_id: "333333333333"
      account_name: old
      state: SUSPENDED
summary:
  description: How many accounts there are in all, and how many of them were changed, unchanged and failed.
  returned: always, unless the task was refused
  type: dict
  sample:
    total: 50
    changed: 10
    unchanged: 40
    failed: 0
"""

from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._root.options import root_options
from ansible_collections.hardening.aws.plugins.module_utils._root.run import change_roots


def main() -> None:
    run_bulk_module(root_options(), change_roots)


if __name__ == "__main__":
    main()
