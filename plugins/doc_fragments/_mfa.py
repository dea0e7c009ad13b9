# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that the MFA modules share. Private to hardening.aws."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of _devices.options.run_options, and what holds for every module."""

    DOCUMENTATION = r"""
options:
  state:
    description:
      - V(enabled) - the device is attached to the user. What is attached already stays untouched, and no code is used
        or needed. A virtual device that does not exist is created if O(ignore:device_name) names it and O(seed_store)
        has a place for its seed.
      - V(disabled) - the device is not attached to the user any more. The virtual device itself is kept.
      - V(absent) - the device is not attached to the user, and a virtual device is deleted. What O(seed_store) holds
        of it stays there, unless O(seed_store.on_absent=delete).
      - V(present) - a virtual device exists, attached or not. Without O(seed_store) the seed of a new one is
        returned, and the task must have C(no_log) set to V(true) and no C(async), whose job file would hold the seed.
        With it, an unassigned device whose seed is not stored for this user, such as an interrupted run leaves behind,
        is recreated.
      - V(resynced) - the attached device is brought back into step with AWS. Always changed, as AWS does not show
        whether a device is out of step.
    type: str
    choices: [enabled, disabled, absent, present, resynced]
    default: enabled
  purge_tags:
    description:
      - Whether tags that are on a virtual device and not in O(ignore:tags) are removed, if O(ignore:tags) is given.
    type: bool
    default: true
  seed_store:
    description:
      - Where the seed of a device that exists is read, and the seed of a new device is written.
      - A new device's seed is written, read back and compared before the device is attached, so that no user ever has a
        device whose seed is lost.
      - The value is a JSON object with the keys C(seed), C(serial_number), C(user_name), C(otpauth_uri) and C(created).
      - A stored seed is used for the person it was made for only, and never for a later user of the same name, which
        C(user_name) and C(created) tell. An unassigned device whose stored seed is somebody else's is recreated, and
        its new seed stored under the same name as a new version.
      - If somebody else attaches the device while the module is about to, the module proves with
        C(iam:ResyncMFADevice) that the seed it has stored is the device's, and fails if it is not. That can take a
        minute, as AWS takes no code twice.
      - The seed of a device whose codes or seed are given is not written.
  wait:
    description:
      - Whether to wait until AWS lists the change.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait for that.
    type: int
    default: 60
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
  - pyotp >= 2.9.0, to compute codes from a seed
notes:
  - Codes are computed on AWS's own clock, which every answer of AWS tells. The clock of the controller may be wrong,
    and nobody waits for a second code, as AWS accepts the previous and the current one.
  - What was done is always told. If something fails after the first change, the results, C(changed), and the seeds
    that are returned are in the failure.
  - Throttling is met by pacing the calls. The C(retries) of O(aws_config) set how often a call that failed is
    attempted, V(10) times if not given; botocore itself retries nothing, as that would send one-time
    codes again.
  - The required permissions are C(iam:ListMFADevices), and as far as a state needs them C(iam:ListVirtualMFADevices),
    C(iam:CreateVirtualMFADevice), C(iam:EnableMFADevice), C(iam:ResyncMFADevice), C(iam:DeactivateMFADevice),
    C(iam:DeleteVirtualMFADevice), C(iam:GetUser) or for many users C(iam:ListUsers), for tags C(iam:TagMFADevice),
    C(iam:UntagMFADevice) and C(iam:ListMFADeviceTags), and for the seed store C(secretsmanager:CreateSecret),
    C(secretsmanager:PutSecretValue), C(secretsmanager:UpdateSecretVersionStage) and C(secretsmanager:GetSecretValue),
    or C(ssm:PutParameter) and C(ssm:GetParameter). With C(secretsmanager:BatchGetSecretValue) or C(ssm:GetParameters),
    the seeds of many users are read back with fewer calls; without, after one denial, one by one. For
    O(seed_store.on_absent=delete) also C(secretsmanager:DeleteSecret), C(secretsmanager:DescribeSecret) and
    C(secretsmanager:RestoreSecret), or C(ssm:DeleteParameter), and C(iam:GetUser). For O(seed_store.tags) also
    C(secretsmanager:TagResource) or C(ssm:AddTagsToResource).
  - Ansible writes a module's arguments, and so a seed that is given as one, to a temporary file on the host that runs
    the module, unless pipelining is on. Set C(ansible_pipelining) to V(true), or use O(seed_store), then no seed is
    an argument. Where Ansible keeps such files (E(ANSIBLE_KEEP_REMOTE_FILES)), a seed as an argument is refused.
"""

    # Modules that have the option describe it, and say whether it is required; what it consists of is here.
    SEED_STORE = r"""
options:
  seed_store:
    type: dict
    suboptions:
      type:
        description:
          - V(secretsmanager) for AWS Secrets Manager, V(ssm_parameter) for SecureString parameters of the AWS Systems
            Manager Parameter Store.
        type: str
        choices: [secretsmanager, ssm_parameter]
        required: true
      name:
        description:
          - The name of a device's secret or parameter. The placeholders C({user_name}), C({device_name}) and
            C({account_id}) are filled in.
          - V(mfa/{user_name}) if not given, for a parameter with a slash before it.
          - A character that IAM allows in names and the store does not, such as C(@) in a parameter's name, is
            written as C(_x40_), its code in hexadecimal.
        type: str
      kms_key_id:
        description:
          - The KMS key that encrypts new seeds. The store's own default key if not given. Has no effect where no seed
            is written.
        type: str
      region:
        description:
          - The region of the store. That of the module if not given.
        type: str
      endpoint_url:
        description:
          - The URL of the store. O(endpoint_url) of the module if that is set, and AWS's own otherwise.
        type: str
      tags:
        description:
          - Tags for a new secret or parameter. They have no effect where none is written.
        type: dict
      verify:
        description:
          - Whether a seed is read back and compared before its device is attached.
          - V(false) is for callers that may write seeds and not read them. The store's receipt, a version, must do
            then. What is there under the name of a new seed is replaced unseen, and kept as the version before; an
            unassigned device is recreated, as its seed cannot be read. Do not let two runs work on the same users then.
        type: bool
        default: true
      on_absent:
        description:
          - What becomes of a virtual device's record when the device is deleted. Has no effect otherwise, but that a
            secret scheduled for deletion is taken back when a new device of the same name and user needs it.
          - V(keep) - it stays.
          - V(delete) - it is deleted once the device is gone, if it is the record of that very device, made for this
            very user. A secret is scheduled for deletion and can be restored within O(seed_store.recovery_window_days).
            Only if its description is the one that this collection gave it, is it taken back. A parameter is gone at
            once.
        type: str
        choices: [keep, delete]
        default: keep
        version_added: 0.2.0
      recovery_window_days:
        description:
          - For how many days a deleted secret can be restored, from 7 to 30.
        type: int
        default: 30
        version_added: 0.2.0
"""

    ACCOUNT = r"""
options:
  all_kinds:
    description:
      - Ask for the devices of each user, also of those who are known to have a virtual device. Finds the hardware
        tokens and passkeys that they have besides, at the cost of a call for each user.
    type: bool
    default: false
  device_tags:
    description:
      - Whether to read the tags of virtual devices, at the cost of a call for each.
    type: bool
    default: false
  user_details:
    description:
      - Whether to read the groups, tags and attached policies of users.
    type: bool
    default: false
  concurrency:
    description:
      - How many users are asked for at once, from 1 to 256.
    type: int
    default: 16
"""
