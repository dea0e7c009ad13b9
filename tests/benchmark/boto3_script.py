# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engineer would write instead of the collection: boto3, threads, no care for what goes wrong.

Usage: boto3_script.py JOB THREADS USER [USER ...], with the endpoint and the credentials in the environment. Retries
are what AWS_RETRY_MODE and AWS_MAX_ATTEMPTS say. Prints how many users it had to give up. The jobs:

enrol               a device whose seed is in Secrets Manager, unless the user has one
enrol_and_enforce   that, and the policy deny-unless-mfa, which is made first
attach              the policy deny-unless-mfa, which is there
offboard            no console password, access keys inactive, no MFA device
rotate              a second device whose seed is in Secrets Manager; then the first one is removed
retire              the user's device of the user's own name is detached and deleted, whatever others there are
"""

from __future__ import annotations

import concurrent.futures
import json
import sys
import time
import typing as t

import boto3
import botocore.config
import botocore.exceptions
import pyotp

ACCOUNT = "123456789012"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/deny-unless-mfa"
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        }
    ],
}


class Jobs:
    """One session, and a client of each service that all threads share, with a connection for each of them."""

    def __init__(self, threads: int) -> None:
        session = boto3.session.Session()
        config = botocore.config.Config(max_pool_connections=max(threads, 10))
        self.iam = session.client("iam", config=config)
        self.secrets = session.client("secretsmanager", config=config)

    def enrol(self, user: str) -> None:
        if self.iam.list_mfa_devices(UserName=user)["MFADevices"]:
            return
        self.add(user, user)

    def add(self, user: str, name: str) -> None:
        device = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        serial, seed = device["SerialNumber"], device["Base32StringSeed"].decode()
        self.secrets.create_secret(Name=f"mfa/{name}", SecretString=json.dumps({"seed": seed, "serial_number": serial}))
        totp, now = pyotp.TOTP(seed), time.time()
        self.iam.enable_mfa_device(
            UserName=user,
            SerialNumber=serial,
            AuthenticationCode1=totp.at(now - 30),
            AuthenticationCode2=totp.at(now),
        )

    def attach(self, user: str) -> None:
        self.iam.attach_user_policy(UserName=user, PolicyArn=POLICY)

    def enrol_and_enforce(self, user: str) -> None:
        self.enrol(user)
        self.attach(user)

    def offboard(self, user: str) -> None:
        try:
            self.iam.get_login_profile(UserName=user)
            self.iam.delete_login_profile(UserName=user)
        except self.iam.exceptions.NoSuchEntityException:
            pass
        for key in self.iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
            if key["Status"] == "Active":
                self.iam.update_access_key(UserName=user, AccessKeyId=key["AccessKeyId"], Status="Inactive")
        for device in self.iam.list_mfa_devices(UserName=user)["MFADevices"]:
            self.remove(user, device["SerialNumber"])

    def rotate(self, user: str) -> None:
        self.add(user, f"{user}-2026")
        self.retire(user)

    def retire(self, user: str) -> None:
        self.remove(user, f"arn:aws:iam::{ACCOUNT}:mfa/{user}")

    def remove(self, user: str, serial: str) -> None:
        self.iam.deactivate_mfa_device(UserName=user, SerialNumber=serial)
        self.iam.delete_virtual_mfa_device(SerialNumber=serial)

    # What is done once, before the users

    def before_enrol_and_enforce(self, _users: list[str]) -> list[str]:
        self.iam.create_policy(PolicyName="deny-unless-mfa", PolicyDocument=json.dumps(DOCUMENT))
        return _users

    def before_attach(self, users: list[str]) -> list[str]:
        pages = self.iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=POLICY, EntityFilter="User")
        have_it = {user["UserName"] for page in pages for user in page["PolicyUsers"]}
        return [user for user in users if user not in have_it]

    def before_offboard(self, users: list[str]) -> list[str]:
        pages = self.iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1000})
        there = {user["UserName"] for page in pages for user in page["Users"]}
        return [user for user in users if user in there]

    def before_rotate(self, users: list[str]) -> list[str]:
        return self.before_retire(users)

    def before_retire(self, users: list[str]) -> list[str]:
        pages = self.iam.get_paginator("list_virtual_mfa_devices").paginate(
            AssignmentStatus="Assigned", PaginationConfig={"PageSize": 1000}
        )
        there = {device["SerialNumber"] for page in pages for device in page["VirtualMFADevices"]}
        return [user for user in users if f"arn:aws:iam::{ACCOUNT}:mfa/{user}" in there]


def main() -> None:
    job, threads, users = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    jobs = Jobs(threads)
    work: t.Callable[[str], None] = getattr(jobs, job)
    before: t.Callable[[list[str]], list[str]] | None = getattr(jobs, f"before_{job}", None)

    def attempt(user: str) -> bool:
        try:
            work(user)
        except botocore.exceptions.ClientError:
            return False
        return True

    if before is not None:
        users = before(users)
    with concurrent.futures.ThreadPoolExecutor(threads) as executor:
        given_up = list(executor.map(attempt, users)).count(False)
    print(f"given up: {given_up}")


if __name__ == "__main__":
    main()
