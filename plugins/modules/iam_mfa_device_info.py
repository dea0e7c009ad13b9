#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What MFA devices IAM users have."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_mfa_device_info
version_added: 0.1.0
short_description: Gather the MFA devices of IAM users, or of the whole account
description:
  - Tells the MFA devices of an AWS IAM user, of some users, or of the whole account with a handful of calls.
  - It can stand in for M(amazon.aws.iam_mfa_device_info), and tells a user who does not exist apart from one who has no
    device. The notes say what differs.
  - What the caller may not read is returned as null and named in RV(unknown), with the missing permission.
author:
  - hardening.aws contributors (@hardening-aws)
options:
  user_name:
    description:
      - The name of a user. The caller's own devices are listed if neither this nor O(user_names) nor O(account) is
        given.
    type: str
  user_names:
    description:
      - The names of users.
    type: list
    elements: str
  account:
    description:
      - Every user of the account, the root user, and virtual devices that belong to nobody.
      - O(all_kinds) and O(user_details) need it.
    type: bool
    default: false
  credential_report:
    description:
      - Whether to read console passwords and access keys from the account's credential report, which AWS remakes
        every four hours at most.
      - The default is the value of O(account).
    type: bool
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - A task of M(amazon.aws.iam_mfa_device_info) works with this module too, with the same RV(mfa_devices) or more, and
    C(error.code) and C(error.message) if AWS refuses. It differs in that an empty O(user_name) is refused, where the
    other module lists the caller's own devices; that RV(mfa_devices) may be in another order; that a failed task has no
    C(response_metadata), C(boto3_version) and C(botocore_version); and that no region is needed.
  - The required permissions are C(iam:ListMFADevices), and with O(account=true) C(iam:ListVirtualMFADevices),
    C(iam:ListUsers), C(iam:GetAccountSummary), C(iam:ListAccountAliases), C(iam:GenerateCredentialReport) and
    C(iam:GetCredentialReport). O(user_details=true) needs C(iam:GetAccountAuthorizationDetails) in place of
    C(iam:ListUsers), O(device_tags=true) needs C(iam:ListMFADeviceTags). C(sts:GetCallerIdentity), which
    O(account=true) calls too, is everybody's.
seealso:
  - module: hardening.aws.iam_mfa_devices
  - module: hardening.aws.iam_mfa_report
  - module: amazon.aws.iam_mfa_device_info
extends_documentation_fragment:
  - hardening.aws._attributes.info
  - hardening.aws._mfa.account
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hardening.aws._connection.assume_role
"""

EXAMPLES = r"""
- name: Which devices does Bob have?
  hardening.aws.iam_mfa_device_info:
    user_name: Bob
  register: bob

- name: Look at the whole account
  hardening.aws.iam_mfa_device_info:
    account: true
  register: mfa

- name: Name those who can log in to the console with a password alone
  ansible.builtin.debug:
    msg: "{{ mfa.users | selectattr('console_password', 'true') | rejectattr('mfa_active') |
    map(attribute='user_name') }}"
"""

RETURN = r"""
mfa_devices:
  description: The devices of all users that were asked for.
  returned: success
  type: list
  elements: dict
  contains:
    user_name:
      description: The name of the IAM user.
      type: str
      returned: success
      sample: Bob
    serial_number:
      description: The serial number, of a virtual device its ARN.
      type: str
      returned: success
      sample: arn:aws:iam::123456789012:mfa/BobsMFADevice
    type:
      description: V(virtual), V(hardware), V(fido) or V(sms).
      type: str
      returned: success
      sample: virtual
    enable_date:
      description: When the device was attached, ISO 8601.
      type: str
      returned: success
      sample: "2026-03-11T23:25:36+00:00"
    age_days:
      description: How many whole days ago that was, on AWS's clock.
      type: int
      returned: success
      sample: 42
    tags:
      description:
        - The tags of a virtual device with O(device_tags=true), null of other devices or if they could not be read.
        - Without that option always empty, as M(amazon.aws.iam_mfa_device_info) returns it, and not there with
          O(account=true).
      type: dict
      returned: with O(device_tags=true), or without O(account=true)
      sample: {"team": "platform"}
users:
  description: The users that were asked for, in the order of their names. A value that is not known is null.
  returned: success
  type: list
  elements: dict
  contains:
    user_name:
      description: The name of the IAM user.
      type: str
      returned: success
      sample: Bob
    exists:
      description: Whether there is such a user.
      type: bool
      returned: success
      sample: true
    arn:
      description: The user's ARN.
      type: str
      returned: success
      sample: arn:aws:iam::123456789012:user/Bob
    path:
      description: The user's path.
      type: str
      returned: success
      sample: /
    user_id:
      description: The user's ID.
      type: str
      returned: success
      sample: AIDAEXAMPLE
    create_date:
      description: When the user was created, ISO 8601.
      type: str
      returned: success
      sample: "2025-01-01T00:00:00+00:00"
    mfa_devices:
      description: The user's devices, as in RV(mfa_devices).
      type: list
      elements: dict
      returned: success
      sample: []
    mfa_devices_complete:
      description:
        - Whether RV(users[].mfa_devices) is known to have every device of the user.
        - Of a user with a virtual device only those are known unless O(all_kinds=true), as AWS has a list of all
          virtual devices, and none of the others.
      type: bool
      returned: success
      sample: true
    mfa_active:
      description: Whether the user has any MFA device.
      type: bool
      returned: success
      sample: true
    console_password:
      description: Whether the user has a password for the console, at the time of the credential report.
      type: bool
      returned: success
      sample: true
    password_last_used:
      description: When the password was last used, ISO 8601. Null if never.
      type: str
      returned: success
      sample: null
    password_last_changed:
      description: When the password was last changed, ISO 8601.
      type: str
      returned: success
      sample: "2025-01-01T00:00:00+00:00"
    access_keys:
      description: The access keys, at the time of the credential report.
      type: list
      elements: dict
      returned: success
      sample:
        - active: true
          last_rotated: "2025-01-01T00:00:00+00:00"
          last_used: null
    groups:
      description: The names of the user's groups. Null unless O(user_details=true).
      type: list
      elements: str
      returned: success
      sample: [developers]
    tags:
      description: The user's tags. Null unless O(user_details=true).
      type: dict
      returned: success
      sample: {"team": "platform"}
    attached_policies:
      description: The ARNs of the managed policies that are attached to the user. Null unless O(user_details=true).
      type: list
      elements: str
      returned: success
      sample: []
