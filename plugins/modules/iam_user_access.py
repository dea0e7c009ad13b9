#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Takes away what IAM users sign in with, from many users in one task."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_user_access
version_added: 0.2.0
short_description: Take away what IAM users sign in with
description:
  - Takes sessions, console passwords, access keys, other credentials and MFA devices away from any number of AWS IAM
    users, several users at once. What is not asked for is left alone. Users are neither created nor deleted.
  - The order for each user is sessions, password, access keys, other credentials, MFA devices. If a step fails, the
    later ones are still done, with one exception. MFA devices stay on unless the user has no console password, and the
    access keys that O(users[].access_keys) asks for are inactive or deleted, so that nothing loses the MFA that
    protects it.
  - A console password that cannot be read is deleted anyway, but the user counts as failed.
  - If one user fails, the others are still done. The task then fails at its end, with every result.
  - The task is refused, and nothing is touched, if one of the users is the caller, whose credentials it uses.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  users:
    description:
      - The users, and what is taken away from each.
      - A user who does not exist is a failure, because names are easily mistyped. Upper and lower case count.
    type: list
    elements: dict
    required: true
    suboptions:
      user_name:
        description:
          - The name of the IAM user.
        type: str
        required: true
      console_password:
        description:
          - V(absent) - the user has no console password.
        type: str
        choices: [absent]
      access_keys:
        description:
          - V(inactive) - the access keys are kept, but cannot be used. V(absent) - they are deleted.
        type: str
        choices: [inactive, absent]
      access_key_ids:
        description:
          - The IDs of the access keys that O(users[].access_keys) applies to. By default, all of the user's keys.
          - A key that the user does not have is a failure with O(users[].access_keys=inactive). With
            O(users[].access_keys=absent) it counts as deleted, with a warning, unless it belongs to another user.
        type: list
        elements: str
      other_credentials:
        description:
          - V(absent) - the user has no SSH public keys, no signing certificates and no service-specific credentials,
            whatever the service, such as AWS CodeCommit, Amazon Keyspaces or Amazon Bedrock.
        type: str
        choices: [absent]
      sessions:
        description:
          - V(revoked) - temporary credentials that were issued to the user before are denied everything, by an inline
            policy of the user named C(hardening-aws-revoked-sessions). The name is reserved for this module, which
            replaces any policy of that name.
          - The policy denies sessions by C(aws:TokenIssueTime). If O(users[].console_password) or
            O(users[].access_keys) is asked for as well, its date is up to 20 minutes ahead on AWS's clock, so that it
            also ends sessions that begin before the password and the keys are gone.
          - It does not affect requests that are signed with an access key itself, or sessions of roles that the user
            has assumed. Revoke those on the roles.
          - The policy of an earlier run is left as it is if the user has no password and no active access key, and has
            neither used the password nor been given an access key since its date. If the user can still sign in, it is
            written again, because sessions may have begun in the meantime.
          - The policy stays in place. A user who is given access again can sign in once its date has passed.
        type: str
        choices: [revoked]
      mfa_devices:
        description:
          - V(absent) - all MFA devices are taken off the user, and virtual ones are deleted.
          - Fails if the user keeps a console password.
          - A run that is killed between taking a virtual device off its user and deleting it leaves it unassigned.
            The role P(hardening.aws.iam_user_hardening#role) finds and removes such devices.
        type: str
        choices: [absent]
      only_without_mfa:
        description:
          - Whether the password and the access keys are left alone if the user has an MFA device, which is checked just
            before they are taken away.
        type: bool
        default: false
      only_unused_days:
        description:
          - An access key is left alone if it was used within this many days, or was created within them and has not
            been used. AWS is asked just before, because the credential report may be four hours old.
        type: int
  seed_store:
    description:
      - Where the seeds of the users' devices are kept. With O(seed_store.on_absent=delete), the record of a virtual
        device goes once the device is deleted, last of all, if it is that device's and was made for this very user.
      - Its C(verify) has to be V(true) then, as a record is read before it is deleted.
    version_added: 0.2.0
  ignore_missing_users:
    description:
      - Whether a user who does not exist counts as done. A name that differs from a user's only in upper and lower case
        is still a failure.
    type: bool
    default: false
  concurrency:
    description:
      - How many users are worked on at once, from 1 to 256.
    type: int
    default: 16
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - The required permissions are C(iam:GetUser) and C(iam:ListUsers), and, for what is asked for, for sessions
    C(iam:GetUserPolicy), C(iam:PutUserPolicy), C(iam:GetLoginProfile) and C(iam:ListAccessKeys), for passwords
    C(iam:GetLoginProfile) and C(iam:DeleteLoginProfile), for access keys C(iam:ListAccessKeys), C(iam:UpdateAccessKey),
    C(iam:DeleteAccessKey) and C(iam:GetAccessKeyLastUsed), for other credentials C(iam:ListSSHPublicKeys),
    C(iam:DeleteSSHPublicKey), C(iam:ListSigningCertificates), C(iam:DeleteSigningCertificate),
    C(iam:ListServiceSpecificCredentials) and C(iam:DeleteServiceSpecificCredential), and for MFA devices
    C(iam:ListMFADevices), C(iam:DeactivateMFADevice), C(iam:DeleteVirtualMFADevice) and C(iam:GetLoginProfile).
  - To delete seeds, C(secretsmanager:GetSecretValue) and C(secretsmanager:DeleteSecret), or C(ssm:GetParameter) and
    C(ssm:DeleteParameter).
  - If AWS throttles calls, they are paced. The C(retries) of O(aws_config) say how often a call is attempted, V(10)
    times by default. If a reply is lost, AWS is asked whether the call took effect.
seealso:
  - module: hardening.aws.iam_mfa_devices
  - module: amazon.aws.iam_user
extends_documentation_fragment:
  - hardening.aws._mfa.seed_store
  - hardening.aws._attributes.access
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Offboard Bob and Carol
  hardening.aws.iam_user_access:
    users:
      - user_name: bob
        sessions: revoked
        console_password: absent
        access_keys: inactive
        other_credentials: absent
        mfa_devices: absent
      - user_name: carol
        sessions: revoked
        console_password: absent
        access_keys: absent
        other_credentials: absent
        mfa_devices: absent

- name: Deactivate a leaked access key
  hardening.aws.iam_user_access:
    users:
      - user_name: alice
        sessions: revoked
        access_keys: inactive
        access_key_ids: [AKIAIOSFODNN7EXAMPLE]

- name: Remove a password without MFA and an access key that nobody uses
  hardening.aws.iam_user_access:
    users:
      - user_name: dave
        console_password: absent
        only_without_mfa: true
      - user_name: erin
        access_keys: inactive
        only_unused_days: 90
"""

RETURN = r"""
results:
  description: One result for each element of O(users), in the same order.
  returned: always, unless the input was refused
  type: list
  elements: dict
  contains:
    user_name:
      description: The name of the IAM user.
      type: str
      returned: always
      sample: bob
    create_date:
      description: When the user was created, in ISO 8601. Null if there is no such user, or it is not known.
      type: str
      returned: always
      sample: "2026-01-31T12:00:00+00:00"
    changed:
      description: Whether anything was changed, or in check mode would be.
      type: bool
      returned: always
      sample: true
    actions:
      description: >-
        What was done, or in check mode would be, in this order - C(revoke_sessions), C(delete_password),
        C(deactivate_key), C(delete_key), C(delete_ssh_key), C(delete_certificate), C(delete_service_credential),
        C(disable_mfa), C(delete_mfa) and C(retire_seed).
      type: list
      elements: str
      returned: always
      sample: [revoke_sessions, delete_password, deactivate_key, disable_mfa, delete_mfa]
    changes:
      description: The same, each with its target, which is the ID of a credential or the serial number of a device.
      type: list
      elements: dict
      returned: always
      sample:
        - action: deactivate_key
          target: AKIAIOSFODNN7EXAMPLE
    kept:
      description: What O(users[].only_without_mfa) and O(users[].only_unused_days) left alone, and why.
      type: list
      elements: dict
      returned: always
      sample:
        - what: access_key
          target: AKIAIOSFODNN7EXAMPLE
          reason: was last used at 2026-11-24T08:15:00Z
    failed:
      description: Whether anything that was asked for could not be done.
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
        operation: iam:DeleteLoginProfile
summary:
  description: How many users there are in all, and how many of them were changed, unchanged and failed.
  returned: always, unless the input was refused
  type: dict
  sample:
    total: 500
    changed: 12
    unchanged: 486
    failed: 2
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.hardening.aws.plugins.module_utils._access import bulk, options
from ansible_collections.hardening.aws.plugins.module_utils._access.api import AccessApi
from ansible_collections.hardening.aws.plugins.module_utils._access.apply import take_access
from ansible_collections.hardening.aws.plugins.module_utils._aws.connection import Connection
from ansible_collections.hardening.aws.plugins.module_utils._aws.iam import user_of_caller
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import run_bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._devices.seed_records import SeedRecords
from ansible_collections.hardening.aws.plugins.module_utils._seeds.registry import open_store


def run(module: AnsibleAWSModule) -> None:
    params = module.params
    wanted = options.wanted_users(params)
    # Ansible returns the parameters with the result: leave out what was not given, as there may be thousands of users.
    params["users"] = [{name: value for name, value in item.items() if value is not None} for item in params["users"]]
    connection = Connection(module, params["concurrency"])
    api = AccessApi(connection)
    options.refuse_caller(wanted, user_of_caller(api.caller()) if wanted else None)
    records = None
    if params["seed_store"] is not None and params["seed_store"]["on_absent"] == "delete":
        records = SeedRecords(api, open_store(params["seed_store"], connection, api.account_id))
    outcomes = take_access(
        api, wanted, module.check_mode, params["ignore_missing_users"], params["concurrency"], records
    )
    bulk.finish(module, outcomes, "users")


def main() -> None:
    run_bulk_module(options.access_options(), run)


if __name__ == "__main__":
    main()