orphaned_devices:
  description: Virtual devices that belong to nobody. Empty unless O(account=true).
  returned: success
  type: list
  elements: dict
  sample:
    - serial_number: arn:aws:iam::123456789012:mfa/left-behind
      device_name: left-behind
      device_path: /
root:
  description:
    - The root user's MFA and access keys. Null unless O(account=true).
    - C(access_keys_active) is of the credential report; C(access_keys_present) is of now, and counts keys that are not
      active, too.
  returned: success
  type: dict
  sample:
    mfa_active: true
    mfa_type: hardware
    console_password: null
    access_keys_active: false
    access_keys_present: false
    password_last_used: null
account:
  description: The account. Null unless O(account=true).
  returned: success
  type: dict
  contains:
    account_id:
      description: The number of the account.
      type: str
      returned: success
      sample: "123456789012"
    partition:
      description: V(aws), V(aws-cn) or V(aws-us-gov).
      type: str
      returned: success
      sample: aws
    alias:
      description: The alias of the account. Null if it has none.
      type: str
      returned: success
      sample: example
    caller:
      description:
        - Whose credentials the module uses. Null if that could not be read, and then RV(unknown) says why.
        - The C(user_name) is null unless the caller is an IAM user.
      type: dict
      returned: success
      sample:
        arn: arn:aws:iam::123456789012:user/ops/alice
        user_name: alice
credential_report:
  description:
    - Whether there is a credential report, when AWS made it, how many minutes ago that was on AWS's clock, or why there
      is none.
  returned: success
  type: dict
  sample:
    available: true
    generated_time: "2026-03-11T22:25:36+00:00"
    age_minutes: 60
    msg: ""
error:
  description: The code and the message of AWS's answer, and the call.
  returned: if AWS refused a call
  type: dict
  sample:
    code: AccessDenied
    message: "User: arn:aws:iam::123456789012:user/Bob is not authorized to perform: iam:ListMFADevices"
    operation: iam:ListMFADevices
unknown:
  description: What could not be read, and why. Empty if all is known.
  returned: success
  type: list
  elements: dict
  contains:
    what:
      description:
        - What is not known.
        - V(console_password_of_users) are users who are not in the credential report yet, such as those created since
          AWS made it. Their C(console_password) and C(access_keys) are null in RV(users).
      type: str
      returned: success
      sample: console_password
    why:
      description: The reason, such as the missing permission.
      type: str
      returned: success
      sample: "The caller lacks the IAM permission iam:GenerateCredentialReport."
    user_names:
      description: The names of all users who are concerned.
      type: list
      elements: str
      returned: of V(console_password_of_users)
      sample: [bob]
retrieved:
  description: When the lists were read, on AWS's clock, ISO 8601.
  returned: success
  type: str
  sample: "2026-03-11T23:25:36+00:00"
summary:
  description: Counts of users and devices.
  returned: success
  type: dict
  sample:
    users: 500
    users_with_mfa: 480
    users_without_mfa: 20
    users_unknown: 0
    orphaned_devices: 3
    devices_by_type: {"virtual": 470, "hardware": 8, "fido": 6, "sms": 0}
"""

from ansible_collections.hardening.aws.plugins.module_utils import (
    _messages,
    _problems,
)
from ansible_collections.hardening.aws.plugins.module_utils._account import options as account_options
from ansible_collections.hardening.aws.plugins.module_utils._account.gather import gather
from ansible_collections.hardening.aws.plugins.module_utils._bulk_module import bulk_module
from ansible_collections.hardening.aws.plugins.module_utils._errors import AwsRefused, MfaError


def main() -> None:
    module = bulk_module(
        argument_spec={
            "user_name": {"type": "str"},
            "user_names": {"type": "list", "elements": "str"},
            "account": {"type": "bool", "default": False},
            "credential_report": {"type": "bool"},
            **account_options.account_options(),
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        _problems.refuse(account_options.info_problems(params))
        names = params["user_names"] if params["user_names"] is not None else [params["user_name"]]
        found = gather(
            module,
            user_names=[name for name in names if name is not None],
            account=params["account"],
            credential_report=params["account"] if params["credential_report"] is None else params["credential_report"],
        )
        module.exit_json(changed=False, **found)
    except AwsRefused as error:
        _messages.fail(module, error, aws_message=error.aws_message)
    except MfaError as error:
        _messages.fail(module, error)


if __name__ == "__main__":
    main()
